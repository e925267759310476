//! Programs that every checker can run: `Mutex`, `RwLock`, `Condvar`, atomics, the
//! unbounded channel while its senders live, `spawn`, `join`, `park`.

use super::std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst, fence};
use super::std::sync::{Arc, Condvar, Mutex, RwLock, mpsc};
use super::std::thread;
use std::cell::RefCell;

programs![
    lost_update,
    counted_by_rmw,
    counted_by_compare_exchange,
    first_come,
    store_buffer.loom(Adds(&["0 0"], "a SeqCst access is acquire and release")),
    store_buffer_fenced,
    message_published,
    seen_and_told,
    exchanged_places,
    check_then_act,
    aba,
    flags_of_intent,
    one_lock_each,
    counted_under_lock,
    section_split,
    crossed_locks,
    ordered_locks,
    lock_tried.loom(Misses(&["None"], "try_lock never fails")),
    locked_twice,
    pair_torn,
    pair_whole,
    philosophers,
    readers_and_writer,
    upgrade_split,
    write_tried.loom(Misses(
        &[
            "false None 0",
            "false Some(0) 0",
            "false Some(2) 0",
            "true None 0",
            "true None 1",
        ],
        "try_read and try_write never fail",
    )),
    lock_and_rwlock_crossed,
    handed_over,
    waits_without_asking,
    one_notice_for_two,
    all_noticed,
    if_instead_of_while,
    flag_outside_lock,
    notified_after_unlock,
    semaphore,
    two_producers,
    received_under_lock,
    each_waits_first,
    tried_to_receive.loom(Misses(&["Ok(1)"], "try_recv is no step")),
    relayed,
    token_kept,
    two_tokens_are_one,
    joined_write,
    outlives_main,
    grandchild,
    local_dropped_before_join.loom(Adds(&["0 0"], "local values outlive join")),
    main_asserts,
];

/// Two threads each load a counter and store one more: one update can be lost.
fn lost_update() -> String {
    let counter = Arc::new(AtomicUsize::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            let seen = counter.load(SeqCst);
            counter.store(seen + 1, SeqCst);
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{}", counter.load(SeqCst))
}

/// The same with `fetch_add`: none is lost, and each thread sees another value.
fn counted_by_rmw() -> String {
    let counter = Arc::new(AtomicUsize::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || counter.fetch_add(1, SeqCst))
    });
    let seen = threads.map(|thread| thread.join().unwrap());
    format!("{seen:?} {}", counter.load(SeqCst))
}

/// The same with a loop of `compare_exchange`: how often it fails is part of the outcome.
fn counted_by_compare_exchange() -> String {
    let counter = Arc::new(AtomicUsize::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            let (mut seen, mut failures) = (0, 0);
            while let Err(now) = counter.compare_exchange(seen, seen + 1, SeqCst, SeqCst) {
                (seen, failures) = (now, failures + 1);
            }
            failures
        })
    });
    let failures = threads.map(|thread| thread.join().unwrap());
    format!("{failures:?} {}", counter.load(SeqCst))
}

/// Three threads want to be the first; exactly one is.
fn first_come() -> String {
    let first = Arc::new(AtomicUsize::new(0));
    let threads = [1, 2, 3].map(|id| {
        let first = Arc::clone(&first);
        thread::spawn(move || first.compare_exchange(0, id, SeqCst, SeqCst).is_ok())
    });
    let won = threads.map(|thread| thread.join().unwrap());
    format!("{won:?} {}", first.load(SeqCst))
}

/// Each thread stores to its own cell and loads the other's: at least one sees the store.
fn store_buffer() -> String {
    let [left, right] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    let other = {
        let (left, right) = (Arc::clone(&left), Arc::clone(&right));
        thread::spawn(move || {
            left.store(1, SeqCst);
            right.load(SeqCst)
        })
    };
    right.store(1, SeqCst);
    let seen = left.load(SeqCst);
    format!("{seen} {}", other.join().unwrap())
}

