//! The descriptions as they are now: what is declared, what the company added, its words. Read when the program starts, when
//! an announcement says that they are others, and by whoever comes in or writes and finds them older than the data.

use super::{ENTITY, HELP, HELP_ENGLISH, LABEL, LABEL_ENGLISH, OWN_FIELD, POSITION, SECTION, SECTION_OF_ITS_OWN, conditions, kinds};
use crate::vocabulary::{TERM, VOCABULARY, roles, terms};
use crate::{Engine, epoch, geocoding, keeping, layouts, postcodes};
use kernel::{Error, Result, Value};
use meta::model::Term;
use meta::sql::Sql;
use meta::{Conditions, Entity, Field, FieldId, Kind, Model, Record, Section, name};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Dialect, Statement, Tx};

/// What is declared, which own fields are added to, and how recent what was read last is.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) entities: Vec<Entity>,
    reads: Mutex<Reads>,
}

#[derive(Debug, Default)]
struct Reads {
    begun: u64,
    adopted: u64,
    epoch: i64,
    /// The list of CAPs, which is long and seldom another one.
    postcodes: postcodes::Kept,
}

impl Declared {
    pub(crate) fn new(entities: Vec<Entity>) -> Declared {
        Declared { entities, reads: Mutex::default() }
    }
}

/// What was read of the data.
struct Descriptions {
    epoch: i64,
    fields: Vec<Record>,
    terms: HashMap<(String, String), Term>,
    /// The company's own vocabularies: key, Italian, English.
    vocabularies: Vec<[String; 3]>,
    /// Messages in its own words: key, Italian, English.
    wordings: Vec<[String; 3]>,
    layouts: Vec<layouts::Layout>,
    series: HashMap<String, meta::Series>,
    postcodes: postcodes::Kept,
    kept: keeping::Found,
    geocodes: bool,
}

impl Engine {
    /// Reads the descriptions again: own fields, terms.
    pub async fn load_descriptions(&self) -> Result<()> {
        let engine = self.clone();
        self.inside.store.read(move |tx| Box::pin(async move { engine.read_descriptions(tx).await })).await
    }

    /// The same within a transaction, where another node made them others than this one knows. On SQLite there is no other.
    pub(crate) async fn catch_up(&self, tx: &mut Tx) -> Result<()> {
        if tx.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        let epoch = epoch::read(tx, epoch::DESCRIPTIONS).await?;
        self.catch_up_with(tx, epoch).await
    }

    /// The same, where the number of the latest change was read already.
    pub(crate) async fn catch_up_with(&self, tx: &mut Tx, epoch: i64) -> Result<()> {
        if tx.dialect() == Dialect::Sqlite || epoch <= self.reads().epoch {
            return Ok(());
        }
        self.read_descriptions(tx).await
    }

    fn reads(&self) -> std::sync::MutexGuard<'_, Reads> {
        self.inside.declared.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read_descriptions(&self, tx: &mut Tx) -> Result<()> {
        loop {
            let turn = {
                let mut reads = self.reads();
                reads.begun += 1;
                reads.begun
            };
            let found = self.descriptions(tx).await?;
            let (epoch, postcodes) = (found.epoch, found.postcodes.clone());
            let model = self.extended(found)?;
            self.inside.store.learn(&model.tables());
            let mut reads = self.reads();
            // What was read while somebody else began later may be older than what he has put in place.
            if reads.adopted < turn {
                reads.adopted = turn;
                reads.epoch = epoch;
                reads.postcodes = postcodes;
                self.inside.model.store(Arc::new(model));
                return Ok(());
            }
        }
    }

    async fn descriptions(&self, tx: &mut Tx) -> Result<Descriptions> {
        // First of all: what is read after it is at least as new.
        let epoch = epoch::read(tx, epoch::DESCRIPTIONS).await?;
        let model = self.model();
        let own = model.entity(OWN_FIELD).ok_or(Error::NotFound)?;
        let mut sql = Sql::new();
        sql.push("SELECT \"id\"");
        let fields: Vec<&Field> = own.carried.fields.iter().collect();
        let mut shapes = vec![Kind::Link(OWN_FIELD).column()];
        for field in &fields {
            sql.push(", ").name(&field.column());
            shapes.push(field.kind.column());
        }
        sql.push(" FROM ").name(OWN_FIELD).push(" WHERE \"removed_at\" IS NULL");
        let mut rows = Vec::new();
        for row in tx.rows_as(&Statement::new(sql.text, sql.values), &shapes).await? {
            let mut row = row.into_iter();
            let id = row.next().as_ref().and_then(Value::link).ok_or_else(|| Error::internal("an own field without identity"))?;
            rows.push(Record {
                carried: own.carried.clone(),
                id,
                version: 1,
                values: row.collect(),
                lines: Vec::new(),
                beyond: meta::Beyond::default(),
            });
        }
        rows.sort_by_key(|record| (Value::int(record.value(POSITION.id())), record.id));
        let mut terms = match model.entity(TERM) {
            Some(entity) => terms(tx, entity).await?,
            None => HashMap::new(),
        };
        terms.extend(roles(tx).await?);
        let vocabularies = match model.entity(VOCABULARY) {
            Some(_) => said(tx, "SELECT \"key\", \"italian\", \"english\" FROM \"vocabulary\" WHERE \"removed_at\" IS NULL").await?,
            None => Vec::new(),
        };
        let wordings = "SELECT \"message\", \"italian\", \"english\" FROM \"wording\" WHERE \"removed_at\" IS NULL";
        let wordings = said(tx, wordings).await?;
        let layouts = layouts::read(tx).await?;
        let series = crate::series::read(tx).await?;
        let kept = self.reads().postcodes.clone();
        let postcodes = postcodes::read(tx, &kept).await?;
        let kept = keeping::read(tx).await?;
        let geocodes = geocoding::is_on(tx).await?;
        Ok(Descriptions { epoch, fields: rows, terms, vocabularies, wordings, layouts, series, postcodes, kept, geocodes })
    }

