//! What belongs to a record: the lists of its children, and of the records it reaches through a link entity, with what the links
//! say. Each is the list of its entity, narrowed to this record: its table, its first rows, and the way to all of them.
//!
//! What a list shows is said by the address of the card, under the name of the relation: `contacts.sort=-full_name`.

use super::timeline::Board;
use crate::pages::html;
use crate::pages::list::address::{ListAddress, MOST_COLUMNS};
use crate::pages::list::columns::{self, Choice};
use crate::pages::list::count::MOST as MOST_COUNTED;
use crate::pages::list::places::{Bond, PLACE, Places, action};
use crate::pages::list::rows::{self, Column, Rows, Shown};
use crate::pages::list::{Heads, Stand, grouped, prefix};
use crate::pages::reader::Reader;
use engine::principal::Verb;
use engine::{Asked, Counted, Listed, Sorting};
use http::HeaderMap;
use kernel::{Id, Result, Value};
use meta::filter::Filter;
use meta::filter::print::print;
use meta::{Entity, Field, Kind, Record, Relation};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows on a card; the list shows them all.
const ROWS: usize = 8;
/// The same of what the program keeps by itself, which has no list elsewhere.
const KEPT: usize = 50;

/// As many that are bound to a record are put in the order of their list; of more, which a click on a head sorts, the newest are shown.
const MOST_BOUND: usize = 1_000;

/// The name by which the question of a row says on which card it stands.
const CARD: &str = "card";

/// All relations of a record that its reader may see.
pub(super) async fn write(board: &Board<'_>) -> Result<String> {
    let (reader, entity, record) = (board.reader, board.entity, board.card);
    let mut out = String::with_capacity(8192);
    for relation in shown_here(reader, entity) {
        let Some(child) = reader.model.child(relation) else { continue };
        match child.mutual {
            // What binds two records is shown once, whichever of them this one is.
            Some(mutual) if relation.via == mutual.ends[0] => {
                super::mutual::write(&mut out, reader, entity, relation.key, record, child, mutual).await?;
            }
            Some(_) => {}
            None => {
                if let Some(related) = Related::of(reader, entity, record, relation) {
                    related.section(&mut out, board).await?;
                }
            }
        }
    }
    Ok(out)
}

/// One of them alone, by the identity of its section, or the columns it may have, by that of their menu; none where it is neither.
pub(super) async fn one(board: &Board<'_>, part: &str) -> Result<Option<String>> {
    let menu = part.strip_prefix("columns-").and_then(|part| part.strip_suffix("-items"));
    let Some(key) = menu.or_else(|| part.strip_prefix("card-")) else { return Ok(None) };
    let Some(relation) = shown_here(board.reader, board.entity).find(|relation| relation.key == key) else { return Ok(None) };
    let Some(related) = Related::of(board.reader, board.entity, board.card, relation) else { return Ok(None) };
    let mut out = String::with_capacity(8192);
    match menu {
        Some(_) => out.push_str(&related.menu(&related.stand(board), &related.settled(board.asked, &prefix(key)))),
        None => related.section(&mut out, board).await?,
    }
    Ok(Some(out))
}

/// What the address of a card says of the lists on it: pairs of the names they have there.
pub(super) fn asked(entity: &Entity, asked: &[(String, String)]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for relation in entity.relations.iter().filter(|relation| !relation.owned) {
        let prefix = prefix(relation.key);
        for (name, value) in ListAddress::on_card(asked, &prefix).shape() {
            pairs.push((format!("{prefix}{name}"), value.to_owned()));
        }
    }
    pairs
}

