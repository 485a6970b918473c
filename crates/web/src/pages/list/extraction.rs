//! Extracting leads from a data bank of names: how many of a list, for whom, as what.

use super::address::{ListAddress, words_filter};
use super::views;
use crate::caller::{Named, Of};
use crate::fields::{Sight, vocabulary};
use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Failure, Web};
use askama::Template;
use axum::extract::{OriginalUri, State};
use engine::principal::Verb;
use engine::{Asked, Engine, Principal, Sorting};
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use kernel::{Error, Id, Problem, Problems, Result, Say, Value};
use meta::Entity;
use meta::filter::Filter;
use std::collections::HashMap;

/// Most names that are extracted at once: what somebody may wait for.
const MOST: usize = 500;
/// How many where nobody says otherwise.
const USUAL: &str = "20";
/// Most people who may be chosen from.
const MOST_PEOPLE: usize = 200;

/// How leads are extracted, as the product knows it.
#[derive(Debug, Clone, Copy)]
pub struct Extracting {
    /// The entity of the names.
    pub entity: &'static str,
    /// What an account may begin as.
    pub stages: &'static [&'static str],
    /// Extracts.
    pub run: fn(Engine, Principal, Extraction) -> BoxFuture<'static, Result<Extracted>>,
}

/// What is to be extracted.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// From which names.
    pub filter: Filter,
    /// In which order they are taken.
    pub sort: Vec<Sorting>,
    /// How many at most.
    pub most: usize,
    /// Who gets them, in turn.
    pub owners: Vec<Id>,
    /// What the accounts begin as.
    pub stage: String,
    /// Where they came from: a term of the company, or nothing.
    pub source: String,
    /// For which campaign, in words.
    pub campaign: String,
}

/// What an extraction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extracted {
    /// Names that became leads.
    pub leads: usize,
    /// Names that were customers already, and are marked so.
    pub known: usize,
    /// Names that somebody took meanwhile, or that no rule lets through.
    pub left: usize,
    /// Under which all of it stands in the history.
    pub changeset: Id,
}

impl Default for Extracted {
    fn default() -> Extracted {
        Extracted { leads: 0, known: 0, left: 0, changeset: Id::SYSTEM }
    }
}

/// Whether somebody may extract leads from records of an entity.
pub(crate) fn may_extract(reader: &Reader, entity: &Entity) -> bool {
    let creates = reader.model.entity("account").is_some_and(|account| reader.who.may(Verb::Create, account));
    creates && reader.who.may(Verb::Change, entity) && reader.web.extracts(entity.key).is_some()
}

pub(super) fn routes(routes: Routes) -> Routes {
    let changes = Policy::Entity(Verb::Change);
    routes
        .add(Route::page(Method::GET, "/{plural}/extraction", changes, Rate::Heavy, "", ""), form)
        .add(Route::page(Method::POST, "/{plural}/extraction", changes, Rate::Heavy, "Extraction", "extract"), extract)
        .add(Route::page(Method::POST, "/{plural}/{id}/extraction", changes, Rate::Person, "Extraction", "extract"), extract_one)
}

#[derive(Template)]
#[template(path = "extraction.html")]
struct ExtractionPage<'e> {
    reader: &'e Reader,
    title: &'e str,
    entity: &'e Entity,
    /// The list it is extracted from, as its address says it.
    question: &'e str,
    free: String,
    people: Vec<(Id, String, bool)>,
    stages: Vec<(&'static str, String, bool)>,
    sources: Vec<(String, String, bool)>,
    most: String,
    campaign: String,
    /// What is wrong: the control, and the sentence.
    wrong: Vec<(String, String)>,
}

impl ExtractionPage<'_> {
    fn error(&self, name: &str) -> Option<&str> {
        self.wrong.iter().find(|(known, _)| known == name).map(|(_, said)| said.as_str())
    }
}

async fn form(State(_): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let reader = reader.within(entity.plural);
    shown(&reader, &entity, uri.query().unwrap_or_default(), &Fields::default(), Vec::new()).await
}

/// The names of a list: its filter with the words of its box, and its order.
async fn of_list(reader: &Reader, entity: &Entity, question: &str) -> Result<(Filter, Vec<Sorting>)> {
    let mut address = ListAddress::read(question);
    views::begun(reader, entity, &mut address).await?;
    address.settle(entity);
    let mut filter = address.tree(&reader.model, entity)?;
    if !address.words.is_empty() {
        filter = filter.and(words_filter(&address.words, entity));
    }
    Ok((filter, address.order(entity)?))
}

