//! The builder as markup: groups of rows with the inputs of their fields. It works as a plain form; with modules every
//! choice that changes which inputs there are fetches the builder again, and every value the sentence and the count.

use super::entered::{CHILDREN, Entry, Group, HAS, Join, ME, Node, Row, TEXT, field_asked};
use super::offered::{Offered, offered, own};
use super::operators::{Operator, operators};
use crate::fields::{Control, Face, Sight, vocabulary};
use crate::pages::html;
use crate::pages::reader::Reader;
use kernel::Problems;
use meta::fields::Family;
use meta::filter::compile::measured;
use meta::filter::time::Unit;
use meta::filter::{Filter, Measure, What};
use meta::{Entity, Field, Kind};
use std::collections::HashMap;
use std::fmt::Write;

/// What writing the builder needs.
pub(super) struct Builder<'b> {
    pub(super) reader: &'b Reader,
    pub(super) entity: &'b Entity,
    pub(super) sight: &'b Sight<'b>,
    pub(super) problems: &'b Problems,
    /// The control that takes the focus.
    pub(super) focus: &'b str,
    /// Where it stands.
    pub(super) place: Place<'b>,
}

/// Where a builder stands: on a page of its own, or as a field of a form.
pub(super) struct Place<'p> {
    /// What its names begin with.
    pub(super) root: &'p str,
    /// The address of its steps.
    pub(super) action: String,
    /// The identity of the element that a step brings anew.
    pub(super) target: &'p str,
    /// The element for which only the last step counts.
    pub(super) sync: &'p str,
    /// Whether it is a field of a form, which has an address of its own.
    pub(super) within: bool,
    /// Whether its conditions ask one record alone.
    pub(super) alone: bool,
}

impl Place<'_> {
    /// Adds what makes a step bring the builder anew.
    pub(super) fn renews(&self, out: &mut String) {
        html::attribute(out, "hx-post", &self.action);
        html::attribute(out, "hx-sync", &format!("#{}:replace", self.sync));
        let target = format!("#{}", self.target);
        for name in ["hx-target", "hx-select"] {
            html::attribute(out, name, &target);
        }
        out.push_str(" hx-swap=\"outerHTML\"");
    }

    /// Adds a button that takes a step.
    pub(super) fn step(&self, out: &mut String, value: &str, focus: &str, class: &str) {
        out.push_str("<button name=\"do\"");
        html::attribute(out, "class", class);
        html::attribute(out, "value", value);
        if self.within {
            html::attribute(out, "formaction", &self.action);
            self.renews(out);
        }
        if focus == value {
            out.push_str(" autofocus");
        }
    }
}

