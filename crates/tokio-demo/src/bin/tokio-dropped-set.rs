//! Main drops a set of tasks and goes on, but the tasks are not gone yet.
//!
//! Dropping a `JoinSet` aborts its tasks, and to abort a task is only a request. A
//! task that waits is dropped later, when a thread of the runtime gets to it. Here
//! the only thread is busy with main. On a runtime of several threads, a task that
//! is computing goes on up to its next `.await` that has to wait. So main reports
//! that the connections are closed while all three are open.
//!
//! Await `shutdown`, which aborts the tasks and waits until they are gone. After
//! `abort` of a single task, await its handle.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-dropped-set
//! ```

use std::future;

use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut tasks = JoinSet::new();
    for id in 1..=3 {
        let connection = Connection(id);
        tasks.spawn(async move {
            let _connection = connection;
            future::pending::<()>().await;
        });
    }
    drop(tasks);
    println!("Main: the tasks are gone");
}

struct Connection(u32);

impl Drop for Connection {
    fn drop(&mut self) {
        println!("Task {}: closes its connection", self.0);
    }
}
