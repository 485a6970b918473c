//! How each kind of field is shown and written, one file each: the cell of a list, the value on a card, the
//! control of a form.
//!
//! A new kind is a file here and a line in [`widget`].

mod choice;
mod code;
mod coordinates;
mod date;
pub(crate) mod described;
pub(crate) mod email;
mod file;
pub(crate) mod link;
mod long_text;
mod moment;
mod money;
mod percent;
pub(crate) mod phone;
mod text;
pub(crate) mod vocabulary;
mod web;
mod whole;
mod yes_no;

pub use coordinates::map;

use crate::pages::html;
use crate::pages::speech::Speech;
use kernel::{Id, Value};
use meta::{Field, Kind, Model, Reading};
use std::collections::HashMap;

/// What showing a value depends on besides the value.
pub(crate) struct Sight<'s> {
    /// The reader's words.
    pub(crate) speech: &'s Speech,
    /// His formats.
    pub(crate) reading: &'s Reading,
    /// The entities, and the company's words.
    pub(crate) model: &'s Model,
    /// The names of linked records.
    pub(crate) titles: &'s HashMap<Id, String>,
}

/// A field with its words in the reader's language, looked up once for a whole page.
pub(crate) struct Face {
    /// The field.
    pub(crate) field: Field,
    /// What it is called.
    pub(crate) label: String,
    /// Its choices: key, tone, words.
    pub(crate) choices: Vec<Chosen>,
    /// Whether its choices say how things stand, and so are drawn as a badge.
    pub(crate) badge: bool,
    widget: &'static dyn Widget,
}

/// A choice with its words.
pub(crate) struct Chosen {
    pub(crate) key: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) label: String,
}

impl Face {
    /// The face of a field.
    pub(crate) fn new(field: &Field, speech: &Speech) -> Face {
        let choices = match field.kind {
            Kind::Choice(choices) => choices,
            _ => &[],
        };
        Face {
            field: *field,
            label: speech.field(field.entity, field.key),
            badge: choices.iter().any(|choice| choice.colour == "green"),
            choices: choices
                .iter()
                .map(|choice| Chosen {
                    key: choice.key,
                    tone: tone(choice.colour),
                    label: speech.choice(field.entity, field.key, choice.key),
                })
                .collect(),
            widget: widget(field.kind),
        }
    }

    /// The same with the short words of a list's head, where there are some.
    pub(crate) fn short(field: &Field, speech: &Speech) -> Face {
        let mut face = Face::new(field, speech);
        face.label = speech.short(field.entity, field.key);
        face
    }

    /// Adds the value as a cell of a list: one line.
    pub(crate) fn cell(&self, value: &Value, sight: &Sight<'_>, out: &mut String) {
        if value.is_empty() {
            return;
        }
        self.widget.cell(self, value, sight, out);
    }

    /// Adds the value as a card shows it.
    pub(crate) fn view(&self, value: &Value, sight: &Sight<'_>, out: &mut String) {
        if value.is_empty() && !matches!(self.field.kind, Kind::YesNo) {
            html::nothing(out, sight.speech);
            return;
        }
        self.widget.view(self, value, sight, out);
    }

    /// The value in plain words: what a history and a question say.
    pub(crate) fn plain(&self, value: &Value, sight: &Sight<'_>) -> String {
        self.widget.plain(self, value, sight)
    }

    /// The texts that a form starts from: name and text of each control.
    pub(crate) fn entered(&self, value: &Value, sight: &Sight<'_>) -> Vec<(String, String)> {
        self.widget.entered(self, value, sight)
    }

    /// Adds the controls of a form; `named` is the name they are sent under.
    pub(crate) fn control(&self, control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
        self.widget.control(self, control, sight, out);
    }

    /// Adds the control with which a list is asked for this field: any of its values, or none of them chosen.
    pub(crate) fn asking(&self, control: &Control<'_>, sight: &Sight<'_>, out: &mut String) {
        match self.field.kind {
            Kind::Choice(_) => {
                let options = self.choices.iter().map(|choice| (choice.key, choice.label.as_str()));
                control.select(self, "form-select", true, options, out);
            }
            Kind::Vocabulary(vocabulary) | Kind::Vocabularies(vocabulary) => {
                control.select(self, "form-select", true, vocabulary::offered(vocabulary, sight, &[]).into_iter(), out);
            }
            Kind::YesNo => {
                let options = [("true", sight.speech.say("yes")), ("false", sight.speech.say("no"))];
                control.select(self, "form-select", true, options.into_iter(), out);
            }
            _ => control.input(self, "form-control", "autocomplete=\"off\"", out),
        }
    }

    /// Whether its controls are a group, which wants a legend instead of a label.
    pub(crate) fn grouped(&self) -> bool {
        matches!(self.field.kind, Kind::Vocabularies(_))
    }
}

