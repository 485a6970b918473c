//! Who asks, and what he may: roles, scopes, and visibility as a filter that every question carries.

use kernel::{Error, Id, Language, Result, Say, Value};
use meta::filter::{Filter, Path};
use meta::{Entity, Kind, Model, Record, Visibility};
use std::collections::HashMap;
use std::sync::Arc;

/// Through what a principal comes in; it stands in the history of what he writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// The pages.
    Pages,
    /// The JSON API.
    Api,
    /// An import.
    Import,
    /// The command line.
    CommandLine,
    /// A job.
    Job,
}

impl Through {
    /// Its word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Through::Pages => "pages",
            Through::Api => "api",
            Through::Import => "import",
            Through::CommandLine => "command-line",
            Through::Job => "job",
        }
    }
}

/// Who asks: a person, a person's token, a job in a person's name, or the system.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The person; none for the system.
    pub user: Option<Id>,
    /// The person's name.
    pub name: String,
    /// What he may.
    pub role: Arc<Role>,
    /// The people of his team, himself included.
    pub colleagues: Arc<[Id]>,
    /// The language he reads.
    pub language: Language,
    /// Through what he comes in.
    pub through: Through,
}

/// Whose records a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Nobody's.
    None,
    /// His own.
    Own,
    /// His own and his team's.
    Team,
    /// Everybody's.
    All,
}

/// What a role may do with an entity.
#[derive(Debug, Clone, Copy)]
pub struct Right {
    /// Whose records he sees.
    pub see: Scope,
    /// Whether he creates.
    pub create: bool,
    /// Whether he changes what he sees.
    pub change: bool,
    /// Whether he removes what he sees.
    pub remove: bool,
}

impl Right {
    const NOTHING: Right = Right { see: Scope::None, create: false, change: false, remove: false };
    const READ: Right = Right { see: Scope::All, create: false, change: false, remove: false };
    const EVERYTHING: Right = Right { see: Scope::All, create: true, change: true, remove: true };
}

