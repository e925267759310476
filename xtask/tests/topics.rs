//! Each topic of the workspace is a test of its own name: `cargo test mpsc` runs it.

mod house;

use std::sync::Arc;

use house::{Ran, command};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() {
    let arguments = Arguments::from_args();
    let list = Ran::of(command("list --json")).exits(0);
    let names = objects(&list.stdout).into_iter().map(|topic| {
        let name = topic["name"].as_str().expect("a topic has a name");
        name.to_string()
    });
    let asked = names.filter(|name| house::is_asked(&arguments, name));
    let asked: Vec<String> = asked.collect();
    // Built one by one they would take minutes, since each has its own features of what it
    // depends on.
    let ran = match arguments.list || asked.is_empty() {
        true => None,
        false => Some(Ran::of(command(&format!(
            "run-all {} --json",
            asked.join(" ")
        )))),
    };
    let ran = Arc::new(ran);
    let trials = asked.into_iter().map(|name| {
        let ran = ran.clone();
        Trial::test(name.clone(), move || match &*ran {
            Some(ran) => holds(&name, ran),
            None => Ok(()),
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn objects(text: &str) -> Vec<Value> {
    let mut objects = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter() {
        match value.expect("the runner writes JSON") {
            Value::Array(list) => objects.extend(list),
            object => objects.push(object),
        }
    }
    objects
}

/// Whether each program of a topic was run and holds.
fn holds(name: &str, ran: &Ran) -> Result<(), Failed> {
    let objects = objects(&ran.stdout);
    let programs = objects.iter().filter(|object| object["topic"] == name);
    let programs: Vec<_> = programs.collect();
    match !programs.is_empty() && programs.iter().all(|program| program["holds"] == true) {
        true => Ok(()),
        false => Err(ran.stderr.clone().into()),
    }
}
