//! What happens once: and what if it panics.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{LazyLock, Once, OnceLock};
use std::thread;

static ONCE: Once = Once::new();
static CELL: OnceLock<String> = OnceLock::new();
static LAZY: LazyLock<u32> = LazyLock::new(|| panic!("never"));

fn message(result: thread::Result<impl Sized>) -> String {
    match result.err().map(|payload| payload.downcast::<&str>()) {
        Some(Ok(text)) => text.to_string(),
        Some(Err(other)) => *other.downcast::<String>().unwrap(),
        None => "no panic".to_string(),
    }
}

fn main() {
    println!("{}", ONCE.is_completed());
    println!("{}", message(thread::spawn(|| ONCE.call_once(|| panic!("first"))).join()));
    println!("{}", message(thread::spawn(|| ONCE.call_once(|| println!("second"))).join()));
    ONCE.call_once_force(|state| println!("{} {state:?}", state.is_poisoned()));
    ONCE.call_once(|| println!("not again"));
    ONCE.wait();
    println!("{}", ONCE.is_completed());

    let failed = panic::catch_unwind(|| CELL.get_or_init(|| panic!("no value")));
    println!("{} {:?}", message(failed), CELL.get());
    println!("{}", CELL.get_or_init(|| "a value".to_string()));
    println!("{:?} {}", CELL.set("another".to_string()), CELL.wait());
    let mut cell = OnceLock::from(1);
    *cell.get_mut().unwrap() += 1;
    println!("{:?} {:?} {:?}", cell.take(), cell, cell.clone().into_inner());

    println!("{}", message(panic::catch_unwind(|| *LAZY)));
    println!("{}", message(panic::catch_unwind(|| *LAZY)));
    let lazy = LazyLock::new(|| {
        println!("now");
        String::from("lazy")
    });
    println!("{} {}", lazy.len(), *LazyLock::force(&lazy));
    let nested = AssertUnwindSafe(LazyLock::<Vec<u8>>::default());
    println!("{:?}", nested.len());
}
