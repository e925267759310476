//! An end without ceremony.

struct Noisy;

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("never");
    }
}

fn main() {
    let _noisy = Noisy;
    println!("printed");
    std::process::abort();
}
