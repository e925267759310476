//! `mpsc`: unbounded channels, channels with one slot, and rendezvous channels.

use std::time::Duration;

use model_std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use model_std::sync::mpsc::{self, RecvTimeoutError, TryRecvError, TrySendError};

use super::{Case, case, join, note, shared, sleep, spawn};

pub const CASES: &[Case] = &[
    case(
        "keeps the order of each sender",
        &[
            "got=1234", "got=1324", "got=1342", "got=3124", "got=3142", "got=3412",
        ],
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
    ),
    case(
        "is empty, closed or neither",
        &[
            "first=Err(Empty) second=Err(Empty)",
            "first=Err(Empty) second=Ok(1)",
            "first=Ok(1) second=Err(Empty)",
            "first=Ok(1) second=Err(Disconnected)",
        ],
        || {
            let (sender, receiver) = mpsc::channel();
            let thread = spawn(move || sender.send(1).unwrap());
            note("first", format!("{:?}", receiver.try_recv()));
            note("second", format!("{:?}", receiver.try_recv()));
            join(thread);
        },
    ),
    case(
        "is closed by the last sender",
        &["recv=true try=false", "recv=true try=true"],
        || {
            let (sender, receiver) = mpsc::channel::<()>();
            let another = sender.clone();
            let threads = [spawn(move || drop(sender)), spawn(move || drop(another))];
            note("try", receiver.try_recv() == Err(TryRecvError::Empty));
            note("recv", receiver.recv().is_err());
            threads.into_iter().for_each(join);
        },
    ),
    case(
        "returns an error once the receiver is gone",
        &["sent=false then=false", "sent=true then=false"],
        || {
            let (sender, receiver) = mpsc::channel();
            let thread = spawn(move || drop(receiver));
            note("sent", sender.send(1).is_ok());
            join(thread);
            note("then", sender.send(2).is_ok());
        },
    ),
    case(
        "recv_timeout waits no longer than its time",
        &["end=true first=Err(Timeout) second=Ok(1) third=Err(Timeout)"],
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
    ),
    case(
        "with one slot makes a sender wait",
        &["at least=2", "at least=3"],
        || {
            let (sender, receiver) = mpsc::sync_channel(1);
            let [received, other] = shared(AtomicU32::new(0));
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
    ),
    case(
        "with one slot may be full",
        &[
            "first=true received=1 second=closed",
            "first=true received=1 second=full",
            "first=true received=1 second=sent",
        ],
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
    ),
    case(
        "with one slot wakes a waiting sender when the receiver is dropped",
        &["a=true b=false go=true", "b=true deadlock"],
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
    ),
    case(
        "without a slot is a rendezvous",
        &["came first=1 got=1"],
        || {
            let (sender, receiver) = mpsc::sync_channel(0);
            let [before, other] = shared(AtomicU32::new(0));
            let thread = spawn(move || {
                sender.send(1).unwrap();
                note("came first", other.load(SeqCst));
            });
            before.store(1, SeqCst);
            note("got", receiver.recv().unwrap());
            join(thread);
        },
    ),
    case(
        "without a slot takes only what a receiver waits for",
        &[
            "again=false got=false tried=false",
            "again=false got=true tried=true",
            "again=true got=true tried=false",
        ],
        || {
            let (sender, receiver) = mpsc::sync_channel(0);
            let thread = spawn(move || note("got", receiver.recv().is_ok()));
            note("tried", sender.try_send(1).is_ok());
            note("again", sender.try_send(2).is_ok());
            drop(sender);
            join(thread);
        },
    ),
    case(
        "without a slot takes nothing once recv_timeout has given up",
        &[
            "again=false got=false tried=false",
            "again=false got=true tried=true",
            "again=true got=true tried=false",
        ],
        || {
            let (sender, receiver) = mpsc::sync_channel(0);
            let thread = spawn(move || {
                note(
                    "got",
                    receiver.recv_timeout(Duration::from_millis(10)).is_ok(),
                );
                // The receiver stays until both sends have been tried.
                sleep(20);
                drop(receiver);
            });
            note("tried", sender.try_send(1).is_ok());
            sleep(10);
            note("again", sender.try_send(2).is_ok());
            join(thread);
        },
    ),
    case(
        "without a slot returns an error once the receiver is gone",
        &["a=true b=false got=a", "a=false b=true got=b"],
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
    ),
    case("may carry its own sender", &["sent=false"], || {
        let (sender, receiver) = mpsc::channel::<Box<dyn std::any::Any>>();
        let another = sender.clone();
        sender.send(Box::new(another)).unwrap();
        drop(receiver);
        note("sent", sender.send(Box::new(())).is_ok());
    }),
];
