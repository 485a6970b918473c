//! Reading a timeline: what happened on a card and what was changed of it, merged by time, a page at a time.
//!
//! Both streams are read by their own keys from where the page before stopped, so that nothing is counted, and what is
//! written meanwhile neither doubles an entry nor leaves one out.

use crate::Engine;
use crate::history::Entry;
use crate::principal::Principal;
use kernel::{Error, Id, Moment, Result, Value};
use meta::query::{MOMENTS, probe};
use meta::sql::{Alias, Dialect, Sql};
use meta::{Entity, Record};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use store::{Statement, Tx};

/// Most entries of one page.
const MOST: usize = 200;

/// A place in a timeline, between two entries: the first of each stream that lies beyond it; none where nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The newest record beyond: when it happened, and which.
    pub record: Option<(Moment, Id)>,
    /// The newest change beyond: the version of the card that it made.
    pub change: Option<i64>,
}

/// Which stretch of a timeline is asked for.
#[derive(Debug, Clone, Default)]
pub struct Stretch {
    /// The entities of the records; of those that happen on the card.
    pub kinds: Vec<&'static str>,
    /// Whether changes of the card's own fields belong to it.
    pub changes: bool,
    /// It begins here; at the newest where nothing is said.
    pub from: Option<Place>,
    /// It ends here.
    pub until: Option<Place>,
    /// How many entries at most, 1 to 200.
    pub limit: usize,
}

/// An entry of a timeline.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A record that happened.
    Record {
        /// When.
        at: Moment,
        /// With all its fields.
        record: Record,
    },
    /// Something was done to the card itself.
    Change(Entry),
}

impl Happening {
    /// When it happened.
    pub fn at(&self) -> Moment {
        match self {
            Happening::Record { at, .. } => *at,
            Happening::Change(entry) => entry.at,
        }
    }
}

/// A stretch of a timeline.
#[derive(Debug)]
pub struct Timeline {
    /// The entries, the newest first.
    pub happenings: Vec<Happening>,
    /// The names of authors, and of the records that links lead to.
    pub names: HashMap<Id, String>,
    /// Where it goes on, if it does.
    pub next: Option<Place>,
}

