//! What `cargo xtask explore` makes of programs: those of the pages `explore.md` and `primitives.md`,
//! files that a test changes, and projects; and whether the states that it writes are those of the engine.

// The explorer is built on Linux only.
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
#[path = "../house/mod.rs"]
mod house;
#[cfg(target_os = "linux")]
#[path = "../page/mod.rs"]
mod page;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod project;
#[cfg(target_os = "linux")]
mod ran;
#[cfg(target_os = "linux")]
mod states;
#[cfg(target_os = "linux")]
mod tested;

fn main() {
    #[cfg(target_os = "linux")]
    {
        let mut arguments = libtest_mimic::Arguments::from_args();
        // Many of the programs stand still until they are ended.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        arguments.test_threads.get_or_insert(2 * cores);
        let mut trials = programs::trials(&arguments);
        trials.extend(files::trials());
        trials.extend(states::trials());
        trials.extend(tested::trials());
        trials.extend(project::trials());
        libtest_mimic::run(&arguments, trials).exit();
    }
}
