//! JSON, as far as transcripts, the schema and the explorer's answers need it.
//!
//! An explored program sees every implementation in the crates that are loaded with its standard
//! library, and this crate is one of them. `serde_json` compares numbers with its values, so that
//! `count == index as _` would be ambiguous in such a program. What this module implements for types
//! of the standard library is its own trait only.

use std::fmt;
use std::ops::{Index, IndexMut};

/// Arrays and objects inside of one another: no more than so many, since each is a call.
const DEPTH: usize = 128;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Whole(i128),
    /// Another number.
    Fraction(f64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// An object; its keys stand in the order in which they were added.
    Object(Vec<(String, Value)>),
}

static NULL: Value = Value::Null;

impl Value {
    /// Reads one value; nothing but space may follow.
    ///
    /// # Errors
    ///
    /// The text is not JSON: the message says what is wrong, and at which byte.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.skip_space();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.problem("nothing may follow the value")),
        }
    }

    /// The value of a key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Object(entries) = self else {
            return None;
        };
        let mut entries = entries.iter().rev();
        entries
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is a whole one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.whole()
    }

    /// The number, if this is a whole one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.whole()
    }

    fn whole<T: TryFrom<i128>>(&self) -> Option<T> {
        match self {
            Value::Whole(number) => T::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The value with line breaks and indentation.
    pub fn to_pretty_string(&self) -> String {
        let mut text = String::new();
        write_pretty(&mut text, self, 0).expect("a string takes any text");
        text
    }
}

/// Makes a [`Value`]: of an object or an array whose values are expressions, or of an expression.
#[macro_export]
macro_rules! json {
    ({ $($key:literal: $value:expr),* $(,)? }) => {
        $crate::json::Value::Object(vec![$(($key.to_string(), $crate::json!($value))),*])
    };
    ([ $($value:expr),* $(,)? ]) => {
        $crate::json::Value::Array(vec![$($crate::json!($value)),*])
    };
    ($value:expr) => {
        $crate::json::ToJson::to_json(&$value)
    };
}

/// What [`json!`] makes a value of.
pub trait ToJson {
    /// The value.
    fn to_json(&self) -> Value;
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl ToJson for $type {
            fn to_json(&self) -> Value {
                Value::Whole(*self as i128)
            }
        }
    )*};
}

whole!(i32, u32, u64, usize);

impl ToJson for Value {
    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl ToJson for f64 {
    fn to_json(&self) -> Value {
        Value::Fraction(*self)
    }
}

impl ToJson for str {
    fn to_json(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: ToJson> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let elements = elements.into_iter();
        Value::Array(elements.map(|element| element.to_json()).collect())
    }
}

impl Index<&str> for Value {
    type Output = Value;

    /// The value of a key; `null` where there is none.
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&NULL)
    }
}

impl Index<usize> for Value {
    type Output = Value;

    /// An element; `null` where there is none.
    fn index(&self, at: usize) -> &Value {
        self.as_array()
            .and_then(|elements| elements.get(at))
            .unwrap_or(&NULL)
    }
}

impl IndexMut<&str> for Value {
    /// The value of an object's key, which is added if it is not there.
    fn index_mut(&mut self, key: &str) -> &mut Value {
        let Value::Object(entries) = self else {
            panic!("only an object has keys");
        };
        let known = entries.iter().rposition(|(known, _)| known == key);
        let at = known.unwrap_or_else(|| {
            entries.push((key.to_string(), Value::Null));
            entries.len() - 1
        });
        &mut entries[at].1
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = |nth| if nth > 0 { "," } else { "" };
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(value) => write!(out, "{value}"),
            Value::Whole(number) => write!(out, "{number}"),
            Value::Fraction(number) if number.is_finite() => write!(out, "{number:?}"),
            Value::Fraction(_) => out.write_str("null"),
            Value::Text(text) => write_text(out, text),
            Value::Array(elements) => {
                out.write_str("[")?;
                for (nth, element) in elements.iter().enumerate() {
                    write!(out, "{}{element}", separator(nth))?;
                }
                out.write_str("]")
            }
            Value::Object(entries) => {
                out.write_str("{")?;
                for (nth, (key, value)) in entries.iter().enumerate() {
                    out.write_str(separator(nth))?;
                    write_text(out, key)?;
                    write!(out, ":{value}")?;
                }
                out.write_str("}")
            }
        }
    }
}

