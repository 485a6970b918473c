//! The markup of a form: its sections, each field with its words, its hint, its error.

use super::entered::{PLACE, asked_apart, hidden, writes};
use super::standing::{Standing, follows};
use super::{Form, doubting, lines};
use crate::fields::{Control, Face, Sight};
use crate::pages::html;
use crate::pages::layout::{Item, items};
use kernel::Say;
use meta::{Field, Kind, Stands};

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
    let standing = Standing::of(form);
    for section in &form.entity.layout {
        let title = sight.speech.section(form.entity.key, section.key);
        self::section(&mut out, form, &standing, section.key, &title, items(form.entity, section), sight);
    }
    let apart = asked_apart(form.entity, form.fields, &form.problems);
    section(&mut out, form, &standing, "apart", sight.speech.say("form-apart"), apart, sight);
    out
}

/// Adds a section; nothing where there is nothing to write in it. One in which nothing is asked now is there unseen.
fn section(out: &mut String, form: &Form<'_>, standing: &Standing, key: &str, title: &str, items: Vec<Item<'_>>, sight: &Sight<'_>) {
    let (mut inside, mut asks) = (String::new(), false);
    for each in &items {
        let before = inside.len();
        let hidden = slot(&mut inside, form, standing, each, sight) == Some(Stands::Hidden);
        asks |= inside.len() > before && !hidden;
    }
    if inside.is_empty() {
        return;
    }
    out.push_str("<fieldset class=\"form-section\"");
    html::attribute(out, "id", &format!("form-{key}"));
    if !asks {
        out.push_str(" hidden");
    }
    out.push_str("><legend>");
    html::text(out, title);
    out.push_str("</legend>");
    out.push_str(&inside);
    out.push_str("</fieldset>");
}

/// Adds an item, in a slot of its own where it depends on other fields: the slot says how it stands, and is there also where the field is
/// not asked now.
fn slot(out: &mut String, form: &Form<'_>, standing: &Standing, each: &Item<'_>, sight: &Sight<'_>) -> Option<Stands> {
    let Item::Field(one) = each else {
        item(out, form, each, sight);
        return None;
    };
    if form.keeper(one).is_some() {
        item(out, form, each, sight);
        return None;
    }
    let (stands, follows) = (standing.stands(form, one), follows(one));
    if !writes(form.reader, one) || stands.is_none() && follows.is_none() {
        item(out, form, each, sight);
        return None;
    }
    let mut state = match stands {
        Some(Stands::Required) => "required",
        Some(Stands::Fixed) => "fixed",
        Some(Stands::Hidden) => "hidden",
        Some(Stands::Open) | None => "open",
    }
    .to_owned();
    if let Some(of) = follows {
        state.push(' ');
        state.push_str(form.fields.get(of).unwrap_or_default());
    }
    out.push_str("<div class=\"slot\"");
    html::attribute(out, "data-slot", one.key);
    html::attribute(out, "data-state", &state);
    out.push('>');
    match stands {
        Some(Stands::Hidden) => {}
        Some(Stands::Fixed) => fixed(out, form, standing, one, sight),
        Some(Stands::Required) => field(out, form, &Field { required: true, ..**one }, one.key, sight),
        Some(Stands::Open) | None => item(out, form, each, sight),
    }
    out.push_str("</div>");
    stands
}

/// Adds a field whose value stays as it is. What was entered before it did goes on with the form.
fn fixed(out: &mut String, form: &Form<'_>, standing: &Standing, field: &Field, sight: &Sight<'_>) {
    let (value, new) = standing.value(form, field);
    still(out, form, field, sight.speech.say("form-fixed"), sight, |out, face| {
        let named = format!("{}.text", field.key);
        match form.fields.get(&named).filter(|_| new && !value.is_empty()) {
            Some(name) => html::text(out, name),
            None => face.view(&value, sight, out),
        }
        out.push_str("</output>");
        if new {
            let parts = format!("{}.", field.key);
            let entered = form.fields.0.iter().filter(|(name, _)| name == field.key || name.starts_with(&parts));
            entered.for_each(|(name, value)| html::hidden(out, name, value));
        }
    });
}

