//! The smallest programs on which a search once lost something, kept since a seed may come to
//! mean another program.

use super::program::{Channel, Op, Program};

/// Each with what was lost.
pub fn programs() -> Vec<(&'static str, Program)> {
    let atomic = |threads| Program {
        atomics: 1,
        threads,
        ..Program::default()
    };
    let rwlock = |threads| Program {
        rwlocks: 1,
        threads,
        ..Program::default()
    };
    let channel = |receiver, threads| Program {
        channels: vec![Channel {
            bound: None,
            receiver,
        }],
        threads,
        ..Program::default()
    };
    vec![
        (
            "when a wait begins is no operation, and yet the clock depended on it",
            atomic(vec![
                vec![Op::Spawn(1), Op::Sleep(2), Op::Join(1)],
                vec![Op::Sleep(1), Op::Now],
            ]),
        ),
        (
            "a loop that waits could go on before the latest change of what it looks at",
            atomic(vec![
                vec![Op::Spawn(1), Op::Add(0, 1), Op::Store(0, 2), Op::Join(1)],
                vec![Op::Poll(0, 2, 3), Op::Load(0)],
            ]),
        ),
        (
            "a loop that waits was taken to wait for the reading of the clock",
            atomic(vec![
                vec![Op::Spawn(1), Op::Now, Op::Join(1)],
                vec![Op::Spawn(2), Op::Now, Op::Spin(0, 2), Op::Join(2)],
                vec![Op::Add(0, 3), Op::Store(0, 2)],
            ]),
        ),
        (
            "a receiver was taken to wait for a sender to be dropped",
            channel(
                0,
                vec![
                    vec![Op::Spawn(1), Op::ReceiveTimeout(0, 2), Op::Join(1)],
                    vec![Op::Spawn(2), Op::DropSender(0), Op::Join(2)],
                    vec![Op::Send(0, 21)],
                ],
            ),
        ),
        (
            "a receiver that gave up was said not to have moved the clock",
            channel(
                1,
                vec![
                    vec![Op::Spawn(1), Op::Now],
                    vec![Op::ReceiveTimeout(0, 2)],
                    vec![Op::DropSender(0)],
                ],
            ),
        ),
        (
            "a writer was taken to wait for a reader who had come later",
            rwlock(vec![
                vec![
                    Op::Spawn(1),
                    Op::TryRead(0, vec![]),
                    Op::Write(0, vec![Op::Write(0, vec![])]),
                ],
                vec![Op::Spawn(2), Op::Read(0, vec![])],
                vec![Op::Read(0, vec![])],
            ]),
        ),
        (
            "such a reader hid another race",
            rwlock(vec![
                vec![Op::Spawn(1), Op::Write(0, vec![]), Op::Join(1)],
                vec![
                    Op::Read(0, vec![]),
                    Op::TryRead(0, vec![Op::Read(0, vec![])]),
                ],
            ]),
        ),
        (
            "a waiter was taken to wait for another to wake up, who had been notified before",
            Program {
                mutexes: 1,
                condvars: 1,
                threads: vec![
                    vec![Op::Spawn(1), Op::Lock(0, vec![Op::Wait(0)]), Op::Join(1)],
                    vec![Op::Spawn(2), Op::NotifyOne(0), Op::Join(2)],
                    vec![Op::NotifyOne(0), Op::Lock(0, vec![Op::WaitTimeout(0, 1)])],
                ],
                ..Program::default()
            },
        ),
        (
            "an exchange that failed was run again beside another look",
            atomic(vec![
                vec![Op::Spawn(1), Op::CompareExchange(0, 1, 2), Op::Join(1)],
                vec![Op::Load(0), Op::Store(0, 1)],
            ]),
        ),
    ]
}
