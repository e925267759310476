//! `Once`, `OnceLock` and `LazyLock`.

use model_std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use model_std::sync::{Arc, LazyLock, Once, OnceLock};

use super::{Case, both, case, give_up, join, note, shared, spawn, unexplored};

pub const CASES: &[Case] = &[
    case(
        "runs one closure, and both threads wait for it",
        &["a=1 b=1 by=a completed=true", "a=1 b=1 by=b completed=true"],
        || {
            let once = Arc::new(Once::new());
            let done = Arc::new(AtomicU32::new(0));
            let other = (Arc::clone(&once), Arc::clone(&done));
            both(move |name| {
                other.0.call_once(|| {
                    note("by", name);
                    other.1.fetch_add(1, SeqCst);
                });
                note(name, other.1.load(SeqCst));
            });
            note("completed", once.is_completed());
        },
    ),
    case(
        "is seen completed or not",
        &["completed=false then=true", "completed=true then=true"],
        || {
            let [once, other] = shared(Once::new());
            let thread = spawn(move || other.call_once(|| {}));
            note("completed", once.is_completed());
            once.wait();
            note("then", once.is_completed());
            join(thread);
        },
    ),
    case(
        "is poisoned until it is forced",
        &["completed=true first=panics poisoned=true second=panics"],
        || {
            let once = Arc::new(Once::new());
            for name in ["first", "second"] {
                let other = Arc::clone(&once);
                join(spawn(move || {
                    note(name, "panics");
                    other.call_once(|| give_up());
                    note(name, "returns");
                }));
            }
            once.call_once_force(|state| note("poisoned", state.is_poisoned()));
            once.call_once(|| unreachable!());
            note("completed", once.is_completed());
        },
    ),
    case(
        "called by its own closure is a deadlock",
        &["deadlock"],
        || {
            let once = Once::new();
            once.call_once(|| once.call_once(|| {}));
        },
    ),
    case(
        "lock is filled by the first thread",
        &["a=a b=a get=a", "a=b b=b get=b"],
        || {
            let [cell, other] = shared(OnceLock::new());
            both(move |name| note(name, other.get_or_init(|| name)));
            note("get", cell.get().unwrap());
        },
    ),
    case(
        "lock is set once",
        &[
            "again=1 get=false made=1 set=true",
            "again=1 get=true made=1 set=true",
            "again=2 get=false made=2 set=false",
        ],
        || {
            let [cell, other] = shared(OnceLock::new());
            let thread = spawn(move || note("set", other.set(1).is_ok()));
            note("get", cell.get().is_some());
            note("made", cell.get_or_init(|| 2));
            note("again", cell.get().unwrap());
            join(thread);
        },
    ),
    case("lock is waited for", &["value=3"], || {
        let [cell, other] = shared(OnceLock::new());
        let thread = spawn(move || other.set(3).unwrap());
        note("value", cell.wait());
        join(thread);
    }),
    case(
        "lock is filled by the next thread if the first panics",
        &["main=1 other=1", "main=1"],
        || {
            let [cell, other] = shared(OnceLock::new());
            let thread = spawn(move || {
                note("other", other.get_or_init(|| give_up()));
            });
            note("main", cell.get_or_init(|| 1));
            join(thread);
        },
    ),
    unexplored("lock outside of an exploration", || {
        let mut cell = OnceLock::from(1);
        assert_eq!(cell.get(), Some(&1));
        assert_eq!(cell.set(2), Err(2));
        assert_eq!(cell.clone(), cell);
        assert_eq!(format!("{cell:?}"), "OnceLock(1)");
        assert_eq!(cell.take(), Some(1));
        assert_eq!(cell.get(), None);
        assert_eq!(cell.set(2), Ok(()));
        assert_eq!(cell.into_inner(), Some(2));
    }),
    case(
        "lazy lock is made once on each schedule",
        &["a=1 b=1 calls=1"],
        || {
            let [calls, count] = shared(AtomicU32::new(0));
            let lazy = Arc::new(LazyLock::new(move || count.fetch_add(1, SeqCst) + 1));
            both(move |name| note(name, **lazy));
            note("calls", calls.load(SeqCst));
        },
    ),
    case("lazy lock stays poisoned", &["a=panics b=panics"], || {
        let lazy: Arc<LazyLock<u32>> = Arc::new(LazyLock::new(|| give_up()));
        both(move |name| {
            note(name, "panics");
            note(name, **lazy);
        });
    }),
    unexplored("lazy lock outside of an exploration", || {
        let mut lazy = LazyLock::<_, fn() -> u32>::new(|| 1);
        assert_eq!(LazyLock::get(&lazy), None);
        assert_eq!(format!("{lazy:?}"), "LazyLock(<uninit>)");
        *lazy += 1;
        assert_eq!(*lazy, 2);
        assert_eq!(LazyLock::get(&lazy), Some(&2));
    }),
];