fn write_text(out: &mut dyn fmt::Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    let is_special = |c: char| matches!(c, '"' | '\\' | '\0'..='\u{1f}');
    while let Some(at) = rest.find(is_special) {
        out.write_str(&rest[..at])?;
        match rest.as_bytes()[at] {
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            mark @ (b'"' | b'\\') => write!(out, "\\{}", char::from(mark))?,
            control => write!(out, "\\u{control:04x}")?,
        }
        rest = &rest[at + 1..];
    }
    out.write_str(rest)?;
    out.write_char('"')
}

fn write_pretty(out: &mut dyn fmt::Write, value: &Value, depth: usize) -> fmt::Result {
    let (open, close, length) = match value {
        Value::Array(elements) => ('[', ']', elements.len()),
        Value::Object(entries) => ('{', '}', entries.len()),
        simple => return write!(out, "{simple}"),
    };
    if length == 0 {
        return write!(out, "{open}{close}");
    }
    out.write_char(open)?;
    for nth in 0..length {
        let separator = if nth > 0 { "," } else { "" };
        write!(out, "{separator}\n{:1$}", "", 2 * (depth + 1))?;
        match value {
            Value::Object(entries) => {
                write_text(out, &entries[nth].0)?;
                out.write_str(": ")?;
                write_pretty(out, &entries[nth].1, depth + 1)?;
            }
            _ => write_pretty(out, &value[nth], depth + 1)?,
        }
    }
    write!(out, "\n{:1$}{close}", "", 2 * depth)
}

/// Reads a text from one place on.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn problem(&self, what: &str) -> String {
        format!("{what}, at byte {}", self.at + 1)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes on after this mark, if it is next.
    fn take(&mut self, mark: u8) -> bool {
        self.skip_space();
        let is_next = self.peek() == Some(mark);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, mark: u8) -> Result<(), String> {
        match self.take(mark) {
            true => Ok(()),
            false => Err(self.problem(&format!("expected `{}`", char::from(mark)))),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        self.skip_space();
        if depth > DEPTH {
            return Err(self.problem("too many arrays and objects inside of one another"));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.text().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.expect(b'{')?;
        let mut entries = Vec::new();
        if self.take(b'}') {
            return Ok(Value::Object(entries));
        }
        loop {
            self.skip_space();
            let key = self.text()?;
            self.expect(b':')?;
            entries.push((key, self.value(depth + 1)?));
            if !self.take(b',') {
                self.expect(b'}')?;
                return Ok(Value::Object(entries));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.expect(b'[')?;
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if !self.take(b',') {
                self.expect(b']')?;
                return Ok(Value::Array(elements));
            }
        }
    }

    fn word(&mut self) -> Result<Value, String> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ];
        for (word, value) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.problem("expected a JSON value"))
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        match self.at > start {
            true => Ok(()),
            false => Err(self.problem("expected a digit")),
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let first = self.at;
        self.digits()?;
        if self.peek_from(first) == Some(b'0') && self.at > first + 1 {
            return Err(self.problem("no number begins with two digits of which one is 0"));
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            is_whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        // A whole number that is too long for one is kept as the nearest fraction.
        let whole = text.parse().ok().filter(|_| is_whole).map(Value::Whole);
        let number = whole.or_else(|| text.parse().ok().map(Value::Fraction));
        number.ok_or_else(|| self.problem("expected a number"))
    }

    fn peek_from(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn text(&mut self) -> Result<String, String> {
        if self.peek() != Some(b'"') {
            return Err(self.problem("expected a string"));
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let is_special = |c: char| matches!(c, '"' | '\\' | '\0'..='\u{1f}');
            let end = rest.find(is_special).unwrap_or(rest.len());
            text.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.problem("a control character has to be escaped")),
                None => return Err(self.problem("the string has no end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let mark = self.peek_from(self.at + 1);
        self.at += 2;
        Ok(match mark {
            Some(mark @ (b'"' | b'\\' | b'/')) => char::from(mark),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code(),
            _ => {
                self.at -= 2;
                return Err(self.problem("there is no such escape"));
            }
        })
    }

    /// The character whose number stands next, which may be told in two halves.
    fn code(&mut self) -> Result<char, String> {
        let mut units = vec![self.unit()?];
        if matches!(units[0], 0xd800..=0xdbff) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            units.push(self.unit()?);
        }
        let mut characters = char::decode_utf16(units);
        match (characters.next(), characters.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(self.problem("half of a character")),
        }
    }

    fn unit(&mut self) -> Result<u16, String> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.problem("expected four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}
