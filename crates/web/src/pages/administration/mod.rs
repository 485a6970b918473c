//! What administrators look after: one page that leads to all of it, from a table with a line for each.

mod audit;
mod backups;
mod exports;
mod health;
mod jobs;
mod report;
mod storage;
mod tokens;

use crate::Answer;
use crate::pages::answer::rendered;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use askama::Template;
use engine::principal::Verb;
use http::{Method, StatusCode};

/// Where something stands on the page, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// The company and its texts.
    Company,
    /// Who comes in, and what he may.
    People,
    /// What the data looks like.
    Data,
    /// How the installation is doing.
    System,
}

impl Group {
    const ALL: [Group; 4] = [Group::Company, Group::People, Group::Data, Group::System];

    /// The key of its title in the words.
    fn title(self) -> &'static str {
        match self {
            Group::Company => "administration-company",
            Group::People => "administration-people",
            Group::Data => "administration-data",
            Group::System => "administration-system",
        }
    }
}

/// A line of the page. Its sentence is `administration-{key}-text` in the words; so is its name, `administration-{key}`,
/// but for the list of an entity, which has one already.
pub(crate) struct Entry {
    group: Group,
    key: &'static str,
    /// An entity's list, or the address of a page.
    leads: Leads,
}

enum Leads {
    /// To the list of the entity that the key names, for whoever may see it.
    List,
    /// To a page, with this icon.
    Page(&'static str, &'static str),
    /// To a page of its own, in place of the list of the entity that the key names.
    Instead(&'static str),
}

/// The list of an entity.
const fn list(group: Group, key: &'static str) -> Entry {
    Entry { group, key, leads: Leads::List }
}

/// A page.
const fn page(group: Group, key: &'static str, address: &'static str, icon: &'static str) -> Entry {
    Entry { group, key, leads: Leads::Page(address, icon) }
}

/// Everything that administrators look after, in the order of the page.
pub(crate) const ENTRIES: &[Entry] = &[
    page(Group::Company, "its-company", crate::pages::company::ADDRESS, "account"),
    list(Group::Company, "consent_text"),
    page(Group::Company, "mail", "/administration/mail", "mail"),
    list(Group::Company, "sender"),
    page(Group::People, "sign-in", "/administration/sign-in", "lock"),
    list(Group::People, "user"),
    list(Group::People, "team"),
    list(Group::People, "role"),
    list(Group::People, "sharing_rule"),
    page(Group::Data, "fields", "/administration/fields", "settings"),
    page(Group::Data, "layouts", "/administration/layouts", "board"),
    page(Group::Data, "series", "/administration/series", "list"),
    page(Group::Data, "import-schedules", "/administration/imports", "import"),
    page(Group::Data, "exports", exports::ADDRESS, "export"),
    page(Group::Data, "normalisation", "/administration/normalisation", "edit"),
    page(Group::Data, "postcodes", "/administration/postcodes", "site"),
    page(Group::Data, "geocoding", "/administration/geocoding", "web"),
    Entry { group: Group::Data, key: "vocabulary", leads: Leads::Instead(crate::pages::vocabularies::ADDRESS) },
    list(Group::Data, "term"),
    list(Group::Data, "relation_type"),
    page(Group::Data, "duplicates", crate::pages::duplicates::SETTINGS, "copy"),
    page(Group::People, "tokens", "/administration/tokens", "key"),
    page(Group::Data, "words", "/administration/words", "edit"),
    page(Group::System, "health", "/administration/health", "success"),
    page(Group::System, "jobs", "/administration/jobs", "clock"),
    page(Group::System, "backups", "/administration/backups", "archive"),
    page(Group::System, "storage", "/administration/storage", "database"),
    page(Group::System, "audit", "/administration/audit", "eye"),
    page(Group::System, "bulks", "/bulks", "list"),
];

/// Whether an entity is one that administrators look after: in a list of this page, or in one that nobody else sees.
pub(crate) fn looks_after(entity: &meta::Entity) -> bool {
    let listed = ENTRIES.iter().any(|entry| entry.key == entity.key && !matches!(entry.leads, Leads::Page(..)));
    listed || matches!(entity.visibility, meta::Visibility::Administrators)
}

/// A line as it is read.
pub(crate) struct Line {
    group: Group,
    pub(crate) address: String,
    pub(crate) icon: &'static str,
    pub(crate) label: String,
    pub(crate) text: String,
}

/// The lines that a reader has; none for whoever is no administrator.
pub(crate) fn lines(reader: &Reader) -> Vec<Line> {
    if !reader.who.role.administer {
        return Vec::new();
    }
    let line = |entry: &Entry| {
        let text = reader.speech.say(&format!("administration-{}-text", entry.key)).to_owned();
        let (address, icon, label) = match entry.leads {
            Leads::Page(address, icon) => {
                (address.to_owned(), icon, reader.speech.say(&format!("administration-{}", entry.key)).to_owned())
            }
            Leads::List | Leads::Instead(_) => {
                let entity = reader.model.entity(entry.key).filter(|entity| reader.who.may(Verb::See, entity))?;
                let address = if let Leads::Instead(address) = entry.leads { address.to_owned() } else { format!("/{}", entity.plural) };
                (address, crate::pages::reader::icon(entity.key), reader.speech.area(entity.key))
            }
        };
        Some(Line { group: entry.group, address, icon, label, text })
    };
    ENTRIES.iter().filter_map(line).collect()
}

/// The routes of administration.
pub(crate) fn routes(routes: Routes) -> Routes {
    let look = |path, rate| Route::page(Method::GET, path, Policy::Administrator, rate, "", "");
    let act = |path, input, audit| Route::page(Method::POST, path, Policy::Administrator, Rate::Person, input, audit);
    routes
        .add(look("/administration", Rate::Person), show)
        .add(look("/administration/jobs", Rate::Person), jobs::show)
        .add(act("/administration/jobs/{id}/run", "JobRun", "run-job"), jobs::run)
        .add(act("/administration/jobs/{id}/give-up", "JobGivenUp", "give-up-job"), jobs::give_up)
        .add(look("/administration/health", Rate::Person), health::show)
        .add(look("/administration/storage", Rate::Heavy), storage::show)
        .add(look("/administration/backups", Rate::Person), backups::show)
        .add(act("/administration/backups", "Backup", "back-up"), backups::take)
        .add(look(exports::ADDRESS, Rate::Person), exports::show)
        .add(act(exports::ADDRESS, "Exports", "csv-guard"), exports::set)
        .add(look("/administration/tokens", Rate::Person), tokens::show)
        .add(act("/administration/tokens/{token}/revocation", "Revocation", "revoke-token"), tokens::revoke)
        .add(look("/administration/audit", Rate::Heavy), audit::show)
        .add(act("/administration/audit/keeping", "AuditKeeping", "audit-kept"), audit::keep)
        .add(Route { audit: "export-audit", ..look("/administration/audit/export.csv", Rate::Heavy) }, audit::export)
}

#[derive(Template)]
#[template(path = "administration.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    groups: Vec<(&'p str, &'static str, Vec<Line>)>,
}

async fn show(reader: Reader) -> Answer {
    let mut lines = lines(&reader);
    let mut groups = Vec::new();
    for group in Group::ALL {
        let own: Vec<Line> = lines.extract_if(.., |line| line.group == group).collect();
        if !own.is_empty() {
            groups.push((reader.speech.say(group.title()), group.title(), own));
        }
    }
    rendered(&reader, StatusCode::OK, &Page { title: reader.speech.say("nav-administration"), groups, reader: &reader })
}
