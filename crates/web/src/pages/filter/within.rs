//! A filter as a field of a form: its builder stands among the other fields, under the name of its own. It is written in rows,
//! or as text by whoever wants to; what rows can't show is a text from the start, and neither way loses anything.

use super::entered::{Context, Group, Join, Node, Row, Understood, settle};
use super::write::{Builder, Place};
use super::{Counting, beside_rows, focus_of, picked, said, text_of, titles};
use crate::fields::Sight;
use crate::form::Fields;
use crate::pages::html;
use crate::pages::reader::Reader;
use kernel::{Error, Id, Problem, Problems, Result, Say};
use meta::field::Selects;
use meta::filter::parse::parse;
use meta::{Entity, Field, Filter, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// The way it is written, in a form: `rows` or `text`.
const WAY: &str = "as";

/// A filter as it stands in a form.
pub(crate) struct Within {
    field: Field,
    selects: Selects,
    /// Of which records; none as long as nobody said it.
    entity: Option<Arc<Entity>>,
    /// Whether it is written as text.
    texted: bool,
    text: String,
    root: Group,
    understood: Understood,
    /// What is wrong, by the name of a row, or of the field itself.
    problems: Problems,
    titles: HashMap<Id, String>,
    /// The control that takes the focus.
    focus: String,
    /// Whether what it selects is counted at once.
    counts: bool,
    /// Everything that was sent of it, as long as it can't be read.
    kept: Vec<(String, String)>,
    /// What it selects, as markup.
    said: String,
}

impl Within {
    /// The filter that a field of a form holds, after a step of building where one was taken; none of a field that is no filter.
    /// `finishes` holds what is incomplete against it.
    pub(crate) async fn of(
        reader: &Reader,
        field: &Field,
        fields: &Fields,
        record: Option<&Record>,
        step: &str,
        finishes: bool,
    ) -> Result<Option<Within>> {
        let Some(selects) = field.selects else { return Ok(None) };
        let of = fields.get(selects.of).or_else(|| record.map(|record| record.named(selects.of).text())).unwrap_or_default();
        let mut within = Within {
            field: *field,
            selects,
            entity: reader.model.entity(of).filter(|entity| entity.can.public).cloned(),
            texted: false,
            text: fields.get(field.key).unwrap_or_default().to_owned(),
            root: Group::default(),
            understood: Understood::default(),
            problems: Vec::new(),
            titles: HashMap::new(),
            focus: String::new(),
            counts: false,
            kept: Vec::new(),
            said: String::new(),
        };
        let step = step.split_once(':').filter(|(_, id)| id.split('-').next() == Some(field.key)).map_or("", |_| step);
        match within.entity.clone() {
            None => within.kept = fields.0.iter().filter(|(name, _)| belongs(field, name)).cloned().collect(),
            Some(entity) => within.read(reader, &entity, fields, step, finishes).await?,
        }
        Ok(Some(within))
    }

    async fn read(&mut self, reader: &Reader, entity: &Entity, fields: &Fields, step: &str, finishes: bool) -> Result<()> {
        let key = self.field.key;
        let what = step.split_once(':').map_or("", |(what, _)| what);
        let way = fields.get(&format!("{key}.{WAY}"));
        let context = Context { model: &reader.model, reading: &reader.reading };
        // Where nothing was written yet, a condition may be added.
        if way == Some("rows") || way.is_none() && self.text.trim().is_empty() {
            self.root = Group::sent(fields, key);
            settle(&mut self.root, &reader.model, entity);
            self.focus = focus_of(step, &mut self.root);
            if self.focus.is_empty() && self.of_this(&reader.source) {
                self.focus.clone_from(&reader.source);
            }
            if what == "remove" && self.root.nodes == [Node::Row(Box::new(Row::blank()))] {
                self.root = Group::default();
                self.focus = format!("row:{key}");
            }
            settle(&mut self.root, &reader.model, entity);
            self.problems = picked(reader, entity, &mut self.root, key).await?;
        } else {
            self.texted = way == Some("text") && what != "rows";
            match rows(&self.text, entity, context) {
                Ok(root) if !self.texted => self.root = root,
                Err(problem) if !self.texted || !self.text.trim().is_empty() => {
                    self.texted = true;
                    // What only a text can say is right as long as nobody asks for rows.
                    if problem.key != ONLY_TEXT || what == "rows" {
                        self.problems.push(Problem { field: key.to_owned(), say: problem });
                    }
                }
                _ => {}
            }
            if what == "rows" {
                self.focus = if self.texted { format!("{key}-text") } else { format!("row:{key}") };
            }
        }
        self.counts = what == "count" || reader.fragment && self.is_said(reader);
        if self.texted {
            self.understood.filter = parse(&self.text, &reader.model, entity).ok();
        } else {
            self.understood = self.root.understood(key, entity, context);
            self.problems.append(&mut self.understood.problems);
        }
        let beyond = |filter: &Filter| self.selects.alone && !filter.is_of_record();
        if self.problems.is_empty() && self.understood.filter.as_ref().is_some_and(beyond) {
            self.problems.push(Problem { field: key.to_owned(), say: Say::new("error-condition-beyond") });
        }
        if finishes || what == "text" {
            let missing = self.understood.unfinished.iter().map(|id| Problem { field: id.clone(), say: Say::new("builder-missing") });
            self.problems.extend(missing);
        }
        if what == "text" && self.problems.is_empty() {
            self.text = text_of(&self.filter(), reader, entity);
            self.texted = true;
            self.focus = format!("{key}-text");
        }
        self.titles = titles(reader, entity, &self.filter()).await?;
        Ok(())
    }

    fn filter(&self) -> Filter {
        self.understood.filter.clone().unwrap_or_else(Filter::everything)
    }

    /// Whether a control of a form is one of its own.
    fn of_this(&self, control: &str) -> bool {
        belongs(&self.field, control)
    }

    /// Whether only what it selects was asked for.
    pub(crate) fn is_said(&self, reader: &Reader) -> bool {
        reader.part.strip_suffix("-said") == Some(self.field.key)
    }

    /// Its text, or what is wrong with it.
    pub(crate) fn written(&self, reader: &Reader) -> std::result::Result<String, Say> {
        let Some(entity) = self.entity.as_ref().filter(|_| !self.texted) else { return Ok(self.text.trim().to_owned()) };
        match self.problems.first() {
            Some(problem) => Err(problem.say.clone()),
            None => Ok(text_of(&self.filter(), reader, entity)),
        }
    }

    /// Whether it says itself what is wrong.
    pub(crate) fn says(&self, say: &Say) -> bool {
        self.problems.iter().any(|problem| problem.say == *say)
    }

    /// Says what it selects, for [`Within::write`].
    pub(crate) async fn reckon(&mut self, reader: &Reader) -> Result<()> {
        let Some(entity) = &self.entity else { return Ok(()) };
        let filter = self.filter();
        let sight = self.sight(reader);
        let nothing = filter.is_everything() && self.problems.is_empty() && self.understood.unfinished.is_empty();
        let none = format!("none-{}-{}", self.field.entity, self.field.key);
        self.said = match reader.speech.known(&none) {
            Some(none) if nothing && (!self.texted || self.text.trim().is_empty()) => {
                let mut out = String::new();
                html::element(&mut out, "p", none);
                out
            }
            _ => {
                let counting = match self.counts {
                    _ if self.selects.alone => Counting::Never,
                    true => Counting::Now,
                    false => Counting::Later(String::new()),
                };
                let unfinished = !self.understood.unfinished.is_empty();
                said(reader, entity, &filter, &sight, !self.problems.is_empty(), unfinished, counting).await?
            }
        };
        Ok(())
    }

    fn sight<'s>(&'s self, reader: &'s Reader) -> Sight<'s> {
        Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &self.titles }
    }

    /// What it selects alone, with what is wrong beside each row.
    pub(crate) fn beside(&self, reader: &Reader) -> String {
        let mut out = self.said.clone();
        if self.texted {
            super::write::wrong(&mut out, reader, self.field.key, &self.problems);
        } else {
            beside_rows(&mut out, reader, &self.root, self.field.key, &self.problems);
        }
        out
    }

    /// Adds the builder; its steps go to this address.
    pub(crate) fn write(&self, out: &mut String, reader: &Reader, action: &str) {
        let (key, speech) = (self.field.key, &reader.speech);
        let target = format!("{key}-filter");
        let place = Place { root: key, action: action.to_owned(), target: &target, sync: &target, within: true, alone: self.selects.alone };
        out.push_str("<div class=\"filter-field\"");
        html::attribute(out, "id", &target);
        html::attribute(out, "data-of", self.entity.as_ref().map_or("", |entity| entity.key));
        out.push('>');
        match &self.entity {
            None => {
                self.kept.iter().for_each(|(name, value)| html::hidden(out, name, value));
                html::element(out, "p", speech.say("builder-of-what"));
            }
            Some(_) if self.texted => {
                html::hidden(out, &format!("{key}.{WAY}"), "text");
                self.textarea(out, reader);
            }
            Some(entity) => {
                html::hidden(out, &format!("{key}.{WAY}"), "rows");
                let sight = self.sight(reader);
                let builder = Builder { reader, entity, sight: &sight, problems: &self.problems, focus: &self.focus, place };
                out.push_str(&builder.write(&self.root));
                return self.foot(out, reader, &builder.place);
            }
        }
        self.foot(out, reader, &place);
    }

    fn textarea(&self, out: &mut String, reader: &Reader) {
        let id = format!("{}-text", self.field.key);
        out.push_str("<textarea class=\"form-control condition-text\" rows=\"2\" spellcheck=\"false\"");
        for (name, value) in [("id", id.as_str()), ("name", self.field.key), ("aria-label", reader.speech.say("filter-expert"))] {
            html::attribute(out, name, value);
        }
        html::attribute(out, "aria-describedby", &format!("{}-said", self.field.key));
        if !self.problems.is_empty() {
            out.push_str(" aria-invalid=\"true\"");
        }
        if self.focus == id {
            out.push_str(" autofocus");
        }
        out.push_str(">\n");
        html::text(out, &self.text);
        out.push_str("</textarea>");
    }

    /// What it selects, said again whenever something was entered; the other way to write it. Without modules it is said, and shown
    /// anew, when somebody asks for it.
    fn foot(&self, out: &mut String, reader: &Reader, place: &Place<'_>) {
        let key = self.field.key;
        let entered = format!("input from:#{key}-filter delay:400ms, change from:#{key}-filter delay:400ms");
        let waits = self.counts || self.selects.alone || !self.problems.is_empty();
        if self.entity.is_some() {
            out.push_str("<div hx-swap=\"innerHTML\" hx-sync=\"this:replace\"");
            html::attribute(out, "hx-post", &place.action);
            html::attribute(out, "hx-trigger", &if waits { entered } else { format!("load, {entered}") });
            html::attribute(out, "hx-target", &format!("#{key}-said"));
            out.push_str("><div class=\"builder-said\" role=\"status\"");
            html::attribute(out, "id", &format!("{key}-said"));
            out.push('>');
            out.push_str(&self.said);
            if self.texted {
                super::write::wrong(out, reader, key, &self.problems);
            }
            out.push_str("</div></div>");
        }
        out.push_str("<div class=\"filter-field-acts\">");
        let mut act = |step: &str, word: &str| {
            place.step(out, &format!("{step}:{key}"), "", "btn btn-quiet btn-sm");
            out.push('>');
            html::text(out, reader.speech.say(word));
            out.push_str("</button>");
        };
        match self.entity {
            Some(_) if self.texted => act("rows", "builder-as-rows"),
            Some(_) => act("text", "builder-as-text"),
            None => {}
        }
        out.push_str("<noscript>");
        let word = if self.selects.alone { "builder-renew" } else { "builder-refresh" };
        place.step(out, &format!("count:{key}"), "", "btn btn-quiet btn-sm");
        out.push('>');
        html::text(out, reader.speech.say(word));
        out.push_str("</button></noscript></div></div>");
    }
}

