//! The player in a page: its files, which stand in `xtask/player`, put together with the data of a
//! program.
//!
//! What the data has to be is said there, in `README.md`.

use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::Value;

/// Its modules, in the order of their table: each uses only those before it.
const MODULES: [&str; 6] = [
    include_str!("../player/token.js"),
    include_str!("../player/graph.js"),
    include_str!("../player/words.js"),
    include_str!("../player/view.js"),
    include_str!("../player/player.js"),
    include_str!("../player/page.js"),
];

/// How it looks.
pub const STYLE: &str = include_str!("../player/player.css");

/// The page of one program.
const PAGE: &str = include_str!("../player/page.html");

/// How hard to compress: more is slower, and saves next to nothing.
const LEVEL: u8 = 6;

/// What base64 is made of.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The states of a program, as the player has them.
pub struct Data {
    /// What tells them from those of other programs of a page: a name in which no letter has a
    /// meaning in HTML.
    pub id: String,
    /// What `xtask/player/README.md` says.
    pub json: Value,
}

/// One program in a page of its own.
pub struct Page {
    /// Its title.
    pub title: String,
    /// What is said of the program before the player, as HTML.
    pub story: String,
    /// What stands in the place of the player where there is none, as HTML.
    pub instead: String,
}

impl Data {
    /// The states of the program of this name.
    pub fn new(program: &str, json: Value) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let id = program.chars();
        let id = id.map(|c| if is_plain(c) { c } else { '-' }).collect();
        Self { id, json }
    }

    /// The data as it stands in a page: compressed, and in letters.
    pub fn packed(&self) -> String {
        base64(&compress_to_vec_zlib(
            self.json.to_string().as_bytes(),
            LEVEL,
        ))
    }

    /// The data as a script file, which a page loads when its player is opened.
    pub fn script(&self) -> String {
        format!(
            "window.playerData[\"{}\"] = \"{}\";\n",
            self.id,
            self.packed()
        )
    }
}

impl Page {
    /// The page as HTML, with everything that is in it; without data there is no player in it.
    pub fn html(&self, data: Option<&Data>) -> String {
        let script = data.map_or_else(String::new, |_| script());
        let parts = [
            ("title", escaped(&self.title)),
            ("story", self.story.clone()),
            (
                "static",
                format!(
                    "<div class=\"static\" tabindex=\"0\">\n{}</div>",
                    self.instead
                ),
            ),
            ("css", STYLE.to_string()),
            ("id", data.map_or_else(String::new, |data| data.id.clone())),
            ("data", data.map_or_else(String::new, Data::packed)),
            ("script", script),
        ];
        let mut html = String::new();
        let mut rest = PAGE;
        while let Some((before, (name, after))) = rest
            .split_once("{{")
            .and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
        {
            let part = parts.iter().find(|(known, _)| *known == name);
            let (_, part) = part.expect("the page asks for parts that there are");
            html += before;
            html += part;
            rest = after;
        }
        html + rest
    }
}

/// The player's modules as one script of a page, since a page that is a file cannot load others.
pub fn script() -> String {
    let lines = MODULES.iter().flat_map(|module| module.lines());
    let lines = lines.filter(|line| !line.starts_with("import "));
    lines
        .map(|line| format!("{}\n", line.strip_prefix("export ").unwrap_or(line)))
        .collect()
}

/// A text in which no letter has a meaning in HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Bytes in letters, four for each three of them.
fn base64(bytes: &[u8]) -> String {
    let groups = bytes.chunks(3).flat_map(|group| {
        let byte = |nth: usize| u32::from(group.get(nth).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = move |nth: usize| match nth <= group.len() {
            true => char::from(DIGITS[(bits >> (18 - 6 * nth)) as usize & 63]),
            false => '=',
        };
        (0..4).map(digit)
    });
    groups.collect()
}
