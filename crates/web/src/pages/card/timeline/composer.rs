//! The boxes of a timeline: the one that writes something new on a card, and the one in the place of what is changed.

use super::Board;
use crate::pages::html;
use engine::mentions;
use meta::{Composed, Entity, Record};

/// What stands in the boxes.
#[derive(Default)]
pub(in crate::pages::card) struct Boxes {
    /// In the one for something new.
    pub(in crate::pages::card) text: String,
    /// What is wrong with it.
    pub(in crate::pages::card) wrong: String,
    /// Which sending of it this is: sent again, it is still one.
    pub(in crate::pages::card) sending: Option<String>,
    /// Why files were not kept.
    pub(in crate::pages::card) refused: super::super::files::Refused,
    /// What is changed, where something is.
    pub(in crate::pages::card) editing: Option<Editing>,
}

/// A record under edit.
pub(in crate::pages::card) struct Editing {
    /// Which.
    pub(super) id: kernel::Id,
    /// What was entered; what it says now, where nothing was yet.
    pub(super) text: Option<String>,
    /// What is wrong with it.
    pub(super) wrong: String,
    /// What it says now, where somebody else saved meanwhile.
    pub(super) theirs: Option<String>,
}

impl Editing {
    /// A record that nothing was entered for yet.
    pub(in crate::pages::card) fn begun(id: kernel::Id) -> Editing {
        Editing { id, text: None, wrong: String::new(), theirs: None }
    }
}

/// The box for something new.
pub(super) fn write(out: &mut String, board: &Board<'_>, kind: &Entity, boxes: &Boxes, first: bool) {
    let reader = board.reader;
    let Some(composed) = kind.happens.as_ref().and_then(|happens| happens.composed) else { return };
    let id = format!("compose-{}", kind.key);
    let action = board.act(kind, None, "");
    let attaches = board.attaches(kind);
    out.push_str("<form class=\"composer\" method=\"post\" novalidate");
    if attaches {
        out.push_str(" enctype=\"multipart/form-data\"");
        html::attribute(out, "data-drop", reader.speech.say("files-drop-note"));
        super::super::files::measures(out, reader);
    }
    for (name, value) in [("action", &*action), ("hx-post", &*action), ("hx-target", "#card-timeline"), ("hx-swap", "outerHTML")] {
        html::attribute(out, name, value);
    }
    // What is kept in a browser is kept for the one who wrote it.
    let whose = reader.who.user.map(|id| id.to_string()).unwrap_or_default();
    html::attribute(out, "data-draft", &format!("{whose}/{}/{}", kind.key, board.card.id));
    out.push('>');
    hidden(out, "csrf", &reader.csrf);
    let sending = boxes.sending.clone().unwrap_or_else(|| reader.web.engine().chance().secret());
    hidden(out, "sending", &sending);
    out.push_str("<label");
    html::attribute(out, "for", &id);
    // The first box of a card has the key of what is new.
    out.push_str(if first { " data-key=\"n\">" } else { ">" });
    out.push_str(assets::icon(crate::pages::reader::icon(kind.key)));
    html::text(out, &reader.speech.entity(kind.key, "one"));
    out.push_str("</label>");
    area(out, composed.text, &id, &boxes.text, &boxes.wrong, reader.speech.say(&format!("compose-{}", kind.key)), false);
    foot(out, board, None, attaches);
    out.push_str("</form>");
}

