//! The order of a vocabulary: the one that somebody gave its terms, or that of their words.

use super::{TERM, uses};
use crate::principal::Principal;
use crate::write::{Act, Outcome};
use crate::{Asked, Engine, Sorting};
use kernel::{Error, Id, Result, Say, Value};
use meta::{Filter, Record};
use store::{Statement, Tx};

/// Terms that are put in order one by one.
pub const MOST_ORDERED: usize = 1_000;

/// What is read of a term.
const FIELDS: [&str; 7] = ["vocabulary", "key", "italian", "english", "tone", "retired", "position"];

impl Engine {
    /// The terms of a vocabulary in their order, retired ones with the others, up to [`MOST_ORDERED`] and one more.
    pub async fn terms_in_order(&self, who: &Principal, vocabulary: &str) -> Result<Vec<Record>> {
        let entity = self.entity(TERM)?;
        let mut terms: Vec<Record> = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter::is("vocabulary", vocabulary);
            let sort = vec![Sorting { field: "id", descending: false }];
            let page = self
                .list(
                    who,
                    Asked { fields: FIELDS.to_vec(), limit: 200, sort, after, names: false, ..Asked::new(entity.clone()).filtered(filter) },
                )
                .await?;
            terms.extend(page.records);
            after = page.next;
            if after.is_none() || terms.len() > MOST_ORDERED {
                break;
            }
        }
        let model = self.model();
        terms.sort_by_cached_key(|term| match model.terms.get(&uses::named(term)) {
            Some(known) => {
                let (_, words) = known.order(who.language);
                let position = term.named("position").int();
                (if position > 0 { position } else { i64::MAX }, words)
            }
            None => (i64::MAX, kernel::fold(term.named("italian").text())),
        });
        Ok(terms)
    }

    /// Puts the terms of a vocabulary in this order; by their words, where none are named. What is not named follows.
    ///
    /// Errors: forbidden for whoever administers nothing; invalid for more terms than are put in order one by one.
    pub async fn order_terms(&self, who: &Principal, vocabulary: &str, order: &[Id]) -> Result<Option<Outcome>> {
        who.administers()?;
        let position = self.entity(TERM)?.field("position").ok_or_else(|| Error::internal("terms without places"))?.id;
        let terms = self.terms_in_order(who, vocabulary).await?;
        if terms.len() > MOST_ORDERED {
            return Err(Error::invalid("order", Say::new("error-too-long").with("most", MOST_ORDERED)));
        }
        let mut ordered: Vec<&Record> = terms.iter().collect();
        ordered.sort_by_key(|term| order.iter().position(|id| *id == term.id).unwrap_or(usize::MAX));
        let acts: Vec<Act> = ordered
            .into_iter()
            .zip(1_i64..)
            .map(|(term, place)| (term, if order.is_empty() { 0 } else { place }))
            .filter(|(term, place)| term.value(position).int() != *place)
            .map(|(term, place)| Act::Change {
                entity: TERM,
                id: term.id,
                version: Some(term.version),
                values: vec![(position, Value::Int(place))],
                lines: Vec::new(),
            })
            .collect();
        if acts.is_empty() {
            return Ok(None);
        }
        let outcome = self.write_received(who, "change", acts).await?;
        self.load_terms().await?;
        Ok(Some(outcome))
    }
}

/// The place of a new term: after all others where somebody put them in order, none of its own where nobody did.
pub async fn place_of_new(tx: &mut Tx, vocabulary: &str) -> Result<i64> {
    let sql = "SELECT COALESCE(MAX(\"position\"), 0) FROM \"term\" WHERE \"vocabulary\" = ? AND \"removed_at\" IS NULL";
    let last = crate::asking::one_number(tx, &Statement::new(sql, vec![vocabulary.into()])).await?;
    Ok(if last > 0 { last + 1 } else { 0 })
}
