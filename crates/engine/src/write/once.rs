//! Doing a thing once: the same key, sent twice, has one effect and one answer.

use super::{Act, Draft, Outcome, Twin, Writing};
use crate::Engine;
use crate::principal::Principal;
use kernel::error::Conflict;
use kernel::{Error, Id, Moment, Result, Say, Value};
use store::Statement;

/// What creating gave: a record, or the ones that have the same keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The record was created, now or at the first time this key was sent.
    Now(Outcome),
    /// Nothing was written: living records have the same keys.
    Exists(Vec<Twin>),
}

/// A key that marks one sending, and a digest of what was sent with it.
#[derive(Debug, Clone)]
pub struct Once {
    /// The sender's key.
    pub key: String,
    /// A digest of the request: the same key with another request is an error of the sender.
    pub digest: String,
}

impl Engine {
    /// Creates a record, and `beside` it what belongs to it, unless one with the same duplicate keys lives already (or
    /// the sender insists), and unless it was created already under the same sending.
    pub async fn create_once(
        &self,
        who: &Principal,
        draft: Draft,
        beside: Vec<Draft>,
        insist: bool,
        once: Option<Once>,
    ) -> Result<Created> {
        self.create_once_as(self.writing(who, "create")?, draft, beside, insist, once).await
    }

    /// The same, where what belongs to it are files that were received: their fields are written by nobody else.
    pub async fn create_once_received(&self, who: &Principal, draft: Draft, beside: Vec<Draft>, once: Option<Once>) -> Result<Created> {
        let writing = Writing { by_rule: true, ..self.writing(who, "create")? };
        self.create_once_as(writing, draft, beside, true, once).await
    }

    async fn create_once_as(
        &self,
        writing: Writing,
        draft: Draft,
        beside: Vec<Draft>,
        insist: bool,
        once: Option<Once>,
    ) -> Result<Created> {
        // What is alike is looked for beside the one that writes; what has the same key is asked inside, where nobody comes between.
        let alike = if insist || self.was_sent(&writing.who, once.as_ref()).await? {
            Vec::new()
        } else {
            self.only_alike(&writing.who, &draft).await?
        };
        let engine = self.clone();
        let describing = super::describes(draft.entity);
        let created = self
            .inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let author = writing.who.user.unwrap_or(Id::SYSTEM);
                    if let Some(once) = &once
                        && let Some(outcome) = claim(tx, author, once, writing.now).await?
                    {
                        return Ok(Created::Now(outcome));
                    }
                    if !insist {
                        let twins = with_alike(engine.twins_in(tx, &writing.who, &draft).await?, alike);
                        if !twins.is_empty() {
                            // What is wrong with it is said first: one that could not be written asks for nobody's number.
                            if let Err(error @ (Error::Invalid(_) | Error::Forbidden(_) | Error::NotFound)) =
                                engine.rehearse(tx, &writing, draft).await
                            {
                                return Err(error);
                            }
                            if let Some(once) = &once {
                                let drop = Statement::new(
                                    "DELETE FROM \"idempotency\" WHERE \"principal\" = ? AND \"key\" = ?",
                                    vec![Value::Link(author), Value::from(once.key.as_str())],
                                );
                                tx.execute(&drop).await?;
                            }
                            return Ok(Created::Exists(twins));
                        }
                    }
                    let outcome = engine.apply(tx, &writing, std::iter::once(draft).chain(beside).map(Act::Create).collect()).await?;
                    if let Some(once) = &once {
                        keep(tx, author, once, &outcome).await?;
                    }
                    Ok(Created::Now(outcome))
                })
            })
            .await?;
        self.follow_descriptions(describing).await?;
        Ok(created)
    }
}

/// What has a key in common, with what was found to be alike: likeness of the one, and the others after them.
fn with_alike(mut twins: Vec<Twin>, alike: Vec<Twin>) -> Vec<Twin> {
    for found in alike {
        let same =
            |twin: &&mut Twin| twin.record.is_some() && twin.record.as_ref().map(|(id, _)| *id) == found.record.as_ref().map(|(id, _)| *id);
        let mut known = twins.iter_mut().filter(same).peekable();
        match known.peek().is_some() {
            true => known.for_each(|twin| twin.alike.clone_from(&found.alike)),
            false if found.field.is_empty() => twins.push(found),
            false => {}
        }
    }
    twins
}

