//! A batch of rows in one transaction: records found by their keys, created or brought up to date, and the run's own
//! row moved on in the same commit. Whoever is killed between two batches finds whole batches, and where to go on.

use super::Mode;
use super::alike::{Alike, Course, Similar};
use super::keys::Key;
use super::mapping::Part;
use super::rows::{Fault, Maker, Piece, Reach, Ready, Warning};
use crate::accounts::entity as account;
use crate::addresses::entity as addresses;
use crate::contacts::entity::{self as contact, ACCOUNT_CONTACT, place};
use crate::sites::entity as site;
use engine::duplicates::{Coming, Looked};
use engine::principal::Scope;
use engine::{Act, Draft, Engine, Principal, Slicing, Statement};
use kernel::{Error, Id, Result, Say, Value, fold};
use meta::sql::Sql;
use meta::{Entity, FieldId, Record};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

/// A row on its way into the data.
pub(super) struct Item {
    pub(super) line: u64,
    /// As it stands in the file; kept only where it may be written again.
    pub(super) raw: String,
    pub(super) ready: std::result::Result<Ready, Fault>,
}

/// Rows that go into the data together.
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    /// The acts that create all of them, made ahead where nothing else can become of them; taken by the first who
    /// applies them. With the identity of each row's record.
    pub(super) acts: Mutex<Option<Vec<Act>>>,
    pub(super) ids: Vec<Id>,
    /// The people of each row's account, made ahead too.
    pub(super) people: Vec<Vec<Id>>,
    /// What each row was found to be alike to, where that matters.
    pub(super) looked: Vec<Option<Looked>>,
}

impl Batch {
    /// Rows of which nothing is made ahead.
    pub(super) fn of(items: Vec<Item>) -> Batch {
        Batch { items, acts: Mutex::new(None), ids: Vec::new(), people: Vec::new(), looked: Vec::new() }
    }

    fn taken(&self) -> Option<Vec<Act>> {
        self.acts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A record was created.
    Created,
    /// A record got other values.
    Updated,
    /// The record had all of it already.
    Unchanged,
    /// Left out by the mode: it exists already, or it does not.
    #[default]
    Skipped,
    /// It can't become a record.
    Error,
    /// It was looked at before this run was interrupted.
    Earlier,
}

/// What became of a row, with the record and what was not taken.
#[derive(Default)]
pub(super) struct Told {
    pub(super) line: u64,
    pub(super) outcome: Outcome,
    pub(super) record: Option<Id>,
    /// The people that the row names, in its order.
    pub(super) people: Vec<Id>,
    pub(super) warnings: Vec<Warning>,
    pub(super) fault: Option<Fault>,
    /// Consents that were written.
    pub(super) consents: u64,
    /// Consents left out: the ledger knows better. A warning says so of each.
    pub(super) consents_left: u64,
    /// What it is alike to.
    pub(super) alike: Option<Similar>,
}

/// What applying batches depends on.
pub(super) struct Applying {
    pub(super) engine: Engine,
    pub(super) who: Principal,
    pub(super) maker: Arc<Maker>,
    pub(super) keys: Vec<Key>,
    pub(super) mode: Mode,
    pub(super) alike: Alike,
    /// Those that came before, where it matters what is alike to them.
    pub(super) coming: Option<Mutex<Coming>>,
    /// Where nothing stays written: the keys of what earlier batches would have created.
    pub(super) rehearsed: Option<Mutex<HashSet<(usize, String)>>>,
}

/// A row of a batch, and the account it belongs to once that is found.
struct Row<'b> {
    place: usize,
    line: u64,
    ready: &'b Ready,
    /// The record it becomes, where it becomes one.
    id: Id,
    belongs: Option<Id>,
    looked: Option<&'b Looked>,
}

/// What a row is about to be.
enum Fate {
    Create,
    Change(Id),
    Skip(Option<Id>),
    Refuse(Fault),
}

