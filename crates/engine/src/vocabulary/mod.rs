//! The company's words: vocabularies kept beside the model, read again when one of their terms changes; those that begin
//! with some terms, and the terms that people bring in while they write something else.

mod order;
pub(crate) mod uses;

pub use order::{MOST_ORDERED, place_of_new};
pub use uses::TermUses;

use crate::Engine;
use crate::principal::{Principal, Through};
use crate::rights::ROLE;
use crate::write::{Act, Draft};
use kernel::{Error, Result, Say};
use meta::fields::term_key;
use meta::model::Term;
use std::collections::HashMap;
use store::{Row, Statement, Tx};

/// The entity of terms.
pub(crate) const TERM: &str = "term";

/// The entity of the company's own vocabularies.
pub(crate) const VOCABULARY: &str = "vocabulary";

/// The living terms of all vocabularies.
pub(crate) async fn terms(tx: &mut Tx, entity: &meta::Entity) -> Result<HashMap<(String, String), Term>> {
    let known = |key: &'static str, other: &'static str| if entity.field(key).is_some() { key } else { other };
    let (tone, position) = (known("tone", "key"), known("position", "retired"));
    let sql = format!(
        "SELECT \"vocabulary\", \"key\", \"italian\", \"english\", \"retired\", \"{tone}\", \"{position}\" FROM \"term\" \
         WHERE \"removed_at\" IS NULL"
    );
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    let term = |row: Row<'_>| {
        let tone = if tone == "tone" { row.text(5).to_owned() } else { String::new() };
        let position = if position == "position" { row.int(6) } else { 0 };
        let term = Term { italian: row.text(2).to_owned(), english: row.text(3).to_owned(), retired: row.bool(4), tone, position };
        ((row.text(0).to_owned(), row.text(1).to_owned()), term)
    };
    Ok(rows.iter().map(term).collect())
}

impl Engine {
    /// Reads the terms of all vocabularies, with the other descriptions.
    pub async fn load_terms(&self) -> Result<()> {
        self.load_descriptions().await
    }

    /// Gives each vocabulary that has no term at all, not even one in the trash, those that it begins with.
    pub(crate) async fn begin_vocabularies(&self, terms: &[(&'static str, &'static str, &'static str)]) -> Result<()> {
        if terms.is_empty() || self.model().entity(TERM).is_none() {
            return Ok(());
        }
        let known = Statement::new("SELECT DISTINCT \"vocabulary\" FROM \"term\"", Vec::new());
        let known: Vec<String> = self
            .inside
            .store
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&known).await?.iter().map(|row| row.text(0).to_owned()).collect()) }))
            .await?;
        let fresh = terms.iter().filter(|(vocabulary, ..)| !known.iter().any(|known| known == vocabulary));
        let acts: Vec<Act> = fresh.map(|(vocabulary, italian, english)| self.term(vocabulary, italian, english)).collect::<Result<_>>()?;
        if acts.is_empty() {
            return Ok(());
        }
        match self.write(&self.system(Through::Job), "begin-vocabularies", acts).await {
            // Another node was quicker.
            Ok(_) | Err(Error::Invalid(_)) => self.load_terms().await,
            Err(error) => Err(error),
        }
    }

    /// The keys of these words in a vocabulary that is open to whoever writes a record: words that it does not know yet
    /// become terms of it. «VIP» and «vip» are one.
    ///
    /// Errors: invalid where nothing of a word is left to make a key of.
    pub async fn bring_terms(&self, who: &Principal, vocabulary: &'static str, words: &[String]) -> Result<Vec<String>> {
        let model = self.model();
        let mut keys = Vec::new();
        let mut acts = Vec::new();
        for word in words {
            let key = term_key(word).ok_or_else(|| Error::invalid("", Say::new("error-term").with("term", word)))?;
            let known = model.terms.contains_key(&(vocabulary.to_owned(), key.clone()));
            if !known && !keys.contains(&key) {
                acts.push(self.term(vocabulary, word, "")?);
            }
            keys.push(key);
        }
        for act in acts {
            let rule = who.ruling(self);
            match self.write(&rule, "create", vec![act]).await {
                // Somebody brought it in meanwhile.
                Ok(_) | Err(Error::Invalid(_)) => self.load_terms().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(keys)
    }

    fn term(&self, vocabulary: &str, italian: &str, english: &str) -> Result<Act> {
        let entity = self.entity(TERM)?;
        let mut draft = Draft::new(TERM);
        for (key, value) in [("vocabulary", vocabulary), ("italian", italian), ("english", english)] {
            let field = entity.field(key).ok_or_else(|| Error::internal("terms without words"))?;
            draft.put(field.id, value.into());
        }
        Ok(Act::Create(draft))
    }
}

/// Roles, which are chosen like terms; those in the trash are still shown.
pub(crate) async fn roles(tx: &mut Tx) -> Result<HashMap<(String, String), Term>> {
    let sql = "SELECT \"key\", \"name\", \"english\", \"removed_at\" FROM \"role\" ORDER BY \"removed_at\" IS NULL";
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    let role = |row: Row<'_>| {
        let (italian, english) = (row.text(1).to_owned(), row.text(2).to_owned());
        let term = Term { italian, english, retired: row.moment(3).is_some(), tone: String::new(), position: 0 };
        ((ROLE.to_owned(), row.text(0).to_owned()), term)
    };
    Ok(rows.iter().map(role).collect())
}
