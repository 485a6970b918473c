//! The fields of a note, one line each.

use crate::standing::CARDS;
use kernel::Value;
use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{About, Link, LongText, MomentOf, Text, YesNo, about, link, long_text, moment, text, yes_no};
use meta::{Entity, Record, entity};

/// Letters of a note that name it.
const MOST_LETTERS: usize = 80;

entity! { "note" {
    /// What somebody wants to be known.
    TEXT: LongText = long_text("text").required().search(),
    /// Its first line, by which it is known in lists and in search.
    SUBJECT: Text = text("subject").computed(subject),
    /// The card it was written on.
    ABOUT: About = about("about", "about_kind", CARDS).chosen().required(),
    /// The account it belongs to by that.
    ACCOUNT: Link = link("account", "account").read_only(),
    /// When it was, which is when it was written unless somebody says otherwise.
    AT: MomentOf = moment("at").required().starting(Default::Now).sortable(),
    /// Kept on top of the timeline.
    PINNED: YesNo = yes_no("pinned"),
}}

/// The description of notes.
pub fn note() -> Entity {
    let mut note = Entity::new("note", "notes", fields())
        .titled(&SUBJECT)
        .seen(Visibility::Parent("about", "about_kind"))
        .happens("at", &["about", "account"])
        .composed("text", "pinned")
        .authored()
        .searchable()
        .belongings("attachments", "document", "note")
        .index(&["account", "pinned"])
        .index(&["about", "pinned"])
        .columns(&["subject", "about", "account", "at", "created_by"])
        .head(&["at", "created_by"])
        .section("note", &["about", "text", "at", "pinned"]);
    note.sort = ("at", true);
    note
}

/// The first line that says something.
fn subject(record: &Record) -> Value {
    let text = engine::mentions::plain(record.get(&TEXT));
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    Value::Text(match line.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    })
}
