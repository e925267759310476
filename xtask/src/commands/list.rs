//! `cargo xtask list`: the topics in reading order.

use serde_json::json;

use crate::error::{ALL_HOLD, Result};
use crate::report::failure::{BOLD, DIM};
use crate::report::{say, say_json};
use crate::workspace::Workspace;

/// Lists the topics, for people or as one JSON array.
///
/// # Errors
///
/// A topic has no example, or its example no header.
pub fn list(json: bool) -> Result<u8> {
    let workspace = Workspace::find()?;
    let width = workspace.topics.iter().map(|topic| topic.name.len()).max();
    let width = width.unwrap_or(0);
    let mut array = Vec::new();
    let mut text = String::new();
    let mut section = "";
    for topic in &workspace.topics {
        let title = topic.title()?;
        if topic.section != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            text += &format!("{gap}{BOLD}{}{BOLD:#}\n", topic.section);
            section = &topic.section;
        }
        text += &format!("  {:<width$}  {DIM}{title}{DIM:#}\n", topic.name);
        array.push(json!({
            "name": topic.name,
            "title": title,
            "section": topic.section,
            "path": topic.path,
        }));
    }
    match json {
        true => say_json(&json!(array))?,
        false => say(text.trim_end())?,
    }
    Ok(ALL_HOLD)
}
