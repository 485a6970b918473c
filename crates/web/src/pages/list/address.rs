//! What a list shows has an address: filter, words, order, place. Read from it and written to it here alone.

use crate::pages::html::{self, pair};
use engine::{Period, Sorting};
use kernel::{Id, Result, Value};
use meta::filter::parse::parse;
use meta::filter::print::print;
use meta::filter::{Filter, Operand, Path, Test};
use meta::{Entity, Field, Kind, Model};

/// Most columns of a list.
pub(crate) const MOST_COLUMNS: usize = 24;

/// How wide a column may be made, in points.
pub(crate) const WIDTHS: std::ops::RangeInclusive<u16> = 48..=960;

/// The address of a list, as it was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListAddress {
    /// The filter in its text form.
    pub(crate) filter: String,
    /// What is written in the box.
    pub(crate) words: String,
    /// The order: `name`, `-created_at`.
    pub(crate) sort: String,
    /// The columns, by name, each with its width where somebody gave it one: `name:240`; those of the entity where it is empty.
    pub(crate) columns: String,
    /// The field that makes groups, and the period of days: `stage`, `born:year`.
    pub(crate) group: String,
    /// What is reckoned of the numbers: `sum`, `mean`, `least`, `most`.
    pub(crate) totals: String,
    /// The field whose values are the columns of a board.
    pub(crate) board: String,
    /// The saved view it began with.
    pub(crate) view: Option<Id>,
    /// Whether the address itself says what is shown, and not the view alone.
    pub(crate) says: bool,
    /// The menu that stays open: `columns`.
    pub(crate) menu: String,
    /// Where the page begins.
    pub(crate) cursor: String,
    /// Whether it is the trash.
    pub(crate) trash: bool,
    /// What is to be added to the filter: field and value.
    pub(crate) added: Vec<(String, String)>,
}

impl ListAddress {
    /// Reads the pairs of a question.
    pub(crate) fn read(question: &str) -> ListAddress {
        let mut address = ListAddress::default();
        for (name, value) in form_urlencoded::parse(question.as_bytes()) {
            match name.as_ref() {
                "filter" => (address.filter, address.says) = (value.into_owned(), true),
                "q" => (address.words, address.says) = (value.trim().to_owned(), true),
                "sort" => (address.sort, address.says) = (value.into_owned(), true),
                "columns" => (address.columns, address.says) = (value.into_owned(), true),
                "group" => (address.group, address.says) = (value.into_owned(), true),
                "totals" => (address.totals, address.says) = (value.into_owned(), true),
                "board" => (address.board, address.says) = (value.into_owned(), true),
                "view" => address.view = value.parse().ok(),
                "menu" => address.menu = value.into_owned(),
                "cursor" => address.cursor = value.into_owned(),
                "trash" => address.trash = value == "1",
                other => {
                    if let Some(key) = other.strip_prefix("add.")
                        && !value.trim().is_empty()
                    {
                        address.added.push((key.to_owned(), value.trim().to_owned()));
                        address.says = true;
                    }
                }
            }
        }
        address
    }

    /// The question of this address without the place: `?filter=…&sort=…`, or nothing.
    pub(crate) fn question(&self, cursor: &str) -> String {
        let mut pairs = String::new();
        if let Some(view) = self.view {
            pair(&mut pairs, "view", &view.to_string());
        }
        if self.says || self.view.is_none() {
            for (name, value) in self.state() {
                pair(&mut pairs, name, value);
            }
        }
        if self.trash {
            pair(&mut pairs, "trash", "1");
        }
        if !cursor.is_empty() {
            pair(&mut pairs, "cursor", cursor);
        }
        if pairs.is_empty() { pairs } else { format!("?{pairs}") }
    }

    /// What is shown, by its names: what a view keeps, with the words. A view that is left says so even with nothing.
    pub(crate) fn state(&self) -> Vec<(&'static str, &str)> {
        let parts = [("filter", &self.filter), ("q", &self.words)].into_iter().chain(self.arranged());
        let said = |(name, value): &(&str, &String)| !value.is_empty() || *name == "filter" && self.view.is_some();
        parts.filter(said).map(|(name, value)| (name, value.as_str())).collect()
    }

