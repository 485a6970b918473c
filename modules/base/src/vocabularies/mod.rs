//! Vocabularies: the terms that the company owns, with stable keys, retired but never lost.

mod own;

use engine::vocabulary::place_of_new;
use engine::{Change, Slice};
use engine::{Statement, Tx, Work};
use kernel::{Error, Result, Say};
use meta::fields::{Choices, Code, Text, Whole, YesNo, choice, code, text, whole, yes_no};
use meta::{Entity, Granted, choices, entity};

choices! {
    /// The tones that tags may have.
    Tone {
        /// Blue.
        Accent = "accent" blue,
        /// Green.
        Good = "good" none,
        /// Amber.
        Warn = "warn" amber,
        /// Red.
        Bad = "bad" red,
    }
}

entity! { "term" {
    /// In Italian.
    ITALIAN: Text = text("italian").required().search().sortable(),
    /// In English; the Italian word where it is empty.
    ENGLISH: Text = text("english").search(),
    /// The vocabulary it belongs to.
    VOCABULARY: Code = code("vocabulary").required().check(named).sortable().said("vocabulary"),
    /// The stable key in records.
    KEY: Code = code("key").check(key),
    /// How it looks as a tag.
    TONE: Choices<Tone> = choice::<Tone>("tone"),
    /// No longer offered.
    RETIRED: YesNo = yes_no("retired"),
    /// Its place among the terms of its vocabulary, from 1; 0 where nobody put them in order.
    POSITION: Whole = whole("position").read_only(),
}}

/// The vocabularies that fields speak of.
pub const VOCABULARIES: [&str; 11] = [
    "sector",
    "market",
    "zone",
    "product-interest",
    "service-expected",
    "competing-tool",
    "source",
    "document-folder",
    "document-kind",
    "tag",
    "consent-purpose",
];

/// What vocabularies register.
pub fn slice() -> Slice {
    Slice::new("vocabularies")
        .entity(term())
        .entity(own::vocabulary())
        .hook("term", keyed)
        .hook("vocabulary", own::keyed)
        .words(include_str!("words.toml"))
}

fn term() -> Entity {
    Entity::new("term", "terms", fields())
        .titled(&ITALIAN)
        .granted(Granted::Administered)
        .importable()
        .index(&["vocabulary", "italian"])
        .columns(&["italian", "english", "vocabulary", "key", "tone", "retired"])
        .section("term", &["vocabulary", "italian", "english", "tone", "retired"])
}

/// A key as vocabularies have; whether there is such a one is asked when the term is written.
fn named(text: &str) -> Result<String, Say> {
    if key(text).is_ok_and(|key| key == text) { Ok(text.to_owned()) } else { Err(unknown()) }
}

fn unknown() -> Say {
    Say::new("error-choice").with("known", VOCABULARIES.join(", "))
}

fn key(text: &str) -> Result<String, Say> {
    meta::fields::term_key(text).ok_or(Say::new("error-term").with("term", text))
}

/// A new term gets its key from its Italian word; a key never changes, and stands once in its vocabulary.
fn keyed<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if let Some(before) = &change.before {
            if before.get(&KEY) != change.after.get(&KEY) || before.get(&VOCABULARY) != change.after.get(&VOCABULARY) {
                return Err(Error::invalid("key", Say::new("error-read-only")));
            }
            return if change.restores() { free(tx, change).await } else { Ok(()) };
        }
        let vocabulary = change.after.get(&VOCABULARY).to_owned();
        if !vocabulary.is_empty() && !VOCABULARIES.contains(&vocabulary.as_str()) && !own::is_there(tx, &vocabulary).await? {
            return Err(Error::invalid("vocabulary", unknown()));
        }
        if change.after.get(&KEY).is_empty() {
            let made = key(change.after.get(&ITALIAN)).map_err(|say| Error::invalid("italian", say))?;
            change.put(KEY.id(), made);
        }
        let position = place_of_new(tx, &vocabulary).await?;
        change.put(POSITION.id(), position);
        free(tx, change).await
    })
}

/// Refuses a key that stands in its vocabulary already.
async fn free(tx: &mut Tx, change: &Change) -> Result<()> {
    let sql = "SELECT 1 FROM \"term\" WHERE \"vocabulary\" = ? AND \"key\" = ? AND \"removed_at\" IS NULL";
    let values = vec![change.after.value(VOCABULARY.id()).clone(), change.after.value(KEY.id()).clone()];
    if tx.rows(&Statement::new(sql, values)).await?.is_empty() { Ok(()) } else { Err(Error::invalid("italian", Say::new("error-taken"))) }
}

#[cfg(test)]
mod tests;
