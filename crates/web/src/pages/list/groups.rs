//! A list in groups: of each its name, how many, what its numbers come to; its first rows, at once for the first groups and on demand
//! for the others; all of them one click away, as a list.

use super::address::{ListAddress, parts, text_of, words_filter};
use super::rows::{self, Column, Rows};
use super::totals::{Reckoning, numbers, shown};
use crate::caller::Of;
use crate::fields::{Face, Sight};
use crate::pages::reader::Reader;
use crate::pages::{answer, bulk, html};
use crate::{Answer, Web};
use axum::extract::{OriginalUri, State};
use engine::{Asked, Gathered, Period, linked, within};
use http::StatusCode;
use kernel::{Date, Error, Id, Result, Value};
use meta::filter::Filter;
use meta::{Entity, Field, Kind};
use std::collections::HashMap;
use std::sync::Arc;

/// Most groups that are shown.
const MOST_GROUPS: usize = 200;
/// Groups that are open from the beginning, and rows of each.
const OPEN: usize = 4;
const ROWS: usize = 10;

/// What all groups of a list share.
struct Grouping<'g> {
    reader: &'g Reader,
    entity: &'g Arc<Entity>,
    address: &'g ListAddress,
    field: &'g Field,
    period: Period,
    face: Face,
    columns: Vec<Column>,
    /// Whether rows have a tick before them.
    ticks: bool,
    numbers: Vec<&'static str>,
    titles: HashMap<Id, String>,
}

/// The table of all groups.
pub(super) async fn write(
    reader: &Reader,
    entity: &Arc<Entity>,
    address: &ListAddress,
    (field, period): (&Field, Period),
    filter: &Filter,
) -> Result<String> {
    let numbers = numbers(entity, address);
    let engine = reader.web.engine();
    let mut groups = engine.gather(&reader.who, entity, filter, false, Some((field.key, period)), &numbers, MOST_GROUPS + 1).await?;
    let more = groups.len() > MOST_GROUPS;
    groups.truncate(MOST_GROUPS);
    let grouping = Grouping::new(reader, entity, address, field, period, linked(&groups)).await?;
    grouping.sort(&mut groups);
    let mut out = String::with_capacity(32 * 1024);
    super::heads(&mut out, reader, entity, address, &grouping.columns, grouping.ticks);
    for (place, group) in groups.iter().enumerate() {
        grouping.group(&mut out, group, filter, place < OPEN).await?;
    }
    super::totals::placeholder(&mut out, reader, entity, address, grouping.width());
    out.push_str("</table></div>");
    if grouping.ticks {
        bulk::bar::write(&mut out, reader, entity, address, &bulk::offered(reader, entity, false), true);
    }
    out.push_str("<footer class=\"pager\">");
    super::count::placeholder(&mut out, reader, entity, address);
    let count = groups.len().to_string();
    out.push_str("<span>");
    html::text(&mut out, &reader.speech.with(if more { "groups-more" } else { "groups-count" }, &[("count", &count)]));
    out.push_str("</span></footer>");
    Ok(out)
}

/// One group, open or closed.
pub(super) async fn one(State(web): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let question = uri.query().unwrap_or_default();
    let mut address = ListAddress::read(question);
    if address.view.is_some() {
        super::views::begun(&reader, &entity, &mut address).await?;
    }
    address.settle(&entity);
    let Some((field, period)) = address.grouping(&entity) else {
        return Ok(answer::to(&format!("/{}{}", entity.plural, address.question(""))));
    };
    let pairs: HashMap<String, String> = form_urlencoded::parse(question.as_bytes()).into_owned().collect();
    let key = read(field, pairs.get("key").map(String::as_str).unwrap_or_default()).ok_or(Error::NotFound)?;
    let mut filter = address.tree(&reader.model, &entity)?;
    let group = within(field, &key, period);
    if !reader.fragment {
        // Without modules a group is a list of its own.
        let text = list_of(&filter, group, &reader, &entity);
        return Ok(answer::to(&format!("/{}{}", entity.plural, address.plain(text).question(""))));
    }
    if !address.words.is_empty() {
        filter = filter.and(words_filter(&address.words, &entity));
    }
    let numbers = numbers(&entity, &address);
    let own = filter.clone().and(group);
    let mut whole = web.engine().gather(&reader.who, &entity, &own, false, Some((field.key, period)), &numbers, 1).await?;
    let group = whole.pop().unwrap_or(Gathered { key: key.clone(), shown: key, count: 0, numbers: Vec::new() });
    let grouping = Grouping::new(&reader, &entity, &address, field, period, linked(std::slice::from_ref(&group))).await?;
    let mut out = String::new();
    grouping.group(&mut out, &group, &filter, pairs.get("open").is_none_or(|open| open == "1")).await?;
    Ok(answer::part(&reader, StatusCode::OK, out))
}