/// The box in the place of a record that is changed.
pub(super) fn edit(out: &mut String, board: &Board<'_>, kind: &Entity, composed: Composed, record: &Record, editing: &Editing) {
    let reader = board.reader;
    let place = format!("happening-{}", record.id);
    let action = board.act(kind, Some(record.id), "");
    out.push_str("<form class=\"edit happening-edit\" method=\"post\" novalidate");
    for (name, value) in [("action", &*action), ("hx-post", &*action), ("hx-target", &*format!("#{place}")), ("hx-swap", "outerHTML")] {
        html::attribute(out, name, value);
    }
    out.push('>');
    hidden(out, "csrf", &reader.csrf);
    hidden(out, "version", &record.version.to_string());
    if let Some(theirs) = &editing.theirs {
        out.push_str("<div class=\"notice\" data-tone=\"warn\" role=\"alert\">");
        out.push_str(assets::icon("warning"));
        out.push_str("<div><p>");
        html::text(out, reader.speech.say("compose-conflict"));
        out.push_str("</p><div class=\"note\" dir=\"auto\">");
        html::text(out, &mentions::plain(theirs));
        out.push_str("</div></div></div>");
    }
    let plain = mentions::plain(record.named(composed.text).text());
    let text = editing.text.as_deref().unwrap_or(&plain);
    let label = reader.speech.say(&format!("compose-{}", kind.key)).to_owned();
    area(out, composed.text, &format!("edit-{}", record.id), text, &editing.wrong, &label, true);
    foot(out, board, Some(&place), false);
    out.push_str("</form>");
}

fn area(out: &mut String, name: &str, id: &str, text: &str, wrong: &str, label: &str, focused: bool) {
    // Whoever is meant is offered while his name is written after an @.
    out.push_str("<textarea rows=\"2\" dir=\"auto\" data-mentions=\"/users/options\" class=\"form-control");
    out.push_str(if wrong.is_empty() { "\"" } else { " is-invalid\" aria-invalid=\"true\"" });
    for (attribute, value) in [("id", id), ("name", name), ("aria-label", label), ("placeholder", label)] {
        html::attribute(out, attribute, value);
    }
    if !wrong.is_empty() {
        html::attribute(out, "aria-describedby", &format!("{id}-error"));
    }
    out.push_str(if focused || !wrong.is_empty() { " autofocus" } else { "" });
    // A line end right after the tag would be lost.
    out.push_str(">\n");
    html::text(out, text);
    out.push_str("</textarea>");
    if !wrong.is_empty() {
        out.push_str("<p class=\"error\" role=\"alert\"");
        html::attribute(out, "id", &format!("{id}-error"));
        out.push('>');
        out.push_str(assets::icon("error"));
        html::text(out, wrong);
        out.push_str("</p>");
    }
}

/// Saving; and giving up, of what was there already.
fn foot(out: &mut String, board: &Board<'_>, place: Option<&str>, attaches: bool) {
    let speech = &board.reader.speech;
    out.push_str("<div class=\"composer-foot\">");
    if attaches {
        out.push_str("<input type=\"file\" class=\"form-control\" name=\"file\" multiple");
        html::attribute(out, "aria-label", speech.say("files-attach"));
        out.push_str("><button type=\"button\" class=\"btn btn-quiet btn-icon btn-sm scripted\" data-files-choose");
        for name in ["aria-label", "title"] {
            html::attribute(out, name, speech.say("files-attach"));
        }
        out.push('>');
        out.push_str(assets::icon("attach"));
        out.push_str("</button>");
    }
    out.push_str("<span class=\"hint\"><kbd>Ctrl</kbd> <kbd>");
    html::text(out, speech.say("keys-enter"));
    out.push_str("</kbd></span>");
    if let Some(place) = place {
        let address = board.address(&[]);
        out.push_str("<a class=\"btn btn-sm\" data-discard");
        html::attribute(out, "href", &address);
        html::attribute(out, "hx-get", &address);
        html::attribute(out, "hx-target", &format!("#{place}"));
        out.push_str(" hx-swap=\"outerHTML\">");
        html::text(out, speech.say("action-cancel"));
        out.push_str("</a>");
    }
    out.push_str("<button class=\"btn btn-primary btn-sm\" data-save>");
    html::text(out, speech.say("action-save"));
    out.push_str("</button></div>");
}

fn hidden(out: &mut String, name: &str, value: &str) {
    out.push_str("<input type=\"hidden\"");
    html::attribute(out, "name", name);
    html::attribute(out, "value", value);
    out.push('>');
}
