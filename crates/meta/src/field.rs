//! A field: one line of a description, and everything that follows from it.

use crate::fields::Kind;
use crate::record::Record;
use kernel::{Say, Value};
use std::marker::PhantomData;

/// The stable identity of a field; values are looked up by it, never by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u64);

impl FieldId {
    /// Of a declared field: a digest of `entity.key`, the same in every version of the program.
    pub const fn declared(entity: &str, key: &str) -> FieldId {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        hash = digest(hash, entity.as_bytes());
        hash = digest(hash, b".");
        hash = digest(hash, key.as_bytes());
        FieldId(hash)
    }
}

const fn digest(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        place += 1;
    }
    hash
}

/// A rule of a text field: gives the canonical form, or says what is wrong.
pub type Check = fn(&str) -> Result<String, Say>;

/// A field of an entity. Small and copyable: declared ones are constants, the administrator's are rows
/// whose names live in [`crate::name`].
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its identity.
    pub id: FieldId,
    /// The entity it belongs to.
    pub entity: &'static str,
    /// Its name in filters, JSON and imports: `vat_number`, `address.city`.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// A value must be given.
    pub required: bool,
    /// A living record holds a value once.
    pub unique: bool,
    /// Its words are found by search.
    pub search: bool,
    /// Lists may be sorted by it.
    pub sortable: bool,
    /// Written by the engine or a verb of its own, never by an input.
    pub read_only: bool,
    /// May be written only by an administrator.
    pub guarded: bool,
    /// Never leaves the server.
    pub secret: bool,
    /// Belongs to every entity.
    pub system: bool,
    /// Personal data of somebody.
    pub personal: bool,
    /// A duplicate key: looked up on creation, may repeat.
    pub matching: bool,
    /// Whoever writes it may bring in a new term of its vocabulary: tags.
    pub open: bool,
    /// Its values are keys that people know by words: those of `{said}-{value}`, or of a pattern with `{}` for the value.
    pub said: Option<&'static str>,
    /// The key of the series that a new record takes its number from.
    pub series: Option<&'static str>,
    /// Its text is a filter: of what.
    pub selects: Option<Selects>,
    /// What a card shows in its place as long as it is empty: a field, and others that say something about that one.
    pub instead: &'static [&'static str],
    /// The value of a new record where none is given.
    pub default: Default,
    /// The canonical form of a text.
    pub check: Option<Check>,
    /// Derived from the other fields at every write.
    pub computed: Option<fn(&Record) -> Value>,
}

/// What a text that is a filter speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selects {
    /// The field of the same record that holds the key of the entity whose records it selects.
    pub of: &'static str,
    /// Whether one record alone answers it, as a condition of one of its fields: nothing along links, nothing of children.
    pub alone: bool,
}

/// The value of a new record where none is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// The empty value of its kind.
    None,
    /// This text, or the key of this choice.
    Text(&'static str),
    /// This number, as its kind stores it.
    Number(i64),
    /// Yes.
    Yes,
    /// The person who creates it.
    Me,
    /// The day it is created.
    Today,
    /// The moment it is created.
    Now,
}

impl Field {
    /// A field of this kind, everything else off.
    pub const fn new(key: &'static str, kind: Kind) -> Field {
        Field {
            id: FieldId(0),
            entity: "",
            key,
            kind,
            required: false,
            unique: false,
            search: false,
            sortable: false,
            read_only: false,
            guarded: false,
            secret: false,
            system: false,
            personal: false,
            matching: false,
            open: false,
            said: None,
            series: None,
            selects: None,
            instead: &[],
            default: Default::None,
            check: None,
            computed: None,
        }
    }

    /// The same field, belonging to an entity.
    pub const fn within(mut self, entity: &'static str) -> Field {
        self.entity = entity;
        self.id = FieldId::declared(entity, self.key);
        self
    }

    /// The same field, holding a number of a series.
    pub const fn numbered(mut self, series: &'static str) -> Field {
        self.series = Some(series);
        self.read_only = true;
        self.unique = true;
        self.search = true;
        self.sortable = true;
        self
    }

    /// The physical column.
    pub fn column(&self) -> String {
        self.key.replace('.', "_")
    }

    /// Whether a folded twin stands beside the column, which comparisons and sorting use.
    pub fn folded(&self) -> bool {
        self.kind.folded() && !self.secret
    }

    /// The column that comparisons and sorting use.
    pub fn compared_column(&self) -> String {
        let mut column = self.column();
        if self.folded() {
            column.push_str("_f");
        }
        column
    }

