//! Pitfalls must go wrong just as they say, proofs must prove what they say, and the
//! audit must find what rules are not worth.

mod house;

use house::House;

const EXAMPLE: &str = r#"//! Two lines.

fn main() {
    for n in 1..=2 {
        println!("Main: says {n}");
    }
}
"#;

const INVARIANTS: &str = r#"
[events]
says = "Main: says {n:int}"

[[always]]
claim = "main counts up"
increasing = "says.n"

[[always]]
claim = "main says 1 and 2"
exactly = { each = "says.n", is = [1, 2] }
"#;

/// A workspace of one topic with these invariants beyond its own, and more files.
fn house(more: &str, files: &[(&str, &str)]) -> House {
    let house = House::new(r#"["crates/two-demo"]"#).topic(
        "crates/two-demo",
        EXAMPLE,
        &format!("{INVARIANTS}{more}"),
    );
    let files = files.iter();
    files.fold(house, |house, (path, text)| {
        house.file(&format!("crates/two-demo/{path}"), text)
    })
}

/// A program that does just this.
fn program(body: &str) -> String {
    format!("fn main() {{ {body} }}\n")
}

#[test]
fn a_pitfall_must_go_wrong_just_as_it_says() {
    let says = |numbers: [u32; 2]| {
        let [a, b] = numbers;
        program(&format!(
            "println!(\"Main: says {a}\"); println!(\"Main: says {b}\");"
        ))
    };
    let hangs = "println!(\"Main: says 1\"); std::thread::park();";
    let breaks = |claims: &str| format!("breaks = [{claims}]\n");
    let up = "\"main counts up\"";
    let both = "\"main counts up\", \"main says 1 and 2\"";
    let hang = "ends.hangs = { quiet = \"50ms\", reached = [\"says{n=1}\"] }\n".to_string();
    for (body, failure, status, answer) in [
        (
            says([2, 1]),
            breaks(up),
            0,
            "pitfall of two-demo: a slip; it broke \"main counts up\"",
        ),
        (
            says([3, 2]),
            breaks(both),
            0,
            "a slip; it broke \"main counts up\" and \"main says 1 and 2\"",
        ),
        (says([1, 2]), breaks(up), 1, "the pitfall keeps it"),
        (
            says([3, 2]),
            breaks(up),
            1,
            "it breaks nothing else: main says 1 and 2",
        ),
        (
            program("println!(\"Main: oops\");"),
            breaks(up),
            1,
            "it says nothing about the pitfall",
        ),
        (
            says([2, 1]),
            breaks("\"main counts down\""),
            2,
            "did you mean `main counts up`?",
        ),
        (says([2, 1]), breaks(up) + &hang, 2, "cannot stand beside"),
        (
            program(hangs),
            hang.clone(),
            0,
            "a slip; it hung after \"Main: says 1\"",
        ),
        (says([1, 2]), hang, 1, "the program exited with 0"),
        (
            program("println!(\"Main: says 1\"); panic!(\"no more\");"),
            "ends.panics = \"gave_up\"\nevents.gave_up = { panic = \"no more\" }\n".to_string(),
            0,
            "a slip; it panicked: no more",
        ),
        (
            program("println!(\"Main: says 1\"); std::process::exit(3);"),
            "ends.exits = 3\n".to_string(),
            0,
            "a slip; it exited with 3",
        ),
        (
            says([1, 2]),
            breaks(up) + "within = 2\n",
            1,
            "none of 2 runs has shown it",
        ),
    ] {
        let pitfall = format!("\n[pitfalls.two-slip]\nshows = \"a slip\"\n{failure}");
        let house = house(&pitfall, &[("src/bin/two-slip.rs", &body)]);
        let ran = house.xtask("run two --bin two-slip").exits(status);
        ran.prints(answer);
    }
}

#[test]
fn every_companion_is_named_and_there() {
    let slip = program("println!(\"Main: says 2\");");
    house("", &[("src/bin/two-slip.rs", &slip)])
        .xtask("run-all")
        .exits(2)
        .prints("invariants.toml does not say what src/bin/two-slip.rs is");
    house("\n[variants.two-other]\nshows = \"another\"\n", &[])
        .xtask("run-all")
        .exits(2)
        .prints("there is no src/bin/two-other.rs");
}