impl Applying {
    /// Applies a batch; what became of each row, in their order. Where something refuses one of its rows all of it
    /// fails, unless it is done with care: then each row stands for itself, at a price.
    pub(super) async fn batch(&self, slicing: &mut Slicing<'_>, batch: &Batch, care: bool) -> Result<Vec<Told>> {
        let items = &batch.items;
        let mut told = Vec::with_capacity(items.len());
        let mut rows = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let mut one = Told { line: item.line, outcome: Outcome::Error, ..Told::default() };
            match &item.ready {
                Ok(ready) => {
                    one.warnings.clone_from(&ready.warnings);
                    let looked = batch.looked.get(place).and_then(Option::as_ref);
                    rows.push(Row { place, line: item.line, ready, id: self.engine.id(), belongs: None, looked });
                }
                Err(fault) => one.fault = Some(fault.clone()),
            }
            told.push(one);
        }
        if !care && let Some(acts) = batch.taken() {
            for (row, (id, people)) in rows.iter().zip(batch.ids.iter().zip(&batch.people)) {
                let told = &mut told[row.place];
                (told.outcome, told.record) = (Outcome::Created, Some(*id));
                told.people.clone_from(people);
            }
            slicing.apply(acts).await?;
            self.consents(slicing, items, &mut told, care).await?;
            return Ok(told);
        }
        self.of_accounts(slicing, &mut rows, &mut told).await?;
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let taken = self.wave(slicing, rest, care, &mut told).await?;
            rest = &rest[taken.max(1)..];
        }
        self.consents(slicing, items, &mut told, care).await?;
        Ok(told)
    }

    /// A batch, with the acts of its rows made ahead where they need nothing from the data.
    pub(super) fn ready(&self, items: Vec<Item>) -> Result<Batch> {
        let ahead = self.keys.is_empty()
            && self.mode == Mode::Create
            && self.coming.is_none()
            && !matches!(self.maker.entity.key, "contact" | "site");
        if !ahead {
            return Ok(Batch::of(items));
        }
        let mut drafts = Vec::with_capacity(items.len() * 4);
        let (mut ids, mut people) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
        for ready in items.iter().filter_map(|item| item.ready.as_ref().ok()) {
            let id = self.engine.id();
            people.push(self.creation(id, ready, None, &mut drafts));
            ids.push(id);
        }
        let acts = self.engine.made_ahead(&self.who, drafts)?;
        Ok(Batch { acts: Mutex::new(Some(acts)), ids, people, ..Batch::of(items) })
    }

    /// Applies rows up to the first that is about a record which one before it creates or changes; how many.
    async fn wave(&self, slicing: &mut Slicing<'_>, rows: &[Row<'_>], care: bool, told: &mut [Told]) -> Result<usize> {
        if self.keys.is_empty() && self.mode == Mode::Create && self.coming.is_none() {
            self.create(slicing, &rows.iter().collect::<Vec<_>>(), care, told).await?;
            return Ok(rows.len());
        }
        let values: Vec<Vec<Vec<String>>> = rows.iter().map(|row| self.keys.iter().map(|key| key.values(row.ready)).collect()).collect();
        let mut found = Vec::with_capacity(self.keys.len());
        for (place, key) in self.keys.iter().enumerate() {
            let wanted: HashSet<&String> = values.iter().flat_map(|row| &row[place]).collect();
            let wanted: Vec<String> = wanted.into_iter().cloned().collect();
            found.push(key.find(slicing.tx(), &self.maker.entity, &wanted).await?);
        }
        let hidden = self.hidden(slicing, &found).await?;
        let (mut create, mut change): (Vec<&Row<'_>>, Vec<(&Row<'_>, Id)>) = (Vec::new(), Vec::new());
        let mut pending: HashSet<(usize, &str)> = HashSet::new();
        let (mut touched, mut fresh): (HashSet<Id>, HashSet<Id>) = (HashSet::new(), HashSet::new());
        let mut taken = 0;
        for (row, values) in rows.iter().zip(&values) {
            let mut own = values.iter().enumerate().flat_map(|(key, values)| values.iter().map(move |value| (key, value.as_str())));
            if own.clone().any(|value| pending.contains(&value)) {
                break;
            }
            let told = &mut told[row.place];
            if let Some(again) = self.again(values, &found) {
                told.outcome = again;
                taken += 1;
                continue;
            }
            match self.fate(values, &found, &hidden, told) {
                Fate::Change(id) if touched.contains(&id) => break,
                Fate::Change(id) => {
                    touched.insert(id);
                    change.push((row, id));
                    pending.extend(&mut own);
                }
                Fate::Create => match self.similar(row.line, row.id, row.looked, &fresh) {
                    Course::Create(similar) => {
                        told.alike = similar;
                        fresh.insert(row.id);
                        create.push(row);
                        pending.extend(&mut own);
                    }
                    Course::Leave(similar) => {
                        (told.outcome, told.record) = (Outcome::Skipped, similar.record);
                        told.alike = Some(similar);
                    }
                    Course::Wait => break,
                    Course::Change(id, _) if touched.contains(&id) => break,
                    Course::Change(id, similar) => {
                        told.alike = Some(similar);
                        touched.insert(id);
                        change.push((row, id));
                        pending.extend(&mut own);
                    }
                    Course::Changed(similar) => (told.outcome, told.alike) = (Outcome::Updated, Some(similar)),
                },
                Fate::Skip(record) => {
                    told.outcome = Outcome::Skipped;
                    told.record = record;
                }
                Fate::Refuse(fault) => told.fault = Some(fault),
            }
            taken += 1;
        }
        self.create(slicing, &create, care, told).await?;
        self.change(slicing, &change, care, told).await?;
        self.gone(rows[..taken].iter().map(|row| &told[row.place]));
        Ok(taken)
    }

    /// What becomes of a row whose record an earlier batch would have created.
    fn again(&self, values: &[Vec<String>], found: &[HashMap<String, Vec<Id>>]) -> Option<Outcome> {
        let rehearsed = self.rehearsed.as_ref()?.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut all = values.iter().enumerate().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        if all.clone().any(|(key, value)| found.get(key).is_some_and(|found| found.contains_key(value))) {
            return None;
        }
        let known = all.any(|(key, value)| rehearsed.contains(&(key, value.clone())));
        known.then_some(if self.mode == Mode::Create { Outcome::Skipped } else { Outcome::Updated })
    }

    /// Remembers the keys of what a batch would have created, when nothing of it stays.
    pub(super) fn rehearsed(&self, batch: &Batch, told: &[Told]) {
        let Some(rehearsed) = &self.rehearsed else { return };
        let mut rehearsed = rehearsed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (item, _) in batch.items.iter().zip(told).filter(|(_, told)| told.outcome == Outcome::Created) {
            let Ok(ready) = &item.ready else { continue };
            for (place, key) in self.keys.iter().enumerate() {
                rehearsed.extend(key.values(ready).into_iter().map(|value| (place, value)));
            }
        }
    }

    /// Those of the found records that whoever imports does not see.
    async fn hidden(&self, slicing: &mut Slicing<'_>, found: &[HashMap<String, Vec<Id>>]) -> Result<HashSet<Id>> {
        if self.who.role.right(&self.maker.entity).see == Scope::All {
            return Ok(HashSet::new());
        }
        let mut hidden: HashSet<Id> = found.iter().flat_map(HashMap::values).flatten().copied().collect();
        let ids: Vec<Id> = hidden.iter().copied().collect();
        for record in slicing.records(&self.maker.entity, &ids).await? {
            hidden.remove(&record.id);
        }
        Ok(hidden)
    }

    fn fate(&self, values: &[Vec<String>], found: &[HashMap<String, Vec<Id>>], hidden: &HashSet<Id>, told: &mut Told) -> Fate {
        let matches = values.iter().zip(found).find_map(|(values, found)| {
            let mut ids: Vec<Id> = values.iter().filter_map(|value| found.get(value)).flatten().copied().collect();
            ids.sort_unstable();
            ids.dedup();
            (!ids.is_empty()).then_some(ids)
        });
        // What is not seen is not found by its identity; by other keys it is there, and no more is said about it.
        let unseen = matches.as_ref().is_some_and(|ids| ids.iter().all(|id| hidden.contains(id)));
        let matches = matches.map(|mut ids| {
            ids.retain(|id| !hidden.contains(id));
            ids
        });
        let matches = matches.filter(|ids| !ids.is_empty());
        // A row that names a record by its identity never makes another one.
        let named = self.keys.iter().zip(values).any(|(key, values)| matches!(key, Key::Id) && !values.is_empty());
        match (matches, self.mode) {
            (Some(ids), Mode::Create) => Fate::Skip(ids.first().copied()),
            (Some(ids), Mode::Update | Mode::Both) => {
                if ids.len() > 1 {
                    let say = Say::new("error-import-several").with("records", ids.len());
                    told.warnings.push(Warning { column: String::new(), value: String::new(), say });
                }
                ids.first().map_or(Fate::Skip(None), |id| Fate::Change(*id))
            }
            (None, _) if named => Fate::Refuse(Fault::row(Say::new("error-import-id"))),
            (None, Mode::Update) => Fate::Skip(None),
            (None, _) if unseen => Fate::Skip(None),
            (None, Mode::Create | Mode::Both) => Fate::Create,
        }
    }

    /// Creates the trees of rows: all at once, or with care one by one.
    async fn create(&self, slicing: &mut Slicing<'_>, rows: &[&Row<'_>], care: bool, told: &mut [Told]) -> Result<()> {
        if care {
            for row in rows {
                let mut drafts = Vec::new();
                let told = &mut told[row.place];
                told.people = self.creation(row.id, row.ready, row.belongs, &mut drafts);
                match slicing.attempt(drafts.into_iter().map(Act::Create).collect()).await {
                    Ok(_) => (told.outcome, told.record) = (Outcome::Created, Some(row.id)),
                    Err(error) => told.fault = Some(refusal(error)?),
                }
            }
            return Ok(());
        }
        if rows.is_empty() {
            return Ok(());
        }
        let mut drafts = Vec::with_capacity(rows.len() * 4);
        for row in rows {
            let told = &mut told[row.place];
            told.people = self.creation(row.id, row.ready, row.belongs, &mut drafts);
            (told.outcome, told.record) = (Outcome::Created, Some(row.id));
        }
        slicing.apply(drafts.into_iter().map(Act::Create).collect()).await.map(|_| ())
    }

    /// The drafts of a row's tree, whose root is to have this identity; the identities of its people.
    fn creation(&self, id: Id, ready: &Ready, belongs: Option<Id>, drafts: &mut Vec<Draft>) -> Vec<Id> {
        let entity = &self.maker.entity;
        let mut root = self.draft(entity.key, Part::Root, &ready.root, id);
        if let (Some(link), Some(account)) = (entity.field("account"), belongs) {
            root.put(link.id, Value::Link(account));
        }
        if belongs.is_none()
            && !ready.unfound.is_empty()
            && let Some(field) = remarks(entity.key)
        {
            root.put(field, Value::Text(noted(root.value(field).map_or("", Value::text), &ready.unfound)));
        }
        drafts.push(root);
        if entity.key == "contact"
            && let Some(account) = belongs
        {
            drafts.push(placed(account, id, ready.root.text(contact::JOB_TITLE.id()), false));
        }
        let people = ready.contacts.iter().enumerate().map(|(number, piece)| self.person(id, piece, number, number == 0, drafts)).collect();
        for (number, piece) in ready.sites.iter().enumerate() {
            drafts.push(self.site(id, piece, number));
        }
        people
    }

    /// The record that a row would become, by itself.
    pub(super) fn root(&self, ready: &Ready) -> Draft {
        self.draft(self.maker.entity.key, Part::Root, &ready.root, Id::SYSTEM)
    }

    fn person(&self, account: Id, piece: &Piece, number: usize, main: bool, drafts: &mut Vec<Draft>) -> Id {
        let id = self.engine.id();
        drafts.push(self.draft("contact", Part::Contact(number), piece, id));
        drafts.push(placed(account, id, &piece.role, main));
        id
    }

    fn site(&self, account: Id, piece: &Piece, number: usize) -> Draft {
        self.draft("site", Part::Site(number), piece, self.engine.id()).with(site::ACCOUNT.id(), account)
    }

    fn draft(&self, entity: &'static str, part: Part, piece: &Piece, id: Id) -> Draft {
        let mut draft = Draft::new(entity);
        draft.id = Some(id);
        draft.values = Vec::with_capacity(piece.values.len() + 4);
        draft.values.extend(piece.values.iter().cloned());
        for (field, value) in self.maker.defaults(part) {
            if draft.value(field).is_none() {
                draft.values.push((field, value.clone()));
            }
        }
        if !piece.notes.is_empty()
            && let Some(field) = remarks(entity)
        {
            draft.put(field, Value::Text(noted(draft.value(field).map_or("", Value::text), &piece.notes)));
        }
        if !piece.emails.is_empty() {
            draft.lines.push(("emails", piece.emails.iter().map(email_line).collect()));
        }
        if !piece.phones.is_empty() {
            draft.lines.push(("phones", piece.phones.iter().map(phone_line).collect()));
        }
        draft
    }

    /// Brings records up to date: all at once, or with care one by one.
    async fn change(&self, slicing: &mut Slicing<'_>, rows: &[(&Row<'_>, Id)], care: bool, told: &mut [Told]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let held = self.held(slicing, rows).await?;
        let mut all = Vec::new();
        for (row, id) in rows {
            let told = &mut told[row.place];
            // What can't be seen by who imports is as if it were not there.
            let Some(record) = held.records.get(id) else {
                told.outcome = Outcome::Skipped;
                continue;
            };
            let mut acts = Vec::new();
            told.people = self.changes(&held, record, row.ready, &mut acts);
            told.record = Some(*id);
            told.outcome = if acts.is_empty() { Outcome::Unchanged } else { Outcome::Updated };
            if care {
                if let Err(error) = slicing.attempt(acts).await {
                    told.outcome = Outcome::Error;
                    told.fault = Some(refusal(error)?);
                }
            } else {
                all.extend(acts);
            }
        }
        if all.is_empty() { Ok(()) } else { slicing.apply(all).await.map(|_| ()) }
    }

    /// The records that rows are about, as far as they may be seen, with the people and places that rows speak of.
    async fn held(&self, slicing: &mut Slicing<'_>, rows: &[(&Row<'_>, Id)]) -> Result<Held> {
        let entity = &self.maker.entity;
        let ids: Vec<Id> = rows.iter().map(|(_, id)| *id).collect();
        let mut held = Held::default();
        for record in slicing.records(entity, &ids).await? {
            held.records.insert(record.id, record);
        }
        if entity.key != "account" {
            return Ok(held);
        }
        if rows.iter().any(|(row, _)| !row.ready.contacts.is_empty()) {
            let mut sql = Sql::new();
            sql.push("SELECT \"account\", \"contact\", \"id\", \"role\" FROM ").name(ACCOUNT_CONTACT);
            sql.push(" WHERE \"removed_at\" IS NULL AND \"account\"");
            meta::query::among(&ids, &mut sql);
            sql.push(" ORDER BY \"id\"");
            let found = slicing.tx().rows(&Statement::new(sql.text, sql.values)).await?;
            let places: Vec<(Id, Id, Id, String)> =
                found.iter().filter_map(|row| Some((row.link(0)?, row.link(1)?, row.link(2)?, row.text(3).to_owned()))).collect();
            let contacts: Vec<Id> = places.iter().map(|(_, contact, ..)| *contact).collect();
            let contact = self.engine.entity("contact")?;
            let mut people: HashMap<Id, Record> =
                slicing.records(&contact, &contacts).await?.into_iter().map(|record| (record.id, record)).collect();
            for (account, contact, place, role) in places {
                if let Some(person) = people.remove(&contact) {
                    held.people.entry(account).or_default().push((person, place, role));
                }
            }
        }
        if rows.iter().any(|(row, _)| !row.ready.sites.is_empty()) {
            let mut sql = Sql::new();
            sql.push("SELECT \"id\" FROM \"site\" WHERE \"removed_at\" IS NULL AND \"account\"");
            meta::query::among(&ids, &mut sql);
            let found = slicing.tx().rows(&Statement::new(sql.text, sql.values)).await?;
            let ids: Vec<Id> = found.iter().filter_map(|row| row.link(0)).collect();
            let entity = self.engine.entity("site")?;
            for record in slicing.records(&entity, &ids).await? {
                if let Some(account) = record.get(&site::ACCOUNT) {
                    held.sites.entry(account).or_default().push(record);
                }
            }
        }
        Ok(held)
    }

    /// The acts that bring a record up to date with a row: only what the row has, and what differs. Gives the people that it names.
    fn changes(&self, held: &Held, record: &Record, ready: &Ready, acts: &mut Vec<Act>) -> Vec<Id> {
        let mut people = Vec::with_capacity(ready.contacts.len());
        let guessed: &[FieldId] = if ready.kind_guessed { &[account::KIND.field.id] } else { &[] };
        acts.extend(changed(&self.maker.entity, record, &ready.root, guessed));
        let known = held.people.get(&record.id).map_or(&[][..], Vec::as_slice);
        for (number, piece) in ready.contacts.iter().enumerate() {
            match known.iter().find(|(person, ..)| is_same_person(person, piece)) {
                Some((person, at, role)) => {
                    people.push(person.id);
                    if let Ok(entity) = self.engine.entity("contact") {
                        acts.extend(changed(&entity, person, piece, &[]));
                    }
                    if role.is_empty() && !piece.role.is_empty() {
                        let values = vec![(place::ROLE.id(), Value::from(piece.role.as_str()))];
                        acts.push(Act::Change { entity: ACCOUNT_CONTACT, id: *at, version: None, values, lines: Vec::new() });
                    }
                }
                None => {
                    let mut drafts = Vec::new();
                    people.push(self.person(record.id, piece, number, known.is_empty() && number == 0, &mut drafts));
                    acts.extend(drafts.into_iter().map(Act::Create));
                }
            }
        }
        let known = held.sites.get(&record.id).map_or(&[][..], Vec::as_slice);
        for (number, piece) in ready.sites.iter().enumerate() {
            match known.iter().find(|site| is_same_site(site, piece)) {
                Some(found) => {
                    if let Ok(entity) = self.engine.entity("site") {
                        acts.extend(changed(&entity, found, piece, &[site::NAME.field.id, site::USE.field.id]));
                    }
                }
                None => acts.push(Act::Create(self.site(record.id, piece, number))),
            }
        }
        people
    }

    /// Contacts and sites name their account; it is found by what they name it with.
    async fn of_accounts(&self, slicing: &mut Slicing<'_>, rows: &mut Vec<Row<'_>>, told: &mut [Told]) -> Result<()> {
        if !matches!(self.maker.entity.key, "contact" | "site") {
            return Ok(());
        }
        let entity = self.engine.entity("account")?;
        let mut fields: Vec<meta::Field> = Vec::new();
        for (field, _) in rows.iter().flat_map(|row| &row.ready.account) {
            if !fields.iter().any(|known| known.id == field.id) {
                fields.push(*field);
            }
        }
        for field in fields {
            let key = Key::Fields(vec![field]);
            let compared = |value: &Value| meta::filter::resolve::compared(field.kind, value).text().to_owned();
            let values: Vec<String> = rows
                .iter()
                .flat_map(|row| &row.ready.account)
                .filter(|(of, value)| of.id == field.id && !value.is_empty())
                .map(|(_, value)| compared(value))
                .collect();
            let found = key.find(slicing.tx(), &entity, &values).await?;
            for row in rows.iter_mut() {
                let named = row.ready.account.iter().find(|(of, _)| of.id == field.id);
                let account = named.and_then(|(_, value)| found.get(&compared(value))?.first()).copied();
                row.belongs = row.belongs.or(account);
            }
        }
        let needed = self.maker.entity.key == "site" && self.mode != Mode::Update;
        rows.retain(|row| {
            let lost = row.belongs.is_none()
                && (!row.ready.account.is_empty() && row.ready.unfound.is_empty() || needed && row.ready.id.is_none());
            if lost {
                told[row.place].fault = Some(Fault::row(Say::new("error-import-account")));
            }
            !lost
        });
        Ok(())
    }
}

