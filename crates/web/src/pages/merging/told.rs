//! What a card says of merges: that another was merged into it, that it was merged into another, with whom in its history.

use crate::pages::card::day;
use crate::pages::reader::Reader;
use engine::merging::{Became, Told};
use kernel::{Id, Result};
use meta::Entity;

/// A line at the head of a card.
pub(crate) struct Line {
    /// What it says, and the card it leads to with its name, where it leads to one.
    pub(crate) said: String,
    pub(crate) leads: Option<(String, String)>,
    /// The card and the merge that its reader may take back from here.
    pub(crate) ends: Option<(Id, Id)>,
}

/// That the address which was asked for is of a record that was merged into this one.
pub(crate) async fn here(reader: &Reader, entity: &Entity, kept: Id, old: &str) -> Result<Option<Line>> {
    let Ok(old) = old.parse::<Id>() else { return Ok(None) };
    let became = reader.web.engine().became(&reader.who, entity, old).await?;
    Ok(became.filter(|became| became.into == kept).map(|became| {
        let Became { name, at, by, .. } = became;
        let key = if by.is_empty() { "merged-here" } else { "merged-here-by" };
        let said = reader.speech.with(key, &[("name", &name), ("day", &day(at, reader)), ("by", &by)]);
        Line { said, leads: None, ends: None }
    }))
}

/// That this record, which stands in the trash, was merged into another.
pub(crate) async fn away(reader: &Reader, entity: &Entity, became: &Became) -> Result<Line> {
    let engine = reader.web.engine();
    let (record, titles) = engine.show(&reader.who, entity, became.into).await?;
    let sight = crate::fields::Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = crate::pages::card::title(entity, &record, &sight);
    let told = engine.merges_told(&reader.who, entity, &[became.merge]).await?;
    let ends = told.iter().find(|told| told.may_end).map(|told| (told.kept, told.merge));
    let said = reader.speech.with("merged-away", &[("day", &day(became.at, reader))]);
    Ok(Line { said, leads: Some((format!("/{}/{}", entity.plural, became.into), name)), ends })
}

/// The names of those that a merge brought in, each with its card in the trash.
pub(crate) fn names(entity: &Entity, told: &Told) -> Vec<(String, String)> {
    told.gone.iter().map(|(id, name)| (format!("/{}/{id}?merged={}", entity.plural, crate::pages::card::STAY), name.clone())).collect()
}
