//! What people may: roles as rows, several of which add up; whose records each right reaches; what a role hides of fields;
//! rules that share some records with others for a while. A node knows all of it in memory, and who is behind reads it again.

mod beginning;
pub mod entity;
mod fields;
mod guard;
pub(crate) mod known;
mod reasons;
pub mod role;

pub(crate) use beginning::carry_over;
pub use entity::{FieldRight, ROLE, SHARING_RULE};
use fields::Fields;
pub(crate) use guard::{deciding, there_are};
pub use known::{Reach, Share};
pub use reasons::{Reason, Sees};
pub use role::{Powers, Right, Role, Scope, Verb};

use crate::area::Slice;
use meta::Entity;

/// The key of the role that may everything, which there always is.
pub const ADMINISTRATOR: &str = "administrator";

/// What rights register.
pub(crate) fn slice() -> Slice {
    Slice::new("rights")
        .entity(entity::role())
        .entity(entity::role_right())
        .entity(entity::role_field())
        .entity(entity::sharing_rule())
        .hook(ROLE, guard::role)
        .hook(SHARING_RULE, guard::rule)
}

/// Whether a role may hide a field, or owned lines, of an entity, or show them only.
pub fn may_be_restricted(entity: &Entity, key: &str) -> bool {
    fields::may_be_restricted(entity, key)
}
