//! Concurrency or parallelism: three jobs for one worker, or one job for each.
//!
//! Jobs are concurrent when one can begin before another has ended. They are
//! parallel when two of them run at the same instant. Concurrency is a matter of
//! how the work is divided: here each job has two steps, and a worker may turn to
//! another job between them. Parallelism is a matter of how many threads there
//! are, and of how many cores the threads can run on.
//!
//! ```text
//! cargo run -p concurrency-vs-parallelism-demo
//! ```
//!
//! What to look for:
//!
//! - The three columns are the three jobs, and time runs downwards. `┬` is the
//!   beginning of a step and `┴` its end, `│` is a step that has begun and not
//!   ended, and `·` is a job that waits for its turn.
//! - One worker begins all three jobs before it ends any of them, but no line
//!   shows two steps at once. That is concurrency without parallelism.
//! - Three workers usually begin steps while others go on, so most lines show two
//!   or three. The order differs from run to run, because nothing decides it but
//!   the operating system.
//! - On two free cores or more, three workers need less time than one, and only
//!   this shows that steps ran in parallel: on a single core, the threads would
//!   take turns in the middle of a step, and the lines might look the same.
//! - One worker saves no time by taking turns. That helps with jobs that wait, and
//!   these only compute.
//!
//! An async executor works like the one worker: where a task has to wait in an
//! `.await`, the thread turns to another task. `block-on-vs-tokio-demo` has such
//! tasks.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

const STEPS: usize = 2;

struct Job {
    number: usize,
    steps_done: usize,
}

fn main() {
    // One column of the drawing for each job.
    let columns = Mutex::new(['·'; 3]);

    let begun = Instant::now();
    take_turns("One worker", jobs().collect(), &columns);
    println!("Main: one worker took {:.1} ms", millis(begun));

    let begun = Instant::now();
    thread::scope(|scope| {
        for job in jobs() {
            let worker = format!("Worker {}", job.number);
            let columns = &columns;
            scope.spawn(move || take_turns(&worker, VecDeque::from([job]), columns));
        }
    });
    println!("Main: three workers took {:.1} ms", millis(begun));
}

fn jobs() -> impl Iterator<Item = Job> {
    (1..=3).map(|number| Job {
        number,
        steps_done: 0,
    })
}

/// Does all the jobs of a queue. After each step the job goes to the back of the
/// queue, behind the jobs that have waited for longer.
fn take_turns(worker: &str, mut queue: VecDeque<Job>, columns: &Mutex<[char; 3]>) {
    while let Some(mut job) = queue.pop_front() {
        do_step(worker, &mut job, columns);
        if job.steps_done < STEPS {
            queue.push_back(job);
        }
    }
}

fn do_step(worker: &str, job: &mut Job, columns: &Mutex<[char; 3]>) {
    let draw = |now, afterwards, event| {
        // The lock is held until the line is printed. So the line shows the columns
        // as they are at that moment, and lines come out in the order of the changes.
        let mut columns = columns.lock().unwrap();
        columns[job.number - 1] = now;
        let [first, second, third] = *columns;
        let (step, number) = (job.steps_done + 1, job.number);
        println!("{worker}: {first} {second} {third}  {event} step {step} of job {number}");
        columns[job.number - 1] = afterwards;
    };
    draw('┬', '│', "begins");
    compute();
    draw('┴', '·', "ends");
    job.steps_done += 1;
}

/// Keeps a core busy. A sleep would not do: on a single core, any number of threads
/// can sleep at the same time.
fn compute() {
    black_box((0..300_000_u32).fold(0, |sum, n| black_box(sum ^ n)));
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
