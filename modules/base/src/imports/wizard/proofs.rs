//! What is said of the consents of a whole file: how they came, since when they hold, how that can be proved.

use super::offered::Group;
use super::plan::Plan;
use crate::consents::entity::{BASIS, CARDS, CHANNEL, PURPOSES, SOURCE};
use crate::consents::texts;
use crate::imports::consents::{PREFIX, Proof, all_texts};
use engine::principal::Verb;
use kernel::{Problem, Result};
use meta::{Entity, Field, Kind, Record};
use web::Fields;
use web::dress as assets;
use web::pages::html;
use web::pages::reader::Reader;

/// Whether whoever reads may write consents of these records.
fn may(reader: &Reader, entity: &Entity) -> bool {
    CARDS.contains(&entity.key) && reader.model.entity("consent").is_some_and(|consent| reader.who.may(Verb::Create, consent))
}

/// The places of consents: each purpose by each channel, and what is to be said of them; in rows of accounts also those of the person.
pub(super) fn groups(reader: &Reader, entity: &Entity) -> Vec<Group> {
    if !may(reader, entity) {
        return Vec::new();
    }
    let mut groups = vec![group(reader, "", "import-consent-to", reader.speech.entity("consent", "many"))];
    if entity.key == "account" {
        let label = reader.speech.say("import-consents-of-contact").to_owned();
        groups.push(group(reader, "contact.", "import-consent-to-contact", label));
    }
    groups
}

fn group(reader: &Reader, of: &str, words: &str, label: String) -> Group {
    let speech = &reader.speech;
    let said = |what: &str| speech.with(words, &[("what", what)]);
    let mut purposes: Vec<_> = reader.model.terms.iter().filter(|((of, _), term)| of == PURPOSES && !term.retired).collect();
    purposes.sort_by_key(|((_, key), term)| (term.position == 0, term.position, key.as_str()));
    let mut places = Vec::new();
    for ((_, purpose), term) in purposes {
        for channel in choices(&CHANNEL.field) {
            let what = format!("{} · {}", term.words(speech.language), speech.choice("consent", "channel", channel));
            places.push((format!("{of}{PREFIX}.{purpose}.{channel}"), said(&what)));
        }
    }
    places.extend(Proof::ALL.map(|proof| (format!("{of}{}", proof.path()), said(&called(reader, proof)))));
    Group { label, places }
}

/// Whether a column leads to a consent.
pub(super) fn needed(plan: &Plan) -> bool {
    plan.columns.to.iter().any(|to| is_of_consents(to))
}

/// Whether a path, or the name of an input, is about consents.
pub(super) fn is_of_consents(path: &str) -> bool {
    let person = path.strip_prefix("contact").map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    let path = person.and_then(|rest| rest.strip_prefix('.')).unwrap_or(path);
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('.'))
}

fn choices(field: &Field) -> impl Iterator<Item = &'static str> + use<> {
    let choices = if let Kind::Choice(choices) = field.kind { choices } else { &[] };
    choices.iter().map(|choice| choice.key)
}

/// What is said is called as the field of the ledger; a day is enough.
fn called(reader: &Reader, proof: Proof) -> String {
    match proof {
        Proof::Source => reader.speech.field("consent", "source"),
        Proof::Date => reader.speech.say("import-consent-day").to_owned(),
        Proof::Text => reader.speech.field("consent", "text"),
        Proof::Evidence => reader.speech.field("consent", "evidence"),
        Proof::Basis => reader.speech.field("consent", "basis"),
    }
}

/// What is said of the consents of the file, as a form says it.
pub(super) fn read(form: &Fields) -> Vec<(String, String)> {
    let said = |proof: Proof| {
        form.get(proof.path()).map(str::trim).filter(|text| !text.is_empty()).map(|text| (proof.path().to_owned(), text.to_owned()))
    };
    Proof::ALL.into_iter().filter_map(said).collect()
}

/// The inputs; nothing where nobody's consents may be written. A text is asked where there is one.
pub(super) async fn inputs(reader: &Reader, entity: &Entity, plan: &Plan, problems: &[Problem]) -> Result<String> {
    let mut out = String::new();
    if !may(reader, entity) {
        return Ok(out);
    }
    let texts = all_texts(reader.web.engine(), &reader.who).await?;
    let purpose = |record: &Record| reader.model.terms.get(&(PURPOSES.to_owned(), record.get(&texts::PURPOSE).to_owned()));
    let said = |record: &Record| {
        let of = purpose(record).map_or("", |term| term.words(reader.speech.language));
        (record.id.to_string(), format!("{} ({of})", record.named("label").text()))
    };
    let texts: Vec<(String, String)> = texts.iter().map(said).collect();
    let chosen = |field: &Field, name: &str| -> Vec<(String, String)> {
        choices(field).map(|key| (key.to_owned(), reader.speech.choice("consent", name, key))).collect()
    };
    for proof in Proof::ALL {
        if proof == Proof::Text && texts.is_empty() {
            continue;
        }
        let path = proof.path();
        let given = plan.columns.to.iter().any(|to| to == path);
        let value = plan.defaults.iter().find(|(known, _)| known == path).map_or("", |(_, value)| value.as_str());
        let wrong = problems.iter().find(|problem| problem.field == path).map(|problem| reader.speech.sentence(&problem.say));
        out.push_str("<div class=\"form-field\"><label");
        html::attribute(&mut out, "for", path);
        out.push('>');
        html::text(&mut out, &called(reader, proof));
        out.push_str("</label><div class=\"control\">");
        let mut about = String::new();
        html::attribute(&mut about, "id", path);
        html::attribute(&mut about, "name", path);
        let said = format!("{path}.said");
        if wrong.is_some() {
            about.push_str(" aria-invalid=\"true\"");
        }
        if wrong.is_some() || given {
            html::attribute(&mut about, "aria-describedby", &said);
        }
        match proof {
            Proof::Source => select(&mut out, &about, &chosen(&SOURCE.field, "source"), value, true),
            Proof::Basis => select(&mut out, &about, &chosen(&BASIS.field, "basis"), value, false),
            Proof::Text => select(&mut out, &about, &texts, value, true),
            Proof::Date | Proof::Evidence => {
                let (class, kind) = if proof == Proof::Date { ("w-medium", "date") } else { ("w-long", "text") };
                out.push_str(&format!("<input class=\"form-control {class}\" type=\"{kind}\"{about}"));
                html::attribute(&mut out, "value", value);
                out.push('>');
            }
        }
        out.push_str("</div>");
        let hint = || given.then(|| reader.speech.say("import-consent-by-column").to_owned());
        if let Some(text) = wrong.clone().or_else(hint) {
            out.push_str(if wrong.is_some() { "<p class=\"error\"" } else { "<p class=\"hint\"" });
            html::attribute(&mut out, "id", &said);
            out.push('>');
            if wrong.is_some() {
                out.push_str(assets::icon("error"));
            }
            html::text(&mut out, &text);
            out.push_str("</p>");
        }
        out.push_str("</div>");
    }
    Ok(out)
}

fn select(out: &mut String, about: &str, options: &[(String, String)], value: &str, empty: bool) {
    out.push_str(&format!("<select class=\"form-select w-long\"{about}>"));
    if empty {
        out.push_str("<option value=\"\">–</option>");
    }
    for (key, said) in options {
        out.push_str("<option");
        html::attribute(out, "value", key);
        out.push_str(if key == value { " selected>" } else { ">" });
        html::text(out, said);
        out.push_str("</option>");
    }
    out.push_str("</select>");
}
