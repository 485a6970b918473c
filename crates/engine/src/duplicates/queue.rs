//! The queue: pairs that may be one, the likeliest first, until somebody says what they are. Whoever looks sees a pair only where
//! he sees both records and may change both; what is counted for him is the same.

use super::Evidence;
use crate::Engine;
use crate::asking::Counted;
use crate::principal::{Principal, Verb};
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::Entity;
use meta::sql::{Alias, Sql};
use store::{Dialect, Statement, Tx};

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Nobody has said yet.
    Open,
    /// Two records of two: remembered, and not asked again.
    Different,
    /// They are one now.
    Merged,
}

impl State {
    /// All of them.
    pub const ALL: [State; 3] = [State::Open, State::Different, State::Merged];

    /// Its word in the database and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Different => "different",
            State::Merged => "merged",
        }
    }

    /// The state of this word.
    pub fn parse(key: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// Two records, the older first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Two {
    /// The older.
    pub a: Id,
    /// The younger.
    pub b: Id,
}

impl Two {
    /// Two records in their order; none where they are one.
    pub fn new(one: Id, other: Id) -> Option<Two> {
        (one != other).then(|| Two { a: one.min(other), b: one.max(other) })
    }
}

/// A pair as it stands in the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    /// Whose records: the key of an entity.
    pub entity: &'static str,
    /// The records.
    pub pair: Two,
    /// How likely they are one, in ten-thousandths, when they were last compared.
    pub score: i64,
    /// What stands in the queue before what.
    pub(super) rank: i64,
    /// What became of it.
    pub state: State,
    /// Who said so, and when; nobody where it is open, or where the program did.
    pub decided: Option<(Moment, Option<Id>)>,
    /// What spoke for and against when they were last compared, of the fields that the asker may know.
    pub evidence: Vec<Evidence>,
}

/// What is asked of the queue.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// What became of the pairs.
    pub state: State,
    /// Those that are at least so likely one, in ten-thousandths.
    pub least: i64,
    /// Those of this record alone.
    pub of: Option<Id>,
    /// Those that come after this one, of which rank and records are told.
    pub after: Option<(i64, Two)>,
    /// How many at most.
    pub limit: usize,
}

impl Default for Asking {
    fn default() -> Asking {
        Asking { state: State::Open, least: 0, of: None, after: None, limit: 50 }
    }
}

impl Queued {
    /// Where the pair stands, for whoever asks what comes after.
    pub fn place(&self) -> (i64, Two) {
        (self.rank, self.pair)
    }
}

/// The aliases of the two records in a question: what visibility asks along links stands between them.
const ENDS: [(Alias, &str); 2] = [(Alias(0), "a"), (Alias(40), "b")];