/// Records as they are, for the rows that are about them.
#[derive(Default)]
struct Held {
    records: HashMap<Id, Record>,
    /// People at an account: the contact, its place and its role there.
    people: HashMap<Id, Vec<(Record, Id, String)>>,
    sites: HashMap<Id, Vec<Record>>,
}

/// The act that brings one record up to date; none where it has all of it.
fn changed(entity: &Entity, record: &Record, piece: &Piece, except: &[FieldId]) -> Option<Act> {
    let mut values: Vec<(FieldId, Value)> = piece
        .values
        .iter()
        .filter(|(field, value)| !value.is_empty() && !except.contains(field) && record.value(*field) != value)
        .cloned()
        .collect();
    if let Some(field) = remarks(entity.key)
        && !piece.notes.is_empty()
    {
        // What stands in the remarks stays; only what is missing is added.
        let is = record.value(field).text();
        let given = piece.text(field);
        let begin = if is.contains(given) { is } else { given };
        let text = noted(begin, &piece.notes);
        values.retain(|(id, _)| *id != field);
        if text != is {
            values.push((field, Value::Text(text)));
        }
    }
    let mut lines = Vec::new();
    for (relation, reaches, key, line) in [
        ("emails", &piece.emails, addresses::emails::ADDRESS.id(), email_line as fn(&Reach) -> Draft),
        ("phones", &piece.phones, addresses::phones::NUMBER.id(), phone_line as fn(&Reach) -> Draft),
    ] {
        let known = record.lines(relation);
        let fresh: Vec<&Reach> =
            reaches.iter().filter(|reach| !known.iter().any(|line| line.value(key).text().eq_ignore_ascii_case(&reach.text))).collect();
        if !fresh.is_empty() {
            let kept = known.iter().map(|old| Draft { id: Some(old.id), ..Draft::new(old.entity()) });
            lines.push((relation, kept.chain(fresh.into_iter().map(line)).collect()));
        }
    }
    let nothing = values.is_empty() && lines.is_empty();
    (!nothing).then_some(Act::Change { entity: entity.key, id: record.id, version: None, values, lines })
}

