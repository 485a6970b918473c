//! Owned lines in a form: `phones.0.number`, `phones.0.use`, `phones.main`. Empty ones are ignored.

use super::Form;
use crate::fields::{Control, Face, Sight};
use crate::form::Fields;
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::Draft;
use kernel::{Id, Problem, Problems, Say, Value};
use meta::{Entity, Field, Kind, Record, Relation};

/// The yes-or-no of which one line at most says yes: a choice among the lines.
const MAIN: &str = "main";
/// Lines that a form may carry.
const MOST: usize = 200;

/// The fields of a line that are written.
fn own<'c>(child: &'c Entity, relation: &Relation) -> impl Iterator<Item = &'c Field> {
    let via = relation.via;
    child.fields.iter().filter(move |field| field.writable() && field.key != via && field.key != MAIN)
}

fn has_main(child: &Entity) -> bool {
    child.field(MAIN).is_some_and(|field| field.kind == Kind::YesNo && field.writable())
}

/// What a form starts from: the lines of a record.
pub(super) fn entered(relation: &Relation, record: &Record, sight: &Sight<'_>) -> Vec<(String, String)> {
    let Some(child) = sight.model.child(relation) else { return Vec::new() };
    let mut pairs = Vec::new();
    for (place, line) in record.lines(relation.key).iter().enumerate() {
        let prefix = format!("{}.{place}.", relation.key);
        pairs.push((format!("{prefix}id"), line.id.to_string()));
        for field in own(child, relation) {
            let texts = Face::new(field, sight.speech).entered(line.value(field.id), sight);
            pairs.extend(texts.into_iter().map(|(name, text)| (format!("{prefix}{name}"), text)));
        }
        if line.named(MAIN).bool() {
            pairs.push((format!("{}.{MAIN}", relation.key), place.to_string()));
        }
    }
    pairs
}

