//! The model: all entities of an installation, declared and extended. Swapped atomically, never changed.

use crate::arrangement::Arrangement;
use crate::conditions::Conditions;
use crate::entity::{Entity, Mirror, Relation};
use crate::field::{Field, FieldId};
use crate::fields::Kind;
use crate::record::{Carried, Keeping};
use crate::series::Series;
use crate::shape::Table;
use italy::places::Postcodes;
use kernel::{Language, fold};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// All entities.
#[derive(Debug, Clone, Default)]
pub struct Model {
    entities: Vec<Arc<Entity>>,
    by_key: HashMap<&'static str, usize>,
    by_plural: HashMap<&'static str, usize>,
    /// The words of vocabularies: (vocabulary, key) to Italian and English.
    pub terms: Arc<HashMap<(String, String), Term>>,
    /// When fields are shown, asked and writable, of those for which it depends on the record.
    pub conditions: Arc<HashMap<FieldId, Conditions>>,
    /// What the company says itself: keys of messages to Italian and English; empty where it says nothing.
    pub spoken: Arc<HashMap<String, [String; 2]>>,
    /// The number series there are, by key.
    pub series: Arc<HashMap<String, Series>>,
    /// How cards and forms are arranged for whoever has a role: role, then entity.
    pub arranged: Arc<HashMap<String, HashMap<String, Arrangement>>>,
    /// What outside sources keep of the records that they bring, by entity.
    pub kept: Arc<HashMap<String, Vec<Arc<Keeping>>>>,
    /// The company's list of CAPs; empty where none is loaded.
    pub postcodes: Arc<Postcodes>,
    /// Whether addresses are looked for at a geocoding server.
    pub geocodes: bool,
}

/// A term of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// In Italian.
    pub italian: String,
    /// In English.
    pub english: String,
    /// No longer offered, still shown.
    pub retired: bool,
    /// How it looks as a tag: a tone of the styles, or nothing.
    pub tone: String,
    /// Its place among the terms of its vocabulary, from 1; 0 where nobody gave it one, after those that have one.
    pub position: i64,
}

impl Term {
    /// What it is called in a language: the Italian words where it has no others.
    pub fn words(&self, language: Language) -> &str {
        if language == Language::English && !self.english.is_empty() { &self.english } else { &self.italian }
    }

    /// What terms are put in order by: the place that somebody gave them, then their words.
    pub fn order(&self, language: Language) -> (i64, String) {
        (if self.position > 0 { self.position } else { i64::MAX }, fold(self.words(language)))
    }
}

/// What somebody may not do with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restriction {
    /// He sees it, and does not write it.
    ReadOnly,
    /// For him it is not there.
    Hidden,
}

