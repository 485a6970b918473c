//! Messages with something inside, as the company says them: text and placeholders, one text for each form where a number or a
//! kind of word chooses it. What is written is never read as Fluent: a placeholder is one of the message's own, braces are
//! nothing else, and what does not fit the message any more is not said.

use kernel::Say;
use std::collections::BTreeMap;

/// What stands in a message, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// What may stand in it, in the order in which it does.
    pub(crate) variables: Vec<String>,
    /// What chooses the form.
    chooser: Option<String>,
    /// The forms, whole; one without a key where nothing chooses.
    pub(crate) forms: Vec<Form>,
}

/// A form of a message: for one, for more, for a feminine word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    /// What chooses it: `one`, `other`, `0`, `fs`.
    pub(crate) key: String,
    /// The product's text.
    pub(crate) text: String,
    default: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(String),
}

/// A message as the company says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Formed {
    chooser: Option<String>,
    forms: Vec<(String, bool, Vec<Piece>)>,
}

impl Shape {
    /// What stands in a pattern of ours; nothing where it is made otherwise than texts, placeholders and one choice.
    pub(super) fn read(pattern: &str) -> Option<Shape> {
        let pattern = pattern.trim();
        let (chooser, texts) = match chosen(pattern) {
            Some((before, chooser, variants, after)) => {
                let forms = variants.into_iter().map(|(key, default, text)| (key, default, format!("{before}{text}{after}")));
                (Some(chooser), forms.collect())
            }
            None => (None, vec![(String::new(), true, pattern.to_owned())]),
        };
        let mut variables: Vec<String> = Vec::new();
        let mut forms = Vec::new();
        for (key, default, text) in texts {
            for piece in pieces(&text, None).ok()? {
                if let Piece::Variable(name) = piece
                    && !variables.contains(&name)
                {
                    variables.push(name);
                }
            }
            forms.push(Form { key, text: text.trim().to_owned(), default });
        }
        variables.extend(chooser.iter().filter(|chooser| !variables.contains(chooser)).cloned().collect::<Vec<_>>());
        (forms.iter().filter(|form| form.default).count() == 1).then_some(Shape { variables, chooser, forms })
    }

    /// A message in which nothing stands.
    pub(super) fn of_plain(text: &str) -> Shape {
        let form = Form { key: String::new(), text: text.to_owned(), default: true };
        Shape { variables: Vec::new(), chooser: None, forms: vec![form] }
    }

    /// Whether something chooses its form.
    pub(crate) fn chooses(&self) -> bool {
        self.chooser.is_some()
    }

    /// The company's texts of a row, in the order of the forms; empty where it says nothing.
    pub(crate) fn texts(&self, stored: &str) -> Vec<String> {
        if self.chooser.is_none() {
            return vec![stored.to_owned()];
        }
        let known: BTreeMap<String, String> = serde_json::from_str(stored).unwrap_or_default();
        self.forms.iter().map(|form| known.get(&form.key).cloned().unwrap_or_default()).collect()
    }

    /// The row of the company's texts.
    pub(crate) fn stored(&self, texts: &[String]) -> String {
        if self.chooser.is_none() {
            return texts.first().cloned().unwrap_or_default();
        }
        let given: BTreeMap<&str, &str> = self
            .forms
            .iter()
            .zip(texts)
            .filter(|(_, text)| !text.is_empty())
            .map(|(form, text)| (form.key.as_str(), text.as_str()))
            .collect();
        if given.is_empty() { String::new() } else { serde_json::json!(given).to_string() }
    }

    /// What the company says, read once; a form that it leaves empty is the product's.
    ///
    /// Errors: the sentence about a placeholder that the message does not have, or a brace that is none.
    pub(super) fn formed(&self, stored: &str, variables: &[String]) -> Result<Formed, Say> {
        let mut forms = Vec::with_capacity(self.forms.len());
        for (form, text) in self.forms.iter().zip(self.texts(stored)) {
            let text = if text.is_empty() { &form.text } else { &text };
            forms.push((form.key.clone(), form.default, pieces(text, Some(variables))?));
        }
        Ok(Formed { chooser: self.chooser.clone(), forms })
    }

