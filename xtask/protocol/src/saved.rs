//! A transcript inside of a message: the text that a file of it would have, as one string.

use serde::{Deserialize, Deserializer, Serializer, de};
use transcript::Transcript;

pub fn serialize<S: Serializer>(transcript: &Transcript, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&transcript.to_ndjson())
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Transcript, D::Error> {
    let text = String::deserialize(from)?;
    Transcript::from_ndjson(&text).map_err(de::Error::custom)
}
