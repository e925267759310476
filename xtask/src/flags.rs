//! The command line: how a command's words are read, and what `--help` says of it.
//!
//! Each command lists its flags in its own file. The help is made from the same list, so it names
//! every flag that a command reads. This file knows no command.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt;

use crate::error::{Error, Result};
use invariants::{parse_duration, suggest};

/// A program of several commands.
pub struct Program {
    /// What stands before a command's name on a command line.
    pub name: &'static str,
    /// What the program is for.
    pub about: &'static str,
    /// Its commands, in the order of the general help.
    pub commands: &'static [Command],
    /// What else that help says, a paragraph each.
    pub notes: &'static [&'static str],
}

/// One command: what it takes, and what the help says of it.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What stands behind its name, as in `TOPIC DEST`.
    pub takes: &'static str,
    /// What it is for, as a line of the general help.
    pub about: &'static str,
    /// Its flags, in groups, since commands share some of them.
    pub flags: &'static [&'static [Flag]],
    /// What else its help says, a paragraph each.
    pub notes: &'static [&'static str],
    /// Runs it on these words, and returns the status to end with.
    pub run: fn(Words) -> Result<u8>,
}

/// One flag of a command.
pub struct Flag {
    /// Its name, dashes included.
    pub name: &'static str,
    /// What its value is called in the help; empty if it takes none.
    pub value: &'static str,
    /// What it does, in the lines that stand beside its name.
    pub about: &'static str,
}

/// Where the text beside a flag begins, unless the flag is longer.
const COLUMN: usize = 21;

/// A note on words that name topics.
pub const TOPICS: &str = "\
A TOPIC or FILTER is a topic's name or a part of it, or the path of a crate's
folder, which may be anywhere: a copy of a topic can be run and checked like the
topic itself.
";

/// A note on times.
pub const TIMES: &str = "\
A TIME is a number of seconds, or has a unit: 3, 3s, 1.5s, 300ms.
";

const STATUS: &str = "\
Exit status: 0 all hold; 1 something is broken, or was not shown to hold; 2 the
command or an invariants file is wrong; 130 interrupted; 141 whoever read the
output closed it.
";

/// Every command has it, and no help lists it.
const HELP: Flag = Flag::alone("--help", "");

/// The flag of commands that write nothing but JSON to standard output.
pub const JSON: Flag = Flag::alone(
    "--json",
    "NDJSON on standard output, what is for people on standard\nerror",
);

/// The flag that asks for a JUnit file.
pub const JUNIT: Flag = Flag::with("--junit", "FILE", "write a JUnit file as well");

/// The flag that names one program of a topic.
pub const BIN: Flag = Flag::with(
    "--bin",
    "NAME",
    "only the program of this name: a file of src/bin, or the\nexample",
);

/// What a command line asks for.
pub enum Invocation {
    /// A command, on these words.
    Run(&'static Command, Words),
    /// A help text.
    Help(String),
}

/// Reads a command line: finds the command, and checks that it has each flag, and that a flag has
/// a value where it takes one. The command itself reads the values.
///
/// # Errors
///
/// There is no such command or flag, and the message names the nearest one; or a value is missing.
pub fn read(
    arguments: impl IntoIterator<Item = OsString>,
    program: &'static Program,
) -> Result<Invocation> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let overview = || Ok(Invocation::Help(program.overview()));
    let commands = program.commands;
    let mut name = match parser.next().map_err(usage)? {
        None | Some(Long("help") | Short('h')) => return overview(),
        Some(Value(name)) => name.string().map_err(usage)?,
        Some(other) => return Err(usage(other.unexpected())),
    };
    let wants_help = name == "help";
    if wants_help {
        name = match parser.next().map_err(usage)? {
            Some(Value(name)) => name.string().map_err(usage)?,
            _ => return overview(),
        };
    }
    let command = commands.iter().find(|command| command.name == name);
    let Some(command) = command else {
        let names = commands.iter().map(|command| command.name);
        return Err(Error::usage(format!(
            "there is no command `{name}`; {}",
            repair(&name, names, "there are")
        )));
    };
    if wants_help {
        return Ok(Invocation::Help(command.help(program)));
    }
    Ok(match Words::read(program, command, &mut parser)? {
        Some(words) => Invocation::Run(command, words),
        None => Invocation::Help(command.help(program)),
    })
}

/// What to write instead of a name that means nothing: the nearest one, or one of all.
fn repair<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone, list: &str) -> String {
    match suggest(name, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{list}: {}", names.collect::<Vec<_>>().join(", ")),
    }
}

fn usage(error: lexopt::Error) -> Error {
    Error::usage(error.to_string())
}