/// The same with a fence between the store and the load.
fn store_buffer_fenced() -> String {
    let [left, right] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    let other = {
        let (left, right) = (Arc::clone(&left), Arc::clone(&right));
        thread::spawn(move || {
            left.store(1, SeqCst);
            fence(SeqCst);
            right.load(SeqCst)
        })
    };
    right.store(1, SeqCst);
    fence(SeqCst);
    let seen = left.load(SeqCst);
    format!("{seen} {}", other.join().unwrap())
}

/// Data, then a flag: who sees the flag sees the data.
fn message_published() -> String {
    let (data, ready) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let writer = {
        let (data, ready) = (Arc::clone(&data), Arc::clone(&ready));
        thread::spawn(move || {
            data.store(7, SeqCst);
            ready.store(true, SeqCst);
        })
    };
    let seen = (ready.load(SeqCst), data.load(SeqCst));
    writer.join().unwrap();
    format!("{seen:?}")
}

/// One thread stores, another stores elsewhere what it saw, and who sees that sees the first
/// store too.
fn seen_and_told() -> String {
    let [first, second] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    let writer = {
        let first = Arc::clone(&first);
        thread::spawn(move || first.store(1, SeqCst))
    };
    let teller = {
        let (first, second) = (Arc::clone(&first), Arc::clone(&second));
        thread::spawn(move || second.store(first.load(SeqCst), SeqCst))
    };
    let seen = (second.load(SeqCst), first.load(SeqCst));
    writer.join().unwrap();
    teller.join().unwrap();
    format!("{seen:?}")
}

/// Each of three threads swaps its number in and another's out.
fn exchanged_places() -> String {
    let place = Arc::new(AtomicUsize::new(0));
    let threads = [1, 2].map(|id| {
        let place = Arc::clone(&place);
        thread::spawn(move || place.swap(id, SeqCst))
    });
    let here = place.swap(3, SeqCst);
    let there = threads.map(|thread| thread.join().unwrap());
    format!("{here} {there:?} {}", place.load(SeqCst))
}

