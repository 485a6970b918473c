//! Words of the interface that the company says in its own way: one row for each message, in either language. They stand before
//! the product's words on every node, as soon as they are written.

use crate::Engine;
use crate::area::Slice;
use crate::principal::Principal;
use crate::write::{Act, Draft};
use kernel::Result;
use meta::entity::Visibility;
use meta::fields::{Code, Text, code, text};
use meta::{Entity, Filter};

/// The entity of wordings.
pub(crate) const WORDING: &str = "wording";

meta::entity! { "wording" {
    /// The key of the message.
    MESSAGE: Code = code("message").required().unique(),
    /// In Italian; the product's words where it is empty.
    ITALIAN: Text = text("italian"),
    /// In English; the product's words where it is empty.
    ENGLISH: Text = text("english"),
}}

pub(crate) fn slice() -> Slice {
    let wording = Entity::new(WORDING, "wordings", fields()).titled(&MESSAGE).seen(Visibility::Administrators).inner();
    Slice::new("wordings").entity(wording)
}

impl Engine {
    /// Says a message in the company's own words, Italian and English; the product's own where both are empty.
    ///
    /// Errors: forbidden, or not found, for whoever administers nothing.
    pub async fn word(&self, who: &Principal, message: &str, words: [&str; 2]) -> Result<()> {
        let entity = self.entity(WORDING)?;
        let asked = crate::Asked::new(entity.clone()).filtered(Filter::is(MESSAGE.field.key, message));
        let known = self.list(who, asked).await?.records.into_iter().next();
        let values = || vec![(ITALIAN.id(), words[0].into()), (ENGLISH.id(), words[1].into())];
        let act = match known {
            None if words == ["", ""] => return Ok(()),
            None => Act::Create(Draft { values: values(), ..Draft::new(WORDING) }.with(MESSAGE.id(), message)),
            Some(record) if words == ["", ""] => Act::Remove { entity: WORDING, id: record.id, version: None },
            Some(record) => Act::Change { entity: WORDING, id: record.id, version: None, values: values(), lines: Vec::new() },
        };
        self.write(who, "words", vec![act]).await.map(|_| ())
    }
}