impl Engine {
    /// The pairs of an entity's records, the likeliest first; none of an entity that is compared by nothing.
    ///
    /// Errors: not found where the asker may not see the entity, forbidden where he may change none of it.
    pub async fn duplicates(&self, who: &Principal, entity: &Entity, asked: Asking) -> Result<Vec<Queued>> {
        let Some(statement) = self.queue_question(who, entity, asked, None, false)? else { return Ok(Vec::new()) };
        let known = who.entity(entity.key)?;
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&statement).await })).await?;
        Ok(rows.iter().filter_map(|row| queued(&known, row)).collect())
    }

    /// How many pairs there are, counted up to `most`.
    pub async fn count_duplicates(&self, who: &Principal, entity: &Entity, asked: Asking, most: usize) -> Result<Counted> {
        let asked = Asking { limit: most + 1, after: None, ..asked };
        let Some(statement) = self.queue_question(who, entity, asked, None, true)? else { return Ok(Counted { number: 0, more: false }) };
        let number = self.inside.store.read(move |tx| Box::pin(async move { crate::asking::one_number(tx, &statement).await })).await?;
        Ok(Counted { number: number.min(most as i64), more: number > most as i64 })
    }

    /// One pair, as it stands in the queue.
    ///
    /// Errors: not found where there is none that the asker may see and change.
    pub async fn duplicate(&self, who: &Principal, entity: &Entity, pair: Two, state: State) -> Result<Queued> {
        let asked = Asking { state, limit: 1, ..Asking::default() };
        let statement = self.queue_question(who, entity, asked, Some(pair), false)?.ok_or(Error::NotFound)?;
        let known = who.entity(entity.key)?;
        let rows = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&statement).await })).await?;
        rows.first().and_then(|row| queued(&known, row)).ok_or(Error::NotFound)
    }

    /// Says of pairs that they are different, or that they are to be asked about again. Whatever was found or not: what is called
    /// different is remembered. Tells how many were said of.
    ///
    /// Errors: not found where one of them is no pair of records that he sees, forbidden where he may not change both.
    pub async fn decide_duplicates(&self, who: &Principal, entity: &Entity, pairs: &[Two], state: State) -> Result<usize> {
        if state == State::Merged {
            return Err(Error::internal("pairs become one by merging them"));
        }
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        who.permit(Verb::Change, entity)?;
        let (engine, who, key, now) = (self.clone(), who.clone(), entity.key, self.now());
        let pairs = pairs.to_vec();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let entity = engine.entity(key)?;
                    if entity.compared.is_empty() {
                        return Err(Error::NotFound);
                    }
                    let mut ids: Vec<Id> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
                    ids.sort_unstable();
                    ids.dedup();
                    let mut records = engine.read_records(tx, &who, &entity, &ids, false, false).await?;
                    if records.len() < ids.len() {
                        return Err(Error::NotFound);
                    }
                    engine.say_beyond(tx, &who, &entity, records.iter_mut()).await?;
                    if records.iter().any(|record| !who.may_with(Verb::Change, &entity, record)) {
                        return Err(Error::Forbidden(Say::new("error-forbidden")));
                    }
                    let mut said = 0;
                    for pair in &pairs {
                        said += say(tx, key, *pair, state, now, who.user).await?;
                    }
                    tx.announce(super::TOPIC).await?;
                    Ok(said)
                })
            })
            .await
    }

    /// The question for pairs whose both records the asker sees and may change.
    fn queue_question(
        &self,
        who: &Principal,
        entity: &Entity,
        asked: Asking,
        pair: Option<Two>,
        counted: bool,
    ) -> Result<Option<Statement>> {
        if entity.compared.is_empty() {
            return Ok(None);
        }
        who.permit(Verb::Change, entity)?;
        let entity = &*who.entity(entity.key)?;
        let seen = who.seen(entity).ok_or(Error::NotFound)?;
        let changed =
            who.reaches_fewer(Verb::Change, entity).then(|| who.reached(Verb::Change, entity).ok_or(Error::NotFound)).transpose()?;
        let dialect = self.inside.store.dialect();
        let sql = self.compiling(who, |compile| {
            let mut sql = Sql::new();
            sql.push(if counted {
                "SELECT COUNT(*) FROM (SELECT 1"
            } else {
                "SELECT p.\"a\", p.\"b\", p.\"score\", p.\"rank\", p.\"state\", p.\"decided_at\", p.\"decided_by\", p.\"evidence\""
            });
            match asked.of {
                // Either way by an index of its own.
                Some(id) => {
                    sql.push(" FROM (SELECT * FROM \"duplicate_pair\" WHERE \"a\" = ").bind(id);
                    sql.push(" UNION ALL SELECT * FROM \"duplicate_pair\" WHERE \"b\" = ").bind(id).push(") AS p");
                }
                None => {
                    sql.push(" FROM \"duplicate_pair\" AS p");
                }
            }
            for (alias, end) in ENDS {
                // The queue leads, in its order, so that the first that may be seen end the walk.
                sql.push(if dialect == Dialect::Sqlite { " CROSS JOIN " } else { " JOIN " }).name(entity.key).push(" AS ").alias(alias);
                sql.push(" ON ").column(alias, "id").push(" = p.").name(end);
            }
            sql.push(" WHERE p.\"entity\" = ").bind(entity.key).push(" AND p.\"state\" = ").bind(asked.state.key());
            if asked.least > 0 {
                sql.push(" AND p.\"score\" >= ").bind(asked.least);
            }
            if let Some(pair) = pair {
                sql.push(" AND p.\"a\" = ").bind(pair.a).push(" AND p.\"b\" = ").bind(pair.b);
            }
            if let Some((rank, pair)) = asked.after {
                sql.push(" AND (p.\"rank\" < ").bind(rank).push(" OR (p.\"rank\" = ").bind(rank).push(" AND (p.\"a\" > ").bind(pair.a);
                sql.push(" OR (p.\"a\" = ").bind(pair.a).push(" AND p.\"b\" > ").bind(pair.b).push("))))");
            }
            for (alias, _) in ENDS {
                sql.push(" AND ").column(alias, "removed_at").push(" IS NULL");
                for filter in std::iter::once(&seen).chain(&changed).filter(|filter| !filter.is_everything()) {
                    sql.push(" AND ");
                    meta::query::probe(compile, filter, entity, alias, &mut sql)?;
                }
            }
            if !counted {
                sql.push(" ORDER BY p.\"rank\" DESC, p.\"a\", p.\"b\"");
            }
            sql.push(" LIMIT ").number(asked.limit as i64);
            sql.push(if counted { ") AS counted" } else { "" });
            Ok(sql)
        })?;
        Ok(Some(Statement::new(sql.text, sql.values)))
    }
}

/// Says what became of a pair, in the queue or not; tells whether that is news.
pub(crate) async fn say(tx: &mut Tx, entity: &'static str, pair: Two, state: State, now: Moment, by: Option<Id>) -> Result<usize> {
    let decided = if state == State::Open { (Value::Empty, Value::Empty) } else { (Value::Moment(now), by.into()) };
    let change = "UPDATE \"duplicate_pair\" SET \"state\" = ?, \"decided_at\" = ?, \"decided_by\" = ? WHERE \"a\" = ? AND \"b\" = ? AND \"state\" <> ?";
    let values = vec![state.key().into(), decided.0.clone(), decided.1.clone(), pair.a.into(), pair.b.into(), state.key().into()];
    if tx.execute(&Statement::new(change, values)).await? > 0 {
        return Ok(1);
    }
    if state == State::Open {
        return Ok(0);
    }
    let add = "INSERT INTO \"duplicate_pair\" (\"a\", \"b\", \"entity\", \"state\", \"score\", \"rank\", \"evidence\", \"found_at\", \"decided_at\", \"decided_by\") \
               VALUES (?, ?, ?, ?, 0, 0, '', ?, ?, ?) ON CONFLICT (\"a\", \"b\") DO NOTHING";
    let values = vec![pair.a.into(), pair.b.into(), entity.into(), state.key().into(), Value::Moment(now), decided.0, decided.1];
    Ok(tx.execute(&Statement::new(add, values)).await? as usize)
}

fn queued(entity: &Entity, row: store::Row<'_>) -> Option<Queued> {
    let state = State::parse(row.text(4))?;
    Some(Queued {
        entity: entity.key,
        pair: Two { a: row.link(0)?, b: row.link(1)? },
        score: row.int(2),
        rank: row.int(3),
        state,
        decided: row.moment(5).map(|at| (at, row.link(6))),
        evidence: Evidence::read(row.text(7)).into_iter().filter(|evidence| evidence.is_known(entity)).collect(),
    })
}