fn is_same_person(person: &Record, piece: &Piece) -> bool {
    let words = |family: &str, given: &str| {
        let mut words: Vec<String> = fold(family).split(' ').chain(fold(given).split(' ')).map(str::to_owned).collect();
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words
    };
    let known = words(person.get(&contact::NAME.family), person.get(&contact::NAME.given));
    let new = words(piece.text(contact::NAME.family.id()), piece.text(contact::NAME.given.id()));
    known == new
}

fn is_same_site(known: &Record, piece: &Piece) -> bool {
    let parts = [site::ADDRESS.street.id(), site::ADDRESS.city.id()];
    let addressed = parts.iter().any(|field| !piece.text(*field).is_empty());
    let same = parts.iter().all(|field| fold(known.value(*field).text()) == fold(piece.text(*field)));
    if addressed { same } else { fold(known.get(&site::NAME)) == fold(piece.text(site::NAME.id())) }
}

fn placed(account: Id, contact: Id, role: &str, main: bool) -> Draft {
    let draft = Draft::new(ACCOUNT_CONTACT).with(place::ACCOUNT.id(), account).with(place::CONTACT.id(), contact);
    draft.with(place::ROLE.id(), role).with(place::MAIN.id(), main)
}

fn email_line(reach: &Reach) -> Draft {
    let line = Draft::new(addresses::EMAIL).with(addresses::emails::ADDRESS.id(), reach.text.as_str());
    line.with(addresses::emails::USE.id(), reach.usage)
}

