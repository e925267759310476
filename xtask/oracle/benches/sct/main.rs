//! After how many schedules the explorer finds what is wrong with the programs on which tools like it
//! are compared: by default, and with each strategy alone.
//!
//! `cargo bench -p oracle --bench sct` prints the table, or the lines of the programs that a word after
//! `--` is part of; with `UPDATE_EXPECTED=1`, the whole one is written into `xtask/oracle/SCT.md`.

#[cfg(target_os = "linux")]
#[path = "../../sct/mod.rs"]
mod sct;

fn main() {
    // Elsewhere there is nothing to measure: the explorer needs Linux.
    #[cfg(target_os = "linux")]
    measure();
}

#[cfg(target_os = "linux")]
fn measure() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<_> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let mut lines = Vec::new();
    for program in &sct::PROGRAMS {
        if !words.is_empty() && !words.iter().any(|word| program.name.contains(*word)) {
            continue;
        }
        let cells = sct::SEARCHERS.map(|(_, searcher)| sct::cell(&sct::found(program, searcher)));
        let line = sct::row(program, &cells);
        eprintln!("{line}");
        lines.push(line);
    }
    let page = sct::page(&lines);
    if words.is_empty() && std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(sct::PAGE, page).expect("the page can be written");
    } else {
        print!("{page}");
    }
}
