//! The right column of a card: the box that writes something new on it, what is kept on top, and what happened to it, the
//! newest first, day by day; older ones are fetched when they are asked for.

mod changed;
mod composer;
mod happening;
mod writing;

pub(crate) use changed::{lines as history_lines, value as history_value};
pub(super) use changed::{linked, undoing, worded_change};
pub(super) use composer::{Boxes, Editing};
pub(super) use happening::Shown;
pub(super) use writing::routes;

use super::made;
use crate::form::Fields;
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::merging::MERGE;
use engine::principal::Verb;
use engine::{Asked, Happening, Place, Stretch, Timeline};
use kernel::{Date, Error, Id, Result, Value};
use meta::filter::Filter;
use meta::{Entity, Field, Kind, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// Entries at first, and as many more with each step back.
const STEP: usize = 30;
/// Entries when what is shown is fetched again.
const AGAIN: usize = 200;
/// Most records kept on top.
const MOST_PINNED: usize = 20;

/// A timeline as its reader asked for it.
pub(super) struct Board<'b> {
    pub(super) reader: &'b Reader,
    pub(super) entity: &'b Entity,
    pub(super) card: &'b Record,
    /// Whether the card is not in the trash.
    pub(super) living: bool,
    /// The kinds of what happens on it that the reader may see, and the links that lead here.
    pub(super) kinds: Vec<(Arc<Entity>, Vec<Field>)>,
    /// The question of the list that led here.
    pub(super) list: &'b str,
    /// What the address of the card says, and of it what it says of the lists on the card.
    pub(super) asked: &'b [(String, String)],
    pub(super) related: Vec<(String, String)>,
    /// Which of them are shown: a plural, `changes`, or nothing for all.
    chosen: String,
    /// Where it begins and ends, as the address says it.
    from: Option<Place>,
    until: Option<Place>,
}

/// What of one kind is kept on top, and the names its links lead to.
struct Pinned {
    kind: Arc<Entity>,
    records: Vec<Record>,
    names: HashMap<Id, String>,
}

/// What is asked for as no kind of record: changes of the card's own fields.
const CHANGES: &str = "changes";