/// Two threads see that a place is free and take it: both may have it.
fn check_then_act() -> String {
    let (taken, owners) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let threads = [(); 2].map(|()| {
        let (taken, owners) = (Arc::clone(&taken), Arc::clone(&owners));
        thread::spawn(move || {
            if !taken.load(SeqCst) {
                taken.store(true, SeqCst);
                owners.fetch_add(1, SeqCst);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{} owners", owners.load(SeqCst))
}

/// A `compare_exchange` succeeds although the value changed and changed back meanwhile.
fn aba() -> String {
    let (value, changes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let other = {
        let (value, changes) = (Arc::clone(&value), Arc::clone(&changes));
        thread::spawn(move || {
            value.store(1, SeqCst);
            changes.fetch_add(1, SeqCst);
            value.store(0, SeqCst);
        })
    };
    let before = changes.load(SeqCst);
    let seen = value.load(SeqCst);
    let same = value.compare_exchange(seen, 2, SeqCst, SeqCst).is_ok();
    let after = changes.load(SeqCst);
    other.join().unwrap();
    format!("{seen} {same} {}", after - before)
}

/// Each of two threads announces itself and enters if the other has not: never both, and
/// perhaps neither. Read-modify-write operations announce, which no memory model reorders.
fn flags_of_intent() -> String {
    let flags = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    let threads = [0, 1].map(|me| {
        let flags = flags.clone();
        thread::spawn(move || {
            flags[me].fetch_add(1, SeqCst);
            flags[1 - me].fetch_add(0, SeqCst) == 0
        })
    });
    let entered = threads.map(|thread| thread.join().unwrap());
    format!("{entered:?}")
}

/// Three threads each lock one mutex once: six orders.
fn one_lock_each() -> String {
    let order = Arc::new(Mutex::new(String::new()));
    let threads = ["a", "b", "c"].map(|name| {
        let order = Arc::clone(&order);
        thread::spawn(move || order.lock().unwrap().push_str(name))
    });
    for thread in threads {
        thread.join().unwrap();
    }
    order.lock().unwrap().clone()
}

/// A counter under a lock: both updates count.
fn counted_under_lock() -> String {
    let counter = Arc::new(Mutex::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || *counter.lock().unwrap() += 1)
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{}", *counter.lock().unwrap())
}

/// The lock is given back between reading and writing: an update can be lost.
fn section_split() -> String {
    let counter = Arc::new(Mutex::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            let seen = *counter.lock().unwrap();
            *counter.lock().unwrap() = seen + 1;
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{}", *counter.lock().unwrap())
}

/// Two locks, taken in opposite orders: a deadlock.
fn crossed_locks() -> String {
    let locks = [(); 2].map(|()| Arc::new(Mutex::new(0)));
    let threads = [0, 1].map(|first| {
        let locks = locks.clone();
        thread::spawn(move || {
            let mut held = locks[first].lock().unwrap();
            *locks[1 - first].lock().unwrap() += 1;
            *held += 1;
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!(
        "{} {}",
        *locks[0].lock().unwrap(),
        *locks[1].lock().unwrap()
    )
}

/// Two locks, taken in the same order: who was first decides.
fn ordered_locks() -> String {
    let locks = [(); 2].map(|()| Arc::new(Mutex::new(Vec::new())));
    let threads = [1, 2].map(|id| {
        let locks = locks.clone();
        thread::spawn(move || {
            let mut held = locks[0].lock().unwrap();
            locks[1].lock().unwrap().push(id);
            held.push(id);
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!(
        "{:?} {:?}",
        *locks[0].lock().unwrap(),
        *locks[1].lock().unwrap()
    )
}

/// One thread locks, the other only tries to.
fn lock_tried() -> String {
    let value = Arc::new(Mutex::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || *value.lock().unwrap() = 1)
    };
    let seen = value.try_lock().map(|guard| *guard).ok();
    other.join().unwrap();
    format!("{seen:?}")
}

/// A thread locks what it holds already.
fn locked_twice() -> String {
    let lock = Mutex::new(1);
    let held = lock.lock().unwrap();
    let again = lock.lock().unwrap();
    format!("{} {}", *held, *again)
}

/// Two values that belong together, each under a lock of its own: a reader can see one
/// changed and the other not.
fn pair_torn() -> String {
    let pair = [(); 2].map(|()| Arc::new(Mutex::new(0)));
    let writer = {
        let pair = pair.clone();
        thread::spawn(move || {
            *pair[0].lock().unwrap() = 1;
            *pair[1].lock().unwrap() = 1;
        })
    };
    let seen = pair.clone().map(|value| *value.lock().unwrap());
    writer.join().unwrap();
    format!("{seen:?}")
}

/// The same under one lock: a reader sees both or neither.
fn pair_whole() -> String {
    let pair = Arc::new(Mutex::new((0, 0)));
    let writer = {
        let pair = Arc::clone(&pair);
        thread::spawn(move || {
            let mut pair = pair.lock().unwrap();
            pair.0 = 1;
            pair.1 = 1;
        })
    };
    let seen = *pair.lock().unwrap();
    writer.join().unwrap();
    format!("{seen:?}")
}

/// Three philosophers, each with a fork in the left hand, wait for the right one.
fn philosophers() -> String {
    let forks = [(); 3].map(|()| Arc::new(Mutex::new(())));
    let eat = |left: &Mutex<()>, right: &Mutex<()>| {
        let _left = left.lock().unwrap();
        let _right = right.lock().unwrap();
    };
    let others = [0, 1].map(|seat| {
        let (left, right) = (Arc::clone(&forks[seat]), Arc::clone(&forks[seat + 1]));
        thread::spawn(move || eat(&left, &right))
    });
    eat(&forks[2], &forks[0]);
    for thread in others {
        thread.join().unwrap();
    }
    "all ate".to_owned()
}

/// Two readers and a writer.
fn readers_and_writer() -> String {
    let value = Arc::new(RwLock::new(0));
    let writer = {
        let value = Arc::clone(&value);
        thread::spawn(move || *value.write().unwrap() = 1)
    };
    let reader = {
        let value = Arc::clone(&value);
        thread::spawn(move || *value.read().unwrap())
    };
    let here = *value.read().unwrap();
    writer.join().unwrap();
    format!("{here} {}", reader.join().unwrap())
}

/// Read, give back, then write what follows from it: it may not be true any more.
fn upgrade_split() -> String {
    let value = Arc::new(RwLock::new(0));
    let threads = [(); 2].map(|()| {
        let value = Arc::clone(&value);
        thread::spawn(move || {
            let empty = *value.read().unwrap() == 0;
            if empty {
                *value.write().unwrap() += 1;
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    format!("{}", *value.read().unwrap())
}

/// Tries to write while another reads, and to read while another writes.
fn write_tried() -> String {
    let value = Arc::new(RwLock::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || {
            let seen = *value.read().unwrap();
            *value.write().unwrap() += 2;
            seen
        })
    };
    let wrote = value.try_write().map(|mut guard| *guard += 1).is_ok();
    let read = value.try_read().map(|guard| *guard).ok();
    let seen = other.join().unwrap();
    format!("{wrote} {read:?} {seen}")
}

/// A mutex and a reader-writer lock, taken in opposite orders.
fn lock_and_rwlock_crossed() -> String {
    let (left, right) = (Arc::new(Mutex::new(0)), Arc::new(RwLock::new(0)));
    let other = {
        let (left, right) = (Arc::clone(&left), Arc::clone(&right));
        thread::spawn(move || {
            let held = left.lock().unwrap();
            *held + *right.read().unwrap()
        })
    };
    {
        let mut held = right.write().unwrap();
        *held = *left.lock().unwrap() + 1;
    }
    format!("{}", other.join().unwrap())
}

/// A value is handed over under a lock, and the waiting thread asks for it in a loop.
fn handed_over() -> String {
    let shared = Arc::new((Mutex::new(None), Condvar::new()));
    let receiver = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (slot, filled) = &*shared;
            let mut waits = 0;
            let mut slot = slot.lock().unwrap();
            while slot.is_none() {
                slot = filled.wait(slot).unwrap();
                waits += 1;
            }
            (slot.take(), waits)
        })
    };
    *shared.0.lock().unwrap() = Some(7);
    shared.1.notify_one();
    format!("{:?}", receiver.join().unwrap())
}

/// Waits without asking whether it has happened already: a lost wake-up, a deadlock.
fn waits_without_asking() -> String {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let receiver = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let value = shared.0.lock().unwrap();
            *shared.1.wait(value).unwrap()
        })
    };
    *shared.0.lock().unwrap() = 7;
    shared.1.notify_one();
    format!("{}", receiver.join().unwrap())
}

/// Two threads wait for one flag, and only one of them is told.
fn one_notice_for_two() -> String {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let receivers = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let mut ready = shared.0.lock().unwrap();
            while !*ready {
                ready = shared.1.wait(ready).unwrap();
            }
        })
    });
    *shared.0.lock().unwrap() = true;
    shared.1.notify_one();
    for thread in receivers {
        thread.join().unwrap();
    }
    "both went on".to_owned()
}

/// The same with `notify_all`.
fn all_noticed() -> String {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let receivers = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let mut ready = shared.0.lock().unwrap();
            while !*ready {
                ready = shared.1.wait(ready).unwrap();
            }
        })
    });
    *shared.0.lock().unwrap() = true;
    shared.1.notify_all();
    for thread in receivers {
        thread.join().unwrap();
    }
    "both went on".to_owned()
}

/// Two takers, one item, everyone is told, and nobody asks again: one finds nothing.
fn if_instead_of_while() -> String {
    let shared = Arc::new((Mutex::new((0, false)), Condvar::new()));
    let takers = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let mut state = shared.0.lock().unwrap();
            if state.0 == 0 && !state.1 {
                state = shared.1.wait(state).unwrap();
            }
            let found = state.0 > 0;
            state.0 = 0;
            found
        })
    });
    *shared.0.lock().unwrap() = (1, true);
    shared.1.notify_all();
    let found = takers.map(|thread| thread.join().unwrap());
    format!("{found:?}")
}

