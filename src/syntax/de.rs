//! The tree as serde input, so that the shape of a document is written once, as a type.

use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use crate::source::{Entries, Place, Span, Spanned};

use super::{Scalar, Shape, Value};

/// Why a value does not fit a type: only the first reason, since serde stops there.
#[derive(Debug)]
pub struct ReadError {
    /// What is wrong.
    pub message: String,
    /// Where, if known.
    pub span: Option<Span>,
}

/// Reads a value as a type.
pub fn read<T: DeserializeOwned>(value: Value<'_>) -> Result<T, ReadError> {
    let found = T::deserialize(Reader(value))?;
    if value.tree().is_overdrawn() {
        return Err(de::Error::custom("aliases stand for far more than the file holds"));
    }
    Ok(found)
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }
}

const SPANNED: &str = "$spanned";

#[derive(Clone, Copy)]
struct Reader<'t>(Value<'t>);

impl Reader<'_> {
    fn wrong(&self, wanted: &str) -> ReadError {
        let found = match self.0.shape() {
            Shape::Scalar(scalar) => scalar.word(),
            Shape::Sequence => "a list",
            Shape::Mapping => "a mapping",
            Shape::Missing => "nothing",
        };
        ReadError { message: format!("{found} stands where {wanted} is wanted"), span: Some(self.0.span()) }
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let located = |error: ReadError| ReadError { span: error.span.or(Some(self.0.span())), ..error };
        match self.0.shape() {
            Shape::Scalar(Scalar::Null) | Shape::Missing => visitor.visit_unit(),
            Shape::Scalar(Scalar::Bool(truth)) => visitor.visit_bool(truth),
            Shape::Scalar(Scalar::Integer(digits)) => match digits.parse::<u64>() {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_i64(digits.parse().map_err(|_| self.wrong("a smaller number"))?),
            },
            Shape::Scalar(Scalar::Decimal(digits)) => {
                visitor.visit_f64(digits.parse().map_err(|_| self.wrong("a number"))?)
            }
            Shape::Scalar(Scalar::Text(text)) => visitor.visit_str(text),
            Shape::Sequence => visitor.visit_seq(Items(self.0.items())),
            Shape::Mapping => visitor.visit_map(Pairs { pairs: self.0.each_entry(), value: None }),
        }
        .map_err(located)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        // A key without a value is a slip, not a wish for the default.
        if self.0.is_null() { Err(self.wrong("a value")) } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == SPANNED {
            visitor.visit_seq(SpannedParts { value: Some(self.0), place: Some(self.0.place()) })
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let text = self.0.text().ok_or_else(|| self.wrong("one of a few words"))?;
        visitor
            .visit_enum(text.into_deserializer())
            .map_err(|error: ReadError| ReadError { span: error.span.or(Some(self.0.span())), ..error })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        map struct identifier ignored_any
    }
}

struct Items<I>(I);

impl<'de, 't, I: Iterator<Item = Value<'t>>> SeqAccess<'de> for Items<I> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        self.0.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint().1
    }
}

struct Pairs<'t, I> {
    pairs: I,
    value: Option<Value<'t>>,
}

impl<'de, 't, I: Iterator<Item = (Value<'t>, Value<'t>)>> MapAccess<'de> for Pairs<'t, I> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Key(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let value = self.value.take().ok_or_else(|| <ReadError as de::Error>::custom("a value before its key"))?;
        seed.deserialize(Reader(value))
    }

    fn size_hint(&self) -> Option<usize> {
        self.pairs.size_hint().1
    }
}

/// A key is a name whatever it looks like: `1:` names `1`.
#[derive(Clone, Copy)]
struct Key<'t>(Value<'t>);

impl<'de> de::Deserializer<'de> for Key<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let text = self.0.raw_text().ok_or_else(|| Reader(self.0).wrong("a name"))?;
        visitor
            .visit_str(text)
            .map_err(|error: ReadError| ReadError { span: error.span.or(Some(self.0.span())), ..error })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == SPANNED {
            visitor.visit_seq(SpannedKey { key: Some(self.0), place: Some(self.0.place()) })
        } else {
            self.deserialize_any(visitor)
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple map struct enum identifier ignored_any
    }
}

/// The two halves of a `Spanned`: the value, then its place.
struct SpannedParts<'t> {
    value: Option<Value<'t>>,
    place: Option<Place>,
}

impl<'de> SeqAccess<'de> for SpannedParts<'_> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        if let Some(value) = self.value.take() {
            return seed.deserialize(Reader(value)).map(Some);
        }
        next_place(&mut self.place, seed)
    }
}

struct SpannedKey<'t> {
    key: Option<Value<'t>>,
    place: Option<Place>,
}

impl<'de> SeqAccess<'de> for SpannedKey<'_> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        if let Some(key) = self.key.take() {
            return seed.deserialize(Key(key)).map(Some);
        }
        next_place(&mut self.place, seed)
    }
}

fn next_place<'de, T: DeserializeSeed<'de>>(place: &mut Option<Place>, seed: T) -> Result<Option<T::Value>, ReadError> {
    let Some(place) = place.take() else { return Ok(None) };
    PLACE.with(|slot| slot.set(Some(place)));
    seed.deserialize(de::value::UnitDeserializer::new()).map(Some)
}

thread_local! {
    /// Hands a place from the deserializer to [`CarriedPlace`] at the next call, since serde carries only plain data.
    static PLACE: std::cell::Cell<Option<Place>> = const { std::cell::Cell::new(None) };
}

struct CarriedPlace(Place);

impl<'de> de::Deserialize<'de> for CarriedPlace {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer)?;
        PLACE.with(std::cell::Cell::take).map(Self).ok_or_else(|| de::Error::custom("this value has no place"))
    }
}

struct SpannedVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: de::Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = || de::Error::custom("this value has no place");
        let value = parts.next_element::<T>()?.ok_or_else(missing)?;
        let CarriedPlace(place) = parts.next_element()?.ok_or_else(missing)?;
        Ok(Spanned { value, place })
    }
}

impl<'de, T: de::Deserialize<'de>> de::Deserialize<'de> for Spanned<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(SPANNED, 2, SpannedVisitor(std::marker::PhantomData))
    }
}

struct EntriesVisitor<K, V>(std::marker::PhantomData<(K, V)>);

impl<'de, K: de::Deserialize<'de>, V: de::Deserialize<'de>> Visitor<'de> for EntriesVisitor<K, V> {
    type Value = Entries<K, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Entries(Vec::with_capacity(map.size_hint().unwrap_or(0)));
        while let Some(name) = map.next_key::<Spanned<K>>()? {
            entries.push(name, map.next_value()?);
        }
        Ok(entries)
    }
}

impl<'de, K: de::Deserialize<'de>, V: de::Deserialize<'de>> de::Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(std::marker::PhantomData))
    }
}
