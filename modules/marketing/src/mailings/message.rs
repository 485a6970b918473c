//! What a mailing says to one recipient: its frozen text with the values of his merge fields. The merge language sees those values and
//! nothing else, repeats nothing, is bounded in its steps and in what it writes, and never takes a value for a template.

use kernel::{Error, Moment, Result, Say};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, Template, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::mem;
use wire::mail::Mail;
use wire::smtp::Person;

/// The merge fields: as they are written, and which field of a contact, and of an account, each stands for.
pub const MERGE_FIELDS: &[(&str, &str, &str)] = &[
    ("titolo", "name.salutation", ""),
    ("nome", "name.given", ""),
    ("cognome", "name.family", ""),
    ("nome_completo", "full_name", "name"),
    ("azienda", "account", "name"),
    ("qualifica", "job_title", ""),
    ("comune", "address.city", "address.city"),
    ("provincia", "address.province", "address.province"),
    ("email", "email", "email"),
];

/// Merge fields that are of the message itself.
const OWN: &[&str] = &["disiscrizione"];

/// Steps that one part may take.
const FUEL: u64 = 20_000;
/// The longest part, in bytes.
const LONGEST: usize = 256 << 10;
/// The longest template, in bytes.
const LONGEST_TEMPLATE: usize = 200 << 10;
/// What a block may be. Nothing that repeats, and nothing that keeps: what is kept can be doubled, and doubled again.
const BLOCKS: &[&str] = &["if", "elif", "else", "endif"];
/// How deep one block may stand in another, its other choices counted with it.
const DEEPEST: usize = 50;
/// How long what stands between braces may be without its texts, in bytes: each sign may be a step deeper, and the stack is not endless.
const LONGEST_EXPRESSION: usize = 500;

/// A message as it is frozen when its recipients are put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// What it is about.
    pub subject: String,
    /// What stands beside the subject.
    pub preheader: String,
    /// As HTML.
    pub html: String,
    /// As plain text.
    pub text: String,
    /// From whom, by name.
    pub from_name: String,
    /// From which address.
    pub from_address: String,
    /// Where answers go; empty for the same.
    pub reply_to: String,
    /// The topic that may be left.
    pub topic: Option<String>,
    /// Whether consent is asked for.
    pub marketing: bool,
    /// When it was frozen.
    pub at: i64,
    /// The address of the installation, as readers reach it.
    pub base: String,
}

/// The values of one recipient's merge fields.
pub type Merged = BTreeMap<String, String>;

/// Whom a message goes to.
#[derive(Debug, Clone)]
pub struct Addressee<'a> {
    /// The left side of the Message-ID.
    pub key: &'a str,
    /// His address.
    pub address: &'a str,
    /// His values.
    pub merged: &'a Merged,
    /// The link by which he unsubscribes.
    pub unsubscribe: &'a str,
}

/// A frozen message, made ready to be written to many.
pub struct Written {
    environment: Environment<'static>,
    frozen: Frozen,
}

impl Written {
    /// Makes it ready. Refuses templates that are none.
    pub fn new(frozen: Frozen) -> Result<Written> {
        let mut environment = environment();
        // What stands beside the subject is the first line of the HTML, for everybody alike.
        let html = match frozen.html.is_empty() || frozen.preheader.is_empty() {
            true => frozen.html.clone(),
            false => under_preheader(&frozen.html, &frozen.preheader),
        };
        for (part, template) in [("subject", frozen.subject.clone()), ("html.html", html), ("text", frozen.text.clone())] {
            environment.add_template_owned(part, template).map_err(Error::internal)?;
        }
        Ok(Written { environment, frozen })
    }

    /// The frozen message.
    pub fn frozen(&self) -> &Frozen {
        &self.frozen
    }

    fn part(&self, part: &str, values: &Value) -> Result<String> {
        self.environment.get_template(part).and_then(|template| rendered(&template, values)).map_err(Error::internal)
    }

