//! Measuring the checkers, in turn.

use std::time::Instant;

use engine::TimeModel;

use crate::oracle;

/// How often each checker gets its turn; what counts is the median.
const ROUNDS: usize = 9;

/// Random schedules in each turn: as many as `cargo xtask explore` runs. With fewer, more of the
/// outputs would be new to the judge.
const SCHEDULES: u64 = 100_000;

/// Loom is slower.
const LOOM_SCHEDULES: u64 = 2_000;

/// What the first half of `mpsc-demo` keeps to: its rules that are about that half.
const UNBOUNDED_INVARIANTS: &str = r#"
[events]
sent = "Producer {producer:int}: sent {message:word}"
received = "Consumer: received {message:word} from producer {producer:int}"

[[always]]
claim = "every message arrives exactly once"
exactly = { each = "received.message", is = ["alpha", "beta", "gamma", "delta"] }

[[always]]
claim = "each producer's messages arrive in the order it sent them"
fifo = { from = "sent.message", to = "received.message", per = "producer" }

[[sometimes]]
claim = "a message of producer 2 arrives before one of producer 1"
order = ["first received{producer=2}", "last received{producer=1}"]
"#;

/// The explorer, which captures what is printed and checks the rules.
mod explorer {
    use std::ops::ControlFlow;

    use engine::{Settings, Strategy, TimeModel, explore};
    use explorer_harness::Judge;
    use model_std::__harness;
    use protocol::Request;

    pub mod example {
        use model_std as std;
        use model_std::println;
        include!(concat!(env!("OUT_DIR"), "/mpsc_demo.rs"));

        pub fn run() {
            main();
        }
    }

    pub mod half {
        use model_std as std;
        use model_std::println;
        include!("../programs/unbounded.rs");

        pub fn run() {
            main();
        }
    }

    pub mod message_passing {
        use model_std as std;
        include!("../programs/message_passing.rs");
    }

    pub mod store_buffering {
        use model_std as std;
        include!("../programs/store_buffering.rs");
    }

    /// Under weak memory, where no claim is checked.
    pub fn run_weak(program: fn(), schedules: u64) -> u64 {
        run(program, None, TimeModel::Weak, schedules)
    }

    pub fn run(program: fn(), invariants: Option<&str>, time: TimeModel, schedules: u64) -> u64 {
        let request = Request {
            invariants: invariants.map(str::to_string),
            ..Request::default()
        };
        let mut judge =
            Judge::new(&request, Some(explorer_claims::read)).expect("the invariants are right");
        let settings = Settings {
            time,
            schedules,
            steps: 20_000,
            ..Settings::new(Strategy::Random)
        };
        let program = move || {
            program();
            0
        };
        // SAFETY: a function captures nothing, and the statics are kept.
        #[allow(unsafe_code)]
        let program = unsafe { __harness::program(program) };
        // As the runner's child does, which is a process of its own.
        let kept = program.keep_statics();
        kept.expect("this process has one thread");
        let coverage = explore(&settings, &program, |execution| {
            assert_eq!(
                judge.judge(execution),
                None,
                "it goes well on every schedule"
            );
            ControlFlow::Continue(())
        });
        coverage.schedules
    }
}

/// Shuttle, which checks nothing, and for which nothing is printed.
mod shuttle_port {
    use shuttle::scheduler::RandomScheduler;
    use shuttle::{Config, Runner};

    pub mod example {
        /// Shuttle as the example sees it: its `sleep` is a switch.
        mod std {
            pub use ::shuttle::{sync, thread};
            pub use ::std::time;
        }
        use crate::measure::silent as println;
        include!(concat!(env!("OUT_DIR"), "/mpsc_demo.rs"));

        pub fn run() {
            main();
        }
    }

    pub mod half {
        use crate::measure::silent as println;
        use shuttle as std;
        include!("../programs/unbounded.rs");

        pub fn run() {
            main();
        }
    }

    /// What the explorer does too, checking aside: that a line is printed is an operation,
    /// before or after those of the other threads, and the output is kept.
    pub mod printing {
        mod std {
            pub use ::shuttle::{sync, thread};
            pub use ::std::time;
        }
        use crate::measure::captured as println;
        include!(concat!(env!("OUT_DIR"), "/mpsc_demo.rs"));

        pub fn run() {
            main();
        }
    }

    pub mod printing_half {
        use crate::measure::captured as println;
        use shuttle as std;
        include!("../programs/unbounded.rs");

        pub fn run() {
            main();
        }
    }

    shuttle::lazy_static! {
        /// The output of one schedule.
        static ref OUTPUT: shuttle::sync::Mutex<String> = shuttle::sync::Mutex::default();
    }

    fn keep(line: &str) {
        OUTPUT.lock().unwrap().push_str(line);
    }

    pub fn run(program: fn(), schedules: u64) -> u64 {
        let scheduler = RandomScheduler::new(schedules as usize);
        Runner::new(scheduler, Config::new()).run(program) as u64
    }
}

/// Loom, which checks nothing, and for which nothing is printed.
mod loom_port {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    pub mod half {
        use crate::measure::silent as println;
        use loom as std;
        include!("../programs/unbounded.rs");

        pub fn run() {
            main();
        }
    }