impl Engine {
    /// A stretch of the timeline of a card that the asker may see, in the trash or not. What he may not see of it is
    /// left out.
    pub async fn timeline(&self, who: &Principal, card: &Entity, id: Id, stretch: Stretch) -> Result<Timeline> {
        let (engine, who, card) = (self.clone(), who.clone(), card.key);
        self.inside
            .store
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let card = who.entity(card)?;
                    let record = engine.read_records(tx, &who, &card, &[id], true, true).await?.pop().ok_or(Error::NotFound)?;
                    engine.timeline_in(tx, &who, &card, &record, &stretch).await
                })
            })
            .await
    }

    async fn timeline_in(&self, tx: &mut Tx, who: &Principal, card: &Entity, record: &Record, stretch: &Stretch) -> Result<Timeline> {
        let limit = stretch.limit.clamp(1, MOST);
        let mut records = Vec::new();
        let exhausted = stretch.from.is_some_and(|from| from.record.is_none());
        for (entity, _) in who.model.happening_on(card.key) {
            if stretch.kinds.contains(&entity.key) && !exhausted {
                records.extend(self.happened(tx, who, entity, record.id, stretch, limit + 1).await?);
            }
        }
        records.sort_unstable_by_key(|(at, record)| std::cmp::Reverse((*at, record.id)));
        let changes = match (stretch.changes && card.can.tracked, stretch.from) {
            (false, _) | (true, Some(Place { change: None, .. })) => Vec::new(),
            (true, from) => {
                let from = from.and_then(|from| from.change);
                let above = stretch.until.and_then(|until| until.change);
                self.entries(tx, record, from, above, limit + 1).await?.into_iter().map(|entry| entry.known_to(card)).collect()
            }
        };
        let (happenings, next) = merged(records, changes, limit);
        let mut names = HashMap::new();
        let told = happenings.iter().filter_map(|one| match one {
            Happening::Record { record, .. } => Some(record),
            Happening::Change(_) => None,
        });
        names.extend(self.titles(tx, who, told).await?);
        let mut authors: Vec<Id> = happenings
            .iter()
            .filter_map(|one| match one {
                Happening::Change(entry) => entry.author,
                Happening::Record { .. } => None,
            })
            .filter(|author| !names.contains_key(author))
            .collect();
        authors.sort_unstable();
        authors.dedup();
        self.titles_of(tx, who, crate::identity::USER, &authors, &mut names).await?;
        Ok(Timeline { happenings, names, next })
    }

    /// The records of one entity that happened on a card, the newest first: one question, which the table's key serves.
    async fn happened(
        &self,
        tx: &mut Tx,
        who: &Principal,
        entity: &Entity,
        card: Id,
        stretch: &Stretch,
        limit: usize,
    ) -> Result<Vec<(Moment, Record)>> {
        let Some(seen) = who.seen(entity) else { return Ok(Vec::new()) };
        let carried = entity.carried.clone();
        let sql = self.compiling(who, |compile| {
            let here = Alias(0);
            let mut sql = Sql::new();
            sql.push("SELECT ").column(here, "id").push(",").column(here, "version");
            for field in &carried.fields {
                sql.push(",").column(here, &field.column());
            }
            sql.push(",e.\"at\" FROM \"timeline\" AS e");
            // The timeline leads, so that the first records end the walk.
            sql.push(if compile.dialect == Dialect::Sqlite { " CROSS JOIN " } else { " JOIN " }).name(entity.key);
            sql.push(" AS ").alias(here).push(" ON ").column(here, "id").push(" = e.\"record\" WHERE e.\"card\" = ").bind(card);
            sql.push(" AND e.\"entity\" = ").bind(entity.key);
            let bounds = [
                (stretch.from.and_then(|from| from.record), " AND (e.\"at\",e.\"record\") <= ("),
                (stretch.until.and_then(|until| until.record), " AND (e.\"at\",e.\"record\") > ("),
            ];
            for (bound, comparison) in bounds {
                if let Some((at, record)) = bound {
                    sql.push(comparison).bind(at).push(",").bind(record).push(")");
                }
            }
            sql.push(" AND ").column(here, "removed_at").push(" IS NULL");
            if !seen.is_everything() {
                sql.push(" AND ");
                probe(compile, &seen, entity, here, &mut sql)?;
            }
            sql.push(" ORDER BY e.\"at\" DESC, e.\"record\" DESC LIMIT ").number(limit as i64);
            Ok(sql)
        })?;
        let mut kinds = crate::asking::kinds(&carried.fields);
        kinds.push(meta::shape::ColumnType::Moment);
        let rows = tx.rows_as(&Statement::new(sql.text, sql.values), &kinds).await?;
        let record = |mut row: Vec<Value>| {
            let at = row.pop().and_then(|at| at.moment()).unwrap_or_default();
            let mut record = crate::asking::record(carried.clone(), row);
            record.keep_secrets();
            (at, record)
        };
        let mut happened: Vec<(Moment, Record)> = rows.into_iter().map(record).collect();
        self.say_beyond(tx, who, entity, happened.iter_mut().map(|(_, record)| record)).await?;
        Ok(happened)
    }
}

/// Two streams as one, the newest first; of the same moment, what was written comes before what was changed by it.
fn merged(records: Vec<(Moment, Record)>, changes: Vec<Entry>, limit: usize) -> (Vec<Happening>, Option<Place>) {
    let (mut records, mut changes) = (records.into_iter().peekable(), changes.into_iter().peekable());
    let mut happenings = Vec::with_capacity(limit);
    while happenings.len() < limit {
        let record_first = match (records.peek(), changes.peek()) {
            (Some((at, _)), Some(change)) => *at >= change.at,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        if record_first {
            happenings.extend(records.next().map(|(at, record)| Happening::Record { at, record }));
        } else {
            happenings.extend(changes.next().map(Happening::Change));
        }
    }
    let next = Place { record: records.peek().map(|(at, record)| (*at, record.id)), change: changes.peek().map(|change| change.version) };
    (happenings, (next.record.is_some() || next.change.is_some()).then_some(next))
}

/// As it stands in addresses: moment and record, then version; `-` where nothing lies beyond.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record {
            Some((at, record)) => write!(f, "{}_{record}", at.millis())?,
            None => f.write_str("-")?,
        }
        match self.change {
            Some(version) => write!(f, ".{version}"),
            None => f.write_str(".-"),
        }
    }
}

impl FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Place> {
        let wrong = || Error::invalid("from", kernel::Say::new("error-cursor"));
        let (record, change) = text.split_once('.').ok_or_else(wrong)?;
        let record = match record {
            "-" => None,
            record => {
                let (at, id) = record.split_once('_').ok_or_else(wrong)?;
                let at: i64 = at.parse().ok().filter(|at| MOMENTS.contains(at)).ok_or_else(wrong)?;
                Some((Moment::from_millis(at), id.parse().map_err(|_| wrong())?))
            }
        };
        let change = match change {
            "-" => None,
            version => Some(version.parse().map_err(|_| wrong())?),
        };
        Ok(Place { record, change })
    }
}