    /// The subject for one recipient.
    pub fn subject(&self, merged: &Merged) -> Result<String> {
        self.subject_with(&Value::from_serialize(merged))
    }

    fn subject_with(&self, values: &Value) -> Result<String> {
        let subject = self.part("subject", values)?;
        Ok(subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned())
    }

    /// The message to one recipient. The same recipient gets the same bytes, whenever it is asked for.
    pub fn to(&self, addressee: &Addressee<'_>) -> Result<Mail> {
        let frozen = &self.frozen;
        let mut values = addressee.merged.clone();
        values.insert("disiscrizione".to_owned(), addressee.unsubscribe.to_owned());
        let values = Value::from_serialize(&values);
        let subject = self.subject_with(&values)?;
        let html = if frozen.html.is_empty() { String::new() } else { self.part("html.html", &values)? };
        let text = if frozen.text.is_empty() { plain(&html) } else { self.part("text", &values)? };
        let domain = frozen.from_address.rsplit('@').next().unwrap_or("localhost");
        let merged = |name: &str| addressee.merged.get(name).map_or("", String::as_str);
        let mut headers = Vec::new();
        if frozen.marketing || frozen.topic.is_some() {
            headers.push(("List-Unsubscribe".to_owned(), format!("<{}>", addressee.unsubscribe)));
            headers.push(("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()));
        }
        headers.push(("Precedence".to_owned(), "bulk".to_owned()));
        Ok(Mail {
            id: format!("{}@{domain}", addressee.key),
            at: Moment::from_millis(frozen.at),
            from: Person { name: frozen.from_name.clone(), address: frozen.from_address.clone() },
            reply_to: (!frozen.reply_to.is_empty()).then(|| Person { name: String::new(), address: frozen.reply_to.clone() }),
            to: Person { name: one_line(merged("nome_completo")), address: addressee.address.to_owned() },
            subject,
            headers,
            text,
            html,
            pictures: Vec::new(),
            attachments: Vec::new(),
        })
    }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Where a part is written, as long as it is not too long.
#[derive(Default)]
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.0.len() + more.len() > LONGEST {
            return Err(io::Error::other("a part of a message is too long"));
        }
        self.0.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn rendered(template: &Template<'_, '_>, values: &Value) -> std::result::Result<String, minijinja::Error> {
    let mut page = Page::default();
    template.render_captured_to(values, &mut page)?;
    String::from_utf8(page.0).map_err(|_| minijinja::Error::new(ErrorKind::BadSerialization, "a part of a message is no text"))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|part| if part.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    environment.add_filter("oppure", |value: String, otherwise: String| if value.trim().is_empty() { otherwise } else { value });
    environment.add_filter("maiuscolo", |value: String| value.to_uppercase());
    environment.add_filter("minuscolo", |value: String| value.to_lowercase());
    environment
}

/// What is wrong with a part of a message as it is written.
pub fn examined(part: &str, template: &str) -> std::result::Result<(), Say> {
    if template.len() > LONGEST_TEMPLATE {
        return Err(Say::new("error-merge-long"));
    }
    if matches!(part, "subject" | "preheader") && template.chars().any(char::is_control) {
        return Err(Say::new("error-merge-line"));
    }
    within_bounds(template)?;
    let mut environment = environment();
    let name = if matches!(part, "html" | "preheader") { "part.html" } else { "part" };
    let broken = |fault: &minijinja::Error| Say::new("error-merge-broken").with("line", fault.line().unwrap_or(1));
    environment.add_template(name, template).map_err(|fault| broken(&fault))?;
    let compiled = environment.get_template(name).map_err(|fault| broken(&fault))?;
    let mut unknown: Vec<String> = compiled.undeclared_variables(false).into_iter().filter(|name| !is_known(name)).collect();
    unknown.sort();
    if let Some(name) = unknown.first() {
        let known: Vec<&str> = MERGE_FIELDS.iter().map(|(name, ..)| *name).chain(OWN.iter().copied()).collect();
        return Err(Say::new("error-merge-unknown").with("name", name).with("known", known.join(", ")));
    }
    // Tried with values as long as they may be: what is too dear is refused now, not in the middle of a sending.
    let mut values: Merged = MERGE_FIELDS.iter().map(|(name, ..)| ((*name).to_owned(), "Valore di prova".to_owned())).collect();
    values.extend(OWN.iter().map(|name| ((*name).to_owned(), "https://example.it/".to_owned())));
    for values in [values.clone(), values.into_keys().map(|name| (name, String::new())).collect()] {
        rendered(&compiled, &Value::from_serialize(&values)).map_err(|fault| match fault.kind() {
            ErrorKind::OutOfFuel | ErrorKind::WriteFailure => Say::new("error-merge-dear"),
            _ => broken(&fault),
        })?;
    }
    Ok(())
}

/// That what is written between braces can't grow beyond what stands there, nor deeper than it can be read: no block but a choice,
/// nothing multiplied, no braces within braces.
fn within_bounds(template: &str) -> std::result::Result<(), Say> {
    let mut blocks: Vec<usize> = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (sign, inside) = (rest[open + 1..].chars().next(), rest.get(open + 2..).unwrap_or_default());
        rest = match sign {
            Some('#') => inside.split_once("#}").map_or("", |(_, after)| after),
            Some('{') => after_expression(inside, "}}")?,
            Some('%') => {
                let word = inside.trim_start_matches(['-', '+']).trim_start();
                let word = word.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if !BLOCKS.contains(&word) {
                    return Err(Say::new("error-merge-block").with("name", word));
                }
                match (word, blocks.last_mut()) {
                    ("if", _) => blocks.push(1),
                    ("endif", _) => drop(blocks.pop()),
                    (_, Some(choices)) => *choices += 1,
                    (_, None) => {}
                }
                if blocks.iter().sum::<usize>() > DEEPEST {
                    return Err(Say::new("error-merge-dear"));
                }
                after_expression(inside, "%}")?
            }
            _ => &rest[open + 1..],
        };
    }
    Ok(())
}

/// What follows an expression.
fn after_expression<'t>(inside: &'t str, end: &str) -> std::result::Result<&'t str, Say> {
    let (mut quote, mut long) = (None, 0);
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some(_), '\\') => {
                letters.next();
            }
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '*' | '{') => return Err(Say::new("error-merge-dear")),
            (None, _) if inside[at..].starts_with(end) => return Ok(&inside[at + end.len()..]),
            (None, _) => long += letter.len_utf8(),
        }
        if long > LONGEST_EXPRESSION {
            return Err(Say::new("error-merge-dear"));
        }
    }
    // It is never closed, which is told with its line.
    Ok("")
}

