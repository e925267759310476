//! Message passing or shared state: one word count, three ways to share it.
//!
//! Three ways to give one job to many threads: they share a map behind a lock,
//! they send what they find to the one thread that owns the map, or each fills a
//! map of its own and the maps are merged at the end. All are free of data races
//! and give the same answer, but they do not cost the same.
//!
//! ```text
//! cargo run -p message-passing-vs-shared-state-demo
//! ```
//!
//! What to look for:
//!
//! - Every way gives the counts that one thread finds alone.
//! - The sharers pay for a lock, and the senders for a message, with each single
//!   word. That can take longer than doing it alone. The keepers meet once.
//!
//! When to choose which:
//!
//! - Own maps, when the work can be split and the results can be merged. Where it
//!   is possible, it is hard to beat.
//! - Messages, when one thread should own the state, or when the work is done in
//!   stages. Send a batch rather than a word.
//! - A shared map, when every thread needs the current state at any time. Lock it
//!   seldom, and for a short time.

use std::collections::HashMap;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Instant;

const VOCABULARY: [&str; 4] = ["lock", "send", "join", "wait"];
const PAGES: usize = 40;
const WORDS_PER_PAGE: usize = 500;
const WORKERS: usize = 4;

type Counts<'a> = HashMap<&'a str, u32>;

fn main() {
    let pages = write_pages();
    report("alone", &pages, count);
    report("sharing a map", &pages, share_a_map);
    report("sending words", &pages, send_words);
    report("merging maps", &pages, merge_maps);
}

/// One thread counts alone.
fn count(pages: &[String]) -> Counts<'_> {
    let mut counts = Counts::new();
    for word in words(pages) {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// Shared state: the workers lock one map for each word.
fn share_a_map(pages: &[String]) -> Counts<'_> {
    // The scope lets its threads borrow the map. Threads that may outlive this
    // function would own it together, as an `Arc<Mutex<_>>`.
    let counts = Mutex::new(Counts::new());
    thread::scope(|scope| {
        for (worker, part) in parts(pages) {
            let counts = &counts;
            scope.spawn(move || {
                let mut found = 0;
                for word in words(part) {
                    *counts.lock().unwrap().entry(word).or_default() += 1;
                    found += 1;
                }
                println!("Sharer {worker}: put {found} words into the shared map");
            });
        }
    });
    counts.into_inner().unwrap()
}

/// Message passing: the workers send each word to the owner of the map.
fn send_words(pages: &[String]) -> Counts<'_> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for (worker, part) in parts(pages) {
            let sender = sender.clone();
            scope.spawn(move || {
                let mut found = 0;
                for word in words(part) {
                    sender.send(word).unwrap();
                    found += 1;
                }
                println!("Sender {worker}: sent {found} words");
            });
        }
        // The loop below ends when no sender is left, and this one is a sender too.
        drop(sender);

        let mut counts = Counts::new();
        for word in receiver {
            *counts.entry(word).or_default() += 1;
        }
        counts
    })
}

/// Neither: each worker fills a map of its own, and meets the others at the end.
fn merge_maps(pages: &[String]) -> Counts<'_> {
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for (worker, part) in parts(pages) {
            workers.push(scope.spawn(move || {
                let counts = count(part);
                let found: u32 = counts.values().sum();
                println!("Keeper {worker}: put {found} words into its own map");
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

fn report(way: &str, pages: &[String], count: fn(&[String]) -> Counts) {
    let started = Instant::now();
    let counts = count(pages);
    let took = started.elapsed().as_millis();
    let [lock, send, join, wait] = VOCABULARY.map(|word| counts[word]);
    println!("Main: {way} finds {lock} lock, {send} send, {join} join, {wait} wait in {took} ms");
}

/// Generates the text, the same in every run.
fn write_pages() -> Vec<String> {
    let mut random = 1_u32;
    let mut word = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        VOCABULARY[random as usize >> 30]
    };
    let mut page = || Vec::from_iter((0..WORDS_PER_PAGE).map(|_| word())).join(" ");
    (0..PAGES).map(|_| page()).collect()
}

fn words(pages: &[String]) -> impl Iterator<Item = &str> {
    pages.iter().flat_map(|page| page.split(' '))
}

/// Gives each worker, numbered from 1, its share of the pages.
fn parts(pages: &[String]) -> impl Iterator<Item = (usize, &[String])> {
    (1..).zip(pages.chunks(PAGES / WORKERS))
}
