//! The audit: who did, saw and took away what, by person, event, record and days; and for how long it is kept.

use super::report::{Report, ReportPage, facts, moment, number, text};
use crate::form::{Asking, Fields};
use crate::pages::access::moments::day;
use crate::pages::answer::onward_saying;
use crate::pages::html;
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use crate::sheets::{csv_row, guard};
use crate::{Answer, Web};
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use engine::audit::{Asked, Entry, Kept};
use engine::identity::USER;
use http::header::{self, HeaderValue};
use kernel::{Date, Error, Id, Result, Say};
use std::collections::HashMap;

/// Rows of a page, and of a file.
const PAGE: usize = 100;
const FILE: usize = 50_000;
/// People who are offered by name.
const PEOPLE: usize = 200;
/// The page.
const HERE: &str = "/administration/audit";
/// Months that are offered for keeping it, where it is not for ever.
const MONTHS: [i64; 5] = [6, 12, 24, 60, 120];

/// What is asked for, as it stands in the address.
struct Question {
    asked: Asked,
    fields: Vec<(&'static str, String)>,
}

impl Question {
    fn read(reader: &Reader, asking: &crate::form::Fields) -> Result<Question> {
        let mut fields = Vec::new();
        for name in ["user", "event", "record", "from", "until", "before"] {
            fields.push((name, asking.get(name).unwrap_or_default().trim().to_owned()));
        }
        let given = |name: &str| fields.iter().find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.as_str());
        let id = |name: &str| given(name).map(|text| text.parse::<Id>().map_err(|_| Error::NotFound)).transpose();
        let day = |name: &str| {
            let wrong = || Error::invalid(name, Say::new("error-date"));
            given(name).map(|text| text.parse::<Date>().map_err(|_| wrong())).transpose()
        };
        let zone = &reader.reading.zone;
        let asked = Asked {
            user: id("user")?,
            event: given("event").map(str::to_owned),
            record: id("record")?,
            from: day("from")?.map(|day| day.start(zone)),
            until: day("until")?.map(|day| day.plus_days(1).start(zone)),
            before: id("before")?,
        };
        Ok(Question { asked, fields })
    }

    fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The same question elsewhere, with some of it changed.
    fn address(&self, path: &str, other: &[(&str, &str)]) -> String {
        let mut address = String::from(path);
        let mut begun = false;
        for (name, value) in &self.fields {
            let value = other.iter().find(|(known, _)| known == name).map_or(value.as_str(), |(_, value)| value);
            if !value.is_empty() {
                address.push(if begun { '&' } else { '?' });
                address.push_str(&form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish());
                begun = true;
            }
        }
        address
    }
}

pub(super) async fn show(State(web): State<Web>, Asking(asking): Asking, reader: Reader) -> Answer {
    let question = Question::read(&reader, &asking)?;
    let listed = web.engine().audited(&reader.who, &question.asked, PAGE).await?;
    let mut page = ReportPage::new(&reader, "audit");
    let address = question.address("/administration/audit/export.csv", &[("before", "")]);
    page.actions.push_str("<a class=\"btn\"");
    html::attribute(&mut page.actions, "href", &address);
    page.actions.push('>');
    page.actions.push_str(assets::icon("export"));
    html::text(&mut page.actions, reader.speech.say("audit-export"));
    page.actions.push_str("</a>");
    page.before = asks(&web, &reader, &question).await?;
    page.after = extent(&web, &reader).await?;
    let heads = ["audit-at", "audit-who", "audit-event", "audit-about", "audit-detail", "audit-address"];
    let mut report = Report::new(&reader, "", "audit-none", &heads);
    for kept in &listed.rows {
        report.row(vec![
            moment(&reader, Some(kept.at)),
            text(&by(&reader, &kept.entry, &listed.names)),
            text(&event(&reader, &kept.entry.event)),
            about(&reader, kept),
            text(&kept.entry.detail),
            text(&kept.entry.address),
        ]);
    }
    page.reports = vec![report];
    if let Some(last) = listed.rows.last().filter(|_| listed.more) {
        let mut more = String::from("<p><a class=\"btn\"");
        html::attribute(&mut more, "href", &question.address(HERE, &[("before", &last.id.to_string())]));
        more.push('>');
        html::text(&mut more, reader.speech.say("audit-older"));
        more.push_str("</a></p>");
        page.after.insert_str(0, &more);
    }
    page.answer()
}

