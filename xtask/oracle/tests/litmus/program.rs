//! Litmus tests: a few threads, each with a few operations on a few atomics, which are all 0 at first.
//! Some of the operations may be no atomic ones.

use std::fmt;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

/// How many atomics there are at most.
pub const PLACES: usize = 3;

/// An operation; an atomic is named by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Loads.
    Load(usize, Ordering),
    /// Stores this value.
    Store(usize, u32, Ordering),
    /// Exchanges the value for this one.
    Swap(usize, u32, Ordering),
    /// Adds this to the value.
    Add(usize, u32, Ordering),
    /// Exchanges the first value for the second, if it is the one that is there; the orders are those of
    /// an exchange, and of a load.
    CompareExchange(usize, [u32; 2], [Ordering; 2]),
    /// A fence.
    Fence(Ordering),
    /// Reads, and is no atomic operation.
    PlainRead(usize),
    /// Writes this value, and is none.
    PlainWrite(usize, u32),
}

impl Op {
    /// What it is done to.
    pub fn place(&self) -> Option<usize> {
        match *self {
            Op::Load(place, _) | Op::Store(place, ..) => Some(place),
            Op::Swap(place, ..) | Op::Add(place, ..) => Some(place),
            Op::PlainRead(place) | Op::PlainWrite(place, _) => Some(place),
            Op::CompareExchange(place, ..) => Some(place),
            Op::Fence(_) => None,
        }
    }
}

/// The operations of each thread.
#[derive(Clone, PartialEq, Eq)]
pub struct Program(pub Vec<Vec<Op>>);

impl Program {
    /// Reads a program: `|` stands between threads, `;` between operations. `x=1 rel` stores, `x rlx`
    /// loads, `x<>1 acq_rel` exchanges, `x+1 rlx` adds, `x:0<>1 acq_rel/rlx` exchanges 0 for 1, `fence sc`
    /// is a fence; `x=1 na` and `x na` are not atomic.
    ///
    /// # Panics
    ///
    /// It is none.
    pub fn read(text: &str) -> Self {
        let threads = text.split('|').map(|thread| {
            let ops = thread.split(';').map(|op| {
                let (what, order) = op.trim().rsplit_once(' ').expect("an order comes last");
                match (order, order.split_once('/')) {
                    ("na", _) => read_plain(what),
                    (_, Some(orders)) => read_compare_exchange(what, orders),
                    (order, None) => read_op(what, read_order(order)),
                }
            });
            ops.collect()
        });
        Self(threads.collect())
    }
}

fn place(what: &str) -> usize {
    match what.as_bytes()[0] {
        place @ b'x'..=b'z' => usize::from(place - b'x'),
        _ => panic!("`{what}` begins with no atomic"),
    }
}

fn number(text: &str) -> u32 {
    text.parse().expect("a value is a number")
}

fn read_plain(what: &str) -> Op {
    match what.split_once('=') {
        Some((_, value)) => Op::PlainWrite(place(what), number(value)),
        None => Op::PlainRead(place(what)),
    }
}

fn read_compare_exchange(what: &str, (success, failure): (&str, &str)) -> Op {
    let values = what
        .split_once(':')
        .and_then(|(_, values)| values.split_once("<>"));
    let (current, new) = values.expect("an exchange has a current value and a new one");
    Op::CompareExchange(
        place(what),
        [current, new].map(number),
        [success, failure].map(read_order),
    )
}

fn read_op(what: &str, order: Ordering) -> Op {
    if what == "fence" {
        return Op::Fence(order);
    }
    let (place, done) = (place(what), &what[1..]);
    match (
        done.strip_prefix("<>"),
        done.strip_prefix('+'),
        done.strip_prefix('='),
    ) {
        (Some(value), ..) => Op::Swap(place, number(value), order),
        (_, Some(value), _) => Op::Add(place, number(value), order),
        (_, _, Some(value)) => Op::Store(place, number(value), order),
        _ => Op::Load(place, order),
    }
}

/// The names of the orders.
const ORDERS: [(&str, Ordering); 5] = [
    ("rlx", Relaxed),
    ("acq", Acquire),
    ("rel", Release),
    ("acq_rel", AcqRel),
    ("sc", SeqCst),
];

fn read_order(name: &str) -> Ordering {
    let known = ORDERS.iter().find(|(known, _)| *known == name);
    known.unwrap_or_else(|| panic!("`{name}` is no order")).1
}

fn name(order: Ordering) -> &'static str {
    let known = ORDERS.iter().find(|(_, known)| *known == order);
    known.expect("these are all").0
}

impl fmt::Display for Op {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |place: usize| ["x", "y", "z"][place];
        match *self {
            Op::Load(place, order) => write!(out, "{} {}", letter(place), name(order)),
            Op::Store(place, value, order) => {
                write!(out, "{}={value} {}", letter(place), name(order))
            }
            Op::Swap(place, value, order) => {
                write!(out, "{}<>{value} {}", letter(place), name(order))
            }
            Op::Add(place, value, order) => {
                write!(out, "{}+{value} {}", letter(place), name(order))
            }
            Op::CompareExchange(place, [current, new], orders) => {
                let [success, failure] = orders.map(name);
                let place = letter(place);
                write!(out, "{place}:{current}<>{new} {success}/{failure}")
            }
            Op::Fence(order) => write!(out, "fence {}", name(order)),
            Op::PlainRead(place) => write!(out, "{} na", letter(place)),
            Op::PlainWrite(place, value) => write!(out, "{}={value} na", letter(place)),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = self.0.iter().map(|ops| {
            let ops: Vec<_> = ops.iter().map(Op::to_string).collect();
            ops.join("; ")
        });
        out.write_str(&threads.collect::<Vec<_>>().join(" | "))
    }
}
