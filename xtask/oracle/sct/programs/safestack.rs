// A stack without locks, of the places of an array, after Vyukov's "SafeStack": who pops marks the next
// place of the top as taken, and whoever meets the mark tries again. Two threads can pop one place.
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};
use std::thread;

const PLACES: usize = 3;
const TURNS: usize = 2;

struct Stack {
    count: AtomicI32,
    head: AtomicI32,
    next: [AtomicI32; PLACES],
}

impl Stack {
    fn pop(&self) -> Option<usize> {
        while self.count.load(SeqCst) > 1 {
            let head = self.head.load(SeqCst);
            let next = self.next[head as usize].swap(-1, SeqCst);
            if next < 0 {
                continue;
            }
            if self.head.compare_exchange(head, next, SeqCst, SeqCst).is_ok() {
                self.count.fetch_sub(1, SeqCst);
                return Some(head as usize);
            }
            self.next[head as usize].swap(next, SeqCst);
        }
        None
    }

    fn push(&self, place: usize) {
        loop {
            let head = self.head.load(SeqCst);
            self.next[place].store(head, SeqCst);
            let pushed = self.head.compare_exchange(head, place as i32, SeqCst, SeqCst);
            if pushed.is_ok() {
                break;
            }
        }
        self.count.fetch_add(1, SeqCst);
    }
}

pub fn main() {
    let stack = Arc::new(Stack {
        count: AtomicI32::new(PLACES as i32),
        head: AtomicI32::new(0),
        next: [1, 2, -1].map(AtomicI32::new),
    });
    let owners: Arc<[AtomicU32; PLACES]> = Arc::default();
    let threads = [1, 2, 3].map(|me| {
        let (stack, owners) = (Arc::clone(&stack), Arc::clone(&owners));
        thread::spawn(move || {
            for _ in 0..TURNS {
                let place = loop {
                    if let Some(place) = stack.pop() {
                        break place;
                    }
                    thread::yield_now();
                };
                owners[place].store(me, SeqCst);
                assert_eq!(owners[place].load(SeqCst), me, "two threads have one place");
                stack.push(place);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}
