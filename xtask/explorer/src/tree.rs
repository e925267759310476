//! The choices that were explored, as a tree.

use engine::Execution;
use protocol::Place;
use serde::Serialize;

use crate::report::place;

/// The tree grows no further than to so many nodes.
const NODES: usize = 50_000;

/// The explored schedules, with common beginnings merged: from any node the children are the
/// threads that were let go on there.
#[derive(Default, Serialize)]
pub struct Tree {
    nodes: Vec<Node>,
    roots: Vec<usize>,
    /// Whether some schedules found no room.
    truncated: bool,
}

#[derive(Serialize)]
struct Node {
    verb: &'static str,
    object: Option<Object>,
    value: Option<String>,
    prints: Vec<String>,
    #[serde(flatten)]
    place: Place,
    thread: u32,
    /// Their places among the nodes.
    children: Vec<usize>,
    /// How the program ended here, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    ending: Option<String>,
}

#[derive(Serialize)]
struct Object {
    id: u32,
    kind: &'static str,
    #[serde(flatten)]
    made: Place,
}

impl Tree {
    /// Takes in one execution, which has to be recorded.
    pub fn add(&mut self, execution: &Execution) {
        let lines = execution.output.lines();
        let mut at: Option<usize> = None;
        for (index, (step, detail)) in execution.steps.iter().zip(&execution.details).enumerate() {
            let siblings = match at {
                None => &self.roots,
                Some(parent) => &self.nodes[parent].children,
            };
            let known = siblings
                .iter()
                .copied()
                .find(|&child| self.nodes[child].thread == step.thread);
            let next = match known {
                Some(next) => next,
                None if self.nodes.len() == NODES => {
                    self.truncated = true;
                    return;
                }
                None => {
                    let printed = lines.iter().filter(|line| line.step as usize == index);
                    let object = detail.object.map(|object| {
                        let state = &execution.objects[object as usize];
                        Object {
                            id: object,
                            kind: state.kind,
                            made: place(state.created),
                        }
                    });
                    let next = self.nodes.len();
                    self.nodes.push(Node {
                        verb: detail.verb,
                        object,
                        value: detail.value.clone(),
                        prints: printed.map(|line| line.text.to_string()).collect(),
                        place: place(detail.place),
                        thread: step.thread,
                        children: Vec::new(),
                        ending: None,
                    });
                    match at {
                        None => self.roots.push(next),
                        Some(parent) => self.nodes[parent].children.push(next),
                    }
                    next
                }
            };
            at = Some(next);
        }
        if let Some(at) = at {
            self.nodes[at].ending = execution
                .ending
                .as_ref()
                .map(|ending| format!("{ending:?}"));
        }
    }
}