/// Adds a field that an outside source keeps: its value as it stands, and whose it is.
fn kept(out: &mut String, form: &Form<'_>, field: &Field, said: &str, sight: &Sight<'_>) {
    let value = form.record.map_or(&kernel::Value::Empty, |record| record.value(field.id));
    still(out, form, field, said, sight, |out, face| {
        if value.is_empty() {
            html::nothing(out, sight.speech);
        } else {
            face.view(value, sight, out);
        }
        out.push_str("</output>");
    });
}

/// Adds a field that nobody writes now; `inside` adds its value, and closes the output.
fn still(out: &mut String, form: &Form<'_>, field: &Field, hint: &str, sight: &Sight<'_>, inside: impl FnOnce(&mut String, &Face)) {
    let face = Face::new(field, sight.speech);
    out.push_str("<div class=\"form-field\"><span class=\"label\">");
    html::text(out, &face.label);
    out.push_str("</span><div class=\"control\"><output");
    html::attribute(out, "id", field.key);
    html::attribute(out, "aria-label", &face.label);
    html::attribute(out, "aria-describedby", &format!("{}-hint", field.key));
    out.push('>');
    inside(out, &face);
    out.push_str("</div>");
    said(out, form, field.key, hint, sight);
    out.push_str("</div>");
}

/// Whose a value is that an outside source keeps.
fn kept_by(keeping: &meta::Keeping, sight: &Sight<'_>) -> String {
    sight.speech.with("kept-by", &[("name", &keeping.label)])
}

/// One item of a section, as far as the reader may write it.
pub(super) fn item(out: &mut String, form: &Form<'_>, item: &Item<'_>, sight: &Sight<'_>) {
    match item {
        Item::Field(one) if let Some(keeping) = form.keeper(one) => kept(out, form, one, &kept_by(keeping, sight), sight),
        Item::Field(one) if writes(form.reader, one) => field(out, form, one, one.key, sight),
        Item::Field(_) => {}
        Item::Parts(key, parts) => composed(out, form, key, parts, sight),
        Item::Lines(relation) => {
            group(out, relation.key, &sight.speech.field(form.entity.key, relation.key), false, |out| {
                lines::write(out, relation, form.fields, &form.problems, sight);
                doubting::here(out, form, relation.key, sight);
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
    if let Some(filter) = form.filters.get(name) {
        return group(out, name, &face.label, field.required, |out| {
            filter.write(out, form.reader, &form.trying());
            said(out, form, name, &hint, sight);
        });
    }
    if face.grouped() {
        return group(out, name, &face.label, field.required, |out| {
            control(out, form, &face, name, "", None, sight);
            said(out, form, name, &hint, sight);
            doubting::here(out, form, name, sight);
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
    doubting::here(out, form, name, sight);
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
            match form.keeper(part) {
                Some(keeping) => {
                    errors.push_str("<p class=\"hint\">");
                    html::text(&mut errors, &format!("{}: {}", face.label, kept_by(keeping, sight)));
                    errors.push_str("</p>");
                    out.push_str("<input class=\"form-control\" disabled");
                    let value = form.record.map_or(&kernel::Value::Empty, |record| record.value(part.id));
                    html::attribute(out, "value", &face.plain(value, sight));
                    out.push('>');
                }
                None => control(out, form, &face, part.key, "", None, sight),
            }
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
        doubting::here(out, form, key, sight);
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
    let mut wrong: Vec<&Say> = form.problems.iter().filter(|problem| problem.field == name).map(|problem| &problem.say).collect();
    // A filter says beside its rows what is wrong with them.
    let filter = form.filters.get(name);
    wrong.retain(|say| !filter.is_some_and(|filter| filter.says(say)));
    if wrong.is_empty() {
        return;
    }
    out.push_str("<p class=\"error\"");
    if filter.is_none() {
        html::attribute(out, "id", &format!("{name}-error"));
    }
    out.push('>');
    out.push_str(assets::icon("error"));
    let sentences: Vec<String> = wrong.iter().map(|say| sight.speech.sentence(say)).collect();
    html::text(out, &sentences.join(" "));
    out.push_str("</p>");
}
