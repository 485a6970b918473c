//! A record that happened, as it stands on a card: who, when, what; and what its reader may do with it.

use super::super::files::attached;
use super::super::title;
use super::composer::{self, Editing};
use super::{Board, clock};
use crate::fields::link::has_card;
use crate::fields::{Face, Sight};
use crate::pages::reader::icon;
use crate::pages::{html, linked};
use engine::principal::Verb;
use kernel::Id;
use meta::{Entity, Kind, Record};
use std::collections::HashMap;

/// Writes one of a kind, with the files that were written with it. Under edit it is a form.
pub(super) fn write(
    out: &mut String,
    board: &Board<'_>,
    kind: &Entity,
    record: &Record,
    names: &HashMap<Id, String>,
    attached: &HashMap<Id, Vec<Record>>,
    shown: Shown<'_>,
) {
    let reader = board.reader;
    let Some(happens) = &kind.happens else { return };
    out.push_str("<li class=\"happening\"");
    html::attribute(out, "id", &format!("happening-{}", record.id));
    out.push_str("><span class=\"happening-sign\">");
    let pinned = happens.composed.is_some_and(|composed| record.named(composed.pinned).bool());
    out.push_str(assets::icon(if pinned { "pin" } else { icon(kind.key) }));
    out.push_str("</span><div class=\"happening-text\">");
    let author = record.named("created_by").link();
    let author =
        author.map_or(reader.speech.say("card-system"), |id| names.get(&id).map_or(reader.speech.say("link-unseen"), String::as_str));
    html::element(out, "strong", author);
    elsewhere(out, board, kind, record, names);
    if pinned {
        out.push_str(" <span class=\"tag\">");
        html::text(out, &reader.speech.field(kind.key, happens.composed.map_or("", |composed| composed.pinned)));
        out.push_str("</span>");
    }
    let mut acts = true;
    match (happens.composed, shown) {
        (Some(composed), Shown::Edited(editing)) => {
            composer::edit(out, board, kind, composed, record, editing);
            acts = false;
        }
        (Some(composed), _) => {
            out.push_str("<div class=\"note\" dir=\"auto\">");
            linked::write_mentioning(out, record.named(composed.text).text(), &reader.reading, names, reader.who.user);
            out.push_str("</div>");
        }
        (None, _) => {
            if let Some(said) = reader.speech.known(&format!("happens-{}", kind.key)) {
                out.push(' ');
                html::text(out, said);
            }
            let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: names };
            out.push_str(" <a");
            html::attribute(out, "href", &format!("/{}/{}", kind.plural, record.id));
            out.push('>');
            html::text(out, &title(kind, record, &sight));
            out.push_str("</a>");
            // What its head says, but for when and by whom, which stand beside it.
            let head = kind.head.iter().filter_map(|key| kind.field(key));
            for field in head.filter(|field| matches!(field.kind, Kind::Choice(_) | Kind::Vocabulary(_) | Kind::Text)) {
                let value = record.value(field.id);
                if !value.is_empty() {
                    out.push(' ');
                    Face::new(field, &reader.speech).cell(value, &sight, out);
                }
            }
        }
    }
    if let Some(files) = attached.get(&record.id) {
        attached::write(out, reader, files);
    }
    if acts && board.living {
        self::acts(out, board, kind, record, pinned, matches!(shown, Shown::Again));
    }
    out.push_str("</div><a class=\"happening-time\"");
    html::attribute(out, "href", &format!("/{}/{}", kind.plural, record.id));
    out.push_str("><time");
    let at = record.named(happens.at).moment().unwrap_or_default();
    html::attribute(out, "datetime", &at.to_string());
    out.push('>');
    if pinned {
        html::text(out, &meta::Kind::Moment.behaviour().show(record.named(happens.at), &reader.reading));
    } else {
        html::text(out, &clock(at, reader));
    }
    out.push_str("</time></a></li>");
}

/// How one is shown.
#[derive(Clone, Copy)]
pub(in crate::pages::card) enum Shown<'e> {
    /// As it is.
    Plain,
    /// As it is, after it was under edit: the focus goes on where it was.
    Again,
    /// As a form.
    Edited(&'e Editing),
}

/// The other card that it was written on, where it is not this one.
fn elsewhere(out: &mut String, board: &Board<'_>, kind: &Entity, record: &Record, names: &HashMap<Id, String>) {
    for link in kind.happens.iter().flat_map(|happens| &happens.links) {
        let Some(field) = kind.field(link).filter(|field| matches!(field.kind, meta::Kind::About(_))) else { continue };
        let other = record.value(field.id).link().filter(|id| *id != board.card.id);
        let (Some(id), Some(entity)) = (other, board.reader.model.entity(record.named(&format!("{link}_kind")).text())) else { continue };
        let Some(name) = names.get(&id) else { continue };
        out.push_str(" <span class=\"happening-on\">");
        if has_card(entity) {
            out.push_str("<a");
            html::attribute(out, "href", &format!("/{}/{id}", entity.plural));
            out.push('>');
            html::text(out, name);
            out.push_str("</a>");
        } else {
            html::text(out, name);
        }
        out.push_str("</span>");
    }
}

fn acts(out: &mut String, board: &Board<'_>, kind: &Entity, record: &Record, pinned: bool, focused: bool) {
    let reader = board.reader;
    let may = |verb| reader.who.may_with(verb, kind, record);
    let composed = kind.happens.as_ref().and_then(|happens| happens.composed);
    let (changes, removes) = (may(Verb::Change) && composed.is_some(), may(Verb::Remove));
    if !changes && !removes {
        return;
    }
    let said = |what: &str| reader.speech.say(&format!("compose-{}-{what}", kind.key)).to_owned();
    let place = format!("happening-{}", record.id);
    out.push_str("<div class=\"happening-acts\">");
    if let Some(composed) = composed.filter(|_| changes) {
        let address = board.address(&[("editing", &record.id.to_string())]);
        out.push_str("<a class=\"btn btn-quiet btn-icon btn-sm\"");
        html::attribute(out, "href", &format!("{address}#{place}"));
        html::attribute(out, "hx-get", &address);
        html::attribute(out, "hx-target", &format!("#{place}"));
        out.push_str(" hx-swap=\"outerHTML\"");
        if focused {
            out.push_str(" autofocus");
        }
        labelled(out, &said("edit"));
        out.push('>');
        out.push_str(assets::icon("edit"));
        out.push_str("</a>");
        // On top or not: all of the column moves.
        board.begin_form(out, &board.act(kind, Some(record.id), ""), "card-timeline");
        out.push_str("<input type=\"hidden\"");
        html::attribute(out, "name", composed.pinned);
        html::attribute(out, "value", if pinned { "false" } else { "true" });
        button(out, &said(if pinned { "unpin" } else { "pin" }), if pinned { "unpin" } else { "pin" });
        out.push_str("</form>");
    }
    if removes {
        board.begin_form(out, &board.act(kind, Some(record.id), "/removal"), &place);
        button(out, &said("remove"), "remove");
        out.push_str("</form>");
    }
    out.push_str("</div>");
}

fn button(out: &mut String, label: &str, icon: &str) {
    if out.ends_with('"') {
        out.push('>');
    }
    out.push_str("<button class=\"btn btn-quiet btn-icon btn-sm\"");
    labelled(out, label);
    out.push('>');
    out.push_str(assets::icon(icon));
    out.push_str("</button>");
}

fn labelled(out: &mut String, label: &str) {
    html::attribute(out, "aria-label", label);
    html::attribute(out, "title", label);
}
