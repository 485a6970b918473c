//! What becomes of the chosen records: the field and its value, in that field's own input; and the real number, to be confirmed.

use super::chosen::Chosen;
use super::{about, assigns, fields, numbers};
use crate::Answer;
use crate::caller::Of;
use crate::fields::Face;
use crate::form::{Asking, Fields};
use crate::pages::answer::{notice_as, onward, onward_saying, rendered};
use crate::pages::form::{alone, blank_of as blank, offered};
use crate::pages::reader::Reader;
use askama::Template;
use engine::merging::MOST_GONE;
use engine::principal::Verb;
use http::StatusCode;
use kernel::{Error, Problems, Result, Say};
use meta::{Entity, Field, Kind};
use std::sync::Arc;

/// Records named one by one; of more it is only said how many.
const NAMED: usize = 6;

/// What is asked for: an action, and the field it is about.
pub(super) struct Wanted<'e> {
    pub(super) action: String,
    pub(super) field: Option<&'e Field>,
    /// What a registered action asks for.
    pub(super) options: Option<Arc<Entity>>,
    /// The link along which one goes on from a card.
    pub(super) leads: Option<&'static str>,
}

impl<'e> Wanted<'e> {
    /// Reads `change`, `change/owner` or `change` with a field chosen, `remove`, …
    pub(super) fn read(reader: &Reader, entity: &'e Entity, asked: &Fields) -> Result<Wanted<'e>> {
        let text = asked.get("act").unwrap_or_default();
        let (action, named) = text.split_once('/').unwrap_or((text, ""));
        let (mut options, mut leads) = (None, None);
        let known = match action {
            "change" => true,
            "remove" | "restore" => reader.who.may(Verb::Remove, entity),
            "number" => numbers(reader, entity),
            key => match reader.web.engine().bulk_actions(&reader.who, entity).into_iter().find(|action| action.key == key) {
                Some(registered) => {
                    options = registered.options;
                    leads = registered.alone.map(|alone| alone.leads);
                    true
                }
                None => false,
            },
        };
        if !reader.who.role.bulk {
            return Err(Error::Forbidden(Say::new("error-bulk")));
        }
        if !known {
            return Err(Error::Forbidden(Say::new("error-forbidden")));
        }
        let named = asked.get("field").filter(|field| !field.is_empty()).unwrap_or(named);
        let field = fields(reader, entity).into_iter().find(|field| action == "change" && field.key == named);
        Ok(Wanted { action: action.to_owned(), field, options, leads })
    }
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct AskPage<'a> {
    reader: &'a Reader,
    title: String,
    entity: &'a Entity,
    many: String,
    back: String,
    chosen: &'a Chosen,
    action: &'a str,
    /// Which records, in a few words.
    which: String,
    /// The fields to choose from, where one is to be chosen: name, words, whether it is the chosen one.
    choices: Vec<(&'static str, String, bool)>,
    /// Whether there is nothing left to choose but to go ahead.
    ready: bool,
    /// For a field of several terms: how, and the words for it.
    ways: Vec<(&'static str, &'a str, bool)>,
    control: String,
    /// Whether these are the fields of an action that asks for some.
    asks: bool,
    /// Whether nothing is an answer too.
    empties: bool,
    wrong: Vec<String>,
    said: String,
    go: String,
    count: i64,
}

pub(super) async fn ask(Of(entity): Of, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let chosen = Chosen::read(&reader, &entity, &asked).await?;
    if asked.get("act") == Some("merge") {
        // A few are compared on a page of their own; more of them are not one.
        return match (2..=MOST_GONE + 1).contains(&chosen.ids.len()) && !chosen.all {
            true => Ok(onward(&reader, &crate::pages::merging::address(&entity, &chosen.ids))),
            false => {
                let said = reader.speech.with("merge-count-wrong", &[("most", &(MOST_GONE + 1).to_string())]);
                notice_as(&reader, StatusCode::UNPROCESSABLE_ENTITY, &said, &chosen.back(&entity))
            }
        };
    }
    let wanted = Wanted::read(&reader, &entity, &asked)?;
    let asked = match &wanted.options {
        Some(options) => blank(&reader, options, &asked).await?.0,
        None => asked,
    };
    shown(&reader, &entity, &chosen, &wanted, &asked, Vec::new(), StatusCode::OK).await
}

/// The page that asks, with what was entered and what is wrong with it.
pub(super) async fn shown(
    reader: &Reader,
    entity: &Arc<Entity>,
    chosen: &Chosen,
    wanted: &Wanted<'_>,
    entered: &Fields,
    problems: Problems,
    status: StatusCode,
) -> Answer {
    let speech = &reader.speech;
    let count = chosen.count(reader, entity).await?;
    if count == 0 {
        return onward_saying(reader, &chosen.back(entity), "said-bulk-nothing", "", None);
    }
    let changes = wanted.action == "change";
    let mut choices: Vec<(&'static str, String, bool)> = Vec::new();
    if changes {
        let chosen = |field: &Field| wanted.field.is_some_and(|wanted| wanted.key == field.key);
        choices.extend(fields(reader, entity).into_iter().map(|field| (field.key, Face::new(field, speech).label, chosen(field))));
        choices.sort_by_cached_key(|(_, label, _)| kernel::fold(label));
    }
    let several = wanted.field.is_some_and(|field| matches!(field.kind, Kind::Vocabularies(_)));
    let way = entered.get("how").unwrap_or("add");
    let ways = ["add", "take", "replace"].map(|key| (key, way_words(reader, key), key == way));
    let asks = |name: &str| wanted.options.as_ref().is_some_and(|options| options.field(name).is_some());
    let own = |name: &str| wanted.field.is_some_and(|field| field.key == name) || asks(name);
    let wrong = problems.iter().filter(|problem| !own(&problem.field)).map(|problem| speech.sentence(&problem.say)).collect();
    let said = match wanted.action.as_str() {
        "remove" => speech.with("bulk-remove-text", &[("days", &reader.web.engine().settings().trash_days.to_string())]),
        key => speech.known(&format!("bulk-{key}-text")).unwrap_or_default().to_owned(),
    };
    let told = if wanted.field.is_some_and(assigns) { "assign" } else { wanted.action.as_str() };
    let empties = wanted.field.is_some_and(|field| !field.required && !several && !matches!(field.kind, Kind::YesNo));
    let page = AskPage {
        title: about(reader, "bulk-title", told, count),
        many: speech.entity(entity.key, "many"),
        back: chosen.back(entity),
        action: &wanted.action,
        which: which(reader, entity, chosen, count).await?,
        ready: !changes || wanted.field.is_some(),
        ways: if several { ways.to_vec() } else { Vec::new() },
        asks: wanted.options.is_some(),
        control: match (&wanted.options, wanted.field) {
            (Some(options), _) => {
                offered(reader, options).into_iter().map(|field| alone(reader, options, field, entered, problems.clone())).collect()
            }
            (None, Some(field)) => alone(reader, entity, field, entered, problems),
            (None, None) => String::new(),
        },
        go: about(reader, "bulk-do", told, count),
        empties,
        said,
        wrong,
        choices,
        count,
        chosen,
        entity,
        reader,
    };
    rendered(reader, status, &page)
}

fn way_words<'r>(reader: &'r Reader, key: &str) -> &'r str {
    reader.speech.say(match key {
        "take" => "bulk-terms-take",
        "replace" => "bulk-terms-replace",
        _ => "bulk-terms-add",
    })
}

/// Which records these are: the names of the first ones, or that it is all of the filter.
async fn which(reader: &Reader, entity: &Entity, chosen: &Chosen, count: i64) -> Result<String> {
    if chosen.all {
        let narrowed = !chosen.address.filter.is_empty() || !chosen.address.words.is_empty();
        return Ok(reader.speech.counting(if narrowed { "bulk-which-filter" } else { "bulk-which-all" }, count));
    }
    let first: Vec<_> = chosen.ids.iter().take(NAMED).copied().collect();
    let names = reader.web.engine().names(&reader.who, entity.key, first.clone()).await?;
    let mut named: Vec<&str> = first.iter().filter_map(|id| names.get(id).map(String::as_str)).collect();
    let rest = count - named.len() as i64;
    let more = reader.speech.counting("bulk-which-more", rest);
    if rest > 0 && !named.is_empty() {
        named.push(&more);
    }
    Ok(named.join(", "))
}