impl Builder<'_> {
    /// The whole tree of conditions.
    pub(super) fn write(&self, root: &Group) -> String {
        let mut out = String::with_capacity(16 * 1024);
        let mut known = HashMap::new();
        self.group(&mut out, root, self.place.root, self.entity, &mut known);
        out
    }

    fn say<'s>(&'s self, key: &'s str) -> &'s str {
        self.reader.speech.say(key)
    }

    /// What changes which inputs there are brings the builder anew: a control that somebody has touched would keep what it
    /// shows if it were morphed.
    /// Whoever goes through the options with the arrows is not answered at each of them.
    fn shape(&self, out: &mut String) {
        out.push_str(" hx-trigger=\"change delay:150ms\"");
        self.place.renews(out);
    }

    fn named(&self, out: &mut String, id: &str, name: &str, label: &str) {
        html::attribute(out, "name", &format!("{id}.{name}"));
        html::attribute(out, "id", &format!("{id}.{name}"));
        html::attribute(out, "aria-label", label);
        if self.focus == format!("{id}.{name}") {
            out.push_str(" autofocus");
        }
        if self.problems.iter().any(|problem| problem.field == id) {
            out.push_str(" aria-invalid=\"true\"");
            html::attribute(out, "aria-describedby", &format!("{id}-error"));
        }
    }

    fn options<'o>(&self, out: &mut String, chosen: &str, options: impl Iterator<Item = (&'o str, &'o str)>) -> bool {
        let mut known = false;
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
        known
    }

    fn group(&self, out: &mut String, group: &Group, id: &str, entity: &Entity, known: &mut HashMap<&'static str, Vec<Offered>>) {
        let inside = id.ends_with("-in");
        // As a field it begins without any condition, and so without a way in which they go together.
        let bare = self.place.within && id == self.place.root && group.nodes.is_empty() && group.join == Join::All;
        out.push_str("<div class=\"conditions\" role=\"group\"");
        // As a field it has the field around it, of the same name.
        if !self.place.within || id != self.place.root {
            html::attribute(out, "id", id);
        }
        html::attribute(out, "aria-label", self.say(if inside { "builder-inside" } else { "builder-group" }));
        out.push_str("><div class=\"conditions-head\"");
        if bare {
            out.push_str(" hidden");
        }
        out.push('>');
        if inside {
            html::element(out, "span", self.say("builder-inside"));
        }
        out.push_str("<select class=\"form-select join\"");
        self.named(out, id, "join", self.say("builder-join"));
        out.push('>');
        let joins: Vec<(&str, String)> = Join::ALL.into_iter().map(|join| (join.key(), format!("join-{}", join.key()))).collect();
        self.options(out, group.join.key(), joins.iter().map(|(key, words)| (*key, self.say(words))));
        out.push_str("</select>");
        if id != self.place.root && !inside {
            self.button(out, &format!("remove:{id}"), "close", self.say("builder-remove-group"), false);
        }
        out.push_str("</div>");
        if group.nodes.is_empty() && !inside && !bare {
            out.push_str("<p class=\"hint\">");
            html::text(out, self.say(if group.join == Join::Any { "builder-nothing" } else { "builder-everything" }));
            out.push_str("</p>");
        }
        for (place, node) in group.nodes.iter().enumerate() {
            let id = format!("{id}-{place}");
            match node {
                Node::Group(group) => self.group(out, group, &id, entity, known),
                Node::Row(row) => self.row(out, row, &id, place, entity, known),
            }
        }
        out.push_str("<div class=\"conditions-foot\">");
        self.button(out, &format!("row:{id}"), "add", self.say("builder-add-row"), true);
        if !bare {
            self.button(out, &format!("group:{id}"), "add", self.say("builder-add-group"), true);
        }
        out.push_str("</div>");
        self.wrong(out, id);
        out.push_str("</div>");
    }

    fn button(&self, out: &mut String, value: &str, icon: &str, label: &str, said: bool) {
        self.place.step(out, value, self.focus, if said { "btn btn-quiet btn-sm" } else { "btn btn-quiet btn-sm btn-icon" });
        if !said {
            html::attribute(out, "aria-label", label);
            html::attribute(out, "title", label);
        }
        out.push('>');
        out.push_str(assets::icon(icon));
        if said {
            html::text(out, label);
        }
        out.push_str("</button>");
    }

    /// The place of what is wrong with a row: always there, so that it can be filled while somebody writes.
    fn wrong(&self, out: &mut String, id: &str) {
        out.push_str("<div class=\"condition-error\"");
        html::attribute(out, "id", &format!("{id}-error"));
        out.push('>');
        wrong(out, self.reader, id, self.problems);
        out.push_str("</div>");
    }

    fn row(&self, out: &mut String, row: &Row, id: &str, place: usize, entity: &Entity, known: &mut HashMap<&'static str, Vec<Offered>>) {
        let number = (place + 1).to_string();
        out.push_str("<div class=\"condition\" role=\"group\"");
        html::attribute(out, "aria-label", &self.reader.speech.with("builder-condition", &[("number", &number)]));
        out.push_str("><div class=\"condition-line\"><input type=\"hidden\"");
        html::attribute(out, "name", &format!("{id}.was"));
        html::attribute(out, "value", &row.about());
        out.push_str("><select class=\"form-select field\"");
        self.named(out, id, "field", self.say("builder-field"));
        self.shape(out);
        out.push_str("><option value=\"\">");
        html::text(out, self.say("builder-choose"));
        out.push_str("</option>");
        let all = known.entry(entity.key).or_insert_with(|| offered(self.reader, entity, self.place.alone));
        let mut found = row.field.is_empty();
        for offered in all.iter() {
            out.push_str("<optgroup");
            html::attribute(out, "label", &offered.title);
            out.push('>');
            found |= self.options(out, &row.field, offered.options.iter().map(|(key, words)| (key.as_str(), words.as_str())));
            out.push_str("</optgroup>");
        }
        if !found {
            // Further away than is offered.
            self.options(out, &row.field, std::iter::once((row.field.as_str(), row.field.as_str())));
        }
        out.push_str("</select>");
        let child = row
            .field
            .strip_prefix(CHILDREN)
            .and_then(|relation| entity.relation(relation))
            .and_then(|relation| self.reader.model.child(relation).map(|child| (relation, child)));
        if row.field == TEXT {
            out.push_str("<textarea class=\"form-control text\" rows=\"1\" spellcheck=\"false\"");
            self.named(out, id, "text", self.say("builder-text-condition"));
            out.push('>');
            html::text(out, &row.text);
            out.push_str("</textarea>");
        }
        if let Some((relation, child)) = child {
            self.measures(out, row, id, relation.key, child);
        }
        match field_asked(row, &self.reader.model, entity) {
            Some(field) => self.asks(out, row, id, &field),
            None if child.is_none() => kept(out, row, id),
            None => {}
        }
        self.button(out, &format!("remove:{id}"), "close", &self.reader.speech.with("builder-remove", &[("number", &number)]), false);
        out.push_str("</div>");
        self.wrong(out, id);
        if let Some((_, child)) = child {
            self.group(out, &row.within, &format!("{id}-in"), child, known);
        }
        out.push_str("</div>");
    }

    fn measures(&self, out: &mut String, row: &Row, id: &str, relation: &'static str, child: &Entity) {
        let reckons = |what: What, field: Option<&'static str>| {
            measured(&Measure { what, relation, field, filter: Filter::everything() }, child).is_ok()
        };
        out.push_str("<select class=\"form-select measure\"");
        self.named(out, id, "measure", self.say("builder-measure"));
        self.shape(out);
        out.push('>');
        let mut measures = vec![(HAS, "measure-has".to_owned())];
        let some = |what: What| {
            what == What::Count || child.fields.iter().any(|field| super::offered::asked(child, field) && reckons(what, Some(field.key)))
        };
        measures.extend(What::ALL.into_iter().filter(|what| some(*what)).map(|what| (what.word(), format!("measure-{}", what.word()))));
        self.options(out, &row.measure, measures.iter().map(|(key, words)| (*key, self.say(words))));
        out.push_str("</select>");
        match What::ALL.into_iter().find(|what| what.word() == row.measure) {
            None => {
                out.push_str("<select class=\"form-select\"");
                self.named(out, id, "operator", self.say("builder-operator"));
                out.push('>');
                let words =
                    [(Operator::HasSome.key(), self.say("operator-has-some")), (Operator::HasNone.key(), self.say("operator-has-none"))];
                self.options(out, &row.operator, words.into_iter());
                out.push_str("</select>");
            }
            Some(What::Count) if row.of.is_empty() => {}
            Some(what) => {
                out.push_str("<select class=\"form-select\"");
                self.named(out, id, "of", self.say("builder-of"));
                self.shape(out);
                out.push_str("><option value=\"\">");
                html::text(out, self.say("builder-choose"));
                out.push_str("</option>");
                let mut found = row.of.is_empty();
                for offered in own(self.reader, child) {
                    let fits: Vec<(&str, &str)> = offered
                        .options
                        .iter()
                        .filter(|(key, _)| child.field(key).is_some_and(|field| reckons(what, Some(field.key))))
                        .map(|(key, words)| (key.as_str(), words.as_str()))
                        .collect();
                    found |= self.options(out, &row.of, fits.into_iter());
                }
                if !found {
                    self.options(out, &row.of, std::iter::once((row.of.as_str(), row.of.as_str())));
                }
                out.push_str("</select>");
            }
        }
    }

    fn asks(&self, out: &mut String, row: &Row, id: &str, field: &Field) {
        let operator = Operator::chosen(&row.operator, field);
        out.push_str("<select class=\"form-select operator\"");
        self.named(out, id, "operator", self.say("builder-operator"));
        self.shape(out);
        out.push('>');
        let mut all = operators(field.kind).to_vec();
        if !all.contains(&operator) {
            all.push(operator);
        }
        let all: Vec<(&str, String)> = all.into_iter().map(|operator| (operator.key(), operator.words(field.kind))).collect();
        self.options(out, operator.key(), all.iter().map(|(key, words)| (*key, self.say(words))));
        out.push_str("</select>");
        match operator.plain().0 {
            Operator::Empty => {}
            Operator::In => self.several(out, &row.first, id, field),
            Operator::Last | Operator::Next => self.reckoned(out, &row.first, id, "", "units"),
            Operator::LongerAgo => self.reckoned(out, &row.first, id, "", "units"),
            Operator::Whole => self.whole(out, &row.first, id),
            Operator::Between => {
                self.one(out, &row.first, id, "", field);
                html::element(out, "span", self.say("builder-and"));
                self.one(out, &row.second, id, "2", field);
            }
            _ => self.one(out, &row.first, id, "", field),
        }
    }

    fn units(&self, out: &mut String, chosen: &str, id: &str, place: &str, one: bool) {
        out.push_str("<select class=\"form-select unit\"");
        self.named(out, id, &format!("unit{place}"), self.say("builder-unit"));
        out.push('>');
        let units: Vec<(&str, String)> =
            Unit::ALL.into_iter().map(|unit| (unit.word(), format!("unit-{}{}", unit.word(), if one { "" } else { "s" }))).collect();
        let chosen = if chosen.is_empty() { Unit::Day.word() } else { chosen };
        self.options(out, chosen, units.iter().map(|(key, words)| (*key, self.say(words))));
        out.push_str("</select>");
    }

    fn reckoned(&self, out: &mut String, entry: &Entry, id: &str, place: &str, _: &str) {
        out.push_str("<input class=\"form-control count number\" inputmode=\"numeric\" autocomplete=\"off\"");
        self.named(out, id, &format!("count{place}"), self.say("builder-count"));
        html::attribute(out, "value", &entry.count);
        out.push('>');
        self.units(out, &entry.unit, id, place, false);
    }

    fn whole(&self, out: &mut String, entry: &Entry, id: &str) {
        out.push_str("<select class=\"form-select\"");
        self.named(out, id, "count", self.say("builder-period"));
        out.push('>');
        let known = [("0", self.say("period-this")), ("-1", self.say("period-previous")), ("1", self.say("period-following"))];
        let chosen = if entry.count.is_empty() { "0" } else { &entry.count };
        if !self.options(out, chosen, known.into_iter()) {
            let (count, key) = match chosen.strip_prefix('-') {
                Some(count) => (count, "period-before"),
                None => (chosen, "period-after"),
            };
            let words = self.reader.speech.with(key, &[("count", count)]);
            self.options(out, chosen, std::iter::once((chosen, words.as_str())));
        }
        out.push_str("</select>");
        self.units(out, if entry.unit.is_empty() { Unit::Month.word() } else { &entry.unit }, id, "", true);
    }

    /// One value, in the field's own input.
    fn one(&self, out: &mut String, entry: &Entry, id: &str, place: &str, field: &Field) {
        let name = format!("value{place}");
        let value = entry.values.first().map(String::as_str).unwrap_or_default();
        match field.kind {
            kind if kind.family() == Family::Times => self.time(out, entry, id, place, field),
            Kind::Choice(_) => {
                let face = Face::new(field, &self.reader.speech);
                self.choice(out, id, &name, value, face.choices.iter().map(|choice| (choice.key, choice.label.as_str())));
            }
            Kind::Vocabulary(of) | Kind::Vocabularies(of) => {
                self.choice(out, id, &name, value, vocabulary::offered(of, self.sight, &[value]).into_iter());
            }
            Kind::YesNo => {
                let answers = [("true", self.say("yes")), ("false", self.say("no"))];
                self.choice(out, id, &name, value, answers.into_iter());
            }
            Kind::Link(_) | Kind::About(_) => self.records(out, entry, id, field, true),
            Kind::Money => {
                out.push_str("<span class=\"with-unit w-medium\">");
                self.input(out, value, id, &name, "inputmode=\"decimal\"");
                out.push_str("<span class=\"unit\" aria-hidden=\"true\">€</span></span>");
            }
            Kind::Whole => self.input(out, value, id, &name, "inputmode=\"numeric\""),
            _ => self.input(out, value, id, &name, ""),
        }
    }

    fn input(&self, out: &mut String, value: &str, id: &str, name: &str, more: &str) {
        out.push_str("<input class=\"form-control value\" autocomplete=\"off\" maxlength=\"500\" ");
        out.push_str(more);
        self.named(out, id, name, self.say("builder-value"));
        html::attribute(out, "value", value);
        out.push('>');
    }

    fn choice<'o>(&self, out: &mut String, id: &str, name: &str, value: &str, options: impl Iterator<Item = (&'o str, &'o str)>) {
        out.push_str("<select class=\"form-select value\"");
        self.named(out, id, name, self.say("builder-value"));
        out.push_str("><option value=\"\">");
        html::text(out, self.say("builder-choose"));
        out.push_str("</option>");
        if !self.options(out, value, options) && !value.is_empty() {
            self.options(out, value, std::iter::once((value, value)));
        }
        out.push_str("</select>");
    }

    fn time(&self, out: &mut String, entry: &Entry, id: &str, place: &str, field: &Field) {
        out.push_str("<select class=\"form-select when\"");
        self.named(out, id, &format!("when{place}"), self.say("builder-when"));
        self.shape(out);
        out.push('>');
        let mut ways = vec![("", "when-day"), ("today", "when-today"), ("ago", "when-ago"), ("ahead", "when-ahead")];
        if field.kind == Kind::Moment {
            ways.insert(1, ("moment", "when-moment"));
        }
        self.options(out, &entry.when, ways.iter().map(|(key, words)| (*key, self.say(words))));
        out.push_str("</select>");
        let value = entry.values.first().map(String::as_str).unwrap_or_default();
        match entry.when.as_str() {
            "today" => {}
            "ago" | "ahead" => self.reckoned(out, entry, id, place, "units"),
            "moment" => self.input(out, value, id, &format!("value{place}"), "type=\"datetime-local\""),
            _ => self.input(out, value, id, &format!("value{place}"), "type=\"date\""),
        }
    }

    /// Several values: boxes to tick where they are known, inputs and an empty one more otherwise.
    fn several(&self, out: &mut String, entry: &Entry, id: &str, field: &Field) {
        match field.kind {
            Kind::Choice(_) => {
                let face = Face::new(field, &self.reader.speech);
                let options: Vec<(&str, &str)> = face.choices.iter().map(|choice| (choice.key, choice.label.as_str())).collect();
                self.boxes(out, entry, id, &options);
            }
            Kind::Vocabulary(of) => {
                let chosen: Vec<&str> = entry.values.iter().map(String::as_str).collect();
                self.boxes(out, entry, id, &vocabulary::offered(of, self.sight, &chosen));
            }
            Kind::YesNo => self.boxes(out, entry, id, &[("true", self.say("yes")), ("false", self.say("no"))]),
            Kind::Link(_) | Kind::About(_) => self.records(out, entry, id, field, false),
            _ => {
                out.push_str("<span class=\"values\">");
                for (place, value) in entry.values.iter().map(String::as_str).chain([""]).enumerate() {
                    out.push_str("<input class=\"form-control value\" autocomplete=\"off\" maxlength=\"500\"");
                    html::attribute(out, "name", &format!("{id}.value"));
                    html::attribute(out, "id", &format!("{id}.value.{place}"));
                    let number = (place + 1).to_string();
                    html::attribute(out, "aria-label", &self.reader.speech.with("builder-value-number", &[("number", &number)]));
                    html::attribute(out, "value", value);
                    if self.focus == format!("{id}.value") && value.is_empty() {
                        out.push_str(" autofocus");
                    }
                    out.push('>');
                }
                self.button(out, &format!("value:{id}"), "add", self.say("builder-add-value"), true);
                out.push_str("</span>");
            }
        }
    }

    fn boxes(&self, out: &mut String, entry: &Entry, id: &str, options: &[(&str, &str)]) {
        let unknown =
            entry.values.iter().filter(|value| !options.iter().any(|(key, _)| key == value)).map(|value| (value.as_str(), value.as_str()));
        out.push_str("<span class=\"values boxes\" role=\"group\"");
        html::attribute(out, "aria-label", self.say("builder-value"));
        out.push('>');
        let mut all: Vec<(&str, &str)> = options.iter().copied().chain(unknown).collect();
        // Chosen in an order of their own, they keep it.
        let place = |key: &str| entry.values.iter().position(|value| value == key);
        if !all.iter().filter_map(|(key, _)| place(key)).is_sorted() {
            all.sort_by_key(|(key, _)| place(key).unwrap_or(usize::MAX));
        }
        for (key, label) in all {
            self.tick(out, id, key, label, entry.values.iter().any(|value| value == key));
        }
        out.push_str("</span>");
    }

    fn tick(&self, out: &mut String, id: &str, key: &str, label: &str, on: bool) {
        out.push_str("<label class=\"form-check\"><input class=\"form-check-input\" type=\"checkbox\"");
        html::attribute(out, "name", &format!("{id}.value"));
        html::attribute(out, "value", key);
        if on {
            out.push_str(" checked");
        }
        out.push_str("><span>");
        html::text(out, label);
        out.push_str("</span></label>");
    }

    /// Records: whoever asks, those that were chosen, and a picker for one more.
    fn records(&self, out: &mut String, entry: &Entry, id: &str, field: &Field, one: bool) {
        let face = Face::new(field, &self.reader.speech);
        out.push_str("<span class=\"values boxes\" role=\"group\"");
        html::attribute(out, "aria-label", self.say("builder-value"));
        out.push('>');
        if matches!(field.kind, Kind::Link("user")) || entry.values.iter().any(|value| value == ME) {
            self.tick(out, id, ME, self.say("filter-me"), entry.values.iter().any(|value| value == ME));
        }
        let chosen: Vec<(&str, String)> = entry
            .values
            .iter()
            .filter(|value| *value != ME)
            .map(|value| {
                (value.as_str(), value.parse().map_or_else(|_| value.clone(), |link| face.plain(&kernel::Value::Link(link), self.sight)))
            })
            .collect();
        // The one that is chosen stands in the picker itself.
        let within = if one && chosen.len() == 1 { chosen.first().cloned() } else { None };
        if within.is_none() {
            for (key, label) in &chosen {
                self.tick(out, id, key, label, true);
            }
        }
        if matches!(field.kind, Kind::Link(target) if self.reader.model.entity(target).is_some()) {
            let written = entry.picked.as_ref().map(|(_, written)| written.as_str()).unwrap_or_default();
            let (key, text) = within.map_or(("", written.to_owned()), |(key, label)| (key, label));
            let name = format!("{id}.value");
            let entered = |asked: &str| if asked.ends_with(".text") { vec![text.as_str()] } else { vec![key] };
            let wrong = self.problems.iter().any(|problem| problem.field == id);
            let described = format!("{id}-error");
            let control = Control { name: &name, entered: &entered, described: &described, wrong, aria: Some(&face.label) };
            face.control(&control, self.sight, out);
        } else if let Some((key, label)) = within {
            self.tick(out, id, key, &label, true);
        }
        out.push_str("</span>");
    }
}

