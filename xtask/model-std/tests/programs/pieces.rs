//! As many pieces as lines, each after a newline, but not each a line.

fn main() {
    print!("one\ntwo\r\n");
    print!("");
    println!("three");
}
