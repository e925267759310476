//! What is drafted from which lines, and that a draft holds on the runs that it is made from.

use invariants::{Transcript, draft};

/// A run of one text for each line: of standard error if it begins with `!`.
fn run(lines: &str, exit: &str) -> Transcript {
    let line = |text: &str| {
        let (stream, text) = match text.strip_prefix('!') {
            Some(text) => ("stderr", text),
            None => ("stdout", text),
        };
        serde_json::json!({"at_us": 1, "stream": stream, "text": text}).to_string() + "\n"
    };
    let lines: String = lines.lines().map(line).collect();
    let end = format!("{{\"exit\":{exit},\"at_us\":900000}}");
    Transcript::from_ndjson(&(lines + &end)).expect("it is a transcript")
}

/// What is drafted from these runs of a program that exits with 0, after `[events]`.
#[track_caller]
fn check(runs: &[&str], drafted: &str) {
    check_ended(runs, "{\"code\":0}", drafted);
}

#[track_caller]
fn check_ended(runs: &[&str], exit: &str, drafted: &str) {
    let runs: Vec<_> = runs.iter().map(|lines| run(lines, exit)).collect();
    let draft = draft(&runs).expect("something was printed");
    assert_eq!(draft.text, format!("[events]\n{drafted}"));
    assert!(draft.holds, "it does not hold on its own runs\n{drafted}");
}

#[test]
fn numbers_are_captures_named_by_the_words_beside_them() {
    check(
        &["Worker 1: takes job 7\nWorker 2: takes job -8"],
        "takes = \"Worker {worker:int}: takes job {job:int}\"\n",
    );
    check(
        &["Main: counted 50"],
        "counted = \"Main: counted {counted:int}\"\n",
    );
    check(
        &["Main: left: 4, right=5"],
        "left = \"Main: left: {left:int}, right={right:int}\"\n",
    );
    check(
        &["Main: saw 4 owners of 2 things"],
        "saw = \"Main: saw {owners:int} owners of {things:int} things\"\n",
    );
    check(
        &["Racer 1: increment 1 read 0, wrote 1"],
        "increment = \"Racer {racer:int}: increment {increment:int} read {read:int}, wrote {wrote:int}\"\n",
    );
    check(
        &["Main: [1, 2.5] in 1..4, 20ms, x86\nMain: [1, 2] in 1..4, 20ms, x86"],
        "ms = \"Main: [{n:int}, {n2:number}] in {n3:int}..{n4:int}, {n5:int}ms, x86\"\n",
    );
    check(&["actor 3"], "actor = \"actor {n:int}\"\n");
}

#[test]
fn words_are_captures_where_they_differ() {
    check(
        &["Producer 1: sent alpha\nProducer 2: sent beta"],
        "sent = \"Producer {producer:int}: sent {what:word}\"\n",
    );
    // Between runs as well.
    check(
        &["Main: sent alpha", "Main: sent beta"],
        "sent = \"Main: sent {what:word}\"\n",
    );
    check(
        &["Main: sent \"a b\"\nMain: sent \"c\""],
        "sent = 'Main: sent \"{what}\"'\n",
    );
    // Who acts and what they do is no capture, nor is most of a line.
    check(
        &["Left: goes\nRight: goes\nRight: stops"],
        "goes = \"Left: goes\"\nright_goes = \"Right: goes\"\nstops = \"Right: stops\"\n",
    );
    check(
        &["Main: is one two\nMain: is three four"],
        "one = \"Main: is one two\"\nthree = \"Main: is three four\"\n",
    );
}

#[test]
fn names_are_keys_and_none_is_given_twice() {
    check(
        &["Main: ends\nMain: ends here\nWorker: ends\n-- ä --\n--"],
        "ends = \"Main: ends\"\nends_here = \"Main: ends here\"\nworker_ends = \"Worker: ends\"\n\
         line = \"-- ä --\"\nline2 = \"--\"\n",
    );
}

#[test]
fn what_a_pattern_or_toml_would_read_otherwise_is_escaped() {
    check(
        &["Main: {a} \\ \"\nMain: it's \"{b}\""],
        "main = 'Main: {{a}} \\ \"'\nmain2 = \"Main: it's \\\"{{b}}\\\"\"\n",
    );
}

#[test]
fn what_some_runs_print_may_be_absent() {
    check(
        &["Main: starts", "Main: starts\n!warning: slow"],
        "starts = \"Main: starts\"\n\
         slow = { stderr = \"warning: slow\", may_be_absent = \"only 1 of 2 runs printed it: say why\" }\n",
    );
}

#[test]
fn a_panic_is_one_event() {
    let report = |thread: &str, message: &str| {
        format!("!\n!thread '{thread}' (12) panicked at src/main.rs:3:5:\n!{message}\n")
    };
    let note = "!note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
    let assertion = "assertion `left == right` failed\n!  left: 1\n! right: 2";
    check_ended(
        &[&(report("a", assertion) + note + &report("b", "no 3") + &report("c", "no 4"))],
        "{\"code\":101}",
        "panicked = { panic = \"assertion `left == right` failed\\n  left: {left:int}\\n right: {right:int}\", thread = \"a\" }\n\
         panicked2 = { panic = \"no {n:int}\" }\n\
         \n\
         [[always]]\nclaim = \"the program exited with 101\"\noutcome = { exits = 101 }\n",
    );
}

#[test]
fn an_end_other_than_success_is_a_rule() {
    check_ended(
        &["Main: waits"],
        "\"hang\"",
        "waits = \"Main: waits\"\n\n[[always]]\nclaim = \"the program did not end, and was stopped\"\n\
         outcome = { hangs = { quiet = \"300ms\", reached = [\"waits\"] } }\n",
    );
}

#[test]
fn nothing_is_drafted_from_nothing() {
    assert!(draft(&[run("", "{\"code\":0}")]).is_none());
}