/// The flag changes without the lock, between the question and the waiting: a lost wake-up.
fn flag_outside_lock() -> String {
    let shared = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
    let receiver = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let mut guard = shared.1.lock().unwrap();
            while !shared.0.load(SeqCst) {
                guard = shared.2.wait(guard).unwrap();
            }
        })
    };
    shared.0.store(true, SeqCst);
    shared.2.notify_one();
    receiver.join().unwrap();
    "seen".to_owned()
}

/// Two notices for two waiters who each take one of two items.
fn notified_after_unlock() -> String {
    let shared = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    let takers = [(); 2].map(|()| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let mut items = shared.0.lock().unwrap();
            loop {
                match items.pop() {
                    Some(item) => return item,
                    None => items = shared.1.wait(items).unwrap(),
                }
            }
        })
    });
    shared.0.lock().unwrap().extend([1, 2]);
    shared.1.notify_one();
    shared.1.notify_one();
    let taken = takers.map(|thread| thread.join().unwrap());
    format!("{taken:?}")
}

/// A semaphore with one permit keeps two threads apart.
fn semaphore() -> String {
    let shared = Arc::new((Mutex::new(1), Condvar::new()));
    let inside = Arc::new(AtomicUsize::new(0));
    let threads = [(); 2].map(|()| {
        let (shared, inside) = (Arc::clone(&shared), Arc::clone(&inside));
        thread::spawn(move || {
            let (permits, freed) = &*shared;
            let mut free = permits.lock().unwrap();
            while *free == 0 {
                free = freed.wait(free).unwrap();
            }
            *free -= 1;
            drop(free);
            let others = inside.fetch_add(1, SeqCst);
            inside.fetch_sub(1, SeqCst);
            *permits.lock().unwrap() += 1;
            freed.notify_one();
            others
        })
    });
    let others = threads.map(|thread| thread.join().unwrap());
    format!("{others:?}")
}