    /// How it is laid out, besides what it selects.
    fn arranged(&self) -> [(&'static str, &String); 5] {
        [("sort", &self.sort), ("columns", &self.columns), ("group", &self.group), ("totals", &self.totals), ("board", &self.board)]
    }

    /// What a list on a card lets its reader choose: order and columns.
    pub(crate) fn shape(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("sort", &self.sort), ("columns", &self.columns)]
            .into_iter()
            .map(|(name, value)| (name, value.as_str()))
            .filter(|(_, value)| !value.is_empty())
    }

    /// What the address of a card says of a list on it.
    pub(crate) fn on_card(asked: &[(String, String)], prefix: &str) -> ListAddress {
        let mut pairs = String::new();
        for (name, value) in asked {
            if let Some(name @ ("sort" | "columns" | "menu")) = name.strip_prefix(prefix) {
                pair(&mut pairs, name, value);
            }
        }
        ListAddress::read(&pairs)
    }

    /// What a view keeps of it.
    pub(crate) fn kept(&self) -> String {
        let mut pairs = String::new();
        for (name, value) in [("filter", &self.filter)].into_iter().chain(self.arranged()) {
            if !value.is_empty() {
                pair(&mut pairs, name, value);
            }
        }
        pairs
    }

    /// Takes what a view keeps, where the address does not say it itself.
    pub(crate) fn take(&mut self, kept: &str) {
        if !self.says {
            let view = ListAddress::read(kept);
            (self.filter, self.sort, self.columns) = (view.filter, view.sort, view.columns);
            (self.group, self.totals, self.board) = (view.group, view.totals, view.board);
        }
    }

    /// The same as the inputs of a form that asks for something else of it.
    pub(crate) fn inputs(&self, without: &[&str]) -> String {
        let mut out = String::new();
        let view = self.view.map(|view| view.to_string()).unwrap_or_default();
        let state = self.state();
        for (name, value) in std::iter::once(("view", view.as_str())).filter(|(_, view)| !view.is_empty()).chain(state) {
            if !without.contains(&name) {
                out.push_str("<input type=\"hidden\"");
                html::attribute(&mut out, "name", name);
                html::attribute(&mut out, "value", value);
                out.push('>');
            }
        }
        out
    }

    /// What the address of a card says of the list that led to it, its page included: `?list=…`, or nothing for the plain one.
    pub(crate) fn from(&self) -> String {
        let question = self.question(&self.cursor);
        let question = question.trim_start_matches('?');
        let mut from = String::new();
        if !question.is_empty() {
            pair(&mut from, "?list", question);
        }
        from
    }

    fn elsewhere(&self) -> ListAddress {
        ListAddress { cursor: String::new(), added: Vec::new(), says: true, menu: String::new(), ..self.clone() }
    }

    /// The same address with another filter, from the start.
    pub(crate) fn filtered(&self, filter: String) -> ListAddress {
        ListAddress { filter, ..self.elsewhere() }
    }

    /// The same address with another order, from the start.
    pub(crate) fn sorted(&self, sort: String) -> ListAddress {
        ListAddress { sort, ..self.elsewhere() }
    }

    /// The same address with other columns; the place stays.
    pub(crate) fn with_columns(&self, columns: &[&str]) -> ListAddress {
        ListAddress { columns: columns.join(","), cursor: self.cursor.clone(), ..self.elsewhere() }
    }

    /// The same address as a plain list, with another filter.
    pub(crate) fn plain(&self, filter: String) -> ListAddress {
        ListAddress { group: String::new(), board: String::new(), ..self.filtered(filter) }
    }

    /// The same address in groups of a field, or in none.
    pub(crate) fn grouped(&self, group: &str) -> ListAddress {
        ListAddress { group: group.to_owned(), board: String::new(), ..self.elsewhere() }
    }