    /// Refuses a text with a placeholder that the message does not have, or with a brace that is none.
    pub(crate) fn examine(text: &str, variables: &[String]) -> Result<(), Say> {
        pieces(text, Some(variables)).map(|_| ())
    }
}

impl Formed {
    /// The text with these arguments. In both languages one is one, and everything else is more.
    pub(super) fn said(&self, arguments: &[(&str, &str)]) -> String {
        let value = |name: &str| arguments.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        let chosen = self.chooser.as_deref().map(value).unwrap_or_default();
        let category = match chosen.parse::<i64>() {
            Ok(1) => "one",
            Ok(_) => "other",
            Err(_) => chosen,
        };
        let by = |wanted: &str| self.forms.iter().find(|(key, ..)| key == wanted);
        let form = by(chosen).or_else(|| by(category)).or_else(|| self.forms.iter().find(|(_, default, _)| *default));
        let mut said = String::new();
        for piece in form.map(|(_, _, pieces)| pieces.as_slice()).unwrap_or_default() {
            match piece {
                Piece::Text(text) => said.push_str(text),
                Piece::Variable(name) => said.push_str(value(name)),
            }
        }
        said
    }
}

/// The parts of a text; where the variables are given, no others.
fn pieces(text: &str, variables: Option<&[String]>) -> Result<Vec<Piece>, Say> {
    let allowed = || {
        let names: Vec<String> = variables.into_iter().flatten().map(|name| format!("{{ ${name} }}")).collect();
        names.join(", ")
    };
    let malformed = || Say::new("error-wording-braces").with("known", allowed());
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find(['{', '}']) {
        if place > 0 {
            pieces.push(Piece::Text(rest[..place].to_owned()));
        }
        let inside = rest[place..].strip_prefix('{').ok_or_else(malformed)?;
        let (name, after) = inside.split_once('}').ok_or_else(malformed)?;
        let name = name.trim().strip_prefix('$').ok_or_else(malformed)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(fits) {
            return Err(malformed());
        }
        if variables.is_some_and(|variables| !variables.iter().any(|known| known == name)) {
            return Err(Say::new("error-wording-variable").with("name", name).with("known", allowed()));
        }
        pieces.push(Piece::Variable(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

type Chosen<'p> = (&'p str, String, Vec<(String, bool, String)>, &'p str);

/// The one choice of a pattern of ours: what stands before it, what chooses, its variants, what stands after.
fn chosen(pattern: &str) -> Option<Chosen<'_>> {
    let arrow = pattern.find("->")?;
    let open = pattern[..arrow].rfind('{')?;
    let chooser = pattern[open + 1..arrow].trim().strip_prefix('$')?.to_owned();
    let mut depth = 1;
    let inside = &pattern[arrow + 2..];
    let close = inside.char_indices().find_map(|(place, c)| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        (depth == 0).then_some(place)
    })?;
    let (inside, after) = (&inside[..close], &inside[close + 1..]);
    let mut variants: Vec<(String, bool, String)> = Vec::new();
    let mut rest = inside;
    while let Some(letter) = rest.chars().next() {
        if let Some(label) = super::variant_label(rest) {
            let key = label.trim_start_matches('*').trim_matches(['[', ']']).to_owned();
            variants.push((key, label.starts_with('*'), String::new()));
            rest = rest[label.len()..].trim_start();
            continue;
        }
        match variants.last_mut() {
            Some((_, _, text)) => text.push(letter),
            None if letter.is_whitespace() => {}
            None => return None,
        }
        rest = &rest[letter.len_utf8()..];
    }
    for (_, _, text) in &mut variants {
        text.truncate(text.trim_end().len());
    }
    Some((&pattern[..open], chooser, variants, after))
}
