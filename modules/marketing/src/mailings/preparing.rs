//! Putting together the recipients of a mailing: the message is frozen, and everybody who is meant gets a row of the ledger, also those
//! who will get nothing, with the reason. Done by a job in slices, with the rights of whoever asked for it; a kill goes on where the
//! mailing's cursor stands.

use super::audience::{Selected, selected};
use super::entity::{self as mailing, Purpose, State};
use super::message::{Frozen, MERGE_FIELDS, Merged, Written};
use super::standing;
use crate::deliveries::entity::{self as delivery, DELIVERY};
use crate::senders::{self, SENDER};
use crate::suppression::{Reached, barred};
use engine::jobs::{Done, JobContext, Run};
use engine::{Asked, Engine, Principal, Sorting, Statement, Tx, Work, in_tx, packed};
use kernel::{Error, Id, Result, Say, Value, fold};
use meta::fields::Chosen;
use meta::query::Cursor;
use meta::shape::{Column, ColumnType};
use meta::{Entity, FieldId, Record};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// The job.
pub(super) const PREPARE: &str = "mailing-prepare";

/// Records put together in one commit.
const MANY: usize = 200;

pub(super) struct Prepare;

impl Run for Prepare {
    fn kind(&self) -> &'static str {
        PREPARE
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let id: Id = context.payload.parse().map_err(|_| Error::internal("a preparing without its mailing"))?;
            match prepare(&context.engine, &context.who, id).await {
                Ok(()) => Ok(Done::Finished),
                // What can't be prepared is told, not tried again.
                Err(Error::Invalid(problems)) => {
                    let why = problems.into_iter().next().map_or(Say::new("error-mailing-prepare"), |problem| problem.say);
                    back(&context.engine, id, &why).await.map(|()| Done::Finished)
                }
                Err(Error::Forbidden(say)) => back(&context.engine, id, &say).await.map(|()| Done::Finished),
                Err(Error::NotFound) => back(&context.engine, id, &Say::new("error-mailing-gone")).await.map(|()| Done::Finished),
                Err(other) => Err(other),
            }
        })
    }

    fn given_up<'r>(&'r self, engine: &'r Engine, payload: &'r str) -> Work<'r, ()> {
        Box::pin(async move {
            let id = payload.parse().map_err(|_| Error::internal("a preparing without its mailing"))?;
            back(engine, id, &Say::new("error-mailing-prepare")).await
        })
    }
}

/// A mailing that can't be prepared is a draft again, and says why.
async fn back(engine: &Engine, id: Id, why: &Say) -> Result<()> {
    standing::moves_on(engine, id, State::Preparing, State::Draft, packed(why)).await
}

async fn prepare(engine: &Engine, who: &Principal, id: Id) -> Result<()> {
    loop {
        let record = standing::standing(engine, who, id).await?;
        if standing::state(&record) != State::Preparing {
            return Ok(());
        }
        let selected = selected(engine, who, &record).await?;
        if selected.is_empty() {
            return Err(Error::invalid("audiences", Say::new("error-audience-none")));
        }
        if record.get(&mailing::FROZEN).is_empty() {
            let frozen = frozen(engine, who, &record).await?;
            put(engine, id, vec![(mailing::FROZEN.id(), serde_json::to_string(&frozen).map_err(Error::internal)?.into())]).await?;
            continue;
        }
        let frozen: Frozen = serde_json::from_str(record.get(&mailing::FROZEN)).map_err(Error::internal)?;
        let written = Written::new(frozen)?;
        let (place, after) = cursor(record.get(&mailing::CURSOR));
        match selected.get(place) {
            Some(part) => gather(engine, who, &record, part, place, after, written).await?,
            None => {
                return put(engine, id, vec![(mailing::STATE.id(), State::Ready.key().into()), (mailing::PAUSED_FOR.id(), "".into())])
                    .await;
            }
        }
    }
}

/// Where the putting together stands: which entity, and after which record.
fn cursor(text: &str) -> (usize, Option<Id>) {
    let (place, after) = text.split_once(':').unwrap_or((text, ""));
    (place.parse().unwrap_or(0), after.parse().ok())
}

async fn put(engine: &Engine, id: Id, values: Vec<(FieldId, Value)>) -> Result<()> {
    standing::by_program(engine, id, State::Preparing, values, |_| Box::pin(async { Ok(()) })).await
}