/// Who did it: somebody, or the command line or a job, which are nobody in particular.
fn by(reader: &Reader, entry: &Entry, names: &HashMap<Id, String>) -> String {
    match entry.user {
        Some(user) => names.get(&user).cloned().unwrap_or_else(|| user.to_string()),
        None => reader.speech.known(&format!("audit-by-{}", entry.through)).unwrap_or_default().to_owned(),
    }
}

/// From when on there is an audit, what is gone of it, where its chain ends, and for how long it is kept.
async fn extent(web: &Web, reader: &Reader) -> Result<String> {
    let (engine, speech) = (web.engine(), &reader.speech);
    let extent = engine.audit_extent().await?;
    let mut pairs = vec![("audit-since", moment(reader, extent.since))];
    if let Some(anchor) = &extent.anchor {
        let (rows, day) = (grouped(anchor.rows, speech.language), day(reader, anchor.at));
        pairs.push(("audit-gone", text(&speech.with("audit-gone-text", &[("rows", &rows), ("day", &day)]))));
    }
    if let Some((batch, digest)) = engine.audit_head().await? {
        pairs.push(("audit-chain", format!("{} · <code>{}</code>", number(reader, batch), text(&digest))));
    }
    let mut out = facts(reader, &pairs);
    let kept = engine.audit_months().await?;
    let mut offered: Vec<Option<i64>> = std::iter::once(None).chain(MONTHS.map(Some)).collect();
    if !offered.contains(&kept) {
        offered.push(kept);
    }
    out.push_str("<section class=\"section\" aria-labelledby=\"keeping\"><div class=\"section-head\"><h2 id=\"keeping\">");
    html::text(&mut out, speech.say("audit-keeping"));
    out.push_str("</h2></div><p class=\"hint\">");
    html::text(&mut out, speech.say("audit-keeping-hint"));
    out.push_str(
        "</p><form class=\"report-asks\" method=\"post\" action=\"/administration/audit/keeping\"><input type=\"hidden\" name=\"csrf\"",
    );
    html::attribute(&mut out, "value", &reader.csrf);
    out.push_str("><label>");
    html::text(&mut out, speech.say("audit-months"));
    out.push_str("<select class=\"form-select\" name=\"months\">");
    for months in offered {
        out.push_str("<option");
        html::attribute(&mut out, "value", &months.map(|months| months.to_string()).unwrap_or_default());
        out.push_str(if months == kept { " selected>" } else { ">" });
        html::text(&mut out, &said_months(reader, months));
        out.push_str("</option>");
    }
    out.push_str("</select></label><button class=\"btn\">");
    html::text(&mut out, speech.say("action-save"));
    out.push_str("</button></form></section>");
    Ok(out)
}

/// How long that is, in words: whole years where they are.
fn said_months(reader: &Reader, months: Option<i64>) -> String {
    match months {
        None => reader.speech.say("audit-months-ever").to_owned(),
        Some(months) if months % 12 == 0 => reader.speech.with("audit-months-years", &[("years", &(months / 12).to_string())]),
        Some(months) => reader.speech.with("audit-months-months", &[("months", &months.to_string())]),
    }
}

/// Says for how long it is kept.
pub(super) async fn keep(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let months = fields.get("months").map(str::trim).filter(|months| !months.is_empty());
    // What is no number is one that no rule allows.
    let months = months.map(|months| months.parse().unwrap_or(-1));
    web.engine().keep_audit(&reader.who, months).await?;
    onward_saying(&reader, HERE, "said-audit-kept", "", None)
}

/// What an event is called.
fn event(reader: &Reader, key: &str) -> String {
    reader.speech.known(&format!("audit-event-{key}")).unwrap_or(key).to_owned()
}

