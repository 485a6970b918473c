//! The timeline of a card: one table, written in the same commit as every record that *happens*, one row for each card
//! that the record leads to. What is in the trash has no rows.

mod page;

pub use page::{Happening, Place, Stretch, Timeline};

use crate::Engine;
use kernel::{Id, Moment, Result, Value};
use meta::shape::{Column, ColumnType};
use meta::{Entity, Kind, Record};
use store::{Cell, Statement, Tx};

/// Cards told by name when they get something new; after many at once, listening for the entity is enough.
const MOST_TOLD: usize = 20;

impl Engine {
    /// Puts records, new or out of the trash, on the timelines of their cards.
    pub(crate) async fn timeline_learn(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        if entity.happens.is_none() {
            return Ok(());
        }
        let rows: Vec<(Id, Moment, Id)> = records
            .iter()
            .flat_map(|record| {
                let at = when(entity, record);
                let cards = cards(entity, record).into_iter();
                cards.filter_map(move |(_, card)| Some((card, at?, record.id)))
            })
            .collect();
        self.timeline_note(tx, entity.key, &rows).await?;
        self.announce_cards(tx, entity, records).await
    }

    /// Puts records that their slice writes by itself, many at once, on the timelines of their cards: card, moment, record. Whoever
    /// looks at one of the cards sees it the next time he looks.
    pub async fn timeline_note(&self, tx: &mut Tx, entity: &'static str, happened: &[(Id, Moment, Id)]) -> Result<()> {
        let moments: Vec<Value> = happened.iter().map(|(_, at, _)| Value::Moment(*at)).collect();
        let mut cells = Vec::with_capacity(happened.len() * 4);
        for ((card, _, record), at) in happened.iter().zip(&moments) {
            cells.extend([Cell::Number(card.number()), Cell::Text(entity), Cell::Value(at), Cell::Number(record.number())]);
        }
        tx.insert_cells("timeline", &columns(), cells).await
    }

    /// Takes a record off the timelines.
    pub(crate) async fn timeline_forget(&self, tx: &mut Tx, entity: &Entity, record: &Record) -> Result<()> {
        if entity.happens.is_none() {
            return Ok(());
        }
        let rows = "DELETE FROM \"timeline\" WHERE \"record\" = ?";
        tx.execute(&Statement::new(rows, vec![Value::Link(record.id)])).await?;
        self.announce_cards(tx, entity, std::slice::from_ref(record)).await
    }

    /// Follows a change: another moment, other cards; whoever looks at the cards is told of any change.
    pub(crate) async fn timeline_follow(&self, tx: &mut Tx, entity: &Entity, before: &Record, after: &Record) -> Result<()> {
        if entity.happens.is_none() {
            return Ok(());
        }
        if when(entity, before) == when(entity, after) && cards(entity, before) == cards(entity, after) {
            return self.announce_cards(tx, entity, std::slice::from_ref(after)).await;
        }
        self.timeline_forget(tx, entity, before).await?;
        self.timeline_learn(tx, entity, std::slice::from_ref(after)).await
    }

    /// Says that something new stands on these cards, also under something else.
    pub(crate) async fn announce_cards(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        let mut told: Vec<(&str, Id)> = records.iter().flat_map(|record| leads(entity, record)).collect();
        told.sort_unstable();
        told.dedup();
        if told.len() <= MOST_TOLD {
            for (card, id) in told {
                tx.announce(&format!("{card}/{id}")).await?;
            }
        }
        Ok(())
    }
}

fn columns() -> [Column; 4] {
    [("card", ColumnType::Link), ("entity", ColumnType::Text), ("at", ColumnType::Moment), ("record", ColumnType::Link)]
        .map(|(name, kind)| Column { name: name.to_owned(), kind })
}

/// When a record happens.
fn when(entity: &Entity, record: &Record) -> Option<Moment> {
    entity.happens.as_ref().and_then(|happens| record.named(happens.at).moment())
}

/// The cards on which a record stands by itself; what was written with something else stands under that.
fn cards<'r>(entity: &'r Entity, record: &'r Record) -> Vec<(&'r str, Id)> {
    let under = entity.happens.as_ref().and_then(|happens| happens.under);
    if under.is_some_and(|under| record.named(under).link().is_some()) { Vec::new() } else { leads(entity, record) }
}

/// The cards that a record leads to, each once: entity and identity.
fn leads<'r>(entity: &'r Entity, record: &'r Record) -> Vec<(&'r str, Id)> {
    let mut cards: Vec<(&str, Id)> = Vec::new();
    for link in entity.happens.iter().flat_map(|happens| &happens.links) {
        let Some((field, id)) = entity.field(link).zip(record.named(link).link()) else { continue };
        let card = match field.kind {
            Kind::Link(target) => target,
            _ => record.named(&format!("{link}_kind")).text(),
        };
        if cards.iter().all(|(_, known)| *known != id) {
            cards.push((card, id));
        }
    }
    cards
}
