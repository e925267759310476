//! `Mutex`.

use std::fmt::Display;

use model_std::sync::{Arc, Mutex, TryLockError};

use super::{Case, both, case, give_up, join, note, shared, spawn, unexplored};

pub const CASES: &[Case] = &[
    case("keeps an increment whole", &["counter=2"], || {
        let [counter, inner] = shared(Mutex::new(0));
        both(move |_| *inner.lock().unwrap() += 1);
        note("counter", counter.lock().unwrap());
    }),
    case("may be busy", &["got=0", "got=1", "got=busy"], || {
        let [mutex, other] = shared(Mutex::new(0));
        let thread = spawn(move || *other.lock().unwrap() = 1);
        match mutex.try_lock() {
            Ok(guard) => note("got", *guard),
            Err(TryLockError::WouldBlock) => note("got", "busy"),
            Err(TryLockError::Poisoned(_)) => unreachable!(),
        }
        join(thread);
    }),
    case(
        "locked in two orders may deadlock",
        &["", "deadlock"],
        || {
            let [one, two] = [1, 2].map(|n| Arc::new(Mutex::new(n)));
            let mutexes = (Arc::clone(&one), Arc::clone(&two));
            let thread = spawn(move || {
                let _one = mutexes.0.lock();
                let _two = mutexes.1.lock();
            });
            let second = two.lock();
            let first = one.lock();
            drop((first, second));
            join(thread);
        },
    ),
    case("locked twice is a deadlock", &["deadlock"], || {
        let mutex = Mutex::new(());
        let _guard = mutex.lock();
        let _again = mutex.lock();
    }),
    case(
        "is poisoned by the holder that panics only",
        &[
            "after=false found=false poisoned=true",
            "after=false found=true poisoned=true",
        ],
        || {
            let [mutex, other] = shared(Mutex::new(0));
            let panics = spawn(move || {
                let _guard = other.lock();
                give_up()
            });
            // This lock is taken before or after the panic, and does not poison.
            note("found", mutex.lock().is_err());
            join(panics);
            note("poisoned", mutex.is_poisoned());
            mutex.clear_poison();
            note("after", mutex.lock().is_err());
        },
    ),
    case(
        "is not poisoned by a lock taken while unwinding",
        &["poisoned=false"],
        || {
            struct LocksAtTheEnd(Arc<Mutex<()>>);
            impl Drop for LocksAtTheEnd {
                fn drop(&mut self) {
                    drop(self.0.lock());
                }
            }

            let mutex = Arc::new(Mutex::new(()));
            let end = LocksAtTheEnd(Arc::clone(&mutex));
            join(spawn(move || {
                let _end = end;
                give_up()
            }));
            note("poisoned", mutex.is_poisoned());
        },
    ),
    case(
        "of a static is refused unless statics are put back",
        &["refused: static: this process does not keep its statics"],
        || {
            static COUNT: Mutex<u32> = Mutex::new(0);
            *COUNT.lock().unwrap() += 1;
        },
    ),
    unexplored("may hold an unsized value", || {
        let mutex: Box<Mutex<dyn Display>> = Box::new(Mutex::new(5));
        assert_eq!(mutex.lock().unwrap().to_string(), "5");
        assert_eq!(
            format!("{:?}", Mutex::new(5)),
            "Mutex { data: 5, poisoned: false, .. }"
        );
    }),
];
