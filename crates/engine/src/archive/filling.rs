//! Filling an empty place: tables first, without what slows that down, then indexes and the words of search, then the
//! proof. A place that is being filled carries a mark until the proof is there, so that whoever was cut off can begin again
//! and nobody takes half an installation for a whole one.

use super::tables::{bare, fill, tally};
use super::{INSTALLATION, Tally};
use crate::{Engine, Through};
use kernel::{Error, Result, Say, Value};
use meta::shape::{ColumnType, Table};
use meta::sql::Sql;
use store::{Statement, Store};

/// The mark of a place that is being filled, with the name of the installation that it is filled from.
const FILLING: &str = "filling";
/// The mark of one that was filled by a move.
const FILLED_FROM: &str = "filled_from";
/// Records whose words are learnt at once.
const LEARNT: i64 = 500;

/// What there is already where something shall go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vacancy {
    /// Nothing.
    Empty,
    /// What was cut off while it was filled from the installation of this name.
    Unfinished(String),
    /// All of the installation of this name, filled from it before.
    Filled(String),
    /// Something else.
    Taken,
}

/// What there is in a place, of these tables.
pub async fn vacancy(store: &Store, tables: &[Table]) -> Result<Vacancy> {
    if let Some(from) = noted_if_there(store, FILLING).await? {
        return Ok(Vacancy::Unfinished(from));
    }
    if let Some(from) = noted_if_there(store, FILLED_FROM).await? {
        return Ok(Vacancy::Filled(from));
    }
    for table in tables.iter().filter(|table| table.name != "node") {
        let mut sql = Sql::new();
        sql.push("SELECT 1 FROM ").name(&table.name).push(" LIMIT 1");
        if !if_there(store, Statement::new(sql.text, sql.values)).await?.is_empty() {
            return Ok(Vacancy::Taken);
        }
    }
    Ok(Vacancy::Empty)
}

/// Whether a place was left while it was filled: nobody may serve from it.
pub async fn is_unfinished(store: &Store) -> Result<bool> {
    Ok(noted_if_there(store, FILLING).await?.is_some())
}

/// A place that is being filled.
pub struct Filling {
    store: Store,
    tables: Vec<Table>,
    from: String,
}

impl Filling {
    /// Begins to fill an empty place from the installation of this name; what was cut off before is emptied first, and with
    /// `again` also what was filled from the same. `Unavailable` with `error-place-taken` for any other.
    pub async fn begin(store: Store, tables: Vec<Table>, from: String, again: bool) -> Result<Filling> {
        let vacancy = vacancy(&store, &tables).await?;
        let own = |of: &String| *of == from && !from.is_empty();
        let empties = match &vacancy {
            Vacancy::Empty => false,
            Vacancy::Unfinished(of) if own(of) => true,
            Vacancy::Filled(of) if own(of) && again => true,
            Vacancy::Filled(of) if own(of) => return Err(Error::Unavailable(Say::new("error-place-filled"))),
            _ => return Err(Error::Unavailable(Say::new("error-place-taken"))),
        };
        store.shape(&bare(&tables)).await?;
        let filling = Filling { store, tables, from };
        // The mark stands before anything is taken away, and outlasts it.
        filling.mark().await?;
        if empties {
            filling.empty().await?;
            filling.mark().await?;
        }
        Ok(filling)
    }

    /// The tables.
    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Adds rows to the table at this place.
    pub(super) async fn rows(&self, place: usize, rows: Vec<Vec<Value>>) -> Result<()> {
        let table = self.tables.get(place).ok_or(Error::NotFound)?;
        // The marks of the source say nothing of this place.
        let rows: Vec<Vec<Value>> = rows.into_iter().filter(|row| table.name != INSTALLATION || !is_mark(row)).collect();
        if rows.is_empty() { Ok(()) } else { fill(&self.store, table, rows).await }
    }

    /// Makes indexes, and proves that every table holds what it should; the first that does not is said.
    pub(super) async fn prove(&self, expected: &[(String, Tally)]) -> Result<()> {
        let report = self.store.shape(&self.tables).await?;
        if let Some((index, why)) = report.refused.first() {
            return Err(Error::Unavailable(Say::new("error-place-differs").with("table", index).with("cause", why)));
        }
        for (table, (name, expected)) in self.tables.iter().zip(expected) {
            if table.name == INSTALLATION {
                continue;
            }
            let found = tally(&self.store, table).await?;
            if found != *expected {
                let cause = format!("{} / {}", found.rows, expected.rows);
                return Err(Error::Unavailable(Say::new("error-place-differs").with("table", name).with("cause", cause)));
            }
        }
        Ok(())
    }