impl Engine {
    /// Whether something was sent under this key before: then what is there may be what it made.
    async fn was_sent(&self, who: &Principal, once: Option<&Once>) -> Result<bool> {
        let Some(once) = once else { return Ok(false) };
        let sql = "SELECT 1 FROM \"idempotency\" WHERE \"principal\" = ? AND \"key\" = ?";
        let sent = Statement::new(sql, vec![Value::Link(who.user.unwrap_or(Id::SYSTEM)), Value::from(once.key.as_str())]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.row(&sent).await?.is_some()) })).await
    }

    /// What is alike, of an entity that is compared by something.
    async fn only_alike(&self, who: &Principal, draft: &Draft) -> Result<Vec<Twin>> {
        if self.entity(draft.entity)?.compared.is_empty() {
            return Ok(Vec::new());
        }
        self.alike(who, draft, None).await
    }

    /// Creates a record and takes it back: whether it could be.
    async fn rehearse(&self, tx: &mut store::Tx, writing: &Writing, draft: Draft) -> Result<()> {
        let (engine, writing) = (self.clone(), writing.clone());
        let rehearsed = tx.savepoint(move |tx| {
            Box::pin(async move {
                engine.apply(tx, &writing, vec![Act::Create(draft)]).await?;
                Err::<(), Error>(Error::Busy(0))
            })
        });
        match rehearsed.await {
            Err(Error::Busy(0)) => Ok(()),
            other => other,
        }
    }
}

/// Takes a key for this sending; gives the outcome of the first one where it is taken already. Conflict where that sent something else.
pub(crate) async fn claim(tx: &mut store::Tx, author: Id, once: &Once, now: Moment) -> Result<Option<Outcome>> {
    let claim = Statement::new(
        "INSERT INTO \"idempotency\" (\"principal\", \"key\", \"digest\", \"answer\", \"at\") VALUES (?, ?, ?, '', ?) \
         ON CONFLICT (\"principal\", \"key\") DO NOTHING",
        vec![Value::Link(author), Value::from(once.key.as_str()), Value::from(once.digest.as_str()), Value::Moment(now)],
    );
    if tx.execute(&claim).await? == 0 { answered(tx, author, once).await.map(Some) } else { Ok(None) }
}

/// Keeps the outcome of a sending whose key was taken: its first record answers for it.
pub(crate) async fn keep(tx: &mut store::Tx, author: Id, once: &Once, outcome: &Outcome) -> Result<()> {
    let (id, version) = outcome.records[0];
    let keep = Statement::new(
        "UPDATE \"idempotency\" SET \"answer\" = ? WHERE \"principal\" = ? AND \"key\" = ?",
        vec![Value::Text(format!("{} {id} {version}", outcome.changeset)), Value::Link(author), Value::from(once.key.as_str())],
    );
    tx.execute(&keep).await.map(|_| ())
}

async fn answered(tx: &mut store::Tx, author: Id, once: &Once) -> Result<Outcome> {
    let known = Statement::new(
        "SELECT \"digest\", \"answer\" FROM \"idempotency\" WHERE \"principal\" = ? AND \"key\" = ?",
        vec![Value::Link(author), Value::from(once.key.as_str())],
    );
    let rows = tx.rows(&known).await?;
    let row = rows.first().ok_or_else(|| Error::internal("an idempotency key vanished"))?;
    if row.text(0) != once.digest {
        return Err(Error::Conflict(Conflict::State(Say::new("error-idempotency-reused"))));
    }
    let parts: Vec<&str> = row.text(1).split(' ').collect();
    match parts.as_slice() {
        [changeset, id, version] => {
            let parse = |text: &str| text.parse::<Id>().map_err(|_| Error::internal("an idempotency answer is broken"));
            let version = version.parse().map_err(|_| Error::internal("an idempotency answer is broken"))?;
            Ok(Outcome { changeset: parse(changeset)?, records: vec![(parse(id)?, version)] })
        }
        _ => Err(Error::internal("an idempotency answer is broken")),
    }
}
