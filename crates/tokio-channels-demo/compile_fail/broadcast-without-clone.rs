//! A value that cannot be cloned goes to several receivers.
//!
//! Each receiver of a `broadcast` channel returns a value of its own. The channel
//! keeps one, and clones it for each of them.
//! Repair: derive `Clone`, or send an `Arc` of the value.

use tokio::sync::broadcast;

struct Report {
    pages: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let report = Report { pages: 3 };
    drop(broadcast::channel::<Report>(2)); //~ E0277
    println!("Publisher: has a report of {} pages", report.pages);
}
