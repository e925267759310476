//! `Barrier`.

use model_std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use model_std::sync::{Arc, Barrier};

use super::{Case, case, join, note, spawn};

pub const CASES: &[Case] = &[
    case(
        "has one leader each time",
        &[
            "first=false second=false",
            "first=false second=true",
            "first=true second=false",
            "first=true second=true",
        ],
        || {
            let barrier = Arc::new(Barrier::new(2));
            let leads = Arc::new(AtomicU32::new(0));
            let other = (Arc::clone(&barrier), Arc::clone(&leads));
            let thread = spawn(move || {
                note("first", other.0.wait().is_leader());
                note("second", other.0.wait().is_leader());
            });
            barrier.wait();
            barrier.wait();
            join(thread);
        },
    ),
    case(
        "holds both threads until the last one waits",
        &["count=1", "count=2"],
        || {
            let barrier = Arc::new(Barrier::new(2));
            let count = Arc::new(AtomicU32::new(0));
            let other = (Arc::clone(&barrier), Arc::clone(&count));
            let thread = spawn(move || {
                other.1.fetch_add(1, SeqCst);
                other.0.wait();
                other.1.fetch_add(1, SeqCst);
            });
            barrier.wait();
            note("count", count.load(SeqCst));
            join(thread);
        },
    ),
    case("alone is a deadlock", &["deadlock"], || {
        let barrier = Barrier::new(2);
        note("leader", barrier.wait().is_leader());
    }),
];
