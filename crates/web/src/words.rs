//! Words: Fluent messages in Italian and English, from the tables beside the slices.
//!
//! A table has one key per message: `account-one = { it = "Azienda", en = "Account" }`. What needs no arguments is made
//! into text once, when the words are loaded; a list that shows a thousand of them parses nothing.

mod formed;

pub(crate) use formed::{Form, Shape};

use arc_swap::ArcSwap;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use formed::Formed;
use kernel::{Error, Language, Result, Say};
use meta::Model;
use std::collections::HashMap;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

/// The words of an installation.
pub struct Words {
    plain: [HashMap<String, Box<str>>; 2],
    bundles: [FluentBundle<FluentResource>; 2],
    /// What stands in the messages that have something inside.
    shapes: [HashMap<String, Shape>; 2],
    company: ArcSwap<Company>,
}

/// What the company says itself.
#[derive(Default)]
struct Company {
    /// As the model holds it, by which it is known.
    spoken: Arc<HashMap<String, [String; 2]>>,
    /// Kept once for the life of the process, as the names of fields are.
    plain: [HashMap<String, &'static str>; 2],
    /// Messages with something inside.
    formed: [HashMap<String, Formed>; 2],
}

impl Words {
    /// Reads the tables; a later one may not say again what an earlier one said.
    pub fn load(texts: &[&str]) -> Result<Words> {
        let mut sources: [Vec<(String, String)>; 2] = Default::default();
        for text in texts {
            let table: toml::Table = text.parse().map_err(|error| Error::Internal(format!("words: {error}")))?;
            for (key, message) in table {
                for (place, language) in Language::ALL.into_iter().enumerate() {
                    let pattern = message.get(language.code()).and_then(toml::Value::as_str);
                    let pattern = pattern.ok_or_else(|| Error::Internal(format!("words: {key} has no {}", language.code())))?;
                    sources[place].push((key.clone(), pattern.to_owned()));
                }
            }
        }
        let inside = |messages: &[(String, String)]| {
            let inside = messages.iter().filter(|(_, pattern)| pattern.contains('{'));
            inside.filter_map(|(key, pattern)| Some((key.clone(), Shape::read(pattern)?))).collect()
        };
        let shapes = [inside(&sources[0]), inside(&sources[1])];
        let [italian, english] = sources;
        let (italian, italian_bundle) = language(Language::Italian, italian)?;
        let (english, english_bundle) = language(Language::English, english)?;
        Ok(Words { plain: [italian, english], bundles: [italian_bundle, english_bundle], shapes, company: ArcSwap::default() })
    }

    /// The words of the platform and of some slices.
    pub fn of_platform_and(slices: &[&str]) -> Result<Words> {
        let mut texts = vec![
            include_str!("../words.toml"),
            include_str!("pages/words.toml"),
            include_str!("pages/filter/words.toml"),
            include_str!("pages/rights/words.toml"),
            include_str!("pages/access/words.toml"),
            include_str!("pages/own_fields/words.toml"),
            include_str!("pages/wordings/words.toml"),
            include_str!("pages/layouts/words.toml"),
            include_str!("pages/series/words.toml"),
            include_str!("pages/normalising/words.toml"),
            include_str!("pages/vocabularies/words.toml"),
            include_str!("pages/merging/words.toml"),
            include_str!("pages/duplicates/words.toml"),
        ];
        texts.extend(slices);
        Words::load(&texts)
    }

    /// Says from now on what the company says itself in this model: the names of its own fields.
    pub fn follow(&self, model: &Model) {
        if Arc::ptr_eq(&self.company.load().spoken, &model.spoken) {
            return;
        }
        let plain = [0, 1].map(|place: usize| {
            let said = model.spoken.iter().filter(|(_, texts)| !texts[place].is_empty());
            // What the product says with something inside is never said as a plain text.
            let said = said.filter(|(key, _)| !self.bundles[place].has_message(key) || self.plain[place].contains_key(*key));
            said.map(|(key, texts)| (key.clone(), meta::name(&texts[place]))).collect()
        });
        let formed = [0, 1].map(|place: usize| {
            let said = model.spoken.iter().filter(|(_, texts)| !texts[place].is_empty());
            let read = |(key, texts): (&String, &[String; 2])| {
                let shape = self.shapes[place].get(key)?;
                match shape.formed(&texts[place], &self.variables(key)) {
                    Ok(formed) => Some((key.clone(), formed)),
                    Err(_) => {
                        tracing::warn!(message = key, "the company's words do not fit the message: the product's are said");
                        None
                    }
                }
            };
            said.filter_map(read).collect()
        });
        self.company.store(Arc::new(Company { spoken: model.spoken.clone(), plain, formed }));
    }

    /// The text of a message without arguments; the key itself where there is none.
    pub fn get<'w>(&'w self, key: &'w str, language: Language) -> &'w str {
        self.known(key, language).unwrap_or(key)
    }

    /// The text of a message without arguments, if there is one.
    pub fn known(&self, key: &str, language: Language) -> Option<&str> {
        let place = place(language);
        let said = self.company.load().plain[place].get(key).copied();
        said.or_else(|| self.plain[place].get(key).map(AsRef::as_ref))
    }

    /// What stands in each message of the product that may be said otherwise, in Italian and English.
    pub(crate) fn product(&self) -> impl Iterator<Item = (&str, [Shape; 2])> {
        let plain = self.plain[0].keys().chain(self.shapes[0].keys().filter(|key| !self.plain[0].contains_key(*key)));
        plain.filter_map(|key| Some((key.as_str(), self.shapes_of(key)?)))
    }

