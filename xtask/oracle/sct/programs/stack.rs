// One thread pushes and one pops, as soon as there was something once.
use std::sync::{Arc, Mutex};
use std::thread;

const SIZE: usize = 10;

struct Stack {
    elements: [usize; SIZE],
    top: usize,
    begun: bool,
}

impl Stack {
    fn push(&mut self, value: usize) -> bool {
        if self.top == SIZE {
            return false;
        }
        self.elements[self.top] = value;
        self.top += 1;
        true
    }

    fn pop(&mut self) -> Option<usize> {
        self.top = self.top.checked_sub(1)?;
        Some(self.elements[self.top])
    }
}

pub fn main() {
    let stack = Stack { elements: [0; SIZE], top: 0, begun: false };
    let stack = Arc::new(Mutex::new(stack));
    let other = Arc::clone(&stack);
    let pusher = thread::spawn(move || {
        for i in 0..SIZE {
            let mut stack = other.lock().unwrap();
            assert!(stack.push(i), "overflow");
            stack.begun = true;
        }
    });
    let popper = thread::spawn(move || {
        for _ in 0..SIZE {
            let mut stack = stack.lock().unwrap();
            if stack.begun {
                assert!(stack.pop().is_some(), "underflow");
            }
        }
    });
    pusher.join().unwrap();
    popper.join().unwrap();
}
