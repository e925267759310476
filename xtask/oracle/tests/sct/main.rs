//! The explorer finds what is wrong with the programs on which tools like it are compared, after as many
//! schedules as the page says; and each strategy finds something that a weaker one misses.
//!
//! The statics of the programs are the process's own, which has to have one thread: so this is no test
//! of the usual harness.

#[cfg(target_os = "linux")]
#[path = "../../sct/mod.rs"]
mod sct;

fn main() {
    // Elsewhere there is nothing to test: the explorer needs Linux.
    #[cfg(target_os = "linux")]
    {
        let complaints = [the_default(), both_ways()].concat();
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }
}

/// This program is not found by default, and would take the test's time.
#[cfg(target_os = "linux")]
const TOO_LONG: &str = "safestack";

/// What the page says wrongly of the search by default.
#[cfg(target_os = "linux")]
fn the_default() -> Vec<String> {
    let mut page = std::fs::read_to_string(sct::PAGE).expect("the page is there");
    let mut complaints = Vec::new();
    for program in &sct::PROGRAMS {
        if program.name == TOO_LONG {
            continue;
        }
        let found = sct::found(program, sct::Searcher::Default);
        if found.contains(&None) {
            complaints.push(format!("{}: not found with each seed", program.name));
        }
        let begins = format!("| {} | ", program.name);
        let Some(line) = page.lines().find(|line| line.starts_with(&begins)) else {
            complaints.push(format!("{}: has no line", program.name));
            continue;
        };
        let mut cells: Vec<&str> = line.split(" | ").collect();
        let measured = sct::cell(&found);
        if cells[1] != measured {
            complaints.push(format!(
                "{}: {measured}, and the page says {}",
                program.name, cells[1]
            ));
            cells[1] = &measured;
            page = page.replace(line, &cells.join(" | "));
        }
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(sct::PAGE, page).expect("the page can be written");
        return Vec::new();
    }
    if !complaints.is_empty() {
        complaints.push(
            "the page is stale: UPDATE_EXPECTED=1 cargo bench -p oracle --bench sct".to_string(),
        );
    }
    complaints
}

/// What a strategy finds, and a weaker one does not in ten times as many schedules: the program, the two
/// strategies, and the seeds.
#[cfg(target_os = "linux")]
const BOTH_WAYS: [(&str, &str, &str); 6] = [
    ("reorder_50 (40 + 10)", "reads-from", "pos"),
    ("twostage_20 (10 + 10)", "reads-from", "random"),
    ("work_steal_queue", "surw", "random"),
    ("twostage_20 (10 + 10)", "pos", "random"),
    ("twostage_20 (10 + 10)", "pct", "random"),
    ("wronglock (1 + 7)", "random", "exhaustive"),
];

/// The strategies that are no better than weaker ones.
#[cfg(target_os = "linux")]
fn both_ways() -> Vec<String> {
    let by_name = |name: &str| {
        let mut all = sct::SEARCHERS.iter();
        let found = all.find(|(its, _)| *its == name);
        found.expect("there is one of this name").1
    };
    let mut complaints = Vec::new();
    for (name, strong, weak) in BOTH_WAYS {
        let program = sct::PROGRAMS.iter().find(|program| program.name == name);
        let program = program.expect("there is one of this name");
        let misses = |seed: &u64| {
            let after = program.first_failure(by_name(strong), *seed, sct::ALONE);
            after.is_some_and(|after| {
                let weaker = program.first_failure(by_name(weak), *seed, 10 * after);
                weaker.is_none()
            })
        };
        // With luck, the weaker one finds it as well.
        let seeds = (1..=5).filter(misses).count();
        if seeds < 3 {
            complaints.push(format!(
                "{name}: {weak} misses what {strong} finds with {seeds} of 5 seeds"
            ));
        }
    }
    complaints
}
