//! Which records are the same person or company. Pure: records come as texts with a scheme that says what they are about.
//!
//! A record is made ready once ([`Scheme::prepare`]): its values are brought to what tells them apart. Its keys
//! ([`Prepared::keys`]) find the candidates, which are few; a comparison ([`Weights::compare`]) weighs each field's agreement in bits, after
//! Fellegi and Sunter: how much oftener the same agree so than others do. The rarer what they agree in, the more it says; how
//! often the same differ is learned from the records themselves, without anybody saying which are the same ([`Scan::learn`]).
//! What several fields owe to one fact (the phone, the mailbox and the address of an office) counts less each time. A [`Scan`] does
//! it for all records, and tells pairs that can all be true at once.

mod addresses;
mod clusters;
mod comparison;
mod contact;
mod frequencies;
mod identifiers;
#[cfg(feature = "invented")]
pub mod invented;
mod keys;
mod learning;
mod names;
mod people;
mod prepared;
mod scan;
mod scheme;
mod text;
mod trades;
mod weights;

pub use comparison::{Agreement, Comparison, Evidence};
pub use keys::KEYS_VERSION;
pub use prepared::Prepared;
pub use scan::{Pair, Scan};
pub use scheme::{Scheme, Trait};
pub use weights::{THRESHOLD, Weights};
