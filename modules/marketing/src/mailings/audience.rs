//! Whom a mailing is for: the people of its lists and segments, without those of the lists and segments that are left out, each entity
//! for itself, as whoever sends it may see them.

use super::entity::whom;
use crate::lists::entity::MAILED;
use engine::{Engine, Principal, segments};
use kernel::{Error, Result, Say};
use meta::filter::parse::parse;
use meta::{Entity, Filter, Record};
use std::sync::Arc;

/// The records of one entity that a mailing is for.
#[derive(Debug, Clone)]
pub struct Selected {
    /// The entity.
    pub entity: Arc<Entity>,
    /// Which of its records.
    pub filter: Filter,
}

/// What the lines of a mailing select, for whoever sends it. `Invalid` where a segment is no longer what it was, or selects what mail
/// can't go to.
pub async fn selected(engine: &Engine, who: &Principal, mailing: &Record) -> Result<Vec<Selected>> {
    let mut within: Vec<(Arc<Entity>, Filter, bool)> = Vec::new();
    for line in mailing.lines("audiences") {
        let excluded = line.value(whom::EXCLUDED.id()).bool();
        if let Some(list) = line.value(whom::LIST.id()).link() {
            for kind in MAILED {
                let entity = who.model.entity(kind).cloned().ok_or(Error::NotFound)?;
                let filter = parse(&format!("exists(lists where list is \"{list}\")"), &who.model, &entity)?;
                within.push((entity, filter, excluded));
            }
        }
        if let Some(segment) = line.value(whom::SEGMENT.id()).link() {
            let (record, _) = engine.show(who, &*engine.entity(segments::SEGMENT)?, segment).await?;
            let (entity, filter) = segments::selected(&who.model, &record)?;
            if entity.mailed.is_none() {
                return Err(Error::invalid("audiences", Say::new("error-audience-mailed").with("name", record.get(&segments::NAME))));
            }
            within.push((entity, filter, excluded));
        }
    }
    let mut selected = Vec::new();
    for kind in MAILED {
        let of = |excluded: bool| {
            let of = within.iter().filter(|(entity, _, out)| entity.key == *kind && *out == excluded);
            of.map(|(_, filter, _)| filter.clone()).collect::<Vec<_>>()
        };
        let (included, excluded) = (of(false), of(true));
        if included.is_empty() {
            continue;
        }
        let entity = who.model.entity(kind).cloned().ok_or(Error::NotFound)?;
        let mut filter = Filter::Any(included);
        if !excluded.is_empty() {
            filter = filter.and(Filter::Not(Box::new(Filter::Any(excluded))));
        }
        selected.push(Selected { entity, filter });
    }
    Ok(selected)
}
