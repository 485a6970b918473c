//! Many records at once: chosen in a list, asked what becomes of them, done under one changeset, and told.

mod asking;
pub(super) mod bar;
mod chosen;
mod report;
mod starting;

use crate::pages::html;
use crate::pages::list::address::ListAddress;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use engine::BulkAction;
use engine::principal::Verb;
use http::Method;
use meta::{Entity, Field, Kind, Record};

/// The routes of bulk actions.
pub(crate) fn routes(routes: Routes) -> Routes {
    // What needs more than changing, the verb finds out.
    let of_list = |method, rate, input, audit| Route::page(method, "/{plural}/bulk", Policy::Entity(Verb::Change), rate, input, audit);
    // Whose it is, the verb finds out: somebody else's is not found.
    let of_one = |method, path, input, audit| Route::page(method, path, Policy::SignedIn, Rate::Person, input, audit);
    routes
        .add(of_list(Method::GET, Rate::Heavy, "", ""), asking::ask)
        .add(of_list(Method::POST, Rate::Heavy, "Bulk", "bulk"), starting::start)
        .add(of_one(Method::GET, "/bulks", "", ""), report::all)
        .add(of_one(Method::GET, "/bulks/{id}", "", ""), report::show)
        .add(of_one(Method::POST, "/bulks/{id}/undo", "Undo", "undo"), report::undo)
        .add(of_one(Method::POST, "/bulks/{id}/stop", "Stop", "stop-bulk"), report::stop)
}

/// An action that a list offers to its reader.
pub(super) struct Offered {
    /// What the button sends: `change`, `change/owner`, `remove`, `restore`, `number`, or the key of a registered action.
    pub(super) value: String,
    pub(super) icon: &'static str,
    pub(super) label: String,
    /// Whether it takes something away.
    pub(super) takes: bool,
    /// The key that chooses it; empty for none.
    pub(super) key: &'static str,
}

/// What somebody may do with records of a list, or of its trash.
pub(super) fn offered(reader: &Reader, entity: &Entity, trash: bool) -> Vec<Offered> {
    let (who, speech) = (&reader.who, &reader.speech);
    let mut offered = Vec::new();
    if !who.role.bulk || !who.may(Verb::Change, entity) {
        return offered;
    }
    let mut offer = |value: &str, icon, label: String, takes| {
        let key = if value == "change" { "e" } else { "" };
        offered.push(Offered { value: value.to_owned(), icon, label, takes, key });
    };
    if trash {
        if who.may(Verb::Remove, entity) {
            offer("restore", "undo", speech.say("action-restore").to_owned(), false);
        }
        return offered;
    }
    let fields = fields(reader, entity);
    if !fields.is_empty() {
        offer("change", "edit", speech.say("action-edit").to_owned(), false);
    }
    if fields.iter().any(|field| assigns(field)) {
        offer("change/owner", "contact", speech.say("bulk-assign").to_owned(), false);
    }
    if fields.iter().any(|field| field.key == "tags" && matches!(field.kind, Kind::Vocabularies(_))) {
        offer("change/tags", "tag", speech.say("bulk-tag").to_owned(), false);
    }
    if numbers(reader, entity) {
        offer("number", "list", speech.say("bulk-number").to_owned(), false);
    }
    for action in reader.web.engine().bulk_actions(who, entity) {
        offer(action.key, "task", speech.say(&format!("bulk-{}", action.key)).to_owned(), false);
    }
    if reader.web.engine().may_merge(who, entity) {
        offer("merge", "copy", speech.say("action-merge").to_owned(), false);
    }
    if who.may(Verb::Remove, entity) {
        offer("remove", "remove", speech.say("action-remove").to_owned(), true);
    }
    offered
}

/// The registered actions that the card of a record offers: key and name.
pub(super) fn on_card(reader: &Reader, entity: &Entity, record: &Record) -> Vec<(&'static str, String)> {
    if !reader.who.role.bulk {
        return Vec::new();
    }
    let actions = reader.web.engine().bulk_actions(&reader.who, entity).into_iter();
    let applies = |action: &BulkAction| action.alone.is_some_and(|alone| (alone.applies)(record));
    actions.filter(applies).map(|action| (action.key, reader.speech.say(&format!("bulk-{}-one", action.key)).to_owned())).collect()
}

/// The registered actions that ask for something before they begin, as links that choose all of a list: address and name.
pub(super) fn of_the_whole(reader: &Reader, entity: &Entity, address: &ListAddress) -> Vec<(String, String)> {
    if !reader.who.role.bulk {
        return Vec::new();
    }
    let asking =
        reader.web.engine().bulk_actions(&reader.who, entity).into_iter().filter(|action| action.options.is_some() && !action.ticked);
    let link = |action: BulkAction| {
        let mut question = String::new();
        html::pair(&mut question, "act", action.key);
        html::pair(&mut question, "all", "1");
        html::pair(&mut question, "list", &bar::said(address));
        (format!("/{}/bulk?{question}", entity.plural), reader.speech.say(&format!("bulk-{}", action.key)).to_owned())
    };
    asking.map(link).collect()
}

/// Whether somebody gives numbers of series to records that were there before their field.
fn numbers(reader: &Reader, entity: &Entity) -> bool {
    reader.who.role.administer && entity.is_numbered()
}

/// Whether another value of a field gives the record to somebody else.
fn assigns(field: &Field) -> bool {
    field.key == "owner" && matches!(field.kind, Kind::Link(_))
}

/// The fields that may be given the same value on many records: what names a record, or stands for it alone, is not among them.
fn fields<'e>(reader: &Reader, entity: &'e Entity) -> Vec<&'e Field> {
    let own = |field: &Field| field.key == entity.title || field.unique || field.matching || matches!(field.kind, Kind::About(_));
    super::form::offered(reader, entity).into_iter().filter(|field| !own(field)).collect()
}

/// The sentence about an action; what a slice registered is told by its own words and the number.
fn about(reader: &Reader, sentence: &str, action: &str, count: i64) -> String {
    let key = format!("{sentence}-{action}");
    if reader.speech.has(&key) || matches!(action, "change" | "assign" | "remove" | "restore") {
        return reader.speech.counting(&key, count);
    }
    format!("{}: {}", reader.speech.say(&format!("bulk-{action}")), reader.speech.counting("bulk-records", count))
}
