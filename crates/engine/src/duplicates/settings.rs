//! What administrators make of what was learned, kind of record by kind of record.

use super::Two;
use crate::Engine;
use crate::principal::Principal;
use kernel::{Error, Id, Moment, Result, Say};
use meta::Entity;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use store::{Statement, Tx};

/// How much a field counts, beside what was learned of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matters {
    /// Half as much again as was learned.
    More,
    /// As was learned.
    #[default]
    Learned,
    /// Half of what was learned.
    Less,
    /// It is not looked at.
    NotAtAll,
}

impl Matters {
    /// All of them.
    pub const ALL: [Matters; 4] = [Matters::More, Matters::Learned, Matters::Less, Matters::NotAtAll];

    /// Its word in the database and in forms.
    pub fn key(self) -> &'static str {
        match self {
            Matters::More => "more",
            Matters::Learned => "learned",
            Matters::Less => "less",
            Matters::NotAtAll => "not-at-all",
        }
    }

    /// What this word means.
    pub fn parse(key: &str) -> Option<Matters> {
        Matters::ALL.into_iter().find(|known| known.key() == key)
    }

    /// What its weight is multiplied by.
    pub(super) fn factor(self) -> f64 {
        match self {
            Matters::More => 1.5,
            Matters::Learned => 1.0,
            Matters::Less => 0.5,
            Matters::NotAtAll => 0.0,
        }
    }
}

/// How doubles of an entity are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The fields that count otherwise than was learned, by name.
    pub matters: BTreeMap<String, Matters>,
    /// From which likeness on somebody is asked, in ten-thousandths.
    pub ask: i64,
    /// Whether what changed is looked at every night.
    pub nightly: bool,
    /// From which likeness on two are merged without asking anybody, in ten-thousandths; 0: never.
    pub merge: i64,
}

/// Pairs that are at least so likely one are asked about, as installed: more likely one than two.
const ASK: i64 = 5_000;

/// The least that the threshold of asking may be, in ten-thousandths: below, everything is alike.
const LEAST: i64 = 1_000;

/// The least from which on two may be merged without asking anybody, in ten-thousandths.
pub const LEAST_MERGED: i64 = 9_500;

impl Default for Settings {
    fn default() -> Settings {
        Settings { matters: BTreeMap::new(), ask: ASK, nightly: true, merge: 0 }
    }
}

/// How a scan stands, or how the last one went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// When it began, in milliseconds since 1970.
    pub begun: i64,
    /// When it ended; 0 while it goes on.
    pub ended: i64,
    /// How many records it has read.
    pub read: i64,
    /// How much of all is done, in percent.
    pub percent: i64,
    /// How many pairs it found.
    pub pairs: i64,
}

impl Standing {
    /// When the last scan ended.
    pub fn ended_at(&self) -> Option<Moment> {
        (self.ended > 0).then(|| Moment::from_millis(self.ended))
    }
}

const SETTINGS: &str = "settings";
const WEIGHTS: &str = "weights";
/// The digest of the weights, by which a node knows whether it has them.
const DIGEST: &str = "weights-digest";
const SCAN: &str = "scan";
/// Until when what changed was looked at.
const LOOKED: &str = "looked";

impl Engine {
    /// How doubles of an entity are looked for.
    pub async fn duplicate_settings(&self, entity: &Entity) -> Result<Settings> {
        let key = entity.key;
        self.inside.store.read(move |tx| Box::pin(async move { settings(tx, key).await })).await
    }

    /// Says how they are looked for from now on.
    ///
    /// Errors: forbidden for whoever administers nothing; invalid for a threshold that would ask of everything, and for a field that the
    /// entity is not compared by.
    pub async fn put_duplicate_settings(&self, who: &Principal, entity: &Entity, settings: Settings) -> Result<()> {
        who.administers()?;
        if entity.compared.is_empty() {
            return Err(Error::NotFound);
        }
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        if !(LEAST..=10_000).contains(&settings.ask) {
            return Err(Error::invalid("ask", Say::new("error-duplicates-threshold").with("least", LEAST / 100)));
        }
        if settings.merge != 0 && !(LEAST_MERGED.max(settings.ask)..=10_000).contains(&settings.merge) {
            let least = LEAST_MERGED.max(settings.ask) / 100;
            return Err(Error::invalid("merge", Say::new("error-duplicates-threshold").with("least", least)));
        }
        if settings.merge != 0 && !crate::merging::mergeable(entity) {
            return Err(Error::invalid("merge", Say::new("error-merge-entity")));
        }
        if settings.matters.keys().any(|field| !entity.compared.contains(&field.as_str())) {
            return Err(Error::invalid("matters", Say::new("error-unknown-field")));
        }
        let (key, text) = (entity.key, serde_json::to_string(&settings).map_err(Error::internal)?);
        self.inside.store.write(move |tx| Box::pin(async move { put(tx, key, SETTINGS, text).await })).await
    }

