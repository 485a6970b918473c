//! What holds of suppressed addresses, and who is barred from a message.

use super::entity::{ADDRESS, EVIDENCE, REASON, Reason, SINCE, SUPPRESSION, TOPIC};
use crate::deliveries::entity as delivery;
use crate::places;
use engine::{Change, Dialect, Draft, Engine, Statement, Through, Tx, Work};
use kernel::{Error, Id, Result, Say, Value, fold};
use meta::fields::Chosen;
use std::collections::{HashMap, HashSet};

/// An address is suppressed once, of everything or of a topic.
pub(super) fn once<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            return Ok(());
        }
        let address = fold(change.after.get(&ADDRESS));
        if tx.dialect() == Dialect::Postgres {
            // Whoever suppresses the same address waits, and finds it done.
            let turn = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";
            tx.execute(&Statement::new(turn, vec![format!("suppression {address}").into()])).await?;
        }
        let sql = "SELECT \"id\", \"topic\" FROM \"suppression\" WHERE \"address_f\" = ? AND \"removed_at\" IS NULL";
        let known = tx.rows(&Statement::new(sql, vec![address.into()])).await?;
        let topic = change.after.get(&TOPIC);
        match known.iter().any(|row| row.link(0) != Some(change.after.id) && row.link(1) == topic) {
            true => Err(Error::invalid("address", Say::new("error-suppression-twice"))),
            false => Ok(()),
        }
    })
}

/// Suppresses an address, of a topic or of everything, because of what somebody or some server said. Done twice it is as done once.
pub(crate) async fn suppress(engine: &Engine, address: &str, topic: Option<Id>, reason: Reason, evidence: String) -> Result<()> {
    let draft = Draft::new(SUPPRESSION)
        .with(ADDRESS.id(), address)
        .with(TOPIC.id(), topic)
        .with(REASON.id(), reason.key())
        .with(SINCE.id(), Value::Moment(engine.now()))
        .with(EVIDENCE.id(), evidence);
    match engine.create(&engine.system(Through::Job), draft).await {
        Ok(_) => Ok(()),
        // It is suppressed already, or somebody was quicker.
        Err(Error::Invalid(problems)) if problems.iter().any(|problem| problem.say.key == "error-suppression-twice") => Ok(()),
        Err(error) => Err(error),
    }
}

/// Somebody a message may go to.
#[derive(Debug, Clone)]
pub(crate) struct Reached<'r> {
    pub(crate) address: &'r str,
    pub(crate) record: Id,
    /// The entity of the record.
    pub(crate) kind: &'r str,
}

/// Which of these may not be written to now, by the place of each: by address, by consent where the message needs one, by what became
/// of the record. Asked in the transaction that lets messages go, so that what was committed before it counts.
pub(crate) async fn barred(
    tx: &mut Tx,
    reached: &[Reached<'_>],
    topic: Option<Id>,
    consent: bool,
) -> Result<HashMap<usize, delivery::Reason>> {
    let mut barred = HashMap::new();
    if reached.is_empty() {
        return Ok(barred);
    }
    let folded: Vec<String> = reached.iter().map(|one| fold(one.address)).collect();
    let mut values: Vec<Value> = folded.iter().map(|address| Value::from(address.as_str())).collect();
    let list = places(&mut values, 0);
    let sql = format!(
        "SELECT \"address_f\", \"topic\", \"reason\" FROM \"suppression\" WHERE \"address_f\" IN ({list}) AND \"removed_at\" IS NULL"
    );
    let rows = tx.rows(&Statement::new(sql, values.clone())).await?;
    let mut suppressed: HashMap<String, delivery::Reason> = HashMap::new();
    for row in rows.iter().filter(|row| row.link(1).is_none() || row.link(1) == topic) {
        let why = match row.text(2) {
            "unsubscribed" => delivery::Reason::Unsubscribed,
            "bounced" => delivery::Reason::Bounced,
            "complaint" => delivery::Reason::Complaint,
            _ => delivery::Reason::Excluded,
        };
        suppressed.insert(row.text(0).to_owned(), why);
    }
    // What happened to an address stands with the address, wherever it is a line.
    let sql = format!(
        "SELECT \"address_f\", \"state\" FROM \"email\" WHERE \"address_f\" IN ({list}) AND \"state\" IN ('bounced', 'opted-out') AND \"removed_at\" IS NULL"
    );
    for row in tx.rows(&Statement::new(sql, values)).await?.iter() {
        let why = if row.text(1) == "bounced" { delivery::Reason::Bounced } else { delivery::Reason::Unsubscribed };
        suppressed.entry(row.text(0).to_owned()).or_insert(why);
    }
    let agreed = if consent { Some(agreed(tx, reached).await?) } else { None };
    let living = living(tx, reached).await?;
    for (place, one) in reached.iter().enumerate() {
        if !living.contains(&one.record) {
            barred.insert(place, delivery::Reason::Gone);
        } else if let Some(why) = suppressed.get(&folded[place]) {
            barred.insert(place, *why);
        } else if agreed.as_ref().is_some_and(|agreed| !agreed.contains(&one.record)) {
            barred.insert(place, delivery::Reason::Consent);
        }
    }
    Ok(barred)
}

/// Whose newest word on marketing by mail is a yes.
async fn agreed(tx: &mut Tx, reached: &[Reached<'_>]) -> Result<HashSet<Id>> {
    let mut values: Vec<Value> = reached.iter().map(|one| one.record.into()).collect();
    let list = places(&mut values, 0);
    let sql = format!(
        "SELECT \"about\", \"state\" FROM \"consent\" WHERE \"purpose\" = 'marketing' AND \"channel\" = 'email' AND \"about\" IN ({list}) \
         AND \"removed_at\" IS NULL ORDER BY \"about\", \"at\", \"id\""
    );
    let mut newest = HashMap::new();
    for row in tx.rows(&Statement::new(sql, values)).await?.iter() {
        if let Some(about) = row.link(0) {
            newest.insert(about, row.text(1) == "given");
        }
    }
    Ok(newest.into_iter().filter_map(|(about, given)| given.then_some(about)).collect())
}

/// Those whose records are there.
async fn living(tx: &mut Tx, reached: &[Reached<'_>]) -> Result<HashSet<Id>> {
    let mut living = HashSet::new();
    for kind in crate::lists::entity::MAILED {
        let mut values: Vec<Value> = reached.iter().filter(|one| one.kind == *kind).map(|one| one.record.into()).collect();
        if values.is_empty() {
            continue;
        }
        let list = places(&mut values, 0);
        let sql = format!("SELECT \"id\" FROM \"{kind}\" WHERE \"id\" IN ({list}) AND \"removed_at\" IS NULL");
        living.extend(tx.rows(&Statement::new(sql, values)).await?.iter().filter_map(|row| row.link(0)));
    }
    Ok(living)
}
