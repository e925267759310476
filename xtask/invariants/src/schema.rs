//! The JSON Schema of `invariants.toml`, for editors.

use serde_json::json;

use super::vocabulary::FILE;

/// The schema, generated from the same description that checks the files.
pub fn json_schema() -> String {
    let mut schema = FILE.json_schema();
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("Output invariants of one example program; see RULES.md");
    format!("{schema:#}\n")
}