    /// The same address as a board over a field, or as a list again.
    pub(crate) fn boarded(&self, board: &str) -> ListAddress {
        ListAddress { board: board.to_owned(), group: String::new(), ..self.elsewhere() }
    }

    /// The same address with this reckoned of its numbers.
    pub(crate) fn reckoned(&self, totals: &str) -> ListAddress {
        ListAddress { totals: totals.to_owned(), ..self.elsewhere() }
    }

    /// The field that makes groups, where there is such a field, and the period.
    pub(crate) fn grouping<'e>(&self, entity: &'e Entity) -> Option<(&'e Field, Period)> {
        let (key, period) = match self.group.split_once(':') {
            Some((key, "year")) => (key, Period::Year),
            Some((key, _)) => (key, Period::Month),
            None => (self.group.as_str(), Period::Month),
        };
        entity.field(key).filter(|field| meta::gather::groups(field)).map(|field| (field, period))
    }

    /// The field of the board, where there is such a field.
    pub(crate) fn boarding<'e>(&self, entity: &'e Entity) -> Option<&'e Field> {
        entity.field(&self.board).filter(|field| super::board::boards(field))
    }

    /// The columns that are shown: those asked for, as far as there are such fields; the entity's own otherwise.
    pub(crate) fn shown(&self, entity: &Entity) -> Vec<&'static str> {
        let mut keys: Vec<&'static str> = Vec::new();
        for (asked, _) in self.asked_columns() {
            let known = entity.field(asked).filter(|field| !field.secret && !matches!(field.kind, Kind::About(_)));
            keys.extend(known.map(|field| field.key).filter(|key| !keys.contains(key)));
        }
        keys.truncate(MOST_COLUMNS);
        if keys.is_empty() { entity.columns.clone() } else { keys }
    }

    /// The columns as they are asked for, with the width of those that somebody gave one.
    pub(crate) fn asked_columns(&self) -> impl Iterator<Item = (&str, Option<u16>)> {
        self.columns.split(',').take(2 * MOST_COLUMNS).map(|asked| match asked.split_once(':') {
            Some((key, width)) => (key, width.parse().ok().filter(|width| WIDTHS.contains(width))),
            None => (asked, None),
        })
    }

    /// How wide somebody made a column.
    pub(crate) fn width(&self, column: &str) -> Option<u16> {
        self.asked_columns().find(|(key, _)| *key == column)?.1
    }

    /// The columns that are shown, as addresses name them.
    pub(crate) fn named(&self, entity: &Entity) -> Vec<String> {
        self.shown(entity).into_iter().map(|key| sized(key, self.width(key))).collect()
    }

    /// Says only what there is.
    pub(crate) fn settle(&mut self, entity: &Entity) {
        if self.grouping(entity).is_none() {
            self.group.clear();
        }
        if self.boarding(entity).is_none() {
            self.board.clear();
        }
        if super::totals::Reckoning::of(&self.totals).is_none() {
            self.totals.clear();
        }
        if !self.columns.is_empty() {
            let named = self.named(entity);
            self.columns = if named == entity.columns { String::new() } else { named.join(",") };
        }
    }

    /// The filter as a tree.
    pub(crate) fn tree(&self, model: &Model, entity: &Entity) -> Result<Filter> {
        parse(&self.filter, model, entity)
    }

    /// The order.
    pub(crate) fn order(&self, entity: &Entity) -> Result<Vec<Sorting>> {
        if self.sort.is_empty() { Ok(Vec::new()) } else { Sorting::parse(&self.sort, entity).map(|sorting| vec![sorting]) }
    }
}

/// A column and its width, as addresses name it.
pub(crate) fn sized(column: &str, width: Option<u16>) -> String {
    width.map_or_else(|| column.to_owned(), |width| format!("{column}:{width}"))
}

