//! What is checked before anything is written: rights over fields, required values, canonical forms, links.

use super::Writing;
use crate::Engine;
use kernel::{Error, Id, IdSet, Problem, Result, Say, Value};
use meta::field::FieldId;
use meta::{Entity, Kind, Record};
use store::Tx;

/// Refuses fields that an input may not write.
pub(crate) fn writable(writing: &Writing, entity: &Entity, fields: impl Iterator<Item = FieldId>) -> Result<()> {
    let mut problems = Vec::new();
    // What his roles hide is as unknown to him as what nobody described.
    let known = writing.who.model.entity(entity.key);
    let his = |id: FieldId| known.and_then(|known| known.carried.slot(id).map(|slot| known.carried.fields[slot]));
    for id in fields {
        if let Some((field, his)) = entity.carried.slot(id).map(|slot| &entity.carried.fields[slot]).zip(his(id)) {
            let restricted = (his.secret && !field.secret, his.read_only && !field.read_only);
            if restricted.0 || restricted.1 {
                let say = Say::new(if restricted.0 { "error-unknown-field" } else { "error-read-only" });
                problems.push(Problem { field: if restricted.0 { String::new() } else { field.key.to_owned() }, say });
                continue;
            }
        }
        match entity.carried.slot(id).map(|slot| &entity.carried.fields[slot]) {
            None => problems.push(Problem { field: String::new(), say: Say::new("error-unknown-field") }),
            Some(field) if writing.who.user.is_none() && !field.system && field.computed.is_none() => {}
            Some(field)
                if writing.beyond_inputs()
                    && !field.system
                    && field.computed.is_none()
                    && (!field.guarded || writing.who.role.administer) => {}
            Some(field) if !field.writable() || field.guarded && !writing.who.role.administer => {
                problems.push(Problem { field: field.key.to_owned(), say: Say::new("error-read-only") });
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Required values are there, texts are in their canonical form. What was empty before a rule of the program changed something
/// else may stay so: the field may be younger than the record.
pub(super) fn canonical(writing: &Writing, entity: &Entity, before: Option<&Record>, record: &mut Record) -> Result<()> {
    let mut problems = Vec::new();
    canonical_into(record, None, &mut problems);
    if let Some(before) = before.filter(|_| writing.by_rule) {
        problems.retain(|problem| problem.say.key != "error-required" || !before.named(&problem.field).is_empty());
    }
    for relation in entity.owned() {
        if let Some((_, lines)) = record.lines.iter_mut().find(|(key, _)| *key == relation.key) {
            for (place, line) in lines.iter_mut().enumerate() {
                canonical_into(line, Some((relation.key, place)), &mut problems);
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Which line of its parent a record is.
type Line = Option<(&'static str, usize)>;

/// A field as a problem names it: with the line it stands in.
fn named(line: Line, field: &str) -> String {
    match line {
        Some((relation, place)) => format!("{relation}.{place}.{field}"),
        None => field.to_owned(),
    }
}

fn canonical_into(record: &mut Record, line: Line, problems: &mut Vec<Problem>) {
    for (field, value) in record.carried.fields.iter().zip(record.values.iter_mut()) {
        if field.required && field.computed.is_none() && value.is_empty() {
            problems.push(Problem { field: named(line, field.key), say: Say::new("error-required") });
        } else if let (Some(check), Value::Text(text)) = (field.check, &*value)
            && !text.is_empty()
        {
            match check(text) {
                Ok(canonical) => *value = Value::Text(canonical),
                Err(say) => problems.push(Problem { field: named(line, field.key), say }),
            }
        }
    }
}

impl Engine {
    /// Every link leads somewhere, as [`Engine::check_links`] has it; where one leads to a record that was merged into another
    /// since, it leads to that one.
    pub(super) async fn check_led(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        records: &mut [Record],
        created: &IdSet,
        before: Option<&Record>,
    ) -> Result<()> {
        match self.check_links(tx, writing, entity, records, created, before).await {
            Err(Error::Invalid(problems)) => {
                if !self.lead_on(tx, records).await? {
                    return Err(Error::Invalid(problems));
                }
                self.check_links(tx, writing, entity, records, created, before).await
            }
            other => other,
        }
    }

    /// Every link, of the records and of their lines, leads to a living record that the writer may see, to one
    /// created in the same act, or where it led before.
    pub(super) async fn check_links(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        entity: &Entity,
        records: &[Record],
        created: &IdSet,
        before: Option<&Record>,
    ) -> Result<()> {
        let mut problems = Vec::new();
        let own: Vec<(Line, &Record)> = records.iter().map(|record| (None, record)).collect();
        let earlier: Vec<&Record> = before.into_iter().collect();
        self.check_links_of(tx, writing, &own, &earlier, created, None, &mut problems).await?;
        // Lines lead to their own record, which is among the created ones or the one that is changed.
        let parent = before.map(|before| before.id);
        for relation in entity.owned() {
            let lines = records.iter().flat_map(|record| record.lines(relation.key).iter().enumerate());
            let lines: Vec<(Line, &Record)> = lines.map(|(place, line)| (Some((relation.key, place)), line)).collect();
            let earlier: Vec<&Record> = before.into_iter().flat_map(|before| before.lines(relation.key)).collect();
            self.check_links_of(tx, writing, &lines, &earlier, created, parent, &mut problems).await?;
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// The same for records of one entity.
    #[expect(clippy::too_many_arguments, reason = "what is checked, and what needs no checking")]
    async fn check_links_of(
        &self,
        tx: &mut Tx,
        writing: &Writing,
        records: &[(Line, &Record)],
        earlier: &[&Record],
        known: &IdSet,
        parent: Option<Id>,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let model = self.model();
        let Some((_, first)) = records.first() else { return Ok(()) };
        for (slot, field) in first.carried.fields.iter().enumerate() {
            let targets: &[&'static str] = match &field.kind {
                Kind::Link(target) => std::slice::from_ref(target),
                Kind::About(targets) => targets,
                _ => continue,
            };
            if field.system {
                continue;
            }
            let asked = |record: &Record| {
                let value = record.values.get(slot)?;
                let kept = earlier.iter().any(|earlier| earlier.id == record.id && earlier.values.get(slot) == Some(value));
                value.link().filter(|id| !kept && Some(*id) != parent && !known.contains(id))
            };
            let mut ids: Vec<Id> = records.iter().filter_map(|(_, record)| asked(record)).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() {
                continue;
            }
            // What no input may write was put there by a rule, which may reach what the person may not see.
            let rule = field.read_only.then(|| self.system(writing.who.through));
            let who = rule.as_ref().unwrap_or(&writing.who);
            let mut found = IdSet::default();
            for target in targets {
                let target = model.entity(target).ok_or(Error::NotFound)?;
                if who.seen(target).is_some() {
                    found.extend(self.existing(tx, who, target, &ids).await?);
                }
            }
            if let Some((line, _)) = records.iter().find(|(_, record)| asked(record).is_some_and(|id| !found.contains(&id))) {
                problems.push(Problem { field: named(*line, field.key), say: Say::new("error-link") });
            }
        }
        Ok(())
    }

    async fn existing(&self, tx: &mut Tx, who: &crate::Principal, entity: &Entity, ids: &[Id]) -> Result<Vec<Id>> {
        let seen = who.seen(entity).ok_or(Error::NotFound)?;
        let mut found = Vec::new();
        for some in ids.chunks(500) {
            let sql = self.compiling(who, |compile| meta::query::records(entity, &[], some, &seen, false, compile))?;
            let rows = tx.rows_as(&store::Statement::new(sql.text, sql.values), &crate::asking::kinds(&[])).await?;
            found.extend(rows.into_iter().filter_map(|row| row.first().and_then(Value::link)));
        }
        Ok(found)
    }
}
