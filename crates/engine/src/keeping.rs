//! Outside sources: which records each of them brought, and which of their fields it keeps, so that the outside master stays the master.
//! What is kept is a part of the descriptions: where there is none, nothing is asked, and every node hears of a change before it writes.

use crate::write::{Slicing, Writing};
use crate::{Engine, epoch};
use kernel::{Error, Id, Problem, Result, Say, Value};
use meta::shape::ColumnType::{Link, Text};
use meta::shape::Table;
use meta::sql::Sql;
use meta::{Entity, FieldId, Keeping, Model, Record};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::{Statement, Tx};

/// What is announced when something else is kept.
pub(crate) const TOPIC: &str = "keeping";
/// Records that are noted by one statement.
const TOGETHER: usize = 500;

/// The tables of sources.
pub(crate) fn tables() -> [Table; 2] {
    [
        Table::new("keeping", &[("source", Link), ("entity", Text), ("label", Text), ("fields", Text)]),
        // The records that a source brought, each with the run that brought it last, and what it is marked by where it is missing.
        Table::new("source_record", &[("source", Link), ("record", Link), ("run", Link), ("missing", Text)])
            .key(&["source", "record"])
            .index(&["record"])
            .index(&["source", "run"]),
    ]
}

/// What is kept, as it stands in the data: by entity the source, its name, the names of the fields.
pub(crate) type Found = Vec<(String, Id, String, String)>;

/// Reads what is kept.
pub(crate) async fn read(tx: &mut Tx) -> Result<Found> {
    let sql = "SELECT \"entity\", \"source\", \"label\", \"fields\" FROM \"keeping\" ORDER BY \"source\"";
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    let row = |row: store::Row<'_>| Some((row.text(0).to_owned(), row.link(1)?, row.text(2).to_owned(), row.text(3).to_owned()));
    Ok(rows.iter().filter_map(row).collect())
}

/// The same, for a model that is complete but for it; a field that is gone is kept by nobody.
pub(crate) fn described(model: &Model, found: Found) -> HashMap<String, Vec<Arc<Keeping>>> {
    let mut kept: HashMap<String, Vec<Arc<Keeping>>> = HashMap::new();
    for (key, source, label, fields) in found {
        let Some(entity) = model.entity(&key) else { continue };
        let fields: Vec<FieldId> = fields.split('|').filter_map(|field| Some(entity.field(field)?.id)).collect();
        if !fields.is_empty() {
            kept.entry(key).or_default().push(Arc::new(Keeping { source, label, fields }));
        }
    }
    kept
}

impl Engine {
    /// Says which fields a source keeps from now on of the records of an entity that it brings; without fields it keeps none.
    pub async fn keep_fields(&self, source: Id, label: &str, entity: &str, fields: &[&str]) -> Result<()> {
        let row = (entity.to_owned(), source, label.to_owned(), fields.join("|"));
        let changed = self.inside.store.write(move |tx| {
            Box::pin(async move {
                let stands: Found = read(tx).await?.into_iter().filter(|(_, known, ..)| *known == source).collect();
                let wanted: Found = if row.3.is_empty() { Vec::new() } else { vec![row] };
                if stands == wanted {
                    return Ok(false);
                }
                tx.execute(&Statement::new("DELETE FROM \"keeping\" WHERE \"source\" = ?", vec![source.into()])).await?;
                for (entity, source, label, fields) in wanted {
                    let sql = "INSERT INTO \"keeping\" (\"source\", \"entity\", \"label\", \"fields\") VALUES (?, ?, ?, ?)";
                    tx.execute(&Statement::new(sql, vec![source.into(), entity.into(), label.into(), fields.into()])).await?;
                }
                told(tx).await?;
                Ok(true)
            })
        });
        self.follow_descriptions(changed.await?).await
    }

    /// Forgets a source, in the commit that removes it: it keeps nothing, and nothing is known to come from it. After the commit the
    /// descriptions have to be loaded again.
    pub async fn forget_source(&self, tx: &mut Tx, source: Id) -> Result<()> {
        for table in ["keeping", "source_record"] {
            tx.execute(&Statement::new(format!("DELETE FROM \"{table}\" WHERE \"source\" = ?"), vec![source.into()])).await?;
        }
        told(tx).await
    }

