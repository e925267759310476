//! Message passing or shared state: one word count, three ways to share it.
//!
//! Several workers can do one job in three ways. They share a map behind a lock.
//! They send each word to the one thread that owns the map. Or each fills a map of
//! its own, and the maps are merged at the end. All three are free of data races
//! and give the same answer, but they do not cost the same.
//!
//! ```text
//! cargo run -p message-passing-vs-shared-state-demo
//! cargo run --release -p message-passing-vs-shared-state-demo -- 100000
//! ```
//!
//! The number is how many lines of text there are. With a short text, such as the
//! 2,000 lines of the first command, the times vary much from run to run.
//!
//! What to look for:
//!
//! - Every way finds the counts that one thread finds alone.
//! - Sharing and sending usually take longer than one thread alone: the workers pay
//!   for a lock or a message with every word, which can cost more than counting it.
//! - Merging usually takes less time than one thread alone if two cores are free,
//!   because the workers do not meet before the end.
//!
//! When to choose which:
//!
//! - Maps of their own, if the work can be split and the results can be merged.
//! - Messages, if one thread should own the state, or if the work is done in stages.
//!   Send many words in one message.
//! - A shared map, if every worker needs the current state at any time. Lock it
//!   seldom, and for a short time.

use std::collections::BTreeMap;
use std::env;
use std::num::ParseIntError;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Instant;

const WORKERS: usize = 4;

/// How often each word occurs. A `BTreeMap` prints its words in order.
type Counts<'a> = BTreeMap<&'a str, usize>;

fn main() -> Result<(), ParseIntError> {
    let size = env::args().nth(1).map_or(Ok(2_000), |size| size.parse())?;
    let lines = vec!["lock send lock join lock send wait lock join send".to_string(); size];
    report("counting alone", &lines, |lines| count(words(lines)));
    report("sharing a map", &lines, share_a_map);
    report("sending words", &lines, send_words);
    report("merging maps", &lines, merge_maps);
    Ok(())
}

fn count<'a>(words: impl IntoIterator<Item = &'a str>) -> Counts<'a> {
    let mut counts = Counts::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// Shared state: the workers lock one map for each word.
fn share_a_map(lines: &[String]) -> Counts<'_> {
    // Scoped threads can borrow the map. Threads that may outlive this function would
    // need an `Arc<Mutex<_>>`.
    let counts = Mutex::new(Counts::new());
    thread::scope(|scope| {
        for (worker, part) in parts(lines) {
            let counts = &counts;
            scope.spawn(move || {
                let mut found = 0;
                for word in words(part) {
                    *counts.lock().unwrap().entry(word).or_default() += 1;
                    found += 1;
                }
                println!("Worker {worker}: put {found} words into the shared map");
            });
        }
    });
    counts.into_inner().unwrap()
}

/// Message passing: the workers send each word to main, which owns the map.
fn send_words(lines: &[String]) -> Counts<'_> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for (worker, part) in parts(lines) {
            let sender = sender.clone();
            scope.spawn(move || {
                let mut found = 0;
                for word in words(part) {
                    sender.send(word).unwrap();
                    found += 1;
                }
                println!("Worker {worker}: sent {found} words");
            });
        }
        // The receiver's words end only when every sender has been dropped.
        drop(sender);
        count(receiver)
    })
}

/// Neither: each worker fills a map of its own, and main merges the maps.
fn merge_maps(lines: &[String]) -> Counts<'_> {
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for (worker, part) in parts(lines) {
            workers.push(scope.spawn(move || {
                let counts = count(words(part));
                println!("Worker {worker}: finds {counts:?}");
                counts
            }));
        }
        let mut total = Counts::new();
        for worker in workers {
            for (word, count) in worker.join().unwrap() {
                *total.entry(word).or_default() += count;
            }
        }
        total
    })
}

fn report(way: &str, lines: &[String], count: fn(&[String]) -> Counts<'_>) {
    let started = Instant::now();
    let counts = count(lines);
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    println!("Main: {way} finds {counts:?} in {millis:.1} ms");
}

fn words(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().flat_map(|line| line.split(' '))
}

/// Numbers the workers from 1, and gives each of them its share of the lines.
fn parts(lines: &[String]) -> impl Iterator<Item = (usize, &[String])> {
    // `chunks` panics if it is given 0, which no lines at all would make it.
    (1..).zip(lines.chunks(lines.len().div_ceil(WORKERS).max(1)))
}