fn is_known(name: &str) -> bool {
    MERGE_FIELDS.iter().any(|(known, ..)| *known == name) || OWN.contains(&name)
}

/// Which merge fields a message uses.
pub fn used(frozen: &Frozen) -> Vec<&'static str> {
    let environment = environment();
    let mut used = std::collections::HashSet::new();
    for part in [&frozen.subject, &frozen.preheader, &frozen.html, &frozen.text] {
        if let Ok(template) = environment.template_from_str(part) {
            used.extend(template.undeclared_variables(false));
        }
    }
    MERGE_FIELDS.iter().map(|(name, ..)| *name).filter(|name| used.contains(*name)).collect()
}

/// The HTML with a first line that only lists of messages show.
fn under_preheader(html: &str, preheader: &str) -> String {
    let hidden = format!("<div style=\"display:none;max-height:0;overflow:hidden\">{preheader}</div>");
    let lower = html.to_ascii_lowercase();
    let at = lower.find("<body").and_then(|body| lower[body..].find('>').map(|end| body + end + 1)).unwrap_or(0);
    format!("{}{hidden}{}", &html[..at], &html[at..])
}

/// The HTML as plain text: paragraphs, and where links lead.
pub fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut link = None;
    let mut rest = html;
    let mut silent = 0_usize;
    while let Some(open) = rest.find('<') {
        if silent == 0 {
            words(&mut out, &rest[..open]);
        }
        rest = &rest[open..];
        if let Some(remark) = rest.strip_prefix("<!--") {
            rest = remark.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(close) = rest.find('>') else { break };
        let tag = &rest[1..close];
        rest = &rest[close + 1..];
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        match (name.as_str(), closing) {
            ("style" | "script" | "head" | "title", false) => silent += 1,
            ("style" | "script" | "head" | "title", true) => silent = silent.saturating_sub(1),
            ("br", _) => out.push('\n'),
            ("p" | "div" | "tr" | "table" | "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "li" | "blockquote", closing) => {
                let breaks = if matches!(name.as_str(), "li" | "tr" | "div") { 1 } else { 2 };
                begin_line(&mut out, breaks);
                if name == "li" && !closing {
                    out.push_str("- ");
                }
            }
            ("a", false) => link = attribute(tag, "href"),
            ("a", true) => {
                if let Some(href) = link.take().filter(|href| href.starts_with("http") && !out.ends_with(href.as_str())) {
                    out.push_str(&format!(" ({href})"));
                }
            }
            ("img", _) => {
                if let Some(alt) = attribute(tag, "alt").filter(|alt| !alt.is_empty()) {
                    words(&mut out, &alt);
                }
            }
            _ => {}
        }
    }
    if silent == 0 && !rest.starts_with('<') {
        words(&mut out, rest);
    }
    let mut text = String::with_capacity(out.len());
    for line in out.trim().lines() {
        text.push_str(line.trim());
        text.push('\n');
    }
    text
}

