use std::thread;

fn main() {
    let worker = thread::spawn(|| (0..100).for_each(|line| println!("Worker: {line}")));
    (0..100).for_each(|line| println!("Main: {line}"));
    worker.join().unwrap();
}
