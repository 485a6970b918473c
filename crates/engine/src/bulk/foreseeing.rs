//! Foreseeing: what an action that only writes other values would write, record by record, before anything is written.

use super::{BulkAction, Options};
use crate::Engine;
use crate::asking::{Asked, Sorting};
use crate::principal::Principal;
use crate::write::Act;
use kernel::{Result, Value};
use meta::query::Cursor;
use meta::{FieldId, Postcodes, Record};

/// A value that would be written, and by which rule of the action.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewrite {
    /// The option that the rule hangs on: the key of a field that the action asks for.
    pub rule: &'static str,
    /// The field.
    pub field: FieldId,
    /// What it would be.
    pub value: Value,
}

/// What an action makes of one record, by the record and the company's list of CAPs alone, so that it can be shown before it is done: at
/// most one value for each field, none that is there already.
pub type BulkRewrites = fn(&Record, &Options, &Postcodes) -> Vec<Rewrite>;

/// What was foreseen.
#[derive(Debug)]
pub struct Foreseen {
    /// How many records were looked at.
    pub looked: usize,
    /// The records of which something would become something else, in the order of their creation.
    pub records: Vec<(Record, Vec<Rewrite>)>,
    /// From where to go on; `None` where all were looked at.
    pub next: Option<Cursor>,
}

impl Engine {
    /// What an action would write in the records that somebody sees, from one on: of `most` records, which are looked at in the order of
    /// their creation. An action that reads more than its record foresees nothing.
    pub async fn foresee(
        &self,
        who: &Principal,
        action: &BulkAction,
        options: &Options,
        after: Option<Cursor>,
        most: usize,
    ) -> Result<Foreseen> {
        const PAGE: usize = 200;
        let entity = self.entity(action.entity)?;
        let mut foreseen = Foreseen { looked: 0, records: Vec::new(), next: after };
        let Some(rewrites) = action.rewrites else { return Ok(Foreseen { next: None, ..foreseen }) };
        let postcodes = self.model().postcodes.clone();
        let fields: Vec<&'static str> = entity.fields.iter().filter(|field| !field.secret).map(|field| field.key).collect();
        loop {
            let page = self
                .list(
                    who,
                    Asked {
                        sort: vec![Sorting { field: "id", descending: false }],
                        fields: fields.clone(),
                        after: foreseen.next.take(),
                        limit: PAGE.min(most - foreseen.looked).max(1),
                        names: false,
                        ..Asked::new(entity.clone())
                    },
                )
                .await?;
            foreseen.looked += page.records.len();
            let changed = page.records.into_iter().filter_map(|record| {
                let rewrites = rewrites(&record, options, &postcodes);
                (!rewrites.is_empty()).then_some((record, rewrites))
            });
            foreseen.records.extend(changed);
            foreseen.next = page.next;
            if foreseen.next.is_none() || foreseen.looked >= most {
                return Ok(foreseen);
            }
        }
    }
}

/// The act that writes them; none for none. Nobody else's change since the record was read is written over.
pub(super) fn act(entity: &'static str, record: &Record, rewrites: Vec<Rewrite>) -> Vec<Act> {
    if rewrites.is_empty() {
        return Vec::new();
    }
    let values = rewrites.into_iter().map(|rewrite| (rewrite.field, rewrite.value)).collect();
    vec![Act::Change { entity, id: record.id, version: Some(record.version), values, lines: Vec::new() }]
}
