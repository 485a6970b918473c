//! Segments in the pages: made and changed in the builder; their card says whom they select.

use super::sentence::{self, Sentence};
use crate::Web;
use crate::fields::Sight;
use crate::fields::link::has_card;
use crate::form::Fields;
use crate::pages::html;
use crate::pages::list::address::ListAddress;
use crate::pages::reader::{Reader, icon};
use engine::principal::Verb;
use engine::segments::{FILTER, LIST, NAME, OWNER, REMARKS, SEGMENT, SHARED, selected};
use engine::{Act, Asked, Draft};
use kernel::{Error, Id, Problems, Result, Value};
use meta::{Entity, Record};

/// Records that a card shows.
const SAMPLE: usize = 10;

/// A segment as the builder holds it.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) id: Option<Id>,
    version: i64,
    pub(crate) name: String,
    pub(crate) remarks: String,
    pub(crate) shared: bool,
    pub(crate) filter: String,
    pub(crate) wrong: Vec<String>,
}

impl Kept {
    /// The segment that is asked for, which the reader may change; a new one where it is `new`.
    pub(super) async fn asked(reader: &Reader, list: &Entity, named: &str) -> Result<Kept> {
        if named == "new" {
            return Ok(Kept::default());
        }
        let id = named.parse().map_err(|_| Error::NotFound)?;
        let model = reader.who.entity(SEGMENT)?;
        let (record, _) = reader.web.engine().show(&reader.who, &model, id).await?;
        if record.value(LIST.id()).text() != list.key || !changes(reader, &record) {
            return Err(Error::NotFound);
        }
        Ok(Kept {
            id: Some(id),
            version: record.version,
            name: record.get(&NAME).to_owned(),
            remarks: record.get(&REMARKS).to_owned(),
            shared: record.get(&SHARED),
            filter: record.get(&FILTER).to_owned(),
            wrong: Vec::new(),
        })
    }

    /// Takes what was entered.
    pub(super) fn read(&mut self, reader: &Reader, fields: &Fields) {
        let Some(name) = fields.get("name") else { return };
        name.trim().clone_into(&mut self.name);
        fields.get("remarks").unwrap_or_default().clone_into(&mut self.remarks);
        if reader.who.role.share {
            self.shared = fields.get("shared").is_some();
        }
        if let Some(version) = fields.get("version").and_then(|version| version.parse().ok()) {
            self.version = version;
        }
    }

    /// Writes it; gives its identity and the changeset, or what is wrong.
    pub(super) async fn keep(&self, web: &Web, reader: &Reader, list: &Entity, filter: &str) -> Result<Result<(Id, Id), Problems>> {
        let mut values = vec![
            (NAME.id(), Value::from(self.name.as_str())),
            (FILTER.id(), Value::from(filter)),
            (REMARKS.id(), Value::from(self.remarks.as_str())),
        ];
        if reader.who.role.share {
            values.push((SHARED.id(), Value::Bool(self.shared)));
        }
        let written = match self.id {
            Some(id) => {
                let act = Act::Change { entity: SEGMENT, id, version: Some(self.version), values, lines: Vec::new() };
                web.engine().write(&reader.who, "change", vec![act]).await.map(|outcome| (id, outcome.changeset))
            }
            None => {
                let mut draft = Draft::new(SEGMENT).with(LIST.id(), list.key);
                draft.values.extend(values);
                web.engine().create(&reader.who, draft).await.map(|outcome| (outcome.id(), outcome.changeset))
            }
        };
        match written {
            Ok(written) => Ok(Ok(written)),
            Err(Error::Invalid(problems)) => Ok(Err(problems)),
            Err(error) => Err(error),
        }
    }

    /// Its version, for the form.
    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// What the address calls it.
    pub(crate) fn named(&self) -> String {
        self.id.map_or("new".to_owned(), |id| id.to_string())
    }
}

/// The area of segments.
pub(super) const SEGMENTS: &str = "segments";

/// Whether the reader may change a segment.
fn changes(reader: &Reader, record: &Record) -> bool {
    let mine = record.value(OWNER.id()).link() == reader.who.user;
    reader.who.role.share || mine && !record.get(&SHARED)
}

/// The lists that a segment may select from.
pub(super) fn lists(reader: &Reader, here: &Entity) -> Vec<(&'static str, String, bool)> {
    // Those of the bar: what people work with, and neither what administrators look after nor the segments themselves.
    let all = reader.areas().into_iter().filter(|area| area.plural != SEGMENTS);
    all.map(|area| (area.plural, area.label, area.plural == here.plural)).collect()
}

/// Where a segment is made.
pub(crate) fn making(reader: &Reader) -> Option<String> {
    let first = reader.model.entities().find(|entity| has_card(entity) && entity.can.importable && reader.who.may(Verb::See, entity))?;
    Some(format!("/{}/filter?segment=new", first.plural))
}

