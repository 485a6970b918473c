//! The markup of a form: its sections, each field with its words, its hint, its error.

use super::Form;
use super::entered::{PLACE, asked_apart, hidden, writes};
use super::lines;
use super::standing::Standing;
use crate::fields::{Control, Face, Sight};
use crate::pages::html;
use crate::pages::layout::{Item, items};
use kernel::Say;
use meta::{Field, Kind};

/// The summary of all that is wrong; its links lead into the fields.
pub(super) fn summary(form: &Form<'_>, sight: &Sight<'_>) -> String {
    let mut out = String::new();
    if form.problems.is_empty() {
        return out;
    }
    out.push_str("<div class=\"error-summary\" role=\"alert\" aria-labelledby=\"errors\">");
    out.push_str(assets::icon("error"));
    out.push_str("<h2 id=\"errors\">");
    html::text(&mut out, &sight.speech.with("form-errors", &[("count", &form.problems.len().to_string())]));
    out.push_str("</h2><ul>");
    for problem in &form.problems {
        out.push_str("<li>");
        let said = sight.speech.sentence(&problem.say);
        if problem.field.is_empty() {
            html::text(&mut out, &said);
        } else {
            out.push_str("<a");
            html::attribute(&mut out, "href", &format!("#{}", problem.field));
            out.push('>');
            html::text(&mut out, &format!("{}: {said}", label(form, &problem.field, sight)));
            out.push_str("</a>");
        }
        out.push_str("</li>");
    }
    out.push_str("</ul></div>");
    out
}

/// What a control is called.
pub(super) fn label(form: &Form<'_>, name: &str, sight: &Sight<'_>) -> String {
    if let (Some(key), Some(place)) = (name.strip_prefix(PLACE), &form.place) {
        return sight.speech.field(place.child.key, key);
    }
    let first = name.split('.').next().unwrap_or_default();
    if form.entity.field(name).is_none()
        && let Some(relation) = form.entity.relation(first)
    {
        let key = name.rsplit('.').next().unwrap_or_default();
        return sight.speech.field(relation.child, key);
    }
    sight.speech.field(form.entity.key, name)
}

/// All sections.
pub(super) fn sections(form: &Form<'_>, sight: &Sight<'_>) -> String {
    let mut out = String::with_capacity(16 * 1024);
    if let Some(place) = &form.place {
        hidden(&mut out, place);
        out.push_str("<fieldset class=\"form-section\"><legend>");
        html::text(&mut out, &place.title);
        out.push_str("</legend>");
        for each in place.fields() {
            field(&mut out, form, each, &format!("{PLACE}{}", each.key), sight);
        }
        out.push_str("</fieldset>");
    }
    let hidden_by = Standing::of(form);
    for section in &form.entity.layout {
        let mut inside = String::new();
        for each in items(form.entity, section) {
            if matches!(&each, Item::Field(field) if !hidden_by.shows(form, field)) {
                continue;
            }
            item(&mut inside, form, &each, sight);
        }
        if inside.is_empty() {
            continue;
        }
        out.push_str("<fieldset class=\"form-section\"");
        html::attribute(&mut out, "id", &format!("form-{}", section.key));
        out.push_str("><legend>");
        html::text(&mut out, &sight.speech.section(form.entity.key, section.key));
        out.push_str("</legend>");
        out.push_str(&inside);
        out.push_str("</fieldset>");
    }
    let mut inside = String::new();
    for each in asked_apart(form.entity, form.fields, &form.problems) {
        if !matches!(&each, Item::Field(field) if !hidden_by.shows(form, field)) {
            item(&mut inside, form, &each, sight);
        }
    }
    if !inside.is_empty() {
        out.push_str("<fieldset class=\"form-section\" id=\"form-apart\"><legend>");
        html::text(&mut out, sight.speech.say("form-apart"));
        out.push_str("</legend>");
        out.push_str(&inside);
        out.push_str("</fieldset>");
    }
    out
}

/// One item of a section, as far as the reader may write it.
pub(super) fn item(out: &mut String, form: &Form<'_>, item: &Item<'_>, sight: &Sight<'_>) {
    match item {
        Item::Field(one) if writes(form.reader, one) => field(out, form, one, one.key, sight),
        Item::Field(_) => {}
        Item::Parts(key, parts) => composed(out, form, key, parts, sight),
        Item::Lines(relation) => {
            group(out, relation.key, &sight.speech.field(form.entity.key, relation.key), false, |out| {
                lines::write(out, relation, form.fields, &form.problems, sight);
            });
        }
    }
}

