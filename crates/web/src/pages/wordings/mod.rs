//! The words of the interface, for administrators: any of them is said in the company's own way, in either language, with the
//! numbers and names that stand in it as placeholders; the product's words stand beside it.

use crate::form::{Asking, Fields};
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::route::{Route, Routes};
use crate::words::{Form, Shape};
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
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, ADDRESS, "Wording", "words"), save)
}

#[derive(Template)]
#[template(path = "wordings.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    asked: String,
    messages: Vec<Message>,
    more: bool,
    /// What was refused: message, input, sentence.
    wrong: Option<(String, String, String)>,
}

/// A message: where it stands, what may stand in it, its words in both languages.
struct Message {
    key: String,
    area: String,
    /// Its first words, by which it is known.
    name: String,
    /// What may stand in it, as it is written.
    variables: Vec<String>,
    sides: [Side; 2],
    changed: bool,
}

/// The words of a message in one language.
struct Side {
    language: &'static str,
    label: &'static str,
    forms: Vec<Line>,
}

/// A form of a message: the product's words, and the company's.
struct Line {
    /// The name of its input.
    name: String,
    /// When it is said; empty where it always is.
    when: String,
    product: String,
    own: String,
}

impl Message {
    fn of(key: &str, shapes: &[Shape; 2], reader: &Reader) -> Message {
        let spoken = reader.model.spoken.get(key);
        let side = |place: usize| {
            let (name, language, label) = [("italian", "it", "wordings-italian"), ("english", "en", "wordings-english")][place];
            let shape = &shapes[place];
            let own = shape.texts(spoken.map_or("", |texts| &texts[place]));
            let line = |(form, own): (&Form, String)| Line {
                name: input(name, form),
                when: if shape.chooses() { when(form, reader) } else { String::new() },
                product: form.text.clone(),
                own,
            };
            Side { language, label, forms: shape.forms.iter().zip(own).map(line).collect() }
        };
        let here = usize::from(reader.speech.language == Language::English);
        Message {
            key: key.to_owned(),
            area: area(key, reader),
            name: shapes[here].forms.first().map(|form| form.text.clone()).unwrap_or_default(),
            variables: reader.web.words().variables(key).iter().map(|name| format!("{{ ${name} }}")).collect(),
            sides: [side(0), side(1)],
            changed: spoken.is_some_and(|texts| texts.iter().any(|text| !text.is_empty())),
        }
    }

    fn answers(&self, asked: &str) -> bool {
        let mut lines = self.sides.iter().flat_map(|side| &side.forms);
        self.key == asked || lines.any(|line| [&line.product, &line.own].iter().any(|text| fold(text).contains(asked)))
    }
}

/// The name of the input of a form.
fn input(side: &str, form: &Form) -> String {
    if form.key.is_empty() { side.to_owned() } else { format!("{side}.{}", form.key) }
}

/// When a form is said.
fn when(form: &Form, reader: &Reader) -> String {
    match reader.speech.known(&format!("wordings-form-{}", form.key)) {
        Some(words) => words.to_owned(),
        None => form.key.clone(),
    }
}

/// Where a message stands: at an entity, or in a part of the product.
fn area(key: &str, reader: &Reader) -> String {
    let parts: Vec<&str> = key.split('-').collect();
    let part = match parts.as_slice() {
        ["error", ..] => "errors",
        ["letter", ..] => "letters",
        ["audit", ..] => "audit",
        ["filter", ..] => "filters",
        ["bulk", ..] => "bulk",
        // What is said of an entity names it: the longest name that fits.
        [_, rest @ ..] => {
            let named = (1..=rest.len()).rev().map(|count| rest[..count].join("-"));
            let entity = named.filter_map(|name| reader.model.entity(&name)).find(|entity| entity.can.public);
            match entity {
                Some(entity) => return reader.speech.entity(entity.key, "many"),
                None => "pages",
            }
        }
        [] => "pages",
    };
    reader.speech.say(&format!("wordings-area-{part}")).to_owned()
}

async fn show(State(web): State<Web>, reader: Reader, Asking(asked): Asking) -> Answer {
    shown(&web, &reader, asked.get("q").unwrap_or_default().trim(), None, StatusCode::OK)
}

/// The page; what was refused stands there with the reason.
fn shown(web: &Web, reader: &Reader, asked: &str, wrong: Option<Wrong<'_>>, status: StatusCode) -> Answer {
    let folded = fold(asked);
    let mut messages: Vec<Message> = web.words().product().map(|(key, shapes)| Message::of(key, &shapes, reader)).collect();
    messages.retain(|message| match folded.as_str() {
        _ if wrong.as_ref().is_some_and(|wrong| wrong.message == message.key) => true,
        "" => message.changed,
        asked => message.answers(asked),
    });
    // What was changed first; then place by place, and the shortest first: a name before the sentences that hold it.
    messages.sort_by_cached_key(|message| {
        let refused = wrong.as_ref().is_some_and(|wrong| wrong.message == message.key);
        (!refused, !message.changed, fold(&message.area), message.name.chars().count(), message.key.clone())
    });
    let more = messages.len() > SHOWN;
    messages.truncate(SHOWN);
    if let Some(wrong) = &wrong
        && let Some(message) = messages.first_mut()
    {
        for line in message.sides.iter_mut().flat_map(|side| &mut side.forms) {
            line.own = wrong.fields.get(&line.name).unwrap_or_default().to_owned();
        }
    }
    let wrong = wrong.map(|wrong| (wrong.message.to_owned(), wrong.field, wrong.sentence));
    let page = Page { title: reader.speech.say("wordings"), asked: asked.to_owned(), messages, more, wrong, reader };
    rendered(reader, status, &page)
}

/// What was refused.
struct Wrong<'w> {
    message: &'w str,
    field: String,
    sentence: String,
    fields: &'w Fields,
}

async fn save(State(web): State<Web>, reader: Reader, fields: Fields) -> Answer {
    let message = fields.get("message").unwrap_or_default();
    let unknown = || Error::invalid("message", Say::new("error-wording-unknown"));
    let shapes = web.words().shapes_of(message).ok_or_else(unknown)?;
    let variables = web.words().variables(message);
    let mut words = [String::new(), String::new()];
    for (place, side) in ["italian", "english"].into_iter().enumerate().filter(|_| fields.get("reset").is_none()) {
        let mut texts = Vec::new();
        for form in &shapes[place].forms {
            let field = input(side, form);
            let text = fields.get(&field).unwrap_or_default().trim().to_owned();
            let wrong = if text.chars().count() > LETTERS || text.chars().any(char::is_control) {
                Some(Say::new("error-too-long").with("most", LETTERS))
            } else if variables.is_empty() {
                None
            } else {
                Shape::examine(&text, &variables).err()
            };
            if let Some(say) = wrong {
                let wrong = Wrong { message, field, sentence: reader.speech.sentence(&say), fields: &fields };
                let asked = fields.get("q").unwrap_or_default();
                return shown(&web, &reader, asked, Some(wrong), StatusCode::UNPROCESSABLE_ENTITY);
            }
            texts.push(text);
        }
        words[place] = shapes[place].stored(&texts);
    }
    web.engine().word(&reader.who, message, [&words[0], &words[1]]).await?;
    let mut address = ADDRESS.to_owned();
    if let Some(asked) = fields.get("q").filter(|asked| !asked.is_empty()) {
        let mut question = String::new();
        html::pair(&mut question, "q", asked);
        address = format!("{address}?{question}");
    }
    onward_saying(&reader, &address, "said-saved", "", None)
}
