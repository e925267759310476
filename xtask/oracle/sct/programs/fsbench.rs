// A file system's inodes and blocks, each with a lock; there is one thread more than inodes.
use std::sync::{Arc, Mutex};
use std::thread;

const BLOCKS: usize = 26;
const INODES: usize = 32;
const THREADS: usize = 27;

struct Disk {
    inodes: Vec<Mutex<usize>>,
    blocks: Vec<Mutex<bool>>,
}

fn allocate(disk: &Disk, thread: usize) {
    let i = thread % INODES;
    assert!(i < BLOCKS, "no such inode");
    let mut inode = disk.inodes[i].lock().unwrap();
    if *inode == 0 {
        let mut b = i * 2 % BLOCKS;
        for _ in 0..BLOCKS / 2 {
            let mut busy = disk.blocks[b].lock().unwrap();
            if !*busy {
                *busy = true;
                *inode = b + 1;
                break;
            }
            drop(busy);
            b = (b + 1) % BLOCKS;
        }
    }
}

pub fn main() {
    let disk = Arc::new(Disk {
        inodes: (0..BLOCKS).map(|_| Mutex::new(0)).collect(),
        blocks: (0..BLOCKS).map(|_| Mutex::new(false)).collect(),
    });
    let spawn = |thread| {
        let disk = Arc::clone(&disk);
        thread::spawn(move || allocate(&disk, thread))
    };
    let threads: Vec<_> = (0..THREADS).map(spawn).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