fn phone_line(reach: &Reach) -> Draft {
    let line = Draft::new(addresses::PHONE).with(addresses::phones::NUMBER.id(), reach.text.as_str());
    let line = line.with(addresses::phones::USE.id(), reach.usage);
    if reach.note.is_empty() { line } else { line.with(addresses::phones::NOTE.id(), reach.note.as_str()) }
}

fn remarks(entity: &str) -> Option<FieldId> {
    match entity {
        "account" => Some(account::REMARKS.id()),
        "contact" => Some(contact::REMARKS.id()),
        "site" => Some(site::REMARKS.id()),
        _ => None,
    }
}

/// The remarks with these notes, each on its line, none twice.
fn noted(remarks: &str, notes: &[String]) -> String {
    let mut text = remarks.to_owned();
    for note in notes {
        let note = note.replace("\r\n", "\n");
        if text.is_empty() {
            text = note;
        } else if !format!("\n{text}\n").contains(&format!("\n{note}\n")) {
            text.push('\n');
            text.push_str(&note);
        }
    }
    text
}

/// Whether an error is about what a row says, rather than about the database.
pub(super) fn is_of_a_row(error: &Error) -> bool {
    matches!(error, Error::Invalid(_) | Error::Conflict(_) | Error::NotFound | Error::Forbidden(_))
}

pub(super) fn refusal(error: Error) -> Result<Fault> {
    match error {
        Error::Invalid(problems) => {
            let problem = problems.into_iter().next();
            Ok(problem.map_or_else(
                || Fault::row(Say::new("error-import-refused")),
                |problem| Fault { column: problem.field, value: String::new(), say: problem.say },
            ))
        }
        Error::Conflict(kernel::error::Conflict::Taken { field }) => {
            Ok(Fault { column: field, value: String::new(), say: Say::new("error-taken") })
        }
        Error::Conflict(_) | Error::NotFound => Ok(Fault::row(Say::new("error-import-refused"))),
        Error::Forbidden(say) => Ok(Fault::row(say)),
        other => Err(other),
    }
}
