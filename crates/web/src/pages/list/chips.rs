//! The filter of a list as chips: what is asked, each with a way to take it off; what is asked most, one click
//! away; everything else in a small form, and in the builder, which has the text form too.

use super::address::{self, ListAddress, added, asked, taken, text_of};
use super::quick;
use crate::fields::{Control, Face, Sight};
use crate::pages::filter::sentence::{self, Sentence};
use crate::pages::html;
use crate::pages::reader::Reader;
use kernel::{Problem, Problems, Result, Say, Value};
use meta::filter::{Filter, Operand, Test};
use meta::{Entity, Field, Kind};

/// Most parts of a filter that are shown as chips, and its longest text.
const MOST_CHIPS: usize = 20;
const LONGEST: usize = 2_000;

/// Adds what a small form asks for to the filter: the text of the whole, or what is wrong with it.
pub(super) async fn with_added(
    reader: &Reader,
    entity: &Entity,
    address: &ListAddress,
    filter: &Filter,
) -> Result<Result<String, Problems>> {
    let mut parts = if filter.is_everything() { Vec::new() } else { address::parts(filter) };
    let mut problems = Vec::new();
    for (key, text) in &address.added {
        // The written name of a link is read together with its identity.
        let Some(field) = entity.field(key).filter(|field| !field.secret) else { continue };
        match operand(field, text, reader) {
            Ok(operand) => parts = added(parts, field, operand),
            Err(say) => problems.push(Problem { field: (*key).clone(), say }),
        }
    }
    Ok(if problems.is_empty() { Ok(text_of(parts, &reader.model, entity)) } else { Err(problems) })
}

fn operand(field: &Field, text: &str, reader: &Reader) -> Result<Operand, Say> {
    if matches!(field.kind, Kind::Link(_)) && text == "me" {
        return Ok(Operand::Me);
    }
    field.kind.parse(text, &reader.reading).map(Operand::Value)
}

/// Adds everything beside the box of words.
pub(super) async fn write(reader: &Reader, entity: &Entity, address: &ListAddress, parts: Vec<Filter>) -> Result<String> {
    let titles = sentence::titles(reader, parts.iter().map(|part| (part, entity))).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let mut out = String::with_capacity(4096);
    // Every chip carries all the others: a filter that no person clicked together is shown as text only.
    let parts = if parts.len() > MOST_CHIPS || address.filter.len() > LONGEST { Vec::new() } else { parts };
    let chips = Chips { reader, entity, address, parts: &parts, sight: &sight };
    chips.menus(&mut out);
    for (place, part) in parts.iter().enumerate() {
        if !chips.in_menu(part) {
            chips.chip(place, part, &mut out);
        }
    }
    chips.more(&mut out);
    chips.builder(&mut out);
    Ok(out)
}

struct Chips<'c> {
    reader: &'c Reader,
    entity: &'c Entity,
    address: &'c ListAddress,
    parts: &'c [Filter],
    sight: &'c Sight<'c>,
}