    /// The same, and keeps its output, as under shuttle.
    pub mod printing_half {
        use crate::measure::captured as println;
        use loom as std;
        include!("../programs/unbounded.rs");

        pub fn run() {
            main();
        }
    }

    pub mod message_passing {
        use loom as std;
        include!("../programs/message_passing.rs");
    }

    pub mod store_buffering {
        use loom as std;
        include!("../programs/store_buffering.rs");
    }

    loom::lazy_static! {
        /// The output of one schedule.
        static ref OUTPUT: loom::sync::Mutex<String> = loom::sync::Mutex::new(String::new());
    }

    fn keep(line: &str) {
        OUTPUT.lock().unwrap().push_str(line);
    }

    /// Searches all there is, again and again, until that was so many schedules.
    pub fn run(program: fn(), schedules: u64) -> u64 {
        let ran = Arc::new(AtomicU64::new(0));
        while ran.load(Ordering::Relaxed) < schedules {
            let mut search = loom::model::Builder::new();
            search.max_permutations = Some(schedules as usize);
            let ran = Arc::clone(&ran);
            search.check(move || {
                ran.fetch_add(1, Ordering::Relaxed);
                program();
            });
        }
        ran.load(Ordering::Relaxed)
    }
}

/// Takes what `println!` takes, and keeps it, which is an operation.
macro_rules! captured {
    ($($text:tt)*) => {
        super::keep(&(format!($($text)*) + "\n"))
    };
}
use captured;

/// Takes what `println!` takes, and prints nothing.
macro_rules! silent {
    ($($text:tt)*) => {{
        let _ = format_args!($($text)*);
    }};
}
use silent;

/// The median rate of each contender, in schedules a second.
fn rates<const N: usize>(contenders: [&dyn Fn() -> u64; N]) -> [f64; N] {
    let mut rates = [(); N].map(|()| Vec::new());
    for _ in 0..ROUNDS {
        for (contender, rates) in contenders.iter().zip(&mut rates) {
            let start = Instant::now();
            let schedules = contender();
            rates.push(schedules as f64 / start.elapsed().as_secs_f64());
        }
    }
    rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    })
}

/// The explorer, which checks these rules.
fn checked(program: fn(), invariants: &str) -> u64 {
    explorer::run(program, Some(invariants), TimeModel::Virtual, SCHEDULES)
}

/// Measures them, and prints what came of it.
pub fn measure() {
    let invariants = include_str!("../../../../crates/mpsc-demo/invariants.toml");
    println!("| program | explorer | shuttle | loom | ÷ shuttle | ÷ loom |");
    println!("|---|--:|--:|--:|--:|--:|");
    let [explorer, silent, printing] = rates([
        &|| checked(explorer::example::run, invariants),
        &|| shuttle_port::run(shuttle_port::example::run, SCHEDULES),
        &|| shuttle_port::run(shuttle_port::printing::run, SCHEDULES),
    ]);
    row("mpsc-demo", explorer, silent, None);
    row("the same, output kept", explorer, printing, None);

    let [explorer, shuttle, loom, printing_shuttle, printing_loom] = rates([
        &|| checked(explorer::half::run, UNBOUNDED_INVARIANTS),
        &|| shuttle_port::run(shuttle_port::half::run, SCHEDULES),
        &|| loom_port::run(loom_port::half::run, LOOM_SCHEDULES),
        &|| shuttle_port::run(shuttle_port::printing_half::run, SCHEDULES),
        &|| loom_port::run(loom_port::printing_half::run, LOOM_SCHEDULES),
    ]);
    row(
        "its first half, without sleeping",
        explorer,
        shuttle,
        Some(loom),
    );
    row(
        "the same, output kept",
        explorer,
        printing_shuttle,
        Some(printing_loom),
    );

    litmus();
    println!("\n{}", oracle::markdown(&oracle::rows()));
}

/// A litmus test: its name, and the program as the explorer and as loom have it.
type Litmus = (&'static str, fn(), fn());

/// Litmus tests under weak memory, a row for each.
fn litmus() {
    let litmus: [Litmus; 2] = [
        (
            "message passing, weak memory",
            explorer::message_passing::main,
            loom_port::message_passing::main,
        ),
        (
            "store buffering, weak memory",
            explorer::store_buffering::main,
            loom_port::store_buffering::main,
        ),
    ];
    for (name, here, there) in litmus {
        let [explorer, loom] = rates([&|| explorer::run_weak(here, SCHEDULES), &|| {
            loom_port::run(there, LOOM_SCHEDULES)
        }]);
        println!(
            "| {name} | {explorer:.0}/s | – | {loom:.0}/s | – | {:.2} |",
            explorer / loom
        );
    }
}

/// A row of the table: schedules a second, and how many times as many the explorer runs.
fn row(program: &str, explorer: f64, shuttle: f64, loom: Option<f64>) {
    let (loom, ratio) = match loom {
        Some(loom) => (format!("{loom:.0}/s"), format!("{:.2}", explorer / loom)),
        None => ("–".to_string(), "–".to_string()),
    };
    println!(
        "| {program} | {explorer:.0}/s | {shuttle:.0}/s | {loom} | {:.2} | {ratio} |",
        explorer / shuttle
    );
}
