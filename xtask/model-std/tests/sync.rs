//! What threads share: small programs, each with all that can come of it.
//!
//! A program notes what its threads have seen. The outcomes are given in full, and both
//! searches have to find just these: the one that runs every schedule, and the one that
//! runs one of each set of equivalent ones.

// The explorer needs Linux.
#![cfg(target_os = "linux")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use engine::{Access, Ending, Execution, Op, Settings, Strategy, Thread};
use model_std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use model_std::sync::mpsc::{self, RecvTimeoutError, TryRecvError, TrySendError};
use model_std::sync::{
    Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, RwLockWriteGuard, TryLockError,
};

thread_local! {
    static NOTES: RefCell<BTreeMap<&'static str, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// What this thread has seen, which no other can know: no operation.
fn note(name: &'static str, value: impl Display) {
    engine::outside(|| NOTES.with_borrow_mut(|notes| notes.insert(name, value.to_string())));
}

/// Starts a thread. A panic ends it, and nobody hears of it.
fn spawn(body: impl FnOnce() + 'static) -> Thread {
    engine::spawn(
        None,
        None,
        Box::new(move || {
            let _nobody_hears_of_it = panic::catch_unwind(AssertUnwindSafe(body));
            engine::set_panicking(false);
        }),
    )
}

/// Panics, in silence.
fn give_up() -> ! {
    engine::set_panicking(true);
    panic::resume_unwind(Box::new("gave up"))
}

fn join(thread: Thread) {
    let finished = thread.finished();
    Op::new("join", finished, Access::Await)
        .guard(finished, 1)
        .perform();
    engine::after(thread.last_event().expect("it has finished"));
}

fn sleep(milliseconds: u64) {
    let now = engine::now();
    let token = engine::current().token();
    Op::new("sleep", token, Access::Read)
        .deadline(now + Duration::from_millis(milliseconds))
        .perform();
}

fn outcome(execution: &Execution) -> String {
    let mut words: Vec<String> = NOTES
        .take()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    match execution.ending.as_ref().expect("it has ended") {
        Ending::Exited(0) => {}
        ending => words.push(format!("{ending:?}").to_lowercase()),
    }
    words.join(" ")
}

/// The outcomes, and whether these are all.
fn outcomes(strategy: Strategy, program: &engine::Program) -> (BTreeSet<String>, bool) {
    let mut settings = Settings::new(strategy.clone());
    settings.schedules = SCHEDULES;
    let mut outcomes = BTreeSet::new();
    let coverage = engine::explore(&settings, program, |execution| {
        outcomes.insert(outcome(execution));
        ControlFlow::Continue(())
    });
    eprintln!(
        "{strategy:?}: {} schedules, {} cut short",
        coverage.schedules, coverage.cut_short
    );
    (outcomes, coverage.complete)
}

/// More than this is not worth the time.
const SCHEDULES: u64 = 50_000;

/// The program has these outcomes and no other.
///
/// Where there are too many schedules to run them all, those that are run must at least
/// have no other outcome.
#[track_caller]
fn check(program: fn(), expected: &[&str]) {
    let program = move || {
        // Of an execution that was cut short, whose outcome nobody asked for.
        engine::outside(|| NOTES.take());
        program();
        0
    };
    // SAFETY: a function captures nothing, and what it notes it notes outside.
    #[allow(unsafe_code)]
    let program = unsafe { model_std::__harness::program(program) };
    let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
    let (some, all) = outcomes(Strategy::Plain, &program);
    assert!(some.is_subset(&expected), "{some:?}");
    assert!(!all || some == expected, "every schedule: {some:?}");
    let (reduced, all) = outcomes(Strategy::Exhaustive, &program);
    assert!(all, "too many schedules with reduction");
    assert_eq!(reduced, expected, "one of each set");
}

/// Two threads with this body, and waits for both.
fn both(body: impl Fn(&'static str) + Clone + 'static) {
    let threads = ["a", "b"].map(|name| {
        let body = body.clone();
        spawn(move || body(name))
    });
    threads.into_iter().for_each(join);
}

mod mutex {
    use super::*;

    #[test]
    fn keeps_an_increment_whole() {
        check(
            || {
                let counter = Arc::new(Mutex::new(0));
                let inner = Arc::clone(&counter);
                both(move |_| *inner.lock().unwrap() += 1);
                note("counter", counter.lock().unwrap());
            },
            &["counter=2"],
        );
    }

    #[test]
    fn may_be_busy() {
        check(
            || {
                let mutex = Arc::new(Mutex::new(0));
                let other = Arc::clone(&mutex);
                let thread = spawn(move || *other.lock().unwrap() = 1);
                match mutex.try_lock() {
                    Ok(guard) => note("got", *guard),
                    Err(TryLockError::WouldBlock) => note("got", "busy"),
                    Err(TryLockError::Poisoned(_)) => unreachable!(),
                }
                join(thread);
            },
            &["got=0", "got=1", "got=busy"],
        );
    }

    #[test]
    fn locked_in_two_orders_is_a_deadlock() {
        check(
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
            &["", "deadlock"],
        );
    }

    #[test]
    fn locked_twice_is_a_deadlock() {
        check(
            || {
                let mutex = Mutex::new(());
                let _guard = mutex.lock();
                let _again = mutex.lock();
            },
            &["deadlock"],
        );
    }

    #[test]
    fn is_poisoned_by_who_panics_and_nobody_else() {
        check(
            || {
                let mutex = Arc::new(Mutex::new(0));
                let other = Arc::clone(&mutex);
                let clumsy = spawn(move || {
                    let _guard = other.lock();
                    give_up()
                });
                // This lock comes before or after the panic, and itself does no harm.
                note("found", mutex.lock().is_err());
                join(clumsy);
                note("poisoned", mutex.is_poisoned());
                mutex.clear_poison();
                note("after", mutex.lock().is_err());
            },
            &[
                "after=false found=false poisoned=true",
                "after=false found=true poisoned=true",
            ],
        );
    }

    #[test]
    fn is_not_poisoned_by_who_panicked_before() {
        struct LocksAtTheEnd(Arc<Mutex<()>>);
        impl Drop for LocksAtTheEnd {
            fn drop(&mut self) {
                drop(self.0.lock());
            }
        }
        check(
            || {
                let mutex = Arc::new(Mutex::new(()));
                let end = LocksAtTheEnd(Arc::clone(&mutex));
                join(spawn(move || {
                    let _end = end;
                    give_up()
                }));
                note("poisoned", mutex.is_poisoned());
            },
            &["poisoned=false"],
        );
    }

    #[test]
    fn of_a_static_is_refused_where_statics_are_not_put_back() {
        static COUNT: Mutex<u32> = Mutex::new(0);
        check(
            || *COUNT.lock().unwrap() += 1,
            &[r#"refused("static: this process does not keep its statics")"#],
        );
    }

    #[test]
    fn may_hold_what_has_no_size() {
        let mutex: Box<Mutex<dyn Display>> = Box::new(Mutex::new(5));
        assert_eq!(mutex.lock().unwrap().to_string(), "5");
        assert_eq!(
            format!("{:?}", Mutex::new(5)),
            "Mutex { data: 5, poisoned: false, .. }"
        );
    }
}

mod rwlock {
    use super::*;

    #[test]
    fn lets_readers_in_together_and_a_writer_alone() {
        check(
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
            &[
                "reader meets=0 writer meets=0",
                "reader meets=1 writer meets=0",
            ],
        );
    }

    #[test]
    fn read_and_then_written_by_two_is_a_deadlock() {
        check(
            || {
                let lock = Arc::new(RwLock::new(0));
                both(move |_| {
                    let _reading = lock.read();
                    let _writing = lock.write();
                });
            },
            &["deadlock"],
        );
    }

    #[test]
    fn lets_no_writer_in_while_it_is_downgraded() {
        check(
            || {
                let lock = Arc::new(RwLock::new(0));
                let other = Arc::clone(&lock);
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
            &["end=11 reader=true same=true writer=false"],
        );
    }

    #[test]
    fn is_poisoned_by_a_writer_only() {
        check(
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
            &["read=false written=true"],
        );
    }

    #[test]
    fn may_be_busy() {
        check(
            || {
                let lock = Arc::new(RwLock::new(0));
                let other = Arc::clone(&lock);
                let reader = spawn(move || drop(other.read()));
                note("read", lock.try_read().is_ok());
                note("written", lock.try_write().is_ok());
                join(reader);
            },
            &["read=true written=false", "read=true written=true"],
        );
    }
}

mod condvar {
    use super::*;

    type Gate = Arc<(Mutex<u32>, Condvar)>;

    fn gate() -> Gate {
        Arc::new((Mutex::new(0), Condvar::new()))
    }

    #[test]
    fn wakes_who_waits_for_a_change() {
        check(
            || {
                let gate = gate();
                let other = Arc::clone(&gate);
                let waiter = spawn(move || {
                    let guard = other.0.lock().unwrap();
                    let guard = other.1.wait_while(guard, |open| *open == 0).unwrap();
                    note("open", guard);
                });
                *gate.0.lock().unwrap() = 1;
                gate.1.notify_one();
                join(waiter);
            },
            &["open=1"],
        );
    }

    #[test]
    fn loses_what_nobody_waits_for() {
        check(
            || {
                let gate = gate();
                let other = Arc::clone(&gate);
                let waiter = spawn(move || drop(other.1.wait(other.0.lock().unwrap())));
                gate.1.notify_one();
                join(waiter);
            },
            &["", "deadlock"],
        );
    }

    /// Each of the two waits, and says when it has been woken.
    fn two_waiters(gate: &Gate, woken: mpsc::Sender<&'static str>) -> [Thread; 2] {
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
        // Nothing but the lock can say so, since a notification would disturb.
        while *gate.0.lock().unwrap() < 2 {
            engine::yield_now("yield");
        }
    }

    #[test]
    fn notify_one_wakes_either() {
        check(
            || {
                let gate = gate();
                let (sender, woken) = mpsc::channel();
                two_waiters(&gate, sender);
                until_both_wait(&gate);
                gate.1.notify_one();
                note("woken", woken.recv().unwrap());
                note("another", woken.recv().is_ok());
            },
            &["woken=a deadlock", "woken=b deadlock"],
        );
    }

    #[test]
    fn notify_one_again_wakes_the_other() {
        check(
            || {
                let gate = gate();
                let (sender, woken) = mpsc::channel();
                two_waiters(&gate, sender);
                until_both_wait(&gate);
                gate.1.notify_one();
                note("first", woken.recv().unwrap());
                gate.1.notify_one();
                note("second", woken.recv().unwrap());
            },
            &["first=a second=b", "first=b second=a"],
        );
    }

    #[test]
    fn notify_all_wakes_both() {
        check(
            || {
                let gate = gate();
                let (sender, woken) = mpsc::channel();
                two_waiters(&gate, sender);
                until_both_wait(&gate);
                gate.1.notify_all();
                note("first", woken.recv().unwrap());
                note("second", woken.recv().unwrap());
            },
            &["first=a second=b", "first=b second=a"],
        );
    }

    #[test]
    fn does_not_wake_who_comes_later() {
        check(
            || {
                let gate = gate();
                let (sender, woken) = mpsc::channel();
                let other = Arc::clone(&gate);
                spawn(move || {
                    drop(other.1.wait(other.0.lock().unwrap()));
                    sender.send("early").unwrap();
                });
                // Notifies first, if it is too early for the other, and then is its own last hope.
                gate.1.notify_one();
                let (guard, result) = gate
                    .1
                    .wait_timeout(gate.0.lock().unwrap(), Duration::from_millis(1))
                    .unwrap();
                drop(guard);
                note("timed out", result.timed_out());
                note("early", woken.try_recv().is_ok());
            },
            &["early=false timed out=true", "early=true timed out=true"],
        );
    }

    #[test]
    fn may_come_before_the_time_is_over_or_not_at_all() {
        check(
            || {
                let gate = gate();
                let other = Arc::clone(&gate);
                let thread = spawn(move || other.1.notify_all());
                let guard = gate.0.lock().unwrap();
                let (guard, result) = gate.1.wait_timeout(guard, Duration::from_secs(1)).unwrap();
                drop(guard);
                note("timed out", result.timed_out());
                note("at", engine::now().as_millis());
                join(thread);
            },
            &["at=0 timed out=false", "at=1000 timed out=true"],
        );
    }

    #[test]
    fn waits_for_a_condition_no_longer_than_the_time() {
        check(
            || {
                let gate = gate();
                let other = Arc::clone(&gate);
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
            &["at=1000 timed out=true"],
        );
    }

    #[test]
    fn may_wake_who_waits_for_ever_or_who_does_not() {
        check(
            || {
                let gate = gate();
                let other = Arc::clone(&gate);
                let patient = spawn(move || {
                    let mut guard = other.0.lock().unwrap();
                    *guard += 1;
                    drop(other.1.wait(guard));
                    note("patient", "woken");
                });
                let other = Arc::clone(&gate);
                let impatient = spawn(move || {
                    let mut guard = other.0.lock().unwrap();
                    *guard += 1;
                    let second = Duration::from_secs(1);
                    let (guard, result) = other.1.wait_timeout(guard, second).unwrap();
                    drop(guard);
                    note(
                        "impatient",
                        if result.timed_out() {
                            "gave up"
                        } else {
                            "woken"
                        },
                    );
                });
                until_both_wait(&gate);
                // Whoever it is has to wait for the lock, until the time is over.
                let guard = gate.0.lock().unwrap();
                gate.1.notify_one();
                sleep(2000);
                drop(guard);
                join(impatient);
                join(patient);
            },
            &[
                "impatient=gave up patient=woken",
                "impatient=woken deadlock",
            ],
        );
    }
}

mod barrier {
    use super::*;

    #[test]
    fn has_one_leader_each_time() {
        check(
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
            &[
                "first=false second=false",
                "first=false second=true",
                "first=true second=false",
                "first=true second=true",
            ],
        );
    }

    #[test]
    fn holds_everybody_until_the_last_comes() {
        check(
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
            &["count=1", "count=2"],
        );
    }

    #[test]
    fn waits_for_who_never_comes() {
        check(
            || {
                let barrier = Barrier::new(2);
                note("leader", barrier.wait().is_leader());
            },
            &["deadlock"],
        );
    }
}

mod once {
    use super::*;

    #[test]
    fn runs_one_closure_and_all_wait_for_it() {
        check(
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
            &["a=1 b=1 by=a completed=true", "a=1 b=1 by=b completed=true"],
        );
    }

    #[test]
    fn is_seen_completed_or_not() {
        check(
            || {
                let once = Arc::new(Once::new());
                let other = Arc::clone(&once);
                let thread = spawn(move || other.call_once(|| {}));
                note("completed", once.is_completed());
                once.wait();
                note("then", once.is_completed());
                join(thread);
            },
            &["completed=false then=true", "completed=true then=true"],
        );
    }

    #[test]
    fn is_poisoned_until_it_is_forced() {
        check(
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
            &["completed=true first=panics poisoned=true second=panics"],
        );
    }

    #[test]
    fn called_from_inside_is_a_deadlock() {
        check(
            || {
                let once = Once::new();
                once.call_once(|| once.call_once(|| {}));
            },
            &["deadlock"],
        );
    }

    #[test]
    fn lock_is_filled_by_the_first() {
        check(
            || {
                let cell = Arc::new(OnceLock::new());
                let other = Arc::clone(&cell);
                both(move |name| note(name, other.get_or_init(|| name)));
                note("get", cell.get().unwrap());
            },
            &["a=a b=a get=a", "a=b b=b get=b"],
        );
    }

    #[test]
    fn lock_is_set_once() {
        check(
            || {
                let cell = Arc::new(OnceLock::new());
                let other = Arc::clone(&cell);
                let thread = spawn(move || note("set", other.set(1).is_ok()));
                note("get", cell.get().is_some());
                note("made", cell.get_or_init(|| 2));
                note("again", cell.get().unwrap());
                join(thread);
            },
            &[
                "again=1 get=false made=1 set=true",
                "again=1 get=true made=1 set=true",
                "again=2 get=false made=2 set=false",
            ],
        );
    }

    #[test]
    fn lock_is_waited_for() {
        check(
            || {
                let cell = Arc::new(OnceLock::new());
                let other = Arc::clone(&cell);
                let thread = spawn(move || other.set(3).unwrap());
                note("value", cell.wait());
                join(thread);
            },
            &["value=3"],
        );
    }

    #[test]
    fn lock_is_filled_by_the_next_if_the_first_panics() {
        check(
            || {
                let cell = Arc::new(OnceLock::new());
                let other = Arc::clone(&cell);
                let clumsy = spawn(move || {
                    note("clumsy", other.get_or_init(|| give_up()));
                });
                note("main", cell.get_or_init(|| 1));
                join(clumsy);
            },
            &["clumsy=1 main=1", "main=1"],
        );
    }

    #[test]
    fn lock_by_itself() {
        let mut cell = OnceLock::from(1);
        assert_eq!(cell.get(), Some(&1));
        assert_eq!(cell.set(2), Err(2));
        assert_eq!(cell.clone(), cell);
        assert_eq!(format!("{cell:?}"), "OnceLock(1)");
        assert_eq!(cell.take(), Some(1));
        assert_eq!(cell.get(), None);
        assert_eq!(cell.set(2), Ok(()));
        assert_eq!(cell.into_inner(), Some(2));
    }

    #[test]
    fn lazy_lock_is_made_once_in_each_execution() {
        check(
            || {
                let calls = Arc::new(AtomicU32::new(0));
                let count = Arc::clone(&calls);
                let lazy = Arc::new(LazyLock::new(move || count.fetch_add(1, SeqCst) + 1));
                both(move |name| note(name, **lazy));
                note("calls", calls.load(SeqCst));
            },
            &["a=1 b=1 calls=1"],
        );
    }

    #[test]
    fn lazy_lock_stays_poisoned() {
        check(
            || {
                let lazy: Arc<LazyLock<u32>> = Arc::new(LazyLock::new(|| give_up()));
                both(move |name| {
                    note(name, "panics");
                    note(name, **lazy);
                });
            },
            &["a=panics b=panics"],
        );
    }

    #[test]
    fn lazy_lock_by_itself() {
        let mut lazy = LazyLock::<_, fn() -> u32>::new(|| 1);
        assert_eq!(LazyLock::get(&lazy), None);
        assert_eq!(format!("{lazy:?}"), "LazyLock(<uninit>)");
        *lazy += 1;
        assert_eq!(*lazy, 2);
        assert_eq!(LazyLock::get(&lazy), Some(&2));
    }
}

mod atomic {
    use super::*;

    #[test]
    fn read_and_written_apart_loses_an_update() {
        check(
            || {
                let counter = Arc::new(AtomicU32::new(0));
                let other = Arc::clone(&counter);
                both(move |_| {
                    let value = other.load(SeqCst);
                    other.store(value + 1, SeqCst);
                });
                note("counter", counter.load(SeqCst));
            },
            &["counter=1", "counter=2"],
        );
    }

    #[test]
    fn updated_in_a_loop_loses_none() {
        check(
            || {
                let counter = Arc::new(AtomicU32::new(0));
                let other = Arc::clone(&counter);
                both(move |_| {
                    other
                        .fetch_update(SeqCst, SeqCst, |value| Some(value + 1))
                        .unwrap();
                });
                note("counter", counter.load(SeqCst));
            },
            &["counter=2"],
        );
    }

    #[test]
    fn store_buffers_are_no_part_of_the_model() {
        check(
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
            &["x=0 y=1", "x=1 y=0", "x=1 y=1"],
        );
    }

    #[test]
    fn exchanged_by_one_of_two() {
        check(
            || {
                let owner = Arc::new(AtomicU32::new(0));
                both(move |name| {
                    note(name, owner.compare_exchange(0, 1, SeqCst, SeqCst).is_ok());
                });
            },
            &["a=false b=true", "a=true b=false"],
        );
    }
}

mod channel {
    use super::*;

    #[test]
    fn keeps_the_order_of_each_sender() {
        check(
            || {
                let (sender, receiver) = mpsc::channel();
                for (first, second) in [(1, 2), (3, 4)] {
                    let sender = sender.clone();
                    spawn(move || {
                        sender.send(first).unwrap();
                        sender.send(second).unwrap();
                    });
                }
                drop(sender);
                let all: Vec<String> = receiver.iter().map(|n| n.to_string()).collect();
                note("got", all.concat());
            },
            &[
                "got=1234", "got=1324", "got=1342", "got=3124", "got=3142", "got=3412",
            ],
        );
    }

    #[test]
    fn is_empty_or_closed_or_neither() {
        check(
            || {
                let (sender, receiver) = mpsc::channel();
                let thread = spawn(move || sender.send(1).unwrap());
                note("first", format!("{:?}", receiver.try_recv()));
                note("second", format!("{:?}", receiver.try_recv()));
                join(thread);
            },
            &[
                "first=Err(Empty) second=Err(Empty)",
                "first=Err(Empty) second=Ok(1)",
                "first=Ok(1) second=Err(Empty)",
                "first=Ok(1) second=Err(Disconnected)",
            ],
        );
    }

    #[test]
    fn with_two_senders_is_closed_by_the_last() {
        check(
            || {
                let (sender, receiver) = mpsc::channel::<()>();
                let another = sender.clone();
                let threads = [spawn(move || drop(sender)), spawn(move || drop(another))];
                note("try", receiver.try_recv() == Err(TryRecvError::Empty));
                note("recv", receiver.recv().is_err());
                threads.into_iter().for_each(join);
            },
            &["recv=true try=false", "recv=true try=true"],
        );
    }

    #[test]
    fn hands_back_what_nobody_will_receive() {
        check(
            || {
                let (sender, receiver) = mpsc::channel();
                let thread = spawn(move || drop(receiver));
                note("sent", sender.send(1).is_ok());
                join(thread);
                note("then", sender.send(2).is_ok());
            },
            &["sent=false then=false", "sent=true then=false"],
        );
    }

    #[test]
    fn is_waited_for_no_longer_than_the_time() {
        check(
            || {
                let (sender, receiver) = mpsc::channel();
                let thread = spawn(move || {
                    sleep(100);
                    sender.send(1).unwrap();
                    sleep(100);
                    drop(sender);
                });
                for name in ["first", "second", "third"] {
                    let got = receiver.recv_timeout(Duration::from_millis(70));
                    note(name, format!("{got:?}"));
                }
                note(
                    "end",
                    receiver.recv_timeout(Duration::MAX) == Err(RecvTimeoutError::Disconnected),
                );
                join(thread);
            },
            &["end=true first=Err(Timeout) second=Ok(1) third=Err(Timeout)"],
        );
    }

    #[test]
    fn with_one_place_makes_a_sender_wait() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(1);
                let received = Arc::new(AtomicU32::new(0));
                let other = Arc::clone(&received);
                let thread = spawn(move || {
                    sender.send(1).unwrap();
                    sender.send(2).unwrap();
                    sender.send(3).unwrap();
                    note("at least", other.load(SeqCst));
                });
                for _ in 0..3 {
                    received.fetch_add(1, SeqCst);
                    receiver.recv().unwrap();
                }
                join(thread);
            },
            &["at least=2", "at least=3"],
        );
    }

    #[test]
    fn with_one_place_may_be_full() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(1);
                let thread = spawn(move || {
                    note("received", receiver.recv().unwrap());
                });
                note("first", sender.try_send(1).is_ok());
                note(
                    "second",
                    match sender.try_send(2) {
                        Ok(()) => "sent",
                        Err(TrySendError::Full(_)) => "full",
                        Err(TrySendError::Disconnected(_)) => "closed",
                    },
                );
                join(thread);
            },
            &[
                "first=true received=1 second=closed",
                "first=true received=1 second=full",
                "first=true received=1 second=sent",
            ],
        );
    }

    #[test]
    fn with_one_place_frees_who_waits_when_the_receiver_goes() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(1);
                let another = sender.clone();
                let (ready, go) = mpsc::channel();
                let thread = spawn(move || {
                    note("a", sender.send(1).is_ok());
                    ready.send(()).unwrap();
                });
                let other = spawn(move || note("b", another.send(2).is_ok()));
                note("go", go.recv().is_ok());
                drop(receiver);
                join(thread);
                join(other);
            },
            &["a=true b=false go=true", "b=true deadlock"],
        );
    }

    #[test]
    fn without_a_place_is_a_rendezvous() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(0);
                let before = Arc::new(AtomicU32::new(0));
                let other = Arc::clone(&before);
                let thread = spawn(move || {
                    sender.send(1).unwrap();
                    note("came first", other.load(SeqCst));
                });
                before.store(1, SeqCst);
                note("got", receiver.recv().unwrap());
                join(thread);
            },
            &["came first=1 got=1"],
        );
    }

    #[test]
    fn without_a_place_takes_only_what_is_waited_for() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(0);
                let thread = spawn(move || note("got", receiver.recv().is_ok()));
                note("tried", sender.try_send(1).is_ok());
                note("again", sender.try_send(2).is_ok());
                drop(sender);
                join(thread);
            },
            &[
                "again=false got=false tried=false",
                "again=false got=true tried=true",
                "again=true got=true tried=false",
            ],
        );
    }

    #[test]
    fn without_a_place_is_no_longer_waited_at_when_the_time_is_over() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(0);
                let thread = spawn(move || {
                    note(
                        "got",
                        receiver.recv_timeout(Duration::from_millis(10)).is_ok(),
                    );
                    // It stays until all has been tried.
                    sleep(20);
                    drop(receiver);
                });
                note("tried", sender.try_send(1).is_ok());
                sleep(10);
                note("again", sender.try_send(2).is_ok());
                join(thread);
            },
            &[
                "again=false got=false tried=false",
                "again=false got=true tried=true",
                "again=true got=true tried=false",
            ],
        );
    }

    #[test]
    fn without_a_place_hands_back_what_nobody_takes() {
        check(
            || {
                let (sender, receiver) = mpsc::sync_channel(0);
                let threads = ["a", "b"].map(|name| {
                    let sender = sender.clone();
                    spawn(move || note(name, sender.send(name).is_ok()))
                });
                note("got", receiver.recv().unwrap());
                drop(receiver);
                threads.into_iter().for_each(join);
            },
            &["a=true b=false got=a", "a=false b=true got=b"],
        );
    }

    #[test]
    fn may_carry_its_own_sender() {
        check(
            || {
                let (sender, receiver) = mpsc::channel::<Box<dyn std::any::Any>>();
                let another = sender.clone();
                sender.send(Box::new(another)).unwrap();
                drop(receiver);
                note("sent", sender.send(Box::new(())).is_ok());
            },
            &["sent=false"],
        );
    }
}