async fn shown(reader: &Reader, entity: &Entity, question: &str, fields: &Fields, problems: Problems) -> Answer {
    let extracting = known(reader, entity)?;
    let (filter, _) = of_list(reader, entity, question).await?;
    let free = filter.and(Filter::is("state", "free"));
    let counted = reader.web.engine().count(&reader.who, entity, &free, false, Some(10_000)).await?;
    let number = kernel::Scaled { units: counted.number, scale: 0 }.for_people(reader.speech.language);
    let number = if counted.more { format!("{number}+") } else { number };
    let sent = fields.get("most").is_some();
    let titles = HashMap::new();
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let chosen: Vec<&str> = fields.all("owner").collect();
    let people = people(reader).await?;
    let page = ExtractionPage {
        title: reader.speech.say("extraction-title"),
        free: reader.speech.with("extraction-free", &[("count", &counted.number.to_string()), ("number", &number)]),
        people: people
            .into_iter()
            .map(|(id, name)| {
                let on = if sent { chosen.contains(&id.to_string().as_str()) } else { Some(id) == reader.who.user };
                (id, name, on)
            })
            .collect(),
        stages: extracting
            .stages
            .iter()
            .enumerate()
            .map(|(place, stage)| {
                let on = fields.get("stage").map_or(place == 0, |asked| asked == *stage);
                (*stage, reader.speech.choice("account", "stage", stage), on)
            })
            .collect(),
        sources: vocabulary::offered("source", &sight, &[])
            .into_iter()
            .map(|(key, words)| (key.to_owned(), words.to_owned(), fields.get("source") == Some(key)))
            .collect(),
        most: fields.get("most").unwrap_or(USUAL).to_owned(),
        campaign: fields.get("campaign").unwrap_or_default().to_owned(),
        wrong: problems.iter().map(|problem| (problem.field.clone(), reader.speech.sentence(&problem.say))).collect(),
        question,
        reader,
        entity,
    };
    rendered(reader, if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

/// Whoever may come in, by name.
async fn people(reader: &Reader) -> Result<Vec<(Id, String)>> {
    let entity = reader.web.engine().entity(engine::identity::USER)?;
    let filter = Filter::is("active", Value::Bool(true));
    let asked = Asked { fields: vec!["name"], limit: MOST_PEOPLE, ..Asked::new(entity).filtered(filter) };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    Ok(listed.records.iter().map(|user| (user.id, user.named("name").text().to_owned())).collect())
}

fn known(reader: &Reader, entity: &Entity) -> Result<Extracting, Failure> {
    let extracting = reader.web.extracts(entity.key).ok_or(Error::NotFound)?;
    match may_extract(reader, entity) {
        true => Ok(extracting),
        false => Err(Error::Forbidden(Say::new("error-forbidden")).into()),
    }
}

async fn extract(State(web): State<Web>, Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let extracting = known(&reader, &entity)?;
    let question = fields.get("question").unwrap_or_default().to_owned();
    let (filter, sort) = of_list(&reader, &entity, &question).await?;
    let mut problems = Vec::new();
    let mut wrong = |field: &str, say: Say| problems.push(Problem { field: field.to_owned(), say });
    let most = fields.get("most").and_then(|text| text.trim().parse().ok()).filter(|most| (1..=MOST).contains(most));
    if most.is_none() {
        wrong("most", Say::new("error-extraction-most").with("most", MOST));
    }
    let owners: Vec<Id> = fields.all("owner").filter_map(|id| id.parse().ok()).collect();
    if owners.is_empty() {
        wrong("owner", Say::new("error-extraction-owner"));
    }
    if !problems.is_empty() {
        return shown(&reader, &entity, &question, &fields, problems).await;
    }
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let extraction = Extraction {
        filter,
        sort,
        most: most.unwrap_or_default(),
        owners,
        stage: text("stage"),
        source: text("source"),
        campaign: text("campaign"),
    };
    match (extracting.run)(web.engine().clone(), reader.who.clone(), extraction).await {
        Ok(extracted) => {
            let list = format!("/{}{}", entity.plural, ListAddress::read(&question).question(""));
            onward_saying(&reader, &list, "said-extracted", &said(&reader, extracted), undone(extracted))
        }
        Err(Error::Invalid(problems)) => {
            // One of several people is the group of them.
            let named = |field: String| if field == "owners" { "owner".to_owned() } else { field };
            let problems = problems.into_iter().map(|problem| Problem { field: named(problem.field), ..problem }).collect();
            shown(&reader, &entity, &question, &fields, problems).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What can be undone: nothing where nothing was written.
fn undone(extracted: Extracted) -> Option<Id> {
    (extracted.leads + extracted.known > 0).then_some(extracted.changeset)
}

/// What an extraction came to, in a sentence.
fn said(reader: &Reader, extracted: Extracted) -> String {
    let counted = [(extracted.leads, "extraction-leads"), (extracted.known, "extraction-known"), (extracted.left, "extraction-left")];
    let parts = counted.into_iter().enumerate().filter(|(place, (count, _))| *place == 0 || *count > 0);
    parts.map(|(_, (count, key))| reader.speech.with(key, &[("count", &count.to_string())])).collect::<Vec<_>>().join(", ")
}

async fn extract_one(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, _: Fields) -> Answer {
    let id = named.id("id")?;
    web.engine().show(&reader.who, &entity, id).await?;
    let extracting = known(&reader, &entity)?;
    let extraction = Extraction {
        filter: Filter::id(id),
        sort: Vec::new(),
        most: 1,
        owners: reader.who.user.into_iter().collect(),
        stage: extracting.stages.first().copied().unwrap_or_default().to_owned(),
        source: String::new(),
        campaign: String::new(),
    };
    let extracted = (extracting.run)(web.engine().clone(), reader.who.clone(), extraction).await?;
    let (record, _) = web.engine().show(&reader.who, &entity, id).await?;
    // A new lead is what one works on next; what was known, or is nobody's to take, stays where it is explained.
    let next = match record.named("account").link().filter(|_| extracted.leads > 0) {
        Some(account) => format!("/accounts/{account}"),
        None => format!("/{}/{id}", entity.plural),
    };
    onward_saying(&reader, &next, "said-extracted", &said(&reader, extracted), undone(extracted))
}
