//! Actions that slices register: each says what becomes of one record of a selection, and may ask for a few values of its own.

use super::foreseeing::BulkRewrites;
use crate::Engine;
use crate::principal::{Principal, Verb};
use crate::write::{Act, Slicing};
use kernel::{Error, Problem, Problems, Result, Say, Value};
use meta::{Entity, Field, FieldId, Record};
use std::sync::Arc;
use store::Work;

/// What an action does with one record: the acts to be written for it. It reads what it needs through the slice of work,
/// with the rights of whoever asked for it, and may be run again after an interruption: what it wrote before is there then.
pub type BulkRun = for<'s, 't> fn(&'s mut Slicing<'t>, &'s Record, &'s Options) -> Work<'s, Vec<Act>>;

/// What is wrong with the values of an action's own fields, beyond each by itself; asked before it begins.
pub type BulkExamine = for<'e> fn(&'e Engine, &'e Principal, &'e Options) -> Work<'e, ()>;

/// The values of an action's own fields, the same for all of its records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// By field.
    pub values: Vec<(FieldId, Value)>,
    /// Which of the selection's records it is, counted from 0: by this, work is shared out in turn.
    pub place: i64,
}

impl Options {
    /// The value of a field; empty where none was given.
    pub fn value(&self, field: FieldId) -> &Value {
        static NONE: Value = Value::Empty;
        self.values.iter().find(|(id, _)| *id == field).map_or(&NONE, |(_, value)| value)
    }
}

/// An action on the card of one record: begun as the page that asks would begin. Its words are `bulk-{key}-one`.
#[derive(Clone, Copy)]
pub struct Alone {
    /// Of which records there is something to be done.
    pub applies: fn(&Record) -> bool,
    /// The link from the record to what it became, on whose card one goes on.
    pub leads: &'static str,
}

/// An action on any selection of an entity's records.
#[derive(Clone)]
pub struct BulkAction {
    /// Its name: in addresses and, as `bulk-{key}`, in the words.
    pub key: &'static str,
    /// Whose records are selected.
    pub entity: &'static str,
    /// What somebody has to be allowed to be offered it: verbs, each with an entity.
    pub needs: Vec<(Verb, &'static str)>,
    /// The fields it asks for: a description that is no table, with its words as any other.
    pub options: Option<Arc<Entity>>,
    /// Examines their values.
    pub examine: Option<BulkExamine>,
    /// Whether its acts are a rule's: written with the rights of the system, in fields too that no input may write.
    pub by_rule: bool,
    /// Whether it is offered once records are ticked, and not in the head of their list.
    pub ticked: bool,
    /// How it is offered on the card of one record, in one click.
    pub alone: Option<Alone>,
    /// What becomes of one record.
    pub run: BulkRun,
    /// What becomes of one record, where the record alone decides it: in place of `run`, and shown before it is done.
    pub rewrites: Option<BulkRewrites>,
}

impl BulkAction {
    /// An action on any selection of an entity's records, offered to whoever may do all of `needs`. Its words are
    /// `bulk-{key}`. `run` says what becomes of one record: the acts that are written for it, all of them or none, in the
    /// slice of work that looks at it. An error refuses that record alone, with its reason; no acts leave it as it is.
    pub fn new(key: &'static str, entity: &'static str, needs: &[(Verb, &'static str)], run: BulkRun) -> BulkAction {
        BulkAction {
            key,
            entity,
            needs: needs.to_vec(),
            options: None,
            examine: None,
            by_rule: false,
            ticked: false,
            alone: None,
            run,
            rewrites: None,
        }
    }

    /// An action that writes other values, by the record alone and by the rules among `options` that are switched on. What it would
    /// write can be foreseen ([`Engine::foresee`]). Its words are `bulk-{key}`.
    pub fn rewriting(key: &'static str, entity: &'static str, options: Entity, rewrites: BulkRewrites) -> BulkAction {
        let run: BulkRun = |_, _, _| Box::pin(async { Ok(Vec::new()) });
        let action = BulkAction::new(key, entity, &[(Verb::Change, entity)], run);
        BulkAction { options: Some(Arc::new(options)), rewrites: Some(rewrites), ..action }
    }

    /// The same, asking for these fields, which `examine` holds against each other before it begins.
    pub fn asking(mut self, options: Entity, examine: BulkExamine) -> BulkAction {
        self.options = Some(Arc::new(options));
        self.examine = Some(examine);
        self
    }

    /// The same, written by a rule of the program: what it needs is all that its asker has to be allowed.
    pub fn by_rule(mut self) -> BulkAction {
        self.by_rule = true;
        self
    }

    /// The same, offered once records are ticked, and not in the head of their list.
    pub fn of_ticked(mut self) -> BulkAction {
        self.ticked = true;
        self
    }

    /// The same, offered on the card of a record that it applies to; the link leads to what that became.
    pub fn on_card(mut self, applies: fn(&Record) -> bool, leads: &'static str) -> BulkAction {
        self.alone = Some(Alone { applies, leads });
        self
    }

    /// The fields it asks for.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.options.iter().flat_map(|options| &options.fields).filter(|field| field.writable())
    }

    /// Refuses values of fields that it does not ask for, and the want of those it can't do without.
    pub(super) async fn examine(&self, engine: &Engine, who: &Principal, options: &Options) -> Result<()> {
        let mut problems: Problems = Vec::new();
        if options.values.iter().any(|(id, _)| self.fields().all(|field| field.id != *id)) {
            problems.push(Problem { field: "options".to_owned(), say: Say::new("error-unknown-field") });
        }
        for field in self.fields().filter(|field| field.required && options.value(field.id).is_empty()) {
            problems.push(Problem { field: field.key.to_owned(), say: Say::new("error-required") });
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        match self.examine {
            Some(examine) => examine(engine, who, options).await,
            None => Ok(()),
        }
    }
}

impl Engine {
    /// The registered actions on an entity's records that somebody may choose.
    pub fn bulk_actions(&self, who: &Principal, entity: &Entity) -> Vec<BulkAction> {
        let model = self.model();
        let may = |(verb, needed): &(Verb, &'static str)| model.entity(needed).is_some_and(|needed| who.may(*verb, needed));
        let of = self.inside.bulk_actions.iter().filter(|action| action.entity == entity.key);
        of.filter(|action| action.needs.iter().all(may)).cloned().collect()
    }

    /// The keys of the roles whose holders may do this with records of an entity.
    pub fn roles_that_may(&self, verb: Verb, entity: &Entity) -> Vec<String> {
        self.inside.rights.load().that_may(|role| role.may(verb, entity))
    }

    /// The registered action of this key on an entity's records, whoever may choose it.
    pub fn bulk_action(&self, entity: &str, key: &str) -> Option<&BulkAction> {
        self.inside.bulk_actions.iter().find(|action| action.entity == entity && action.key == key)
    }
}

impl std::fmt::Debug for BulkAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BulkAction({} of {})", self.key, self.entity)
    }
}
