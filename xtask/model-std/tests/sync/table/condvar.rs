//! `Condvar`.

use std::time::Duration;

use engine::Thread;
use model_std::sync::{Arc, Condvar, Mutex, mpsc};

use super::{Case, case, join, note, shared, sleep, spawn};

pub const CASES: &[Case] = &[
    case("wakes a waiter after a change", &["open=1"], || {
        let [gate, other] = shared(gate());
        let waiter = spawn(move || {
            let guard = other.0.lock().unwrap();
            let guard = other.1.wait_while(guard, |open| *open == 0).unwrap();
            note("open", guard);
        });
        *gate.0.lock().unwrap() = 1;
        gate.1.notify_one();
        join(waiter);
    }),
    case(
        "loses a notification that no thread waits for",
        &["", "deadlock"],
        || {
            let [gate, other] = shared(gate());
            let waiter = spawn(move || drop(other.1.wait(other.0.lock().unwrap())));
            gate.1.notify_one();
            join(waiter);
        },
    ),
    case(
        "notify_one wakes either waiter",
        &["woken=a deadlock", "woken=b deadlock"],
        || {
            let gate = Arc::new(gate());
            let (sender, woken) = mpsc::channel();
            two_waiters(&gate, sender);
            until_both_wait(&gate);
            gate.1.notify_one();
            note("woken", woken.recv().unwrap());
            note("another", woken.recv().is_ok());
        },
    ),
    case(
        "notify_one again wakes the other waiter",
        &["first=a second=b", "first=b second=a"],
        || {
            let gate = Arc::new(gate());
            let (sender, woken) = mpsc::channel();
            two_waiters(&gate, sender);
            until_both_wait(&gate);
            gate.1.notify_one();
            note("first", woken.recv().unwrap());
            gate.1.notify_one();
            note("second", woken.recv().unwrap());
        },
    ),
    case(
        "notify_all wakes both waiters",
        &["first=a second=b", "first=b second=a"],
        || {
            let gate = Arc::new(gate());
            let (sender, woken) = mpsc::channel();
            two_waiters(&gate, sender);
            until_both_wait(&gate);
            gate.1.notify_all();
            note("first", woken.recv().unwrap());
            note("second", woken.recv().unwrap());
        },
    ),
    case(
        "does not wake a later waiter",
        &["early=false timed out=true", "early=true timed out=true"],
        || {
            let gate = Arc::new(gate());
            let (sender, woken) = mpsc::channel();
            let other = Arc::clone(&gate);
            spawn(move || {
                drop(other.1.wait(other.0.lock().unwrap()));
                sender.send("early").unwrap();
            });
            // Where the thread does not wait yet, the notification is lost, and the wait times out.
            gate.1.notify_one();
            let (guard, result) = gate
                .1
                .wait_timeout(gate.0.lock().unwrap(), Duration::from_millis(1))
                .unwrap();
            drop(guard);
            note("timed out", result.timed_out());
            note("early", woken.try_recv().is_ok());
        },
    ),
    case(
        "wait_timeout is notified or times out",
        &["at=0 timed out=false", "at=1000 timed out=true"],
        || {
            let [gate, other] = shared(gate());
            let thread = spawn(move || other.1.notify_all());
            let guard = gate.0.lock().unwrap();
            let (guard, result) = gate.1.wait_timeout(guard, Duration::from_secs(1)).unwrap();
            drop(guard);
            note("timed out", result.timed_out());
            note("at", engine::now().as_millis());
            join(thread);
        },
    ),
    case(
        "wait_timeout_while waits no longer than its time",
        &["at=1000 timed out=true"],
        || {
            let [gate, other] = shared(gate());
            let thread = spawn(move || {
                sleep(300);
                other.1.notify_all();
            });
            let guard = gate.0.lock().unwrap();
            let second = Duration::from_secs(1);
            let waited = gate.1.wait_timeout_while(guard, second, |open| *open == 0);
            let (guard, result) = waited.unwrap();
            drop(guard);
            note("timed out", result.timed_out());
            note("at", engine::now().as_millis());
            join(thread);
        },
    ),
    case(
        "notify_one wakes a waiter with a time limit or one without",
        &[
            "limited=timed out unlimited=woken",
            "limited=woken deadlock",
        ],
        || {
            let [gate, other] = shared(gate());
            let unlimited = spawn(move || {
                let mut guard = other.0.lock().unwrap();
                *guard += 1;
                drop(other.1.wait(guard));
                note("unlimited", "woken");
            });
            let other = Arc::clone(&gate);
            let limited = spawn(move || {
                let mut guard = other.0.lock().unwrap();
                *guard += 1;
                let second = Duration::from_secs(1);
                let (guard, result) = other.1.wait_timeout(guard, second).unwrap();
                drop(guard);
                note(
                    "limited",
                    if result.timed_out() {
                        "timed out"
                    } else {
                        "woken"
                    },
                );
            });
            until_both_wait(&gate);
            // The thread that is woken waits for the lock until the time limit has passed.
            let guard = gate.0.lock().unwrap();
            gate.1.notify_one();
            sleep(2000);
            drop(guard);
            join(limited);
            join(unlimited);
        },
    ),
];

/// A condition variable, and the mutex that guards its condition.
type Gate = (Mutex<u32>, Condvar);

const fn gate() -> Gate {
    (Mutex::new(0), Condvar::new())
}

/// Two threads that count themselves in, wait, and send their names once they are woken.
fn two_waiters(gate: &Arc<Gate>, woken: mpsc::Sender<&'static str>) -> [Thread; 2] {
    ["a", "b"].map(|name| {
        let gate = Arc::clone(gate);
        let woken = woken.clone();
        spawn(move || {
            let mut guard = gate.0.lock().unwrap();
            *guard += 1;
            drop(gate.1.wait(guard));
            woken.send(name).unwrap();
        })
    })
}

fn until_both_wait(gate: &Gate) {
    // The main thread polls the lock, because a notification would wake a waiter.
    while *gate.0.lock().unwrap() < 2 {
        engine::yield_now("yield");
    }
}
