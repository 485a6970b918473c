//! Whoever reads a page, and what every page shows him: the areas, his name, his theme.

use crate::caller::Caller;
use crate::fields::link::has_card;
use crate::pages::administration::{self, Line, looks_after};
use crate::pages::speech::Speech;
use crate::pages::toast::{self, Toast};
use crate::seeing::Seeing;
use crate::{Failure, Web};
use axum::extract::FromRequestParts;
use engine::Principal;
use engine::principal::Verb;
use engine::rights::ROLE;
use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;
use kernel::Language;
use meta::{Model, Reading};
use std::sync::Arc;

/// The reader of a page.
pub struct Reader {
    /// The installation.
    pub web: Web,
    /// Who he is.
    pub who: Principal,
    /// His words.
    pub speech: Speech,
    /// His formats.
    pub reading: Reading,
    /// The entities as they are now.
    pub model: Arc<Model>,
    /// What his forms carry.
    pub csrf: Arc<str>,
    /// His session.
    pub(crate) session: Option<Arc<str>>,
    /// When he last proved that it is he.
    pub(crate) proved_at: kernel::Moment,
    /// Whether he lacks the second factor that is required of him.
    pub(crate) lacks_factor: bool,
    /// Until when he may put that off.
    pub(crate) put_off_until: Option<kernel::Moment>,
    /// `light`, `dark` or `system`.
    pub(crate) theme: &'static str,
    /// Whether the left bar is folded.
    pub(crate) narrow: bool,
    /// Whether rows are low.
    pub(crate) compact: bool,
    /// Whether single letters are commands.
    pub(crate) single_keys: bool,
    /// Whether the bar leads to the first steps.
    pub(crate) steps: bool,
    /// The company's name.
    pub(crate) company: Arc<str>,
    /// The address of the company's logo, if it has one.
    pub(crate) logo: Option<String>,
    /// Scheme and host under which he reaches the pages.
    pub(crate) origin: String,
    /// The area he is in: a plural.
    pub(crate) here: &'static str,
    /// What stands in the search of the top bar.
    pub(crate) searched: String,
    /// Who it really is, where an administrator sees as another.
    pub(crate) seeing: Option<Seeing>,
    /// What the page before wants to have said.
    pub(crate) toast: Option<Toast>,
    /// Which part of a page was asked for: the identity of its element; empty for the whole.
    pub part: String,
    /// Which element asked for it, by its identity.
    pub(crate) source: String,
    /// Whether a module of ours asked, not the browser itself.
    pub fragment: bool,
    /// When he asked, in milliseconds since 1970: what changes from then on he hears of.
    pub(crate) asked_at: i64,
}

/// An area in the left bar, or a record to be made from the top bar.
pub(crate) struct Area {
    pub(crate) plural: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) label: String,
    /// The letter that leads there after `g`, if one of its name is free.
    pub(crate) letter: Option<char>,
}

impl FromRequestParts<Web> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Reader, Failure> {
        let caller = Caller::from_request_parts(parts, web).await?;
        let reader = Reader::new(web, &caller, &parts.headers);
        Ok(if parts.uri.path().starts_with("/administration") { reader.within("administration") } else { reader })
    }
}

impl Reader {
    /// The reader behind a request.
    pub(crate) fn new(web: &Web, caller: &Caller, headers: &HeaderMap) -> Reader {
        let speech = Speech::new(web, caller.language);
        let named = |header: &str| {
            let element = headers.get(header).and_then(|element| element.to_str().ok()).unwrap_or_default();
            element.rsplit('#').next().unwrap_or_default().to_owned()
        };
        Reader {
            who: caller.who.clone(),
            reading: Reading { language: caller.language, zone: web.engine().settings().zone.clone() },
            model: caller.who.model.clone(),
            csrf: caller.csrf.clone(),
            session: caller.session.clone(),
            proved_at: caller.proved_at,
            lacks_factor: caller.lacks_factor,
            put_off_until: caller.put_off_until.filter(|_| caller.seeing.is_none()),
            theme: caller.theme,
            narrow: cookie(headers, "scheda_rail") == Some("narrow"),
            compact: cookie(headers, "scheda_density") == Some("compact"),
            single_keys: cookie(headers, "scheda_keys") != Some("off"),
            steps: cookie(headers, crate::pages::start::COOKIE) != Some("off"),
            company: web.company(),
            logo: web.logo(),
            origin: crate::headers::origin_of(web, headers),
            here: "",
            seeing: caller.seeing.clone(),
            searched: String::new(),
            toast: toast::read(web, &caller.csrf, headers, &speech),
            part: named("hx-target"),
            source: named("hx-source"),
            fragment: headers.contains_key("hx-request"),
            asked_at: web.engine().clock().now().millis(),
            speech,
            web: web.clone(),
        }
    }

