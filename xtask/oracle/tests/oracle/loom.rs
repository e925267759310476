//! Loom's search, which is reduced like the explorer's, but models weak memory.

use ::std::sync::{Arc, Mutex};

use super::{Found, Program, failure, quietly};

#[path = "../programs/everywhere.rs"]
mod everywhere;
#[path = "../programs/without_shuttle.rs"]
mod without_shuttle;

/// Loom as the programs see it.
mod std {
    pub use ::loom::{thread, thread_local};

    pub mod sync {
        pub use ::loom::sync::*;
        // Loom's own counts references in steps of their own, which multiplies the schedules
        // and shows nothing that these programs could observe.
        pub use ::std::sync::Arc;
    }
}

pub fn programs() -> impl Iterator<Item = &'static Program> {
    everywhere::PROGRAMS.iter().chain(without_shuttle::PROGRAMS)
}

/// Searches a program up to the first schedule that fails: there loom ends.
pub fn search(program: &Program) -> Found {
    let found = Arc::new(Mutex::new(Found::default()));
    let run = program.run;
    let program = {
        let found = Arc::clone(&found);
        move || {
            found.lock().unwrap().schedules += 1;
            let outcome = run();
            found.lock().unwrap().outcomes.insert(outcome);
        }
    };
    let mut loom = ::loom::model::Builder::new();
    loom.preemption_bound = None;
    let result = quietly(|| loom.check(program));
    let mut found = found.lock().unwrap().clone();
    if let Err(payload) = result {
        found.outcomes.insert(failure(&*payload));
        found.stopped = true;
    }
    found
}
