//! Main awaits the same future twice.
//!
//! `.await` takes the future by value, because a future hands out its value only
//! once and must not be polled after that.
//! Repair: keep the value and clone it; or share the future by `FutureExt::shared`,
//! whose clones each return a clone of the value.

use futures::executor::block_on;

fn main() {
    block_on(async {
        let answer = ask();
        println!("Client: receives {}", answer.await);
        println!("Client: receives {}", answer.await); //~ E0382
    });
}

async fn ask() -> u32 {
    6 * 7
}