impl Chips<'_> {
    /// Fields that have a menu of their own: how a record stands, and whose it is.
    fn menu_fields(&self) -> impl Iterator<Item = &Field> {
        self.entity.fields.iter().filter(|field| {
            let stands = matches!(field.kind, Kind::Choice(choices) if choices.iter().any(|choice| choice.colour == "green"));
            let whose = matches!(field.kind, Kind::Link("user")) && !field.system;
            (stands || whose) && !field.secret
        })
    }

    fn in_menu(&self, part: &Filter) -> bool {
        self.menu_fields().any(|field| asked(part, field.key).is_some())
    }

    fn href(&self, parts: Vec<Filter>) -> String {
        let text = text_of(parts, &self.reader.model, self.entity);
        format!("/{}{}", self.entity.plural, self.address.filtered(text).question(""))
    }

    fn menus(&self, out: &mut String) {
        for field in self.menu_fields() {
            let face = Face::new(field, &self.reader.speech);
            let chosen: Vec<Operand> = self.parts.iter().filter_map(|part| asked(part, field.key)).flatten().cloned().collect();
            let mut options: Vec<(Operand, String)> = match field.kind {
                Kind::Link(_) => vec![(Operand::Me, self.reader.speech.say("filter-me").to_owned())],
                _ => face.choices.iter().map(|choice| (Operand::Value(Value::from(choice.key)), choice.label.clone())).collect(),
            };
            // People asked for by name stand beside.
            for operand in &chosen {
                if !options.iter().any(|(known, _)| known == operand) {
                    options.push((operand.clone(), self.said(&face, operand)));
                }
            }
            out.push_str(if chosen.is_empty() {
                "<details class=\"menu chip\"><summary>"
            } else {
                "<details class=\"menu chip on\"><summary>"
            });
            out.push_str("<span><span class=\"key\">");
            html::text(out, &face.label);
            out.push_str("</span> ");
            let said: Vec<String> = chosen.iter().map(|operand| self.said(&face, operand)).collect();
            html::text(out, if said.is_empty() { self.reader.speech.say("filter-all").to_owned() } else { said.join(", ") }.as_str());
            out.push_str("</span>");
            out.push_str(assets::icon("down"));
            out.push_str("</summary><div class=\"menu-items\">");
            for (operand, label) in options {
                let on = chosen.contains(&operand);
                let parts = self.parts.to_vec();
                let href = self.href(if on { taken(parts, field, &operand) } else { added(parts, field, operand) });
                out.push_str("<a");
                html::attribute(out, "href", &href);
                if on {
                    out.push_str(" aria-current=\"true\"");
                }
                out.push('>');
                html::text(out, &label);
                if on {
                    out.push_str(assets::icon("done"));
                }
                out.push_str("</a>");
            }
            if !chosen.is_empty() {
                let rest = self.parts.iter().filter(|part| asked(part, field.key).is_none()).cloned().collect();
                out.push_str("<hr><a");
                html::attribute(out, "href", &self.href(rest));
                out.push('>');
                out.push_str(assets::icon("close"));
                html::text(out, self.reader.speech.say("filter-take-off"));
                out.push_str("</a>");
            }
            out.push_str("</div></details>");
        }
    }

    fn said(&self, face: &Face, operand: &Operand) -> String {
        match operand {
            Operand::Me => self.reader.speech.say("filter-me").to_owned(),
            Operand::Value(value) if value.is_empty() => self.reader.speech.say("filter-empty").to_owned(),
            Operand::Value(value) => face.plain(value, self.sight),
            Operand::Point(_) => String::new(),
        }
    }

    fn chip(&self, place: usize, part: &Filter, out: &mut String) {
        let (key, words) = self.words(part);
        out.push_str("<span class=\"chip on\"><span>");
        if !key.is_empty() {
            out.push_str("<span class=\"key\">");
            html::text(out, &key);
            out.push_str("</span> ");
        }
        html::text(out, &words);
        out.push_str("</span><a class=\"chip-off\"");
        let mut rest = self.parts.to_vec();
        rest.remove(place);
        html::attribute(out, "href", &self.href(rest));
        let name = if key.is_empty() { &words } else { &key };
        html::attribute(out, "aria-label", &self.reader.speech.with("filter-take", &[("name", name)]));
        out.push('>');
        out.push_str(assets::icon("close"));
        out.push_str("</a></span>");
    }

    /// A part in words: what it is about, and what it asks; a clause of its sentence where it is more than that.
    fn words(&self, part: &Filter) -> (String, String) {
        let plain = || (String::new(), Sentence { sight: self.sight }.part(part, self.entity));
        let Filter::Test(path, test) = part else { return plain() };
        if !path.links.is_empty() {
            return plain();
        }
        let Some(field) = self.entity.field(path.field) else { return plain() };
        let face = Face::new(field, &self.reader.speech);
        let said = match test {
            Test::Is(operand) if !matches!(operand, Operand::Point(_)) => self.said(&face, operand),
            Test::In(operands) => operands.iter().map(|operand| self.said(&face, operand)).collect::<Vec<_>>().join(", "),
            Test::Includes(term) => face.plain(&Value::Text(format!("|{term}|")), self.sight),
            Test::Starts(text) => format!("{text}…"),
            Test::Contains(text) => format!("…{text}…"),
            Test::Empty => self.reader.speech.say("filter-empty").to_owned(),
            _ => return plain(),
        };
        (face.label, said)
    }

    /// The small form of everything else that may be asked simply.
    fn more(&self, out: &mut String) {
        let speech = &self.reader.speech;
        let own: Vec<&str> = self.menu_fields().map(|field| field.key).collect();
        let fields: Vec<&Field> = self
            .entity
            .fields
            .iter()
            .filter(|field| !field.secret && !own.contains(&field.key))
            .filter(|field| quick(field.kind) || field.key.ends_with(".city") || matches!(field.kind, Kind::YesNo) && !field.system)
            .collect();
        if fields.is_empty() {
            return;
        }
        out.push_str("<details class=\"menu chip add\"><summary>");
        out.push_str(assets::icon("add"));
        html::text(out, speech.say("filter-more"));
        out.push_str("</summary><div class=\"menu-items\"><form class=\"filter-form\"");
        html::attribute(out, "action", &format!("/{}", self.entity.plural));
        out.push('>');
        out.push_str(&self.address.inputs(&[]));
        for field in fields {
            let face = Face::new(field, speech);
            let name = format!("add.{}", field.key);
            out.push_str("<label class=\"filter-label\"><span>");
            html::text(out, &face.label);
            out.push_str("</span>");
            let nothing = |_: &str| Vec::new();
            let control = Control { name: &name, entered: &nothing, described: "", wrong: false, aria: None };
            face.asking(&control, self.sight, out);
            out.push_str("</label>");
        }
        out.push_str("<button class=\"btn btn-primary\">");
        html::text(out, speech.say("filter-apply"));
        out.push_str("</button></form></div></details>");
    }

    /// The way to the builder: a panel above the list where there is room, a page otherwise.
    fn builder(&self, out: &mut String) {
        let speech = &self.reader.speech;
        let href = format!("/{}/filter{}", self.entity.plural, self.address.question(""));
        for (class, panel) in [("chip add only-desk", true), ("chip add only-phone", false)] {
            out.push_str("<span");
            html::attribute(out, "class", class);
            out.push_str("><a");
            html::attribute(out, "href", &href);
            if panel {
                html::attribute(out, "hx-get", &href);
                out.push_str(" hx-target=\"#filter-panel\" hx-select=\"#builder\" hx-swap=\"innerHTML\"");
            }
            out.push('>');
            out.push_str(assets::icon("filter"));
            html::text(out, speech.say("builder-open"));
            out.push_str("</a></span>");
        }
    }
}
