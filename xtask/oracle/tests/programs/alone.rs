//! Programs that neither shuttle nor loom can run, each with the outcomes that follow from
//! the documentation of the standard library.

use super::std::panic::{AssertUnwindSafe, catch_unwind};
use super::std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use super::std::sync::{Arc, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, mpsc};
use super::std::thread;
use super::std::time::Duration;
use std::any::Any;

programs![
    join_gives_payload.alone("a panic ends the search", &["boom 0", "boom 1"]),
    lock_poisoned.alone("a panic ends the search", &["poisoned 1", "sound 0"]),
    poison_cleared.alone("a panic ends the search", &["Err(1) Ok(1)"]),
    poison_of_its_own.alone("a panic ends the search", &["true false false"]),
    rwlock_poisoned.alone("a panic ends the search", &["reader false", "writer true"]),
    read_twice
        .alone("no second read", &["(0, 0)", "(1, 1)", "deadlock"])
        .explorer(Misses(
            &["deadlock"],
            "a writer that waits never keeps a reader waiting"
        )),
    once_poisoned.alone(
        "a panic ends the search",
        &["[false, false] true", "[true, true] false"]
    ),
    scope_panics.alone(
        "a panic ends the search",
        &["panic: a scoped thread panicked"]
    ),
    panic_closes_channel.alone("a panic ends the search", &["1"]),
    main_panics_alone.alone("a panic ends the search", &["panic: main gives up"]),
    finished_or_not.alone("no is_finished", &["false 0", "false 1", "true 1"]),
    once_lock_set.alone("no OnceLock", &["[false, true] 2", "[true, false] 1"]),
    once_lock_initialised.alone("no OnceLock", &["None 1 1", "Some(1) 1 1"]),
    lazy_lock_forced.alone("no LazyLock", &["[7, 7] 1"]),
    spin_lock.alone("no fairness", &["12", "21"]),
    slept_in_turn.alone("no time", &["1"]).untimed(&["0", "1"]),
    slept_as_long.alone("no time", &["[1, 2]", "[2, 1]"]),
    message_in_time
        .alone("no time", &["Ok(1)"])
        .untimed(&["Err(Timeout)", "Ok(1)"]),
    message_too_late
        .alone("no time", &["Err(Timeout)"])
        .untimed(&["Err(Timeout)", "Ok(1)"]),
    waited_in_vain.alone("no time", &["true 0"]),
    waited_not_in_vain
        .alone("no time", &["false 1"])
        .untimed(&["false 1", "true 0", "true 1"]),
    parked_for_a_while.alone("no time", &["went on"]),
];

fn text(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<String>() {
        Some(text) => text,
        None => payload.downcast_ref::<&str>().unwrap(),
    }
}

/// `join` gives what the thread panicked with.
fn join_gives_payload() -> String {
    let value = Arc::new(AtomicUsize::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || panic!("boom {}", value.load(SeqCst)))
    };
    value.store(1, SeqCst);
    text(&*other.join().unwrap_err()).to_owned()
}

/// A thread panics with a lock in its hand: whoever comes later hears of it.
fn lock_poisoned() -> String {
    let value = Arc::new(Mutex::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || {
            let mut value = value.lock().unwrap();
            *value = 1;
            panic!("with the lock");
        })
    };
    let seen = match value.lock() {
        Ok(value) => format!("sound {}", *value),
        Err(poisoned) => format!("poisoned {}", poisoned.into_inner()),
    };
    other.join().unwrap_err();
    seen
}

/// Poison stays until it is cleared.
fn poison_cleared() -> String {
    let value = Arc::new(Mutex::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || {
            *value.lock().unwrap() = 1;
            let _held = value.lock().unwrap();
            panic!("with the lock");
        })
    };
    other.join().unwrap_err();
    let before = value
        .lock()
        .map(|value| *value)
        .map_err(|error| *error.into_inner());
    value.clear_poison();
    let after = value
        .lock()
        .map(|value| *value)
        .map_err(|error| *error.into_inner());
    format!("{before:?} {after:?}")
}

