//! How the company arranges cards and forms: a row for each kind of record, for everybody or for whoever has a role. Rows are
//! read with the descriptions and rewrite them, so that card, form and editing in place follow without knowing of it.

use crate::area::{Change, Slice};
use crate::own_fields::takes_own_fields;
use crate::principal::Principal;
use crate::rights::ROLE;
use crate::write::{Act, Draft, Outcome};
use crate::{Asked, Engine, epoch};
use kernel::error::Conflict;
use kernel::{Error, Id, Result, Say, Value, fold};
use meta::entity::Visibility;
use meta::fields::{Code, LongText, code, long_text, term_key};
use meta::{Arrangement, Entity, Filter, Model, OWN_SECTION, Record};
use std::collections::{HashMap, HashSet};
use store::{Statement, Tx, Work};

/// The entity of layouts.
pub const LAYOUT: &str = "layout";

/// Sections of a card at most.
pub const SECTIONS: usize = 40;
/// Letters of a section's title at most.
pub const TITLE: usize = 80;
/// Names in an arrangement at most.
const NAMES: usize = 600;

meta::entity! { "layout" {
    /// The key of the entity that it arranges.
    ENTITY: Code = code("entity").required(),
    /// The key of the role that it is for; everybody's where it is empty.
    ROLE_KEY: Code = code("role"),
    /// Both, which stand together once.
    OF: Code = code("of").unique().computed(of),
    /// The sections and what stands in them, as [`Arrangement`] writes it.
    ARRANGEMENT: LongText = long_text("arrangement").required(),
}}

fn of(record: &Record) -> Value {
    format!("{}/{}", record.get(&ENTITY), record.get(&ROLE_KEY)).into()
}

pub(crate) fn slice() -> Slice {
    let layout = Entity::new(LAYOUT, "layouts", fields()).titled(&OF).seen(Visibility::Administrators).inner();
    Slice::new("layouts").entity(layout).hook(LAYOUT, examine)
}

/// A layout as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The key of the entity.
    pub entity: String,
    /// The key of the role; empty for everybody.
    pub role: String,
    /// How it is arranged.
    pub arrangement: Arrangement,
    /// The version of its row.
    pub version: i64,
}

/// Puts roles into the order in which the first one that arranges a card decides: that of their Italian names.
pub fn in_order(model: &Model, roles: &mut [&str]) {
    let name = |key: &str| model.terms.get(&(ROLE.to_owned(), key.to_owned())).map_or_else(String::new, |term| fold(&term.italian));
    roles.sort_by_cached_key(|key| (name(key), (*key).to_owned()));
}

impl Engine {
    /// All layouts there are.
    ///
    /// Errors: forbidden for whoever administers nothing.
    pub async fn layouts(&self, who: &Principal) -> Result<Vec<Layout>> {
        who.administers()?;
        self.inside.store.read(|tx| Box::pin(read(tx))).await
    }

    /// Arranges card and form of an entity, for a role or, where it is empty, for everybody; as the product has it where there is no
    /// arrangement. `version` is that of the layout that was looked at; 0 where there was none. Nothing is written where it is so already.
    ///
    /// Errors: conflict where somebody arranged it meanwhile; invalid where it is no arrangement of this entity.
    pub async fn arrange(
        &self,
        who: &Principal,
        entity: &str,
        role: &str,
        arrangement: Option<&Arrangement>,
        version: i64,
    ) -> Result<Option<Outcome>> {
        let filter = Filter::is(OF.field.key, format!("{entity}/{role}"));
        let known = self.list(who, Asked::new(self.entity(LAYOUT)?).filtered(filter)).await?.records.into_iter().next();
        let now = known.as_ref().map_or(0, |record| record.version);
        if now != version {
            return Err(Error::Conflict(Conflict::Stale { version: now }));
        }
        let act = match (known, arrangement) {
            (None, None) => return Ok(None),
            (None, Some(arrangement)) => Act::Create(
                Draft::new(LAYOUT).with(ENTITY.id(), entity).with(ROLE_KEY.id(), role).with(ARRANGEMENT.id(), arrangement.written()),
            ),
            (Some(record), None) => Act::Remove { entity: LAYOUT, id: record.id, version: Some(version) },
            (Some(record), Some(arrangement)) => Act::Change {
                entity: LAYOUT,
                id: record.id,
                version: Some(version),
                values: vec![(ARRANGEMENT.id(), arrangement.written().into())],
                lines: Vec::new(),
            },
        };
        self.write(who, "arrange", vec![act]).await.map(Some)
    }
}

/// What arranges a card is about a kind of record that people write and a role that there is, and is whole.
fn examine<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        // One that comes back does so with its role, which is known after the commit.
        if !change.removes() && !change.restores() {
            whole(&change.model, &change.after)?;
        }
        // Every node that writes after this commit reads them again before.
        epoch::count(tx, epoch::DESCRIPTIONS).await
    })
}