#[test]
fn a_proof_has_two_sides() {
    let moved = "fn main() {\n    let s = String::new();\n    drop(s);\n";
    let marked = |line: &str| format!("//! Refused.\n\n{moved}    {line}\n}}\n");
    for (proof, status, answer) in [
        (marked("drop(s); //~ E0382"), 0, "1 proof, 0 failed"),
        (
            marked("drop(s); //~ E0277"),
            1,
            "the compiler reports E0382, not E0277",
        ),
        (marked("let _ = 1; //~ E0382"), 1, "it compiles"),
        (marked("drop(s);"), 2, "0 lines are marked"),
        (
            marked("drop(s);\n    let _ = 1; //~ E0382"),
            1,
            "at another line",
        ),
        (
            marked("drop(s); //~ E0382\n    let t = String::new();\n    drop(t);\n    drop(t);"),
            1,
            "the compiler reports 2 errors, not one",
        ),
        (
            marked("let s = s; //~ E0382\n    drop(s);"),
            1,
            "without the marked line it does not compile either",
        ),
    ] {
        let house = house("", &[("compile_fail/moved.rs", &proof)]);
        let ran = house.xtask("prove two").exits(status);
        match status {
            2 => ran.complains(answer),
            _ => ran.prints(answer),
        };
    }
}

#[test]
fn a_topic_without_proofs_says_so() {
    let house = house("", &[]);
    let ran = house.xtask("prove two").exits(0);
    let none = "none  two-demo: a proof is a program in compile_fail, and there is none\n";
    assert_eq!(ran.stdout, format!("{none}0 proofs, 0 failed\n"));
    assert_eq!(house.xtask("prove").exits(0).stdout, "0 proofs, 0 failed\n");
}

#[test]
fn explain_tells_all_of_a_topic() {
    let more = r#"
[[always]]
claim = "main says nothing after 2"
why = "It returns."
last = "says{n=2}"

[[sometimes]]
claim = "main says 2 after 1"
order = ["says{n=1}", "says{n=2}"]

[variants.two-other]
shows = "the same by other means"

[pitfalls.two-slip]
shows = "main counts down"
breaks = ["main counts up"]

[pitfalls.two-hang]
shows = "main waits for nothing"
ends.hangs = { quiet = "50ms", reached = ["says{n=1}"] }

[pitfalls.two-exit]
shows = "main gives up"
ends.exits = 3
"#;
    let proof = "//! Refused.\n//!\n//! Repair: keep it.\n\nfn main() {\n    \
                 let s = String::new();\n    drop(s);\n    drop(s); //~ E0382\n}\n";
    let header = "//! Two lines.\n//!\n//! Why two?\n//!\n//! ```text\n//! cargo run\n//! ```\n";
    let main = EXAMPLE.replace("//! Two lines.\n", header);
    let house = house(more, &[("src/main.rs", &main)]);
    let explained = "\
two-demo: Two lines
crates/two-demo/src/main.rs

Why two?

    cargo run

What holds on every run
  main counts up
  main says 1 and 2
  main says nothing after 2
      why:  It returns.

What some runs show
  main says 2 after 1

Variants
  two-other  the same by other means
      cargo xtask run two-demo --bin two-other

Pitfalls
  two-slip  main counts down
      it breaks:  main counts up
      cargo xtask run two-demo --bin two-slip
  two-hang  main waits for nothing
      it hangs
      cargo xtask run two-demo --bin two-hang
  two-exit  main gives up
      it exits with 3
      cargo xtask run two-demo --bin two-exit
";
    let ran = house.xtask("explain two").exits(0);
    assert_eq!(ran.stdout, explained);

    // A proof is shown with the numbers of its lines, which the compiler's message has too.
    let refused = "
What the compiler refuses

two-demo/moved
Refused.

Repair: keep it.

5 │ fn main() {
6 │     let s = String::new();
7 │     drop(s);
8 │     drop(s); //~ E0382
9 │ }

error[E0382]: use of moved value: `s`
";
    let house = house.file("crates/two-demo/compile_fail/moved.rs", proof);
    let ran = house.xtask("explain two").exits(0);
    let ran = ran.prints(&format!("{explained}{refused}"));
    ran.prints("compile_fail/moved.rs:8:10");

    // The end that all names have is left out, and another topic has the rest in its name.
    let two = house.file(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/two-demo\", \"crates/by-two-demo\"]\n",
    );
    let house = two.topic("crates/by-two-demo", EXAMPLE, INVARIANTS);
    house.xtask("explain two").exits(0).prints(explained);

    let wrong = proof.replace("E0382", "E0277");
    let house = house.file("crates/two-demo/compile_fail/moved.rs", &wrong);
    let ran = house.xtask("explain two").exits(1);
    ran.complains("the compiler reports E0382, not E0277");
    let house = house.file("crates/two-demo/invariants.toml", "[event]\n");
    let ran = house.xtask("explain two").exits(2);
    ran.complains("did you mean `events`?");
}

