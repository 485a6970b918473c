//! Saved views: what a list shows, under a name. Everybody keeps his own; whoever may put them before others shares them,
//! and says with which one a role begins.

use crate::area::{Change, Slice};
use kernel::{Error, Result, Say};
use meta::entity::{Granted, Visibility};
use meta::field::Default;
use meta::fields::{Code, Link, LongText, Text, Vocabulary, YesNo, code, link, long_text, text, vocabulary, yes_no};
use meta::{Entity, FieldId, Record};
use store::{Tx, Work};

/// The entity of views.
pub const VIEW: &str = "view";

meta::entity! { "view" {
    /// What it is called.
    NAME: Text = text("name").required().sortable(),
    /// The list it is of: the key of an entity.
    LIST: Code = code("list").required(),
    /// What it shows, as the address of the list says it: filter, order, columns.
    QUESTION: LongText = long_text("question"),
    /// Whether everybody has it.
    SHARED: YesNo = yes_no("shared"),
    /// The role whose list begins with it.
    ROLE: Vocabulary = vocabulary("role", "role"),
    /// Whose it is.
    OWNER: Link = link("owner", "user").starting(Default::Me),
}}

pub(crate) fn slice() -> Slice {
    Slice::new("views").entity(view()).hook(VIEW, guard)
}

fn view() -> Entity {
    Entity::new(VIEW, "views", fields())
        .titled(&NAME)
        .seen(Visibility::OwnOrShared("owner", "shared"))
        .granted(Granted::Kept)
        .index(&["list", "name"])
        .columns(&["name", "list", "shared", "role", "owner"])
        .section("view", &["name", "list", "question", "shared", "role", "owner"])
        .kept()
}

/// A view is changed by whoever made it; what others see is the business of those who may share.
fn guard<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move { allowed(change) })
}

fn allowed(change: &Change) -> Result<()> {
    put_before_others(change, OWNER.id(), |record| record.get(&SHARED) || !record.value(ROLE.id()).is_empty())
}

/// Refuses a change of somebody else's, or of what others see, to whoever may not share.
pub fn put_before_others(change: &Change, owner: FieldId, shows_others: impl Fn(&Record) -> bool) -> Result<()> {
    if change.who.user.is_none() || change.who.role.share {
        return Ok(());
    }
    let mine = |record: &Record| record.value(owner).link() == change.who.user;
    let own = change.before.as_ref().is_none_or(mine) && mine(&change.after);
    if !own || shows_others(&change.after) || change.before.as_ref().is_some_and(shows_others) {
        return Err(Error::Forbidden(Say::new("error-view-shared")));
    }
    Ok(())
}
