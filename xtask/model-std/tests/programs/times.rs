//! Times: what can be computed with them.

use std::panic;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let second = Duration::from_secs(1);
    let start = Instant::now();
    let later = start + second;
    println!("{:?} {:?}", later - start, start - later);
    println!("{:?} {:?}", later.duration_since(start), start.duration_since(later));
    println!("{:?}", start.checked_duration_since(later));
    println!("{:?}", later.saturating_duration_since(start));
    println!("{:?}", start.checked_add(Duration::MAX).is_none());
    println!("{:?}", start.checked_sub(Duration::MAX).is_none());
    println!("{:?}", panic::catch_unwind(|| start + Duration::MAX).is_err());
    println!("{:?}", panic::catch_unwind(|| start - Duration::MAX).is_err());
    let mut moved = later;
    moved -= second;
    moved += second;
    println!("{} {:?}", moved == later, moved.cmp(&start));

    thread::sleep(Duration::from_millis(20));
    println!("{}", start.elapsed() >= Duration::from_millis(20));
    thread::park_timeout(Duration::from_millis(20));
    println!("{}", start.elapsed() < Duration::from_secs(60));

    let epoch = SystemTime::UNIX_EPOCH;
    println!("{} {epoch:?}", epoch == UNIX_EPOCH);
    println!("{:?}", (epoch + second).duration_since(epoch));
    let error = epoch.duration_since(epoch + second).unwrap_err();
    println!("{error} {error:?} {:?}", error.duration());
    println!("{:?}", epoch - Duration::from_millis(1_500));
    println!("{:?}", epoch.checked_add(Duration::MAX));
    println!("{:?}", panic::catch_unwind(|| epoch + Duration::MAX).is_err());
    println!("{:?}", panic::catch_unwind(|| epoch - Duration::MAX).is_err());
    println!("{}", SystemTime::now().duration_since(epoch).is_ok());
    println!("{}", epoch.elapsed().unwrap() > second);
    println!("{:?}", (SystemTime::now() + second).elapsed().is_err());
}