/// The text of the filter that a group's list has.
fn list_of(filter: &Filter, group: Filter, reader: &Reader, entity: &Entity) -> String {
    let mut all = if filter.is_everything() { Vec::new() } else { parts(filter) };
    all.push(group);
    text_of(all, &reader.model, entity)
}

impl<'g> Grouping<'g> {
    async fn new(
        reader: &'g Reader,
        entity: &'g Arc<Entity>,
        address: &'g ListAddress,
        field: &'g Field,
        period: Period,
        linked: Vec<Id>,
    ) -> Result<Grouping<'g>> {
        let titles = match field.kind {
            Kind::Link(target) if !linked.is_empty() => reader.web.engine().names(&reader.who, target, linked).await?,
            _ => HashMap::new(),
        };
        Ok(Grouping {
            reader,
            entity,
            address,
            field,
            period,
            face: Face::new(field, &reader.speech),
            columns: Column::of(entity, &address.shown(entity), reader),
            ticks: !bulk::offered(reader, entity, false).is_empty(),
            numbers: numbers(entity, address),
            titles,
        })
    }

    /// How many cells a row has.
    fn width(&self) -> usize {
        self.columns.len() + usize::from(self.ticks)
    }

    fn sight(&self) -> Sight<'_> {
        Sight { speech: &self.reader.speech, reading: &self.reader.reading, model: &self.reader.model, titles: &self.titles }
    }

    /// What a group is called.
    fn name(&self, group: &Gathered) -> String {
        let speech = &self.reader.speech;
        match (&group.key, self.field.kind) {
            (Value::Date(day), _) => period_name(self.reader, *day, self.period),
            (key, Kind::YesNo) => speech.say(if key.bool() { "yes" } else { "no" }).to_owned(),
            (key, _) if key.is_empty() => speech.say("groups-none").to_owned(),
            _ => self.face.plain(&group.shown, &self.sight()),
        }
    }

    /// Choices in their own order, periods from the last, everything else by name; what has nothing at the end.
    fn sort(&self, groups: &mut [Gathered]) {
        let place = |group: &Gathered| self.face.choices.iter().position(|choice| choice.key == group.key.text()).unwrap_or(usize::MAX);
        match self.field.kind {
            Kind::Date | Kind::Moment => {}
            Kind::Choice(_) => groups.sort_by_key(|group| (group.key.is_empty(), place(group))),
            Kind::YesNo => groups.sort_by_key(|group| !group.key.bool()),
            Kind::Vocabulary(vocabulary) => groups.sort_by_cached_key(|group| {
                let (model, key) = (&self.reader.model, group.key.text());
                let known = model.terms.get(&(vocabulary.to_owned(), key.to_owned()));
                let order = known.map_or_else(|| (i64::MAX, kernel::fold(key)), |term| term.order(self.reader.speech.language));
                (key.is_empty(), order)
            }),
            _ => groups.sort_by_cached_key(|group| (group.key.is_empty(), kernel::fold(&self.name(group)))),
        }
    }

    async fn group(&self, out: &mut String, group: &Gathered, filter: &Filter, open: bool) -> Result<()> {
        let (reader, entity) = (self.reader, self.entity);
        let key = written(&group.key);
        let narrowed = within(self.field, &group.key, self.period);
        let list = self.address.plain(list_of(filter_of(self.address, reader, entity)?.as_ref(), narrowed.clone(), reader, entity));
        let list = format!("/{}{}", entity.plural, list.question(""));
        let mut toggle = format!("/{}/groups{}", entity.plural, self.address.question(""));
        html::pair(&mut toggle, "key", &key);
        html::pair(&mut toggle, "open", if open { "0" } else { "1" });
        out.push_str("<tbody class=\"group\"><tr class=\"group-head\"><th scope=\"rowgroup\"");
        html::attribute(out, "colspan", &self.width().to_string());
        out.push_str("><div><a class=\"group-name\" hx-target=\"closest tbody\" hx-swap=\"outerHTML\"");
        html::attribute(out, "href", &list);
        html::attribute(out, "hx-get", &toggle);
        html::attribute(out, "aria-expanded", if open { "true" } else { "false" });
        out.push_str(" role=\"button\">");
        out.push_str(assets::icon(if open { "down" } else { "next" }));
        html::text(out, &self.name(group));
        out.push_str(" <span class=\"count\">");
        html::text(out, &kernel::Scaled { units: group.count, scale: 0 }.for_people(reader.speech.language));
        out.push_str("</span></a>");
        if let Some(reckoning) = Reckoning::of(&self.address.totals) {
            for (place, number) in self.numbers.iter().enumerate() {
                let Some(field) = entity.field(number) else { continue };
                out.push_str("<span class=\"group-number\"><span class=\"key\">");
                html::text(out, &reader.speech.short(entity.key, number));
                out.push_str("</span> ");
                html::text(out, &shown(reader, field, reckoning.number(group, place)));
                out.push_str("</span>");
            }
        }
        out.push_str("<a class=\"group-all\"");
        html::attribute(out, "href", &list);
        out.push('>');
        html::text(out, reader.speech.say("groups-all"));
        out.push_str("</a></div></th></tr>");
        if open {
            let asked = Asked {
                filter: filter.clone().and(narrowed),
                sort: self.address.order(entity).unwrap_or_default(),
                fields: rows::asked(entity, &self.address.shown(entity)),
                limit: ROWS,
                ..Asked::new(entity.clone())
            };
            let listed = reader.web.engine().list(&reader.who, asked).await?;
            let from = self.address.from();
            Rows { reader, entity, columns: &self.columns, from: &from, ticks: self.ticks, fixed: false, places: None }.write(out, &listed);
            let beyond = group.count - listed.records.len() as i64;
            if listed.next.is_some() && beyond > 0 {
                out.push_str("<tr class=\"group-more\"><td");
                html::attribute(out, "colspan", &self.width().to_string());
                out.push_str("><a");
                html::attribute(out, "href", &list);
                out.push('>');
                html::text(out, &reader.speech.with("groups-others", &[("count", &beyond.to_string())]));
                out.push_str("</a></td></tr>");
            }
        }
        out.push_str("</tbody>");
        Ok(())
    }
}