    /// Whether an input may write it.
    pub fn writable(&self) -> bool {
        !self.read_only && !self.system && self.computed.is_none()
    }
}

/// A field that the code speaks of: the field, and the type its values have.
#[derive(Debug)]
pub struct Key<T> {
    /// The field.
    pub field: Field,
    kind: PhantomData<fn() -> T>,
}

/// A type of values that keys read and filters compare.
pub trait Typed {
    /// What reading gives.
    type Out<'r>;

    /// Reads a value.
    fn read(value: &Value) -> Self::Out<'_>;
}

impl<T> Key<T> {
    /// A key of this kind.
    pub const fn new(key: &'static str, kind: Kind) -> Key<T> {
        Key { field: Field::new(key, kind), kind: PhantomData }
    }

    /// Belonging to an entity; the `entity!` macro says it.
    pub const fn within(mut self, entity: &'static str) -> Key<T> {
        self.field = self.field.within(entity);
        self
    }

    /// A value must be given.
    pub const fn required(mut self) -> Key<T> {
        self.field.required = true;
        self
    }

    /// A living record holds a value once.
    pub const fn unique(mut self) -> Key<T> {
        self.field.unique = true;
        self
    }

    /// Its words are found by search.
    pub const fn search(mut self) -> Key<T> {
        self.field.search = true;
        self
    }

    /// Lists may be sorted by it.
    pub const fn sortable(mut self) -> Key<T> {
        self.field.sortable = true;
        self
    }

    /// Written by the engine or by a verb of its own.
    pub const fn read_only(mut self) -> Key<T> {
        self.field.read_only = true;
        self
    }

    /// May be written only by an administrator.
    pub const fn guarded(mut self) -> Key<T> {
        self.field.guarded = true;
        self
    }

    /// Never leaves the server.
    pub const fn secret(mut self) -> Key<T> {
        self.field.secret = true;
        self.field.read_only = true;
        self
    }

    /// Personal data of somebody.
    pub const fn personal(mut self) -> Key<T> {
        self.field.personal = true;
        self
    }

    /// A duplicate key: looked up on creation, may repeat.
    pub const fn matching(mut self) -> Key<T> {
        self.field.matching = true;
        self
    }

    /// Whoever writes it may bring in a new term of its vocabulary.
    pub const fn open(mut self) -> Key<T> {
        self.field.open = true;
        self
    }

    /// Its values are keys that people know by the words `{of}-{value}`.
    pub const fn said(mut self, of: &'static str) -> Key<T> {
        self.field.said = Some(of);
        self
    }

    /// A number of a series, by its key: taken when the record is created, once, and found by search. The series is made where
    /// there is none, as its slice describes it.
    pub const fn numbered(mut self, series: &'static str) -> Key<T> {
        self.field = self.field.numbered(series);
        self
    }

    /// A filter on records of the entity whose key stands in the field `of` of the same record; nothing where all of them are meant.
    pub const fn filter_of(mut self, of: &'static str) -> Key<T> {
        self.field.selects = Some(Selects { of, alone: false });
        self
    }

    /// The same, asking one record alone: a condition of a field of that entity.
    pub const fn condition_of(mut self, of: &'static str) -> Key<T> {
        self.field.selects = Some(Selects { of, alone: true });
        self
    }

    /// What a card shows in its place as long as it is empty: a field, and others that say something about that one.
    pub const fn instead(mut self, fields: &'static [&'static str]) -> Key<T> {
        self.field.instead = fields;
        self
    }

    /// The text, or the choice, of a new record where none is given.
    pub const fn default(mut self, text: &'static str) -> Key<T> {
        self.field.default = Default::Text(text);
        self
    }

    /// What a new record holds where none is given.
    pub const fn starting(mut self, default: Default) -> Key<T> {
        self.field.default = default;
        self
    }

    /// The canonical form of a text.
    pub const fn check(mut self, check: Check) -> Key<T> {
        self.field.check = Some(check);
        self
    }

    /// Derived from the other fields at every write.
    pub const fn computed(mut self, rule: fn(&Record) -> Value) -> Key<T> {
        self.field.computed = Some(rule);
        self
    }

    /// Its identity.
    pub const fn id(&self) -> FieldId {
        self.field.id
    }
}

/// What stands on the right of a line of `entity!`: one field, or several that belong together.
pub trait Described {
    /// The fields.
    fn fields(&self) -> Vec<Field>;
}

impl<T> Described for Key<T> {
    fn fields(&self) -> Vec<Field> {
        vec![self.field]
    }
}