fn group(out: &mut String, id: &str, legend: &str, required: bool, inside: impl FnOnce(&mut String)) {
    out.push_str("<fieldset class=\"form-field\"");
    html::attribute(out, "id", id);
    out.push_str("><legend>");
    html::text(out, legend);
    if required {
        out.push_str(REQUIRED);
    }
    out.push_str("</legend><div class=\"group\">");
    inside(out);
    out.push_str("</div></fieldset>");
}

const REQUIRED: &str = " <span class=\"required\" aria-hidden=\"true\">*</span>";

/// Adds a field: its words, its control, what is wrong with it.
pub(super) fn field(out: &mut String, form: &Form<'_>, field: &Field, name: &str, sight: &Sight<'_>) {
    let face = Face::new(field, sight.speech);
    let hint = sight.speech.hint(field.entity, field.key);
    if face.grouped() {
        return group(out, name, &face.label, field.required, |out| {
            control(out, form, &face, name, "", None, sight);
            said(out, form, name, &hint, sight);
        });
    }
    out.push_str("<div class=\"form-field\">");
    if field.kind == Kind::YesNo {
        out.push_str("<span class=\"label\"></span>");
    } else {
        out.push_str("<label");
        html::attribute(out, "for", name);
        out.push('>');
        html::text(out, &face.label);
        if field.required {
            out.push_str(REQUIRED);
        }
        out.push_str("</label>");
    }
    out.push_str("<div class=\"control\">");
    control(out, form, &face, name, &hint, None, sight);
    out.push_str("</div>");
    said(out, form, name, &hint, sight);
    out.push_str("</div>");
}

fn composed(out: &mut String, form: &Form<'_>, key: &str, parts: &[&Field], sight: &Sight<'_>) {
    let parts: Vec<&&Field> = parts.iter().filter(|part| writes(form.reader, part)).collect();
    if parts.is_empty() {
        return;
    }
    let entity = form.entity.key;
    group(out, key, &sight.speech.field(entity, key), false, |out| {
        out.push_str("<div class=\"parts\">");
        let mut errors = String::new();
        for part in &parts {
            let face = Face::new(part, sight.speech);
            out.push_str(match part.key.rsplit('.').next().unwrap_or_default() {
                "street" => "<label class=\"p-12\">",
                "given" | "family" | "city" => "<label class=\"p-5\">",
                "postcode" => "<label class=\"p-3\">",
                "salutation" | "province" | "country" => "<label class=\"p-2\">",
                _ => "<label>",
            });
            html::text(out, &face.label);
            control(out, form, &face, part.key, "", None, sight);
            out.push_str("</label>");
            said(&mut errors, form, part.key, "", sight);
        }
        out.push_str("</div>");
        let hint = sight.speech.hint(entity, key);
        if !hint.is_empty() {
            out.push_str("<p class=\"hint\">");
            html::text(out, &hint);
            out.push_str("</p>");
        }
        out.push_str(&errors);
    });
}

fn control(out: &mut String, form: &Form<'_>, face: &Face, name: &str, hint: &str, aria: Option<&str>, sight: &Sight<'_>) {
    let wrong = form.problems.iter().any(|problem| problem.field == name);
    let mut described = Vec::new();
    if !hint.is_empty() {
        described.push(format!("{name}-hint"));
    }
    if wrong {
        described.push(format!("{name}-error"));
    }
    let described = described.join(" ");
    let entered = |asked: &str| {
        let entered: Vec<&str> = form.fields.0.iter().filter(|(known, _)| known == asked).map(|(_, value)| value.as_str()).collect();
        // Where one thing of a record is edited alone, the others are as they stand.
        let beside = form.record.filter(|_| entered.is_empty() && asked != name);
        let stands = beside.and_then(|record| form.entity.field(asked).map(|field| record.value(field.id).text()));
        if entered.is_empty() { stands.into_iter().collect() } else { entered }
    };
    face.control(&Control { name, entered: &entered, described: &described, wrong, aria }, sight, out);
}

/// Adds what is to be known of a field, and what is wrong with it.
fn said(out: &mut String, form: &Form<'_>, name: &str, hint: &str, sight: &Sight<'_>) {
    if !hint.is_empty() {
        out.push_str("<p class=\"hint\"");
        html::attribute(out, "id", &format!("{name}-hint"));
        out.push('>');
        html::text(out, hint);
        out.push_str("</p>");
    }
    let wrong: Vec<&Say> = form.problems.iter().filter(|problem| problem.field == name).map(|problem| &problem.say).collect();
    if wrong.is_empty() {
        return;
    }
    out.push_str("<p class=\"error\"");
    html::attribute(out, "id", &format!("{name}-error"));
    out.push('>');
    out.push_str(assets::icon("error"));
    let sentences: Vec<String> = wrong.iter().map(|say| sight.speech.sentence(say)).collect();
    html::text(out, &sentences.join(" "));
    out.push_str("</p>");
}