/// While one thread unwinds, and its destructors synchronise, another gives a lock back:
/// only the panicking thread's lock is poisoned, and only that thread is panicking.
fn poison_of_its_own() -> String {
    struct Touches(Arc<AtomicUsize>);
    impl Drop for Touches {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let (mine, yours) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let touched = Arc::new(AtomicUsize::new(0));
    let other = {
        let (mine, touched) = (Arc::clone(&mine), Arc::clone(&touched));
        thread::spawn(move || {
            let _held = mine.lock().unwrap();
            let _touches = Touches(touched);
            panic!("with the lock");
        })
    };
    let panicking = {
        let _held = yours.lock().unwrap();
        touched.fetch_add(1, SeqCst);
        thread::panicking()
    };
    other.join().unwrap_err();
    format!("{} {} {panicking}", mine.is_poisoned(), yours.is_poisoned())
}

/// A panic poisons a reader-writer lock if it was held for writing.
fn rwlock_poisoned() -> String {
    let (value, turn) = (Arc::new(RwLock::new(())), Arc::new(AtomicUsize::new(0)));
    let other = {
        let (value, turn) = (Arc::clone(&value), Arc::clone(&turn));
        thread::spawn(move || {
            if turn.fetch_add(1, SeqCst) == 0 {
                let _held = value.read().unwrap();
                panic!("reader");
            }
            let _held = value.write().unwrap();
            panic!("writer");
        })
    };
    turn.fetch_add(1, SeqCst);
    let payload = other.join().unwrap_err();
    format!("{} {}", text(&*payload), value.is_poisoned())
}

/// A thread reads what it reads already, while another wants to write.
fn read_twice() -> String {
    let value = Arc::new(RwLock::new(0));
    let writer = {
        let value = Arc::clone(&value);
        thread::spawn(move || *value.write().unwrap() = 1)
    };
    let seen = {
        let (first, second) = (value.read().unwrap(), value.read().unwrap());
        (*first, *second)
    };
    writer.join().unwrap();
    format!("{seen:?}")
}

/// One thread's initialisation panics: the other's succeeds before it, or panics after it.
fn once_poisoned() -> String {
    let once = Arc::new(Once::new());
    let other = {
        let once = Arc::clone(&once);
        thread::spawn(move || once.call_once(|| panic!("not today")))
    };
    let here = catch_unwind(AssertUnwindSafe(|| once.call_once(|| ()))).is_ok();
    let there = other.join().is_ok();
    let mut poisoned = false;
    once.call_once_force(|state| poisoned = state.is_poisoned());
    format!("{:?} {poisoned}", [here, there])
}

/// A scope panics at its end when a thread has that nobody joined.
fn scope_panics() -> String {
    let value = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| panic!("{}", value.fetch_add(1, SeqCst)));
        value.fetch_add(1, SeqCst);
    });
    "never".to_owned()
}

/// Unwinding drops the sender, and the loop over the channel ends.
fn panic_closes_channel() -> String {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || {
        sender.send("1").unwrap();
        panic!("with the sender");
    });
    let received: String = receiver.iter().collect();
    other.join().unwrap_err();
    received
}

/// `main` panics while another thread waits for ever: the program ends.
fn main_panics_alone() -> String {
    let (sender, receiver) = mpsc::channel::<()>();
    thread::spawn(move || receiver.recv());
    let _kept = sender;
    panic!("main gives up");
}

/// Asks whether a thread has finished: if so, what it wrote is there.
fn finished_or_not() -> String {
    let value = Arc::new(AtomicUsize::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || value.store(1, SeqCst))
    };
    let finished = other.is_finished();
    let seen = value.load(SeqCst);
    other.join().unwrap();
    format!("{finished} {seen}")
}

/// Two threads set what can be set once.
fn once_lock_set() -> String {
    let cell = Arc::new(OnceLock::new());
    let threads = [1, 2].map(|id| {
        let cell = Arc::clone(&cell);
        thread::spawn(move || cell.set(id).is_ok())
    });
    let set = threads.map(|thread| thread.join().unwrap());
    format!("{set:?} {}", cell.get().unwrap())
}