/// Where a segment is changed: in the builder of its list, where there is one.
pub(crate) fn changing(reader: &Reader, record: &Record) -> Option<String> {
    let list = reader.model.entity(record.value(LIST.id()).text()).filter(|list| list.can.public && reader.who.may(Verb::See, list))?;
    Some(format!("/{}/filter?segment={}", list.plural, record.id))
}

/// What the card of a segment shows: the sentence, the way to the list, the count when it is asked for, the first records.
pub(crate) async fn panel(reader: &Reader, segment: &Record) -> Result<String> {
    let speech = &reader.speech;
    let mut out = String::with_capacity(4096);
    out.push_str(
        "<section class=\"section segment\" aria-labelledby=\"segment-what\"><div class=\"section-head\"><h2 id=\"segment-what\">",
    );
    html::text(&mut out, speech.say("segment-what"));
    out.push_str("</h2></div>");
    let (entity, filter) = match selected(&reader.model, segment) {
        Ok((entity, filter)) if reader.who.may(Verb::See, &entity) => (entity, filter),
        Ok(_) => {
            html::element(&mut out, "p", speech.say("segment-none"));
            out.push_str("</section>");
            return Ok(out);
        }
        Err(Error::Invalid(problems)) => {
            broken(&mut out, reader, segment, &problems);
            out.push_str("</section>");
            return Ok(out);
        }
        Err(error) => return Err(error),
    };
    let titles = sentence::titles(reader, std::iter::once((&filter, entity.as_ref()))).await?;
    let sight = Sight { speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    out.push_str("<p class=\"sentence\">");
    html::text(&mut out, &Sentence { sight: &sight }.whole(&filter, &entity));
    out.push_str("</p><div class=\"actions\">");
    let text = segment.value(FILTER.id()).text();
    let address = ListAddress { filter: text.to_owned(), says: true, ..ListAddress::default() };
    let mut list = address.question("");
    if list.is_empty() {
        "?filter=".clone_into(&mut list);
    }
    out.push_str("<a class=\"btn btn-primary\"");
    html::attribute(&mut out, "href", &format!("/{}{list}", entity.plural));
    out.push('>');
    html::text(&mut out, speech.say("segment-open"));
    out.push_str("</a><span id=\"list-count\"><a class=\"btn\" hx-target=\"#list-count\" hx-swap=\"outerHTML\"");
    let count = format!("/{}/count{list}", entity.plural);
    html::attribute(&mut out, "href", &count);
    html::attribute(&mut out, "hx-get", &count);
    out.push('>');
    html::text(&mut out, speech.say("segment-count"));
    out.push_str("</a></span></div></section>");
    let asked = Asked { limit: SAMPLE, ..Asked::new(entity.clone()).filtered(filter) };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    out.push_str("<section class=\"section\" aria-labelledby=\"segment-sample\"><div class=\"section-head\"><h2 id=\"segment-sample\">");
    html::text(&mut out, speech.say("segment-sample"));
    out.push_str("</h2></div>");
    if listed.records.is_empty() {
        html::element(&mut out, "p", speech.say("segment-none"));
    }
    out.push_str("<ul class=\"things\">");
    let sight = Sight { titles: &listed.titles, ..sight };
    for record in &listed.records {
        out.push_str("<li class=\"thing\">");
        out.push_str(assets::icon(icon(entity.key)));
        out.push_str("<div><a class=\"thing-name\"");
        html::attribute(&mut out, "href", &format!("/{}/{}{}", entity.plural, record.id, address.from()));
        out.push('>');
        html::text(&mut out, &crate::pages::card::title(&entity, record, &sight));
        out.push_str("</a>");
        let columns = entity.columns.iter().filter(|key| **key != entity.title).filter_map(|key| entity.field(key));
        let said: Vec<String> = columns
            .take(4)
            .map(|field| crate::fields::Face::new(field, speech).plain(record.value(field.id), &sight))
            .filter(|text| !text.is_empty())
            .collect();
        if !said.is_empty() {
            html::element(&mut out, "p", &said.join(" · "));
        }
        out.push_str("</div></li>");
    }
    out.push_str("</ul></section>");
    Ok(out)
}

/// A segment whose filter names what there no longer is: why, and the way to correct it.
fn broken(out: &mut String, reader: &Reader, segment: &Record, problems: &Problems) {
    out.push_str("<div class=\"notice\" data-tone=\"warn\">");
    out.push_str(assets::icon("warning"));
    out.push_str("<div><h2>");
    html::text(out, reader.speech.say("segment-broken"));
    out.push_str("</h2>");
    for problem in problems {
        html::element(out, "p", &reader.speech.sentence(&problem.say));
    }
    out.push_str("<p><code>");
    html::text(out, segment.value(FILTER.id()).text());
    out.push_str("</code></p>");
    if let Some(way) = changing(reader, segment).filter(|_| changes(reader, segment)) {
        out.push_str("<a class=\"btn btn-sm\"");
        html::attribute(out, "href", &way);
        out.push('>');
        html::text(out, reader.speech.say("segment-repair"));
        out.push_str("</a>");
    }
    out.push_str("</div></div>");
}
