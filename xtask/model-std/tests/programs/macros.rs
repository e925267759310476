//! The macros that print.

use std::fmt;

struct Prints;

impl fmt::Display for Prints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        println!("inner");
        out.write_str("outer")
    }
}

fn main() {
    let name = "name";
    print!("");
    print!("no newline, ");
    println!();
    println!("{name} {0} {0:?} {1:>5.1} {{}} {width:04}", 'c', 2.25, width = 7);
    println!("a\nb\r\nc\t{}", "ü");
    eprint!("to {}, ", "stderr");
    eprintln!("{name:?}");
    eprintln!();
    println!("{}", format_args!("{} {}", 1, 2));
    println!("{Prints}");

    let sum = dbg!(1 + 1) + 1;
    let (text, vector) = dbg!("text", vec![Some(sum)]);
    dbg!();
    dbg!(text, &vector,);
    let () = dbg!();
    println!("{:?} {}", (text, vector), concat!("a", 1, stringify!(x + y)));
    std::println!("{}", std::format!("{}", line!()));
    core::assert!(std::matches!(Some(1), Some(_)));
    print!("the end without a newline");
}
