//! Programs with what loom lacks: scoped threads, `Barrier`, `Once`, bounded channels, and
//! channels that end when the other side is gone.

use super::std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::std::sync::{Arc, Barrier, Mutex, Once, mpsc};
use super::std::thread;

programs![
    scope_borrows.loom(Without("no scope")),
    scope_waits.loom(Without("no scope")),
    scoped_deadlock.loom(Without("no scope")),
    barrier_phases.loom(Without("no Barrier")),
    barrier_leader.loom(Without("no Barrier")),
    barrier_reused.loom(Without("no Barrier")),
    barrier_short_of_one.loom(Without("no Barrier")),
    once_runs_once.loom(Without("no Once")),
    once_makes_others_wait.loom(Without("no Once")),
    once_completed
        .loom(Without("no Once"))
        .shuttle(Misses(&["(true, 1) true"], "is_completed is no step")),
    buffer_of_one.loom(Without("no sync_channel")),
    rendezvous.loom(Without("no sync_channel")),
    rendezvous_alone.loom(Without("no sync_channel")),
    rendezvous_tried.loom(Without("no sync_channel")),
    send_tried.loom(Without("no sync_channel")),
    channel_as_lock.loom(Without("no sync_channel")),
    sender_set_free
        .loom(Without("no sync_channel"))
        .shuttle(Misses(&["[true, false]"], "dropping a receiver is no step")),
    drained.loom(Without("channels never close")),
    forgotten_sender.loom(Without("channels never close")),
    nobody_listens
        .loom(Without("channels never close"))
        .shuttle(Misses(&["true"], "dropping a receiver is no step")),
    empty_or_closed
        .loom(Without("channels never close"))
        .shuttle(Misses(
            &["[Ok(1), Err(Empty)]"],
            "dropping a sender is no step"
        )),
];

/// Two scoped threads push to what they borrow.
fn scope_borrows() -> String {
    let order = Mutex::new(String::new());
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let order = &order;
            scope.spawn(move || order.lock().unwrap().push_str(name));
        }
    });
    order.into_inner().unwrap()
}

/// A scope waits for a thread that nobody joins, and no longer for one that was joined.
fn scope_waits() -> String {
    let value = AtomicUsize::new(0);
    let seen = thread::scope(|scope| {
        scope.spawn(|| value.fetch_add(1, SeqCst));
        let joined = scope.spawn(|| value.fetch_add(2, SeqCst));
        let before = joined.join().unwrap();
        (before, value.load(SeqCst))
    });
    format!("{seen:?} {}", value.load(SeqCst))
}

/// The scope's own thread holds the lock while it waits for the scope to end.
fn scoped_deadlock() -> String {
    let lock = Mutex::new(0);
    let held = lock.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| *lock.lock().unwrap() += 1);
    });
    format!("{}", *held)
}

/// What was written before the barrier is seen after it.
fn barrier_phases() -> String {
    let shared = Arc::new((AtomicUsize::new(0), Barrier::new(2)));
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let before = shared.0.fetch_add(1, SeqCst);
            shared.1.wait();
            (before, shared.0.load(SeqCst))
        })
    };
    let before = shared.0.fetch_add(1, SeqCst);
    shared.1.wait();
    let here = (before, shared.0.load(SeqCst));
    format!("{here:?} {:?}", other.join().unwrap())
}

/// One of those who meet is the leader.
fn barrier_leader() -> String {
    let barrier = Arc::new(Barrier::new(2));
    let threads = [(); 2].map(|()| {
        let barrier = Arc::clone(&barrier);
        thread::spawn(move || barrier.wait().is_leader())
    });
    format!("{:?}", threads.map(|thread| thread.join().unwrap()))
}

/// Meets twice: nobody is a round ahead.
fn barrier_reused() -> String {
    let shared = Arc::new((AtomicUsize::new(0), Barrier::new(2)));
    let rounds = |shared: &(AtomicUsize, Barrier)| {
        [(); 2].map(|()| {
            shared.1.wait();
            let seen = shared.0.fetch_add(1, SeqCst);
            seen / 2
        })
    };
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let rounds = rounds(&shared);
            shared.1.wait();
            rounds
        })
    };
    let here = rounds(&shared);
    shared.1.wait();
    format!("{here:?} {:?}", other.join().unwrap())
}

/// Two threads at a barrier for three.
fn barrier_short_of_one() -> String {
    let barrier = Arc::new(Barrier::new(3));
    let other = {
        let barrier = Arc::clone(&barrier);
        thread::spawn(move || barrier.wait().is_leader())
    };
    barrier.wait();
    format!("{}", other.join().unwrap())
}

/// Two threads initialise, one does, and the closure says which.
fn once_runs_once() -> String {
    let shared = Arc::new((Once::new(), AtomicUsize::new(0)));
    let threads = [1, 2].map(|id| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            shared.0.call_once(|| {
                shared.1.fetch_add(id, SeqCst);
            });
            shared.1.load(SeqCst)
        })
    });
    format!("{:?}", threads.map(|thread| thread.join().unwrap()))
}

