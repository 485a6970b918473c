//! What an entity is, what a filter is, and both to SQL. Pure: no database, no clock, no network.

mod arrangement;
mod conditions;
pub mod entity;
pub mod field;
pub mod fields;
pub mod filter;
pub mod gather;
pub mod model;
mod name;
pub mod query;
pub mod record;
pub mod series;
pub mod shape;
pub mod sql;
pub mod words;

pub use arrangement::{Arranged, Arrangement, OWN_SECTION, section_key};
pub use conditions::{Conditions, Stands};
pub use entity::{Awaits, Capabilities, Composed, Doubt, Entity, Filing, Granted, Happens, Ledger, Relation, Section, Visibility};
pub use field::{Field, FieldId, Key, Selects};
pub use fields::{Kind, Reading};
pub use filter::Filter;
pub use italy::places::Postcodes;
pub use model::{Model, Restriction};
pub use name::name;
pub use record::{Beyond, Carried, Keeping, Record};
pub use series::{Pattern, Series};
