//! What may stand where in an `invariants.toml`: one description that checks a
//! file, generates the JSON Schema, and so cannot disagree with itself.

use serde_json::{Value as Json, json};

use super::Diagnostic;
use super::diagnostic::did_you_mean;
use super::node::{Node, Value};

/// What a value may be.
#[derive(Debug)]
pub enum Shape {
    /// A string; what it holds is parsed later.
    Text,
    /// One of a few strings.
    Choice(&'static [&'static str]),
    /// A whole number that is not negative.
    Count,
    /// A whole number from one on.
    Positive,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Flag,
    /// A string, a number or a truth value.
    Scalar,
    /// A list of any length but zero.
    List(&'static Shape),
    /// A list of exactly two.
    Pair(&'static Shape),
    /// A table with these keys.
    Table(Table),
    /// A table with keys of the file's choosing.
    Map(&'static Shape),
    /// Either of two shapes, which differ in their TOML type.
    Either(&'static Shape, &'static Shape),
}

/// A table's keys.
#[derive(Debug)]
pub struct Table {
    /// The keys, in the order in which help lists them.
    pub fields: &'static [Field],
    /// Of these keys there must be exactly one; empty if there is no such demand.
    pub one_of: &'static [&'static str],
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What its value may be.
    pub shape: &'static Shape,
    /// Whether the table must have it.
    pub required: bool,
    /// What it means, in one sentence, which an editor shows beside the key.
    pub doc: &'static str,
}

/// A key that a table must have.
pub const fn required(name: &'static str, shape: &'static Shape, doc: &'static str) -> Field {
    Field {
        name,
        shape,
        required: true,
        doc,
    }
}

/// A key that a table may have.
pub const fn optional(name: &'static str, shape: &'static Shape, doc: &'static str) -> Field {
    Field {
        required: false,
        ..required(name, shape, doc)
    }
}

impl Field {
    /// What it means, as a help.
    fn help(&self) -> String {
        let (first, rest) = self.doc.split_at(1);
        first.to_lowercase() + rest.trim_end_matches('.')
    }
}

/// A table with these keys and no further demand.
pub const fn table(fields: &'static [Field]) -> Shape {
    Shape::Table(Table {
        fields,
        one_of: &[],
    })
}

impl Shape {
    /// Adds to `diagnostics` whatever of `node` has not this shape.
    pub(super) fn check(&self, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
        match (self, &node.value) {
            (Shape::Text, Value::Text(_))
            | (Shape::Integer, Value::Integer(_))
            | (Shape::Count, Value::Integer(0..))
            | (Shape::Positive, Value::Integer(1..))
            | (Shape::Flag, Value::Flag(_))
            | (
                Shape::Scalar,
                Value::Text(_) | Value::Integer(_) | Value::Float(_) | Value::Flag(_),
            ) => {}
            (Shape::Choice(valid), Value::Text(text)) if valid.contains(&text.as_str()) => {}
            (Shape::Choice(valid), Value::Text(text)) => diagnostics.push(
                Diagnostic::new(node.span.clone(), format!("`{text}` is not a choice"))
                    .help(did_you_mean(text, valid)),
            ),
            (Shape::Pair(shape), Value::List(items)) if items.len() == 2 => {
                items.iter().for_each(|item| shape.check(item, diagnostics));
            }
            (Shape::List(shape), Value::List(items)) if !items.is_empty() => {
                items.iter().for_each(|item| shape.check(item, diagnostics));
            }
            (Shape::Map(shape), Value::Table(entries)) => {
                entries
                    .iter()
                    .for_each(|entry| shape.check(&entry.node, diagnostics));
            }
            (Shape::Table(table), Value::Table(_)) => table.check(node, diagnostics),
            (Shape::Either(a, b), _) => match [a, b].iter().find(|shape| shape.admits(node)) {
                Some(shape) => shape.check(node, diagnostics),
                None => diagnostics.push(self.mismatch(node)),
            },
            _ => diagnostics.push(self.mismatch(node)),
        }
    }

    fn mismatch(&self, node: &Node) -> Diagnostic {
        let message = format!("expected {}, found {}", self.describe(), node.kind());
        Diagnostic::new(node.span.clone(), message)
    }

    /// Whether the value's TOML type is the shape's.
    fn admits(&self, node: &Node) -> bool {
        match self {
            Shape::Text | Shape::Choice(_) => matches!(node.value, Value::Text(_)),
            Shape::Count | Shape::Positive | Shape::Integer => {
                matches!(node.value, Value::Integer(_))
            }
            Shape::Flag => matches!(node.value, Value::Flag(_)),
            Shape::Scalar => !matches!(node.value, Value::List(_) | Value::Table(_)),
            Shape::List(_) | Shape::Pair(_) => matches!(node.value, Value::List(_)),
            Shape::Table(_) | Shape::Map(_) => matches!(node.value, Value::Table(_)),
            Shape::Either(a, b) => a.admits(node) || b.admits(node),
        }
    }

    fn describe(&self) -> String {
        match self {
            Shape::Text => "a string".into(),
            Shape::Choice(valid) => format!("one of {}", valid.join(", ")),
            Shape::Count => "a whole number, not negative".into(),
            Shape::Positive => "a whole number from 1 on".into(),
            Shape::Integer => "a whole number".into(),
            Shape::Flag => "true or false".into(),
            Shape::Scalar => "a string, a number or true or false".into(),
            Shape::List(_) => "a list that is not empty".into(),
            Shape::Pair(_) => "a list of two, as in [\"opens\", \"closes\"]".into(),
            Shape::Table(table) => {
                let names: Vec<_> = table.fields.iter().map(|field| field.name).collect();
                format!("a table with {}", names.join(", "))
            }
            Shape::Map(_) => "a table".into(),
            Shape::Either(a, b) => format!("{} or {}", a.describe(), b.describe()),
        }
    }

    /// The shape as JSON Schema.
    pub(super) fn json_schema(&self) -> Json {
        match self {
            Shape::Text => json!({"type": "string"}),
            Shape::Choice(valid) => json!({"enum": valid}),
            Shape::Count => json!({"type": "integer", "minimum": 0}),
            Shape::Positive => json!({"type": "integer", "minimum": 1}),
            Shape::Integer => json!({"type": "integer"}),
            Shape::Flag => json!({"type": "boolean"}),
            Shape::Scalar => json!({"type": ["string", "number", "boolean"]}),
            Shape::List(shape) => {
                json!({"type": "array", "items": shape.json_schema(), "minItems": 1})
            }
            Shape::Pair(shape) => {
                let items = shape.json_schema();
                json!({"type": "array", "items": items, "minItems": 2, "maxItems": 2})
            }
            Shape::Table(table) => table.json_schema(),
            Shape::Map(shape) => {
                json!({"type": "object", "additionalProperties": shape.json_schema()})
            }
            Shape::Either(a, b) => json!({"anyOf": [a.json_schema(), b.json_schema()]}),
        }
    }
}

impl Table {
    fn check(&self, node: &Node, diagnostics: &mut Vec<Diagnostic>) {
        for entry in node.entries() {
            match self.fields.iter().find(|field| field.name == entry.key) {
                Some(field) => {
                    let known = diagnostics.len();
                    field.shape.check(&entry.node, diagnostics);
                    // A value of the wrong type: what the key is for says what to write.
                    for diagnostic in &mut diagnostics[known..] {
                        if diagnostic.span == entry.node.span && diagnostic.help.is_none() {
                            diagnostic.help = Some(field.help());
                        }
                    }
                }
                None => {
                    let valid: Vec<_> = self.fields.iter().map(|field| field.name).collect();
                    let message = format!("there is no key `{}` here", entry.key);
                    diagnostics.push(
                        Diagnostic::new(entry.key_span.clone(), message)
                            .help(did_you_mean(&entry.key, &valid)),
                    );
                    // The missing key that this one stands for would only be noise.
                    return;
                }
            }
        }
        for field in self.fields {
            if field.required && node.get(field.name).is_none() {
                let message = format!("the key `{}` is missing", field.name);
                diagnostics.push(Diagnostic::new(node.span.clone(), message).help(field.help()));
            }
        }
        let present: Vec<_> = node
            .entries()
            .iter()
            .filter(|entry| self.one_of.contains(&entry.key.as_str()))
            .collect();
        match present[..] {
            _ if self.one_of.is_empty() => {}
            [_] => {}
            [] => diagnostics.push(
                Diagnostic::new(
                    node.span.clone(),
                    "the key that says what it is about is missing",
                )
                .help(format!("add one of: {}", self.one_of.join(", "))),
            ),
            [first, second, ..] => diagnostics.push(
                Diagnostic::new(
                    second.key_span.clone(),
                    format!("`{}` cannot stand beside `{}`", second.key, first.key),
                )
                .help("exactly one of the two: leave one out, or make two of it"),
            ),
        }
    }

    fn json_schema(&self) -> Json {
        let properties = self
            .fields
            .iter()
            .map(|field| {
                let mut schema = field.shape.json_schema();
                schema["description"] = json!(field.doc);
                (field.name.to_string(), schema)
            })
            .collect();
        let mut schema = json!({
            "type": "object",
            "properties": Json::Object(properties),
            "additionalProperties": false,
        });
        let required: Vec<_> = self.fields.iter().filter(|field| field.required).collect();
        if !required.is_empty() {
            schema["required"] = required.iter().map(|field| field.name).collect();
        }
        if !self.one_of.is_empty() {
            let one_of = self.one_of.iter().map(|name| json!({"required": [name]}));
            schema["oneOf"] = one_of.collect();
        }
        schema
    }
}
