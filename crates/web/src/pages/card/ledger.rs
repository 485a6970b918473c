//! A ledger on the card it is about: what stands now, by rows and columns, at the head in one line; and a page of its own
//! with every entry and the small form that adds one. An entry takes the same steps whatever it says.

use super::{find, title};
use crate::caller::{Named, Of};
use crate::fields::{Control, Face, Sight, vocabulary};
use crate::form::Asking;
use crate::pages::answer::rendered;
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use engine::principal::Verb;
use engine::{Asked, Listed, Sorting};
use http::{Method, StatusCode};
use kernel::{Error, Id, Result, Value};
use meta::field::Default;
use meta::filter::Filter;
use meta::{Entity, Field, Kind, Ledger, Record, Relation};
use std::collections::HashMap;
use std::sync::Arc;

/// Entries read in one go, and how often at most: a card has a handful.
const STEP: usize = 200;
const MOST_STEPS: usize = 10;

/// Entries that the page of a ledger shows; the list has them all.
const MOST_SHOWN: usize = 100;

/// Texts that the form offers.
const MOST_OFFERED: usize = 50;

/// The route of ledgers.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.add(Route::page(Method::GET, "/{plural}/{id}/ledger/{ledger}", Policy::Entity(Verb::See), Rate::Person, "", ""), show)
}

/// What stands now on a card.
pub(super) struct Standing<'c> {
    reader: &'c Reader,
    entity: &'c Entity,
    card: &'c Record,
    relation: &'c Relation,
    child: Arc<Entity>,
    ledger: Ledger,
    newest: HashMap<(String, String), Record>,
}

/// The ledgers of a card, as far as its reader may see them.
pub(super) async fn of<'c>(reader: &'c Reader, entity: &'c Entity, card: &'c Record) -> Result<Vec<Standing<'c>>> {
    let mut all = Vec::new();
    for relation in &entity.relations {
        let Some(child) = reader.model.child(relation) else { continue };
        let Some(ledger) = child.ledger.filter(|_| reader.who.may(Verb::See, child)) else { continue };
        let mut standing = Standing { reader, entity, card, relation, child: child.clone(), ledger, newest: HashMap::new() };
        standing.read().await?;
        all.push(standing);
    }
    Ok(all)
}

impl<'c> Standing<'c> {
    /// Reads the entries, the newest first, by the index that begins with the card.
    async fn read(&mut self) -> Result<()> {
        let mut after = None;
        for _ in 0..MOST_STEPS {
            let asked = Asked { fields: self.fields(), limit: STEP, names: false, after, ..self.asked(Filter::everything()) };
            let listed = self.reader.web.engine().list(&self.reader.who, asked).await?;
            for record in listed.records {
                let place = (record.named(self.ledger.rows).text().to_owned(), record.named(self.ledger.columns).text().to_owned());
                self.newest.entry(place).or_insert(record);
            }
            after = listed.next;
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn at(&self) -> &'static str {
        self.child.happens.as_ref().map_or("created_at", |happens| happens.at)
    }

    fn fields(&self) -> Vec<&'static str> {
        vec![self.ledger.rows, self.ledger.columns, self.ledger.state, self.at()]
    }

    fn asked(&self, more: Filter) -> Asked {
        let here = Filter::is(self.relation.via, Value::Link(self.card.id));
        let sort = ["id", self.at()].map(|field| Sorting { field, descending: true });
        let sort = sort.into_iter().rev().collect();
        Asked { sort, ..Asked::new(self.child.clone()).filtered(here.and(more)) }
    }

    fn field(&self, key: &str) -> Result<&Field> {
        self.child.field(key).ok_or(Error::NotFound)
    }

    fn address(&self, row: &str, column: &str) -> String {
        let mut question = String::new();
        for (name, value) in [("row", row), ("column", column)] {
            if !value.is_empty() {
                html::pair(&mut question, name, value);
            }
        }
        let mark = if question.is_empty() { "" } else { "?" };
        format!("/{}/{}/ledger/{}{mark}{question}", self.entity.plural, self.card.id, self.relation.key)
    }

    /// The rows: keys and words, in their order.
    fn rows(&self) -> Vec<(String, String)> {
        let Some(field) = self.child.field(self.ledger.rows) else { return Vec::new() };
        let face = Face::new(field, &self.reader.speech);
        face.choices.iter().map(|choice| (choice.key.to_owned(), choice.label.clone())).collect()
    }

