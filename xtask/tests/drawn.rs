//! What a picture of a run shows of a rule.

use invariants::{Spec, Stay, Transcript, drawn};

/// The events of these tests: two sorts of intervals, and what goes in and comes out.
const EVENTS: &str = r#"
    [events]
    enters = "{who}: enters"
    leaves = "{who}: leaves"
    asks = "{who}: asks for {what}"
    gets = "{who}: gets {what}"
"#;

#[track_caller]
fn drawing(rule: &str, run: &[&str]) -> invariants::Drawing {
    let file = format!("{EVENTS}\n[[always]]\nclaim = \"it holds\"\n{rule}\n");
    let spec = Spec::parse(&file).expect("the file is right");
    drawn(&spec, &Transcript::of_stdout(run.iter().copied()), 0)
}

fn stay(holder: &str, open: usize, close: Option<usize>) -> Stay {
    Stay {
        holder: holder.to_string(),
        open,
        close,
    }
}

#[test]
fn intervals_are_those_of_each_holder() {
    let run = ["A: enters", "B: enters", "A: leaves", "A: enters"];
    let rule = r#"exclusive = { holding = ["enters", "leaves"] }"#;
    let expected = [
        stay("actor=A", 0, Some(2)),
        stay("actor=B", 1, None),
        stay("actor=A", 3, None),
    ];
    let drawing_of_clash = drawing(rule, &run);
    assert_eq!(drawing_of_clash.intervals, expected);
    assert!(drawing_of_clash.pairs.is_empty());

    let rule = r#"overlap = { of = ["asks", "gets"], per = "what", at_most = 1 }"#;
    let run = ["A: asks for x", "A: asks for y", "B: gets x", "B: gets y"];
    let expected = [stay("what=x", 0, Some(2)), stay("what=y", 1, Some(3))];
    assert_eq!(drawing(rule, &run).intervals, expected);
}

#[test]
fn both_sorts_of_intervals_are_drawn_in_the_order_in_which_they_open() {
    let rule = r#"exclusive = { holding = ["asks", "gets"], against = ["enters", "leaves"] }"#;
    let run = [
        "B: enters",
        "A: asks for x",
        "B: leaves",
        "A: gets x",
        "B: enters",
    ];
    let expected = [
        stay("actor=B", 0, Some(2)),
        stay("actor=A", 1, Some(3)),
        stay("actor=B", 4, None),
    ];
    assert_eq!(drawing(rule, &run).intervals, expected);
}

#[test]
fn intervals_that_are_not_opened_and_closed_in_turn_are_not_drawn() {
    let rule = r#"exclusive = { holding = ["enters", "leaves"] }"#;
    for run in [
        &["A: leaves", "A: enters"][..],
        &["A: enters", "A: enters", "A: leaves"],
        &["A: asks for x"],
    ] {
        assert!(drawing(rule, run).intervals.is_empty(), "{run:?}");
    }
    // The closing line may come first, if the rule says so; then nothing was open.
    let rule = r#"overlap = { of = ["asks", "gets"], per = "what", at_most = 1, close_may_come_first = true }"#;
    let run = ["B: gets x", "A: asks for x"];
    assert!(drawing(rule, &run).intervals.is_empty());
}

#[test]
fn what_goes_in_is_paired_with_what_comes_out() {
    let rule = r#"fifo = { from = "asks.what", to = "gets.what" }"#;
    let run = [
        "A: asks for x",
        "A: asks for y",
        "B: gets x",
        "A: asks for x",
        "B: gets x",
        "B: gets z",
    ];
    assert_eq!(drawing(rule, &run).pairs, [(0, 2), (3, 4)]);

    let rule = r#"fifo = { from = "asks.what", to = "gets.what", per = "who" }"#;
    let run = ["A: asks for x", "B: asks for x", "B: gets x", "A: gets x"];
    assert_eq!(drawing(rule, &run).pairs, [(0, 3), (1, 2)]);
}

#[test]
fn what_follows_is_paired_from_the_end() {
    let rule = r#"follows = { each = "asks", by = "gets" }"#;
    let run = [
        "A: asks for x",
        "B: gets x",
        "A: asks for x",
        "B: gets x",
        "B: gets x",
    ];
    assert_eq!(drawing(rule, &run).pairs, [(0, 3), (2, 4)]);
    let unanswered = ["B: gets x", "A: asks for x"];
    assert!(drawing(rule, &unanswered).pairs.is_empty());
}

#[test]
fn other_rules_draw_nothing() {
    let run = ["A: enters", "A: leaves"];
    let drawing = drawing(r#"order = ["enters", "leaves"]"#, &run);
    assert_eq!(drawing, invariants::Drawing::default());
}
