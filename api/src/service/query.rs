//! Queries of URLs, parameter by parameter: a fault names the parameter it is in.

use std::fmt;

use serde::de::{
    DeserializeOwned, Error as _, MapAccess, Visitor,
    value::{StrDeserializer, StringDeserializer},
};
use serde::{Deserializer, forward_to_deserialize_any};

use super::{Code, Problem};

/// Reads the parameters of a query into a struct: text, numbers, booleans, characters and closed lists of words, each optional or not.
///
/// # Errors
/// [`Code::BadRequest`] with the parameter that cannot be read.
pub(crate) fn read<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, Problem> {
    let mut names: Vec<&String> = pairs.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|names| names[0] == names[1]) {
        let at = twice[0].clone();
        return Err(Problem::of(Code::BadRequest, &at, "several", "one value"));
    }
    let mut at = (String::new(), String::new());
    let reader = Pairs {
        pairs: pairs.into_iter(),
        value: None,
        at: &mut at,
    };
    T::deserialize(reader).map_err(|fault| match at.0.as_str() {
        "" => Problem::new(Code::BadRequest, fault.to_string()),
        name => Problem::of(Code::BadRequest, name, format!("{:?}", at.1), fault),
    })
}

/// What was expected.
#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Self(format!(
            "no such parameter; known here: {}",
            known.join(", ")
        ))
    }

    fn missing_field(name: &'static str) -> Self {
        Self(format!("the parameter {name}"))
    }
}

/// The struct: a map of parameters.
struct Pairs<'a> {
    pairs: std::vec::IntoIter<(String, String)>,
    value: Option<String>,
    /// The parameter being read, with its value.
    at: &'a mut (String, String),
}

impl<'de> Deserializer<'de> for Pairs<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Pairs<'_> {
    type Error = Fault;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((name, value)) = self.pairs.next() else {
            *self.at = (String::new(), String::new());
            return Ok(None);
        };
        *self.at = (name.clone(), value.clone());
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(&name)).map(Some)
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Fault> {
        seed.deserialize(Word(self.value.take().unwrap_or_default()))
    }
}

/// One value.
struct Word(String);

/// Values that are written as text.
macro_rules! parsed {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let value: Result<$type, _> = self.0.parse();
            visitor.$visit(value.map_err(|_| Fault::custom($expected))?)
        })+
    };
}

impl<'de> Deserializer<'de> for Word {
    type Error = Fault;

    parsed! {
        deserialize_i64 visit_i64 i64, "an integer of 64 bits";
        deserialize_u16 visit_u16 u16, "an integer from 0 to 65535";
        deserialize_u32 visit_u32 u32, "an integer from 0 to 4294967295";
        deserialize_u64 visit_u64 u64, "an integer of 64 bits, not negative";
        deserialize_bool visit_bool bool, "true or false";
        deserialize_char visit_char char, "one character";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(StringDeserializer::new(self.0))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.0)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u128 f32 f64 str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        limit: Option<u32>,
        name: Option<String>,
        at: i64,
        #[serde(default)]
        dry: bool,
    }

    fn asked(pairs: &[(&str, &str)]) -> Result<Asked, String> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        read(pairs.collect()).map_err(|problem| format!("{problem:?}"))
    }

    #[test]
    fn a_fault_names_its_parameter() {
        let good = Asked {
            limit: Some(3),
            name: Some("5".into()),
            at: -1,
            dry: true,
        };
        let read = asked(&[("limit", "3"), ("name", "5"), ("at", "-1"), ("dry", "true")]);
        assert_eq!(read, Ok(good));
        for (pairs, pointer, expected) in [
            (
                &[("at", "1"), ("limit", "x")][..],
                "limit",
                "an integer from 0",
            ),
            (
                &[("at", "1"), ("limit", "-1")][..],
                "limit",
                "an integer from 0",
            ),
            (
                &[("at", "1"), ("nope", "x")][..],
                "nope",
                "known here: limit, name, at, dry",
            ),
            (&[("at", "1"), ("at", "1")][..], "at", "one value"),
        ] {
            let said = asked(pairs).unwrap_err();
            assert!(
                said.contains(&format!("pointer: {pointer:?}")) && said.contains(expected),
                "{said}"
            );
        }
        assert!(asked(&[]).unwrap_err().contains("the parameter at"));
    }
}
