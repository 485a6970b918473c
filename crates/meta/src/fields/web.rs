//! A web address: http or https only, `https://` understood where none is written.

use super::text::{Words, one_line};
use super::{Behaviour, Family, Kind, Reading};
use crate::field::Key;
use crate::shape::ColumnType;
use kernel::{Say, Value};

/// A web address.
pub type Web = Key<Words>;

/// Describes a web address.
pub const fn web(key: &'static str) -> Web {
    Key::new(key, Kind::Web)
}

pub(super) struct WebKind;

impl Behaviour for WebKind {
    fn column(&self) -> ColumnType {
        ColumnType::Text
    }

    fn family(&self) -> Family {
        Family::Words
    }

    fn parse(&self, input: &str, _: &Reading) -> Result<Value, Say> {
        let written = one_line(input);
        let lower = written.to_ascii_lowercase();
        let address = if lower.starts_with("https://") || lower.starts_with("http://") { written } else { format!("https://{written}") };
        let host = address.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or("");
        let plain = !address.chars().any(|c| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\'));
        let domain = host.contains('.') && !host.starts_with('.') && !host.contains("..") && !host.contains('@');
        let port = host.rsplit_once(':').is_none_or(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
        if plain && domain && port { Ok(Value::Text(address)) } else { Err(Say::new("error-web")) }
    }
}
