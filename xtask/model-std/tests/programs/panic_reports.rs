//! What a panic says, and of which thread; what a join gives.

use std::panic;
use std::thread::{self, Builder};

fn main() {
    let named = Builder::new().name("worker".to_string());
    let result = named.spawn(|| panic!("number {}", 1)).unwrap().join();
    println!("{:?}", result.unwrap_err().downcast_ref::<String>());

    let result = thread::spawn(|| panic!("plain")).join();
    println!("{:?}", result.unwrap_err().downcast_ref::<&str>());

    let result = thread::spawn(|| panic::panic_any(7_u8)).join();
    println!("{:?}", result.unwrap_err().downcast_ref::<u8>());

    let result = thread::spawn(|| panic::resume_unwind(Box::new('c'))).join();
    println!("{:?}", result.unwrap_err().downcast::<char>());

    let result = thread::spawn(|| None::<u8>.unwrap()).join();
    println!("{:?}", result.unwrap_err().downcast_ref::<&str>());

    let result = thread::spawn(|| assert_eq!(1 + 1, 3, "sums")).join();
    println!("{:?}", result.unwrap_err().downcast_ref::<String>());

    let result = thread::spawn(|| Err::<u8, _>("no").expect("yes")).join();
    println!("{:?}", result.is_err());

    let result = thread::spawn(|| [1, 2, 3][std::hint::black_box(3)]).join();
    println!("{:?}", result.is_err());

    let result = panic::catch_unwind(|| todo!("later"));
    println!("{:?}", result.unwrap_err().downcast_ref::<String>());
    let result: thread::Result<()> = Err(Box::new(1));
    println!("{result:?}");
}
