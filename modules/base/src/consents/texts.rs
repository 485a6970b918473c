//! The texts that people agree to. One that somebody agreed to stays word for word: another wording is another version.

use engine::{Change, Statement, Tx, Work};
use kernel::{Error, Say, Value};
use meta::field::Default;
use meta::fields::{Choices, DateOnly, LongText, Text, Vocabulary, choice, date, long_text, text, vocabulary};
use meta::{Entity, Record, choices, entity};

choices! {
    /// The language of a text.
    Language {
        /// Italiano.
        Italian = "it" grey,
        /// English.
        English = "en" grey,
    }
}

entity! { "consent_text" {
    /// What it is called: «Informativa marketing».
    NAME: Text = text("name").required().search().sortable(),
    /// Which version of it: «2026/1».
    EDITION: Text = text("edition").required(),
    /// Both, by which it is chosen.
    LABEL: Text = text("label").computed(label).sortable(),
    /// What for.
    PURPOSE: Vocabulary = vocabulary("purpose", super::entity::PURPOSES).required(),
    /// In which language.
    LANGUAGE: Choices<Language> = choice::<Language>("language").required().default("it"),
    /// From when it is shown to people.
    FROM: DateOnly = date("valid_from").required().starting(Default::Today).sortable(),
    /// Word for word.
    TEXT: LongText = long_text("text").required(),
}}

/// The description of texts.
pub fn consent_text() -> Entity {
    let mut texts = Entity::new("consent_text", "consent_texts", fields())
        .titled(&LABEL)
        .columns(&["label", "purpose", "language", "valid_from"])
        .head(&["purpose", "language", "valid_from"])
        .section("text", &["name", "edition", "purpose", "language", "valid_from", "text"]);
    texts.sort = ("valid_from", true);
    texts
}

fn label(record: &Record) -> Value {
    Value::Text(format!("{} · {}", record.get(&NAME), record.get(&EDITION)))
}

/// A text that an entry of the ledger names is neither changed nor removed.
pub(super) fn kept<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.creates() || change.restores() {
            return Ok(());
        }
        let used = Statement::new("SELECT 1 FROM \"consent\" WHERE \"text\" = ? LIMIT 1", vec![Value::Link(change.after.id)]);
        if tx.rows(&used).await?.is_empty() { Ok(()) } else { Err(Error::invalid("text", Say::new("error-consent-text-used"))) }
    })
}