/// Two producers and a channel: any order, but each one's own.
fn two_producers() -> String {
    let (sender, receiver) = mpsc::channel();
    let producers = [&["a", "b"][..], &["c"]].map(|messages| {
        let sender = sender.clone();
        thread::spawn(move || {
            for &message in messages {
                sender.send(message).unwrap();
            }
        })
    });
    let received = [(); 3].map(|()| receiver.recv().unwrap());
    for thread in producers {
        thread.join().unwrap();
    }
    received.concat()
}

/// A thread waits for a message while it holds the lock that the sender needs.
fn received_under_lock() -> String {
    let lock = Arc::new(Mutex::new(0));
    let (sender, receiver) = mpsc::channel();
    let other = {
        let lock = Arc::clone(&lock);
        thread::spawn(move || {
            *lock.lock().unwrap() += 1;
            sender.send(()).unwrap();
        })
    };
    {
        let _held = lock.lock().unwrap();
        receiver.recv().unwrap();
    }
    other.join().unwrap();
    "received".to_owned()
}

/// Each of two threads receives before it sends.
fn each_waits_first() -> String {
    let (to_other, from_main) = mpsc::channel();
    let (to_main, from_other) = mpsc::channel();
    let other = thread::spawn(move || {
        let message: usize = from_main.recv().unwrap();
        to_main.send(message + 1).unwrap();
    });
    let message: usize = from_other.recv().unwrap();
    to_other.send(message + 1).unwrap();
    other.join().unwrap();
    format!("{message}")
}