impl<'b> Board<'b> {
    /// As an address asks for it. What is no kind here is all of them.
    pub(super) fn asked(reader: &'b Reader, entity: &'b Entity, card: &'b Record, asked: &'b Fields) -> Result<Board<'b>> {
        let kinds: Vec<(Arc<Entity>, Vec<Field>)> = reader
            .model
            .happening_on(entity.key)
            .into_iter()
            .filter(|(kind, _)| reader.who.may(Verb::See, kind))
            .map(|(kind, links)| (kind.clone(), links.into_iter().copied().collect()))
            .collect();
        let chosen = asked.get("timeline").unwrap_or_default();
        let known = chosen == CHANGES || kinds.iter().any(|(kind, _)| kind.plural == chosen);
        let place = |name: &str| asked.get(name).map(str::parse::<Place>).transpose();
        Ok(Board {
            living: card.removed_at().is_none(),
            list: asked.get("list").unwrap_or_default(),
            related: super::related::asked(entity, &asked.0),
            asked: &asked.0,
            chosen: if known { chosen.to_owned() } else { String::new() },
            from: place("from")?,
            until: place("until")?,
            kinds,
            card,
            entity,
            reader,
        })
    }

    /// Whether files are attached to what a box of a kind writes: there are documents of this card, and the reader may add some.
    pub(super) fn attaches(&self, kind: &Entity) -> bool {
        let filing = self.reader.model.filing_on(self.entity.key).map(|(filing, _)| filing);
        let under = filing.and_then(|filing| filing.field(filing.happens.as_ref()?.under?));
        under.is_some_and(|under| under.kind == Kind::Link(kind.key))
            && filing.is_some_and(|filing| self.reader.who.may(Verb::Create, filing))
    }

    /// The files that were written with these records.
    async fn attached(&self, records: impl Iterator<Item = &Record>) -> Result<HashMap<Id, Vec<Record>>> {
        let mut attached = HashMap::new();
        let mut by_kind: HashMap<&str, Vec<Id>> = HashMap::new();
        for record in records {
            by_kind.entry(record.entity()).or_default().push(record.id);
        }
        for (kind, _) in &self.kinds {
            if let Some(ids) = by_kind.get(kind.key) {
                attached.extend(super::files::attached::of(self.reader, kind, ids).await?);
            }
        }
        Ok(attached)
    }

    /// Whether a record stands on this card.
    pub(super) fn holds(&self, kind: &Entity, record: &Record) -> bool {
        let links = self.kinds.iter().filter(|(known, _)| known.key == kind.key).flat_map(|(_, links)| links);
        links.into_iter().any(|link| record.value(link.id).link() == Some(self.card.id))
    }

    /// The address of the card with what is shown now, and more.
    pub(super) fn address(&self, more: &[(&str, &str)]) -> String {
        let mut question = String::new();
        if !self.list.is_empty() {
            html::pair(&mut question, "list", self.list);
        }
        if !self.chosen.is_empty() {
            html::pair(&mut question, "timeline", &self.chosen);
        }
        if let Some(from) = self.from.filter(|_| more.iter().all(|(name, _)| *name != "from")) {
            html::pair(&mut question, "from", &from.to_string());
        }
        let related = self.related.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in related.chain(more.iter().copied()) {
            html::pair(&mut question, name, value);
        }
        let mark = if question.is_empty() { "" } else { "?" };
        format!("/{}/{}{mark}{question}", self.entity.plural, self.card.id)
    }

    /// What the address says besides what begins with this, as pairs of a question.
    pub(super) fn question_without(&self, prefix: &str) -> String {
        let mut question = String::new();
        let chosen = [("list", self.list), ("timeline", self.chosen.as_str())].into_iter().filter(|(_, value)| !value.is_empty());
        let related = self.related.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in chosen.chain(related.filter(|(name, _)| !name.starts_with(prefix))) {
            html::pair(&mut question, name, value);
        }
        question
    }

    /// The address of something done to a kind of record on this card.
    pub(super) fn act(&self, kind: &Entity, record: Option<Id>, what: &str) -> String {
        let record = record.map(|id| format!("/{id}")).unwrap_or_default();
        let shown = self.address(&[]);
        let question = shown.split_once('?').map(|(_, question)| format!("?{question}")).unwrap_or_default();
        format!("/{}/{}/timeline/{}{record}{what}{question}", self.entity.plural, self.card.id, kind.plural)
    }

    /// Begins a form of one click; what it brings back takes the place of an element.
    pub(super) fn begin_form(&self, out: &mut String, action: &str, place: &str) {
        out.push_str("<form class=\"plain\" method=\"post\"");
        for (name, value) in [("action", action), ("hx-post", action), ("hx-target", &*format!("#{place}")), ("hx-swap", "outerHTML")] {
            html::attribute(out, name, value);
        }
        out.push_str("><input type=\"hidden\" name=\"csrf\"");
        html::attribute(out, "value", &self.reader.csrf);
        out.push('>');
    }

    async fn read(&self) -> Result<Timeline> {
        let shown = |plural: &str| self.chosen.is_empty() || self.chosen == plural;
        let stretch = Stretch {
            kinds: self.kinds.iter().filter(|(kind, _)| shown(kind.plural)).map(|(kind, _)| kind.key).collect(),
            changes: shown(CHANGES),
            from: self.from,
            until: self.until,
            limit: if self.until.is_some() { AGAIN } else { STEP },
        };
        self.reader.web.engine().timeline(&self.reader.who, self.entity, self.card.id, stretch).await
    }

    /// What is kept on top, the newest first.
    async fn pinned(&self) -> Result<Vec<Pinned>> {
        let mut all = Vec::new();
        for (kind, links) in &self.kinds {
            let Some(composed) = kind.happens.as_ref().and_then(|happens| happens.composed) else { continue };
            if !self.living || !self.chosen.is_empty() && self.chosen != kind.plural {
                continue;
            }
            let mut pinned = Pinned { kind: kind.clone(), records: Vec::new(), names: HashMap::new() };
            // Each link has an index of its own; asked for both at once, a database would rather walk through all there are.
            for link in links {
                let here = [Filter::is(link.key, Value::Link(self.card.id)), Filter::is(composed.pinned, true)];
                let asked = Asked {
                    fields: kind.carried.fields.iter().filter(|field| !field.secret).map(|field| field.key).collect(),
                    limit: MOST_PINNED,
                    ..Asked::new(kind.clone()).filtered(Filter::All(here.into()))
                };
                let listed = self.reader.web.engine().list(&self.reader.who, asked).await?;
                let known: Vec<Id> = pinned.records.iter().map(|record| record.id).collect();
                pinned.records.extend(listed.records.into_iter().filter(|record| !known.contains(&record.id)));
                pinned.names.extend(listed.titles);
            }
            let at = kind.happens.as_ref().map_or("", |happens| happens.at);
            pinned.records.sort_by_key(|record| std::cmp::Reverse((record.named(at).moment(), record.id)));
            pinned.records.truncate(MOST_PINNED);
            all.push(pinned);
        }
        Ok(all)
    }

    /// The whole column.
    pub(super) async fn column(&self, boxes: &Boxes, titles: &HashMap<Id, String>) -> Result<String> {
        let mut out = String::with_capacity(16 * 1024);
        out.push_str("<div class=\"record-main\" id=\"card-timeline\">");
        if self.living {
            let written = self.kinds.iter().filter(|(kind, _)| self.reader.who.may(Verb::Create, kind));
            for (place, (kind, _)) in written.enumerate() {
                composer::write(&mut out, self, kind, boxes, place == 0);
            }
        }
        out.push_str(&self.all(boxes).await?);
        out.push_str("<p class=\"section hint\">");
        html::text(&mut out, &made(self.reader, self.card, titles));
        out.push_str("</p></div>");
        Ok(out)
    }

    /// What happened: the newest, and the way to older ones.
    pub(super) async fn all(&self, boxes: &Boxes) -> Result<String> {
        let mut out = String::with_capacity(16 * 1024);
        out.push_str("<div id=\"timeline-all\">");
        if self.entity.can.tracked || !self.kinds.is_empty() {
            let timeline = self.read().await?;
            self.newest(&mut out, &timeline, boxes).await?;
            self.older(&mut out, &timeline);
        }
        out.push_str("</div>");
        Ok(out)
    }

    /// The newest alone: what is fetched again when something happened.
    pub(super) async fn again(&self) -> Result<String> {
        let mut out = String::with_capacity(16 * 1024);
        let timeline = self.read().await?;
        self.newest(&mut out, &timeline, &Boxes::default()).await?;
        Ok(out)
    }

    /// Older ones alone, and the way to still older ones.
    pub(super) async fn further(&self) -> Result<String> {
        let mut out = String::with_capacity(16 * 1024);
        let (timeline, pinned) = (self.read().await?, self.pinned().await?);
        self.entries(&mut out, &timeline, &on_top(&pinned), &Boxes::default()).await?;
        self.older(&mut out, &timeline);
        Ok(out)
    }

    /// One record alone; nothing where none with this identity stands here.
    pub(super) async fn one(&self, id: Id, shown: Shown<'_>) -> Result<String> {
        let mut out = String::new();
        for (kind, _) in &self.kinds {
            match self.reader.web.engine().show(&self.reader.who, kind, id).await {
                Ok((record, names)) if self.holds(kind, &record) => {
                    let attached = self.attached(std::iter::once(&record)).await?;
                    happening::write(&mut out, self, kind, &record, &names, &attached, shown);
                }
                Ok(_) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(out)
    }

    async fn newest(&self, out: &mut String, timeline: &Timeline, boxes: &Boxes) -> Result<()> {
        let speech = &self.reader.speech;
        out.push_str("<section id=\"timeline\" aria-labelledby=\"history\"");
        html::attribute(out, "data-live", &format!("{}/{}", self.entity.key, self.card.id));
        // Fetched again it ends where it ends now, so that older ones follow without a gap.
        let until = self.until.or(timeline.next);
        let until = until.map(|until| until.to_string());
        let more: Vec<(&str, &str)> = until.iter().map(|until| ("until", until.as_str())).collect();
        html::attribute(out, "data-live-url", &self.address(&more));
        out.push_str("><div class=\"timeline-head\"><h2 id=\"history\">");
        html::text(out, speech.say("card-history"));
        out.push_str("</h2>");
        self.tabs(out);
        out.push_str("</div>");
        if self.from.is_some() {
            out.push_str("<p class=\"section\"><a class=\"btn btn-sm\"");
            html::attribute(
                out,
                "href",
                &Board { from: None, kinds: Vec::new(), chosen: self.chosen.clone(), related: self.related.clone(), ..*self }.address(&[]),
            );
            out.push('>');
            html::text(out, speech.say("card-history-newest"));
            out.push_str("</a></p>");
        }
        let pinned = if self.from.is_some() { Vec::new() } else { self.pinned().await? };
        let top = on_top(&pinned);
        // What is under edit is shown, however old it is.
        let here = |id: Id| timeline.happenings.iter().any(|one| matches!(one, Happening::Record { record, .. } if record.id == id));
        let elsewhere = match boxes.editing.as_ref().filter(|editing| !top.contains(&editing.id) && !here(editing.id)) {
            Some(editing) => self.one(editing.id, Shown::Edited(editing)).await?,
            None => String::new(),
        };
        if !top.is_empty() || !elsewhere.is_empty() {
            out.push_str("<ol class=\"history pinned\"");
            html::attribute(out, "aria-label", speech.say("card-history-pinned"));
            out.push('>');
            out.push_str(&elsewhere);
            let attached = self.attached(pinned.iter().flat_map(|pinned| &pinned.records)).await?;
            for Pinned { kind, records, names } in &pinned {
                for record in records {
                    happening::write(out, self, kind, record, names, &attached, shown_as(boxes, record.id));
                }
            }
            out.push_str("</ol>");
        }
        self.entries(out, timeline, &top, boxes).await?;
        if timeline.happenings.is_empty() && top.is_empty() {
            out.push_str("<p class=\"section faint\">");
            html::text(out, speech.say("card-none"));
            out.push_str("</p>");
        }
        out.push_str("</section>");
        Ok(())
    }

    fn tabs(&self, out: &mut String) {
        if self.kinds.is_empty() {
            return;
        }
        let speech = &self.reader.speech;
        let mut tabs = vec![(String::new(), speech.say("card-history-all").to_owned())];
        tabs.extend(self.kinds.iter().map(|(kind, _)| (kind.plural.to_owned(), speech.entity(kind.key, "many"))));
        tabs.push((CHANGES.to_owned(), speech.say("card-history-changes").to_owned()));
        out.push_str("<nav class=\"tabs\"");
        html::attribute(out, "aria-label", speech.say("card-history-show"));
        out.push('>');
        for (chosen, label) in tabs {
            let current = chosen == self.chosen;
            let address = Board { chosen, from: None, kinds: Vec::new(), related: self.related.clone(), ..*self }.address(&[]);
            out.push_str("<a");
            html::attribute(out, "href", &address);
            html::attribute(out, "hx-get", &address);
            out.push_str(" hx-target=\"#timeline-all\" hx-swap=\"outerHTML\" hx-push-url=\"true\"");
            out.push_str(if current { " aria-current=\"true\">" } else { ">" });
            html::text(out, &label);
            out.push_str("</a>");
        }
        out.push_str("</nav>");
    }

    async fn entries(&self, out: &mut String, timeline: &Timeline, top: &[Id], boxes: &Boxes) -> Result<()> {
        let linked = changed::linked(self.reader, self.entity, timeline.happenings.iter().filter_map(happened)).await?;
        let records = timeline.happenings.iter().filter_map(|one| match one {
            Happening::Record { record, .. } => Some(record),
            Happening::Change(_) => None,
        });
        let attached = self.attached(records).await?;
        let merges = timeline.happenings.iter().filter_map(|one| match one {
            Happening::Change(entry) if entry.why == MERGE => Some(entry.changeset),
            _ => None,
        });
        let merges: Vec<Id> = merges.collect();
        let told = self.reader.web.engine().merges_told(&self.reader.who, self.entity, &merges).await?;
        let today = self.reader.web.engine().today();
        let mut last = None;
        out.push_str("<ol class=\"history\">");
        for happening in &timeline.happenings {
            if matches!(happening, Happening::Record { record, .. } if top.contains(&record.id)) {
                continue;
            }
            let day = happening.at().date(&self.reader.reading.zone);
            if last != Some(day) {
                out.push_str("<li class=\"history-day\">");
                html::text(out, &named_day(day, today, self.reader));
                out.push_str("</li>");
                last = Some(day);
            }
            match happening {
                Happening::Record { record, .. } => {
                    let Some((kind, _)) = self.kinds.iter().find(|(kind, _)| kind.key == record.entity()) else { continue };
                    happening::write(out, self, kind, record, &timeline.names, &attached, shown_as(boxes, record.id));
                }
                Happening::Change(entry) => {
                    let told = told.iter().find(|told| told.merge == entry.changeset);
                    changed::write(out, self, entry, &timeline.names, &linked, told);
                }
            }
        }
        out.push_str("</ol>");
        Ok(())
    }

    fn older(&self, out: &mut String, timeline: &Timeline) {
        out.push_str("<div id=\"timeline-older\">");
        if let Some(next) = timeline.next.filter(|_| self.until.is_none()) {
            let address = self.address(&[("from", &next.to_string())]);
            out.push_str("<p class=\"section\"><a class=\"btn btn-sm\" hx-target=\"#timeline-older\" hx-swap=\"outerHTML\"");
            html::attribute(out, "href", &address);
            html::attribute(out, "hx-get", &address);
            out.push('>');
            html::text(out, self.reader.speech.say("card-history-older"));
            out.push_str("</a></p>");
        }
        out.push_str("</div>");
    }
}

fn on_top(pinned: &[Pinned]) -> Vec<Id> {
    pinned.iter().flat_map(|pinned| &pinned.records).map(|record| record.id).collect()
}

fn shown_as(boxes: &Boxes, id: Id) -> Shown<'_> {
    match &boxes.editing {
        Some(editing) if editing.id == id => Shown::Edited(editing),
        _ => Shown::Plain,
    }
}

fn happened(one: &Happening) -> Option<&engine::Entry> {
    match one {
        Happening::Change(entry) => Some(entry),
        Happening::Record { .. } => None,
    }
}

fn named_day(day: Date, today: Date, reader: &Reader) -> String {
    match today.days() - day.days() {
        0 => reader.speech.say("day-today").to_owned(),
        1 => reader.speech.say("day-yesterday").to_owned(),
        _ => Kind::Date.behaviour().show(&Value::Date(day), &reader.reading),
    }
}

/// The time of day, in the company's zone.
pub(crate) fn clock(at: kernel::Moment, reader: &Reader) -> String {
    let time = at.in_zone(&reader.reading.zone);
    format!("{:02}:{:02}", time.hour(), time.minute())
}
