//! Shuttle's depth-first search: every interleaving, one by one.

use ::shuttle as std;
use ::shuttle::scheduler::{DfsScheduler, Schedule, Scheduler, Task, TaskId};
use ::shuttle::{Config, FailurePersistence, Runner};
use ::std::sync::{Arc, Mutex};

use super::{Found, Program, failure, quietly};

#[path = "../programs/everywhere.rs"]
mod everywhere;
#[path = "../programs/without_loom.rs"]
mod without_loom;

pub fn programs() -> impl Iterator<Item = &'static Program> {
    everywhere::PROGRAMS.iter().chain(without_loom::PROGRAMS)
}

/// A schedule that fails ends shuttle's run. The search lives outside of the runs, so the
/// next run goes on where the last one failed.
#[derive(Clone)]
struct Resumed(Arc<Mutex<(DfsScheduler, u64)>>);

impl Scheduler for Resumed {
    fn new_execution(&mut self) -> Option<Schedule> {
        let (search, schedules) = &mut *self.0.lock().unwrap();
        search.new_execution().inspect(|_| *schedules += 1)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        self.0
            .lock()
            .unwrap()
            .0
            .next_task(runnable, current, is_yielding)
    }

    fn next_u64(&mut self) -> u64 {
        self.0.lock().unwrap().0.next_u64()
    }
}

/// Makes shuttle install its panic hook, which it does at its first run.
pub fn install_hook() {
    Runner::new(DfsScheduler::new(Some(1), false), Config::new()).run(|| ());
}

/// Searches all interleavings of a program.
pub fn search(program: &Program) -> Found {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    let search = Resumed(Arc::new(Mutex::new((DfsScheduler::new(None, false), 0))));
    let found = Arc::new(Mutex::new(Found::default()));
    let run = program.run;
    loop {
        let outcomes = Arc::clone(&found);
        let program = move || {
            let outcome = run();
            outcomes.lock().unwrap().outcomes.insert(outcome);
        };
        let runner = Runner::new(search.clone(), config.clone());
        match quietly(|| runner.run(program)) {
            Ok(_) => break,
            Err(payload) => found.lock().unwrap().outcomes.insert(failure(&*payload)),
        };
    }
    Found {
        schedules: search.0.lock().unwrap().1,
        ..found.lock().unwrap().clone()
    }
}
