//! The words of the interface, for administrators: any that needs no number or name inside is said in the company's own way,
//! in either language; the product's words stand beside it.

use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use askama::Template;
use axum::extract::State;
use http::{Method, StatusCode};
use kernel::{Error, Language, Say, fold};

/// Where they are looked after.
const ADDRESS: &str = "/administration/words";
/// Words shown at once.
const SHOWN: usize = 50;
/// Letters of a wording at most.
const LETTERS: usize = 300;

/// The routes of wordings.
pub(crate) fn routes(routes: Routes) -> Routes {
    let route = |method, input, audit| Route::page(method, ADDRESS, Policy::Administrator, Rate::Person, input, audit);
    routes.add(route(Method::GET, "", ""), show).add(route(Method::POST, "Wording", "words"), save)
}

#[derive(Template)]
#[template(path = "wordings.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    asked: String,
    messages: Vec<Message>,
    more: bool,
}

/// A message: the product's words, and the company's.
struct Message {
    key: String,
    product: [String; 2],
    own: [String; 2],
}

async fn show(State(web): State<Web>, reader: Reader, Asking(asked): Asking) -> Answer {
    let asked = asked.get("q").unwrap_or_default().trim().to_owned();
    let folded = fold(&asked);
    let words = web.words();
    let own = |key: &str| reader.model.spoken.get(key).cloned().unwrap_or_default();
    let mut messages: Vec<Message> = words
        .product()
        .map(|(key, product)| Message { key: key.to_owned(), product: product.map(str::to_owned), own: own(key) })
        .filter(|message| match folded.as_str() {
            "" => message.own.iter().any(|own| !own.is_empty()),
            asked => message.product.iter().chain(&message.own).any(|text| fold(text).contains(asked)) || message.key == asked,
        })
        .collect();
    // The shortest first: a name before the sentences that hold it.
    messages.sort_by_cached_key(|message| (message.product[0].chars().count(), message.key.clone()));
    let more = messages.len() > SHOWN;
    messages.truncate(SHOWN);
    rendered(&reader, StatusCode::OK, &Page { title: reader.speech.say("wordings"), asked, messages, more, reader: &reader })
}

async fn save(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let message = fields.get("message").unwrap_or_default();
    if Language::ALL.iter().any(|language| web.words().product_says(message, *language).is_none()) {
        return Err(Error::invalid("message", Say::new("error-wording-unknown")).into());
    }
    let given = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let words = if fields.get("reset").is_some() { [String::new(), String::new()] } else { [given("italian"), given("english")] };
    if let Some(place) = words.iter().position(|text| text.chars().count() > LETTERS || text.chars().any(char::is_control)) {
        return Err(Error::invalid(["italian", "english"][place], Say::new("error-too-long").with("most", LETTERS)).into());
    }
    web.engine().word(&reader.who, message, [&words[0], &words[1]]).await?;
    let mut address = ADDRESS.to_owned();
    if let Some(asked) = fields.get("q").filter(|asked| !asked.is_empty()) {
        address.push('?');
        html::pair(&mut address, "q", asked);
    }
    onward_saying(&reader, &address, "said-saved", "", None)
}
