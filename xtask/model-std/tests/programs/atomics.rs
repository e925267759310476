//! Atomics: what each operation returns and leaves.

use std::panic;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI64, AtomicPtr, AtomicU32, AtomicUsize, Ordering, compiler_fence,
    fence,
};

fn main() {
    use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
    let number = AtomicI8::new(i8::MAX);
    println!("{} {number:?}", number.fetch_add(1, SeqCst));
    println!("{} {number:?}", number.fetch_sub(1, AcqRel));
    println!("{} {number:?}", number.fetch_and(0b101, Relaxed));
    println!("{} {number:?}", number.fetch_nand(0b100, Relaxed));
    println!("{} {number:?}", number.fetch_or(0b10, Relaxed));
    println!("{} {number:?}", number.fetch_xor(0b11, Relaxed));
    println!("{} {number:?}", number.fetch_max(3, Relaxed));
    println!("{} {number:?}", number.fetch_min(-3, Relaxed));
    println!("{} {number:?}", number.swap(5, Acquire));
    println!("{:?} {number:?}", number.compare_exchange(5, 6, SeqCst, Relaxed));
    println!("{:?} {number:?}", number.compare_exchange(5, 7, SeqCst, Relaxed));
    println!("{:?}", number.fetch_update(Release, Acquire, |n| n.checked_mul(100)));
    println!("{:?}", number.fetch_update(Release, Acquire, |n| n.checked_mul(2)));
    number.store(1, Release);
    println!("{} {}", number.load(Acquire), number.into_inner());

    let flag = AtomicBool::default();
    println!("{} {} {flag:?}", flag.fetch_or(true, SeqCst), flag.fetch_not(SeqCst));
    println!("{} {flag:?}", flag.fetch_nand(true, SeqCst));
    #[allow(deprecated)]
    let swapped = flag.compare_and_swap(true, false, SeqCst);
    println!("{swapped} {flag:?}");

    let mut values = [1, 2];
    let pointer = AtomicPtr::new(&raw mut values[0]);
    let first = pointer.swap(&raw mut values[1], SeqCst);
    println!("{} {}", first == &raw mut values[0], pointer.load(SeqCst).is_null());

    let mut wide = AtomicI64::from(i64::MIN);
    *wide.get_mut() += 1;
    println!("{wide:?} {:?} {:?}", AtomicU32::default(), AtomicUsize::new(usize::MAX));
    fence(SeqCst);
    compiler_fence(Acquire);
    for wrong in [Release, AcqRel] {
        println!("{}", panic::catch_unwind(|| AtomicBool::new(true).load(wrong)).is_err());
    }
    println!("{}", panic::catch_unwind(|| AtomicBool::new(true).store(true, Acquire)).is_err());
    println!("{}", panic::catch_unwind(|| fence(Relaxed)).is_err());
}
