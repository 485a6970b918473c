//! One of the keys that the code knows. An unknown key read from the database is kept and shown.

use super::{Behaviour, Family, Kind, Reading};
use crate::field::{Key, Typed};
use crate::shape::ColumnType;
use kernel::{Say, Value};
use std::marker::PhantomData;

/// One of the choices of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The stable key in the database, filters and JSON.
    pub key: &'static str,
    /// How it looks as a badge: `blue`, `green`, `amber`, `red`, `grey`, or `none`.
    pub colour: &'static str,
}

/// A Rust enum whose variants are choices with stable keys.
pub trait Chosen: Sized {
    /// All of them, in order.
    const CHOICES: &'static [Choice];

    /// The variant of a key; `None` for a key of another time.
    fn from_key(key: &str) -> Option<Self>;

    /// The stable key.
    fn key(&self) -> &'static str;
}

/// A choice of this enum.
pub type Choices<T> = Key<OneOf<T>>;

/// Reads as `Option<T>`.
#[derive(Debug)]
pub struct OneOf<T>(PhantomData<T>);

impl<T: Chosen> Typed for OneOf<T> {
    type Out<'r> = Option<T>;

    fn read(value: &Value) -> Option<T> {
        T::from_key(value.text())
    }
}

/// Describes a choice.
pub const fn choice<T: Chosen>(key: &'static str) -> Choices<T> {
    Key::new(key, Kind::Choice(T::CHOICES))
}

/// Makes an enum of choices: `choices! { Stage { Suspect = "suspect" grey, … } }`.
#[macro_export]
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal $colour:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $crate::fields::Chosen for $name {
            const CHOICES: &'static [$crate::fields::Choice] =
                &[$($crate::fields::Choice { key: $key, colour: stringify!($colour) }),+];
            fn from_key(key: &str) -> Option<Self> { match key { $($key => Some($name::$variant),)+ _ => None } }
            fn key(&self) -> &'static str { match self { $($name::$variant => $key),+ } }
        }
    };
}

impl Behaviour for &'static [Choice] {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Keys
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        match self.iter().find(|choice| choice.key == input) {
            Some(choice) => Ok(Value::from(choice.key)),
            None => {
                let known: Vec<&str> = self.iter().map(|choice| choice.key).collect();
                Err(Say::new("error-choice").with("known", known.join(", ")))
            }
        }
    }

    fn schema(&self) -> serde_json::Value {
        let mut keys: Vec<&str> = vec![""];
        keys.extend(self.iter().map(|choice| choice.key));
        serde_json::json!({ "type": "string", "enum": keys })
    }
}
