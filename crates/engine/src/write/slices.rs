//! Long work in slices: each slice is one transaction, all of them share one changeset, and a slice may note in
//! the same transaction how far the work has come.

use super::{Act, Draft, Twin, Writing};
use crate::Engine;
use crate::principal::Principal;
use kernel::{Id, Result};
use meta::{Entity, FieldId, Record};
use store::{Tx, Work};

/// One slice of long work: acts, and the work's own bookkeeping, in one transaction.
pub struct Slicing<'t> {
    engine: Engine,
    tx: &'t mut Tx,
    pub(crate) writing: Writing,
}

impl Engine {
    /// Runs a slice of long work under a changeset that goes on over slices. People's writes go first; the work
    /// waits for nothing but the slice, and should end within 20 ms. All of it is committed, or nothing.
    pub async fn slice<T, F>(&self, who: &Principal, why: &'static str, changeset: Id, work: F) -> Result<T>
    where
        F: for<'s> FnOnce(&'s mut Slicing<'_>) -> Work<'s, T> + Send + 'static,
        T: Send + 'static,
    {
        let writing = Writing { changeset, ..self.writing(who, why)? };
        let engine = self.clone();
        self.inside
            .store
            .write_slice(move |tx| {
                Box::pin(async move {
                    crate::history::open(tx, &writing).await?;
                    work(&mut Slicing { engine, tx, writing }).await
                })
            })
            .await
    }
}

impl Slicing<'_> {
    /// The engine: ids, the day, the descriptions.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// In whose name the work is done.
    pub fn who(&self) -> &Principal {
        &self.writing.who
    }

    /// Applies acts; the record of each, and its version now.
    pub async fn apply(&mut self, acts: Vec<Act>) -> Result<Vec<(Id, i64)>> {
        self.engine.apply_all(self.tx, &self.writing, acts).await
    }

    /// The same, but what fails leaves no trace, and the slice goes on.
    pub async fn attempt(&mut self, acts: Vec<Act>) -> Result<Vec<(Id, i64)>> {
        let (engine, writing) = (self.engine.clone(), self.writing.clone());
        self.tx.savepoint(move |tx| Box::pin(async move { engine.apply_all(tx, &writing, acts).await })).await
    }

    /// The same by a rule of the program: with the rights of the system, in the name of whoever the work is done for, and
    /// also in fields that no input may write. Whether he may ask for it is for the work to find out.
    pub async fn attempt_by_rule(&mut self, acts: Vec<Act>) -> Result<Vec<(Id, i64)>> {
        self.ruled(acts, false).await
    }

    /// The same, also of records in the trash, which stay there.
    pub(crate) async fn attempt_everywhere(&mut self, acts: Vec<Act>) -> Result<Vec<(Id, i64)>> {
        self.ruled(acts, true).await
    }

    async fn ruled(&mut self, acts: Vec<Act>, in_trash: bool) -> Result<Vec<(Id, i64)>> {
        let engine = self.engine.clone();
        let who = self.writing.who.ruling(&engine);
        let writing = Writing { who, by_rule: true, in_trash, ..self.writing.clone() };
        self.tx.savepoint(move |tx| Box::pin(async move { engine.apply_all(tx, &writing, acts).await })).await
    }

    /// Gives a record the numbers of series that it has none of; whether it lacked one. What fails takes no number.
    pub(crate) async fn number(&mut self, entity: &Entity, record: Record) -> Result<bool> {
        let numbered = entity.fields.iter().filter(|field| field.series.is_some());
        let lacking: Vec<FieldId> = numbered.map(|field| field.id).filter(|field| record.value(*field).is_empty()).collect();
        if lacking.is_empty() {
            return Ok(false);
        }
        let (engine, entity) = (self.engine.clone(), self.engine.entity(entity.key)?);
        let writing = Writing { who: self.writing.who.ruling(&engine), by_rule: true, ..self.writing.clone() };
        self.tx
            .savepoint(move |tx| {
                Box::pin(async move {
                    let (id, version, mut numbered) = (record.id, Some(record.version), [record]);
                    engine.number(tx, writing.now, &entity, &mut numbered).await?;
                    let values = lacking.into_iter().map(|field| (field, numbered[0].value(field).clone())).collect();
                    engine.apply_all(tx, &writing, vec![Act::Change { entity: entity.key, id, version, values, lines: Vec::new() }]).await
                })
            })
            .await?;
        Ok(true)
    }

    /// The living records that have one of a draft's duplicate keys, as far as the writer may know of them.
    pub async fn twins(&mut self, draft: &Draft) -> Result<Vec<Twin>> {
        self.engine.twins_in(self.tx, &self.writing.who, draft).await
    }

    /// The living records with these identities, as far as the writer may see them, with all fields and owned lines.
    pub async fn records(&mut self, entity: &Entity, ids: &[Id]) -> Result<Vec<Record>> {
        self.engine.read_records(self.tx, &self.writing.who, entity, ids, false, true).await
    }

    /// The transaction, for the named statements of the work's slice.
    pub fn tx(&mut self) -> &mut Tx {
        self.tx
    }
}