/// Two threads want the value, one makes it; a third look comes early or late.
fn once_lock_initialised() -> String {
    let shared = Arc::new((OnceLock::new(), AtomicUsize::new(0)));
    let make = |shared: &(OnceLock<usize>, AtomicUsize)| {
        *shared.0.get_or_init(|| shared.1.fetch_add(1, SeqCst) + 1)
    };
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || make(&shared))
    };
    let early = shared.0.get().copied();
    let here = make(&shared);
    format!("{early:?} {here} {}", other.join().unwrap())
}

/// The first to look makes the value, the other waits for it.
fn lazy_lock_forced() -> String {
    let made = Arc::new(AtomicUsize::new(0));
    let lazy = Arc::new(LazyLock::new({
        let made = Arc::clone(&made);
        move || {
            made.fetch_add(1, SeqCst);
            7
        }
    }));
    let threads = [(); 2].map(|()| {
        let lazy = Arc::clone(&lazy);
        thread::spawn(move || **lazy)
    });
    let seen = threads.map(|thread| thread.join().unwrap());
    format!("{seen:?} {}", made.load(SeqCst))
}

/// A lock that waits by asking.
fn spin_lock() -> String {
    let (locked, value) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let threads = [1, 2].map(|id| {
        let (locked, value) = (Arc::clone(&locked), Arc::clone(&value));
        thread::spawn(move || {
            while locked.swap(true, SeqCst) {
                thread::yield_now();
            }
            let seen = value.load(SeqCst);
            value.store(seen * 10 + id, SeqCst);
            locked.store(false, SeqCst);
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{}", value.load(SeqCst))
}

/// Sleeps longer than the other, and takes that for a promise.
fn slept_in_turn() -> String {
    let value = Arc::new(AtomicUsize::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(10));
            value.store(1, SeqCst);
        })
    };
    thread::sleep(Duration::from_millis(50));
    let seen = value.load(SeqCst);
    other.join().unwrap();
    format!("{seen}")
}

/// Two threads sleep equally long: either wakes first.
fn slept_as_long() -> String {
    let order = Arc::new(Mutex::new(Vec::new()));
    let threads = [1, 2].map(|id| {
        let order = Arc::clone(&order);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            order.lock().unwrap().push(id);
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{:?}", order.lock().unwrap())
}

/// The message comes well before the time is up.
fn message_in_time() -> String {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(1));
        let _ = sender.send(1);
    });
    let received = receiver.recv_timeout(Duration::from_millis(50));
    other.join().unwrap();
    format!("{received:?}")
}

/// The message comes well after the time is up.
fn message_too_late() -> String {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        let _ = sender.send(1);
    });
    let received = receiver.recv_timeout(Duration::from_millis(1));
    other.join().unwrap();
    format!("{received:?}")
}

/// Nobody notifies: the wait ends by time.
fn waited_in_vain() -> String {
    let (value, changed) = (Mutex::new(0), Condvar::new());
    let guard = value.lock().unwrap();
    let (guard, result) = changed
        .wait_timeout_while(guard, Duration::from_millis(5), |value| *value == 0)
        .unwrap();
    format!("{} {}", result.timed_out(), *guard)
}

/// Somebody notifies in time. If time is no promise: too late, or just after the time was up.
fn waited_not_in_vain() -> String {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(1));
            *shared.0.lock().unwrap() = 1;
            shared.1.notify_one();
        })
    };
    let seen = {
        let guard = shared.0.lock().unwrap();
        if *guard == 0 {
            let (guard, result) = shared
                .1
                .wait_timeout(guard, Duration::from_millis(50))
                .unwrap();
            format!("{} {}", result.timed_out(), *guard)
        } else {
            format!("false {}", *guard)
        }
    };
    other.join().unwrap();
    seen
}

/// Nobody unparks: the parking ends by time.
fn parked_for_a_while() -> String {
    thread::park_timeout(Duration::from_millis(5));
    "went on".to_owned()
}
