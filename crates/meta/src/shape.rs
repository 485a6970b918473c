//! The physical shape: tables, columns and indexes, as both databases are brought to have them.

/// How a column stores a value; each database has its own type for it.
///
/// | here | SQLite | PostgreSQL | empty |
/// |---|---|---|---|
/// | Text | TEXT | text COLLATE "C" | `''`, never NULL |
/// | Int | INTEGER | bigint | 0, never NULL |
/// | Bool | INTEGER 0/1 | boolean | false, never NULL |
/// | Date | TEXT `aaaa-mm-gg` | date | NULL |
/// | Moment | INTEGER milliseconds since 1970 | timestamptz | NULL |
/// | Link | INTEGER | bigint | NULL |
/// | Bytes | BLOB | bytea | NULL |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// Yes or no.
    Bool,
    /// A day.
    Date,
    /// A point in time.
    Moment,
    /// The id of a record.
    Link,
    /// Bytes.
    Bytes,
}

impl ColumnType {
    /// Whether the column may hold NULL, which stands for empty.
    pub fn nullable(self) -> bool {
        matches!(self, ColumnType::Date | ColumnType::Moment | ColumnType::Link | ColumnType::Bytes)
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its physical name, made by the program from declared names: `[a-z][a-z0-9_]*`, at most 60 bytes.
    pub name: String,
    /// How it stores.
    pub kind: ColumnType,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableIndex {
    /// Its physical name.
    pub name: String,
    /// Columns in order.
    pub columns: Vec<String>,
    /// Whether the columns together hold a value once.
    pub unique: bool,
    /// Only rows not in the trash (`removed_at IS NULL`), and, for a unique index, with a non-empty first column.
    pub living: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its physical name.
    pub name: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// The primary key: `["id"]` for records (SQLite: INTEGER PRIMARY KEY), several columns for the rest (SQLite: WITHOUT ROWID).
    pub primary: Vec<String>,
    /// Indexes.
    pub indexes: Vec<TableIndex>,
    /// Whether a search companion stands beside it.
    pub searchable: bool,
    /// Where it is only added to: what may happen to its rows nevertheless. The database itself refuses the rest.
    pub guard: Option<Guard>,
}

/// What may happen to the rows of a table that is only added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The number that a row is given once, in place of 0; nothing else of a row ever changes.
    pub closed_by: Option<&'static str>,
    /// Which rows may go; none where nothing is said.
    pub letting_go: Option<LettingGo>,
}

/// Which rows of a guarded table may go: those that another table says were counted and summed up before, once they are old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LettingGo {
    /// The number of a row, from 1.
    pub number: &'static str,
    /// The table and its column whose largest number is the last that may go.
    pub up_to: (&'static str, &'static str),
    /// The moment of a row.
    pub at: &'static str,
    /// How old it is at least, in days, by the database's clock.
    pub days: i64,
}

impl Table {
    /// A table with these columns; the first is the primary key unless said otherwise.
    pub fn new(name: &str, columns: &[(&str, ColumnType)]) -> Table {
        Table {
            name: name.to_owned(),
            columns: columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect(),
            primary: columns.first().map(|(name, _)| (*name).to_owned()).into_iter().collect(),
            indexes: Vec::new(),
            searchable: false,
            guard: None,
        }
    }

    /// The same, only added to but for what the guard lets happen.
    pub fn guarded(mut self, guard: Guard) -> Table {
        self.guard = Some(guard);
        self
    }

    /// The same with this primary key.
    pub fn key(mut self, columns: &[&str]) -> Table {
        self.primary = columns.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// The same with one more index, named after the table and its columns.
    pub fn index(mut self, columns: &[&str]) -> Table {
        self.indexes.push(TableIndex {
            name: format!("{}_by_{}", self.name, columns.join("_")),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            unique: false,
            living: false,
        });
        self
    }

    /// The same with one more unique index.
    pub fn unique(mut self, columns: &[&str]) -> Table {
        self = self.index(columns);
        if let Some(index) = self.indexes.last_mut() {
            index.unique = true;
        }
        self
    }
}
