//! Rights over single fields: what a role hides, and what it only shows.

use super::role::Part;
use super::{FieldRight, Scope, Verb};
use meta::{Entity, Restriction};
use std::collections::BTreeMap;

/// What one role says of fields: entity and field, the whole of a composite by its name up to the dot.
pub(super) type Fields = BTreeMap<(String, String), FieldRight>;

/// What several roles leave hidden or read only: nobody loses by one more role. `reaching` says whether a role gives anything
/// of an entity at all, and so whether it speaks of its fields.
pub(super) fn together(parts: &[&Part]) -> BTreeMap<(String, String), Restriction> {
    let mut named: Vec<&(String, String)> = parts.iter().flat_map(|part| part.fields.keys()).collect();
    named.sort_unstable();
    named.dedup();
    let mut restrictions = BTreeMap::new();
    for (entity, field) in named {
        let reaching = parts.iter().filter(|part| part.reaches(entity));
        let least = reaching.map(|part| part.fields.get(&(entity.clone(), field.clone())).map(|right| right.restriction())).min().flatten();
        if let Some(restriction) = least {
            restrictions.insert((entity.clone(), field.clone()), restriction);
        }
    }
    restrictions
}

impl FieldRight {
    pub(super) fn restriction(self) -> Restriction {
        match self {
            FieldRight::Read => Restriction::ReadOnly,
            FieldRight::Hidden => Restriction::Hidden,
        }
    }
}

impl Part {
    fn reaches(&self, entity: &str) -> bool {
        self.right(entity).of(Verb::See) > Scope::None
    }
}

/// Whether a role may hide a field, or show it only: not what names a record, nor what its place and time, its files or its
/// owner go by, nor what has to be given.
pub(super) fn may_be_restricted(entity: &Entity, key: &str) -> bool {
    let of_it = |field: &meta::Field| field.key == key || field.key.split_once('.').is_some_and(|(whole, _)| whole == key);
    let mut fields = entity.fields.iter().filter(|field| of_it(field)).peekable();
    if fields.peek().is_none() {
        return entity.relation(key).is_some_and(|relation| relation.owned);
    }
    let happens = entity.happens.iter().flat_map(|happens| happens.links.iter().chain([&happens.at]).chain(happens.under.iter()));
    let bound = entity.mutual.iter().flat_map(|mutual| mutual.ends.iter().chain([&mutual.by]));
    let lasting = entity.lasting.iter().flat_map(|(since, until)| [since, until]);
    let filing = entity.filing.iter().flat_map(|filing| [&filing.about, &filing.number]);
    let awaits = entity.awaits.iter().flat_map(|awaits| awaits.links.iter().chain([&awaits.day]).chain(awaits.done.iter()));
    let structure: Vec<&'static str> = happens.chain(bound).chain(lasting).chain(filing).chain(awaits).copied().collect();
    fields.all(|field| {
        let needed = field.required && field.default == meta::field::Default::None;
        !needed && !field.secret && !field.system && field.key != entity.title && !structure.contains(&field.key)
    })
}