    /// The columns: the first, then the terms that are offered, then those that are only remembered.
    fn columns(&self, sight: &Sight<'_>) -> Vec<(String, String)> {
        let Some(Kind::Vocabulary(name)) = self.child.field(self.ledger.columns).map(|field| field.kind) else { return Vec::new() };
        let known: Vec<&str> = self.newest.keys().map(|(_, column)| column.as_str()).collect();
        let mut columns: Vec<(String, String)> =
            vocabulary::offered(name, sight, &known).into_iter().map(|(key, words)| (key.to_owned(), words.to_owned())).collect();
        for key in known {
            if !columns.iter().any(|(other, _)| other == key) {
                columns.push((key.to_owned(), key.to_owned()));
            }
        }
        columns.sort_by_key(|(key, _)| key != self.ledger.first);
        columns
    }

    fn sight(&self) -> Sight<'_> {
        const NOBODY: fn() -> &'static HashMap<Id, String> = || {
            static NONE: std::sync::OnceLock<HashMap<Id, String>> = std::sync::OnceLock::new();
            NONE.get_or_init(HashMap::new)
        };
        Sight { speech: &self.reader.speech, reading: &self.reader.reading, model: &self.reader.model, titles: NOBODY() }
    }

    /// Its sign and its tone: yes, no.
    fn sign(&self, record: &Record) -> (&'static str, &'static str, String) {
        let face = self.child.field(self.ledger.state).map(|field| Face::new(field, &self.reader.speech));
        let key = record.named(self.ledger.state).text();
        let chosen = face.iter().flat_map(|face| &face.choices).find(|choice| choice.key == key);
        match chosen {
            Some(choice) if choice.tone == "good" => ("done", "good", choice.label.clone()),
            Some(choice) => ("close", choice.tone, choice.label.clone()),
            None => ("help", "", key.to_owned()),
        }
    }

    fn day(&self, record: &Record) -> String {
        record.named(self.at()).moment().map(|at| super::day(at, self.reader)).unwrap_or_default()
    }

    /// The line of the head: how each row stands in the first column.
    pub(super) fn chips(&self, out: &mut String) {
        let mut chips = String::new();
        for (row, words) in self.rows() {
            let Some(record) = self.newest.get(&(row.clone(), self.ledger.first.to_owned())) else { continue };
            let (icon, tone, state) = self.sign(record);
            chips.push_str("<li><a class=\"tag\"");
            html::attribute(&mut chips, "data-tone", tone);
            html::attribute(&mut chips, "href", &self.address(&row, self.ledger.first));
            html::attribute(&mut chips, "title", &format!("{words}: {state}, {}", self.day(record)));
            chips.push('>');
            chips.push_str(assets::icon(icon));
            html::text(&mut chips, &words);
            chips.push_str("<span class=\"visually-hidden\">: ");
            html::text(&mut chips, &state);
            chips.push_str("</span></a></li>");
        }
        if chips.is_empty() {
            return;
        }
        out.push_str("<div class=\"record-ledger\"><span class=\"key\">");
        html::text(out, &self.reader.speech.field(self.entity.key, self.relation.key));
        out.push_str("</span><ul>");
        out.push_str(&chips);
        out.push_str("</ul></div>");
    }

    /// The section of the card.
    pub(super) fn section(&self, out: &mut String) {
        let speech = &self.reader.speech;
        let label = speech.field(self.entity.key, self.relation.key);
        out.push_str("<section class=\"section\"");
        html::attribute(out, "aria-labelledby", &format!("relation-{}", self.relation.key));
        html::attribute(out, "id", &format!("card-{}", self.relation.key));
        html::attribute(out, "data-live", &format!("{}/{}", self.entity.key, self.card.id));
        out.push_str("><div class=\"section-head\"><h2");
        html::attribute(out, "id", &format!("relation-{}", self.relation.key));
        out.push('>');
        html::text(out, &label);
        out.push_str("</h2>");
        if self.adds() {
            out.push_str("<div class=\"actions\"><a class=\"btn btn-quiet btn-icon btn-sm\"");
            html::attribute(out, "href", &self.address("", ""));
            let label = speech.entity(self.child.key, "new");
            html::attribute(out, "aria-label", &label);
            html::attribute(out, "title", &label);
            out.push('>');
            out.push_str(assets::icon("add"));
            out.push_str("</a></div>");
        }
        out.push_str("</div>");
        if self.newest.is_empty() {
            out.push_str("<p class=\"faint\">");
            html::text(out, speech.say("ledger-empty"));
            out.push_str("</p>");
        } else {
            self.table(out, false, ("", ""));
        }
        out.push_str("</section>");
    }

    fn adds(&self) -> bool {
        self.card.removed_at().is_none() && self.reader.who.may(Verb::Create, &self.child)
    }

    /// What stands now, in each place; every place leads to its entries.
    fn table(&self, out: &mut String, whole: bool, here: (&str, &str)) {
        let speech = &self.reader.speech;
        let sight = self.sight();
        let columns = self.columns(&sight);
        out.push_str("<div class=\"ledger-scroll\"><table class=\"ledger\"><thead><tr><td></td>");
        for (_, words) in &columns {
            out.push_str("<th scope=\"col\">");
            html::text(out, words);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead><tbody>");
        for (row, words) in self.rows() {
            if !whole && !self.newest.keys().any(|(known, _)| *known == row) {
                continue;
            }
            out.push_str("<tr><th scope=\"row\">");
            html::text(out, &words);
            out.push_str("</th>");
            for (column, of) in &columns {
                let record = self.newest.get(&(row.clone(), column.clone()));
                let (icon, tone, state) = record.map_or(("", "", speech.say("ledger-nothing").to_owned()), |record| self.sign(record));
                let day = record.map(|record| self.day(record)).unwrap_or_default();
                let mut said = speech.with("ledger-open", &[("column", of), ("row", &words), ("state", &state)]);
                if !day.is_empty() {
                    said.push_str(", ");
                    said.push_str(&day);
                }
                out.push_str("<td><a");
                html::attribute(out, "href", &self.address(&row, column));
                html::attribute(out, "aria-label", &said);
                html::attribute(out, "title", &state);
                html::attribute(out, "data-tone", tone);
                if here == (row.as_str(), column.as_str()) {
                    out.push_str(" aria-current=\"true\"");
                }
                out.push('>');
                if icon.is_empty() {
                    out.push('–');
                } else {
                    out.push_str(assets::icon(icon));
                    html::text(out, &day);
                }
                out.push_str("</a></td>");
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
    }

    /// The small form of a new entry. It answers nothing by itself: an entry is what somebody said.
    async fn form(&self, out: &mut String, row: &str, column: &str) -> Result<()> {
        let speech = &self.reader.speech;
        let card = format!("/{}/{}", self.entity.plural, self.card.id);
        let states = Face::new(self.field(self.ledger.state)?, speech);
        out.push_str("<form class=\"edit ledger-form\" method=\"post\" novalidate");
        html::attribute(out, "action", &format!("/{}/new", self.child.plural));
        out.push('>');
        let sending = self.reader.web.engine().chance().secret();
        let id = self.card.id.to_string();
        let back = if row.is_empty() { card } else { self.address(row, column) };
        for (name, value) in [("csrf", &*self.reader.csrf), ("sending", &*sending), ("back", &*back), (self.relation.via, &*id)] {
            hidden(out, name, value);
        }
        out.push_str("<div class=\"edit-body\"><fieldset class=\"form-section\"><legend>");
        html::text(out, &speech.entity(self.child.key, "new"));
        out.push_str("</legend>");
        let sight = self.sight();
        for key in self.child.layout.iter().flat_map(|section| &section.fields) {
            let field = self.field(key)?;
            let chosen = match *key {
                key if key == self.ledger.rows => row,
                key if key == self.ledger.columns => column,
                _ => "",
            };
            if !chosen.is_empty() {
                hidden(out, key, chosen);
            } else if *key == self.ledger.state {
                self.states(out, &states);
            } else if *key != self.relation.via && field.writable() {
                self.control(out, field, column, &sight).await?;
            }
        }
        out.push_str("</fieldset></div><footer class=\"save-bar\"><button class=\"btn btn-primary\" data-save>");
        html::text(out, speech.say("ledger-record"));
        out.push_str("</button></footer></form>");
        Ok(())
    }

    fn states(&self, out: &mut String, face: &Face) {
        out.push_str("<fieldset class=\"form-field\"><legend>");
        html::text(out, &face.label);
        out.push_str("</legend><div class=\"group\"><div class=\"choices\">");
        // Sent always, so that what was not chosen is said together with whatever else is missing.
        hidden(out, face.field.key, "");
        for choice in &face.choices {
            out.push_str("<label class=\"form-check\"><input class=\"form-check-input\" type=\"radio\"");
            html::attribute(out, "name", face.field.key);
            html::attribute(out, "value", choice.key);
            out.push_str(" required><span>");
            html::text(out, &choice.label);
            out.push_str("</span></label>");
        }
        out.push_str("</div></div></fieldset>");
    }

    async fn control(&self, out: &mut String, field: &Field, column: &str, sight: &Sight<'_>) -> Result<()> {
        let speech = &self.reader.speech;
        let face = Face::new(field, speech);
        let hint = speech.hint(field.entity, field.key);
        out.push_str("<div class=\"form-field\"><label");
        html::attribute(out, "for", field.key);
        out.push('>');
        html::text(out, &face.label);
        if field.required {
            out.push_str(" <span class=\"required\" aria-hidden=\"true\">*</span>");
        }
        out.push_str("</label><div class=\"control\">");
        match field.kind {
            Kind::Link(target) => self.texts(out, field, target, column).await?,
            _ => {
                let value = match field.default {
                    Default::Text(text) => Value::from(text),
                    Default::Now => Value::Moment(self.reader.web.engine().now()),
                    _ => field.kind.empty(),
                };
                let pairs = face.entered(&value, sight);
                let entered = |name: &str| pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
                let described = if hint.is_empty() { String::new() } else { format!("{}-hint", field.key) };
                face.control(&Control { name: field.key, entered: &entered, described: &described, wrong: false, aria: None }, sight, out);
            }
        }
        out.push_str("</div>");
        if !hint.is_empty() {
            out.push_str("<p class=\"hint\"");
            html::attribute(out, "id", &format!("{}-hint", field.key));
            out.push('>');
            html::text(out, &hint);
            out.push_str("</p>");
        }
        out.push_str("</div>");
        Ok(())
    }

    /// The records that an entry may name, the newest first: those of its column, where they have one.
    async fn texts(&self, out: &mut String, field: &Field, target: &str, column: &str) -> Result<()> {
        let mut offered = Vec::new();
        if let Some(target) = self.reader.model.entity(target).filter(|target| self.reader.who.may(Verb::See, target)) {
            let filter = match target.field(self.ledger.columns) {
                Some(field) if !column.is_empty() => Filter::is(field.key, Value::from(column)),
                _ => Filter::everything(),
            };
            let asked = Asked { fields: vec![target.title], limit: MOST_OFFERED, ..Asked::new(target.clone()).filtered(filter) };
            let listed = self.reader.web.engine().list(&self.reader.who, asked).await?;
            offered.extend(listed.records.into_iter().map(|record| (record.id, record.named(target.title).text().to_owned())));
        }
        out.push_str("<select class=\"form-select w-long\"");
        html::attribute(out, "id", field.key);
        html::attribute(out, "name", field.key);
        out.push_str("><option value=\"\">");
        html::text(out, self.reader.speech.say("ledger-texts"));
        out.push_str("</option>");
        for (id, name) in &offered {
            out.push_str("<option");
            html::attribute(out, "value", &id.to_string());
            out.push('>');
            html::text(out, name);
            out.push_str("</option>");
        }
        out.push_str("</select>");
        Ok(())
    }

    /// Every entry, the newest first.
    async fn entries(&self, out: &mut String, row: &str, column: &str) -> Result<()> {
        let mut filter = Filter::everything();
        for (key, value) in [(self.ledger.rows, row), (self.ledger.columns, column)] {
            if !value.is_empty() {
                filter = filter.and(Filter::is(key, Value::from(value)));
            }
        }
        let fields = self.child.carried.fields.iter().filter(|field| !field.secret).map(|field| field.key).collect();
        let asked = Asked { fields, limit: MOST_SHOWN, ..self.asked(filter) };
        let Listed { records, titles, .. } = self.reader.web.engine().list(&self.reader.who, asked).await?;
        let sight = Sight { speech: &self.reader.speech, reading: &self.reader.reading, model: &self.reader.model, titles: &titles };
        out.push_str("<section class=\"section\" aria-labelledby=\"entries\"><div class=\"section-head\"><h2 id=\"entries\">");
        html::text(out, self.reader.speech.say("ledger-history"));
        out.push_str("</h2></div>");
        if records.is_empty() {
            out.push_str("<p class=\"faint\">");
            html::text(out, self.reader.speech.say("ledger-empty"));
            out.push_str("</p></section>");
            return Ok(());
        }
        out.push_str("<ol class=\"ledger-entries\">");
        for record in &records {
            self.entry(out, record, &sight, row.is_empty())?;
        }
        out.push_str("</ol><p class=\"hint\">");
        html::text(out, self.reader.speech.say("ledger-appended"));
        out.push_str("</p></section>");
        Ok(())
    }

    fn entry(&self, out: &mut String, record: &Record, sight: &Sight<'_>, anywhere: bool) -> Result<()> {
        let (_, tone, state) = self.sign(record);
        out.push_str("<li><div class=\"ledger-entry\"><span class=\"stage\"");
        html::attribute(out, "data-tone", tone);
        out.push('>');
        html::text(out, &state);
        out.push_str("</span> <a class=\"number\"");
        html::attribute(out, "href", &format!("/{}/{}", self.child.plural, record.id));
        out.push('>');
        html::text(out, &Kind::Moment.behaviour().show(record.named(self.at()), &self.reader.reading));
        out.push_str("</a>");
        if anywhere {
            for key in [self.ledger.columns, self.ledger.rows] {
                out.push_str(" <span>");
                let face = Face::new(self.field(key)?, &self.reader.speech);
                html::text(out, &face.plain(record.named(key), sight));
                out.push_str("</span>");
            }
        }
        out.push_str("</div><dl class=\"fields\">");
        let beside = [self.ledger.rows, self.ledger.columns, self.ledger.state, self.relation.via, self.at()];
        for key in self.child.layout.iter().flat_map(|section| &section.fields).chain([&"created_by"]) {
            let field = self.field(key)?;
            let value = record.value(field.id);
            if beside.contains(key) || value.is_empty() {
                continue;
            }
            let face = Face::new(field, &self.reader.speech);
            out.push_str("<div class=\"field\">");
            html::element(out, "dt", &face.label);
            out.push_str(if field.kind == Kind::LongText { "<dd class=\"long\">" } else { "<dd>" });
            face.view(value, sight, out);
            out.push_str("</dd></div>");
        }
        out.push_str("</dl></li>");
        Ok(())
    }
}

fn hidden(out: &mut String, name: &str, value: &str) {
    out.push_str("<input type=\"hidden\"");
    html::attribute(out, "name", name);
    html::attribute(out, "value", value);
    out.push('>');
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage<'l> {
    reader: &'l Reader,
    title: String,
    name: &'l str,
    card: String,
    place: String,
    whole: String,
    table: String,
    form: String,
    entries: String,
}

async fn show(State(_): State<Web>, Of(entity): Of, named: Named, reader: Reader, Asking(asked): Asking) -> Answer {
    let reader = reader.within(entity.plural);
    let (card, titles) = find(&reader, &entity, named.id("id")?).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(&entity, &card, &sight);
    let ledgers = of(&reader, &entity, &card).await?;
    let standing = ledgers.iter().find(|ledger| ledger.relation.key == named.text("ledger")).ok_or(Error::NotFound)?;
    let (rows, columns) = (standing.rows(), standing.columns(&sight));
    let known = |all: &[(String, String)], asked: Option<&str>| {
        all.iter().find(|(key, _)| Some(key.as_str()) == asked).cloned().unwrap_or_default()
    };
    let (row, column) = (known(&rows, asked.get("row")), known(&columns, asked.get("column")));
    let (mut table, mut form, mut entries) = (String::new(), String::new(), String::new());
    standing.table(&mut table, true, (&row.0, &column.0));
    if standing.adds() {
        standing.form(&mut form, &row.0, &column.0).await?;
    }
    standing.entries(&mut entries, &row.0, &column.0).await?;
    let place = [column.1, row.1].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ");
    let page = LedgerPage {
        title: format!("{} · {name}", reader.speech.field(entity.key, standing.relation.key)),
        card: format!("/{}/{}", entity.plural, card.id),
        whole: standing.address("", ""),
        name: &name,
        place,
        table,
        form,
        entries,
        reader: &reader,
    };
    rendered(&reader, StatusCode::OK, &page)
}
