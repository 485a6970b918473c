//! Vocabularies, for administrators: the terms of each in their order, where they are in use, and what becomes of them.
//! Counts are asked after the page, and take in what the reader may not see: whether a term is needed is a question of the data.

mod merging;

use crate::caller::Named;
use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::html;
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::principal::Verb;
use engine::vocabulary::{MOST_ORDERED, TermUses};
use engine::{Act, Asked};
use http::{Method, StatusCode};
use kernel::{Error, Id, Result, Value, fold};
use meta::filter::print::print;
use meta::filter::{Filter, Operand, Path, Test};
use meta::{Kind, Record};
use std::collections::{BTreeMap, BTreeSet};

/// Where they are looked after.
pub(crate) const ADDRESS: &str = "/administration/vocabularies";
/// The vocabulary of roles, whose terms are roles.
const ROLES: &str = "role";

/// The routes of vocabularies.
pub(crate) fn routes(routes: Routes) -> Routes {
    let look = |path, rate| Route::page(Method::GET, path, Policy::Administrator, rate, "", "");
    let act = |path, input, audit| Route::page(Method::POST, path, Policy::Administrator, Rate::Person, input, audit);
    routes
        .add(look(ADDRESS, Rate::Person), list)
        .add(look("/administration/vocabularies/{vocabulary}", Rate::Person), show)
        .add(look("/administration/vocabularies/{vocabulary}/uses", Rate::Heavy), show_used)
        .add(act("/administration/vocabularies/{vocabulary}/order", "TermOrder", "order-terms"), order)
        .add(act("/administration/terms/{id}/retirement", "TermRetirement", "change"), retire)
        .add(act("/administration/terms/{id}/removal", "TermRemoval", "remove"), remove)
        .add(look("/administration/terms/{id}/merging", Rate::Heavy), merging::ask)
        .add(act("/administration/terms/{id}/merging", "TermMerge", "merge-terms"), merging::begin)
}

/// The address of a vocabulary's page.
fn address(vocabulary: &str) -> String {
    format!("{ADDRESS}/{vocabulary}")
}

/// What a vocabulary is called.
fn name(reader: &Reader, vocabulary: &str) -> String {
    reader.speech.known(&format!("vocabulary-{vocabulary}")).unwrap_or(vocabulary).to_owned()
}

/// A vocabulary in a line.
struct Line {
    address: String,
    name: String,
    /// The fields that speak of it.
    fields: String,
    count: String,
}

#[derive(Template)]
#[template(path = "vocabularies.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    groups: Vec<(&'p str, &'static str, Vec<Line>)>,
}

/// The keys of all vocabularies: those that a field speaks of, those that have terms, the company's own.
fn known(reader: &Reader, own: &[(String, Id)]) -> BTreeSet<String> {
    let spoken = reader.model.entities().flat_map(|entity| &entity.fields).filter_map(|field| match field.kind {
        Kind::Vocabulary(vocabulary) | Kind::Vocabularies(vocabulary) => Some(vocabulary.to_owned()),
        _ => None,
    });
    let termed = reader.model.terms.keys().map(|(vocabulary, _)| vocabulary.clone());
    let all = spoken.chain(termed).chain(own.iter().map(|(key, _)| key.clone()));
    all.filter(|key| key != ROLES && !key.is_empty()).collect()
}

/// The company's own vocabularies: key and identity.
async fn own(reader: &Reader) -> Result<Vec<(String, Id)>> {
    let Ok(entity) = reader.web.engine().entity("vocabulary") else { return Ok(Vec::new()) };
    let asked = Asked { fields: vec!["key"], limit: 200, ..Asked::new(entity) };
    let records = reader.web.engine().list(&reader.who, asked).await?.records;
    Ok(records.iter().map(|record| (record.named("key").text().to_owned(), record.id)).collect())
}

/// The fields that hold terms of a vocabulary, with the names of what they belong to.
fn fields_of(reader: &Reader, vocabulary: &str) -> String {
    let mut fields = Vec::new();
    for entity in reader.model.entities() {
        for field in &entity.fields {
            if matches!(field.kind, Kind::Vocabulary(of) | Kind::Vocabularies(of) if of == vocabulary) {
                fields.push(format!("{} · {}", reader.speech.entity(entity.key, "many"), reader.speech.field(entity.key, field.key)));
            }
        }
    }
    fields.join(", ")
}