/// What a text says that no row can.
const ONLY_TEXT: &str = "builder-only-text";

/// The rows that show a text; nothing is asked where it is empty. What holds of everything is not the same as no condition.
fn rows(text: &str, entity: &Entity, context: Context<'_>) -> std::result::Result<Group, Say> {
    if text.trim().is_empty() {
        return Ok(Group::default());
    }
    let filter = parse(text, context.model, entity).map_err(|error| match error {
        Error::Invalid(problems) => problems.into_iter().next().map_or(Say::new(ONLY_TEXT), |problem| problem.say),
        _ => Say::new(ONLY_TEXT),
    })?;
    let root = Group::of(&filter, entity, context);
    if root == (Group { join: Join::All, nodes: Vec::new() }) { Err(Say::new(ONLY_TEXT)) } else { Ok(root) }
}

/// Whether a control belongs to a field that is a filter: its text, its rows, the way it is written.
pub(crate) fn belongs(field: &Field, name: &str) -> bool {
    field.selects.is_some() && name.strip_prefix(field.key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

/// The filter of a record's field, with its entity, where it reads.
pub(crate) fn held(reader: &Reader, field: &Field, record: &Record) -> Option<(Arc<Entity>, Filter)> {
    let entity = reader.model.entity(record.named(field.selects?.of).text())?;
    let text = record.value(field.id).text();
    let filter = if text.trim().is_empty() { return None } else { parse(text, &reader.model, entity).ok()? };
    Some((entity.clone(), filter))
}