    /// Refuses what a writing gives to fields that an outside source keeps. The source itself may change them, and so may a rule of the
    /// program, an undoing and a merge.
    pub(crate) async fn check_kept(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        given: &[(FieldId, Value)],
        before: &Record,
        after: &Record,
    ) -> Result<()> {
        let model = self.model();
        let Some(kept) = model.kept.get(entity.key) else { return Ok(()) };
        if writing.by_rule || writing.as_was || writing.undoes.is_some() {
            return Ok(());
        }
        let differs = |field: &FieldId| before.value(*field) != after.value(*field);
        let changed: Vec<FieldId> = given.iter().map(|(field, _)| *field).filter(differs).collect();
        let concerns =
            |keeping: &&Arc<Keeping>| Some(keeping.source) != writing.source && changed.iter().any(|field| keeping.fields.contains(field));
        let kept: Vec<&Arc<Keeping>> = kept.iter().filter(concerns).collect();
        if kept.is_empty() {
            return Ok(());
        }
        let sources: HashSet<Id> = brought_by(tx, &[before.id]).await?.into_iter().map(|(_, source)| source).collect();
        let mut problems: Vec<Problem> = Vec::new();
        for keeping in kept.into_iter().filter(|keeping| sources.contains(&keeping.source)) {
            for field in changed.iter().filter(|field| keeping.fields.contains(field)) {
                let key = entity.fields.iter().find(|known| known.id == *field).map_or("", |field| field.key);
                if !problems.iter().any(|known| known.field == key) {
                    problems.push(Problem { field: key.to_owned(), say: refusal(keeping) });
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Says in each of some records what outside sources keep of it.
    pub(crate) async fn say_kept(&self, tx: &mut Tx, entity: &Entity, records: &mut [&mut Record]) -> Result<()> {
        let model = self.model();
        let Some(kept) = model.kept.get(entity.key).filter(|_| !records.is_empty()) else { return Ok(()) };
        let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
        let found = brought_by(tx, &ids).await?;
        for record in records {
            let brought = |keeping: &&Arc<Keeping>| found.contains(&(record.id, keeping.source));
            record.beyond.kept = kept.iter().filter(brought).cloned().collect();
        }
        Ok(())
    }
}

/// What is said where somebody else changes what a source keeps.
pub fn refusal(keeping: &Keeping) -> Say {
    Say::new("error-kept").with("name", &keeping.label)
}

impl Slicing<'_> {
    /// From here on the work is done in the name of an outside source: what it keeps it changes.
    pub fn of_source(&mut self, source: Id) {
        self.writing.source = Some(source);
    }

    /// Notes which records a run of a source brought.
    pub async fn brought(&mut self, source: Id, run: Id, records: &[Id]) -> Result<()> {
        let mut records = records.to_vec();
        records.sort_unstable();
        records.dedup();
        for some in records.chunks(TOGETHER) {
            let rows = vec!["(?, ?, ?, '')"; some.len()].join(", ");
            let sql = format!(
                "INSERT INTO \"source_record\" (\"source\", \"record\", \"run\", \"missing\") VALUES {rows} \
                 ON CONFLICT (\"source\", \"record\") DO UPDATE SET \"run\" = excluded.\"run\""
            );
            let values = some.iter().flat_map(|record| [Value::from(source), Value::from(*record), Value::from(run)]).collect();
            self.tx().execute(&Statement::new(sql, values)).await?;
        }
        Ok(())
    }
}

/// Which of some records which sources brought.
async fn brought_by(tx: &mut Tx, records: &[Id]) -> Result<HashSet<(Id, Id)>> {
    let mut sql = Sql::new();
    sql.push("SELECT \"record\", \"source\" FROM \"source_record\" WHERE \"record\"");
    meta::query::among(records, &mut sql);
    let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
    Ok(rows.iter().filter_map(|row| Some((row.link(0)?, row.link(1)?))).collect())
}

/// Whoever writes, or is asked, after this commit reads before it what is kept now.
async fn told(tx: &mut Tx) -> Result<()> {
    epoch::count(tx, epoch::DESCRIPTIONS).await?;
    tx.announce(TOPIC).await
}