/// A role: rights by entity, and the rights that are about no entity.
#[derive(Debug)]
pub struct Role {
    /// Its key.
    pub key: &'static str,
    /// For entities not named.
    pub default: Right,
    /// For these.
    pub entities: Vec<(&'static str, Right)>,
    /// Reads files into the data.
    pub import: bool,
    /// Takes data out in files.
    pub export: bool,
    /// Does one thing to many records at once, each as far as its rights reach.
    pub bulk: bool,
    /// Puts views before others.
    pub share: bool,
    /// Users, tokens of others, settings.
    pub administer: bool,
}

/// The roles of the installation, by key.
#[derive(Debug)]
pub struct Roles(HashMap<&'static str, Arc<Role>>);

impl Roles {
    /// The roles that come with the product.
    pub fn declared() -> Roles {
        let team = Right { see: Scope::Team, create: true, change: true, remove: false };
        // Everybody keeps views and segments of his own.
        let views = Right { see: Scope::Own, ..Right::EVERYTHING };
        // And looks at the bulk actions he asked for, which the program writes.
        let bulks = Right { see: Scope::Own, ..Right::NOTHING };
        let staff = || {
            let reading = ["user", "team", "term", "relation_type"].map(|key| (key, Right::READ));
            reading
                .into_iter()
                .chain([(crate::views::VIEW, views), (crate::segments::SEGMENT, views), (crate::bulk::BULK, bulks)])
                .collect::<Vec<_>>()
        };
        // The texts that people agree to are the company's: whoever answers for all customers writes them.
        let reading = || [staff(), vec![("consent_text", Right::READ)]].concat();
        // The sales network is there to be seen by whoever sells; a bought list of names is handed out, not browsed.
        let selling = || reading().into_iter().chain([("subject", Right::READ), ("directory_entry", Right::NOTHING)]).collect::<Vec<_>>();
        let roles = [
            Role {
                key: "administrator",
                default: Right::EVERYTHING,
                entities: Vec::new(),
                import: true,
                export: true,
                bulk: true,
                share: true,
                administer: true,
            },
            Role {
                key: "manager",
                default: Right::EVERYTHING,
                entities: staff(),
                import: true,
                export: true,
                bulk: true,
                share: true,
                administer: false,
            },
            Role {
                key: "agent",
                default: team,
                entities: selling(),
                import: false,
                export: false,
                bulk: true,
                share: false,
                administer: false,
            },
            Role {
                key: "reader",
                default: Right::READ,
                entities: staff(),
                import: false,
                export: false,
                bulk: false,
                share: false,
                administer: false,
            },
            Role {
                key: "system",
                default: Right::EVERYTHING,
                entities: Vec::new(),
                import: true,
                export: true,
                bulk: true,
                share: true,
                administer: true,
            },
        ];
        Roles(roles.into_iter().map(|role| (role.key, Arc::new(role))).collect())
    }

    /// The keys of the roles that may do this with records of an entity, by name.
    pub(crate) fn that_may(&self, verb: Verb, entity: &Entity) -> Vec<&'static str> {
        let mut keys: Vec<&'static str> = self.0.values().filter(|role| role.may(verb, entity)).map(|role| role.key).collect();
        keys.sort_unstable();
        keys
    }

    /// The role with this key; a key of another time gives nothing at all.
    pub fn get(&self, key: &str) -> Arc<Role> {
        self.0.get(key).cloned().unwrap_or_else(|| {
            Arc::new(Role {
                key: "none",
                default: Right::NOTHING,
                entities: Vec::new(),
                import: false,
                export: false,
                bulk: false,
                share: false,
                administer: false,
            })
        })
    }
}

impl Role {
    /// What it may do with an entity.
    pub fn right(&self, entity: &Entity) -> Right {
        let mut right = self.plain(entity);
        // What belongs to its author can be taken back by him.
        right.remove |= entity.can.authored && right.create;
        // Nobody is removed, only deactivated: what he did keeps his name, and the last administrator stays.
        right.remove &= entity.key != crate::identity::USER;
        // What is only added to stands as it was written, for the system and for an undoing too.
        right.change &= !entity.can.appended;
        right.remove &= !entity.can.appended;
        if entity.visibility == Visibility::Administrators && !self.administer { Right::NOTHING } else { right }
    }

    /// Whether it may do this with records of an entity at all.
    pub fn may(&self, verb: Verb, entity: &Entity) -> bool {
        let right = self.right(entity);
        match verb {
            Verb::See => right.see > Scope::None,
            Verb::Create => right.create,
            Verb::Change => right.change,
            Verb::Remove => right.remove,
        }
    }

    fn plain(&self, entity: &Entity) -> Right {
        self.entities.iter().find(|(key, _)| *key == entity.key).map_or(self.default, |(_, right)| *right)
    }
}

/// A verb of the engine that a right allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Principal {
    /// The system: rules made by an administrator, and the program itself.
    pub fn system(roles: &Roles, through: Through) -> Principal {
        Principal {
            user: None,
            name: "Scheda".to_owned(),
            role: roles.get("system"),
            colleagues: Arc::from([]),
            language: Language::Italian,
            through,
        }
    }

    /// Whether he may do this with records of an entity at all.
    pub fn may(&self, verb: Verb, entity: &Entity) -> bool {
        self.role.may(verb, entity)
    }

    /// Refuses what he may not do: not found where he may not see, forbidden where he may see but not do.
    pub fn permit(&self, verb: Verb, entity: &Entity) -> Result<()> {
        if !self.may(Verb::See, entity) {
            return Err(Error::NotFound);
        }
        if self.may(verb, entity) { Ok(()) } else { Err(Error::Forbidden(Say::new("error-forbidden"))) }
    }

    /// Whether he may do this with one record. What belongs to its author is changed and removed by him, and by whoever
    /// may remove what anybody wrote.
    pub fn may_with(&self, verb: Verb, entity: &Entity, record: &Record) -> bool {
        let own = || self.user.is_some() && record.named("created_by").link() == self.user;
        let others = matches!(verb, Verb::See | Verb::Create) || !entity.can.authored || self.role.plain(entity).remove;
        self.may(verb, entity) && (others || own())
    }