    /// The same, in an area.
    pub fn within(mut self, plural: &'static str) -> Reader {
        self.here = plural;
        self
    }

    /// What is to be known of an entity by whoever meets it for the first time.
    pub(crate) fn help(&self, entity: &str) -> Option<&str> {
        self.speech.known(&format!("help-{entity}"))
    }

    /// The name of a role; its key where it is gone for good.
    pub(crate) fn role(&self, key: &str) -> String {
        match self.model.terms.get(&(ROLE.to_owned(), key.to_owned())) {
            Some(role) if self.reading.language == Language::English && !role.english.is_empty() => role.english.clone(),
            Some(role) => role.italian.clone(),
            None => key.to_owned(),
        }
    }

    /// The names of the reader's roles.
    pub(crate) fn role_names(&self) -> String {
        self.who.role.keys.iter().map(|key| self.role(key)).collect::<Vec<_>>().join(", ")
    }

    /// The day until which he may put off the second factor that is required of him, as it is said.
    pub(crate) fn put_off_day(&self) -> Option<String> {
        self.put_off_until.map(|until| crate::pages::access::moments::day(self, until.plus_millis(-1)))
    }

    /// The roles there are, by name: key and name.
    pub(crate) fn roles(&self) -> Vec<(String, String)> {
        let roles = self.model.terms.iter().filter(|((of, _), term)| of == ROLE && !term.retired);
        let mut roles: Vec<(String, String)> = roles.map(|((_, key), _)| (key.clone(), self.role(key))).collect();
        roles.sort_by_cached_key(|(_, name)| kernel::fold(name));
        roles
    }

    /// The areas of the left bar.
    pub(crate) fn areas(&self) -> Vec<Area> {
        lettered(self.listed(|entity| !looks_after(entity), Speech::area))
    }

    /// Whether there may be doubles that he decides on.
    pub(crate) fn decides_duplicates(&self) -> bool {
        !crate::pages::duplicates::compared(self).is_empty()
    }

    /// What administrators look after.
    pub(crate) fn administration(&self) -> Vec<Line> {
        administration::lines(self)
    }

    /// Whether he is among what administrators look after.
    pub(crate) fn administers_here(&self) -> bool {
        self.here == "administration" || self.model.plural(self.here).is_some_and(|entity| looks_after(entity))
    }

    /// What may be made from everywhere.
    pub(crate) fn makings(&self) -> Vec<Area> {
        let made = |entity: &meta::Entity| !looks_after(entity) && entity.happens.is_none() && entity.filing.is_none();
        self.listed(|entity| made(entity) && self.who.may(Verb::Create, entity), |speech, key| speech.entity(key, "new"))
    }

    fn listed(&self, which: impl Fn(&meta::Entity) -> bool, words: impl Fn(&Speech, &str) -> String) -> Vec<Area> {
        // What is written in a box is read on the cards it belongs to; what the pages keep has no menu.
        let own = |entity: &meta::Entity| {
            has_card(entity) && entity.happens.as_ref().is_none_or(|happens| happens.composed.is_none()) && !entity.can.kept
        };
        let entities = self.model.entities().filter(|entity| own(entity) && self.who.may(Verb::See, entity) && which(entity));
        // What selects among the others comes after them.
        let (last, first): (Vec<_>, Vec<_>) = entities.partition(|entity| entity.key == engine::segments::SEGMENT);
        first
            .into_iter()
            .chain(last)
            .map(|entity| Area { plural: entity.plural, icon: icon(entity.key), label: words(&self.speech, entity.key), letter: None })
            .collect()
    }
}

/// Gives each area the first letter of its name that is still free.
fn lettered(mut areas: Vec<Area>) -> Vec<Area> {
    let mut taken = Vec::new();
    for area in &mut areas {
        area.letter = area.label.chars().flat_map(char::to_lowercase).find(|letter| letter.is_ascii_lowercase() && !taken.contains(letter));
        taken.extend(area.letter);
    }
    areas
}

/// The icon of an entity.
pub fn icon(entity: &str) -> &'static str {
    match entity {
        "account" => "account",
        "contact" => "contacts",
        "site" => "site",
        "note" => "note",
        "document" | "document_version" => "document",
        "consent" => "consent",
        "user" => "person",
        "team" => "users",
        "role" => "key",
        "sharing_rule" => "share",
        "term" => "tag",
        "subject" => "deal",
        "relation_type" => "link",
        "directory_entry" => "database",
        "list" => "list",
        "mailing" => "send",
        "suppression" => "suppression",
        "sender" => "mail",
        "segment" => "filter",
        _ => "document",
    }
}

/// The value of a cookie that is no secret.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The theme that a browser was told to remember.
pub(crate) fn theme(headers: &HeaderMap) -> &'static str {
    match cookie(headers, "scheda_theme") {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    }
}
