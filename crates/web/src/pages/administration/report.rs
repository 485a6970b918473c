//! A page of administration: some facts, and tables of plain text.

use crate::Answer;
use crate::pages::answer::rendered;
use crate::pages::html;
use crate::pages::list::grouped;
use crate::pages::reader::Reader;
use askama::Template;
use http::StatusCode;
use kernel::{Moment, Value};
use meta::Kind;

/// A column.
pub(super) struct Head {
    label: String,
    number: bool,
}

/// A table: cells are markup.
pub(super) struct Report {
    pub(super) title: String,
    pub(super) count: usize,
    pub(super) empty: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Report {
    /// Under this title, which may be empty; what is said where there are no rows; the keys of the heads, those of numbers with a `#` before.
    pub(super) fn new(reader: &Reader, title: &str, empty: &str, heads: &[&str]) -> Report {
        let head = |key: &&str| {
            let (number, key) = key.strip_prefix('#').map_or((false, *key), |key| (true, key));
            Head { label: if key.is_empty() { String::new() } else { reader.speech.say(key).to_owned() }, number }
        };
        let said = |key: &str| if key.is_empty() { String::new() } else { reader.speech.say(key).to_owned() };
        Report { title: said(title), count: 0, empty: said(empty), heads: heads.iter().map(head).collect(), rows: Vec::new() }
    }

    /// One more row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

/// The page.
#[derive(Template)]
#[template(path = "administration-report.html")]
pub(super) struct ReportPage<'p> {
    pub(super) reader: &'p Reader,
    pub(super) title: String,
    pub(super) intro: String,
    /// Markup of the actions in the head.
    pub(super) actions: String,
    /// Markup before and after the tables.
    pub(super) before: String,
    pub(super) after: String,
    /// The address that it is fetched from again every few seconds; empty where it stays as it is.
    pub(super) again: &'static str,
    pub(super) reports: Vec<Report>,
}

impl<'p> ReportPage<'p> {
    /// The page of an entry of administration.
    pub(super) fn new(reader: &'p Reader, key: &str) -> ReportPage<'p> {
        ReportPage {
            title: reader.speech.say(&format!("administration-{key}")).to_owned(),
            intro: reader.speech.known(&format!("administration-{key}-intro")).unwrap_or_default().to_owned(),
            actions: String::new(),
            before: String::new(),
            after: String::new(),
            again: "",
            reports: Vec::new(),
            reader,
        }
    }

    /// The answer.
    pub(super) fn answer(self) -> Answer {
        rendered(self.reader, StatusCode::OK, &self)
    }
}

/// Text as markup.
pub(super) fn text(plain: &str) -> String {
    html::escaped(plain)
}

/// A moment as markup; nothing for none.
pub(super) fn moment(reader: &Reader, at: Option<Moment>) -> String {
    at.map(|at| text(&Kind::Moment.behaviour().show(&Value::Moment(at), &reader.reading))).unwrap_or_default()
}

/// A count as markup.
pub(super) fn number(reader: &Reader, number: i64) -> String {
    text(&grouped(number, reader.speech.language))
}

/// Bytes as markup, as people say them.
pub(super) fn bytes(reader: &Reader, bytes: i64) -> String {
    text(&Kind::Size.behaviour().show(&Value::Int(bytes), &reader.reading))
}

/// A state as markup.
pub(super) fn stage(label: &str, tone: &str) -> String {
    let mut out = String::from("<span class=\"stage\"");
    html::attribute(&mut out, "data-tone", tone);
    out.push('>');
    html::text(&mut out, label);
    out.push_str("</span>");
    out
}

/// A form of one button; a question first where one is given.
pub(super) fn button(reader: &Reader, action: &str, label: &str, class: &str, question: &str) -> String {
    let mut out = String::from("<form class=\"plain\" method=\"post\"");
    html::attribute(&mut out, "action", action);
    out.push_str("><input type=\"hidden\" name=\"csrf\"");
    html::attribute(&mut out, "value", &reader.csrf);
    out.push_str("><button");
    html::attribute(&mut out, "class", class);
    if !question.is_empty() {
        html::attribute(&mut out, "data-confirm", question);
        html::attribute(&mut out, "data-confirm-label", label);
    }
    out.push('>');
    html::text(&mut out, label);
    out.push_str("</button></form>");
    out
}

/// Facts: name and value, as markup.
pub(super) fn facts(reader: &Reader, pairs: &[(&str, String)]) -> String {
    let mut out = String::from("<ul class=\"facts\">");
    for (key, value) in pairs {
        out.push_str("<li><span class=\"faint\">");
        html::text(&mut out, reader.speech.say(key));
        out.push_str("</span> ");
        out.push_str(value);
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    out
}