    /// Refuses whoever is no administrator.
    pub fn administers(&self) -> Result<()> {
        if self.role.administer { Ok(()) } else { Err(Error::Forbidden(Say::new("error-administrators"))) }
    }

    /// What of an entity he sees, as a filter; none where he sees nothing.
    pub fn seen(&self, model: &Model, entity: &Entity) -> Option<Filter> {
        let scope = self.role.right(entity).see;
        // What people keep for themselves is nobody's business, whatever else he sees; the program looks after it.
        let kept_apart = matches!(entity.visibility, Visibility::OwnOrShared(..)) && self.user.is_some();
        match scope {
            Scope::None => None,
            Scope::All if !kept_apart => Some(Filter::everything()),
            _ => self.seen_within(model, entity, scope, 0),
        }
    }

    fn seen_within(&self, model: &Model, entity: &Entity, scope: Scope, depth: usize) -> Option<Filter> {
        if depth > 4 {
            return None;
        }
        let target = |link: &str| entity.field(link).and_then(|field| model.target(field));
        match entity.visibility {
            Visibility::Everyone => Some(Filter::everything()),
            Visibility::Parent(link, kind) => self.seen_about(model, entity, link, kind, scope, depth),
            Visibility::Ends(ends) => {
                let both = ends.iter().map(|(link, kind)| self.seen_about(model, entity, link, kind, scope, depth));
                Some(Filter::All(both.collect::<Option<Vec<Filter>>>()?))
            }
            Visibility::Administrators => self.role.administer.then(Filter::everything),
            Visibility::Owner(field) => Some(self.owned(field, scope)),
            Visibility::OwnOrShared(field, shared) => {
                Some(Filter::Any(vec![self.owned(field, Scope::Own), Filter::is(shared, Value::Bool(true))]))
            }
            Visibility::Through(link) => Some(along(link, self.seen_within(model, target(link)?, scope, depth + 1)?)),
            Visibility::OwnerOrThrough(field, relation, link) => {
                let relation = entity.relation(relation)?;
                let between = model.child(relation)?;
                let far = between.field(link).and_then(|field| model.target(field))?;
                let seen = self.seen_within(model, far, scope, depth + 1)?;
                Some(Filter::Any(vec![self.owned(field, scope), Filter::Has(relation.key, Box::new(along(link, seen)))]))
            }
        }
    }

    /// As the record that an *about* link leads to.
    fn seen_about(
        &self,
        model: &Model,
        entity: &Entity,
        link: &'static str,
        kind: &'static str,
        scope: Scope,
        depth: usize,
    ) -> Option<Filter> {
        let Kind::About(targets) = entity.field(link)?.kind else { return None };
        let within = targets.iter().filter_map(|target| {
            let seen = self.seen_within(model, model.entity(target)?, scope, depth + 1)?;
            let step = meta::name(&format!("{link}/{target}"));
            Some(Filter::All(vec![Filter::is(kind, *target), along(step, seen)]))
        });
        Some(Filter::Any(within.collect()))
    }

    fn owned(&self, field: &'static str, scope: Scope) -> Filter {
        let me = self.user.into_iter();
        match scope {
            Scope::Own => Filter::is_in(field, me.map(Value::Link)),
            _ => Filter::is_in(field, self.colleagues.iter().map(|id| Value::Link(*id))),
        }
    }
}

/// A filter on the record that a link leads to.
fn along(link: &'static str, filter: Filter) -> Filter {
    match filter {
        Filter::All(parts) => Filter::All(parts.into_iter().map(|part| along(link, part)).collect()),
        Filter::Any(parts) => Filter::Any(parts.into_iter().map(|part| along(link, part)).collect()),
        Filter::Not(inner) => Filter::Not(Box::new(along(link, *inner))),
        Filter::Test(path, test) => Filter::Test(step(link, path), test),
        other => Filter::Along(link, Box::new(other)),
    }
}

fn step(link: &'static str, mut path: Path) -> Path {
    path.links.insert(0, link);
    path
}
