//! Normalising the data, for administrators: which kind of record and by which rules, what would become of each record, and what is
//! left out; then it is an action on those records, as any other: with its progress, its report, its undoing.

use crate::form::{Asking, Fields};
use crate::pages::answer::{onward, rendered};
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::{AT_ONCE, Bulk, BulkAction, Doing, Foreseen, Options, Selection};
use http::{Method, StatusCode};
use kernel::{Error, Id, IdSet, Result, Say, Value};
use meta::query::Cursor;
use meta::{Entity, Kind};
use std::sync::Arc;

/// Where it is done.
const ADDRESS: &str = "/administration/normalisation";
/// Records looked at for one page.
const LOOKED: usize = 20_000;
/// Records of them that are shown one by one.
const SHOWN: usize = 200;

/// The routes of normalising.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, ADDRESS, "Normalisation", "bulk"), begin)
}

#[derive(Template)]
#[template(path = "normalising.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: String,
    kinds: Vec<Choice>,
    rules: Vec<Rule>,
    entity: &'static str,
    after: String,
    /// How many would change, in a sentence; empty before it was asked.
    summary: String,
    records: Vec<Line>,
    /// How many more would change and are not shown.
    more: usize,
    /// The question for the records after those that were looked at.
    next: Option<String>,
    wrong: Option<String>,
}

/// A kind of record.
struct Choice {
    key: &'static str,
    name: String,
    chosen: bool,
}

/// A rule of the chosen kind.
struct Rule {
    key: &'static str,
    name: String,
    /// What it does.
    hint: String,
    on: bool,
    /// How many values it would write.
    count: usize,
}

/// A record and what it would become.
struct Line {
    id: Id,
    address: String,
    name: String,
    chosen: bool,
    changes: Vec<Change>,
}

struct Change {
    field: String,
    before: String,
    after: String,
}

/// What is asked for.
struct Asked {
    action: BulkAction,
    entity: Arc<Entity>,
    options: Options,
    after: Option<Cursor>,
}

/// The actions that can be foreseen, on kinds of record that the reader may change.
fn actions(reader: &Reader) -> Vec<(BulkAction, Arc<Entity>)> {
    let all = reader.model.entities().filter_map(|entity| {
        let mut actions = reader.web.engine().bulk_actions(&reader.who, entity).into_iter();
        Some((actions.find(|action| action.rewrites.is_some())?, entity.clone()))
    });
    all.collect()
}

impl Asked {
    /// Reads the kind of record (the first where none is named), the rules (all where none was chosen yet) and the place.
    fn read(reader: &Reader, fields: &Fields) -> Result<Asked> {
        let named = fields.get("entity");
        let (action, entity) = actions(reader)
            .into_iter()
            .find(|(_, entity)| named.is_none_or(|named| named == entity.key))
            .ok_or_else(|| Error::invalid("entity", Say::new("error-unknown-field")))?;
        let usual = fields.get("asked").is_none();
        let rule = |field: &meta::Field| (field.id, Value::Bool(usual || fields.all("rule").any(|key| key == field.key)));
        let values = action.fields().filter(|field| field.kind == Kind::YesNo).map(rule).collect();
        let after = fields.get("after").filter(|after| !after.is_empty()).and_then(|after| place(reader, &entity, after));
        Ok(Asked { options: Options { values, place: 0 }, action, entity, after })
    }

    async fn foreseen(&self, reader: &Reader) -> Result<Foreseen> {
        reader.web.engine().foresee(&reader.who, &self.action, &self.options, self.after.clone(), LOOKED).await
    }

    /// The rules that are switched on.
    fn on(&self, key: &str) -> bool {
        let field = self.action.fields().find(|field| field.key == key);
        field.is_some_and(|field| self.options.value(field.id) == &Value::Bool(true))
    }
}

fn purpose(entity: &Entity) -> String {
    format!("normalisation {}", entity.key)
}

/// A place among records in the order of their creation, sealed, since it is handed to the database as it is.
fn sealed(reader: &Reader, entity: &Entity, cursor: &Cursor) -> String {
    reader.web.seal().seal(&purpose(entity), format!("{} {}", cursor.id, cursor.values.len()).as_bytes())
}

fn place(reader: &Reader, entity: &Entity, text: &str) -> Option<Cursor> {
    let text = String::from_utf8(reader.web.seal().open(&purpose(entity), text)?).ok()?;
    let (id, count) = text.split_once(' ')?;
    let id: Id = id.parse().ok()?;
    Some(Cursor { values: vec![Value::Link(id); count.parse::<usize>().ok()?.min(1)], id, backward: false })
}

async fn show(reader: Reader, asking: Asking) -> Answer {
    page(&reader, &asking.0, None, StatusCode::OK).await
}

