//! What a topic is to a learner: its questions, and the words by which it is found.

use crate::Diagnostic;
use crate::node::Node;
use crate::scope::Scope;
use crate::spec::About;

/// Reads the table `[topic]`.
pub fn about(root: &Node, scope: &mut Scope<'_>) -> About {
    let list = |key| {
        let list = root.get("topic").and_then(|topic| topic.get(key));
        list.map_or(&[][..], Node::items)
    };
    let texts = |key| list(key).iter().map(Node::printed).collect();
    let how_do_i: Vec<String> = texts("how_do_i");
    for (at, (node, question)) in list("how_do_i").iter().zip(&how_do_i).enumerate() {
        if let Some((message, help)) = wrong_question(question, &how_do_i[..at]) {
            let diagnostic = Diagnostic::new(node.span.clone(), message).help(help);
            scope.diagnostics.push(diagnostic);
        }
    }
    for word in list("words") {
        if word.printed().trim().is_empty() {
            let diagnostic = Diagnostic::new(word.span.clone(), "this is no word");
            scope.diagnostics.push(diagnostic.help("leave it out"));
        }
    }
    About {
        how_do_i,
        words: texts("words"),
        assumes: texts("assumes"),
        start_here: root
            .get("topic")
            .is_some_and(|topic| topic.flag("start_here")),
    }
}

/// What is wrong with a question, and the help; `None` if nothing is.
fn wrong_question(question: &str, earlier: &[String]) -> Option<(&'static str, &'static str)> {
    // Every page that shows it adds both.
    let is_whole = question.ends_with('?') || question.to_lowercase().starts_with("how ");
    if question.trim().is_empty() {
        Some(("this asks nothing", "say what a learner wants to do"))
    } else if is_whole {
        Some((
            "a question stands here without its `How do I` and its `?`",
            "write what stands between the two, as in \"stop a thread\"",
        ))
    } else if earlier.iter().any(|known| known == question) {
        Some(("this question stands here twice", "leave one out"))
    } else {
        None
    }
}
