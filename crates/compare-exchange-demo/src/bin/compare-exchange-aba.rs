//! An exchange succeeds although the list has changed, and an id is taken twice.
//!
//! The free ids form a list: `head` is the first one, and `after[id]` is the one behind
//! `id`. Looper 1 reads that 0 is the head and that 1 comes next. Before it exchanges the
//! head, looper 2 takes 0 and 1, and gives 0 back. The head is 0 again, so looper 1's
//! exchange succeeds. But the 1 that it stores is out of date: looper 2 still has this
//! id, and now it is the head of the free ones. The head went from A to B and back to A.
//!
//! Instead, count the changes of `head` in the same atomic, such as an id and a count in
//! the two halves of an `AtomicU64`. The exchange then fails, because the count differs
//! even if the id is the same. With pointers for ids, the same mistake can reach memory
//! that has been freed: `crossbeam-epoch-demo` prevents that. A `Mutex<Vec<usize>>` is a
//! free list without any of these traps.
//!
//! ```text
//! cargo run -p compare-exchange-demo --bin compare-exchange-aba
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// Stands behind the last id.
const NONE: usize = usize::MAX;

struct FreeIds {
    head: AtomicUsize,
    after: [AtomicUsize; 4],
}

fn main() {
    let ids = FreeIds {
        head: AtomicUsize::new(0),
        after: [1, 2, 3, NONE].map(AtomicUsize::new),
    };
    let interruption = Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(|| {
            // One round of `take`, interrupted at the worst moment. Without the barrier
            // this goes wrong only now and then.
            let id = ids.head.load(SeqCst);
            let next = ids.after[id].load(SeqCst);
            interruption.wait();
            interruption.wait();
            if ids.head.compare_exchange(id, next, SeqCst, SeqCst).is_ok() {
                println!("Looper 1: takes id {id}");
            }
            while let Some(id) = ids.take() {
                println!("Looper 1: takes id {id}");
            }
        });
        scope.spawn(|| {
            interruption.wait();
            if let (Some(first), Some(second)) = (ids.take(), ids.take()) {
                println!("Looper 2: takes id {second}");
                ids.give_back(first);
                println!("Looper 2: has given id {first} back");
            }
            interruption.wait();
        });
    });
}

impl FreeIds {
    fn take(&self) -> Option<usize> {
        let mut id = self.head.load(SeqCst);
        while id != NONE {
            let next = self.after[id].load(SeqCst);
            match self.head.compare_exchange(id, next, SeqCst, SeqCst) {
                Ok(id) => return Some(id),
                Err(found) => id = found,
            }
        }
        None
    }

    fn give_back(&self, id: usize) {
        let mut head = self.head.load(SeqCst);
        loop {
            self.after[id].store(head, SeqCst);
            match self.head.compare_exchange(head, id, SeqCst, SeqCst) {
                Ok(_) => return,
                Err(found) => head = found,
            }
        }
    }
}