async fn page(reader: &Reader, fields: &Fields, wrong: Option<String>, status: StatusCode) -> Answer {
    let asked = Asked::read(reader, fields)?;
    let speech = &reader.speech;
    let foreseen = match fields.get("asked") {
        Some(_) => Some(asked.foreseen(reader).await?),
        None => None,
    };
    let kinds = actions(reader).into_iter().map(|(_, entity)| {
        let chosen = entity.key == asked.entity.key;
        Choice { key: entity.key, name: speech.entity(entity.key, "many").to_owned(), chosen }
    });
    let mut page = Page {
        reader,
        title: speech.say("administration-normalisation").to_owned(),
        kinds: kinds.collect(),
        rules: rules(reader, &asked, foreseen.as_ref()),
        entity: asked.entity.key,
        after: fields.get("after").unwrap_or_default().to_owned(),
        summary: String::new(),
        records: Vec::new(),
        more: 0,
        next: None,
        wrong,
    };
    if let Some(foreseen) = &foreseen {
        let number = |count: usize| grouped(count as i64, speech.language);
        let (looked, count) = (number(foreseen.looked), number(foreseen.records.len()));
        page.summary = speech.with("normalising-summary", &[("looked", &looked), ("count", &count)]);
        page.records = lines(reader, &asked, foreseen, fields);
        page.more = foreseen.records.len() - page.records.len();
        page.next = foreseen.next.as_ref().map(|cursor| {
            let on = page.rules.iter().filter(|rule| rule.on).map(|rule| format!("&rule={}", rule.key)).collect::<String>();
            format!("{ADDRESS}?asked=1&entity={}{on}&after={}", asked.entity.key, sealed(reader, &asked.entity, cursor))
        });
    }
    rendered(reader, status, &page)
}

fn rules(reader: &Reader, asked: &Asked, foreseen: Option<&Foreseen>) -> Vec<Rule> {
    let owner = asked.action.options.as_ref().map_or("", |options| options.key);
    let count = |key: &str| {
        let all = foreseen.iter().flat_map(|foreseen| &foreseen.records).flat_map(|(_, rewrites)| rewrites);
        all.filter(|rewrite| rewrite.rule == key).count()
    };
    let rule = |field: &meta::Field| Rule {
        key: field.key,
        name: reader.speech.field(owner, field.key).to_owned(),
        hint: reader.speech.known(&format!("hint-{owner}-{}", field.key)).unwrap_or_default().to_owned(),
        on: asked.on(field.key),
        count: count(field.key),
    };
    asked.action.fields().map(rule).collect()
}

fn lines(reader: &Reader, asked: &Asked, foreseen: &Foreseen, fields: &Fields) -> Vec<Line> {
    // A form that comes back keeps what was left out.
    let left: Vec<&str> = fields.all("shown").filter(|id| fields.all("row").all(|row| row != *id)).collect();
    let line = |(record, rewrites): &(meta::Record, Vec<engine::Rewrite>)| {
        let id = record.id.to_string();
        let changes = rewrites.iter().map(|rewrite| {
            let key = asked.entity.fields.iter().find(|field| field.id == rewrite.field).map_or("", |field| field.key);
            Change {
                field: reader.speech.field(asked.entity.key, key).to_owned(),
                before: record.value(rewrite.field).text().to_owned(),
                after: rewrite.value.text().to_owned(),
            }
        });
        Line {
            id: record.id,
            address: format!("/{}/{id}", asked.entity.plural),
            name: record.named(asked.entity.title).text().to_owned(),
            chosen: !left.contains(&id.as_str()),
            changes: changes.collect(),
        }
    };
    foreseen.records.iter().take(SHOWN).map(line).collect()
}

async fn begin(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let asked = Asked::read(&reader, &fields)?;
    let foreseen = asked.foreseen(&reader).await?;
    let read = |name: &'static str| fields.all(name).filter_map(|id| id.parse().ok()).collect::<IdSet>();
    let (shown, chosen, rest) = (read("shown"), read("row"), fields.get("rest") == Some("1"));
    // Those that were shown go by their ticks, the others all together.
    let goes = |id: &Id| if shown.contains(id) { chosen.contains(id) } else { rest };
    let ids: Vec<Id> = foreseen.records.iter().map(|(record, _)| record.id).filter(goes).collect();
    let doing = Doing::Registered { key: asked.action.key.to_owned(), options: asked.options.values.clone() };
    let selection = Selection::These(ids);
    let bulk = Bulk { entity: asked.entity.clone(), selection, doing, list: String::new(), confirmed: None, once: None };
    let begun = match web.engine().begin_bulk(&reader.who, bulk).await {
        Err(Error::Invalid(problems)) => {
            let wrong = problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect::<Vec<_>>().join(" ");
            return page(&reader, &fields, Some(wrong), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        begun => begun?,
    };
    if begun.total <= AT_ONCE {
        web.engine().work_off(&reader.who, begun.id).await?;
    }
    Ok(onward(&reader, &format!("/bulks/{}", begun.id)))
}
