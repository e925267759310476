// The first of each class takes a lock for all of it, while it holds the lock of the counts.
use std::sync::Mutex;
use std::thread;

static COUNTS: Mutex<[u32; 2]> = Mutex::new([0; 2]);
static RESOURCE: Mutex<()> = Mutex::new(());

fn visit(class: usize) {
    let mut resource = None;
    {
        let mut counts = COUNTS.lock().unwrap();
        counts[class] += 1;
        if counts[class] == 1 {
            resource = Some(RESOURCE.lock().unwrap());
        }
    }
    let mut counts = COUNTS.lock().unwrap();
    counts[class] -= 1;
    if counts[class] == 0 {
        drop(resource);
    }
}

pub fn main() {
    let visitors = [0, 1].map(|class| thread::spawn(move || visit(class)));
    let idlers = [(); 2].map(|()| thread::spawn(|| {}));
    for thread in visitors.into_iter().chain(idlers) {
        thread.join().unwrap();
    }
}
