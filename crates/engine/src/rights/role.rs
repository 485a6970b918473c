//! What somebody may: whose records each right reaches, and the rights that are about no entity. Several roles add up to one.

use super::Fields;
use crate::identity::USER;
use meta::entity::{Granted, Visibility};
use meta::{Entity, choices};
use std::collections::HashMap;

choices! {
    /// Whose records a right reaches; each reaches further than the one before, and includes it.
    Scope {
        /// Nobody's.
        None = "none" grey,
        /// His own.
        Own = "own" grey,
        /// And those that he, or who works for his agency, looks after as a subject.
        Linked = "linked" grey,
        /// And his team's.
        Team = "team" green,
        /// And those of the teams below his.
        Subtree = "subtree" green,
        /// Everybody's.
        All = "all" blue,
    }
}

impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Scope) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scope {
    fn cmp(&self, other: &Scope) -> std::cmp::Ordering {
        (*self as u8).cmp(&(*other as u8))
    }
}

/// A verb of the engine that a right allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Seeing.
    See,
    /// Creating.
    Create,
    /// Changing, restoring an earlier state.
    Change,
    /// Removing, restoring from the trash.
    Remove,
}

impl Verb {
    /// All of them.
    pub const ALL: [Verb; 4] = [Verb::See, Verb::Create, Verb::Change, Verb::Remove];

    /// Its word: the field of a role that holds its scope.
    pub fn key(self) -> &'static str {
        match self {
            Verb::See => "see",
            Verb::Create => "create",
            Verb::Change => "change",
            Verb::Remove => "remove",
        }
    }
}

/// Whose records of an entity each verb reaches. What may not be seen may not be changed either, whatever stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// Whose records he sees.
    pub see: Scope,
    /// For whom he creates.
    pub create: Scope,
    /// Whose records he changes.
    pub change: Scope,
    /// Whose records he removes.
    pub remove: Scope,
}

impl Right {
    /// Nothing at all.
    pub const NOTHING: Right = Right::all_of(Scope::None);
    /// Everything.
    pub const EVERYTHING: Right = Right::all_of(Scope::All);
    /// Looking.
    pub const READ: Right = Right { see: Scope::All, ..Right::NOTHING };

    /// The same reach for every verb.
    pub const fn all_of(scope: Scope) -> Right {
        Right { see: scope, create: scope, change: scope, remove: scope }
    }

    /// How far a verb reaches.
    pub fn of(&self, verb: Verb) -> Scope {
        match verb {
            Verb::See => self.see,
            Verb::Create => self.create,
            Verb::Change => self.change,
            Verb::Remove => self.remove,
        }
    }

    /// What both give together.
    pub fn and(self, other: Right) -> Right {
        Right {
            see: self.see.max(other.see),
            create: self.create.max(other.create),
            change: self.change.max(other.change),
            remove: self.remove.max(other.remove),
        }
    }
}

/// What is about no entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Powers {
    /// Reads files into the data.
    pub import: bool,
    /// Takes data out in files.
    pub export: bool,
    /// Does one thing to many records at once, each as far as its rights reach.
    pub bulk: bool,
    /// Sends to many at once.
    pub send: bool,
    /// Puts views before others.
    pub share: bool,
    /// Users, roles, tokens of others, settings.
    pub administer: bool,
}

impl Powers {
    const EVERYTHING: Powers = Powers { import: true, export: true, bulk: true, send: true, share: true, administer: true };
}

/// One role, as it stands in the database.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) key: String,
    pub(super) default: Right,
    pub(super) entities: HashMap<String, Right>,
    pub(super) powers: Powers,
    pub(super) fields: Fields,
}

impl Part {
    pub(super) fn right(&self, entity: &str) -> Right {
        self.entities.get(entity).copied().unwrap_or(self.default)
    }
}

