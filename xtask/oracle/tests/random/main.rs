//! Small random programs, on which the search with the reduction has to find what the search of
//! every schedule finds.

mod compare;
mod generate;
mod interpret;
mod program;

#[test]
fn random_programs() {
    let number = |name, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let first: u64 = number("FIRST_SEED", 0);
    let seeds: u64 = number("SEEDS", 300);
    let most: usize = number("MOST", 1) as usize;
    let ignore = std::env::var("IGNORE").unwrap_or_default();
    let (mut skipped, mut unfair, mut plain, mut reduced, mut cut, mut twice) = (0, 0, 0, 0, 0, 0);
    let mut failed = 0;
    for seed in first..first + seeds {
        let program = generate::program(seed);
        let start = std::time::Instant::now();
        if ignore.contains("verbose") {
            println!("seed {seed}\n{program}");
        }
        let report = compare::check(&program);
        if start.elapsed().as_secs() >= 3 {
            println!("seed {seed} took {:?}: {}", start.elapsed(), report.plain);
        }
        skipped += u64::from(report.skipped);
        unfair += u64::from(report.unfair);
        plain += report.plain;
        reduced += report.reduced;
        cut += report.cut_short;
        twice += report.redundant;
        for mismatch in &report.mismatches {
            if ignore.contains(mismatch.kind) {
                continue;
            }
            let small = compare::shrink(&program, mismatch.kind);
            let report = compare::check(&small);
            let same = |other: &&compare::Mismatch| other.kind == mismatch.kind;
            let small_mismatch = report.mismatches.iter().find(same).unwrap();
            println!(
                "seed {seed}, {:?}: {}\n{small}{}",
                small_mismatch.time, mismatch.kind, small_mismatch.details
            );
            failed += 1;
            break;
        }
        if failed >= most {
            break;
        }
    }
    println!(
        "{seeds} seeds, {skipped} skipped, {unfair} unfair; {plain} schedules, reduced {reduced} and {cut} cut short, {twice} redundant"
    );
    assert_eq!(failed, 0);
}
