//! The types of relations that come with an installation, until the company makes them its own.

use super::entity::RELATION_TYPE;
use super::entity::relation_type::{FIRST, INVERSE, LABEL, SECOND};
use engine::{Act, Asked, Draft, Engine, Principal};
use kernel::Result;

/// Words one way, words back, and what stands at either end.
const TYPES: [(&str, &str, &str, &str); 9] = [
    ("controlla", "è controllata da", "account", "account"),
    ("fa parte dello stesso gruppo di", "fa parte dello stesso gruppo di", "account", "account"),
    ("fornisce", "è fornita da", "account", "account"),
    ("è concorrente di", "è concorrente di", "account", "account"),
    ("è consulente di", "ha per consulente", "any", "account"),
    ("è commercialista di", "ha per commercialista", "any", "account"),
    ("è socio di", "ha per socio", "any", "account"),
    ("è coniuge di", "è coniuge di", "any", "any"),
    ("è parente di", "è parente di", "any", "any"),
];

/// Puts them in where there never was a type, not even one in the trash. Gives how many it put in.
pub async fn install(engine: &Engine, who: &Principal) -> Result<usize> {
    let entity = engine.entity(RELATION_TYPE)?;
    for trash in [false, true] {
        let asked = Asked { limit: 1, trash, ..Asked::new(entity.clone()) };
        if !engine.list(who, asked).await?.records.is_empty() {
            return Ok(0);
        }
    }
    let acts = TYPES.iter().map(|(label, inverse, first, second)| {
        let draft = Draft::new(RELATION_TYPE).with(LABEL.id(), *label).with(INVERSE.id(), *inverse);
        Act::Create(draft.with(FIRST.id(), *first).with(SECOND.id(), *second))
    });
    engine.write(who, "install", acts.collect()).await?;
    Ok(TYPES.len())
}
