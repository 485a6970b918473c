//! Segments: the records that a filter selects, under a name. Everybody keeps his own; whoever may put them before others
//! shares them. A segment keeps the text of its filter, not the records: who is in it is asked anew every time, with the
//! rights of whoever asks.

use crate::area::{Change, Slice};
use crate::principal::Verb;
use kernel::{Error, Result, Say};
use meta::entity::{Granted, Visibility};
use meta::field::Default;
use meta::fields::{Code, Link, LongText, Text, YesNo, code, link, long_text, text, yes_no};
use meta::filter::parse::parse;
use meta::{Entity, Filter, Model, Record};
use std::sync::Arc;
use store::{Tx, Work};

/// The entity of segments.
pub const SEGMENT: &str = "segment";

meta::entity! { "segment" {
    /// What it is called.
    NAME: Text = text("name").required().search().sortable(),
    /// What it selects: the key of an entity.
    LIST: Code = code("list").required(),
    /// The filter in its text form; everything where it is empty.
    FILTER: LongText = long_text("filter"),
    /// Whether everybody has it.
    SHARED: YesNo = yes_no("shared"),
    /// Whose it is.
    OWNER: Link = link("owner", "user").starting(Default::Me),
    /// What it is for.
    REMARKS: LongText = long_text("remarks"),
}}

pub(crate) fn slice() -> Slice {
    Slice::new("segments").entity(segment()).hook(SEGMENT, guard)
}

fn segment() -> Entity {
    Entity::new(SEGMENT, "segments", fields())
        .titled(&NAME)
        .seen(Visibility::OwnOrShared("owner", "shared"))
        .granted(Granted::Kept)
        .searchable()
        .index(&["list", "name"])
        .columns(&["name", "shared", "owner", "changed_at"])
        .head(&["shared", "owner"])
        .section("segment", &["name", "shared", "owner", "remarks"])
}

/// The entity and the filter of a segment, as the descriptions are now; what is wrong where they no longer fit.
pub fn selected(model: &Model, segment: &Record) -> Result<(Arc<Entity>, Filter)> {
    let list = segment.value(LIST.id()).text();
    let unknown = || Error::invalid(LIST.field.key, Say::new("error-segment-list").with("name", list));
    let entity = model.entity(list).filter(|entity| entity.can.public && !entity.can.kept).ok_or_else(unknown)?;
    let filter = parse(segment.value(FILTER.id()).text(), model, entity)?;
    Ok((entity.clone(), filter))
}

/// A segment is changed by whoever made it, what others see by whoever may share; and it says only what the descriptions know.
fn guard<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        crate::views::put_before_others(change, OWNER.id(), |record| record.get(&SHARED))?;
        if change.creates() || change.changes(LIST.id()) || change.changes(FILTER.id()) {
            let (entity, _) = selected(&change.model, &change.after)?;
            if !change.who.may(Verb::See, &entity) {
                return Err(Error::invalid(LIST.field.key, Say::new("error-segment-list").with("name", entity.key)));
            }
        }
        Ok(())
    })
}