/// The filter that the address itself says, without the words of the box, which the address keeps beside it.
fn filter_of(address: &ListAddress, reader: &Reader, entity: &Entity) -> Result<Box<Filter>> {
    address.tree(&reader.model, entity).map(Box::new)
}

/// A month or a year in words.
fn period_name(reader: &Reader, day: Date, period: Period) -> String {
    let (year, month, _) = day.parts();
    match period {
        Period::Year => year.to_string(),
        Period::Month => reader.speech.with(&format!("month-{month}"), &[("year", &year.to_string())]),
    }
}

/// A key as an address has it.
fn written(key: &Value) -> String {
    match key {
        Value::Text(text) => text.clone(),
        Value::Bool(answer) => (if *answer { "1" } else { "0" }).to_owned(),
        Value::Date(day) => day.to_string(),
        Value::Link(id) => id.to_string(),
        _ => String::new(),
    }
}

/// A key from an address.
fn read(field: &Field, text: &str) -> Option<Value> {
    match field.kind {
        Kind::YesNo => Some(Value::Bool(text == "1")),
        Kind::Date | Kind::Moment | Kind::Link(_) if text.is_empty() => Some(Value::Empty),
        Kind::Date | Kind::Moment => text.parse().ok().map(Value::Date),
        Kind::Link(_) => text.parse().ok().map(Value::Link),
        _ => Some(Value::Text(text.to_owned())),
    }
}