/// The address of the page that a module of ours asked from, saying now what this list shows; none where it says so already.
pub(super) fn now_at(headers: &HeaderMap, part: &str, board: &Board<'_>) -> Option<String> {
    let key = part.strip_prefix("card-")?;
    let page = headers.get("hx-current-url")?.to_str().ok()?;
    let page = page.split('#').next()?;
    let (before, question) = page.split_once('?').unwrap_or((page, ""));
    if !before.ends_with(&format!("/{}/{}", board.entity.plural, board.card.id)) {
        return None;
    }
    let prefix = prefix(key);
    let mut pairs = String::new();
    for (name, value) in form_urlencoded::parse(question.as_bytes()).filter(|(name, _)| !name.starts_with(&prefix)) {
        html::pair(&mut pairs, &name, &value);
    }
    for (name, value) in board.related.iter().filter(|(name, _)| name.starts_with(&prefix)) {
        html::pair(&mut pairs, name, value);
    }
    let mark = if pairs.is_empty() { "" } else { "?" };
    (pairs != question).then(|| format!("/{}/{}{mark}{pairs}", board.entity.plural, board.card.id))
}

/// One row again, where its question says that it stands on a card; empty where it stands there no more.
pub(crate) async fn row(reader: &Reader, changed: &Arc<Entity>, id: Id, question: &str) -> Result<Option<String>> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(question.as_bytes()).into_owned().collect();
    let Some((_, card)) = pairs.iter().find(|(name, _)| name == CARD) else { return Ok(None) };
    let nothing = Ok(Some(String::new()));
    let mut parts = card.split('/');
    let (Some(plural), Some(Ok(parent)), Some(key)) = (parts.next(), parts.next().map(str::parse::<Id>), parts.next()) else {
        return nothing;
    };
    let Some(entity) = reader.model.entities().find(|entity| entity.plural == plural && entity.can.public).cloned() else { return nothing };
    let Ok((record, _)) = reader.web.engine().show(&reader.who, &entity, parent).await else { return nothing };
    let Some(relation) = shown_here(reader, &entity).find(|relation| relation.key == key) else { return nothing };
    let Some(related) = Related::of(reader, &entity, &record, relation) else { return nothing };
    // What binds the two stands in the row of the one it leads to.
    let id = match &related.bond {
        Some(bond) if bond.entity.key == changed.key => {
            let asked = Asked { fields: vec![bond.far], limit: 1, ..Asked::new(bond.entity.clone()).filtered(Filter::id(id)) };
            let listed = reader.web.engine().list(&reader.who, asked).await?;
            match listed.records.first().and_then(|place| place.named(bond.far).link()) {
                Some(id) => id,
                None => return nothing,
            }
        }
        _ if related.rows.key == changed.key => id,
        _ => return nothing,
    };
    let address = related.settled(&pairs, "");
    let page = related.page(&address, Some(id)).await?;
    let mut out = String::with_capacity(1024);
    related.rows(&mut out, &address, &page);
    Ok(Some(out))
}

/// The relations that a card shows as lists, or as what binds two records.
fn shown_here<'e>(reader: &'e Reader, entity: &'e Entity) -> impl Iterator<Item = &'e Relation> {
    entity.relations.iter().filter(move |relation| {
        // What happens stands on the timeline, and the versions of a file beside it.
        let elsewhere = |child: &Entity| child.happens.is_some() || entity.filing.is_some_and(|filing| filing.versions == relation.key);
        let child = reader.model.child(relation);
        !relation.owned && child.is_some_and(|child| !elsewhere(child) && reader.who.may(Verb::See, child))
    })
}

/// The records that belong to another, as a list on its card.
struct Related<'r> {
    reader: &'r Reader,
    entity: &'r Entity,
    record: &'r Record,
    relation: &'r Relation,
    /// Whose records are its rows.
    rows: Arc<Entity>,
    /// What binds them to this record, where they do not link to it themselves, and the relation that leads there from a row.
    bond: Option<Bond>,
    back: &'static str,
}

/// The first rows.
struct Page {
    listed: Listed,
    places: Option<Places>,
    /// Whether there are more than these.
    more: bool,
    /// Whether so many are bound to the record that nobody waits for them to be counted.
    many: bool,
}

