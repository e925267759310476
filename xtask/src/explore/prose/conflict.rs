//! An access to memory that must not be, in a sentence.

use crate::explore::words::Words;
use crate::text::{counted, listed};
use protocol::{Atomic, Conflict, Does, MemoryAccess, Object, Place, Step, Unordered};

/// Who does what, and why it must not be.
pub fn sentence(
    conflict: &Conflict,
    words: &Words,
    place: &dyn Fn(&Place) -> Option<String>,
) -> String {
    let Conflict {
        bytes,
        variable,
        access,
        earlier,
        ..
    } = conflict;
    let at = |access: &MemoryAccess| match place(&access.place) {
        Some(place) => format!(" at {place}"),
        None => String::new(),
    };
    let (n, bytes) = counted(*bytes as u64, "byte");
    let does = match access.does {
        Does::Read => "reads",
        Does::Write => "writes",
        Does::AtomicRead => "reads atomically",
        Does::AtomicWrite => "writes atomically",
        Does::Use => "uses",
        Does::Free => "frees",
    };
    let who = words.thread(access.thread);
    let what = match (access.does, variable) {
        // The compiler may have made a static smaller than the program has it.
        (Does::Read | Does::Write, Some(name)) => name.clone(),
        (Does::Use, None) => "memory".to_string(),
        (Does::Use, Some(name)) => format!("memory of {name}"),
        (_, None) => format!("{n} {bytes}"),
        (_, Some(name)) => format!("{n} {bytes} of {name}"),
    };
    let first = format!("{who} {does} {what}{}", at(access));
    let Some(earlier) = earlier else {
        return format!("{first} that were never allocated: they are behind the end of a block");
    };
    let other = words.thread(earlier.thread);
    let did = match earlier.does {
        Does::Read => "read",
        Does::Write => "wrote",
        Does::AtomicRead => "read atomically",
        Does::AtomicWrite => "wrote atomically",
        Does::Use => "used",
        Does::Free => return format!("{first} that {other} freed{}", at(earlier)),
    };
    format!(
        "{first} that {other} {did}{}, and nothing orders the two",
        at(earlier)
    )
}

/// What ordered the two threads of a data race last, and what would have ordered the two accesses: a
/// line for each.
pub fn lines(
    conflict: &Conflict,
    words: &Words,
    place: &dyn Fn(&Place) -> Option<String>,
) -> String {
    let (Some(unordered), Some(earlier)) = (&conflict.unordered, &conflict.earlier) else {
        return String::new();
    };
    let [earlier, later] = [earlier, &conflict.access].map(|access| words.thread(access.thread));
    let Unordered {
        last,
        too_weak,
        locks,
    } = unordered;
    let operation = |step: &Step| words.operation(&step.verb, step.object.as_ref());
    let placed = |step: &Step| {
        let place = place(&step.place).map_or(String::new(), |place| format!(" at {place}"));
        format!("`{}`{place}", operation(step))
    };
    let numbered = |step: &Step| {
        let thread = words.thread(step.thread);
        format!("step {} of {thread}, {}", step.number, placed(step))
    };
    let last = match last {
        Some([first, second]) => format!(
            "the two threads were last ordered by {}, before {}",
            numbered(first),
            numbered(second)
        ),
        None => format!("nothing has ordered {earlier} and {later} so far"),
    };
    let would = match too_weak {
        Some(too_weak) => would_be_stronger(too_weak, &placed),
        None => would_be_locked([earlier, later], locks, words),
    };
    format!("  {last}\n  {would}\n")
}

/// Which orders of memory would order two accesses, with a store and a load of it between the two.
fn would_be_stronger([store, load]: &[Atomic; 2], placed: &dyn Fn(&Step) -> String) -> String {
    let were = |atomic: &Atomic, enough: &str| {
        let (operation, order) = (placed(&atomic.step), &atomic.order);
        // What both reads and writes has one order for the two.
        let enough = if order == "Relaxed" { enough } else { "AcqRel" };
        format!("{operation} were {enough} (it is {order})")
    };
    let is = |atomic: &Atomic, by_itself: [&str; 2], [does, beside]: [&str; 2]| {
        let operation = placed(&atomic.step);
        match by_itself.contains(&&*atomic.order) || atomic.order == "SeqCst" {
            true => format!("{operation} {does}"),
            false => format!("a fence {beside} {operation} {does}"),
        }
    };
    let stronger = match (store.is_too_weak, load.is_too_weak) {
        (true, true) => format!("{} and {}", were(store, "Release"), were(load, "Acquire")),
        (true, false) => {
            let acquires = is(load, ["Acquire", "AcqRel"], ["acquires", "after"]);
            format!("{}: {acquires}", were(store, "Release"))
        }
        (false, _) => {
            let releases = is(store, ["Release", "AcqRel"], ["releases", "before"]);
            format!("{}: {releases}", were(load, "Acquire"))
        }
    };
    format!("the accesses would be ordered here if {stronger}")
}

/// Which lock would order two accesses, with what the threads have locked.
fn would_be_locked([earlier, later]: [&str; 2], locks: &[Vec<Object>; 2], words: &Words) -> String {
    let names = |locks: &[&Object]| {
        let locks = locks.iter().map(|lock| words.name(lock).to_string());
        listed(&locks.collect::<Vec<_>>())
    };
    let [of_earlier, of_later] = locks;
    let is_held = |lock: &&Object| of_later.iter().any(|other| other.id == lock.id);
    let shared: Vec<&Object> = of_earlier.iter().filter(is_held).collect();
    // Two threads have one lock at a time only to read.
    if !shared.is_empty() {
        return format!(
            "both held {} to read: who writes has to lock it to write",
            names(&shared)
        );
    }
    let held = |thread: &str, locks: &[Object], verb: &str| match locks {
        [] => format!("{thread} {verb} no lock of the standard library"),
        locks => format!(
            "{thread} {verb} {}",
            names(&locks.iter().collect::<Vec<_>>())
        ),
    };
    let would = "a lock that both hold would order the accesses";
    match (&of_earlier[..], &of_later[..]) {
        ([], []) => format!("{would}, or a message or a join between them"),
        _ => format!(
            "{} then, and {}: {would}",
            held(earlier, of_earlier, "held"),
            held(later, of_later, "holds")
        ),
    }
}