#[test]
fn the_audit_finds_what_rules_are_not_worth() {
    for (more, status, answer) in [
        ("", 0, "100.0 %"),
        (
            "\n[[always]]\nclaim = \"main never says 9\"\nnever = \"says{n=9}\"\n",
            1,
            "nothing breaks this rule: main never says 9",
        ),
        (
            "\n[events.late]\nstdout = \"Main: late\"\nmay_be_absent = \"as a rule\"\n",
            1,
            "the event `late` takes part in no rule",
        ),
        (
            "\n[audit]\nfree = { \"says.m\" = \"x\" }\n",
            2,
            "has no capture `m`",
        ),
    ] {
        let ran = house(more, &[]).xtask("audit").exits(status);
        match status {
            2 => ran.complains(answer),
            _ => ran.prints(answer),
        };
    }
    // The rules do not say which two numbers, nor how many there are.
    let weak = INVARIANTS.replace(
        "exactly = { each = \"says.n\", is = [1, 2] }",
        "unique = \"says.n\"",
    );
    House::new(r#"["crates/two-demo"]"#)
        .topic("crates/two-demo", EXAMPLE, &weak)
        .xtask("audit")
        .exits(1)
        .prints("the rules catch")
        .prints("value changed, which `exactly` or `relation` would notice");
}

/// A rule that compares what the program cannot but print checks nothing.
#[test]
fn the_audit_tells_fixed_text_from_a_computed_value() {
    let rule = "relation = { holds = \"says.n == 7\", each = \"says\" }";
    let fixed =
        "printed as fixed text, so that no run can show another value: `says.n` (main.rs:4)";
    for (print, status, answer) in [
        (r#"println!("Main: says 7")"#, 1, fixed),
        (r#"println!("Main: says {}", 7)"#, 1, fixed),
        (r#"println!("Main: says {NUMBER}")"#, 1, fixed),
        (r#"println!("Main: says {:>1}", NUMBER)"#, 1, fixed),
        (r#"println!("{}: says {n}", "Main", n = NUMBER)"#, 1, fixed),
        (
            r#"println!("Main: \
            says 7")"#,
            1,
            fixed,
        ),
        (
            r#"/* println!("Main: says {n}") */ println!("Main: says 7")"#,
            1,
            fixed,
        ),
        // What a variable holds, a function returns or a static counts is computed.
        (r#"println!("Main: says {seven}")"#, 0, "100.0 %"),
        (r#"println!("Main: says {}", NUMBER.max(6))"#, 0, "100.0 %"),
        (r#"println!("Main: says {COUNT:?}")"#, 0, "100.0 %"),
        (
            r#"println!("{}", format!("Main: says {seven}"))"#,
            0,
            "100.0 %",
        ),
        // Either may have printed the line.
        (
            r#"if seven == 7 { println!("Main: says 7") } else { println!("Main: says {seven}") }"#,
            0,
            "100.0 %",
        ),
    ] {
        let example = format!(
            "//! Seven.\n\
             use std::sync::atomic::AtomicU32; const NUMBER: u32 = 7; \
             static COUNT: AtomicU32 = AtomicU32::new(NUMBER);\n\
             fn main() {{ let seven = NUMBER; let _ = (seven, &COUNT);\n{print}; }}\n"
        );
        let invariants = format!(
            "[events]\nsays = \"Main: says {{n:int}}\"\n\n[[always]]\nclaim = \"seven\"\n{rule}\n\n\
             [[always]]\nclaim = \"once\"\ncount = {{ of = \"says\", is = 1 }}\n"
        );
        House::new(r#"["crates/seven-demo"]"#)
            .topic("crates/seven-demo", &example, &invariants)
            .xtask("audit")
            .exits(status)
            .prints(answer);
    }
}

#[test]
fn the_audit_finds_bounds_that_nothing_can_pass() {
    let example = "//! In and out.\n\nfn main() {\n    for worker in 1..=2 {\n        \
                   println!(\"Worker {worker}: in\");\n        println!(\"Worker {worker}: out\");\n    }\n}\n";
    for (bound, status, answer) in [
        ("at_most = 1", 0, "100.0 %"),
        (
            "at_most = 2",
            1,
            "`at_most = 2` bounds nothing, since there are 2 holders: few",
        ),
    ] {
        let invariants = format!(
            "[events]\ncame = \"Worker {{worker:int}}: in\"\nwent = \"Worker {{worker:int}}: out\"\n\n\
             [[always]]\nclaim = \"few\"\noverlap = {{ of = [\"came\", \"went\"], per = \"worker\", {bound} }}\n\n\
             [[always]]\nclaim = \"both\"\nexactly = {{ each = \"came.worker\", is = [1, 2], in_order = true }}\n\n\
             [[always]]\nclaim = \"in, then out\"\nexactly = {{ each = \"went.worker\", is = \"came.worker\", in_order = true }}\n"
        );
        House::new(r#"["crates/door-demo"]"#)
            .topic("crates/door-demo", example, &invariants)
            .xtask("audit")
            .exits(status)
            .prints(answer);
    }
}