async fn list(reader: Reader) -> Answer {
    let own = own(&reader).await?;
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (vocabulary, _) in reader.model.terms.keys() {
        *counts.entry(vocabulary).or_default() += 1;
    }
    let mut product = Vec::new();
    let mut company = Vec::new();
    for key in known(&reader, &own) {
        let count = counts.get(key.as_str()).copied().unwrap_or_default();
        let line = Line {
            address: address(&key),
            name: name(&reader, &key),
            fields: fields_of(&reader, &key),
            count: reader.speech.with("vocabulary-count", &[("count", &count.to_string())]),
        };
        if own.iter().any(|(own, _)| *own == key) { company.push(line) } else { product.push(line) }
    }
    for lines in [&mut product, &mut company] {
        lines.sort_by_cached_key(|line| fold(&line.name));
    }
    let say = |key| reader.speech.say(key);
    let groups = vec![(say("vocabularies-company"), "company", company), (say("vocabularies-product"), "product", product)];
    rendered(&reader, StatusCode::OK, &Page { title: &reader.speech.area("vocabulary"), groups, reader: &reader })
}

/// Where a term is in use: in words, and the list of its records where the reader has one.
struct Used {
    said: String,
    list: String,
}

/// A term as its line shows it.
struct Term {
    id: Id,
    name: String,
    other: String,
    key: String,
    tone: String,
    retired: bool,
    first: bool,
    last: bool,
    uses: Vec<Used>,
}

#[derive(Template)]
#[template(path = "vocabulary.html")]
struct Vocabulary<'p> {
    reader: &'p Reader,
    title: String,
    here: String,
    fields: String,
    terms: Vec<Term>,
    /// Whether the counts are among the lines already.
    counted: bool,
    /// Whether somebody put them in order.
    ordered: bool,
    /// Whether they can be put in order one by one.
    moves: bool,
    /// The form of the vocabulary itself, where it is the company's own.
    own: Option<Id>,
    vocabulary: String,
}

async fn show(named: Named, reader: Reader) -> Answer {
    page(&reader, named.text("vocabulary"), None).await
}

/// The same page with the counts.
async fn show_used(named: Named, reader: Reader, _: Asking) -> Answer {
    let vocabulary = named.text("vocabulary");
    let uses = reader.web.engine().term_uses(&reader.who, vocabulary).await?;
    page(&reader, vocabulary, Some(uses)).await
}

async fn page(reader: &Reader, vocabulary: &str, uses: Option<Vec<TermUses>>) -> Answer {
    let own = own(reader).await?;
    if !known(reader, &own).contains(vocabulary) {
        return Err(Error::NotFound.into());
    }
    let mut records = reader.web.engine().terms_in_order(&reader.who, vocabulary).await?;
    let moves = records.len() <= MOST_ORDERED;
    records.truncate(MOST_ORDERED);
    let last = records.len().saturating_sub(1);
    let terms = records
        .iter()
        .enumerate()
        .map(|(place, record)| Term {
            id: record.id,
            name: words(reader, record).0,
            other: words(reader, record).1,
            key: record.named("key").text().to_owned(),
            tone: record.named("tone").text().to_owned(),
            retired: record.named("retired").bool(),
            first: place == 0,
            last: place == last,
            uses: uses.as_deref().map(|uses| used(reader, uses, record.named("key").text())).unwrap_or_default(),
        })
        .collect();
    let page = Vocabulary {
        title: name(reader, vocabulary),
        here: address(vocabulary),
        fields: fields_of(reader, vocabulary),
        terms,
        counted: uses.is_some(),
        ordered: records.iter().any(|record| record.named("position").int() > 0),
        moves,
        own: own.iter().find(|(key, _)| key == vocabulary).map(|(_, id)| *id),
        vocabulary: vocabulary.to_owned(),
        reader,
    };
    rendered(reader, StatusCode::OK, &page)
}

/// What a term is called for the reader, and in the other language where that is something else.
fn words(reader: &Reader, term: &Record) -> (String, String) {
    let [italian, english] = ["italian", "english"].map(|key| term.named(key).text().to_owned());
    match reader.speech.language {
        kernel::Language::English if !english.is_empty() => (english, italian),
        kernel::Language::English => (italian, String::new()),
        kernel::Language::Italian => (italian, english),
    }
}

