//! Runs with their claims: the lines as they came beside their picture, and each claim with the
//! lines that show it.
//!
//! A claim is chosen by a radio button, and a rule of the style sheet marks what has its class.
//! Where that does not work, the lines' numbers stand below the claim.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::data::{Claim, Line, Program, Role, Run};
use crate::html::{escaped, sentence};
use crate::picture::{Picture, classes, shown_by};

/// The runs of a program, and its claims; `root` leads from its page to the site's folder.
pub fn section(program: &Program, root: &str) -> String {
    let name = &program.name;
    let pictures = program.recorded.shown.iter().map(Picture::new);
    let pictures: Vec<Picture<'_>> = pictures.collect();
    let layout = match pictures.iter().any(Picture::is_wide) {
        true => "runs below-each-other",
        false => "runs",
    };
    let runs = (1..).zip(&pictures);
    let runs: String = runs.map(|(nth, run)| figure(name, nth, run)).collect();
    // Of a pitfall's claims the others say that nothing else goes wrong.
    let is_told = |claim: &Claim| program.role != Role::Pitfall || claim.goes_wrong;
    let claims = program.claims.iter().enumerate();
    let told: Vec<_> = claims.filter(|(_, claim)| is_told(claim)).collect();
    // One that stands alone is chosen at once.
    let is_alone = told.len() == 1;
    let claims = told.iter();
    let claims = claims.map(|&(at, claim)| of_claim(program, at, claim, is_alone, root));
    let claims: String = claims.collect();
    let none = radio(name, "none", !is_alone);
    format!(
        "<div class=\"shown\"><div class=\"{layout}\">{runs}</div><fieldset class=\"claims\">\
         <legend>Choose a claim: the lines that show it are marked</legend>\
         <label class=\"none\">{none} No claim</label><ol>{claims}</ol></fieldset></div>"
    )
}

fn radio(name: &str, value: &str, checked: bool) -> String {
    let checked = if checked { " checked" } else { "" };
    format!("<input type=\"radio\" name=\"claim-of-{name}\" value=\"{value}\"{checked}>")
}

/// One run: the picture, and the same as a table.
fn figure(name: &str, nth: usize, picture: &Picture<'_>) -> String {
    let run = picture.run;
    let mut rows = String::new();
    for ((at, line), height) in run.lines.iter().enumerate().zip(picture.heights()) {
        let classes = classes("line", &shown_by(run, at));
        let number = at + 1;
        let ms = line.at_us as f64 / 1000.0;
        let text = in_parts(line);
        let _ = write!(
            rows,
            "<tr id=\"{name}-{nth}-{number}\" class=\"{classes}\" style=\"height:{height}px\">\
             <th scope=\"row\">{number}</th><td class=\"ms\">{ms:.1}</td><td>{text}</td></tr>"
        );
    }
    let (svg, heading) = (picture.svg(), picture.heading());
    let (ms, ended) = (run.at_us as f64 / 1000.0, escaped(&run.ended));
    format!(
        "<figure class=\"run\"><figcaption>Run {nth}: the program {ended} after {ms:.0} ms\
         </figcaption><div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Run {nth} of {name}\">{svg}<table><thead>\
         <tr style=\"height:{heading}px\"><th scope=\"col\">line</th><th scope=\"col\">ms</th>\
         <th scope=\"col\">what it printed</th></tr></thead>\
         <tbody>{rows}</tbody></table></div></figure>"
    )
}

/// A line as it was printed, what names the actor being set off.
fn in_parts(line: &Line) -> String {
    let (actor, said) = line.parts();
    let (actor, said) = (escaped(actor), escaped(said));
    match (line.stderr, actor.is_empty()) {
        (true, _) => format!("<i>standard error:</i> {said}"),
        (false, true) => said,
        (false, false) => format!("<b>{actor}:</b> {said}"),
    }
}

/// One claim: what it says, what is known of it, why it is true, and the lines that show it.
fn of_claim(program: &Program, at: usize, claim: &Claim, is_chosen: bool, root: &str) -> String {
    let radio = radio(&program.name, &at.to_string(), is_chosen);
    let what = sentence(&claim.claim);
    let mut html = format!("<li><label>{radio} {what}</label>");
    html += &verdict(program, claim);
    if let Some(why) = &claim.why {
        let _ = write!(html, "<p class=\"why\">Why: {}</p>", sentence(why));
    }
    let runs = (1..).zip(&program.recorded.shown);
    let shown = runs.map(|(nth, run)| shown_on(&program.name, nth, run, at));
    let shown: Vec<String> = shown.collect();
    let _ = write!(
        html,
        "<p class=\"shown-by\">{}; {}</p></li>",
        shown.join("; "),
        stated(claim, root)
    );
    html
}