impl<'r> Related<'r> {
    fn of(reader: &'r Reader, entity: &'r Entity, record: &'r Record, relation: &'r Relation) -> Option<Related<'r>> {
        let child = reader.model.child(relation).filter(|child| child.mutual.is_none())?;
        let plain = Related { reader, entity, record, relation, rows: child.clone(), bond: None, back: "" };
        let Some(link) = relation.far else { return Some(plain) };
        let far = child.field(link).and_then(|field| reader.model.target(field))?;
        let back = far.relations.iter().find(|other| other.child == child.key && other.via == link);
        match back {
            Some(back) if reader.who.may(Verb::See, far) => {
                let bond = Bond { entity: child.clone(), here: relation.via, far: link };
                Some(Related { rows: far.clone(), bond: Some(bond), back: back.key, ..plain })
            }
            // Nothing leads back from there: the links themselves are the rows.
            None => Some(plain),
            Some(_) => None,
        }
    }

    fn living(&self) -> bool {
        self.record.removed_at().is_none()
    }

    /// Where it stands.
    fn stand(&self, board: &Board<'_>) -> Stand {
        let key = self.relation.key;
        Stand::card(format!("/{}/{}", self.entity.plural, self.record.id), key, board.question_without(&prefix(key)))
    }

    /// Which of the entity's records belong here.
    fn filter(&self) -> Filter {
        let here = Filter::is(self.relation.via, Value::Link(self.record.id));
        if self.bond.is_some() { Filter::Has(self.back, Box::new(here)) } else { here }
    }

    /// What the address says of this list, as far as there is such a thing.
    fn settled(&self, asked: &[(String, String)], prefix: &str) -> ListAddress {
        let mut address = ListAddress::on_card(asked, prefix);
        if address.order(&self.rows).is_err() {
            address.sort.clear();
        }
        if !address.columns.is_empty() {
            let shown = self.shown(&address);
            address.columns = if shown == self.shown(&ListAddress::default()) { String::new() } else { keys(&shown).join(",") };
        }
        address
    }

    /// The columns: those asked for, as far as there are such; otherwise the entity's own, after the name what binds the rows to
    /// this record. A name comes first, which leads to the card.
    fn shown<'s>(&'s self, address: &ListAddress) -> Vec<Shown<'s>> {
        let own = |key: &str| self.rows.field(key).filter(|field| self.offers(field)).map(|field| Shown { field, place: false });
        let mut shown: Vec<Shown<'_>> = Vec::new();
        for (asked, _) in address.asked_columns() {
            let place = self.bond.as_ref().and_then(|bond| bond.column(asked)).map(|field| Shown { field, place: true });
            shown.extend(place.or_else(|| own(asked)).filter(|one| !shown.contains(one)));
        }
        shown.truncate(MOST_COLUMNS);
        if shown.is_empty() {
            shown.extend(self.rows.columns.iter().filter(|key| !self.says_again(key)).filter_map(|key| own(key)));
            let usual = |bond: &'s Bond| bond.columns().filter(|field| bond.entity.columns.contains(&field.key));
            let places = self.bond.iter().flat_map(usual).map(|field| Shown { field, place: true });
            // Of whom one meets here one wants the number: the list itself is wider than a card.
            if let Some(reach) = shown.iter().skip(1).position(|one| one.field.kind == Kind::Phone).filter(|_| self.bond.is_some()) {
                shown[1..=reach + 1].rotate_right(1);
            }
            let name = shown.len().min(1);
            shown.splice(name..name, places);
        }
        match shown.iter().position(|one| !one.place) {
            Some(first) => shown[..=first].rotate_right(1),
            None => shown.splice(0..0, own(self.rows.title)).for_each(drop),
        }
        shown
    }

    /// Whether a field says again what leads here: the company of the contacts on the card of a company.
    fn says_again(&self, key: &str) -> bool {
        let same = |relation: &Relation| relation.child == self.relation.child;
        self.rows.mirrors.iter().any(|mirror| mirror.field == key && self.rows.relation(mirror.relation).is_some_and(same))
    }

    /// Whether a field is a column here: whose the rows are is said by the card.
    fn offers(&self, field: &Field) -> bool {
        let here = self.bond.is_none() && field.key == self.relation.via;
        !field.secret && !here && !matches!(field.kind, Kind::About(_))
    }

    /// The first rows of a list, or one row of it.
    async fn page(&self, address: &ListAddress, only: Option<Id>) -> Result<Page> {
        let engine = self.reader.web.engine();
        let mut fields = rows::asked(&self.rows, &own_of(&self.shown(address)));
        if !fields.contains(&self.rows.title) {
            fields.push(self.rows.title);
        }
        let sort = match address.order(&self.rows).unwrap_or_default() {
            // The newest of what the program keeps.
            own if own.is_empty() && !self.rows.can.public => vec![Sorting { field: "id", descending: true }],
            asked => asked,
        };
        let bound = if only.is_none() { self.bound().await? } else { Counted { number: 1, more: false } };
        let newest = if bound.more && address.sort.is_empty() { Some(self.newest().await?) } else { None };
        let filter = match (only, &newest) {
            (Some(id), _) => Filter::id(id).and(self.filter()),
            (None, Some(newest)) => Filter::is_in("id", newest.iter().copied().map(Value::Link)),
            (None, None) => self.filter(),
        };
        let limit = if self.rows.can.public { ROWS } else { KEPT };
        let asked = Asked { fields, sort, limit, ..Asked::new(self.rows.clone()).filtered(filter) };
        let mut listed = match bound.number {
            0 => Listed { records: Vec::new(), titles: HashMap::new(), next: None, previous: None },
            _ => engine.list(&self.reader.who, asked).await?,
        };
        let places = match &self.bond {
            Some(bond) => {
                let back = format!("/{}/{}#card-{}", self.entity.plural, self.record.id, self.relation.key);
                Some(Places::of(self.reader, bond, self.record.id, &listed.records, back, self.living()).await?)
            }
            None => None,
        };
        // In the order of the list: the first to turn to before all others, and those who are gone last.
        if let Some(places) = places.as_ref().filter(|_| address.sort.is_empty()) {
            listed.records.sort_by_key(|row| (places.past(row.id), !places.main(row.id)));
        }
        Ok(Page { more: newest.is_some() || listed.next.is_some(), many: bound.more, listed, places })
    }

    /// How many are bound to this record, as far as it matters: an index says it. Of what links to it itself nothing is asked.
    async fn bound(&self) -> Result<Counted> {
        let Some(bond) = &self.bond else { return Ok(Counted { number: 1, more: false }) };
        let here = Filter::is(bond.here, Value::Link(self.record.id));
        self.reader.web.engine().count(&self.reader.who, &bond.entity, &here, false, Some(MOST_BOUND)).await
    }

    /// The rows that were bound to this record last.
    async fn newest(&self) -> Result<Vec<Id>> {
        let Some(bond) = &self.bond else { return Ok(Vec::new()) };
        let here = Filter::is(bond.here, Value::Link(self.record.id));
        let sort = vec![Sorting { field: "id", descending: true }];
        let asked = Asked { fields: vec![bond.far], sort, limit: ROWS, names: false, ..Asked::new(bond.entity.clone()).filtered(here) };
        let listed = self.reader.web.engine().list(&self.reader.who, asked).await?;
        Ok(listed.records.iter().filter_map(|place| place.named(bond.far).link()).collect())
    }

    /// The list of its own that shows all of them, as they stand here.
    fn whole(&self, address: &ListAddress) -> ListAddress {
        let filter = print(&self.filter(), &self.reader.model, &self.rows);
        let own = if address.columns.is_empty() { Vec::new() } else { own_of(&self.shown(address)) };
        ListAddress { filter, sort: address.sort.clone(), columns: own.join(","), says: true, ..ListAddress::default() }
    }

    fn columns(&self, address: &ListAddress) -> Vec<Column> {
        Column::on_card(&self.rows, &self.shown(address), self.reader)
    }

    fn rows(&self, out: &mut String, address: &ListAddress, page: &Page) {
        let rows = Rows {
            reader: self.reader,
            entity: &self.rows,
            columns: &self.columns(address),
            from: &self.whole(address).from(),
            ticks: false,
            fixed: !self.living() || !self.rows.can.public,
            places: page.places.as_ref(),
        };
        rows.write(out, &page.listed);
    }

    /// How many there are: those on the page, or else as many as are counted for a list.
    async fn count(&self, page: &Page) -> Result<String> {
        let counted = match page.more {
            false => Counted { number: page.listed.records.len() as i64, more: false },
            true if page.many => Counted { number: MOST_BOUND as i64, more: true },
            true => self.reader.web.engine().count(&self.reader.who, &self.rows, &self.filter(), false, Some(MOST_COUNTED)).await?,
        };
        Ok(format!("{}{}", grouped(counted.number, self.reader.speech.language), if counted.more { "+" } else { "" }))
    }

    /// Adds the section.
    async fn section(&self, out: &mut String, board: &Board<'_>) -> Result<()> {
        let (speech, key) = (&self.reader.speech, self.relation.key);
        let address = self.settled(board.asked, &prefix(key));
        let stand = self.stand(board);
        let page = self.page(&address, None).await?;
        let count = self.count(&page).await?;
        let label = speech.field(self.entity.key, key);
        let topics = self.bond.as_ref().map_or(self.rows.key.to_owned(), |bond| format!("{} {}", bond.entity.key, self.rows.key));
        let here = stand.address(&ListAddress { menu: String::new(), ..address.clone() }, "");
        out.push_str("<section class=\"section related\"");
        html::attribute(out, "aria-labelledby", &format!("relation-{key}"));
        html::attribute(out, "id", &format!("card-{key}"));
        html::attribute(out, "data-live", &topics);
        html::attribute(out, "data-live-url", here.split('#').next().unwrap_or_default());
        out.push_str("><div class=\"section-head\"><h2");
        html::attribute(out, "id", &format!("relation-{key}"));
        out.push('>');
        html::text(out, &label);
        out.push_str(" <span class=\"count\">");
        html::text(out, &count);
        out.push_str("</span></h2>");
        let actions = if self.living() { self.actions(&here) } else { Vec::new() };
        if page.listed.records.is_empty() {
            out.push_str("</div>");
            self.empty(out, &actions);
            out.push_str("</section>");
            return Ok(());
        }
        out.push_str("<div class=\"actions\">");
        if self.rows.can.public {
            let id = format!("columns-{key}");
            let open = address.menu == "columns";
            let from = if open { String::new() } else { stand.with_menu(&address) };
            let inside = if open { self.menu(&stand, &address) } else { String::new() };
            columns::menu(out, self.reader, &id, "btn btn-quiet btn-icon btn-sm", open, &from, &inside);
        }
        for one in &actions {
            action(out, &one.href, one.icon, &one.label);
        }
        out.push_str("</div></div>");
        let mut question = String::new();
        html::pair(&mut question, CARD, &format!("{}/{}/{key}", self.entity.plural, self.record.id));
        for (name, value) in address.shape() {
            html::pair(&mut question, name, value);
        }
        let heads = Heads {
            reader: self.reader,
            entity: &self.rows,
            address: &address,
            stand: &stand,
            name: &label,
            question: &question,
            ordered: self.rows.can.public && page.places.is_none(),
            ticks: false,
            acts: page.places.is_some(),
        };
        heads.write(out, &self.columns(&address));
        out.push_str("<tbody>");
        self.rows(out, &address, &page);
        out.push_str("</tbody></table></div>");
        if page.more && self.rows.can.public {
            out.push_str("<p class=\"related-all\"><a");
            html::attribute(out, "href", &format!("/{}{}", self.rows.plural, self.whole(&address).question("")));
            out.push('>');
            let gender = speech.known(&format!("gender-{}", self.rows.key)).unwrap_or("m");
            html::text(out, &speech.with("related-all", &[("gender", gender), ("count", &count)]));
            out.push_str("</a></p>");
        }
        out.push_str("</section>");
        Ok(())
    }

    /// What is inside the menu of columns.
    fn menu(&self, stand: &Stand, address: &ListAddress) -> String {
        let speech = &self.reader.speech;
        let short = |column: &Column| column.face.label.clone();
        let shown = self.shown(address);
        let choices: Vec<Choice> =
            keys(&shown).into_iter().zip(&self.columns(address)).map(|(key, column)| Choice { key, label: short(column) }).collect();
        let named = |field: &Field| Choice { key: format!("{PLACE}{}", field.key), label: speech.field(field.entity, field.key) };
        let own = columns::offered(self.reader, &self.rows).filter(|one| self.rows.field(&one.key).is_some_and(|field| self.offers(field)));
        let places = self.bond.iter().flat_map(Bond::columns).map(named);
        let others = own.chain(places).filter(|one| choices.iter().all(|shown| shown.key != one.key)).collect();
        columns::items(self.reader, stand, address, &choices, others, None::<fn(&str) -> u16>)
    }

    /// What may be done to have one more: a new one there and here in one go, or one that is there already.
    fn actions(&self, here: &str) -> Vec<Doing> {
        let (reader, id) = (self.reader, self.record.id);
        let child = self.bond.as_ref().map_or(&self.rows, |bond| &bond.entity);
        // What the program keeps by itself is only read.
        if !child.can.public || !reader.who.may(Verb::Create, child) {
            return Vec::new();
        }
        let mut actions = Vec::new();
        let mut offer = |plural: &str, question: &[(&str, &str)], icon: &'static str, label: String| {
            let mut pairs = String::new();
            for (name, value) in question.iter().chain(&[("back", here)]) {
                html::pair(&mut pairs, name, value);
            }
            actions.push(Doing { href: format!("/{plural}/new?{pairs}"), icon, label });
        };
        let id = id.to_string();
        let own = [(self.relation.via, id.as_str())];
        match &self.bond {
            Some(bond) => {
                if reader.who.may(Verb::Create, &self.rows) {
                    let both = [("through", self.back), ("to", id.as_str())];
                    offer(self.rows.plural, &both, "add", reader.speech.entity(self.rows.key, "new"));
                }
                offer(bond.entity.plural, &own, "link", reader.speech.entity(bond.entity.key, "new"));
            }
            None => offer(self.rows.plural, &own, "add", reader.speech.entity(self.rows.key, "new")),
        }
        actions
    }

    fn empty(&self, out: &mut String, actions: &[Doing]) {
        let speech = &self.reader.speech;
        out.push_str("<div class=\"related-empty\"><p>");
        html::text(out, speech.known(&format!("empty-{}", self.rows.key)).unwrap_or_else(|| speech.say("card-none")));
        out.push_str("</p>");
        if !actions.is_empty() {
            out.push_str("<div class=\"actions\">");
            for one in actions {
                out.push_str("<a class=\"btn btn-quiet btn-sm\"");
                html::attribute(out, "href", &one.href);
                out.push('>');
                out.push_str(assets::icon(one.icon));
                html::text(out, &one.label);
                out.push_str("</a>");
            }
            out.push_str("</div>");
        }
        out.push_str("</div>");
    }
}

/// A link to a form.
struct Doing {
    href: String,
    icon: &'static str,
    label: String,
}

/// The names of columns in addresses.
fn keys(shown: &[Shown<'_>]) -> Vec<String> {
    shown.iter().map(|one| if one.place { format!("{PLACE}{}", one.field.key) } else { one.field.key.to_owned() }).collect()
}

/// The fields of the rows themselves.
fn own_of(shown: &[Shown<'_>]) -> Vec<&'static str> {
    shown.iter().filter(|one| !one.place).map(|one| one.field.key).collect()
}