    /// Takes the mark away, and notes what happened: the place is a whole installation from then on.
    pub async fn finish(self, engine: &Engine, notes: Vec<(&'static str, String)>) -> Result<()> {
        engine.learn_all_words().await?;
        let mut statements = vec![Statement::new("DELETE FROM \"installation\" WHERE \"key\" = ?", vec![FILLING.into()])];
        statements.extend(notes.into_iter().chain([(FILLED_FROM, self.from)]).map(|(key, value)| noting(key, value)));
        self.store
            .write(move |tx| {
                Box::pin(async move {
                    for statement in &statements {
                        tx.execute(statement).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn mark(&self) -> Result<()> {
        let mark = noting(FILLING, self.from.clone());
        self.store.write(move |tx| Box::pin(async move { tx.execute(&mark).await.map(|_| ()) })).await
    }

    async fn empty(&self) -> Result<()> {
        self.store.unguard(&self.tables).await?;
        for table in &self.tables {
            let mut emptied = vec![table.name.clone()];
            emptied.extend(table.searchable.then(|| format!("{}_search", table.name)));
            for name in emptied {
                let mut sql = Sql::new();
                sql.push("DELETE FROM ").name(&name);
                if name == INSTALLATION {
                    sql.push(" WHERE \"key\" <> ").bind(FILLING);
                }
                let delete = Statement::new(sql.text, sql.values);
                self.store.write(move |tx| Box::pin(async move { tx.execute(&delete).await.map(|_| ()) })).await?;
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Learns the words of every record anew, for the search of a place that was filled.
    async fn learn_all_words(&self) -> Result<()> {
        let system = self.system(Through::CommandLine);
        for entity in self.model().entities().filter(|entity| entity.can.searchable).cloned().collect::<Vec<_>>() {
            let mut after = Value::Int(0);
            loop {
                let mut sql = Sql::new();
                sql.push("SELECT \"id\" FROM ").name(entity.key).push(" WHERE \"removed_at\" IS NULL AND \"id\" > ").bind(after);
                sql.push(" ORDER BY \"id\" LIMIT ").number(LEARNT);
                let next = Statement::new(sql.text, sql.values);
                let (engine, of, system) = (self.clone(), entity.clone(), system.clone());
                let (last, records) = self
                    .store()
                    .read(move |tx| {
                        Box::pin(async move {
                            let ids: Vec<kernel::Id> = tx.rows(&next).await?.iter().filter_map(|row| row.link(0)).collect();
                            Ok((ids.last().copied(), engine.read_records(tx, &system, &of, &ids, false, true).await?))
                        })
                    })
                    .await?;
                let Some(last) = last else { break };
                after = Value::Link(last);
                let (engine, of) = (self.clone(), entity.clone());
                self.store().write(move |tx| Box::pin(async move { engine.search_learn(tx, &of, &records).await })).await?;
            }
        }
        Ok(())
    }

    /// Notes something of the installation under a name.
    pub async fn note_down(&self, key: &'static str, value: String) -> Result<()> {
        let statement = noting(key, value);
        self.store().write(move |tx| Box::pin(async move { tx.execute(&statement).await.map(|_| ()) })).await
    }
}

fn is_mark(row: &[Value]) -> bool {
    row.first().is_some_and(|key| [FILLING, FILLED_FROM, super::moving::MOVED_TO].contains(&key.text()))
}

fn noting(key: &str, value: String) -> Statement {
    let sql = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, ?) ON CONFLICT (\"key\") DO UPDATE SET \"value\" = excluded.\"value\"";
    Statement::new(sql, vec![key.into(), Value::Text(value)])
}

async fn noted_if_there(store: &Store, key: &str) -> Result<Option<String>> {
    let statement = Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![key.into()]);
    Ok(if_there(store, statement).await?.into_iter().next().and_then(|row| row.first().map(|value| value.text().to_owned())))
}

/// The rows of a statement; none where its table is not there.
async fn if_there(store: &Store, statement: Statement) -> Result<Vec<Vec<Value>>> {
    let kinds = [ColumnType::Text];
    match store.read(move |tx| Box::pin(async move { tx.rows_as(&statement, &kinds).await })).await {
        Err(Error::Internal(cause)) => {
            tracing::debug!(cause, "a table is not there yet");
            Ok(Vec::new())
        }
        other => other,
    }
}
