//! Two records side by side: what they are compared by first, then what else a list shows of them.

use super::{evidence, written};
use crate::fields::{Face, Sight};
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::duplicates::{Evidence, Queued, Says};
use engine::principal::Verb;
use kernel::Result;
use meta::{Entity, Field, Kind, Record};
use std::sync::Arc;

/// A pair that is looked at.
pub(super) struct Side {
    pub(super) key: String,
    pub(super) names: [String; 2],
    pub(super) percent: String,
    /// Why they may be one, as markup.
    pub(super) signs: String,
    pub(super) rows: Vec<Row>,
    /// Where they are made one; empty for whoever may not.
    pub(super) merging: String,
    pub(super) cards: [String; 2],
    /// What opening the first card is called.
    pub(super) opens: String,
}

/// A line of the table.
pub(super) struct Row {
    pub(super) label: String,
    /// What both hold, as markup.
    pub(super) cells: [String; 2],
    /// How they stand to each other: `same`, `near`, `partly`, `different`; empty where it is not compared.
    pub(super) says: &'static str,
    pub(super) said: String,
}

impl Side {
    /// A pair, compared as it is now; nothing where one is gone meanwhile.
    pub(super) async fn of(reader: &Reader, entity: &Arc<Entity>, queued: &Queued) -> Result<Option<Side>> {
        let engine = reader.web.engine();
        let ids = [queued.pair.a, queued.pair.b];
        let (Ok((a, mut titles)), Ok((b, others))) =
            (engine.show(&reader.who, entity, ids[0]).await, engine.show(&reader.who, entity, ids[1]).await)
        else {
            return Ok(None);
        };
        titles.extend(others);
        let likeness = engine.likeness(&reader.who, entity, &a, &b).await?;
        let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
        let records = [&a, &b];
        let mut rows = Vec::new();
        for name in &entity.compared {
            let fields = reader.model.compared(entity, name);
            if fields.iter().all(|(_, field)| field.secret) {
                continue;
            }
            let cells = records.map(|record| compared(record, &fields, &sight));
            if cells.iter().all(String::is_empty) {
                continue;
            }
            // Of the parts of a whole the weightiest speaks: the street for the address.
            let own = |field: &str| field == *name || field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
            let one = likeness.evidence.iter().filter(|one| own(&one.field)).max_by_key(|one| one.weight.abs());
            rows.push(row(reader, entity, evidence::named(reader, entity, name), cells, one));
        }
        let shown =
            |key: &str| entity.compared.iter().any(|name| *name == key || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
        // The main phone and the main e-mail stand among the lines already.
        let rest = entity.columns.iter().copied().chain(["created_at", "changed_at"]).filter(|key| !shown(key));
        for field in rest.filter_map(|key| entity.field(key)).filter(|field| !field.secret && field.computed.is_none()) {
            let face = Face::new(field, &reader.speech);
            let cells = records.map(|record| face.plain(record.value(field.id), &sight)).map(|text| html::escaped(&text));
            if cells.iter().any(|cell| !cell.is_empty()) {
                rows.push(Row { label: face.label.clone(), cells, says: "", said: String::new() });
            }
        }
        let mut signs = String::new();
        evidence::signs(reader, entity, &likeness.evidence, &mut signs);
        let may = |record: &Record| reader.who.may_with(Verb::Change, entity, record);
        let merges = may(&a) && may(&b) && reader.who.may(Verb::Remove, entity);
        let names = records.map(|record| crate::pages::card::title(entity, record, &sight));
        Ok(Some(Side {
            key: written(queued.pair),
            opens: reader.speech.with("duplicates-open-card-of", &[("name", &names[0])]),
            names,
            percent: evidence::percent(reader, likeness.score),
            merging: if merges { format!("/{}/merge?ids={},{}", entity.plural, ids[0], ids[1]) } else { String::new() },
            cards: ids.map(|id| format!("/{}/{id}", entity.plural)),
            signs,
            rows,
        }))
    }
}

fn row(reader: &Reader, entity: &Entity, label: String, cells: [String; 2], one: Option<&Evidence>) -> Row {
    match one {
        Some(one) => Row { label, cells, says: one.says.key(), said: evidence::sentence(reader, entity, one) },
        None => Row { label, cells, says: "", said: String::new() },
    }
}

/// What a record holds of what one name of the comparison stands for, as markup.
fn compared(record: &Record, fields: &[(Option<&meta::Relation>, &Field)], sight: &Sight<'_>) -> String {
    let mut said: Vec<String> = Vec::new();
    for (relation, field) in fields.iter().filter(|(_, field)| !field.secret) {
        let face = Face::new(field, sight.speech);
        let records: Vec<&Record> = match relation {
            Some(relation) => record.lines(relation.key).iter().collect(),
            None => vec![record],
        };
        for one in records {
            let text = face.plain(one.value(field.id), sight);
            if !text.is_empty() {
                said.push(html::escaped(&text));
            }
        }
    }
    let lines = fields.iter().any(|(relation, _)| relation.is_some());
    said.join(if lines || fields.iter().any(|(_, field)| matches!(field.kind, Kind::LongText)) { "<br>" } else { " " })
}

/// Whether two cells say something else of what is compared.
impl Row {
    pub(super) fn differs(&self) -> bool {
        self.cells[0] != self.cells[1] && self.says != Says::Same.key()
    }
}