/// The parts of a filter that stand side by side, each a chip.
pub(crate) fn parts(filter: &Filter) -> Vec<Filter> {
    match filter {
        Filter::All(parts) => parts.clone(),
        other => vec![other.clone()],
    }
}

/// The text of these parts together; empty for none.
pub(crate) fn text_of(parts: Vec<Filter>, model: &Model, entity: &Entity) -> String {
    match parts.len() {
        0 => String::new(),
        1 => parts.first().map(|part| print(part, model, entity)).unwrap_or_default(),
        _ => print(&Filter::All(parts), model, entity),
    }
}

/// The values that a part asks of a field, where it is such a question: is, in, includes.
pub(crate) fn asked<'f>(part: &'f Filter, key: &str) -> Option<Vec<&'f Operand>> {
    match part {
        Filter::Test(path, Test::Is(operand)) if path.links.is_empty() && path.field == key => Some(vec![operand]),
        Filter::Test(path, Test::In(operands)) if path.links.is_empty() && path.field == key => Some(operands.iter().collect()),
        _ => None,
    }
}

/// The parts with one more value of a field: beside the ones asked already, so that a second choice widens.
pub(crate) fn added(mut parts: Vec<Filter>, field: &Field, operand: Operand) -> Vec<Filter> {
    let test = match (field.kind, &operand) {
        (Kind::Vocabularies(_), Operand::Value(Value::Text(term))) => Test::Includes(term.clone()),
        (Kind::Text, Operand::Value(Value::Text(text))) => Test::Starts(text.clone()),
        _ => Test::Is(operand.clone()),
    };
    let widens = matches!(test, Test::Is(_)) && !matches!(field.kind, Kind::YesNo);
    let known = parts.iter_mut().find(|part| widens && asked(part, field.key).is_some());
    match known {
        Some(part) => {
            let mut operands: Vec<Operand> = asked(part, field.key).unwrap_or_default().into_iter().cloned().collect();
            if !operands.contains(&operand) {
                operands.push(operand);
            }
            *part = chosen(field, operands);
        }
        None => parts.push(Filter::Test(Path::of(field.key), test)),
    }
    parts
}

/// The parts without one value of a field.
pub(crate) fn taken(parts: Vec<Filter>, field: &Field, operand: &Operand) -> Vec<Filter> {
    parts
        .into_iter()
        .filter_map(|part| match asked(&part, field.key) {
            None => Some(part),
            Some(operands) => {
                let left: Vec<Operand> = operands.into_iter().filter(|known| *known != operand).cloned().collect();
                (!left.is_empty()).then(|| chosen(field, left))
            }
        })
        .collect()
}

fn chosen(field: &Field, mut operands: Vec<Operand>) -> Filter {
    let test = if operands.len() == 1 { Test::Is(operands.remove(0)) } else { Test::In(operands) };
    Filter::Test(Path::of(field.key), test)
}

/// The filter of what is written in the box: each word stands in one of the fields that the list shows and
/// search knows.
pub(crate) fn words_filter(words: &str, entity: &Entity) -> Filter {
    let fields: Vec<&Field> = entity
        .columns
        .iter()
        .chain([&entity.title])
        .filter_map(|key| entity.field(key))
        .filter(|field| matches!(field.kind, Kind::Text | Kind::Code | Kind::Email | Kind::Phone) && !field.secret)
        .collect();
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    let dialled = digits.len() >= 4 && words.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
    let asked: Vec<String> = if dialled { vec![digits] } else { words.split_whitespace().take(6).map(str::to_owned).collect() };
    let mut all = Vec::new();
    for word in asked {
        let mut any: Vec<Filter> = Vec::new();
        for field in &fields {
            if any.iter().any(|known| matches!(known, Filter::Test(path, _) if path.field == field.key)) {
                continue;
            }
            if field.kind == Kind::Phone && !dialled {
                continue;
            }
            any.push(Filter::Test(Path::of(field.key), Test::Contains(word.clone())));
        }
        all.push(Filter::Any(any));
    }
    Filter::All(all)
}
