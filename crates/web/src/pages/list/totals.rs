//! What the numbers of a list come to, on demand: fetched after the page, over everything its filter selects.

use super::address::{ListAddress, words_filter};
use crate::caller::Of;
use crate::fields::{Face, Sight};
use crate::pages::reader::Reader;
use crate::pages::{answer, bulk, html};
use crate::{Answer, Web};
use axum::extract::{OriginalUri, State};
use engine::{Gathered, Period};
use http::StatusCode;
use kernel::Value;
use meta::{Entity, Field};
use std::collections::HashMap;

/// What is reckoned of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reckoning {
    Sum,
    Mean,
    Least,
    Most,
}

impl Reckoning {
    /// All of them, in the order of the menu.
    pub(super) const ALL: [Reckoning; 4] = [Reckoning::Sum, Reckoning::Mean, Reckoning::Least, Reckoning::Most];

    /// Its word in addresses; `totals-{key}` are its words for people.
    pub(super) fn key(self) -> &'static str {
        match self {
            Reckoning::Sum => "sum",
            Reckoning::Mean => "mean",
            Reckoning::Least => "least",
            Reckoning::Most => "most",
        }
    }

    /// The one with this word.
    pub(crate) fn of(key: &str) -> Option<Reckoning> {
        Reckoning::ALL.into_iter().find(|known| known.key() == key)
    }

    /// What it makes of a number of a group.
    pub(super) fn number(self, group: &Gathered, place: usize) -> i64 {
        let number = group.numbers.get(place).copied().unwrap_or_default();
        match self {
            Reckoning::Sum => number.sum,
            Reckoning::Mean => group.mean(place),
            Reckoning::Least => number.least,
            Reckoning::Most => number.most,
        }
    }
}

/// The shown columns that are numbers.
pub(super) fn numbers(entity: &Entity, address: &ListAddress) -> Vec<&'static str> {
    address.shown(entity).into_iter().filter(|key| entity.field(key).is_some_and(meta::gather::sums)).collect()
}

/// A number as its field shows it.
pub(super) fn shown(reader: &Reader, field: &Field, number: i64) -> String {
    let titles = HashMap::new();
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    Face::new(field, &reader.speech).plain(&Value::Int(number), &sight)
}

/// Adds the place of the totals; they come afterwards. Without modules it is a link that leads to them.
pub(super) fn placeholder(out: &mut String, reader: &Reader, entity: &Entity, address: &ListAddress, columns: usize) {
    if Reckoning::of(&address.totals).is_none() || numbers(entity, address).is_empty() {
        return;
    }
    let here = format!("/{}/totals{}", entity.plural, address.question(""));
    out.push_str("<tfoot id=\"list-totals\" hx-trigger=\"load\" hx-target=\"#list-totals\" hx-swap=\"outerHTML\"");
    html::attribute(out, "hx-get", &here);
    out.push_str("><tr><td");
    html::attribute(out, "colspan", &columns.to_string());
    out.push_str("><a");
    html::attribute(out, "href", &here);
    out.push('>');
    html::text(out, reader.speech.say("totals"));
    out.push_str("</a></td></tr></tfoot>");
}

pub(super) async fn show(State(web): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let mut address = ListAddress::read(uri.query().unwrap_or_default());
    if address.view.is_some() {
        super::views::begun(&reader, &entity, &mut address).await?;
    }
    address.settle(&entity);
    let mut filter = address.tree(&reader.model, &entity)?;
    if !address.words.is_empty() {
        filter = filter.and(words_filter(&address.words, &entity));
    }
    let reckoning = Reckoning::of(&address.totals).unwrap_or(Reckoning::Sum);
    let numbers = numbers(&entity, &address);
    let gathered = web.engine().gather(&reader.who, &entity, &filter, address.trash, None::<(&'static str, Period)>, &numbers, 1).await?;
    let said = |key: &str| {
        let place = numbers.iter().position(|number| *number == key)?;
        let field = entity.field(key)?;
        Some(shown(&reader, field, gathered.first().map_or(0, |whole| reckoning.number(whole, place))))
    };
    let label = reader.speech.say(&format!("totals-{}", reckoning.key())).to_owned();
    if !reader.fragment {
        let each = numbers.iter().filter_map(|key| Some(format!("{} {}", reader.speech.field(entity.key, key), said(key)?)));
        let text = format!("{label}: {}", each.collect::<Vec<_>>().join(", "));
        return answer::notice(&reader.within(entity.plural), &text, &format!("/{}{}", entity.plural, address.question("")));
    }
    let mut out = String::from("<tfoot id=\"list-totals\"><tr>");
    if !bulk::offered(&reader, &entity, address.trash).is_empty() {
        out.push_str("<td class=\"tick\"></td>");
    }
    for (place, key) in address.shown(&entity).into_iter().enumerate() {
        match (place, said(key)) {
            (0, _) => {
                out.push_str("<th scope=\"row\">");
                html::text(&mut out, &label);
                out.push_str("</th>");
            }
            (_, Some(number)) => {
                out.push_str("<td class=\"number\">");
                html::text(&mut out, &number);
                out.push_str("</td>");
            }
            (_, None) => out.push_str("<td></td>"),
        }
    }
    out.push_str("</tr></tfoot>");
    Ok(answer::part(&reader, StatusCode::OK, out))
}
