//! Random litmus tests.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use engine::Numbers;

use crate::program::{Op, Program};

/// The program of this seed.
pub fn program(seed: u64) -> Program {
    let mut numbers = Numbers::new(seed);
    let threads = 2 + numbers.below(2);
    let places = 1 + numbers.below(3);
    let mut stores = 0;
    let ops = (0..threads).map(|_| {
        let count = 1 + numbers.below(4 - (threads - 2));
        (0..count)
            .map(|_| op(&mut numbers, places, &mut stores))
            .collect()
    });
    Program(ops.collect())
}

/// The program of this seed with the operations on its last place not atomic, those on another place as
/// strong as in [`program`].
pub fn partly_plain(seed: u64) -> Program {
    let Program(threads) = program(seed);
    let mut places = threads.iter().flatten().filter_map(Op::place);
    let last = places.by_ref().max();
    let plain = |op: &Op| match *op {
        Op::Load(place, _) if Some(place) == last => Op::PlainRead(place),
        Op::Store(place, value, _) | Op::Swap(place, value, _) | Op::Add(place, value, _)
            if Some(place) == last =>
        {
            Op::PlainWrite(place, value)
        }
        Op::CompareExchange(place, [_, value], _) if Some(place) == last => {
            Op::PlainWrite(place, value)
        }
        other => other,
    };
    let threads = threads.iter().map(|ops| ops.iter().map(plain).collect());
    Program(threads.collect())
}

fn op(numbers: &mut Numbers, places: usize, stores: &mut u32) -> Op {
    let place = numbers.below(places);
    let load = [Relaxed, Acquire, SeqCst][numbers.below(3)];
    let store = [Relaxed, Release, SeqCst][numbers.below(3)];
    let both = [Relaxed, Acquire, Release, AcqRel, SeqCst][numbers.below(5)];
    let fence = [Acquire, Release, AcqRel, SeqCst][numbers.below(4)];
    // Each value tells who stored it. With more of them there are too many candidates.
    if *stores == 4 {
        return Op::Load(place, load);
    }
    match numbers.below(11) {
        0..4 => Op::Load(place, load),
        4..8 => {
            *stores += 1;
            Op::Store(place, *stores, store)
        }
        8 => {
            *stores += 1;
            Op::Swap(place, *stores, both)
        }
        9 => {
            *stores += 1;
            let current = numbers.below(*stores as usize) as u32;
            Op::CompareExchange(place, [current, *stores], [both, load])
        }
        _ => Op::Fence(fence),
    }
}

/// The same program with each order as strong as there is.
pub fn strongest(Program(threads): &Program) -> Program {
    let strong = |op: &Op| match *op {
        Op::Load(place, _) => Op::Load(place, SeqCst),
        Op::Store(place, value, _) => Op::Store(place, value, SeqCst),
        Op::Swap(place, value, _) => Op::Swap(place, value, SeqCst),
        Op::Add(place, value, _) => Op::Add(place, value, SeqCst),
        Op::CompareExchange(place, values, _) => Op::CompareExchange(place, values, [SeqCst; 2]),
        Op::Fence(_) => Op::Fence(SeqCst),
        Op::PlainRead(_) | Op::PlainWrite(..) => *op,
    };
    let threads = threads.iter().map(|ops| ops.iter().map(strong).collect());
    Program(threads.collect())
}
