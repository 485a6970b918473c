//! Creating: any number of records at once, of any entities, with their lines.

use super::{Act, Ahead, Draft, Writing, blank, check, compute};
use crate::Engine;
use crate::area::Change;
use crate::history;
use crate::own_fields::OWN_FIELD;
use crate::principal::{Principal, Scope, Verb};
use kernel::fold::fold_into;
use kernel::{Error, Id, IdSet, Result, Say, Value};
use meta::field::Default;
use meta::{Entity, Record};
use std::sync::Arc;
use store::{Cell, Tx};

impl Engine {
    /// Makes new records ready outside of the transaction that will write them: on another thread, while the writer is
    /// busy with those before. They bear the moment of this call; what needs the data is still checked when they are written.
    ///
    /// Errors: invalid where a draft writes what an input may not.
    pub fn made_ahead(&self, who: &Principal, drafts: Vec<Draft>) -> Result<Vec<Act>> {
        let writing = self.writing(who, "create")?;
        drafts.into_iter().map(|draft| Ok(Act::Insert(Box::new(Ahead(self.drafted(&writing, draft)?))))).collect()
    }

    /// Creates records; gives identity and version of each, in their order.
    pub(super) async fn create_all(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        fresh: Vec<Record>,
        created: &mut IdSet,
        more: &mut Vec<Act>,
    ) -> Result<Vec<(Id, i64)>> {
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let mut groups: Vec<(Arc<Entity>, Vec<Record>)> = Vec::new();
        let mut order = Vec::with_capacity(fresh.len());
        for record in fresh {
            let group = match groups.iter().position(|(entity, _)| entity.key == record.entity()) {
                Some(group) => group,
                None => {
                    let entity = self.entity(record.entity())?;
                    writing.who.permit(Verb::Create, &entity)?;
                    groups.push((entity, Vec::new()));
                    groups.len() - 1
                }
            };
            order.push((record.id, 1));
            let record = self.fitted(&groups[group].0, record)?;
            groups[group].1.push(record);
        }
        created.extend(order.iter().map(|(id, _)| *id));
        for (entity, records) in &mut groups {
            if self.inside.hooks.contains_key(entity.key) && !writing.as_was {
                // One change for all of them: only the record in it is another each time.
                let mut change = Change {
                    who: writing.who.clone(),
                    now: writing.now,
                    zone: self.settings().zone.clone(),
                    model: self.model(),
                    before: None,
                    after: Record {
                        carried: entity.carried.clone(),
                        id: Id::SYSTEM,
                        version: 1,
                        values: Vec::new(),
                        lines: Vec::new(),
                        beyond: meta::Beyond::default(),
                    },
                    more: std::mem::take(more),
                    jobs: Vec::new(),
                };
                for record in records.iter_mut() {
                    std::mem::swap(&mut change.after, record);
                    let outcome = self.run_hooks(tx, entity, &mut change).await;
                    std::mem::swap(&mut change.after, record);
                    outcome?;
                }
                self.enqueue_once(tx, &change.jobs).await?;
                *more = change.more;
            }
            self.resolve_mentions(tx, writing, entity, records, None).await?;
            self.number(tx, writing.now, entity, records).await?;
            for record in records.iter_mut() {
                check::canonical(writing, entity, None, record)?;
                self.check_conditions(writing, &self.model(), entity, None, record)?;
                if entity.key == OWN_FIELD {
                    self.shape_own_field(tx, record).await?;
                    // No record has a value in it yet.
                    self.follow_own_field(tx, Some(record), Some(record)).await?;
                }
                compute(record);
            }
            self.check_led(tx, writing, entity, records, created, None).await?;
        }
        self.mirror_fresh(&mut groups);
        for (entity, records) in &groups {
            self.insert(tx, entity, records).await?;
            for relation in entity.owned() {
                let child = self.entity(relation.child)?;
                let lines: Vec<&Record> = records.iter().flat_map(|record| record.lines(relation.key)).collect();
                self.insert_all(tx, &child, lines.into_iter()).await?;
            }
            history::created(tx, writing, entity, records).await?;
            self.search_learn_new(tx, entity, records).await?;
            self.duplicates_learn_new(tx, entity, records).await?;
            self.timeline_learn(tx, entity, records).await?;
            self.picture_files(tx, entity, None, records).await?;
            self.notify(tx, writing, entity, records, None).await?;
            let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
            self.announce(tx, entity, &ids).await?;
        }
        for (entity, records) in &groups {
            self.within_reach(tx, writing, entity, records).await?;
        }
        // Of those that were there before, once all of them are there.
        let fresh: IdSet = order.iter().map(|(id, _)| *id).collect();
        for (entity, records) in &groups {
            self.follow_mirrors(tx, entity, records, &fresh).await?;
        }
        Ok(order)
    }