    /// The model of what is declared and what was found. A field that no longer fits what is declared stays out of it.
    fn extended(&self, found: Descriptions) -> Result<Model> {
        let declared = Model::new(self.inside.declared.entities.clone()).map_err(Error::internal)?;
        let mut entities = self.inside.declared.entities.clone();
        let mut spoken = HashMap::new();
        let mut added = Vec::new();
        let words = |italian: &str, english: &str| [italian, if english.is_empty() { italian } else { english }].map(str::to_owned);
        for [key, italian, english] in &found.vocabularies {
            spoken.insert(format!("vocabulary-{key}"), words(italian, english));
        }
        for record in &found.fields {
            let Some(entity) = entities.iter_mut().find(|entity| entity.key == record.get(&ENTITY)) else { continue };
            let Ok(field) = kinds::described(&declared, record) else {
                tracing::warn!(field = record.get(&LABEL), "an own field no longer fits what is declared");
                continue;
            };
            if entity.field(field.key).is_some() || field.key.is_empty() {
                continue;
            }
            add(entity, field, record.get(&SECTION), &found.layouts);
            spoken.insert(format!("field-{}-{}", entity.key, field.key), words(record.get(&LABEL), record.get(&LABEL_ENGLISH)));
            if !record.get(&HELP).is_empty() {
                spoken.insert(format!("hint-{}-{}", entity.key, field.key), words(record.get(&HELP), record.get(&HELP_ENGLISH)));
            }
            added.push((record, field));
        }
        layouts::titles(&found.layouts, &mut spoken);
        let arranged = layouts::apply(found.layouts, &mut entities);
        // The company's own words stand before the names of its fields too.
        spoken.extend(found.wordings.into_iter().map(|[message, italian, english]| (message, [italian, english])));
        let mut model = Model::new(entities).map_err(Error::internal)?;
        let mut asked: HashMap<FieldId, Conditions> = HashMap::new();
        for (record, field) in added {
            let Some(entity) = model.entity(record.get(&ENTITY)) else { continue };
            match conditions(&model, entity, record) {
                Ok(conditions) if conditions.is_empty() => {}
                Ok(conditions) => _ = asked.insert(field.id, conditions),
                Err(error) => tracing::warn!(%error, field = record.get(&LABEL), "a condition no longer fits what is described"),
            }
        }
        model.conditions = Arc::new(asked);
        model.spoken = Arc::new(spoken);
        model.arranged = Arc::new(arranged);
        model.series = Arc::new(found.series);
        model.terms = Arc::new(found.terms);
        model.kept = Arc::new(keeping::described(&model, found.kept));
        model.postcodes = found.postcodes.1;
        model.geocodes = found.geocodes;
        Ok(model)
    }
}

/// Three texts of each row.
async fn said(tx: &mut Tx, sql: &'static str) -> Result<Vec<[String; 3]>> {
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    Ok(rows.iter().map(|row| [0, 1, 2].map(|place| row.text(place).to_owned())).collect())
}

/// Puts a field before the system's, and into its section: a declared one, or one of the company's own.
fn add(entity: &mut Entity, field: Field, section: &str, layouts: &[layouts::Layout]) {
    let place = entity.fields.iter().position(|known| known.system).unwrap_or(entity.fields.len());
    entity.fields.insert(place, field);
    let made = |layout: &layouts::Layout| {
        layout.entity == entity.key && layout.role.is_empty() && layout.arrangement.sections.iter().any(|known| known.key == section)
    };
    let known = entity.layout.iter().any(|known| known.key == section) || layouts.iter().any(made);
    let section = if known { section } else { SECTION_OF_ITS_OWN };
    match entity.layout.iter_mut().find(|known| known.key == section) {
        Some(known) => known.fields.push(field.key),
        None => entity.layout.push(Section { key: name(section), fields: vec![field.key] }),
    }
}