    /// What stands in a message of the product, in Italian and English; nothing where there is none that may be said otherwise.
    pub(crate) fn shapes_of(&self, key: &str) -> Option<[Shape; 2]> {
        let of = |place: usize| match self.plain[place].get(key) {
            Some(text) => Some(Shape::of_plain(text)),
            None => self.shapes[place].get(key).cloned(),
        };
        Some([of(0)?, of(1)?])
    }

    /// What may stand in a message, in either language.
    pub(crate) fn variables(&self, key: &str) -> Vec<String> {
        let mut variables: Vec<String> = Vec::new();
        for name in self.shapes.iter().filter_map(|shapes| shapes.get(key)).flat_map(|shape| &shape.variables) {
            if !variables.contains(name) {
                variables.push(name.clone());
            }
        }
        variables
    }

    /// The text of the first of some messages that there is; the last key where there is none.
    pub fn first<'w>(&'w self, keys: &[&'w str], language: Language) -> &'w str {
        keys.iter().find_map(|key| self.known(key, language)).or(keys.last().copied()).unwrap_or_default()
    }

    /// The text of a message with arguments; a whole number chooses its plural.
    pub fn with(&self, key: &str, language: Language, arguments: &[(&str, &str)]) -> String {
        if let Some(plain) = self.known(key, language) {
            return plain.to_owned();
        }
        if let Some(formed) = self.company.load().formed[place(language)].get(key) {
            return formed.said(arguments);
        }
        let bundle = &self.bundles[place(language)];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let mut args = FluentArgs::with_capacity(arguments.len());
        for (name, value) in arguments {
            args.set(*name, fluent(value));
        }
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// A sentence in a language.
    pub fn say(&self, say: &Say, language: Language) -> String {
        let arguments: Vec<(&str, &str)> = say.with.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
        self.with(&say.key, language, &arguments)
    }

    /// What a field, or a relation, is called; nothing where it has no name.
    pub fn field(&self, entity: &str, key: &str, language: Language) -> Option<&str> {
        let key = key.replace('.', "-");
        self.known(&format!("field-{entity}-{key}"), language).or_else(|| self.known(&format!("field-{key}"), language))
    }

    /// Whether there is such a message, in both languages.
    pub fn has(&self, key: &str) -> bool {
        self.company.load().spoken.contains_key(key) || self.bundles.iter().all(|bundle| bundle.has_message(key))
    }
}

impl engine::mail::Speaks for Words {
    fn said(&self, key: &str, language: Language, with: &[(&str, &str)]) -> String {
        self.with(key, language, with)
    }
}

fn place(language: Language) -> usize {
    match language {
        Language::Italian => 0,
        Language::English => 1,
    }
}

/// A number where the text is one, so that plurals work; text otherwise, so that `007` stays what it is.
fn fluent(value: &str) -> FluentValue<'_> {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::from(value),
    }
}

type Spoken = (HashMap<String, Box<str>>, FluentBundle<FluentResource>);

fn language(language: Language, messages: Vec<(String, String)>) -> Result<Spoken> {
    let identifier: LanguageIdentifier = language.code().parse().map_err(Error::internal)?;
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // The pages are of one direction: marks around arguments would only be in the way of whoever copies them.
    bundle.set_use_isolating(false);
    let mut keys = Vec::with_capacity(messages.len());
    for (key, pattern) in messages {
        let source = format!("{key} = {}\n", in_lines(pattern.trim()));
        let resource = FluentResource::try_new(source).map_err(|(_, errors)| Error::Internal(format!("words: {key}: {errors:?}")))?;
        bundle.add_resource(resource).map_err(|errors| Error::Internal(format!("words: {key}: {errors:?}")))?;
        keys.push(key);
    }
    let mut plain = HashMap::with_capacity(keys.len());
    for key in keys {
        let Some(pattern) = bundle.get_message(&key).and_then(|message| message.value()) else {
            return Err(Error::Internal(format!("words: {key} is no message")));
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
        if errors.is_empty() {
            plain.insert(key, text.into_boxed_str());
        }
    }
    Ok((plain, bundle))
}

/// The pattern as Fluent wants it: continued lines indented, each variant of a choice on a line of its own, so that a
/// table may say `{ $n -> [one] one line *[other] { $n } lines }` in one.
fn in_lines(pattern: &str) -> String {
    const BREAK: &str = "\n    ";
    let mut text = String::with_capacity(pattern.len() + 32);
    let mut choices = Vec::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let choosing = choices.last() == Some(&true);
        if choosing && let Some(label) = variant_label(rest) {
            text.push_str(BREAK);
            text.push_str(label);
            rest = &rest[label.len()..];
            continue;
        }
        match letter {
            '\n' => text.push_str(BREAK),
            '{' => {
                choices.push(false);
                text.push('{');
            }
            '}' => {
                text.push_str(if choosing { BREAK } else { "" });
                choices.pop();
                text.push('}');
            }
            '>' if text.ends_with('-') && !choices.is_empty() && !choosing => {
                text.push('>');
                if let Some(choice) = choices.last_mut() {
                    *choice = true;
                }
            }
            other => text.push(other),
        }
        rest = &rest[letter.len_utf8()..];
    }
    text
}

/// The label that a text begins with: `[one]`, `*[other]`.
fn variant_label(text: &str) -> Option<&str> {
    let star = usize::from(text.starts_with('*'));
    let inside = text[star..].strip_prefix('[')?;
    let end = inside.find(']')?;
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (end > 0 && inside[..end].chars().all(named)).then(|| &text[..star + end + 2])
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.plain[0].len())
    }
}

#[cfg(test)]
mod tests;