impl Program {
    fn overview(&self) -> String {
        let program = self.name;
        let mut text = format!("{}\n\nUsage: {program} COMMAND\n\n", self.about);
        for Command { name, about, .. } in self.commands {
            text += &format!("  {name:<8} {about}\n");
        }
        text += &format!("\n`{program} COMMAND --help` tells more of each.\n");
        for note in self.notes.iter().copied().chain([STATUS]) {
            text.push('\n');
            text += note;
        }
        text
    }
}

impl Command {
    fn help(&self, Program { name: program, .. }: &Program) -> String {
        let (name, takes, about) = (self.name, self.takes, self.about);
        let mut text = format!("{program} {name} {takes}").trim_end().to_string();
        text += &format!("\n\n{}{}.\n", about[..1].to_uppercase(), &about[1..]);
        let flags: String = self
            .flags
            .iter()
            .copied()
            .flatten()
            .map(Flag::help)
            .collect();
        let notes = self.notes.iter().copied();
        let parts = [flags.as_str()].into_iter().chain(notes).chain([STATUS]);
        for part in parts.filter(|part| !part.is_empty()) {
            text.push('\n');
            text += part;
        }
        text
    }

    /// All of its flags; every command has `--help`.
    fn flags(&self) -> impl Iterator<Item = &'static Flag> + Clone {
        self.flags.iter().copied().flatten().chain([&HELP])
    }

    /// The flag of that name.
    fn flag(&self, name: &str) -> Result<&'static Flag> {
        if let Some(flag) = self.flags().find(|flag| flag.name == name) {
            return Ok(flag);
        }
        let names = self.flags().map(|flag| flag.name);
        // `-json` has one dash too few.
        let begins = |known: &&str| known.starts_with(&format!("-{name}"));
        let repair = match suggest(name, names.clone()).or_else(|| names.clone().find(begins)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => repair(name, names, "it takes"),
        };
        Err(Error::usage(format!(
            "`{}` has no `{name}`; {repair}",
            self.name
        )))
    }
}

impl Flag {
    /// A flag without a value.
    pub const fn alone(name: &'static str, about: &'static str) -> Self {
        Self::with(name, "", about)
    }

    /// A flag with a value.
    pub const fn with(name: &'static str, value: &'static str, about: &'static str) -> Self {
        Self { name, value, about }
    }

    fn help(&self) -> String {
        let name = format!("{} {}", self.name, self.value);
        let width = COLUMN - 8;
        let first = format!("      {:<width$}  ", name.trim_end());
        let below = format!("\n{:COLUMN$}", "");
        format!("{first}{}\n", self.about.replace('\n', &below))
    }
}

/// The words behind a command's name. A command takes out what each of its flags says, and then
/// the words that are no flags.
pub struct Words {
    program: &'static Program,
    command: &'static Command,
    /// The words that are no flags.
    free: Vec<String>,
    /// The flags, each with its value, in the order in which they were given.
    given: Vec<(&'static str, OsString)>,
}

impl Words {
    /// Reads all words of a command; `None` if they ask for its help.
    fn read(
        program: &'static Program,
        command: &'static Command,
        parser: &mut lexopt::Parser,
    ) -> Result<Option<Self>> {
        let mut words = Self {
            program,
            command,
            free: Vec::new(),
            given: Vec::new(),
        };
        while let Some(argument) = parser.next().map_err(usage)? {
            let name = match argument {
                Value(word) => {
                    words.free.push(word.string().map_err(usage)?);
                    continue;
                }
                Short('h') => HELP.name.to_string(),
                Short(other) => format!("-{other}"),
                Long(flag) => format!("--{flag}"),
            };
            let flag = command.flag(&name)?;
            if flag.name == HELP.name {
                return Ok(None);
            }
            let value = match flag.value {
                "" => OsString::new(),
                _ => parser.value().map_err(usage)?,
            };
            words.given.push((flag.name, value));
        }
        Ok(Some(words))
    }

    /// Takes out a flag; of several the last one counts, but each has to be right.
    fn take<T>(&mut self, flag: &str, read: impl Fn(OsString) -> Result<T>) -> Result<Option<T>> {
        assert!(
            self.command.flags().any(|known| known.name == flag),
            "`{flag}` is read and must be in the help"
        );
        let given = std::mem::take(&mut self.given).into_iter();
        let (wanted, others) = given.partition(|(name, _)| *name == flag);
        self.given = others;
        let wanted: Vec<(&str, OsString)> = wanted;
        let values = wanted.into_iter().map(|(_, value)| read(value));
        let mut values: Vec<T> = values.collect::<Result<_>>()?;
        Ok(values.pop())
    }

