//! Thread-local values: made when they are first used, and destroyed with their thread.

use std::cell::{Cell, RefCell};
use std::panic;
use std::thread;

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("{} is dropped, panicking: {}", self.0, thread::panicking());
    }
}

struct LooksBack;

impl Drop for LooksBack {
    fn drop(&mut self) {
        println!("itself: {:?}", LOOKS_BACK.try_with(|_| ()));
        if let Err(error) = LOOKS_BACK.try_with(|_| ()) {
            println!("{error}");
        }
        println!("number: {}", NUMBER.get());
        LATE.with(|late| println!("{} is new", late.0));
    }
}

thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
    static TEXT: RefCell<String> = RefCell::new({
        println!("the text is made");
        "text".to_string()
    });
    static FIRST: Noisy = const { Noisy("first") };
    static SECOND: Noisy = Noisy("second");
    static LATE: Noisy = const { Noisy("late") };
    static LOOKS_BACK: LooksBack = const { LooksBack };
    pub(crate) static PANICS: u8 = panic!("no value");
}

fn main() {
    println!("{} {} {}", NUMBER.get(), NUMBER.replace(2), NUMBER.take());
    NUMBER.set(5);
    println!("{}", NUMBER.with(Cell::get));
    TEXT.set("no text is made".to_string());
    TEXT.with_borrow_mut(|text| text.push('!'));
    println!("{} / {}", TEXT.replace("again".to_string()), TEXT.take());
    TEXT.with_borrow(|text| println!("{text:?}"));
    let caught = panic::catch_unwind(|| {
        TEXT.with_borrow(|_| TEXT.with_borrow_mut(|_| ()));
    });
    println!("{}", caught.is_err());
    println!("{}", panic::catch_unwind(|| PANICS.with(|value| *value)).is_err());
    println!("{}", panic::catch_unwind(|| PANICS.with(|value| *value)).is_err());

    thread::spawn(|| {
        println!("another: {} {}", NUMBER.get(), TEXT.with_borrow(String::clone));
        SECOND.with(|_| ());
        FIRST.with(|_| ());
        println!("the thread ends");
    })
    .join()
    .unwrap();
    thread::spawn(|| LOOKS_BACK.with(|_| ())).join().unwrap();
    let panicked = thread::spawn(|| {
        FIRST.with(|_| ());
        panic!("with a value");
    });
    println!("{}", panicked.join().is_err());
    println!("main: {}", NUMBER.get());
}