/// Whoever comes second waits until the first is through.
fn once_makes_others_wait() -> String {
    let shared = Arc::new((Once::new(), AtomicUsize::new(0)));
    let initialise = |shared: &(Once, AtomicUsize)| {
        shared.0.call_once(|| {
            shared.1.fetch_add(1, SeqCst);
            shared.1.fetch_add(1, SeqCst);
        });
        shared.1.load(SeqCst)
    };
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || initialise(&shared))
    };
    let here = initialise(&shared);
    format!("{here} {}", other.join().unwrap())
}

/// Asks whether it is done: if so, the value is there.
fn once_completed() -> String {
    let shared = Arc::new((Once::new(), AtomicUsize::new(0)));
    let other = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || shared.0.call_once(|| shared.1.store(1, SeqCst)))
    };
    let seen = (shared.0.is_completed(), shared.1.load(SeqCst));
    other.join().unwrap();
    format!("{seen:?} {}", shared.0.is_completed())
}

/// A producer is at most one message ahead of what was received, and one in its hand.
fn buffer_of_one() -> String {
    let sent = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = mpsc::sync_channel(1);
    let producer = {
        let sent = Arc::clone(&sent);
        thread::spawn(move || {
            for message in 0..3 {
                sender.send(message).unwrap();
                sent.fetch_add(1, SeqCst);
            }
        })
    };
    let seen = [(); 3].map(|()| (receiver.recv().unwrap(), sent.load(SeqCst)));
    producer.join().unwrap();
    format!("{seen:?}")
}

/// A channel without room: the sender goes on when the receiver is there.
fn rendezvous() -> String {
    let steps = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = mpsc::sync_channel(0);
    let other = {
        let steps = Arc::clone(&steps);
        thread::spawn(move || {
            sender.send(steps.fetch_add(1, SeqCst)).unwrap();
            steps.fetch_add(1, SeqCst)
        })
    };
    let before = steps.fetch_add(1, SeqCst);
    let sent = receiver.recv().unwrap();
    let after = steps.fetch_add(1, SeqCst);
    format!("{before} {sent} {after} {}", other.join().unwrap())
}

/// The thread that would receive waits in `send`.
fn rendezvous_alone() -> String {
    let (sender, receiver) = mpsc::sync_channel(0);
    sender.send(1).unwrap();
    format!("{}", receiver.recv().unwrap())
}

/// Hands over only if the receiver is waiting already.
fn rendezvous_tried() -> String {
    let (sender, receiver) = mpsc::sync_channel(0);
    let other = thread::spawn(move || receiver.recv().is_ok());
    let sent = sender.try_send(1).is_ok();
    drop(sender);
    format!("{sent} {}", other.join().unwrap())
}

/// Two threads try to send to a channel with room for one, while somebody receives.
fn send_tried() -> String {
    let (sender, receiver) = mpsc::sync_channel(1);
    let threads = [1, 2].map(|message| {
        let sender = sender.clone();
        thread::spawn(move || sender.try_send(message).is_ok())
    });
    let received = receiver.recv().unwrap();
    let sent = threads.map(|thread| thread.join().unwrap());
    format!("{received} {sent:?}")
}

/// A channel with room for one as a lock, which one thread takes twice.
fn channel_as_lock() -> String {
    let (lock, unlock) = mpsc::sync_channel(1);
    let unlock = Arc::new(Mutex::new(unlock));
    let threads = [1, 2].map(|times| {
        let (lock, unlock) = (lock.clone(), Arc::clone(&unlock));
        thread::spawn(move || {
            for _ in 0..times {
                lock.send(()).unwrap();
            }
            for _ in 0..times {
                unlock.lock().unwrap().recv().unwrap();
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    "through".to_owned()
}

/// A sender waits for room, and the receiver goes away.
fn sender_set_free() -> String {
    let (sender, receiver) = mpsc::sync_channel(1);
    let other = thread::spawn(move || [1, 2].map(|message| sender.send(message).is_ok()));
    drop(receiver);
    format!("{:?}", other.join().unwrap())
}

/// The loop over a channel ends when the last sender is dropped.
fn drained() -> String {
    let (sender, receiver) = mpsc::channel();
    let producers = ["a", "b"].map(|message| {
        let sender = sender.clone();
        thread::spawn(move || sender.send(message).unwrap())
    });
    drop(sender);
    let received: String = receiver.into_iter().collect();
    for thread in producers {
        thread.join().unwrap();
    }
    received
}

/// `main` keeps a sender: the loop never ends.
fn forgotten_sender() -> String {
    let (sender, receiver) = mpsc::channel();
    let other = {
        let sender = sender.clone();
        thread::spawn(move || sender.send("a").unwrap())
    };
    let received: String = receiver.iter().collect();
    other.join().unwrap();
    drop(sender);
    received
}

/// The receiver goes away before or after the message comes.
fn nobody_listens() -> String {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || sender.send(1).is_ok());
    drop(receiver);
    format!("{}", other.join().unwrap())
}

/// Looks twice: nothing yet, a message, or no sender any more.
fn empty_or_closed() -> String {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || sender.send(1).unwrap());
    let seen = [receiver.try_recv(), receiver.try_recv()];
    other.join().unwrap();
    format!("{seen:?}")
}
