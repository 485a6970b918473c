//! Who asks, and what he may see: visibility as a filter that every question carries.

pub use crate::rights::{Reach, Right, Role, Scope, Verb};

use crate::identity::users::TEAM_OF;
use kernel::{Error, Id, Language, Result, Say, Value};
use meta::filter::time::{Point, Unit};
use meta::filter::{Filter, Operand, Path, Test};
use meta::{Entity, Kind, Model, Record, Visibility};
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
    /// What he may: all his roles together.
    pub role: Arc<Role>,
    /// Whose records that reaches.
    pub reach: Arc<Reach>,
    /// Whether he only looks, for somebody else: nothing is written in his name.
    pub looks: bool,
    /// The entities as he may know them: without the fields that his roles hide.
    pub model: Arc<Model>,
    /// The language he reads.
    pub language: Language,
    /// Through what he comes in.
    pub through: Through,
}

/// How many links visibility goes along.
const FARTHEST: usize = 4;
/// How many people a question names one by one; of more, it asks for their teams.
const NAMED: usize = 100;

impl Principal {
    /// The system: rules made by an administrator, and the program itself.
    pub fn system(model: Arc<Model>, through: Through) -> Principal {
        Principal {
            user: None,
            name: "Scheda".to_owned(),
            role: Arc::new(Role::system()),
            reach: Arc::default(),
            looks: false,
            model,
            language: Language::Italian,
            through,
        }
    }

