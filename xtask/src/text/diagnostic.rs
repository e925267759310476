//! What is wrong with a file, as a person reads it.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::text::screen::Screen;
use invariants::Diagnostic;

/// A fault of an invariants file as a person reads it, with the bytes underlined.
pub fn diagnostic(file: &str, source: &str, fault: &Diagnostic) -> String {
    // A fault of the whole file is shown at its first line.
    let first_line = 0..source.find('\n').unwrap_or(source.len());
    let span = match fault.span.start < source.len() && fault.span != (0..source.len()) {
        true => fault.span.start..fault.span.end.min(source.len()),
        false => first_line,
    };
    let annotation = AnnotationKind::Primary.span(span);
    let snippet = Snippet::source(source).path(file).annotation(annotation);
    let mut group = Level::ERROR
        .primary_title(fault.message.as_str())
        .element(snippet);
    if let Some(help) = &fault.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match Screen::Stdout.width() {
        Some(width) => Renderer::styled().term_width(width),
        None => Renderer::styled(),
    };
    renderer.render(&[group]) + "\n"
}
