//! Two jobs change the same slice.
//!
//! They may run at the same time, and only one of them can borrow the slice mutably. The
//! compiler does not compare the ranges, so it cannot tell that these do not overlap.
//! Repair: give each job a slice of its own, which `split_at_mut` returns.

fn main() {
    let mut numbers = [3, 1, 2, 6, 5, 4];
    rayon::scope(|scope| {
        scope.spawn(|_| numbers[..3].sort());
        scope.spawn(|_| numbers[3..].sort()); //~ E0499
    });
    println!("Main: has {numbers:?}");
}