/// The message as everybody will get it.
pub(crate) async fn frozen(engine: &Engine, who: &Principal, record: &Record) -> Result<Frozen> {
    let link = |field: FieldId| record.value(field).link();
    let sender = link(mailing::SENDER.id()).ok_or_else(|| Error::invalid("sender", Say::new("error-required")))?;
    let (sender, _) = engine.show(who, &*engine.entity(SENDER)?, sender).await?;
    let base = engine.settings().address.clone();
    let marketing = record.get(&mailing::PURPOSE) != Some(Purpose::Service);
    let mut html = record.get(&mailing::HTML).to_owned();
    let mut text = record.get(&mailing::TEXT).to_owned();
    if html.trim().is_empty() && text.trim().is_empty() {
        return Err(Error::invalid("html", Say::new("error-mailing-empty")));
    }
    if marketing || link(mailing::TOPIC.id()).is_some() {
        // Whoever wrote no way out gets one.
        if !html.is_empty() && !html.contains("disiscrizione") {
            html = with_foot(&html, "<p style=\"font-size:12px;color:#666\"><a href=\"{{ disiscrizione }}\">Disiscriviti</a></p>");
        }
        if !text.is_empty() && !text.contains("disiscrizione") {
            text.push_str("\n\n-- \nDisiscriviti: {{ disiscrizione }}\n");
        }
    }
    Ok(Frozen {
        subject: record.get(&mailing::SUBJECT).to_owned(),
        preheader: record.get(&mailing::PREHEADER).to_owned(),
        html,
        text,
        from_name: sender.get(&senders::NAME).to_owned(),
        from_address: sender.get(&senders::ADDRESS).to_owned(),
        reply_to: sender.get(&senders::REPLY_TO).to_owned(),
        topic: link(mailing::TOPIC.id()).map(|topic| topic.to_string()),
        marketing,
        at: engine.now().millis(),
        base: base.trim_end_matches('/').to_owned(),
    })
}

fn with_foot(html: &str, foot: &str) -> String {
    let at = html.to_ascii_lowercase().rfind("</body").unwrap_or(html.len());
    format!("{}{foot}{}", &html[..at], &html[at..])
}

/// Somebody who is meant.
struct Meant {
    id: Id,
    address: String,
    merged: Merged,
    subject: String,
    key: String,
}

/// Puts the next records of an entity into the ledger.
async fn gather(
    engine: &Engine,
    who: &Principal,
    record: &Record,
    part: &Selected,
    place: usize,
    after: Option<Id>,
    written: Written,
) -> Result<()> {
    let entity = part.entity.clone();
    let asked = Asked {
        fields: fields(&entity),
        sort: vec![Sorting { field: "id", descending: false }],
        limit: MANY,
        after: after.map(|id| Cursor { values: vec![id.into()], id, backward: false }),
        ..Asked::new(entity.clone()).filtered(part.filter.clone())
    };
    let listed = engine.list(who, asked).await?;
    let id = record.id;
    let meant = listed.records.iter().map(|one| meant(&entity, one, &listed.titles, id, &written)).collect::<Result<Vec<_>>>()?;
    let next = match (listed.next.is_some(), meant.last()) {
        (true, Some(last)) => format!("{place}:{}", last.id),
        _ => (place + 1).to_string(),
    };
    let ids: Vec<Id> = engine.ids(meant.len()).collect();
    let gathered = record.get(&mailing::GATHERED) + meant.len() as i64;
    let (topic, marketing) = (written.frozen().topic.as_deref().and_then(|topic| topic.parse().ok()), written.frozen().marketing);
    let kind = entity.key;
    let values = vec![(mailing::CURSOR.id(), next.into()), (mailing::GATHERED.id(), Value::Int(gathered))];
    let down = in_tx(move |tx: &mut Tx| Box::pin(async move { put_down(tx, id, kind, &ids, meant, topic, marketing).await }));
    standing::by_program(engine, id, State::Preparing, values, down).await
}

/// The fields that a message may speak of.
pub(crate) fn fields(entity: &Entity) -> Vec<&'static str> {
    let of_contact = entity.key == "contact";
    let wanted = MERGE_FIELDS.iter().map(|(_, contact, account)| if of_contact { *contact } else { *account });
    let mut fields: Vec<&'static str> = wanted.filter(|field| entity.field(field).is_some()).collect();
    fields.extend(entity.mailed);
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The values of the merge fields of a record.
pub(crate) fn merged(entity: &Entity, record: &Record, titles: &HashMap<Id, String>) -> Merged {
    let of_contact = entity.key == "contact";
    let mut merged = Merged::new();
    for (name, contact, account) in MERGE_FIELDS {
        let field = if of_contact { *contact } else { *account };
        let value = match entity.field(field) {
            None => String::new(),
            Some(_) => match record.named(field) {
                Value::Link(link) => titles.get(link).cloned().unwrap_or_default(),
                value => value.text().to_owned(),
            },
        };
        merged.insert((*name).to_owned(), value);
    }
    if of_contact {
        // «Giulia Conti», not as lists are sorted.
        let name = format!("{} {}", merged["nome"], merged["cognome"]).trim().to_owned();
        merged.insert("nome_completo".to_owned(), name);
    }
    merged
}

