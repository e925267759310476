//! Panic hooks.

use std::panic::{self, PanicHookInfo};
use std::thread::{self, Builder};

fn main() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let thread = thread::current();
        println!("{:?} panics: {info}", thread.name());
        println!("{:?}", info.payload().downcast_ref::<&str>());
        println!("{:?}", info.payload().downcast_ref::<String>());
        println!("{:?}", info.location().map(|place| (place.line(), place.column())));
        println!("{}", thread::panicking());
    }));
    let named = Builder::new().name("named".to_string());
    println!("{}", named.spawn(|| panic!("text")).unwrap().join().is_err());
    println!("{}", panic::catch_unwind(|| panic!("a {}", "string")).is_err());
    println!("{}", panic::catch_unwind(|| panic::resume_unwind(Box::new(1))).is_err());
    println!("{}", thread::panicking());
    panic::set_hook(usual);
    println!("{}", panic::catch_unwind(|| panic!("as usual")).is_err());
    let _ = panic::take_hook();
    println!("{}", panic::catch_unwind(|| panic!("the default")).is_err());
}
