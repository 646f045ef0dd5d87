//! Reads a value that is written as a text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Visitor};

/// Reads a value from its text, which is looked at where it stands and not copied first.
pub(super) fn text<'de, D, T>(
    deserializer: D,
    wanted: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error>
where
    D: de::Deserializer<'de>,
{
    deserializer.deserialize_str(Text { wanted, read, of: PhantomData })
}

struct Text<F, T> {
    wanted: &'static str,
    read: F,
    of: PhantomData<fn() -> T>,
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Text<F, T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.wanted)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).ok_or_else(|| E::custom(format_args!("not {}", self.wanted)))
    }
}
