//! Notifications: what somebody else did that is a person's business. Written in the commit of what was done, one for all of
//! a kind that one changeset did; seen by that person alone, and only as far as he may see at that moment what it is about.

use crate::Engine;
use crate::mentions::{self, people};
use crate::principal::{Principal, Through};
use crate::write::Writing;
use kernel::{Error, Id, Moment, Result, Value};
use meta::{Entity, Record, Visibility};
use std::collections::HashMap;
use store::{Statement, Tx};

/// Unread ones are counted up to here.
pub const MOST_COUNTED: i64 = 99;

/// What a notification is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// He was named in a text.
    Mentioned,
    /// A record became his.
    Assigned,
    /// Work that he began, or that is done in his name, has ended.
    Ended,
    /// The same, and it could not be done.
    Failed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::Mentioned, Kind::Assigned, Kind::Ended, Kind::Failed];

    /// Its word in the database and in words.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Mentioned => "mentioned",
            Kind::Assigned => "assigned",
            Kind::Ended => "ended",
            Kind::Failed => "failed",
        }
    }

    /// The kind of a key.
    pub fn from_key(key: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// A notification, as far as its reader may see what it is about.
#[derive(Debug)]
pub struct Notification {
    /// Its identity.
    pub id: Id,
    /// What it is of.
    pub kind: Kind,
    /// The name of who did it.
    pub author: String,
    /// The entity of what it is about.
    pub entity: &'static str,
    /// How many records.
    pub count: i64,
    /// When.
    pub at: Moment,
    /// Whether it was read.
    pub read: bool,
    /// Where one record stands and what it says, as its reader may see it now; none otherwise.
    pub place: Option<Standing>,
}

/// The card that a notification leads to.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The record it is about.
    pub record: Id,
    /// The entity of the card.
    pub entity: &'static str,
    /// The card.
    pub card: Id,
    /// What the card is called.
    pub name: String,
    /// What the record says, where it stands on a card and is none itself.
    pub says: String,
    /// What the record counts, where it is work that has ended: the fields that are not nought, in their order.
    pub counts: Vec<(&'static str, i64)>,
}

impl Engine {
    /// Says whom a composed text means. What an undoing puts back stands as it was.
    pub(crate) async fn resolve_mentions(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        records: &mut [Record],
        before: Option<&Record>,
    ) -> Result<()> {
        let Some(text) = composed(entity) else { return Ok(()) };
        let says = |record: &Record| record.named(text).text().contains('@');
        let same = |record: &Record| before.is_some_and(|before| before.named(text) == record.named(text));
        if writing.undoes.is_some() || !records.iter().any(|record| says(record) && !same(record)) {
            return Ok(());
        }
        let staff = Statement::new(
            "SELECT \"id\", \"name\" FROM \"user\" WHERE \"active\" = ? AND \"removed_at\" IS NULL ORDER BY \"id\"",
            vec![Value::Bool(true)],
        );
        let staff: Vec<(Id, String)> =
            tx.rows(&staff).await?.iter().filter_map(|row| Some((row.link(0)?, row.text(1).to_owned()))).collect();
        let known = before.map(|before| people(before.named(text).text())).unwrap_or_default();
        let field = entity.field(text).ok_or(Error::NotFound)?.id;
        for record in records.iter_mut().filter(|record| says(record) && !same(record)) {
            let resolved = mentions::resolved(record.value(field).text(), &staff, &known);
            record.put(field, Value::Text(resolved));
        }
        Ok(())
    }

    /// Tells people what was done for them: by somebody else, and seen by them.
    pub(crate) async fn notify(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        records: &[Record],
        before: Option<&Record>,
    ) -> Result<()> {
        // Nobody is told what he does himself, what the program does by itself, or what is taken back.
        let Some(author) = writing.who.user.filter(|_| writing.undoes.is_none() && !writing.as_was) else { return Ok(()) };
        let mut told: HashMap<(Id, Kind), (Id, i64)> = HashMap::new();
        let mut tell = |user: Id, kind: Kind, record: Id| told.entry((user, kind)).or_insert((record, 0)).1 += 1;
        if let Visibility::Owner(owner) | Visibility::OwnerOrThrough(owner, ..) = entity.visibility {
            for record in records {
                let is = record.named(owner).link();
                let was = before.and_then(|before| before.named(owner).link());
                if let Some(user) = is.filter(|user| *user != author && Some(*user) != was) {
                    tell(user, Kind::Assigned, record.id);
                }
            }
        }
        if let Some(text) = composed(entity) {
            let named = before.map(|before| people(before.named(text).text())).unwrap_or_default();
            for record in records.iter().filter(|record| record.named(text).text().contains("@[")) {
                for user in people(record.named(text).text()) {
                    let fresh = user != author && !named.contains(&user);
                    if fresh && self.reaches(tx, user, entity, record.id).await? {
                        tell(user, Kind::Mentioned, record.id);
                    }
                }
            }
        }
        for ((user, kind), (record, count)) in told {
            if self.is_silent(tx, user, kind).await? {
                continue;
            }
            let note = "INSERT INTO \"notification\" (\"user\", \"changeset\", \"kind\", \"entity\", \"id\", \"author\", \"record\", \"count\", \"at\") \
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (\"user\", \"changeset\", \"kind\", \"entity\") \
                        DO UPDATE SET \"count\" = \"notification\".\"count\" + excluded.\"count\"";
            let values = vec![
                Value::Link(user),
                Value::Link(writing.changeset),
                kind.key().into(),
                entity.key.into(),
                Value::Link(self.id()),
                Value::Link(author),
                Value::Link(record),
                Value::Int(count),
                Value::Moment(writing.now),
            ];
            tx.execute(&Statement::new(note, values)).await?;
            tx.announce(&format!("notification/{user}")).await?;
        }
        Ok(())
    }

    /// Tells somebody in the commit of its end that work of his has ended or could not be done: `record` keeps what came of it, and is
    /// told once under its changeset, however often it ends.
    pub async fn tell_ended(&self, tx: &mut Tx, user: Id, kind: Kind, (entity, record): (&'static str, Id), changeset: Id) -> Result<()> {
        if self.is_silent(tx, user, kind).await? {
            return Ok(());
        }
        let note = "INSERT INTO \"notification\" (\"user\", \"changeset\", \"kind\", \"entity\", \"id\", \"record\", \"count\", \"at\") \
                    VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (\"user\", \"changeset\", \"kind\", \"entity\") DO NOTHING";
        let values = vec![
            Value::Link(user),
            Value::Link(changeset),
            kind.key().into(),
            entity.into(),
            Value::Link(self.id()),
            Value::Link(record),
            Value::Moment(self.now()),
        ];
        tx.execute(&Statement::new(note, values)).await?;
        tx.announce(&format!("notification/{user}")).await
    }

    /// Whether somebody does not want to be told this kind.
    async fn is_silent(&self, tx: &mut Tx, user: Id, kind: Kind) -> Result<bool> {
        let silent = "SELECT 1 FROM \"silence\" WHERE \"user\" = ? AND \"kind\" = ?";
        Ok(!tx.rows(&Statement::new(silent, vec![Value::Link(user), kind.key().into()])).await?.is_empty())
    }

    /// Whether somebody may see a record that is being written.
    async fn reaches(&self, tx: &mut Tx, user: Id, entity: &Entity, record: Id) -> Result<bool> {
        let sql = format!(
            "SELECT {} FROM \"user\" AS u WHERE u.\"id\" = ? AND u.\"active\" = ? AND u.\"removed_at\" IS NULL",
            crate::identity::users::PRINCIPAL
        );
        let rows = tx.rows(&Statement::new(sql, vec![Value::Link(user), Value::Bool(true)])).await?;
        let Some(row) = rows.first() else { return Ok(false) };
        let his = self.principal_from(tx, row.values(), Through::Job).await?;
        if his.seen(entity).is_none() {
            return Ok(false);
        }
        Ok(!self.read_records(tx, &his, entity, &[record], false, false).await?.is_empty())
    }

    /// The names of those whom a record mentions and who may not see it.
    pub async fn unreached(&self, who: &Principal, entity: &Entity, record: Id) -> Result<Vec<String>> {
        let Some(text) = composed(entity) else { return Ok(Vec::new()) };
        let (engine, who, key) = (self.clone(), who.clone(), entity.key);
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move {
                    let entity = who.entity(key)?;
                    let Some(record) = engine.read_records(tx, &who, &entity, &[record], false, false).await?.pop() else {
                        return Ok(Vec::new());
                    };
                    let mut names = Vec::new();
                    for piece in mentions::pieces(record.named(text).text()) {
                        if let mentions::Piece::Person(name, id) = piece
                            && Some(id) != who.user
                            && !engine.reaches(tx, id, &entity, record.id).await?
                            && !names.iter().any(|known| known == name)
                        {
                            names.push(name.to_owned());
                        }
                    }
                    Ok(names)
                })
            })
            .await
    }

    /// How many somebody has not read yet, up to [`MOST_COUNTED`] and one.
    pub async fn unread(&self, who: &Principal) -> Result<i64> {
        let Some(user) = who.user else { return Ok(0) };
        let sql = Statement::new(
            "SELECT count(*) FROM (SELECT 1 FROM \"notification\" WHERE \"user\" = ? AND \"read_at\" IS NULL LIMIT ?) AS n",
            vec![Value::Link(user), Value::Int(MOST_COUNTED + 1)],
        );
        self.inside.store.read(move |tx| Box::pin(async move { crate::asking::one_number(tx, &sql).await })).await
    }

    /// Somebody's notifications, the newest first: those before a given one, and whether there are more.
    pub async fn notifications(&self, who: &Principal, before: Option<Id>, most: usize) -> Result<(Vec<Notification>, bool)> {
        let Some(user) = who.user else { return Ok((Vec::new(), false)) };
        let before = before.map_or(Value::Int(i64::MAX), Value::Link);
        let values = vec![Value::Link(user), before, Value::Int(most as i64 + 1)];
        let mut found = self.notified(who, " AND \"id\" < ? ORDER BY \"id\" DESC LIMIT ?", values).await?;
        let beyond = found.len() > most;
        found.truncate(most);
        Ok((found, beyond))
    }

    /// One of somebody's notifications, which is read by that.
    pub async fn read_notification(&self, who: &Principal, id: Id) -> Result<Notification> {
        let user = who.user.ok_or(Error::NotFound)?;
        let found = self.notified(who, " AND \"id\" = ?", vec![Value::Link(user), Value::Link(id)]).await?.pop();
        let found = found.ok_or(Error::NotFound)?;
        if !found.read {
            self.mark_read(user, " AND \"id\" = ?", vec![Value::Link(id)]).await?;
        }
        Ok(found)
    }

    /// All of somebody's notifications are read.
    pub async fn read_notifications(&self, who: &Principal) -> Result<()> {
        self.mark_read(who.user.ok_or(Error::NotFound)?, "", Vec::new()).await
    }

    async fn mark_read(&self, user: Id, which: &'static str, more: Vec<Value>) -> Result<()> {
        let mut values = vec![Value::Moment(self.now()), Value::Link(user)];
        values.extend(more);
        let sql = Statement::new(
            format!("UPDATE \"notification\" SET \"read_at\" = ? WHERE \"user\" = ? AND \"read_at\" IS NULL{which}"),
            values,
        );
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(&sql).await?;
                    tx.announce(&format!("notification/{user}")).await
                })
            })
            .await
    }

    /// The kinds that somebody does not want to be told.
    pub async fn silenced(&self, who: &Principal) -> Result<Vec<Kind>> {
        let Some(user) = who.user else { return Ok(Vec::new()) };
        let sql = Statement::new("SELECT \"kind\" FROM \"silence\" WHERE \"user\" = ?", vec![Value::Link(user)]);
        self.inside
            .store
            .read(move |tx| {
                Box::pin(async move { Ok(tx.rows(&sql).await?.iter().filter_map(|row| Kind::from_key(row.text(0))).collect()) })
            })
            .await
    }

    /// Somebody does not want to be told these kinds, and no others.
    pub async fn silence(&self, who: &Principal, kinds: &[Kind]) -> Result<()> {
        let user = who.user.ok_or(Error::NotFound)?;
        let kinds = kinds.to_vec();
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(&Statement::new("DELETE FROM \"silence\" WHERE \"user\" = ?", vec![Value::Link(user)])).await?;
                    for kind in kinds {
                        let values = vec![Value::Link(user), kind.key().into()];
                        tx.execute(&Statement::new("INSERT INTO \"silence\" (\"user\", \"kind\") VALUES (?, ?)", values)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn notified(&self, who: &Principal, which: &'static str, values: Vec<Value>) -> Result<Vec<Notification>> {
        let sql = Statement::new(
            format!(
                "SELECT \"id\", \"kind\", \"entity\", \"record\", \"count\", \"at\", \"read_at\", \"author\" FROM \"notification\" WHERE \"user\" = ?{which}"
            ),
            values,
        );
        let (engine, who) = (self.clone(), who.clone());
        self.inside.store.read(move |tx| Box::pin(async move { engine.notified_in(tx, &who, &sql).await })).await
    }

    async fn notified_in(&self, tx: &mut Tx, who: &Principal, sql: &Statement) -> Result<Vec<Notification>> {
        let model = self.model();
        let mut found: Vec<(Notification, Option<Id>, Option<Id>)> = Vec::new();
        for row in tx.rows(sql).await?.iter() {
            let (Some(id), Some(kind), Some(entity)) = (row.link(0), Kind::from_key(row.text(1)), model.entity(row.text(2))) else {
                continue;
            };
            let notification = Notification {
                id,
                kind,
                author: String::new(),
                entity: entity.key,
                count: row.int(4),
                at: row.moment(5).unwrap_or_default(),
                read: row.moment(6).is_some(),
                place: None,
            };
            found.push((notification, row.link(3), row.link(7)));
        }
        let authors: Vec<Id> = found.iter().filter_map(|(_, _, author)| *author).collect();
        let mut names = HashMap::new();
        self.titles_of(tx, who, crate::identity::USER, &authors, &mut names).await?;
        let mut keys: Vec<&'static str> = found.iter().map(|(notification, ..)| notification.entity).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut places: HashMap<Id, Standing> = HashMap::new();
        for key in keys {
            let entity = who.entity(key)?;
            let ids: Vec<Id> =
                found.iter().filter(|(one, ..)| one.entity == key && one.count == 1).filter_map(|(_, record, _)| *record).collect();
            if ids.is_empty() || who.seen(&entity).is_none() {
                continue;
            }
            let records = self.read_records(tx, who, &entity, &ids, false, false).await?;
            let titles = self.titles(tx, who, records.iter()).await?;
            for record in &records {
                places.extend(standing(&entity, record, &titles).map(|place| (record.id, place)));
            }
        }
        Ok(found
            .into_iter()
            .map(|(mut notification, record, author)| {
                notification.place = record.filter(|_| notification.count == 1).and_then(|record| places.get(&record).cloned());
                notification.author = author.and_then(|author| names.get(&author).cloned()).unwrap_or_default();
                notification
            })
            .collect())
    }
}

/// The card of a record, by a name that its reader may see.
fn standing(entity: &Entity, record: &Record, titles: &HashMap<Id, String>) -> Option<Standing> {
    let title = record.named(entity.title).text().to_owned();
    let Some(happens) = &entity.happens else {
        return Some(Standing {
            record: record.id,
            entity: entity.key,
            card: record.id,
            name: title,
            says: String::new(),
            counts: counts(entity, record),
        });
    };
    happens.links.iter().find_map(|link| {
        let card = record.named(link).link()?;
        let key = match entity.field(link)?.kind {
            meta::Kind::Link(target) => target,
            meta::Kind::About(targets) => targets.iter().find(|target| **target == record.named(&format!("{link}_kind")).text())?,
            _ => return None,
        };
        let name = titles.get(&card)?.clone();
        Some(Standing { record: record.id, entity: key, card, name, says: mentions::plain(&title), counts: Vec::new() })
    })
}

/// What a record counts.
fn counts(entity: &Entity, record: &Record) -> Vec<(&'static str, i64)> {
    let numbers = entity.fields.iter().filter(|field| field.kind == meta::Kind::Whole && !field.secret);
    numbers.map(|field| (field.key, record.value(field.id).int())).filter(|(_, number)| *number != 0).collect()
}

fn composed(entity: &Entity) -> Option<&'static str> {
    entity.happens.as_ref().and_then(|happens| happens.composed).map(|composed| composed.text)
}