    /// Refuses new records that lie beyond those for whom the writer may create.
    async fn within_reach(&self, tx: &mut Tx, writing: &Writing, entity: &Entity, records: &[Record]) -> Result<()> {
        if writing.who.role.right(entity).create == Scope::All || records.is_empty() {
            return Ok(());
        }
        let ids: Vec<Id> = records.iter().map(|record| record.id).collect();
        if self.reached_in(tx, &writing.who, Verb::Create, entity, &ids).await?.len() == ids.len() {
            return Ok(());
        }
        Err(Error::Forbidden(Say::new("error-create-beyond")))
    }

    /// A record as its entity is described now, where it was made ready before a field was added or removed.
    fn fitted(&self, entity: &Arc<Entity>, record: Record) -> Result<Record> {
        let lines = record.lines;
        let mut fitted = Record { lines: Vec::new(), ..record };
        if !Arc::ptr_eq(&fitted.carried, &entity.carried) {
            let mut values = entity.carried.blank();
            for (slot, field) in entity.carried.fields.iter().enumerate() {
                if let Some(value) = fitted.carried.slot(field.id).and_then(|slot| fitted.values.get(slot)) {
                    values[slot] = value.clone();
                }
            }
            fitted = Record { carried: entity.carried.clone(), values, ..fitted };
        }
        for (relation, records) in lines {
            let child = entity.relation(relation).map(|relation| self.entity(relation.child)).transpose()?.ok_or(Error::NotFound)?;
            let records = records.into_iter().map(|record| self.fitted(&child, record)).collect::<Result<_>>()?;
            fitted.lines.push((relation, records));
        }
        Ok(fitted)
    }

    /// The record of a draft, with its lines, before anything is checked that needs the data.
    pub(super) fn drafted(&self, writing: &Writing, draft: Draft) -> Result<Record> {
        let entity = &self.entity(draft.entity)?;
        check::writable(writing, entity, draft.values.iter().map(|(field, _)| *field))?;
        let mut record = blank(entity, draft.id.unwrap_or_else(|| self.id()));
        self.begin(writing, entity, &mut record);
        if let Some(at) = draft.made_at {
            for field in ["created_at", "changed_at"].into_iter().filter_map(|key| entity.field(key)) {
                record.put(field.id, Value::Moment(at));
            }
        }
        for (field, value) in draft.values {
            record.put(field, value);
        }
        for (relation, drafts) in draft.lines {
            let id = record.id;
            let lines = self.new_lines(writing, entity, relation, id, drafts, None)?;
            record.lines.push((relation, lines));
        }
        Ok(record)
    }

    /// Puts defaults, and who and when, into a new record.
    pub(super) fn begin(&self, writing: &Writing, entity: &Entity, record: &mut Record) {
        for (slot, field) in entity.carried.fields.iter().enumerate() {
            let value = match (field.system, field.default) {
                (true, _) if matches!(field.key, "created_at" | "changed_at") => Value::Moment(writing.now),
                (true, _) if matches!(field.key, "created_by" | "changed_by") => writing.who.user.into(),
                (_, Default::None) => continue,
                (_, Default::Text(text)) => Value::from(text),
                (_, Default::Number(number)) => Value::Int(number),
                (_, Default::Yes) => Value::Bool(true),
                (_, Default::Me) => writing.who.user.into(),
                (_, Default::Now) => Value::Moment(writing.now),
                (_, Default::Today) => Value::Date(writing.now.date(&self.settings().zone)),
            };
            record.values[slot] = value;
        }
    }

    pub(super) async fn insert(&self, tx: &mut Tx, entity: &Entity, records: &[Record]) -> Result<()> {
        self.insert_all(tx, entity, records.iter()).await
    }

    async fn insert_all<'r>(&self, tx: &mut Tx, entity: &Entity, records: impl Iterator<Item = &'r Record>) -> Result<()> {
        let records: Vec<&Record> = records.collect();
        let folded: Vec<bool> = entity.carried.fields.iter().map(meta::Field::folded).collect();
        if records.is_empty() {
            return Ok(());
        }
        if records.iter().any(|record| record.values.len() != folded.len()) {
            return Err(Error::internal(format_args!("a record of {} does not fit its table", entity.key)));
        }
        // All twins in one text, so that the cells of a row are lent, not made.
        let mut twins = String::new();
        let mut ends = Vec::new();
        for record in &records {
            for (value, _) in record.values.iter().zip(&folded).filter(|(_, folded)| **folded) {
                fold_into(value.text(), &mut twins);
                ends.push(twins.len());
            }
        }
        // In the order of [`Entity::table`]: identity, fields with their twins, version.
        let mut cells = Vec::with_capacity(records.len() * entity.stored.len());
        let (mut begin, mut ends) = (0, ends.into_iter());
        for record in &records {
            cells.push(Cell::Number(record.id.number()));
            for (value, folded) in record.values.iter().zip(&folded) {
                cells.push(Cell::Value(value));
                if *folded {
                    let end = ends.next().unwrap_or(begin);
                    cells.push(Cell::Text(&twins[begin..end]));
                    begin = end;
                }
            }
            cells.push(Cell::Number(record.version));
        }
        tx.insert_cells(entity.key, &entity.stored, cells).await
    }
}
