//! What cargo and the compiler say, read from their JSON.
//!
//! Only what the runner asks for is read. The form is that of "External tools" in The Cargo Book
//! and of "JSON output" in The rustc book.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// What cargo says while it builds.
pub enum CargoMessage {
    /// The compiler says something.
    Compiler {
        /// The folder of the package that it is about.
        folder: Option<PathBuf>,
        /// What it says.
        says: CompilerMessage,
    },
    /// Something is built.
    Artifact(Artifact),
    /// A build script was run.
    Script(Script),
    /// Something that nobody here asks for.
    Other,
}

/// Something that cargo has built, or need not build again.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// The id of its package.
    pub package: String,
    /// The folder of its package.
    pub folder: Option<PathBuf>,
    /// The name of its target: the program's, or the library's.
    pub target: String,
    /// The file in which the target begins.
    pub source: PathBuf,
    /// The edition of the target.
    pub edition: String,
    /// Whether the target is a file of `tests`.
    pub is_integration_test: bool,
    /// Whether it was built to be tested.
    pub is_tested: bool,
    /// The program, if it is one.
    pub executable: Option<PathBuf>,
    /// All of its files.
    pub files: Vec<PathBuf>,
}

/// A build script that cargo has run, or need not run again.
pub struct Script {
    /// The id of its package.
    pub package: String,
    /// The folder that it writes to.
    pub out: Option<PathBuf>,
}

/// One message of the compiler.
pub struct CompilerMessage {
    /// Whether it is an error, and not a warning or a note.
    pub is_error: bool,
    /// What it says in its first line.
    pub text: String,
    /// The code of the error, such as `E0382`.
    pub code: Option<String>,
    /// All of it, as it is rendered for people.
    pub rendered: String,
    /// The places that it points at.
    pub spans: Vec<Span>,
}

/// A place that the compiler points at.
pub struct Span {
    /// The file, as the compiler names it.
    pub file: String,
    /// The first line and the last.
    pub lines: (u64, u64),
    /// Whether it is what the message is about.
    pub is_primary: bool,
    /// The first of the lines.
    pub text: String,
}

impl CargoMessage {
    /// Reads an object of `cargo build --message-format=json`.
    pub fn parse(object: &Value) -> Self {
        let package = || text(&object["package_id"]);
        let manifest = path(&object["manifest_path"]);
        let folder = manifest.and_then(|manifest| Some(manifest.parent()?.to_path_buf()));
        match object["reason"].as_str() {
            Some("compiler-message") => CargoMessage::Compiler {
                folder,
                says: CompilerMessage::parse(&object["message"]),
            },
            Some("compiler-artifact") => {
                let files = object["filenames"].as_array().into_iter().flatten();
                CargoMessage::Artifact(Artifact {
                    package: package(),
                    folder,
                    target: text(&object["target"]["name"]),
                    source: path(&object["target"]["src_path"]).unwrap_or_default(),
                    edition: text(&object["target"]["edition"]),
                    is_integration_test: object["target"]["kind"][0] == "test",
                    is_tested: object["profile"]["test"] == true,
                    executable: path(&object["executable"]),
                    files: files.filter_map(path).collect(),
                })
            }
            Some("build-script-executed") => CargoMessage::Script(Script {
                package: package(),
                out: path(&object["out_dir"]),
            }),
            _ => CargoMessage::Other,
        }
    }

    /// The folder of the package that it is about, where it says so.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            CargoMessage::Compiler { folder, .. } => folder.as_deref(),
            CargoMessage::Artifact(artifact) => artifact.folder.as_deref(),
            CargoMessage::Script(_) | CargoMessage::Other => None,
        }
    }
}

impl CompilerMessage {
    /// Reads an object of `rustc --error-format=json`.
    pub fn parse(object: &Value) -> Self {
        let spans = object["spans"].as_array().into_iter().flatten();
        let line = |line: &Value| line.as_u64().unwrap_or_default();
        let spans = spans.map(|span| Span {
            file: text(&span["file_name"]),
            lines: (line(&span["line_start"]), line(&span["line_end"])),
            is_primary: span["is_primary"] == true,
            text: text(&span["text"][0]["text"]),
        });
        Self {
            is_error: object["level"] == "error",
            text: text(&object["message"]),
            code: object["code"]["code"].as_str().map(str::to_string),
            rendered: text(&object["rendered"]),
            spans: spans.collect(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn path(value: &Value) -> Option<PathBuf> {
    value.as_str().map(PathBuf::from)
}
