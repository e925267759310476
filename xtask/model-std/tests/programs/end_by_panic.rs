//! A panic that ends `main`, and with it the program.

struct Noisy;

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("dropped");
    }
}

fn main() {
    let _noisy = Noisy;
    std::thread::spawn(|| panic!("a thread")).join().unwrap_err();
    panic!("main");
}
