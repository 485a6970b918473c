//! The only way to a record: permit, check, hooks, write, history.