/// Where a term is in use, field by field.
fn used(reader: &Reader, uses: &[TermUses], key: &str) -> Vec<Used> {
    let mut used = Vec::new();
    for one in uses {
        let count = one.counts.get(key).copied().unwrap_or_default();
        let Some(entity) = reader.model.entity(one.entity).filter(|_| count > 0) else { continue };
        let list = if entity.can.public && reader.who.may(Verb::See, entity) && entity.field(one.field).is_some_and(|field| !field.secret) {
            let test = if one.several { Test::Includes(key.to_owned()) } else { Test::Is(Operand::Value(key.into())) };
            let mut question = String::new();
            html::pair(&mut question, "filter", &print(&Filter::Test(Path::of(one.field), test), &reader.model, entity));
            format!("/{}?{question}", entity.plural)
        } else {
            String::new()
        };
        let field = reader.speech.field(one.entity, one.field);
        let count = grouped(count, reader.speech.language);
        let said = format!("{} · {field}: {count}", reader.speech.entity(one.entity, "many"));
        used.push(Used { said, list });
    }
    used
}

/// Moves a term among the others, or puts all of them in the order of their words.
async fn order(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let vocabulary = named.text("vocabulary");
    let engine = web.engine();
    let mut order: Vec<Id> = engine.terms_in_order(&reader.who, vocabulary).await?.iter().map(|term| term.id).collect();
    let to = fields.get("to").unwrap_or_default();
    if to == "alphabetical" {
        order.clear();
    } else {
        let id: Id = fields.get("term").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let here = order.iter().position(|known| *known == id).ok_or(Error::NotFound)?;
        let last = order.len() - 1;
        let there = match to {
            "up" => here.saturating_sub(1),
            "down" => (here + 1).min(last),
            "first" => 0,
            "last" => last,
            place => place.parse::<usize>().map_err(|_| Error::NotFound)?.clamp(1, last + 1) - 1,
        };
        let moved = order.remove(here);
        order.insert(there, moved);
    }
    let outcome = engine.order_terms(&reader.who, vocabulary, &order).await?;
    onward_saying(&reader, &address(vocabulary), "said-saved", "", outcome.map(|outcome| outcome.changeset))
}

/// A term, and the page of its vocabulary.
async fn term(reader: &Reader, named: &Named) -> Result<(Record, String)> {
    let entity = reader.web.engine().entity("term")?;
    let (record, _) = reader.web.engine().show(&reader.who, &entity, named.id("id")?).await?;
    let here = address(record.named("vocabulary").text());
    Ok((record, here))
}

/// The act that retires a term, or offers it again.
fn retiring(reader: &Reader, record: &Record, retired: bool) -> Result<Act> {
    let field = reader.web.engine().entity("term")?.field("retired").ok_or_else(|| Error::internal("terms that can't be retired"))?.id;
    Ok(Act::Change { entity: "term", id: record.id, version: None, values: vec![(field, Value::Bool(retired))], lines: Vec::new() })
}

async fn retire(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let (record, here) = term(&reader, &named).await?;
    let retired = fields.get("retired") == Some("1");
    let outcome = web.engine().write(&reader.who, "change", vec![retiring(&reader, &record, retired)?]).await?;
    web.engine().load_terms().await?;
    let said = if retired { "said-term-retired" } else { "said-term-back" };
    onward_saying(&reader, &here, said, &words(&reader, &record).0, Some(outcome.changeset))
}

/// Removes a term that nobody uses; one that somebody uses is retired instead.
async fn remove(State(web): State<Web>, named: Named, reader: Reader, _: Fields) -> Answer {
    let (record, here) = term(&reader, &named).await?;
    let name = words(&reader, &record).0;
    let gone = web.engine().write(&reader.who, "remove", vec![Act::Remove { entity: "term", id: record.id, version: None }]).await;
    let (said, outcome) = match gone {
        Ok(outcome) => ("said-removed", outcome),
        Err(Error::Invalid(_)) => {
            ("said-term-kept", web.engine().write(&reader.who, "change", vec![retiring(&reader, &record, true)?]).await?)
        }
        Err(error) => return Err(error.into()),
    };
    web.engine().load_terms().await?;
    onward_saying(&reader, &here, said, &name, Some(outcome.changeset))
}
