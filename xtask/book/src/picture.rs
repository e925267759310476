//! A run as a picture: a lane for each actor, and time from top to bottom.
//!
//! Each line that was printed has a row, and the table beside the picture has the same rows. A row
//! is the higher the longer the time to the next line, by the logarithm: so time is warped, but
//! never backwards, and no two lines meet. Where claims speak of intervals, a bar stands in the
//! lane of the actor that opens it; where they pair two lines, an arrow leads from one to the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::data::{Interval, Line, Run};
use crate::html::escaped;

/// The height of a row, and how much a long time adds to it.
const ROW: u32 = 22;
const LONGEST: f64 = 30.0;
/// The width of a lane, where there are few and where there are many, and of each further bar in it.
const LANE: u32 = 22;
const NARROW_LANE: u32 = 16;
const FEW: usize = 8;
const BAR: u32 = 7;
/// A wider picture has no room for another run beside it.
const WIDE: u32 = 190;
/// The width of a letter in a lane's heading.
const LETTER: f64 = 7.2;

/// A run that can be drawn.
pub struct Picture<'r> {
    /// The run.
    pub run: &'r Run,
    /// The actors, in the order in which they come up.
    lanes: Vec<&'r str>,
    /// The top of each row, and the bottom of the last one.
    tops: Vec<u32>,
    /// The intervals, each with the claims that speak of it.
    bars: Vec<Bar<'r>>,
    /// The pairs of lines, each with the claims that speak of it.
    arrows: BTreeMap<(usize, usize), BTreeSet<usize>>,
}

/// An interval in the picture.
struct Bar<'r> {
    interval: &'r Interval,
    claims: BTreeSet<usize>,
    lane: usize,
    /// Its place among the bars of its lane that are open at the same time.
    track: u32,
}

impl<'r> Picture<'r> {
    /// The picture of a run.
    pub fn new(run: &'r Run) -> Self {
        let mut lanes = Vec::new();
        for (actor, _) in run.lines.iter().map(Line::parts) {
            if !lanes.contains(&actor) {
                lanes.push(actor);
            }
        }
        let mut tops = vec![0];
        for (at, line) in run.lines.iter().enumerate() {
            let next = run.lines.get(at + 1).map_or(run.at_us, |next| next.at_us);
            let gap = next.saturating_sub(line.at_us);
            tops.push(tops[at] + ROW + warped(gap));
        }
        let mut intervals: BTreeMap<&Interval, BTreeSet<usize>> = BTreeMap::new();
        let mut arrows: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for (claim, shown) in run.claims.iter().enumerate() {
            for interval in &shown.intervals {
                intervals.entry(interval).or_default().insert(claim);
            }
            for &pair in &shown.pairs {
                arrows.entry(pair).or_default().insert(claim);
            }
        }
        let lane_of = |line: usize| {
            let (actor, _) = run.lines[line].parts();
            lanes.iter().position(|lane| *lane == actor).unwrap_or(0)
        };
        let mut bars: Vec<Bar<'r>> = Vec::new();
        for (interval, claims) in intervals {
            let lane = lane_of(interval.open);
            let end = |interval: &Interval| interval.close.unwrap_or(run.lines.len());
            let beside = bars.iter().filter(|bar| bar.lane == lane);
            let beside = beside.filter(|bar| end(bar.interval) > interval.open);
            let taken: BTreeSet<u32> = beside.map(|bar| bar.track).collect();
            let track = (0..).find(|track| !taken.contains(track)).unwrap_or(0);
            bars.push(Bar {
                interval,
                claims,
                lane,
                track,
            });
        }
        Self {
            run,
            lanes,
            tops,
            bars,
            arrows,
        }
    }

    /// The height of the headings.
    pub fn heading(&self) -> u32 {
        let longest = self.lanes.iter().map(|lane| lane.chars().count()).max();
        (longest.unwrap_or(0) as f64 * LETTER) as u32 + 16
    }

