//! The words of a page, in the language of whoever reads it.

use crate::Web;
use kernel::{Language, Say};

/// The words in one language.
#[derive(Clone)]
pub struct Speech {
    web: Web,
    /// The language.
    pub language: Language,
}

impl Speech {
    /// The words of an installation in a language.
    pub(crate) fn new(web: &Web, language: Language) -> Speech {
        Speech { web: web.clone(), language }
    }

    /// A message without arguments.
    pub fn say<'s>(&'s self, key: &'s str) -> &'s str {
        self.web.words().get(key, self.language)
    }

    /// A message without arguments, if there is one.
    pub fn known(&self, key: &str) -> Option<&str> {
        self.web.words().known(key, self.language)
    }

    /// Whether there is such a message, with arguments or without.
    pub fn has(&self, key: &str) -> bool {
        self.web.words().has(key)
    }

    /// A message with arguments.
    pub fn with(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.web.words().with(key, self.language, arguments)
    }

    /// A number with its thousands apart.
    pub fn number(&self, number: i64) -> String {
        kernel::Scaled { units: number, scale: 0 }.for_people(self.language)
    }

    /// A message about a number: `count` decides its form, `number` is how it reads.
    pub fn counting(&self, key: &str, count: i64) -> String {
        self.with(key, &[("count", &count.to_string()), ("number", &self.number(count))])
    }

    /// A sentence of an error.
    pub fn sentence(&self, say: &Say) -> String {
        self.web.words().say(say, self.language)
    }

    /// What a field, or a relation, is called.
    pub fn field(&self, entity: &str, key: &str) -> String {
        self.web.words().field(entity, key, self.language).map_or_else(|| key.replace('.', "-"), str::to_owned)
    }

    /// The same where there is little room.
    pub fn short(&self, entity: &str, key: &str) -> String {
        let dashed = key.replace('.', "-");
        self.known(&format!("short-{entity}-{dashed}")).map_or_else(|| self.field(entity, key), str::to_owned)
    }

    /// What is to be known before writing into a field; empty where nothing is.
    pub fn hint(&self, entity: &str, key: &str) -> String {
        let key = key.replace('.', "-");
        self.first(&[&format!("hint-{entity}-{key}"), &format!("hint-{key}")]).unwrap_or_default()
    }

    /// What a choice is called.
    pub fn choice(&self, entity: &str, field: &str, key: &str) -> String {
        self.first(&[&format!("choice-{entity}-{field}-{key}"), &format!("choice-{field}-{key}")]).unwrap_or_else(|| key.to_owned())
    }

    /// What an entity is called: `one`, `many`, `new`.
    pub fn entity(&self, entity: &str, form: &str) -> String {
        self.known(&format!("entity-{entity}-{form}")).unwrap_or(entity).to_owned()
    }

    /// What the area of an entity is called in the bar and over its list: a name of its own, or what its records are.
    pub fn area(&self, entity: &str) -> String {
        self.known(&format!("area-{entity}")).map_or_else(|| self.entity(entity, "many"), str::to_owned)
    }

    /// The title of a section.
    pub fn section(&self, entity: &str, key: &str) -> String {
        self.first(&[&format!("section-{entity}-{key}"), &format!("section-{key}")]).unwrap_or_else(|| key.to_owned())
    }

    fn first(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.known(key)).map(str::to_owned)
    }
}
