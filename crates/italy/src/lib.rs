//! Italian rules and tables: identifiers, phones, holidays. Pure.