/// Looks whether a message has come.
fn tried_to_receive() -> String {
    let (sender, receiver) = mpsc::channel();
    let kept = sender.clone();
    let other = thread::spawn(move || sender.send(1).unwrap());
    let seen = receiver.try_recv();
    other.join().unwrap();
    drop(kept);
    format!("{seen:?}")
}

/// A message passes through two channels, and meets one that went the short way.
fn relayed() -> String {
    let (first, relay) = mpsc::channel();
    let (second, receiver) = mpsc::channel();
    let direct = second.clone();
    let other = thread::spawn(move || {
        let message: &str = relay.recv().unwrap();
        second.send(message).unwrap();
    });
    first.send("long").unwrap();
    direct.send("short").unwrap();
    let received = [receiver.recv().unwrap(), receiver.recv().unwrap()];
    other.join().unwrap();
    received.join(" ")
}

/// `unpark` before `park` is not lost: the token is kept.
fn token_kept() -> String {
    let steps = Arc::new(AtomicUsize::new(0));
    let other = {
        let steps = Arc::clone(&steps);
        thread::spawn(move || {
            thread::park();
            steps.fetch_add(1, SeqCst)
        })
    };
    other.thread().unpark();
    let here = steps.fetch_add(1, SeqCst);
    format!("{here} {}", other.join().unwrap())
}

/// Two calls of `unpark` leave one token: the second `park` may wait for ever.
fn two_tokens_are_one() -> String {
    let other = thread::spawn(|| {
        thread::park();
        thread::park();
    });
    other.thread().unpark();
    other.thread().unpark();
    other.join().unwrap();
    "parked twice".to_owned()
}

/// What a thread wrote is there after `join`, and perhaps before.
fn joined_write() -> String {
    let value = Arc::new(AtomicUsize::new(0));
    let other = {
        let value = Arc::clone(&value);
        thread::spawn(move || value.store(1, SeqCst))
    };
    let before = value.load(SeqCst);
    other.join().unwrap();
    format!("{before} {}", value.load(SeqCst))
}

/// Nobody joins the threads: `main` sees any part of what they do.
fn outlives_main() -> String {
    let value = Arc::new(AtomicUsize::new(0));
    for bit in [1, 2] {
        let value = Arc::clone(&value);
        thread::spawn(move || value.fetch_add(bit, SeqCst));
    }
    format!("{}", value.load(SeqCst))
}

/// A thread spawns a thread, and joins it or not before it writes itself.
fn grandchild() -> String {
    let value = Arc::new(Mutex::new(Vec::new()));
    let child = {
        let value = Arc::clone(&value);
        thread::spawn(move || {
            let grandchild = {
                let value = Arc::clone(&value);
                thread::spawn(move || value.lock().unwrap().push("grandchild"))
            };
            value.lock().unwrap().push("child");
            grandchild.join().unwrap();
        })
    };
    value.lock().unwrap().push("main");
    child.join().unwrap();
    value.lock().unwrap().join(" ")
}

/// A thread's local values are dropped before it counts as joined.
fn local_dropped_before_join() -> String {
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    super::std::thread_local! {
        static LOCAL: RefCell<Option<Counts>> = RefCell::new(None);
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let other = {
        let dropped = Arc::clone(&dropped);
        thread::spawn(move || LOCAL.with(|local| *local.borrow_mut() = Some(Counts(dropped))))
    };
    let before = dropped.load(SeqCst);
    other.join().unwrap();
    format!("{before} {}", dropped.load(SeqCst))
}

/// A claim about a race: `main` panics when it is broken.
fn main_asserts() -> String {
    let counter = Arc::new(AtomicUsize::new(0));
    let other = {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            let seen = counter.load(SeqCst);
            counter.store(seen + 1, SeqCst);
        })
    };
    let seen = counter.load(SeqCst);
    counter.store(seen + 1, SeqCst);
    other.join().unwrap();
    assert!(counter.load(SeqCst) == 2, "an update was lost");
    "2".to_owned()
}