fn whole(model: &Model, record: &Record) -> Result<()> {
    if !model.entity(record.get(&ENTITY)).is_some_and(|entity| takes_own_fields(entity)) {
        return Err(Error::invalid(ENTITY.field.key, Say::new("error-layout-entity")));
    }
    let role = record.get(&ROLE_KEY);
    if !role.is_empty() && !model.terms.contains_key(&(ROLE.to_owned(), role.to_owned())) {
        return Err(Error::invalid(ROLE_KEY.field.key, Say::new("error-layout-role")));
    }
    let wrong = |say: &'static str| Error::invalid(ARRANGEMENT.field.key, Say::new(say));
    let arrangement = Arrangement::parse(record.get(&ARRANGEMENT)).ok_or_else(|| wrong("error-layout"))?;
    let mut named: HashSet<&str> = HashSet::new();
    let mut sections: HashSet<&str> = HashSet::new();
    let is_name = |key: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-');
        !key.is_empty() && key.len() <= 60 && key.bytes().all(plain)
    };
    let all = arrangement.sections.iter().flat_map(|section| &section.fields).chain(&arrangement.out);
    for key in all {
        if !is_name(key) || !named.insert(key) || named.len() > NAMES {
            return Err(wrong("error-layout"));
        }
    }
    for section in &arrangement.sections {
        if !is_name(&section.key) || !sections.insert(&section.key) || section.words.is_some() != section.key.starts_with(OWN_SECTION) {
            return Err(wrong("error-layout"));
        }
        for words in section.words.iter().flatten() {
            if words.chars().count() > TITLE || words.chars().any(char::is_control) {
                return Err(Error::invalid(ARRANGEMENT.field.key, Say::new("error-too-long").with("most", TITLE)));
            }
        }
        if section.words.as_ref().is_some_and(|[italian, _]| term_key(italian).is_none()) {
            return Err(wrong("error-layout-title"));
        }
    }
    if arrangement.sections.len() > SECTIONS {
        return Err(Error::invalid(ARRANGEMENT.field.key, Say::new("error-layout-many").with("most", SECTIONS)));
    }
    if arrangement.sections.iter().all(|section| section.fields.is_empty()) {
        return Err(wrong("error-layout-empty"));
    }
    Ok(())
}

/// Those that are for a role.
pub(crate) async fn of_role(tx: &mut Tx, role: &str) -> Result<Vec<Id>> {
    let sql = "SELECT \"id\" FROM \"layout\" WHERE \"role\" = ? AND \"removed_at\" IS NULL";
    Ok(tx.rows(&Statement::new(sql, vec![role.into()])).await?.iter().filter_map(|row| row.link(0)).collect())
}

/// All of them, in the order in which they were made. What is no arrangement any more arranges nothing.
pub(crate) async fn read(tx: &mut Tx) -> Result<Vec<Layout>> {
    let sql = "SELECT \"entity\", \"role\", \"arrangement\", \"version\" FROM \"layout\" WHERE \"removed_at\" IS NULL ORDER BY \"id\"";
    let rows = tx.rows(&Statement::new(sql, Vec::new())).await?;
    let layout = |row: store::Row<'_>| {
        let arrangement = Arrangement::parse(row.text(2))?;
        Some(Layout { entity: row.text(0).to_owned(), role: row.text(1).to_owned(), arrangement, version: row.int(3) })
    };
    Ok(rows.iter().filter_map(layout).collect())
}

/// Says the titles of the company's own sections.
pub(crate) fn titles(layouts: &[Layout], spoken: &mut HashMap<String, [String; 2]>) {
    for Layout { entity, role, arrangement, .. } in layouts {
        for section in &arrangement.sections {
            if let Some([italian, english]) = &section.words {
                let english = if english.is_empty() { italian } else { english };
                let key = format!("section-{entity}-{}", meta::section_key(&section.key, role));
                spoken.insert(key, [italian.clone(), english.clone()]);
            }
        }
    }
}

/// Arranges the entities as everybody has them; gives what roles have instead.
pub(crate) fn apply(layouts: Vec<Layout>, entities: &mut [Entity]) -> HashMap<String, HashMap<String, Arrangement>> {
    let mut by_role: HashMap<String, HashMap<String, Arrangement>> = HashMap::new();
    for Layout { entity, role, arrangement, .. } in layouts {
        if !role.is_empty() {
            by_role.entry(role).or_default().insert(entity, arrangement);
        } else if let Some(entity) = entities.iter_mut().find(|known| known.key == entity) {
            entity.arrange(&arrangement, "");
        }
    }
    by_role
}