    /// The entity of this name, as he may know it.
    pub fn entity(&self, key: &str) -> Result<Arc<Entity>> {
        self.model.entity(key).cloned().ok_or(Error::NotFound)
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

    /// Whether he may do this with one record that was read for him. What belongs to its author is changed and removed by him,
    /// and by whoever may remove what anybody wrote.
    pub fn may_with(&self, verb: Verb, entity: &Entity, record: &Record) -> bool {
        let own = || self.user.is_some() && record.named("created_by").link() == self.user;
        let others = matches!(verb, Verb::See | Verb::Create) || !entity.can.authored || self.role.plain(entity).remove > Scope::None;
        let beyond = verb == Verb::Change && record.beyond.change || verb == Verb::Remove && record.beyond.remove;
        self.may(verb, entity) && !beyond && (others || own())
    }

    /// Refuses whoever is no administrator.
    pub fn administers(&self) -> Result<()> {
        if self.role.administer { Ok(()) } else { Err(Error::Forbidden(Say::new("error-administrators"))) }
    }

    /// What of an entity he sees, as a filter; none where he sees nothing.
    pub fn seen(&self, entity: &Entity) -> Option<Filter> {
        self.reached(Verb::See, entity)
    }

    /// Whose records a verb reaches, as a filter that stands beside what he sees; none where it reaches nobody's.
    pub fn reached(&self, verb: Verb, entity: &Entity) -> Option<Filter> {
        match self.role.right(entity).of(verb) {
            Scope::None => None,
            scope => self.within(verb, entity, scope, 0),
        }
    }

    /// Whether a verb reaches fewer records than he sees: then it has to be asked of each.
    pub fn reaches_fewer(&self, verb: Verb, entity: &Entity) -> bool {
        let right = self.role.right(entity);
        verb != Verb::See && (right.of(verb) < right.see || !self.reach.shares.is_empty())
    }

    /// As the record that a link leads to is seen, but no further than a scope reaches.
    fn along(&self, verb: Verb, target: &Entity, scope: Scope, depth: usize) -> Option<Filter> {
        match scope.min(self.role.right(target).see) {
            Scope::None => None,
            scope => self.within(verb, target, scope, depth + 1),
        }
    }

    fn within(&self, verb: Verb, entity: &Entity, scope: Scope, depth: usize) -> Option<Filter> {
        if depth > FARTHEST {
            return None;
        }
        // What people keep for themselves is nobody's business, whatever else he sees; the program looks after it.
        let kept_apart = matches!(entity.visibility, Visibility::OwnOrShared(..)) && self.user.is_some();
        let everything = scope == Scope::All && !kept_apart;
        let target = |link: &str| entity.field(link).and_then(|field| self.model.target(field));
        let own = match entity.visibility {
            Visibility::Everyone => Filter::everything(),
            Visibility::Administrators => self.role.administer.then(Filter::everything)?,
            Visibility::Owner(_) | Visibility::OwnerOrThrough(..) if everything => Filter::everything(),
            Visibility::Owner(field) => self.owned(entity, field, scope),
            Visibility::OwnOrShared(..) if everything => Filter::everything(),
            Visibility::OwnOrShared(field, shared) => {
                Filter::Any(vec![self.owned(entity, field, Scope::Own), Filter::is(shared, Value::Bool(true))])
            }
            Visibility::Through(link) => match self.along(verb, target(link)?, scope, depth)? {
                seen if seen.is_everything() && everything => seen,
                seen => along(link, seen),
            },
            Visibility::OwnerOrThrough(field, relation, link) => {
                let owned = self.owned(entity, field, scope);
                let relation = entity.relation(relation)?;
                let between = self.model.child(relation)?;
                let far = between.field(link).and_then(|field| self.model.target(field))?;
                match self.along(verb, far, scope, depth) {
                    Some(seen) => Filter::Any(vec![owned, Filter::Has(relation.key, Box::new(along(link, seen)))]),
                    None => owned,
                }
            }
            Visibility::Parent(link, kind) => self.about(verb, entity, (link, kind), scope, depth)?,
            Visibility::Ends(ends) => {
                let both = ends.iter().map(|end| self.about(verb, entity, *end, scope, depth));
                let both: Vec<Filter> = both.collect::<Option<_>>()?;
                if both.iter().all(Filter::is_everything) { Filter::everything() } else { Filter::All(both) }
            }
        };
        Some(self.shared_too(verb, entity, own))
    }

    /// And what a rule shares with him.
    fn shared_too(&self, verb: Verb, entity: &Entity, own: Filter) -> Filter {
        if own.is_everything() || matches!(verb, Verb::Create | Verb::Remove) {
            return own;
        }
        let of_it = self.reach.shares.iter().filter(|share| share.entity == entity.key && (verb == Verb::See || share.change));
        let mut shared: Vec<Filter> = of_it.map(|share| share.filter.clone()).collect();
        if shared.is_empty() {
            return own;
        }
        if shared.iter().any(Filter::is_everything) {
            return Filter::everything();
        }
        shared.insert(0, own);
        Filter::Any(shared)
    }

    /// As the record that an *about* link leads to.
    fn about(&self, verb: Verb, entity: &Entity, (link, kind): (&'static str, &'static str), scope: Scope, depth: usize) -> Option<Filter> {
        let Kind::About(targets) = entity.field(link)?.kind else { return None };
        let seen: Vec<(&'static str, Filter)> =
            targets.iter().filter_map(|target| Some((*target, self.along(verb, self.model.entity(target)?, scope, depth)?))).collect();
        if scope == Scope::All && seen.len() == targets.len() && seen.iter().all(|(_, seen)| seen.is_everything()) {
            return Some(Filter::everything());
        }
        let within = seen.into_iter().map(|(target, seen)| {
            let step = meta::name(&format!("{link}/{target}"));
            Filter::All(vec![Filter::is(kind, target), along(step, seen)])
        });
        Some(Filter::Any(within.collect()))
    }

    /// What belongs to those whom a scope reaches, and what he looks after as a subject.
    fn owned(&self, entity: &Entity, field: &'static str, scope: Scope) -> Filter {
        let links = |people: &[Id]| Filter::is_in(field, people.iter().copied().map(Value::Link));
        let owned = match scope {
            Scope::None => return Filter::nothing(),
            Scope::Own | Scope::Linked => Filter::is_in(field, self.user.into_iter().map(Value::Link)),
            Scope::Team => links(&self.reach.team),
            Scope::Subtree | Scope::All if self.reach.below.len() <= NAMED || self.reach.teams.len() >= self.reach.below.len() => {
                links(&self.reach.below)
            }
            Scope::Subtree | Scope::All => {
                let teams = self.reach.teams.iter().map(|team| Operand::Value(Value::Link(*team))).collect();
                Filter::Test(step(field, Path::of(TEAM_OF.field.key)), Test::In(teams))
            }
        };
        match self.attended(entity).filter(|_| scope > Scope::Own) {
            Some(attended) => Filter::Any(vec![owned, attended]),
            None => owned,
        }
    }

    /// Tells whether a record belongs to somebody whom a verb reaches, as far as the record says it: most need no question.
    pub(crate) fn reaching_owner(&self, verb: Verb, entity: &Entity) -> impl Fn(&Record) -> bool + use<> {
        let scope = self.role.right(entity).of(verb);
        let (field, user, reach) = (entity.owner().map(|field| field.id), self.user, self.reach.clone());
        move |record| {
            let owner = field.and_then(|field| record.value(field).link());
            owner.is_some_and(|owner| match scope {
                Scope::None => false,
                Scope::Own | Scope::Linked => Some(owner) == user,
                Scope::Team => reach.team.binary_search(&owner).is_ok(),
                Scope::Subtree | Scope::All => reach.below.binary_search(&owner).is_ok(),
            })
        }
    }

    /// What he, or who works for his agency, looks after as a subject today; none where he is none.
    pub(crate) fn attended(&self, entity: &Entity) -> Option<Filter> {
        if self.reach.subjects.is_empty() {
            return None;
        }
        let relation = entity.relation(entity.attended?.relation)?;
        let between = self.model.child(relation)?;
        let subjects = Filter::is_in(relation.far?, self.reach.subjects.iter().copied().map(Value::Link));
        let today = || Operand::Point(Point { count: 0, unit: Unit::Day });
        let unless = |field: &'static str, test: Test| {
            Filter::Any(vec![Filter::Test(Path::of(field), Test::Empty), Filter::Test(Path::of(field), test)])
        };
        let holds = match between.lasting {
            Some((since, until)) => vec![subjects, unless(since, Test::AtMost(today())), unless(until, Test::AtLeast(today()))],
            None => vec![subjects],
        };
        Some(Filter::Has(relation.key, Box::new(Filter::All(holds))))
    }
}

/// A filter on the record that a link leads to, in one step however many parts it has; where the link leads nowhere, nothing
/// is seen along it.
fn along(link: &'static str, filter: Filter) -> Filter {
    if filter.is_everything() { filter } else { Filter::Along(link, Box::new(filter)) }
}

fn step(link: &'static str, mut path: Path) -> Path {
    path.links.insert(0, link);
    path
}
