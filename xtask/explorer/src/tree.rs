//! The choices that were explored, as a tree.

use engine::Execution;
use transcript::json;
use transcript::json::Value;

use crate::report::with_place;

/// The tree grows no further than to so many nodes.
const NODES: usize = 50_000;

/// The explored schedules, with common beginnings merged: from any node the children are the
/// threads that were let go on there.
#[derive(Default)]
pub struct Tree {
    nodes: Vec<Node>,
    roots: Vec<usize>,
    truncated: bool,
}

struct Node {
    thread: u32,
    what: Value,
    children: Vec<usize>,
    /// How the program ended here, if it did.
    ending: Option<String>,
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
                        with_place(json!({"id": object, "kind": state.kind}), state.created)
                    });
                    let what = json!({
                        "verb": detail.verb,
                        "object": object,
                        "value": detail.value,
                        "prints": printed.map(|line| line.text.as_ref()).collect::<Vec<_>>(),
                    });
                    let next = self.nodes.len();
                    self.nodes.push(Node {
                        thread: step.thread,
                        what: with_place(what, detail.place),
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

    /// The tree as one object: `nodes`, each with the numbers of its `children`, and the
    /// `roots`; `truncated` says whether some schedules found no room.
    pub fn to_json(&self) -> Value {
        let nodes = self.nodes.iter().map(|node| {
            let mut object = node.what.clone();
            object["thread"] = json!(node.thread);
            object["children"] = json!(node.children);
            if let Some(ending) = &node.ending {
                object["ending"] = json!(ending);
            }
            object
        });
        json!({
            "nodes": nodes.collect::<Value>(),
            "roots": self.roots,
            "truncated": self.truncated,
        })
    }
}