fn meant(entity: &Entity, record: &Record, titles: &HashMap<Id, String>, mailing: Id, written: &Written) -> Result<Meant> {
    let address = entity.mailed.map_or("", |field| record.named(field).text()).to_owned();
    let merged = merged(entity, record, titles);
    let subject = written.subject(&merged)?;
    let key = if address.is_empty() { String::new() } else { key(mailing, &address) };
    Ok(Meant { id: record.id, address, merged, subject, key })
}

/// What a delivery is known by: of the mailing and the address, the same whenever it is asked for, and no address by itself.
pub(crate) fn key(mailing: Id, address: &str) -> String {
    let digest = Sha256::digest(format!("{mailing}\n{}", address.to_lowercase()).as_bytes());
    digest.iter().take(15).map(|byte| format!("{byte:02x}")).collect()
}

/// Puts those who are meant into the ledger: each waits for its turn, or says why it has none.
async fn put_down(
    tx: &mut Tx,
    mailing: Id,
    kind: &'static str,
    ids: &[Id],
    meant: Vec<Meant>,
    topic: Option<Id>,
    marketing: bool,
) -> Result<()> {
    let now = tx.now().await?;
    let reached: Vec<Reached<'_>> = meant.iter().map(|one| Reached { address: &one.address, record: one.id, kind }).collect();
    let barred = barred(tx, &reached, topic, marketing).await?;
    let mut known = taken(tx, &meant).await?;
    let mut rows = Vec::with_capacity(meant.len());
    for (place, one) in meant.into_iter().enumerate() {
        let reason = if one.address.is_empty() {
            Some(delivery::Reason::NoAddress.key())
        } else if let Some(why) = barred.get(&place) {
            Some(why.key())
        } else if !known.insert(one.key.clone()) {
            Some(delivery::Reason::SameAddress.key())
        } else {
            None
        };
        let state = if reason.is_some() { delivery::State::Suppressed } else { delivery::State::Pending };
        let (subject, address) = (fold(&one.subject), fold(&one.address));
        rows.push(vec![
            ids[place].into(),
            Value::Int(1),
            Value::Moment(now),
            Value::Moment(now),
            mailing.into(),
            one.id.into(),
            kind.into(),
            one.subject.into(),
            subject.into(),
            one.address.into(),
            address.into(),
            state.key().into(),
            reason.unwrap_or_default().into(),
            if reason.is_some() { "".into() } else { one.key.into() },
            serde_json::to_string(&one.merged).map_err(Error::internal)?.into(),
        ]);
    }
    let columns = COLUMNS.map(|(name, kind)| Column { name: name.to_owned(), kind });
    tx.insert_many(DELIVERY, &columns, rows).await
}

/// The keys that have a row already.
async fn taken(tx: &mut Tx, meant: &[Meant]) -> Result<HashSet<String>> {
    let mut values: Vec<Value> = meant.iter().filter(|one| !one.key.is_empty()).map(|one| one.key.as_str().into()).collect();
    if values.is_empty() {
        return Ok(HashSet::new());
    }
    let list = crate::places(&mut values, 0);
    let sql = format!("SELECT \"key\" FROM \"delivery\" WHERE \"key\" IN ({list}) AND \"removed_at\" IS NULL AND \"key\" <> ''");
    Ok(tx.rows(&Statement::new(sql, values)).await?.iter().map(|row| row.text(0).to_owned()).collect())
}

/// The columns of a row as it is made; the rest is empty until something happens.
const COLUMNS: [(&str, ColumnType); 15] = [
    ("id", ColumnType::Link),
    ("version", ColumnType::Int),
    ("created_at", ColumnType::Moment),
    ("changed_at", ColumnType::Moment),
    ("mailing", ColumnType::Link),
    ("recipient", ColumnType::Link),
    ("recipient_kind", ColumnType::Text),
    ("subject", ColumnType::Text),
    ("subject_f", ColumnType::Text),
    ("address", ColumnType::Text),
    ("address_f", ColumnType::Text),
    ("state", ColumnType::Text),
    ("reason", ColumnType::Text),
    ("key", ColumnType::Text),
    ("merged", ColumnType::Text),
];
