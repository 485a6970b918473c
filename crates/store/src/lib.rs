//! The only crate with database drivers: SQLite and PostgreSQL behind one door.