/// Where a claim is stated, and by which kind of rule.
fn stated(claim: &Claim, root: &str) -> String {
    match claim.line {
        Some(line) => format!(
            "rule: <a href=\"{root}rules.html#{0}\">{0}</a>, line {line} of \
             <code>invariants.toml</code>",
            claim.kind
        ),
        // The page says of all of these in one place that they hold.
        None => format!(
            "<a href=\"{root}rules.html#verdicts\">it holds unless the file says otherwise</a>"
        ),
    }
}

/// What is known of a claim: the word, and what it rests on where that is not said of the whole
/// program.
fn verdict(program: &Program, claim: &Claim) -> String {
    let verdict = claim.verdict.as_ref();
    // That a pitfall goes wrong is said elsewhere.
    let Some(verdict) = verdict.filter(|_| program.role != Role::Pitfall) else {
        return String::new();
    };
    let said = program.explored.as_ref().map(|explored| &explored.about);
    let class = verdict.word.replace(' ', "-");
    let word = escaped(&verdict.word);
    let mode = if claim.sometimes { "sometimes, " } else { "" };
    let is_said =
        matches!(verdict.word.as_str(), "proved" | "held") || said == Some(&verdict.about);
    let about = match is_said {
        true => String::new(),
        false => format!(" <span class=\"about\">{}</span>", sentence(&verdict.about)),
    };
    format!(" <span class=\"verdict {class}\">{mode}{word}</span>{about}")
}

/// The lines of a run that show a claim, in words.
fn shown_on(name: &str, nth: usize, run: &Run, claim: usize) -> String {
    let shown = &run.claims[claim];
    let lines = stretches(shown.lines.iter().copied());
    let mut html = format!("run {nth}: ");
    if shown.verdict == "pass" && !shown.story.is_empty() {
        let _ = write!(html, "{}, ", sentence(&shown.story));
    }
    if shown.verdict == "not witnessed" {
        html += "it does not show here";
    } else if shown.verdict == "unsupported" {
        html += &escaped(&shown.story);
    } else if lines.is_empty() {
        let _ = write!(html, "it {}", escaped(&run.ended));
    } else {
        html += match &lines[..] {
            [(from, to)] if from == to => "line ",
            _ => "lines ",
        };
        let links = lines.iter().map(|&(from, to)| {
            let (from, to) = (from + 1, to + 1);
            let text = match from == to {
                true => from.to_string(),
                false => format!("{from}–{to}"),
            };
            format!("<a href=\"#{name}-{nth}-{from}\">{text}</a>")
        });
        html += &links.collect::<Vec<_>>().join(", ");
    }
    html
}

/// Numbers in a row as one stretch each, from the first to the last.
pub fn stretches(lines: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    let lines: Vec<usize> = lines.collect::<BTreeSet<_>>().into_iter().collect();
    let stretches = lines.chunk_by(|a, b| a + 1 == *b);
    stretches
        .filter_map(|stretch| Some((*stretch.first()?, *stretch.last()?)))
        .collect()
}

/// The rules of the style sheet that mark what shows the chosen claim, for so many claims.
pub fn style(claims: usize) -> String {
    let all = |element: &str, part: &str| -> String {
        let of_claim = |claim| {
            format!(".shown:has(input[value=\"{claim}\"]:checked) {element}.c{claim}{part}")
        };
        (0..claims).map(of_claim).collect::<Vec<_>>().join(",")
    };
    let drawn = ["circle", "rect", "g"]
        .map(|element| all(element, ""))
        .join(",");
    let (rows, signs) = (all("tr", ""), all("tr", " th::before"));
    format!(
        "{rows}{{background:var(--marked)}}\n{signs}{{visibility:visible}}\n\
         {drawn}{{fill:var(--lit);stroke:var(--lit);opacity:1}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{stretches, style};

    #[test]
    fn lines_in_a_row_are_one_stretch() {
        assert_eq!(stretches([4, 0, 1, 2, 4].into_iter()), [(0, 2), (4, 4)]);
        assert_eq!(stretches([].into_iter()), []);
    }

    #[test]
    fn each_claim_marks_its_own_lines() {
        let style = style(2);
        assert!(
            style.contains(".shown:has(input[value=\"1\"]:checked) tr.c1{background"),
            "{style}"
        );
        assert!(style.contains("tr.c0 th::before,"), "{style}");
        assert!(style.contains("tr.c1 th::before{visibility"), "{style}");
    }
}
