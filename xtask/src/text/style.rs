//! The styles of what people read.

use anstyle::{AnsiColor, Style};

/// The style of what is broken.
pub const RED: Style = AnsiColor::BrightRed.on_default().bold();
/// The style of what holds.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// The style of what is not decided.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
/// The style of what only leads to something else.
pub const DIM: Style = Style::new().dimmed();
/// The style of headings.
pub const BOLD: Style = Style::new().bold();