/// What it is about: the entity, and the card of the record.
fn about(reader: &Reader, kept: &Kept) -> String {
    let Some(entity) = reader.model.entity(&kept.entry.entity) else { return String::new() };
    let form = if kept.entry.record.is_some() { "one" } else { "many" };
    let name = reader.speech.entity(entity.key, form);
    let mut out = String::new();
    match kept.entry.record.filter(|_| entity.can.public) {
        Some(record) => {
            out.push_str("<a");
            html::attribute(&mut out, "href", &format!("/{}/{record}", entity.plural));
            out.push('>');
            html::text(&mut out, &name);
            out.push_str("</a>");
        }
        None => html::text(&mut out, &name),
    }
    out
}

/// The form of the question.
async fn asks(web: &Web, reader: &Reader, question: &Question) -> Result<String> {
    let people = web.engine().list(&reader.who, engine::Asked { limit: PEOPLE, ..engine::Asked::new(web.engine().entity(USER)?) }).await?;
    let title = web.engine().entity(USER)?.title;
    let people: Vec<(String, String)> =
        people.records.iter().map(|user| (user.id.to_string(), user.named(title).text().to_owned())).collect();
    let events: Vec<(String, String)> =
        web.engine().audit_events().await?.into_iter().map(|key| (key.clone(), event(reader, &key))).collect();
    let mut out = String::from("<form class=\"report-asks\" action=\"/administration/audit\" role=\"search\">");
    for (name, label, options) in [("user", "audit-who", people), ("event", "audit-event", events)] {
        out.push_str("<label>");
        html::text(&mut out, reader.speech.say(label));
        out.push_str("<select class=\"form-select\"");
        html::attribute(&mut out, "name", name);
        out.push_str("><option value=\"\">–</option>");
        for (key, said) in options {
            out.push_str("<option");
            html::attribute(&mut out, "value", &key);
            out.push_str(if question.value(name) == key { " selected>" } else { ">" });
            html::text(&mut out, &said);
            out.push_str("</option>");
        }
        out.push_str("</select></label>");
    }
    for (name, label) in [("from", "audit-from"), ("until", "audit-until")] {
        out.push_str("<label>");
        html::text(&mut out, reader.speech.say(label));
        out.push_str("<input class=\"form-control\" type=\"date\"");
        html::attribute(&mut out, "name", name);
        html::attribute(&mut out, "value", question.value(name));
        out.push_str("></label>");
    }
    if !question.value("record").is_empty() {
        out.push_str("<input type=\"hidden\" name=\"record\"");
        html::attribute(&mut out, "value", question.value("record"));
        out.push_str("><a class=\"chip on\"");
        html::attribute(&mut out, "href", &question.address(HERE, &[("record", ""), ("before", "")]));
        out.push('>');
        html::text(&mut out, reader.speech.say("audit-one-record"));
        out.push_str(assets::icon("close"));
        out.push_str("</a>");
    }
    out.push_str("<button class=\"btn\">");
    html::text(&mut out, reader.speech.say("audit-ask"));
    out.push_str("</button></form>");
    Ok(out)
}

/// The same question as a file.
pub(super) async fn export(State(web): State<Web>, Asking(asking): Asking, reader: Reader) -> Answer {
    let question = Question::read(&reader, &asking)?;
    let listed = web.engine().audited(&reader.who, &question.asked, FILE).await?;
    let mut csv = String::from("\u{feff}");
    let heads = ["audit-at", "audit-who", "audit-event", "audit-about", "audit-record", "audit-detail", "audit-address"];
    let guard = guard(web.engine()).await?;
    csv_row(&mut csv, ';', guard, heads.map(|key| reader.speech.say(key)));
    for kept in &listed.rows {
        let entry = &kept.entry;
        let user = by(&reader, entry, &listed.names);
        let (at, record) = (kept.at.to_string(), entry.record.map(|id| id.to_string()).unwrap_or_default());
        csv_row(&mut csv, ';', guard, [at.as_str(), &user, &entry.event, &entry.entity, &record, &entry.detail, &entry.address]);
    }
    let mut response = Response::new(Body::from(csv));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\""));
    Ok(response)
}