/// What all roles of somebody come to.
#[derive(Debug, Clone)]
pub struct Role {
    /// Their keys, in the order in which he has them.
    pub keys: Vec<String>,
    /// For entities not named.
    default: Right,
    /// For these, by the entity's key.
    entities: HashMap<String, Right>,
    /// Reads files into the data.
    pub import: bool,
    /// Takes data out in files.
    pub export: bool,
    /// Does one thing to many records at once, each as far as its rights reach.
    pub bulk: bool,
    /// Sends to many at once.
    pub send: bool,
    /// Puts views before others.
    pub share: bool,
    /// Users, roles, tokens of others, settings.
    pub administer: bool,
}

impl Role {
    /// Everything: the program itself, and the rules that an administrator made.
    pub fn system() -> Role {
        Role::new(vec!["system".to_owned()], Right::EVERYTHING, HashMap::new(), Powers::EVERYTHING)
    }

    /// Nothing at all: whoever has no role.
    pub fn none() -> Role {
        Role::new(Vec::new(), Right::NOTHING, HashMap::new(), Powers::default())
    }

    /// A role made of these rights.
    pub fn new(keys: Vec<String>, default: Right, entities: HashMap<String, Right>, powers: Powers) -> Role {
        let Powers { import, export, bulk, send, share, administer } = powers;
        Role { keys, default, entities, import, export, bulk, send, share, administer }
    }

    /// What these come to together.
    pub(super) fn of(parts: &[&Part]) -> Role {
        let mut role = Role::none();
        for part in parts {
            let mut entities: HashMap<String, Right> = HashMap::new();
            for entity in role.entities.keys().chain(part.entities.keys()) {
                let had = role.entities.get(entity).copied().unwrap_or(role.default);
                entities.insert(entity.clone(), had.and(part.right(entity)));
            }
            role.entities = entities;
            role.default = role.default.and(part.default);
            role.keys.push(part.key.clone());
            role.import |= part.powers.import;
            role.export |= part.powers.export;
            role.bulk |= part.powers.bulk;
            role.send |= part.powers.send;
            role.share |= part.powers.share;
            role.administer |= part.powers.administer;
        }
        role
    }

    /// The same with other rights, of every entity.
    pub(super) fn narrow(&mut self, narrow: impl Fn(Right) -> Right) {
        self.default = narrow(self.default);
        self.entities.values_mut().for_each(|right| *right = narrow(*right));
    }

    /// Whether the role with this key is among them.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    /// What it may do with an entity.
    pub fn right(&self, entity: &Entity) -> Right {
        let mut right = self.plain(entity);
        // What belongs to its author can be taken back by him.
        if entity.can.authored && right.create > Scope::None {
            right.remove = right.remove.max(right.see);
        }
        // Nobody is removed, only deactivated: what he did keeps his name, and the last administrator stays.
        if entity.key == USER {
            right.remove = Scope::None;
        }
        // What is only added to stands as it was written, for the system and for an undoing too.
        if entity.can.appended {
            (right.change, right.remove) = (Scope::None, Scope::None);
        }
        right
    }

    /// Whether it may do this with records of an entity at all.
    pub fn may(&self, verb: Verb, entity: &Entity) -> bool {
        self.right(entity).of(verb) > Scope::None
    }

    /// What its roles say, before what the entity itself rules out.
    pub(crate) fn plain(&self, entity: &Entity) -> Right {
        if entity.visibility == Visibility::Administrators {
            return if self.administer { Right::EVERYTHING } else { Right::NOTHING };
        }
        match (entity.granted, self.administer) {
            // Everybody keeps his own, whatever his roles.
            (Granted::Kept, _) => Right { see: if self.administer { Scope::All } else { Scope::Own }, ..Right::EVERYTHING },
            (Granted::Watched, false) => Right { see: Scope::Own, ..Right::NOTHING },
            (Granted::Watched | Granted::Administered, true) => Right::EVERYTHING,
            (Granted::Administered, false) => self.entities.get(entity.key).copied().unwrap_or(Right::READ),
            (Granted::Roles, _) => self.entities.get(entity.key).copied().unwrap_or(self.default),
        }
    }
}