/// What the control of a form is given.
pub(crate) struct Control<'c> {
    /// Its name, and its identity in the page.
    pub(crate) name: &'c str,
    /// What was entered under a name.
    pub(crate) entered: &'c dyn Fn(&str) -> Vec<&'c str>,
    /// The identities of what describes it: hint and error.
    pub(crate) described: &'c str,
    /// Whether something is wrong with it.
    pub(crate) wrong: bool,
    /// Its words where no label stands beside it.
    pub(crate) aria: Option<&'c str>,
}

impl<'c> Control<'c> {
    /// What was entered: the last of it.
    pub(crate) fn value(&self) -> &'c str {
        (self.entered)(self.name).last().copied().unwrap_or_default()
    }

    /// Adds the attributes that every control has.
    fn attributes(&self, face: &Face, class: &str, out: &mut String) {
        out.push_str(" class=\"");
        out.push_str(class);
        if self.wrong {
            out.push_str(" is-invalid");
        }
        out.push('"');
        html::attribute(out, "id", self.name);
        self.said(face, out);
    }

    fn said(&self, face: &Face, out: &mut String) {
        if let Some(aria) = self.aria {
            html::attribute(out, "aria-label", aria);
        }
        if face.field.required && self.aria.is_none() && !self.name.starts_with("add.") {
            out.push_str(" required");
        }
        if self.wrong {
            out.push_str(" aria-invalid=\"true\"");
        }
        if !self.described.is_empty() {
            html::attribute(out, "aria-describedby", self.described);
        }
    }

    /// Adds an `<input>` of a type with more attributes.
    fn input(&self, face: &Face, class: &str, more: &str, out: &mut String) {
        out.push_str("<input");
        self.attributes(face, class, out);
        html::attribute(out, "name", self.name);
        html::attribute(out, "value", self.value());
        out.push(' ');
        out.push_str(more);
        out.push('>');
    }

    /// Adds a `<select>` of these options: key and words.
    fn select<'o>(&self, face: &Face, class: &str, empty: bool, options: impl Iterator<Item = (&'o str, &'o str)>, out: &mut String) {
        let chosen = self.value();
        out.push_str("<select");
        self.attributes(face, class, out);
        html::attribute(out, "name", self.name);
        out.push('>');
        if empty {
            out.push_str("<option value=\"\">–</option>");
        }
        let mut known = chosen.is_empty();
        for (key, label) in options {
            out.push_str("<option");
            html::attribute(out, "value", key);
            if key == chosen {
                out.push_str(" selected");
                known = true;
            }
            out.push('>');
            html::text(out, label);
            out.push_str("</option>");
        }
        // A key of another time is kept and shown.
        if !known {
            out.push_str("<option selected");
            html::attribute(out, "value", chosen);
            out.push('>');
            html::text(out, chosen);
            out.push_str("</option>");
        }
        out.push_str("</select>");
    }
}

/// What each kind's file says.
pub(crate) trait Widget: Sync {
    /// The cell of a list; never of an empty value.
    fn cell(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        html::text(out, &self.plain(face, value, sight));
    }

    /// The value of a card; never of an empty value, but for yes and no.
    fn view(&self, face: &Face, value: &Value, sight: &Sight<'_>, out: &mut String) {
        self.cell(face, value, sight, out);
    }

    /// In plain words.
    fn plain(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> String {
        face.field.kind.behaviour().show(value, sight.reading)
    }

    /// What a form starts from.
    fn entered(&self, face: &Face, value: &Value, sight: &Sight<'_>) -> Vec<(String, String)> {
        let text = if value.is_empty() { String::new() } else { self.plain(face, value, sight) };
        vec![(face.field.key.to_owned(), text)]
    }

    /// The controls of a form.
    fn control(&self, face: &Face, control: &Control<'_>, sight: &Sight<'_>, out: &mut String);
}

/// The file that says how a kind is shown and written.
fn widget(kind: Kind) -> &'static dyn Widget {
    match kind {
        Kind::Text => &text::TextWidget,
        Kind::LongText => &long_text::LongTextWidget,
        Kind::Code => &code::CodeWidget,
        Kind::Choice(_) => &choice::ChoiceWidget,
        Kind::Vocabulary(_) => &vocabulary::OneTermWidget,
        Kind::Vocabularies(_) => &vocabulary::ManyTermsWidget,
        Kind::YesNo => &yes_no::YesNoWidget,
        Kind::Whole => &whole::WholeWidget,
        Kind::Money => &money::MoneyWidget,
        Kind::Percent => &percent::PercentWidget,
        Kind::Date => &date::DateWidget,
        Kind::Moment => &moment::MomentWidget,
        Kind::Email => &email::EmailWidget,
        Kind::Phone => &phone::PhoneWidget,
        Kind::Web => &web::WebWidget,
        Kind::Coordinates => &coordinates::CoordinatesWidget,
        Kind::File => &file::FileWidget,
        Kind::Size => &file::SizeWidget,
        Kind::Link(_) | Kind::About(_) => &link::LinkWidget,
    }
}

/// The tone of a colour: tones are what the styles know.
fn tone(colour: &str) -> &'static str {
    match colour {
        "green" => "good",
        "blue" => "accent",
        "grey" => "open",
        "amber" => "warn",
        "red" => "bad",
        _ => "",
    }
}