fn begin_line(out: &mut String, breaks: usize) {
    let trimmed = out.trim_end_matches(' ').len();
    out.truncate(trimmed);
    if out.is_empty() {
        return;
    }
    let there = out.len() - out.trim_end_matches('\n').len();
    out.extend(std::iter::repeat_n('\n', breaks.saturating_sub(there)));
}

/// Text as it stands between tags: white space is one space, entities are what they stand for.
fn words(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some((sign, after)) = rest.strip_prefix('&').and_then(signed) {
            out.push(sign);
            rest = after;
        } else if letter.is_whitespace() {
            if !out.is_empty() && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
            rest = rest.trim_start();
        } else {
            // Plain words at once, with a single space between them: letter by letter a long message takes twice as long.
            let (after, mut spaced) = (letter.len_utf8(), false);
            let stops = |byte: u8| {
                let twice = mem::replace(&mut spaced, byte == b' ') && spaced;
                twice || byte == b'&' || byte < b' ' || !byte.is_ascii()
            };
            let end = rest[after..].bytes().position(stops).map_or(rest.len(), |end| after + end);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
}

/// What an entity stands for, and what follows it.
fn signed(text: &str) -> Option<(char, &str)> {
    let (entity, after) = text.split_once(';').filter(|(entity, _)| entity.len() <= 10)?;
    Some((meant(entity)?, after))
}

fn meant(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "euro" => '€',
        "agrave" => 'à',
        "egrave" => 'è',
        "eacute" => 'é',
        "igrave" => 'ì',
        "ograve" => 'ò',
        "ugrave" => 'ù',
        "laquo" => '«',
        "raquo" => '»',
        "rsquo" => '’',
        "ndash" => '–',
        "mdash" => '—',
        _ => {
            let number = entity.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number).filter(|c| !c.is_control())?
        }
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower
        .match_indices(name)
        .find(|(at, _)| lower[..*at].ends_with(char::is_whitespace) && lower[at + name.len()..].trim_start().starts_with('='))?
        .0;
    let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let raw = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    let mut text = String::new();
    words(&mut text, raw);
    Some(text)
}

#[cfg(test)]
mod tests;