    /// Whether a flag was given that has no value.
    pub fn has(&mut self, flag: &str) -> bool {
        matches!(self.take(flag, |_| Ok(())), Ok(Some(())))
    }

    /// Whether the first of two flags, which say the opposite of each other, was given last.
    pub fn has_last(&mut self, flag: &str, opposite: &str) -> bool {
        let mut given = self.given.iter().rev().map(|(name, _)| *name);
        let last = given.find(|name| [flag, opposite].contains(name));
        let is_last = last == Some(flag);
        let _taken = (self.has(flag), self.has(opposite));
        is_last
    }

    /// The text behind a flag.
    ///
    /// # Errors
    ///
    /// It is no Unicode.
    pub fn text(&mut self, flag: &str) -> Result<Option<String>> {
        self.take(flag, |value| value.string().map_err(usage))
    }

    /// The path behind a flag.
    pub fn path(&mut self, flag: &str) -> Option<PathBuf> {
        self.take(flag, |value| Ok(value.into())).ok().flatten()
    }

    /// The number behind a flag: from 1 on, or from 0 on if the type has that.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn number<T: FromStr>(&mut self, flag: &str) -> Result<Option<T>> {
        self.take(flag, |value| {
            let number = value.to_str().and_then(|text| text.parse().ok());
            number.ok_or_else(|| {
                let value = value.to_string_lossy();
                let first = if "0".parse::<T>().is_ok() { 0 } else { 1 };
                let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
                Error::usage(match is_number && value.bytes().any(|byte| byte != b'0') {
                    true => format!("the number of `{flag} {value}` is too large"),
                    false => format!("`{flag} {value}` is no number from {first} on"),
                })
            })
        })
    }

    /// The number of a step behind a flag, from 0 on.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn step(&mut self, flag: &str) -> Result<Option<u32>> {
        self.take(flag, |value| {
            let number = value.to_str().and_then(|text| text.parse().ok());
            number.ok_or_else(|| {
                let value = value.to_string_lossy();
                Error::usage(format!(
                    "`{flag} {value}` is no number of a step, as a report has it"
                ))
            })
        })
    }

    /// The seed of a choice at random; 1 if none is given.
    ///
    /// # Errors
    ///
    /// It is no number.
    pub fn seed(&mut self, flag: &str) -> Result<u64> {
        let seed = self.number::<NonZeroU32>(flag)?;
        Ok(seed.map_or(1, |seed| seed.get().into()))
    }

    /// The time behind a flag: a number of seconds, or one with a unit.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn time(&mut self, flag: &str) -> Result<Option<Duration>> {
        self.take(flag, |value| {
            let value = value.to_string_lossy();
            let seconds = value.parse().ok();
            let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            let time = seconds.or_else(|| parse_duration(&value));
            time.filter(|time| !time.is_zero()).ok_or_else(|| {
                Error::usage(format!(
                    "`{flag} {value}` is no time; write seconds, as in `3` or `3s`, or `300ms`"
                ))
            })
        })
    }

    /// What the name behind a flag means, which has one of these names.
    ///
    /// # Errors
    ///
    /// It has none of them; the message names the nearest one.
    pub fn named<T>(
        &mut self,
        flag: &str,
        noun: &str,
        names: &[&str],
        of_name: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.take(flag, |value| {
            let name = value.string().map_err(usage)?;
            of_name(&name).ok_or_else(|| {
                let repair = repair(&name, names.iter().copied(), "there are");
                Error::usage(format!("there is no {noun} `{name}`; {repair}"))
            })
        })
    }

    /// The words that are no flags, as many as the command likes.
    pub fn free(&mut self) -> Vec<String> {
        let flags: Vec<_> = self.given.iter().map(|(flag, _)| *flag).collect();
        assert!(
            flags.is_empty(),
            "{flags:?} are in the help and must be read"
        );
        std::mem::take(&mut self.free)
    }

    /// Just so many words that are no flags, each with what is wanted there.
    ///
    /// # Errors
    ///
    /// There are more or less of them.
    pub fn exactly<const N: usize>(&mut self, wanted: [&str; N]) -> Result<[String; N]> {
        if let Some(word) = self.free.get(N) {
            return Err(self.expected(&format!("nothing more, found `{word}`")));
        }
        if let Some(wanted) = wanted.get(self.free.len()) {
            return Err(self.expected(wanted));
        }
        let words = self.free().try_into();
        Ok(words.expect("they were counted"))
    }

    /// The error of leaving out what the command wants.
    pub fn expected(&self, wanted: &str) -> Error {
        let Command { name, takes, .. } = self.command;
        Error::usage(format!(
            "expected {wanted}\n\nUsage: {} {name} {takes}",
            self.program.name
        ))
    }
}
