//! E-mails and phones: any number of them, lines of whoever they reach. The main one is mirrored on the
//! parent; what happened to an address (bounced, opted out) stays with the address.

pub mod coordinates;
pub(crate) mod doubts;
pub mod entity;

pub use entity::{EMAIL, PHONE, email, phone};

use engine::{Change, Slice};
use engine::{Tx, Work};
use kernel::Value;
use meta::Record;

/// What addresses register.
pub fn slice() -> Slice {
    Slice::new("addresses").entity(entity::email()).entity(entity::phone()).words(include_str!("words.toml"))
}

/// Of the e-mails and of the phones of a record, exactly one is the main one: the first that says so, or the first.
pub fn one_main<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        for (relation, lines) in &mut change.after.lines {
            if !matches!(*relation, "emails" | "phones") {
                continue;
            }
            let main = lines.iter().position(|line| line.named("main").bool()).unwrap_or(0);
            for (place, line) in lines.iter_mut().enumerate() {
                if let Some((slot, _)) = line.carried.named("main") {
                    line.values[slot] = Value::Bool(place == main);
                }
            }
        }
        Ok(())
    })
}

fn main_of(record: &Record, relation: &str, field: &str) -> Value {
    let lines = record.lines(relation);
    let main = lines.iter().find(|line| line.named("main").bool()).or(lines.first());
    main.map(|line| line.named(field).clone()).unwrap_or_else(|| Value::from(""))
}

/// The main phone of a record.
pub fn main_phone(record: &Record) -> Value {
    main_of(record, "phones", "number")
}

/// The main e-mail of a record.
pub fn main_email(record: &Record) -> Value {
    main_of(record, "emails", "address")
}
