//! The fields that a scheduled import keeps: those that its mapping fills, on the records that it brought. Whoever looks after them does it
//! in the file.

use super::entity::{IMPORT_SCHEDULE, KEEPS, MAPPING, NAME};
use crate::imports::wizard::saved;
use engine::{Asked, Engine, Through};
use kernel::{Error, Id, Result};
use meta::{Filter, Record};

/// Has the engine know what a scheduled import keeps, as it stands: nothing where it does not, or its mapping is gone.
pub(super) async fn settle(engine: &Engine, schedule: &Record) -> Result<()> {
    let system = engine.system(Through::Job);
    let mapping = match schedule.value(MAPPING.id()).link().filter(|_| schedule.get(&KEEPS)) {
        Some(mapping) => match saved::one(engine, &system, mapping).await {
            Err(Error::NotFound) => None,
            found => Some(found?),
        },
        None => None,
    };
    let model = engine.model();
    let kept = mapping.and_then(|mapping| {
        let entity = model.plural(&mapping.target)?;
        Some((entity.key, mapping.fills(entity)))
    });
    let (entity, fields) = kept.unwrap_or_default();
    engine.keep_fields(schedule.id, schedule.get(&NAME), entity, &fields).await
}

/// The same of all that go by a mapping which says something else now.
pub(in crate::imports) async fn mapping_changed(engine: &Engine, mapping: Id) -> Result<()> {
    let by = Filter::is("mapping", kernel::Value::Link(mapping));
    let asked = Asked { fields: vec!["name", "mapping", "keeps"], limit: 200, ..Asked::new(engine.entity(IMPORT_SCHEDULE)?) };
    for schedule in engine.list(&engine.system(Through::Job), asked.filtered(by)).await?.records {
        settle(engine, &schedule).await?;
    }
    Ok(())
}
