// A work-stealing queue after Cilk's THE protocol, whose push is one element too bold: it may
// overwrite what a thief is about to read.
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

const ITEMS: usize = 4;
const ATTEMPTS: usize = 2;
const FIRST_SIZE: i64 = 2;
const GROWTHS: usize = 4;

struct Queue {
    lock: Mutex<()>,
    head: AtomicI64,
    tail: AtomicI64,
    mask: AtomicI64,
    /// Which of the arrays is in use, each twice as long as the one before.
    current: AtomicUsize,
    arrays: Vec<Vec<AtomicUsize>>,
}

impl Queue {
    fn new() -> Self {
        let array = |growth| (0..FIRST_SIZE << growth).map(|_| AtomicUsize::new(0)).collect();
        Self {
            lock: Mutex::new(()),
            head: AtomicI64::new(0),
            tail: AtomicI64::new(0),
            mask: AtomicI64::new(FIRST_SIZE - 1),
            current: AtomicUsize::new(0),
            arrays: (0..GROWTHS).map(array).collect(),
        }
    }

    fn slot(&self, index: i64) -> &AtomicUsize {
        let array = &self.arrays[self.current.load(SeqCst)];
        let index = index & self.mask.load(SeqCst);
        &array[index as usize % array.len()]
    }

    fn steal(&self) -> Option<usize> {
        let _guard = self.lock.lock().unwrap();
        let head = self.head.load(SeqCst);
        self.head.store(head + 1, SeqCst);
        if head < self.tail.load(SeqCst) {
            return Some(self.slot(head).load(SeqCst));
        }
        self.head.store(head, SeqCst);
        None
    }

    fn pop(&self) -> Option<usize> {
        let tail = self.tail.load(SeqCst) - 1;
        self.tail.store(tail, SeqCst);
        if self.head.load(SeqCst) <= tail {
            return Some(self.slot(tail).load(SeqCst));
        }
        self.tail.store(tail + 1, SeqCst);
        self.pop_locked()
    }

    fn pop_locked(&self) -> Option<usize> {
        let _guard = self.lock.lock().unwrap();
        let tail = self.tail.load(SeqCst) - 1;
        self.tail.store(tail, SeqCst);
        let mut found = None;
        if self.head.load(SeqCst) <= tail {
            found = Some(self.slot(tail).load(SeqCst));
        } else {
            self.tail.store(tail + 1, SeqCst);
        }
        if self.head.load(SeqCst) > tail {
            self.head.store(0, SeqCst);
            self.tail.store(0, SeqCst);
            found = None;
        }
        found
    }

    fn push(&self, item: usize) {
        let tail = self.tail.load(SeqCst);
        if tail < self.head.load(SeqCst) + self.mask.load(SeqCst) + BOLDNESS {
            self.slot(tail).store(item, SeqCst);
            self.tail.store(tail + 1, SeqCst);
        } else {
            self.push_locked(item);
        }
    }

    fn push_locked(&self, item: usize) {
        let _guard = self.lock.lock().unwrap();
        let mask = self.mask.load(SeqCst);
        let mut head = self.head.load(SeqCst);
        let count = self.tail.load(SeqCst) - head;
        head &= mask;
        self.head.store(head, SeqCst);
        self.tail.store(head + count, SeqCst);
        if count >= mask {
            let current = self.current.load(SeqCst);
            for i in 0..count {
                let old = self.slot(head + i).load(SeqCst);
                self.arrays[current + 1][i as usize].store(old, SeqCst);
            }
            self.current.store(current + 1, SeqCst);
            self.mask.store(2 * (mask + 1) - 1, SeqCst);
            self.head.store(0, SeqCst);
            self.tail.store(count, SeqCst);
        }
        assert!(count < self.mask.load(SeqCst));
        let tail = self.tail.load(SeqCst);
        self.slot(tail).store(item, SeqCst);
        self.tail.store(tail + 1, SeqCst);
    }
}

const BOLDNESS: i64 = 1;

pub fn main() {
    let items: Arc<[AtomicU32; ITEMS]> = Arc::default();
    let queue = Arc::new(Queue::new());
    let work = |items: &[AtomicU32; ITEMS], item: Option<usize>| {
        if let Some(item) = item {
            let times = items[item].load(SeqCst);
            items[item].store(times + 1, SeqCst);
        }
    };
    let thief = {
        let (queue, items) = (Arc::clone(&queue), Arc::clone(&items));
        thread::spawn(move || {
            for _ in 0..ATTEMPTS {
                work(&items, queue.steal());
            }
        })
    };
    for i in 0..ITEMS / 2 {
        queue.push(2 * i);
        queue.push(2 * i + 1);
        work(&items, queue.pop());
    }
    for _ in 0..ITEMS / 2 {
        work(&items, queue.pop());
    }
    thief.join().unwrap();
    for item in items.iter() {
        assert_eq!(item.load(SeqCst), 1, "an item was not worked on just once");
    }
}
