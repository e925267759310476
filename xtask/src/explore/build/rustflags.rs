//! The flags that cargo gives to the compiler in a project.
//!
//! The explorer gives its own in `CARGO_ENCODED_RUSTFLAGS`, and cargo then looks at no others. So the
//! project's are found here, where cargo would find them, and given beside these.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use proc_macro2::{TokenStream, TokenTree};

use crate::error::{Error, Result};
use crate::home;
use crate::text::shown_path;

/// The flags with which cargo would compile a package in this folder for this machine: those of the
/// environment, or of the configuration for its target, or for all targets.
///
/// # Errors
///
/// A configuration file cannot be read, or the compiler does not say what it sets.
pub fn rustflags(folder: &Path, host: &str) -> Result<Vec<String>> {
    if let Ok(flags) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        let flags = flags.split('\x1f').filter(|flag| !flag.is_empty());
        return Ok(flags.map(str::to_string).collect());
    }
    if let Ok(flags) = env::var("RUSTFLAGS") {
        return Ok(words(&flags));
    }
    let files = configurations(folder)?;
    let targets = || {
        let tables = files
            .iter()
            .filter_map(|file| file.get("target")?.as_table());
        tables.flatten()
    };
    let own = targets().filter(|(name, _)| *name == host);
    let mut conditional = targets()
        .filter(|(name, table)| name.starts_with("cfg(") && table.get("rustflags").is_some())
        .peekable();
    let set = match conditional.peek() {
        Some(_) => set_by_compiler(host)?,
        None => BTreeSet::new(),
    };
    let met = conditional.filter(|(name, _)| is_met(name, &set));
    let variable = host.to_uppercase().replace(['-', '.'], "_");
    let of_target = joined(own.map(|(_, table)| table), &format!("TARGET_{variable}"));
    let of_target = [of_target, joined(met.map(|(_, table)| table), "")].concat();
    let of_build = files.iter().filter_map(|file| file.get("build"));
    Ok(match of_target.is_empty() {
        true => joined(of_build, "BUILD"),
        false => of_target,
    })
}

/// The configuration files that cargo reads in a folder, those that others outweigh first.
fn configurations(folder: &Path) -> Result<Vec<toml::Table>> {
    let mut folders: Vec<_> = folder
        .ancestors()
        .map(|above| above.join(".cargo"))
        .collect();
    let home = home::cargo_home().filter(|home| !folders.contains(home));
    folders.extend(home);
    let mut files = Vec::new();
    for folder in folders.iter().rev() {
        let names = ["config", "config.toml"].map(|name| folder.join(name));
        let Some(file) = names.into_iter().find(|file| file.is_file()) else {
            continue;
        };
        let shown = shown_path(&file);
        let text = fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
        let table = text.parse();
        files.push(table.map_err(|error| Error::usage(format!("{shown}: {error}")))?);
    }
    Ok(files)
}

/// The `rustflags` of all these tables, and those of the variable that stands for such a table.
fn joined<'t>(tables: impl Iterator<Item = &'t toml::Value>, variable: &str) -> Vec<String> {
    let mut flags = Vec::new();
    for value in tables.filter_map(|table| table.get("rustflags")) {
        match value {
            toml::Value::String(text) => flags = words(text),
            value => {
                let items = value.as_array().into_iter().flatten();
                flags.extend(items.filter_map(|item| item.as_str().map(str::to_string)));
            }
        }
    }
    let more = env::var(format!("CARGO_{variable}_RUSTFLAGS"));
    flags.extend(words(&more.unwrap_or_default()));
    flags
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_string).collect()
}

/// What the compiler sets for a target, as in `unix` and `target_os="linux"`.
fn set_by_compiler(host: &str) -> Result<BTreeSet<String>> {
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "cfg", "--target", host])
        .output()
        .map_err(Error::io("cannot run rustc"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().map(str::to_string).collect())
}

/// Whether a condition such as `cfg(all(unix, not(target_os = "macos")))` is met.
fn is_met(condition: &str, set: &BTreeSet<String>) -> bool {
    let tokens = condition.parse::<TokenStream>().unwrap_or_default();
    holds(&tokens.into_iter().collect::<Vec<_>>(), set)
}

fn holds(condition: &[TokenTree], set: &BTreeSet<String>) -> bool {
    match condition {
        [TokenTree::Ident(name), TokenTree::Group(parts)] => {
            let tokens: Vec<_> = parts.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
            let parts = tokens.split(is_comma).filter(|part| !part.is_empty());
            let mut parts = parts.map(|part| holds(part, set));
            match &*name.to_string() {
                "cfg" | "all" => parts.all(|holds| holds),
                "any" => parts.any(|holds| holds),
                "not" => !parts.all(|holds| holds),
                _ => false,
            }
        }
        [
            TokenTree::Ident(name),
            TokenTree::Punct(_),
            TokenTree::Literal(value),
        ] => set.contains(&format!("{name}={value}")),
        [TokenTree::Ident(name)] => name == "true" || set.contains(&name.to_string()),
        _ => false,
    }
}
