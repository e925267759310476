//! Statics: made by constants, and new in each run of the program.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread;

static COUNT: AtomicU32 = AtomicU32::new(10);
static LIST: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static TEXT: RwLock<String> = RwLock::new(String::new());
static CELL: OnceLock<u32> = OnceLock::new();
static ONCE: Once = Once::new();
static LAZY: LazyLock<Mutex<u32>> = LazyLock::new(|| {
    println!("made");
    Mutex::new(COUNT.fetch_add(1, SeqCst))
});

/// Of the program's own making: the library sees nothing of it.
static OWN: Own = Own(UnsafeCell::new(Vec::new()));
static mut NUMBER: u32 = 30;

struct Own(UnsafeCell<Vec<u32>>);

// SAFETY: only the first thread uses it.
unsafe impl Sync for Own {}

thread_local! {
    static LOCAL: Cell<u32> = const { Cell::new(20) };
}

fn main() {
    println!("{COUNT:?} {LIST:?} {TEXT:?} {CELL:?} {} {}", ONCE.is_completed(), LOCAL.get());
    COUNT.fetch_add(1, SeqCst);
    LIST.lock().unwrap().push(1);
    TEXT.write().unwrap().push('t');
    CELL.set(2).unwrap();
    ONCE.call_once(|| LOCAL.set(21));
    let child = thread::spawn(|| {
        *LAZY.lock().unwrap() += 100;
        LOCAL.get()
    });
    println!("{} {}", child.join().unwrap(), *LAZY.lock().unwrap());
    let poisons = thread::spawn(|| {
        let _guard = LIST.lock();
        panic!("poison");
    });
    println!("{}", poisons.join().is_err());
    println!("{COUNT:?} {LIST:?} {TEXT:?} {CELL:?} {} {}", ONCE.is_completed(), LOCAL.get());
    // SAFETY: only this thread uses them.
    unsafe {
        NUMBER += 1;
        (*OWN.0.get()).push(NUMBER);
        println!("{:?}", *OWN.0.get());
    }
}