    /// The height of the row of each line.
    pub fn heights(&self) -> impl Iterator<Item = u32> {
        self.tops.windows(2).map(|row| row[1] - row[0])
    }

    /// The middle of each lane, and the width of all of them.
    fn columns(&self) -> (Vec<u32>, u32) {
        let lanes = self.lanes.len();
        let own = if lanes > FEW { NARROW_LANE } else { LANE };
        let mut right = 4;
        let mut middles = Vec::new();
        for lane in 0..lanes {
            let tracks = self.bars.iter().filter(|bar| bar.lane == lane);
            let tracks = tracks.map(|bar| bar.track + 1).max().unwrap_or(0);
            middles.push(right + own / 2);
            right += own + tracks.saturating_sub(1) * BAR;
        }
        (middles, right + 4)
    }

    /// Whether it leaves no room for another run beside it.
    pub fn is_wide(&self) -> bool {
        self.columns().1 > WIDE
    }

    /// The picture as SVG, of the same height as the table; what belongs to a claim has its class.
    pub fn svg(&self) -> String {
        let (middles, width) = self.columns();
        let heading = self.heading();
        let bottom = heading + self.tops.last().copied().unwrap_or(0);
        // A line's mark stands in the middle of the first line of its row.
        let y = |line: usize| heading + self.tops[line] + ROW / 2;
        let lane_of = |line: usize| {
            let (actor, _) = self.run.lines[line].parts();
            self.lanes
                .iter()
                .position(|lane| *lane == actor)
                .unwrap_or(0)
        };
        let mut svg = String::new();
        for (lane, x) in self.lanes.iter().zip(&middles) {
            let (name, from) = (escaped(lane), heading - 8);
            let _ = write!(
                svg,
                "<line class=\"lane\" x1=\"{x}\" y1=\"{heading}\" x2=\"{x}\" y2=\"{bottom}\"/>\
                 <text x=\"{x}\" y=\"{from}\" transform=\"rotate(-90 {x} {from})\">{name}</text>"
            );
        }
        for bar in &self.bars {
            let from = y(bar.interval.open);
            let to = bar.interval.close.map_or(bottom, y);
            let x = middles[bar.lane] + bar.track * BAR - 3;
            let classes = classes("bar", &bar.claims);
            let (height, holder) = (
                to.saturating_sub(from).max(2),
                escaped(&bar.interval.holder),
            );
            let _ = write!(
                svg,
                "<rect class=\"{classes}\" x=\"{x}\" y=\"{from}\" width=\"6\" height=\"{height}\" \
                 rx=\"3\"><title>{holder}</title></rect>"
            );
        }
        for (&(from, to), claims) in &self.arrows {
            let (x1, y1) = (middles[lane_of(from)], y(from));
            let (x2, y2) = (middles[lane_of(to)], y(to));
            let _ = write!(
                svg,
                "{}",
                arrow((x1, y1), (x2, y2), &classes("arrow", claims))
            );
        }
        for line in 0..self.run.lines.len() {
            let (x, y) = (middles[lane_of(line)], y(line));
            let classes = classes("dot", &shown_by(self.run, line));
            let _ = write!(
                svg,
                "<circle class=\"{classes}\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>"
            );
        }
        let lanes = self.lanes.len();
        format!(
            "<svg class=\"lanes\" role=\"img\" width=\"{width}\" height=\"{bottom}\" \
             aria-label=\"The run of the table as a picture: {lanes} lanes, one for each actor\">\
             {svg}</svg>"
        )
    }
}

/// How much higher a row is for so long a time, in microseconds.
fn warped(us: u64) -> u32 {
    let milliseconds = us as f64 / 1000.0;
    (7.0 * (1.0 + milliseconds).log2()).min(LONGEST) as u32
}

/// The claims that a line of a run shows, by their places.
pub fn shown_by(run: &Run, line: usize) -> BTreeSet<usize> {
    let claims = run.claims.iter().enumerate();
    let showing = claims.filter(|(_, shown)| shown.lines.contains(&line));
    showing.map(|(claim, _)| claim).collect()
}