/// The numbers of the lines that were entered, in order.
fn numbers(relation: &Relation, fields: &Fields) -> Vec<usize> {
    let prefix = format!("{}.", relation.key);
    let mut numbers: Vec<usize> =
        fields.0.iter().filter_map(|(name, _)| name.strip_prefix(&prefix)?.split_once('.')?.0.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(MOST);
    numbers
}

/// Whether nothing was written into a line: what is only chosen does not count.
fn is_blank(child: &Entity, relation: &Relation, number: usize, fields: &Fields) -> bool {
    let written = own(child, relation).filter(|field| !matches!(field.kind, Kind::Choice(_) | Kind::YesNo));
    written
        .map(|field| format!("{}.{number}.{}", relation.key, field.key))
        .all(|name| fields.get(&name).unwrap_or_default().trim().is_empty())
}

/// The numbers of the lines that count.
fn filled(child: &Entity, relation: &Relation, fields: &Fields) -> Vec<usize> {
    numbers(relation, fields).into_iter().filter(|number| !is_blank(child, relation, *number, fields)).collect()
}

/// The name of the control of a field in a line, by the place of the line among those that count.
pub(super) fn control(form: &Form<'_>, relation: &str, place: usize, key: &str) -> Option<String> {
    let relation = form.entity.relation(relation)?;
    let child = form.reader.model.child(relation)?;
    own(child, relation).find(|field| field.key == key)?;
    Some(format!("{}.{}.{key}", relation.key, filled(child, relation, form.fields).get(place)?))
}

/// The lines that were entered; none where the form did not offer them.
pub(super) fn read(
    reader: &Reader,
    relation: &Relation,
    fields: &Fields,
    record: Option<&Record>,
    problems: &mut Problems,
) -> Option<Vec<Draft>> {
    fields.get(relation.key)?;
    let child = reader.model.child(relation)?;
    let main = fields.get(&format!("{}.{MAIN}", relation.key)).and_then(|number| number.parse::<usize>().ok());
    let known = record.map(|record| record.lines(relation.key)).unwrap_or_default();
    let mut drafts = Vec::new();
    for number in filled(child, relation, fields) {
        let name = |key: &str| format!("{}.{number}.{key}", relation.key);
        let id: Option<Id> = fields.get(&name("id")).and_then(|id| id.parse().ok());
        // A line that somebody else took away meanwhile is a new one.
        let id = id.filter(|id| known.iter().any(|line| line.id == *id));
        let mut draft = Draft { id, ..Draft::new(relation.child) };
        for field in own(child, relation) {
            let Some(text) = fields.get(&name(field.key)) else { continue };
            match super::read::checked(field, text, &reader.reading) {
                Ok(value) => draft.put(field.id, value),
                Err(say) => problems.push(Problem { field: name(field.key), say }),
            }
        }
        if let Some(field) = child.field(MAIN).filter(|_| has_main(child)) {
            draft.put(field.id, Value::Bool(main == Some(number)));
        }
        drafts.push(draft);
    }
    Some(drafts)
}

/// Problems that name the line by its place among those that were sent, under the number it has in the form.
pub(super) fn renamed(problems: Problems, fields: &Fields) -> Problems {
    problems
        .into_iter()
        .map(|problem| {
            let mut parts = problem.field.splitn(3, '.');
            let (Some(relation), Some(Ok(place)), Some(key)) = (parts.next(), parts.next().map(str::parse::<usize>), parts.next()) else {
                return problem;
            };
            let prefix = format!("{relation}.");
            let suffix = format!(".{key}");
            let mut numbers: Vec<usize> = fields
                .0
                .iter()
                .filter(|(_, value)| !value.trim().is_empty())
                .filter_map(|(name, _)| name.strip_prefix(&prefix)?.strip_suffix(&suffix)?.parse().ok())
                .collect();
            numbers.sort_unstable();
            match numbers.get(place) {
                Some(number) => Problem { field: format!("{relation}.{number}.{key}"), ..problem },
                None => problem,
            }
        })
        .collect()
}

/// Adds the lines of a relation to a form: those entered, an empty one, and the pattern of more.
pub(super) fn write(out: &mut String, relation: &Relation, fields: &Fields, problems: &Problems, sight: &Sight<'_>) {
    let Some(child) = sight.model.child(relation) else { return };
    let numbers = filled(child, relation, fields);
    let next = numbers.iter().max().map_or(0, |last| last.saturating_add(1));
    out.push_str("<input type=\"hidden\" value=\"\"");
    html::attribute(out, "name", relation.key);
    out.push_str("><div class=\"lines\" data-lines");
    html::attribute(out, "data-next", &next.saturating_add(1).to_string());
    out.push('>');
    let main =
        fields.get(&format!("{}.{MAIN}", relation.key)).map(str::to_owned).or_else(|| Some(numbers.first().unwrap_or(&next).to_string()));
    for (place, number) in numbers.iter().copied().chain([next]).enumerate() {
        line(out, relation, child, &number.to_string(), &(place + 1).to_string(), fields, main.as_deref(), problems, sight);
    }
    out.push_str("<template>");
    line(out, relation, child, "__n__", "__n__", &Fields::default(), None, &Vec::new(), sight);
    out.push_str("</template><button type=\"button\" class=\"btn btn-quiet btn-sm\" data-line-add>");
    out.push_str(assets::icon("add"));
    html::text(out, sight.speech.known(&format!("add-{}", relation.key)).unwrap_or_else(|| sight.speech.say("form-add-line")));
    out.push_str("</button></div>");
}

#[expect(clippy::too_many_arguments, reason = "one line of a form, and all that is known of it")]
fn line(
    out: &mut String,
    relation: &Relation,
    child: &Entity,
    number: &str,
    shown: &str,
    fields: &Fields,
    main: Option<&str>,
    problems: &Problems,
    sight: &Sight<'_>,
) {
    let name = |key: &str| format!("{}.{number}.{key}", relation.key);
    out.push_str("<div class=\"line\">");
    if let Some(id) = fields.get(&name("id")) {
        out.push_str("<input type=\"hidden\"");
        html::attribute(out, "name", &name("id"));
        html::attribute(out, "value", id);
        out.push('>');
    }
    let mut said = String::new();
    // What is chosen stands before what is written.
    let mut faces: Vec<Face> = own(child, relation).map(|field| Face::new(field, sight.speech)).collect();
    faces.sort_by_key(|face| !matches!(face.field.kind, Kind::Choice(_)));
    for face in &faces {
        let name = name(face.field.key);
        let wrong: Vec<&Say> = problems.iter().filter(|problem| problem.field == name).map(|problem| &problem.say).collect();
        let error = format!("{name}-error");
        let aria = sight.speech.with("form-line", &[("label", &face.label), ("number", shown)]);
        let chosen = match face.field.default {
            meta::field::Default::Text(text) => text,
            _ => "",
        };
        let entered = |asked: &str| {
            let found: Vec<&str> = fields.0.iter().filter(|(known, _)| known == asked).map(|(_, value)| value.as_str()).collect();
            if found.is_empty() && asked == name && !chosen.is_empty() { vec![chosen] } else { found }
        };
        let control = Control {
            name: &name,
            entered: &entered,
            described: if wrong.is_empty() { "" } else { &error },
            wrong: !wrong.is_empty(),
            aria: Some(&aria),
        };
        face.control(&control, sight, out);
        for say in wrong {
            said.push_str("<p class=\"error\"");
            html::attribute(&mut said, "id", &error);
            said.push('>');
            said.push_str(assets::icon("error"));
            html::text(&mut said, &sight.speech.sentence(say));
            said.push_str("</p>");
        }
    }
    if has_main(child) {
        out.push_str("<label class=\"main\"><input type=\"radio\"");
        html::attribute(out, "name", &format!("{}.{MAIN}", relation.key));
        html::attribute(out, "value", number);
        if main == Some(number) {
            out.push_str(" checked");
        }
        out.push('>');
        html::text(out, &sight.speech.field(child.key, MAIN));
        out.push_str("</label>");
    }
    out.push_str("<button type=\"button\" class=\"btn btn-quiet btn-icon btn-sm\" data-line-remove");
    let key = format!("remove-{}", relation.key);
    let key = if sight.speech.known(&key).is_some() || !sight.speech.with(&key, &[("number", "1")]).eq(&key) {
        key
    } else {
        "form-remove-line".to_owned()
    };
    html::attribute(out, "aria-label", &sight.speech.with(&key, &[("number", shown)]));
    out.push('>');
    out.push_str(assets::icon("close"));
    out.push_str("</button></div>");
    out.push_str(&said);
}

/// The lines that were entered in words: what each holds first of all.
pub(super) fn said(reader: &Reader, relation: &Relation, fields: &Fields) -> String {
    let drafts = read(reader, relation, fields, None, &mut Vec::new()).unwrap_or_default();
    let Some(field) = reader.model.child(relation).and_then(|child| child.fields.first().copied()) else { return String::new() };
    let shown = drafts.iter().filter_map(|draft| draft.value(field.id)).map(|value| field.kind.behaviour().show(value, &reader.reading));
    shown.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
