//! What is said of the consents of a whole file: how they came, since when they hold, how that can be proved.

use super::offered::Group;
use super::plan::Plan;
use crate::consents::entity::{BASIS, CARDS, CHANNEL, PURPOSES, SOURCE};
use crate::imports::consents::{PREFIX, Proof};
use engine::principal::Verb;
use kernel::Problem;
use meta::{Entity, Field, Kind};
use web::Fields;
use web::dress as assets;
use web::pages::html;
use web::pages::reader::Reader;

/// Whether whoever reads may write consents of these records.
fn may(reader: &Reader, entity: &Entity) -> bool {
    CARDS.contains(&entity.key) && reader.model.entity("consent").is_some_and(|consent| reader.who.may(Verb::Create, consent))
}

/// The places of consents: each purpose by each channel, and what is to be said of them.
pub(super) fn group(reader: &Reader, entity: &Entity) -> Option<Group> {
    if !may(reader, entity) {
        return None;
    }
    let speech = &reader.speech;
    let said = |what: &str| speech.with("import-consent-to", &[("what", what)]);
    let mut purposes: Vec<_> = reader.model.terms.iter().filter(|((of, _), term)| of == PURPOSES && !term.retired).collect();
    purposes.sort_by_key(|((_, key), term)| (term.position == 0, term.position, key.as_str()));
    let mut places = Vec::new();
    for ((_, purpose), term) in purposes {
        for channel in choices(&CHANNEL.field) {
            let what = format!("{} · {}", term.words(speech.language), speech.choice("consent", "channel", channel));
            places.push((format!("{PREFIX}.{purpose}.{channel}"), said(&what)));
        }
    }
    places.extend(Proof::ALL.map(|proof| (proof.path().to_owned(), said(&called(reader, proof)))));
    Some(Group { label: speech.entity("consent", "many"), places })
}

/// Whether a column leads to a consent.
pub(super) fn needed(plan: &Plan) -> bool {
    plan.columns.to.iter().any(|to| is_of_consents(to))
}

/// Whether a path, or the name of an input, is about consents.
pub(super) fn is_of_consents(path: &str) -> bool {
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

/// The inputs; nothing where nobody's consents may be written.
pub(super) fn inputs(reader: &Reader, entity: &Entity, plan: &Plan, problems: &[Problem]) -> String {
    let mut out = String::new();
    if !may(reader, entity) {
        return out;
    }
    for proof in Proof::ALL {
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
            Proof::Source => select(&mut out, reader, &about, "source", choices(&SOURCE.field), value, true),
            Proof::Basis => select(&mut out, reader, &about, "basis", choices(&BASIS.field), value, false),
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
    out
}

fn select(out: &mut String, reader: &Reader, about: &str, field: &str, keys: impl Iterator<Item = &'static str>, value: &str, empty: bool) {
    out.push_str(&format!("<select class=\"form-select w-long\"{about}>"));
    if empty {
        out.push_str("<option value=\"\">–</option>");
    }
    for key in keys {
        out.push_str("<option");
        html::attribute(out, "value", key);
        out.push_str(if key == value { " selected>" } else { ">" });
        html::text(out, &reader.speech.choice("consent", field, key));
        out.push_str("</option>");
    }
    out.push_str("</select>");
}
