//! A value on a card as something that can be worked on: edited where it stands, and asked who gave it and when.

use super::{head, sections};
use crate::fields::Sight;
use crate::pages::form::in_place::{At, begun, editable_in};
use crate::pages::html;
use crate::pages::layout::Item;
use crate::pages::reader::Reader;
use engine::principal::Verb;
use kernel::Id;
use meta::{Entity, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// What of a card is edited: its input stands in its place.
pub(crate) struct Opened {
    /// The item.
    pub(crate) key: String,
    /// The input.
    pub(crate) markup: String,
}

/// A card as its reader sees it: what may be done with its values.
pub(super) struct Spots<'s> {
    pub(super) entity: &'s Entity,
    pub(super) record: &'s Record,
    pub(super) reader: &'s Reader,
    pub(super) titles: &'s HashMap<Id, String>,
    /// Whether the reader may change the record as it is.
    pub(super) changes: bool,
    /// The question of the list that led to the card.
    pub(super) list: &'s str,
    /// What is edited.
    pub(super) opened: Option<&'s Opened>,
}

impl<'s> Spots<'s> {
    /// The spots of a card.
    pub(super) fn of(
        reader: &'s Reader,
        entity: &'s Entity,
        record: &'s Record,
        titles: &'s HashMap<Id, String>,
        list: &'s str,
        opened: Option<&'s Opened>,
    ) -> Spots<'s> {
        let changes = record.removed_at().is_none() && reader.who.may_with(Verb::Change, entity, record);
        Spots { entity, record, reader, titles, changes, list, opened }
    }

    pub(super) fn sight(&self) -> Sight<'s> {
        Sight { speech: &self.reader.speech, reading: &self.reader.reading, model: &self.reader.model, titles: self.titles }
    }

    /// Adds the attributes of a spot: its place in the page, and where its input is.
    pub(super) fn attributes(&self, out: &mut String, item: &Item<'_>, at: At) {
        html::attribute(out, "id", &format!("spot-{}", item.key()));
        if !self.changes || !editable_in(self.reader, item, self.record) {
            return;
        }
        let mut address = format!("/{}/{}/fields/{}/edit?at={}", self.entity.plural, self.record.id, item.key(), at.key());
        if !self.list.is_empty() {
            html::pair(&mut address, "list", self.list);
        }
        html::attribute(out, "data-edit", &address);
    }

    /// Adds what stands in a spot: the input, or the value with what can be done.
    pub(super) fn inside(&self, out: &mut String, item: &Item<'_>, at: At, value: &str) {
        match self.opened.filter(|opened| opened.key == item.key()) {
            Some(opened) => out.push_str(&opened.markup),
            None => {
                out.push_str(value);
                self.lock(out, item);
                self.acts(out, item, at);
            }
        }
    }

    /// The lock of what an outside source keeps, for whoever would change it otherwise.
    fn lock(&self, out: &mut String, item: &Item<'_>) {
        let keeper = match item {
            Item::Field(field) => self.record.keeper(field.id),
            Item::Parts(_, parts) => parts.iter().find_map(|part| self.record.keeper(part.id)),
            Item::Lines(_) => None,
        };
        if let Some(keeping) = keeper.filter(|_| self.changes) {
            out.push_str("<span class=\"kept-lock\" role=\"img\"");
            labelled(out, &self.reader.speech.with("kept-by", &[("name", &keeping.label)]));
            out.push('>');
            out.push_str(assets::icon("lock"));
            out.push_str("</span>");
        }
    }

    /// The pencil, and the clock; at the head, where room is dear, the clock comes with the input.
    fn acts(&self, out: &mut String, item: &Item<'_>, at: At) {
        let edits = self.changes && editable_in(self.reader, item, self.record);
        // What follows a relation has its past there.
        let tracked = self.entity.can.tracked && !self.entity.mirrors.iter().any(|mirror| mirror.field == item.key());
        if !edits && !tracked {
            return;
        }
        let speech = &self.reader.speech;
        let name = speech.field(self.entity.key, item.key());
        let card = format!("/{}/{}", self.entity.plural, self.record.id);
        out.push_str("<span class=\"spot-acts\">");
        if edits {
            out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm spot-edit\"");
            let mut question = String::new();
            if !self.list.is_empty() {
                html::pair(&mut question, "list", self.list);
            }
            html::pair(&mut question, "field", item.key());
            html::attribute(out, "href", &format!("{card}?{question}#spot-{}", item.key()));
            labelled(out, &speech.with("card-edit-section", &[("name", &name)]));
            out.push('>');
            out.push_str(assets::icon("edit"));
            out.push_str("</a>");
        }
        if tracked && !(edits && at == At::Head) {
            clock(out, self.reader, self.entity, self.record.id, item.key());
        }
        out.push_str("</span>");
    }
}

fn labelled(out: &mut String, label: &str) {
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
}

/// The clock: who gave a field its value, and when. What it shows is fetched when it is opened.
pub(crate) fn clock(out: &mut String, reader: &Reader, entity: &Entity, id: Id, key: &str) {
    let label = reader.speech.with("past-of", &[("name", &reader.speech.field(entity.key, key))]);
    out.push_str("<details class=\"menu past\"><summary class=\"btn btn-quiet btn-icon btn-sm\"");
    labelled(out, &label);
    out.push('>');
    out.push_str(assets::icon("history"));
    out.push_str("</summary><div class=\"menu-items\"><a");
    html::attribute(out, "href", &format!("/{}/{id}/fields/{key}", entity.plural));
    out.push('>');
    html::text(out, &label);
    out.push_str("</a></div></details>");
}

/// What stands in a spot of a card, for whoever saved it just now.
pub(crate) fn spot(
    reader: &Reader,
    entity: &Arc<Entity>,
    record: &Record,
    titles: &HashMap<Id, String>,
    item: &Item<'_>,
    at: At,
    list: &str,
) -> String {
    let spots = Spots::of(reader, entity, record, titles, list, None);
    let mut out = String::new();
    match (at, item) {
        (At::Head, Item::Field(field)) => spots.inside(&mut out, item, at, &head::value(&spots, field)),
        _ => spots.inside(&mut out, item, at, &sections::value(&spots, item).unwrap_or_else(|| sections::empty(&spots))),
    }
    out
}

/// What the address of a card asks to edit.
pub(super) fn asked(
    reader: &Reader,
    entity: &Arc<Entity>,
    record: &Record,
    titles: &HashMap<Id, String>,
    key: &str,
    list: &str,
) -> Option<Opened> {
    if !Spots::of(reader, entity, record, titles, list, None).changes {
        return None;
    }
    let at = if sections::said_above(entity, key) { At::Head } else { At::Card };
    let markup = begun(reader, entity, record, titles, key, at, list)?;
    Some(Opened { key: key.to_owned(), markup })
}