    /// How the scan of an entity stands, or how the last one went; none where there never was one.
    pub async fn duplicate_standing(&self, entity: &Entity) -> Result<Option<Standing>> {
        let key = entity.key;
        let text = self.inside.store.read(move |tx| Box::pin(async move { said(tx, key, SCAN).await })).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// How doubles of an entity are looked for.
pub(super) async fn settings(tx: &mut Tx, entity: &'static str) -> Result<Settings> {
    let text = said(tx, entity, SETTINGS).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// What comparisons of an entity go by: the digest of the weights, and the settings, each as text.
pub(super) async fn going_by(tx: &mut Tx, entity: &'static str) -> Result<[String; 2]> {
    let sql = "SELECT \"key\", \"value\" FROM \"duplicate_setting\" WHERE \"entity\" = ? AND \"key\" IN (?, ?)";
    let rows = tx.rows(&Statement::new(sql, vec![entity.into(), DIGEST.into(), SETTINGS.into()])).await?;
    let said = |key: &str| rows.iter().find(|row| row.text(0) == key).map(|row| row.text(1).to_owned()).unwrap_or_default();
    Ok([said(DIGEST), said(SETTINGS)])
}

/// The weights that were learned, as `matching` writes them; none before the first scan.
pub(super) async fn weights(tx: &mut Tx, entity: &'static str) -> Result<Option<String>> {
    said(tx, entity, WEIGHTS).await
}

/// Keeps the weights that were learned.
pub(super) async fn put_weights(tx: &mut Tx, entity: &'static str, text: String) -> Result<()> {
    put(tx, entity, DIGEST, crate::identity::digest(&text)).await?;
    put(tx, entity, WEIGHTS, text).await
}

/// Notes how a scan stands.
pub(super) async fn put_standing(tx: &mut Tx, entity: &'static str, standing: &Standing) -> Result<()> {
    put(tx, entity, SCAN, serde_json::to_string(standing).map_err(Error::internal)?).await
}

/// Until when what changed was looked at, in milliseconds since 1970.
pub(super) async fn looked(tx: &mut Tx, entity: &'static str) -> Result<Option<i64>> {
    Ok(said(tx, entity, LOOKED).await?.and_then(|text| text.parse().ok()))
}

/// Notes until when it was.
pub(super) async fn put_looked(tx: &mut Tx, entity: &'static str, until: Moment) -> Result<()> {
    put(tx, entity, LOOKED, until.millis().to_string()).await
}

/// Of some pairs, those that somebody called different.
pub(super) async fn different(tx: &mut Tx, pairs: &[Two]) -> Result<HashSet<Two>> {
    let mut found = HashSet::new();
    for some in pairs.chunks(200) {
        let mut sql = meta::sql::Sql::new();
        sql.push("SELECT \"a\", \"b\" FROM \"duplicate_pair\" WHERE \"state\" = 'different' AND (");
        for (place, pair) in some.iter().enumerate() {
            sql.push(if place > 0 { " OR " } else { "" }).push("(\"a\" = ").bind(pair.a).push(" AND \"b\" = ").bind(pair.b).push(")");
        }
        sql.push(")");
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        found.extend(rows.iter().filter_map(|row| Two::new(row.link(0)?, row.link(1)?)));
    }
    Ok(found)
}

/// Forgets the pairs of records that are gone for good.
pub(crate) async fn forget(tx: &mut Tx, ids: &[Id]) -> Result<()> {
    for end in ["a", "b"] {
        let mut sql = meta::sql::Sql::new();
        sql.push("DELETE FROM \"duplicate_pair\" WHERE ").name(end);
        meta::query::among(ids, &mut sql);
        tx.execute(&Statement::new(sql.text, sql.values)).await?;
    }
    Ok(())
}

async fn said(tx: &mut Tx, entity: &'static str, key: &'static str) -> Result<Option<String>> {
    let sql = "SELECT \"value\" FROM \"duplicate_setting\" WHERE \"entity\" = ? AND \"key\" = ?";
    let rows = tx.rows(&Statement::new(sql, vec![entity.into(), key.into()])).await?;
    Ok(rows.first().map(|row| row.text(0).to_owned()))
}

async fn put(tx: &mut Tx, entity: &'static str, key: &'static str, text: String) -> Result<()> {
    let sql = "INSERT INTO \"duplicate_setting\" (\"entity\", \"key\", \"value\") VALUES (?, ?, ?) \
               ON CONFLICT (\"entity\", \"key\") DO UPDATE SET \"value\" = excluded.\"value\"";
    tx.execute(&Statement::new(sql, vec![entity.into(), key.into(), text.into()])).await.map(|_| ())
}
