//! A text of SQL growing together with the values it binds. Names come only from descriptions and are always
//! quoted; values are only ever bound.

use kernel::Value;

/// SQL under construction: text with `?` places, and the values for them in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql {
    /// The text.
    pub text: String,
    /// The values.
    pub values: Vec<Value>,
}

impl Sql {
    /// Nothing yet.
    pub fn new() -> Sql {
        Sql { text: String::with_capacity(256), values: Vec::new() }
    }

    /// Adds fixed text.
    pub fn push(&mut self, text: &'static str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Adds a quoted name. Names are letters, digits and underscores by construction; anything else is dropped.
    pub fn name(&mut self, name: &str) -> &mut Sql {
        self.text.push('"');
        self.text.extend(name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_'));
        self.text.push('"');
        self
    }

    /// Adds a column of an alias: `t0."name"`.
    pub fn column(&mut self, alias: Alias, name: &str) -> &mut Sql {
        self.alias(alias);
        self.text.push('.');
        self.name(name)
    }

    /// Adds an alias.
    pub fn alias(&mut self, alias: Alias) -> &mut Sql {
        use std::fmt::Write;
        let _ = write!(self.text, "t{}", alias.0);
        self
    }

    /// Adds a place and binds a value to it.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Sql {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Adds a number that the program itself made, such as a limit.
    pub fn number(&mut self, number: i64) -> &mut Sql {
        use std::fmt::Write;
        let _ = write!(self.text, "{number}");
        self
    }
}

/// The alias of a table within one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias(pub u16);

/// Which database the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}