/// Adds what was entered for a field that is not there, in case that it comes back: with another kind of record, and back to this one.
fn kept(out: &mut String, row: &Row, id: &str) {
    let mut keep = |name: &str, value: &str| {
        if !value.is_empty() {
            html::hidden(out, &format!("{id}.{name}"), value);
        }
    };
    keep("operator", &row.operator);
    for (place, entry) in [("", &row.first), ("2", &row.second)] {
        entry.values.iter().for_each(|value| keep(&format!("value{place}"), value));
        for (name, value) in [("when", &entry.when), ("count", &entry.count), ("unit", &entry.unit)] {
            keep(&format!("{name}{place}"), value);
        }
    }
}

/// Adds what is wrong with a row.
pub(super) fn wrong(out: &mut String, reader: &Reader, id: &str, problems: &Problems) {
    for problem in problems.iter().filter(|problem| problem.field == id) {
        out.push_str("<p class=\"error\">");
        out.push_str(assets::icon("error"));
        html::text(out, &reader.speech.sentence(&problem.say));
        out.push_str("</p>");
    }
}

/// The identities of all groups and rows, for what is said beside each of them.
pub(super) fn identities(group: &Group, id: &str, all: &mut Vec<String>) {
    all.push(id.to_owned());
    for (place, node) in group.nodes.iter().enumerate() {
        let mut child = String::new();
        let _ = write!(child, "{id}-{place}");
        match node {
            Node::Group(group) => identities(group, &child, all),
            Node::Row(row) => {
                all.push(child.clone());
                if row.field.starts_with(CHILDREN) {
                    identities(&row.within, &format!("{child}-in"), all);
                }
            }
        }
    }
}
