//! Ids, money, dates, language and errors: what every other crate speaks. No I/O.

pub mod chance;
pub mod clock;
pub mod error;
pub mod fold;
pub mod id;
pub mod language;
pub mod money;
pub mod value;

pub use chance::{Chance, SystemChance};
pub use clock::{Clock, Date, Moment, SystemClock, Zone};
pub use error::{Error, Problem, Problems, Result, Say};
pub use fold::fold;
pub use id::{Id, IdMaker, IdSet};
pub use language::Language;
pub use money::{Money, Scaled};
pub use value::Value;
