//! How many records a list has: never in the way of its page. Fetched after it, capped, exact on request.

use super::address::{ListAddress, words_filter};
use crate::caller::Of;
use crate::pages::answer;
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::{OriginalUri, State};
use engine::Counted;
use http::StatusCode;
use kernel::{Error, Language};
use meta::Entity;

/// Beyond this many it is only said that there are more.
pub(crate) const MOST: usize = 10_000;

/// A question of this name asks for the exact number.
const EXACT: &str = "exact=1";

/// Adds the place of the count; its number comes afterwards. Without modules it is a link that counts.
pub(super) fn placeholder(out: &mut String, reader: &Reader, entity: &Entity, address: &ListAddress) {
    let here = format!("/{}/count{}", entity.plural, address.question(""));
    out.push_str("<span id=\"list-count\" hx-trigger=\"load\" hx-target=\"#list-count\" hx-swap=\"outerHTML\"");
    html::attribute(out, "hx-get", &here);
    out.push_str("><a");
    html::attribute(out, "href", &here);
    out.push('>');
    html::text(out, reader.speech.say("list-count"));
    out.push_str("</a></span>");
}

pub(super) async fn count(State(web): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let question = uri.query().unwrap_or_default();
    let mut address = ListAddress::read(question);
    if address.view.is_some() {
        super::views::begun(&reader, &entity, &mut address).await?;
    }
    let exact = question.split('&').any(|pair| pair == EXACT);
    let mut filter = address.tree(&reader.model, &entity)?;
    if !address.words.is_empty() {
        filter = filter.and(words_filter(&address.words, &entity));
    }
    let most = (!exact).then_some(MOST);
    let counted = match web.engine().count(&reader.who, &entity, &filter, address.trash, most).await {
        Ok(counted) => counted,
        Err(Error::NotFound) => Counted { number: 0, more: false },
        Err(error) => return Err(error.into()),
    };
    let number = grouped(counted.number, reader.speech.language);
    let mut out = String::new();
    if !reader.fragment {
        // Without modules the count is a page of its own, with the way back.
        return answer::notice(
            &reader.within(entity.plural),
            &plain(&number, counted),
            &format!("/{}{}", entity.plural, address.question("")),
        );
    }
    out.push_str("<span id=\"list-count\">");
    if counted.more {
        let mut address = format!("/{}/count{}", entity.plural, address.question(""));
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(EXACT);
        out.push_str("<a hx-target=\"#list-count\" hx-swap=\"outerHTML\"");
        html::attribute(&mut out, "href", &address);
        html::attribute(&mut out, "hx-get", &address);
        html::attribute(&mut out, "title", reader.speech.say("list-count-exactly"));
        out.push('>');
        html::text(&mut out, &reader.speech.with("list-counted-more", &[("number", &number)]));
        out.push_str("</a>");
    } else {
        let text = counted.number.to_string();
        html::text(
            &mut out,
            &reader.speech.with("list-counted", &[("count", &text), ("number", &format!("{number}\u{200b}"))]).replace('\u{200b}', ""),
        );
    }
    out.push_str("</span><hx-partial hx-target=\"#count\" hx-swap=\"textContent\">");
    out.push_str(&plain(&number, counted));
    out.push_str("</hx-partial>");
    Ok(answer::part(&reader, StatusCode::OK, out))
}

/// The number, and a sign where there are more.
pub(crate) fn plain(number: &str, counted: Counted) -> String {
    if counted.more { format!("{number}+") } else { number.to_owned() }
}

/// With its thousands apart, as the reader's language writes it.
pub(crate) fn grouped(number: i64, language: Language) -> String {
    kernel::Scaled { units: number, scale: 0 }.for_people(language)
}
