//! Atomics under sequential consistency.

use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};

use super::{Case, both, case, join, note, shared, spawn};

pub const CASES: &[Case] = &[
    case(
        "a load and a store apart lose an update",
        &["counter=1", "counter=2"],
        || {
            let [counter, other] = shared(AtomicU32::new(0));
            both(move |_| {
                let value = other.load(SeqCst);
                other.store(value + 1, SeqCst);
            });
            note("counter", counter.load(SeqCst));
        },
    ),
    case(
        "a loop of compare_exchange loses no update",
        &["counter=2"],
        || {
            let [counter, other] = shared(AtomicU32::new(0));
            both(move |_| {
                other
                    .fetch_update(SeqCst, SeqCst, |value| Some(value + 1))
                    .unwrap();
            });
            note("counter", counter.load(SeqCst));
        },
    ),
    case(
        "two stores and two loads are sequentially consistent",
        &["x=0 y=1", "x=1 y=0", "x=1 y=1"],
        || {
            let [x, y] = [0, 0].map(|n| Arc::new(AtomicUsize::new(n)));
            let other = (Arc::clone(&x), Arc::clone(&y));
            let thread = spawn(move || {
                other.0.store(1, SeqCst);
                note("y", other.1.load(SeqCst));
            });
            y.store(1, SeqCst);
            note("x", x.load(SeqCst));
            join(thread);
        },
    ),
    case(
        "one of two compare_exchanges succeeds",
        &["a=false b=true", "a=true b=false"],
        || {
            let owner = Arc::new(AtomicU32::new(0));
            both(move |name| {
                note(name, owner.compare_exchange(0, 1, SeqCst, SeqCst).is_ok());
            });
        },
    ),
];
