//! `RwLock`.

use model_std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use model_std::sync::{Arc, RwLock, RwLockWriteGuard};

use super::{Case, both, case, give_up, join, note, shared, spawn};

pub const CASES: &[Case] = &[
    case(
        "admits readers together and a writer alone",
        &[
            "reader meets=0 writer meets=0",
            "reader meets=1 writer meets=0",
        ],
        || {
            let inside = Arc::new(AtomicU32::new(0));
            let lock = Arc::new(RwLock::new(0));
            let others = (Arc::clone(&lock), Arc::clone(&inside));
            let reader = spawn(move || {
                let _guard = others.0.read();
                others.1.fetch_add(1, SeqCst);
                others.1.fetch_sub(1, SeqCst);
            });
            let guard = lock.read();
            note("reader meets", inside.load(SeqCst));
            drop(guard);
            let guard = lock.write();
            note("writer meets", inside.load(SeqCst));
            drop(guard);
            join(reader);
        },
    ),
    case(
        "written by two of its readers is a deadlock",
        &["deadlock"],
        || {
            let lock = Arc::new(RwLock::new(0));
            both(move |_| {
                let _reading = lock.read();
                let _writing = lock.write();
            });
        },
    ),
    case(
        "admits no writer while it is downgraded",
        &["end=11 reader=true same=true writer=false"],
        || {
            let [lock, other] = shared(RwLock::new(0));
            let writer = spawn(move || *other.write().unwrap() += 10);
            let mut guard = lock.write().unwrap();
            *guard += 1;
            let before = *guard;
            let guard = RwLockWriteGuard::downgrade(guard);
            note("same", *guard == before);
            note("reader", lock.try_read().is_ok());
            note("writer", lock.try_write().is_ok());
            drop(guard);
            join(writer);
            note("end", lock.read().unwrap());
        },
    ),
    case(
        "is poisoned by a writer only",
        &["read=false written=true"],
        || {
            let lock = Arc::new(RwLock::new(0));
            for (name, writes) in [("read", false), ("written", true)] {
                let other = Arc::clone(&lock);
                join(spawn(move || match writes {
                    true => {
                        let _guard = other.write();
                        give_up()
                    }
                    false => {
                        let _guard = other.read();
                        give_up()
                    }
                }));
                note(name, lock.is_poisoned());
            }
        },
    ),
    case(
        "may be busy",
        &["read=true written=false", "read=true written=true"],
        || {
            let [lock, other] = shared(RwLock::new(0));
            let reader = spawn(move || drop(other.read()));
            note("read", lock.try_read().is_ok());
            note("written", lock.try_write().is_ok());
            join(reader);
        },
    ),
];