/// The classes of what shows these claims.
pub fn classes(own: &str, claims: &BTreeSet<usize>) -> String {
    let claims = claims.iter().map(|claim| format!(" c{claim}"));
    own.to_string() + &claims.collect::<String>()
}

/// A bent line with a head at its end.
fn arrow((x1, y1): (u32, u32), (x2, y2): (u32, u32), classes: &str) -> String {
    let (x1, y1, x2, y2) = (f64::from(x1), f64::from(y1), f64::from(x2), f64::from(y2));
    // In one lane it goes round the marks between.
    let (cx, cy) = match x1 == x2 {
        true => (x1 + 16.0, (y1 + y2) / 2.0),
        false => ((x1 + x2) / 2.0, (y1 * 0.25) + (y2 * 0.75)),
    };
    let (dx, dy) = (x2 - cx, y2 - cy);
    let length = dx.hypot(dy).max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let (tx, ty) = (x2 - 5.0 * ux, y2 - 5.0 * uy);
    let (bx, by) = (tx - 6.0 * ux, ty - 6.0 * uy);
    let (lx, ly, rx, ry) = (bx - 3.0 * uy, by + 3.0 * ux, bx + 3.0 * uy, by - 3.0 * ux);
    format!(
        "<g class=\"{classes}\"><path d=\"M{x1:.0} {y1:.0}Q{cx:.1} {cy:.1} {tx:.1} {ty:.1}\"/>\
         <path class=\"head\" d=\"M{tx:.1} {ty:.1}L{lx:.1} {ly:.1}L{rx:.1} {ry:.1}Z\"/></g>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Shown;

    fn run(lines: &[(u64, &str)], intervals: &[(usize, Option<usize>)]) -> Run {
        let lines = lines.iter().map(|&(at_us, text)| Line {
            at_us,
            stderr: false,
            text: text.to_string(),
        });
        let intervals = intervals.iter().map(|&(open, close)| Interval {
            open,
            close,
            holder: format!("job={open}"),
        });
        Run {
            lines: lines.collect(),
            ended: "exits with 0".to_string(),
            at_us: 9_000_000,
            claims: vec![Shown {
                verdict: "pass".to_string(),
                lines: vec![0],
                story: String::new(),
                intervals: intervals.collect(),
                pairs: vec![(0, 1)],
            }],
        }
    }

    #[test]
    fn time_is_warped_but_never_backwards() {
        let run = run(
            &[(0, "A: a"), (1, "A: b"), (1, "B: c"), (5_000_000, "A: d")],
            &[],
        );
        let picture = Picture::new(&run);
        let heights: Vec<_> = picture.heights().collect();
        assert!(heights.iter().all(|height| *height >= ROW), "{heights:?}");
        assert!(
            heights[2] > heights[0],
            "a longer time is longer: {heights:?}"
        );
        assert_eq!(picture.lanes, ["A", "B"]);
    }

    #[test]
    fn bars_of_one_lane_that_are_open_at_once_stand_beside_each_other() {
        let lines = [
            (0, "A: 1"),
            (1, "A: 2"),
            (2, "B: 1"),
            (3, "A: 3"),
            (4, "B: 2"),
        ];
        let run = run(&lines, &[(0, Some(2)), (1, Some(4)), (3, None)]);
        let picture = Picture::new(&run);
        let tracks: Vec<_> = picture.bars.iter().map(|bar| bar.track).collect();
        assert_eq!(tracks, [0, 1, 0]);
    }

    #[test]
    fn what_shows_a_claim_has_its_class() {
        let run = run(&[(0, "A: sent <x>"), (1, "B: got it")], &[(0, Some(1))]);
        let svg = Picture::new(&run).svg();
        for part in [
            "class=\"dot c0\"",
            "class=\"bar c0\"",
            "class=\"arrow c0\"",
            ">B</text>",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }
}