/// A fault of a description, found when the program starts.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Model {
    /// The model of these entities, once every name in them is found to lead somewhere.
    pub fn new(entities: Vec<Entity>) -> Result<Model, Fault> {
        let mut model = Model::default();
        for mut entity in entities {
            let fields = entity.fields.iter().filter(|field| field.key != "version").copied().collect();
            entity.carried = Arc::new(Carried::new(entity.key, fields));
            entity.stored = entity.table().columns.into();
            let place = model.entities.len();
            if model.by_key.insert(entity.key, place).is_some() || model.by_plural.insert(entity.plural, place).is_some() {
                return Err(Fault(format!("the entity {} is described twice", entity.key)));
            }
            model.entities.push(Arc::new(entity));
        }
        for entity in &model.entities {
            model.examine(entity)?;
        }
        Ok(model)
    }

    /// The model as somebody may know it, who may not see, or not write, some fields. A hidden field is a secret that nobody
    /// shows, asks for or writes; a relation of owned lines that is hidden is not there.
    pub fn restricted(&self, restriction: impl Fn(&str, &str) -> Option<Restriction>) -> Model {
        let mut model = self.clone();
        for place in &mut model.entities {
            let of = |key: &str| {
                let whole = key.split_once('.').map(|(whole, _)| whole);
                restriction(place.key, key).or_else(|| restriction(place.key, whole?))
            };
            let fields = place.fields.iter().map(|field| field.key).chain(place.relations.iter().map(|relation| relation.key));
            if fields.into_iter().all(|key| of(key).is_none()) {
                continue;
            }
            let mut entity = Entity::clone(place);
            let hidden = |key: &&'static str| of(key) != Some(Restriction::Hidden);
            let restrict = |field: &mut Field| {
                let restriction = of(field.key);
                field.read_only |= restriction.is_some();
                field.secret |= restriction == Some(Restriction::Hidden);
            };
            entity.fields.iter_mut().for_each(restrict);
            let known = entity.relations.len();
            entity.relations.retain(|relation| hidden(&relation.key));
            entity.hides_lines = entity.relations.len() < known;
            for relation in &mut entity.relations {
                relation.read_only |= of(relation.key).is_some();
            }
            let mut carried = entity.carried.fields.to_vec();
            carried.iter_mut().for_each(restrict);
            entity.carried = Arc::new(Carried::new(entity.key, carried));
            entity.columns.retain(hidden);
            entity.head.retain(hidden);
            for section in &mut entity.layout {
                section.fields.retain(hidden);
            }
            entity.unplaced.retain(hidden);
            if !hidden(&entity.sort.0) {
                entity.sort = (entity.title, false);
            }
            *place = Arc::new(entity);
        }
        model
    }

    /// The model with cards and forms arranged as the first of these roles that arranges them has it, each kind of record by itself.
    pub fn arranged_for(&self, roles: &[&str]) -> Model {
        let mut model = self.clone();
        for place in &mut model.entities {
            let arranged = roles.iter().find_map(|role| Some((*role, self.arranged.get(*role)?.get(place.key)?)));
            if let Some((role, arrangement)) = arranged {
                let mut entity = Entity::clone(place);
                entity.arrange(arrangement, role);
                *place = Arc::new(entity);
            }
        }
        model
    }

    /// The fields that one name of [`Entity::compared`] stands for: one, the parts of a composite, or one of its lines, with the
    /// relation these stand in.
    pub fn compared<'m>(&'m self, entity: &'m Entity, name: &str) -> Vec<(Option<&'m Relation>, &'m Field)> {
        if let Some(field) = entity.field(name) {
            return vec![(None, field)];
        }
        if let Some((relation, key)) = name.split_once('.').and_then(|(first, key)| Some((entity.relation(first)?, key))) {
            let field = self.child(relation).filter(|_| relation.owned).and_then(|child| child.field(key));
            return field.map(|field| (Some(relation), field)).into_iter().collect();
        }
        let part = |field: &&Field| field.key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        entity.fields.iter().filter(part).map(|field| (None, field)).collect()
    }

    fn examine_attended(&self, entity: &Entity) -> Result<(), Fault> {
        let Some(attended) = entity.attended else { return Ok(()) };
        let fits = || {
            let relation = entity.relation(attended.relation)?;
            let subject = self.target(self.child(relation)?.field(relation.far?)?)?;
            let leads = |key: &str| matches!(subject.field(key).map(|field| field.kind), Some(Kind::Link(_)));
            Some(leads(attended.user) && leads(attended.under))
        };
        if fits() == Some(true) { Ok(()) } else { Err(Fault(format!("{} is attended by no subject", entity.key))) }
    }

    fn examine(&self, entity: &Entity) -> Result<(), Fault> {
        let here = entity.key;
        let (mut keys, mut ids, mut columns) = (HashSet::new(), HashSet::new(), HashSet::new());
        for field in &entity.fields {
            if !keys.insert(field.key) || !ids.insert(field.id) {
                return Err(Fault(format!("{here}.{} is described twice", field.key)));
            }
            if !columns.insert(field.column()) || (field.folded() && !columns.insert(field.compared_column())) {
                return Err(Fault(format!("the column of {here}.{} is another field's already", field.key)));
            }
            let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.');
            if field.key.is_empty() || field.key.len() > 50 || !field.key.bytes().all(named) {
                return Err(Fault(format!("{here}.{} is no name for a field", field.key)));
            }
            let targets: Vec<&str> = match field.kind {
                Kind::Link(target) => vec![target],
                Kind::About(targets) => targets.to_vec(),
                _ => Vec::new(),
            };
            if let Some(lost) = targets.iter().find(|target| !self.by_key.contains_key(*target)) {
                return Err(Fault(format!("{here}.{} links to {lost}, which nobody describes", field.key)));
            }
        }
        for relation in &entity.relations {
            let child = self.entity(relation.child).ok_or_else(|| Fault(format!("{here}.{} has unknown children", relation.key)))?;
            for link in [Some(relation.via), relation.far].into_iter().flatten() {
                if !child.field(link).is_some_and(|field| matches!(field.kind, Kind::Link(_) | Kind::About(_))) {
                    return Err(Fault(format!("{here}.{}: {}.{link} is no link", relation.key, relation.child)));
                }
            }
        }
        let named = entity.indexes.iter().flatten().chain(&entity.columns).chain(&entity.head).chain([&entity.title, &entity.sort.0]);
        for key in named {
            if *key != "id" && entity.field(key).is_none() {
                return Err(Fault(format!("{here} has no field {key}")));
            }
        }
        self.examine_happening(entity)?;
        self.examine_filing(entity)?;
        self.examine_binding(entity)?;
        self.examine_mirrors(entity)?;
        self.examine_attended(entity)?;
        for name in &entity.compared {
            if self.compared(entity, name).is_empty() {
                return Err(Fault(format!("{here} is compared by {name}, which it does not have")));
            }
        }
        for section in &entity.layout {
            for key in &section.fields {
                let prefix = format!("{key}.");
                let known = entity.field(key).is_some()
                    || entity.relation(key).is_some()
                    || entity.fields.iter().any(|field| field.key.starts_with(&prefix));
                if !known {
                    return Err(Fault(format!("the section {} of {here} names {key}", section.key)));
                }
            }
        }
        Ok(())
    }

    fn examine_happening(&self, entity: &Entity) -> Result<(), Fault> {
        let Some(happens) = &entity.happens else { return Ok(()) };
        let is = |key: &str, fits: fn(Kind) -> bool| entity.field(key).is_some_and(|field| fits(field.kind));
        let fits = is(happens.at, |kind| kind == Kind::Moment)
            && happens.links.iter().all(|link| is(link, |kind| matches!(kind, Kind::Link(_) | Kind::About(_))))
            && happens
                .composed
                .is_none_or(|composed| is(composed.text, |kind| kind == Kind::LongText) && is(composed.pinned, |kind| kind == Kind::YesNo))
            && happens.under.is_none_or(|under| is(under, |kind| matches!(kind, Kind::Link(_))));
        if fits { Ok(()) } else { Err(Fault(format!("{} happens by fields of the wrong kind", entity.key))) }
    }

    fn examine_mirrors(&self, entity: &Entity) -> Result<(), Fault> {
        for mirror in &entity.mirrors {
            let says = || {
                let relation = entity.relation(mirror.relation)?;
                let (child, own) = (self.child(relation)?, entity.field(mirror.field)?);
                let answers = [mirror.last, mirror.first].iter().all(|key| child.field(key).is_some_and(|field| field.kind == Kind::YesNo));
                Some(answers && !own.writable() && child.field(relation.far?)?.kind == own.kind && matches!(own.kind, Kind::Link(_)))
            };
            if says() != Some(true) {
                return Err(Fault(format!("{}.{} mirrors no relation through a link entity", entity.key, mirror.field)));
            }
        }
        Ok(())
    }

    /// The links that say again what the records of a link entity say, each with the entity it is of.
    pub fn mirrors_of<'m>(&'m self, child: &'m str) -> impl Iterator<Item = (&'m Arc<Entity>, Mirror)> {
        self.entities.iter().flat_map(move |entity| {
            let of = move |mirror: &&Mirror| entity.relation(mirror.relation).is_some_and(|relation| relation.child == child);
            entity.mirrors.iter().filter(of).map(move |mirror| (entity, *mirror))
        })
    }

    fn examine_filing(&self, entity: &Entity) -> Result<(), Fault> {
        let is = |key: &str, fits: fn(Kind) -> bool| entity.field(key).is_some_and(|field| fits(field.kind));
        if let Some(filing) = entity.filing {
            let versions = entity.relation(filing.versions).and_then(|relation| self.child(relation));
            let fits = is(filing.about, |kind| matches!(kind, Kind::About(_)))
                && is(filing.number, |kind| kind == Kind::Whole)
                && entity.holds_file().is_some()
                && versions.is_some_and(|versions| versions.holds_file().is_some() && versions.field(filing.number).is_some());
            if !fits {
                return Err(Fault(format!("{} keeps files by fields of the wrong kind", entity.key)));
            }
        }
        if let Some(awaits) = &entity.awaits {
            let fits = is(awaits.day, |kind| matches!(kind, Kind::Date | Kind::Moment))
                && awaits.links.iter().all(|link| is(link, |kind| matches!(kind, Kind::Link(_) | Kind::About(_))))
                && awaits.done.is_none_or(|done| is(done, |kind| kind == Kind::YesNo));
            if !fits {
                return Err(Fault(format!("{} waits by fields of the wrong kind", entity.key)));
            }
        }
        Ok(())
    }

    /// The entity that keeps the files of cards of this entity, and its link to them.
    pub fn filing_on(&self, card: &str) -> Option<(&Arc<Entity>, &Field)> {
        self.entities.iter().find_map(|entity| {
            let about = entity.field(entity.filing?.about)?;
            matches!(about.kind, Kind::About(targets) if targets.contains(&card)).then_some((entity, about))
        })
    }

    /// The entities whose records stand on cards of this entity as what comes next, and the link by which all of them are found.
    pub fn awaited_on(&self, card: &str) -> Vec<(&Arc<Entity>, &Field)> {
        let leads = |field: &&Field| leads_to(field, card);
        let awaited = self.entities.iter().filter_map(|entity| {
            let links = entity.awaits.as_ref()?.links.iter().rev().filter_map(|link| entity.field(link));
            Some((entity, links.into_iter().find(leads)?))
        });
        awaited.collect()
    }

    fn examine_binding(&self, entity: &Entity) -> Result<(), Fault> {
        let is = |key: &str, fits: fn(Kind) -> bool| entity.field(key).is_some_and(|field| fits(field.kind));
        let days = entity.lasting.is_none_or(|(since, until)| [since, until].iter().all(|key| is(key, |kind| kind == Kind::Date)));
        let bound = entity.mutual.is_none_or(|mutual| {
            let by = entity.field(mutual.by).and_then(|field| self.target(field));
            mutual.ends.iter().all(|end| is(end, |kind| matches!(kind, Kind::About(_))))
                && by.is_some_and(|by| mutual.words.iter().all(|words| by.field(words).is_some_and(|field| field.kind == Kind::Text)))
        });
        if days && bound { Ok(()) } else { Err(Fault(format!("{} binds or lasts by fields of the wrong kind", entity.key))) }
    }

    /// The entities whose records stand on the timeline of a card of this entity, and the links that lead there.
    pub fn happening_on(&self, card: &str) -> Vec<(&Arc<Entity>, Vec<&Field>)> {
        let mut happening = Vec::new();
        for entity in &self.entities {
            let links = entity.happens.iter().flat_map(|happens| &happens.links).filter_map(|link| entity.field(link));
            let leading: Vec<&Field> = links.filter(|field| leads_to(field, card)).collect();
            if !leading.is_empty() {
                happening.push((entity, leading));
            }
        }
        happening
    }

    /// The entity with this singular name.
    pub fn entity(&self, key: &str) -> Option<&Arc<Entity>> {
        self.by_key.get(key).map(|place| &self.entities[*place])
    }

    /// The entity with this plural name.
    pub fn plural(&self, plural: &str) -> Option<&Arc<Entity>> {
        self.by_plural.get(plural).map(|place| &self.entities[*place])
    }

    /// All, in the order of their description.
    pub fn entities(&self) -> impl Iterator<Item = &Arc<Entity>> {
        self.entities.iter()
    }

    /// The entity that a link field leads to; `None` for an *about* link.
    pub fn target(&self, field: &Field) -> Option<&Arc<Entity>> {
        match field.kind {
            Kind::Link(target) => self.entity(target),
            _ => None,
        }
    }

    /// The link field of a step along a path, and the entity it leads to: `owner`, or `parent/account` for an *about*
    /// link. No step leads along a secret.
    pub fn step<'m, 'e>(&'m self, entity: &'e Entity, link: &str) -> Option<(&'e Field, &'m Arc<Entity>)> {
        let (key, target) = match link.split_once('/') {
            Some((key, target)) => (key, Some(target)),
            None => (link, None),
        };
        let field = entity.field(key).filter(|field| !field.secret)?;
        let target = match (field.kind, target) {
            (Kind::Link(target), None) => target,
            (Kind::About(targets), Some(target)) if targets.contains(&target) => target,
            _ => return None,
        };
        self.entity(target).map(|target| (field, target))
    }

    /// The entity of a relation's children.
    pub fn child(&self, relation: &Relation) -> Option<&Arc<Entity>> {
        self.entity(relation.child)
    }

    /// The physical tables of all entities.
    pub fn tables(&self) -> Vec<Table> {
        self.entities.iter().map(|entity| entity.table()).collect()
    }
}

/// Whether a link may lead to records of an entity.
fn leads_to(field: &Field, entity: &str) -> bool {
    match field.kind {
        Kind::Link(target) => target == entity,
        Kind::About(targets) => targets.contains(&entity),
        _ => false,
    }
}
