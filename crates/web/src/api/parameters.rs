//! The parameters of an address. Unknown, repeated and unreadable ones are refused.

use super::cursor;
use crate::form::{Asking, Fields};
use crate::{Failure, Web};
use engine::{Asked, Sorting};
use kernel::{Error, Problem, Result, Say};
use meta::filter::parse::parse;
use meta::{Entity, Filter, Model};
use std::str::FromStr;
use std::sync::Arc;

/// Most fields to sort by.
const MOST_SORTS: usize = 4;
/// Most records of a page.
pub(crate) const MOST_RECORDS: usize = 200;

/// The parameters of an address, each of them known and given once.
pub(crate) struct Parameters(Fields);

impl Parameters {
    /// Takes the parameters; refuses all but these.
    pub(crate) fn only(Asking(fields): Asking, known: &[&str]) -> Result<Parameters> {
        let mut problems = Vec::new();
        for (place, (name, _)) in fields.0.iter().enumerate() {
            let again = fields.0[..place].iter().any(|(other, _)| other == name);
            if again || !known.contains(&name.as_str()) {
                problems.push(Problem { field: name.clone(), say: Say::new("error-parameter").with("name", name) });
            }
        }
        if problems.is_empty() { Ok(Parameters(fields)) } else { Err(Error::Invalid(problems)) }
    }

    /// The text of a parameter, where it was given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// A parameter of another type; `Invalid` where it can't be read.
    pub(crate) fn read<T: FromStr>(&self, name: &'static str) -> Result<Option<T>> {
        let wrong = || Error::invalid(name, Say::new("error-parameter-value").with("name", name));
        self.text(name).map(|text| text.parse().map_err(|_| wrong())).transpose()
    }

    /// A switch: `1` or `true`, `0` or `false`.
    pub(crate) fn switch(&self, name: &'static str) -> Result<bool> {
        match self.text(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(_) => Err(Error::invalid(name, Say::new("error-parameter-value").with("name", name))),
        }
    }

    /// The filter, everything where there is none.
    pub(crate) fn filter(&self, model: &Model, entity: &Entity) -> Result<Filter> {
        match self.text("filter").map(str::trim) {
            None | Some("") => Ok(Filter::everything()),
            Some(text) if text.contains('\0') => Err(Error::invalid("filter", Say::new("error-nul"))),
            Some(text) => parse(text, model, entity),
        }
    }
}

/// The parameters of a list.
pub(crate) const OF_LISTS: [&str; 7] = ["filter", "sort", "fields", "limit", "cursor", "lines", "trash"];

/// What is asked of a list, and what its places are sealed for.
pub(crate) fn asked(web: &Web, model: &Model, entity: Arc<Entity>, parameters: &Parameters) -> Result<(Asked, String), Failure> {
    let mut asked = Asked::new(entity.clone()).filtered(parameters.filter(model, &entity)?);
    if let Some(text) = parameters.text("sort") {
        for one in text.split(',').filter(|one| !one.is_empty()) {
            let sorting = Sorting::parse(one, &entity)?;
            if asked.sort.iter().any(|other| other.field == sorting.field) || asked.sort.len() == MOST_SORTS {
                return Err(Error::invalid("sort", Say::new("error-sort-unknown").with("name", one)).into());
            }
            asked.sort.push(sorting);
        }
    }
    if let Some(text) = parameters.text("fields") {
        asked.fields = fields(text, &entity)?;
    }
    asked.limit = parameters.read::<u32>("limit")?.map_or(50, |limit| (limit as usize).clamp(1, MOST_RECORDS));
    asked.lines = parameters.switch("lines")?;
    asked.trash = parameters.switch("trash")?;
    asked.names = false;
    let purpose = cursor::purpose(entity.key, &asked.sort);
    if let Some(text) = parameters.text("cursor") {
        asked.after = Some(cursor::read(web.seal(), &purpose, text)?);
    }
    Ok((asked, purpose))
}

/// The fields named, `address` standing for all its parts.
fn fields(text: &str, entity: &Entity) -> Result<Vec<&'static str>> {
    let mut named = Vec::new();
    for one in text.split(',').filter(|one| !one.is_empty()) {
        let prefix = format!("{one}.");
        let chosen = entity.fields.iter().filter(|field| !field.secret && (field.key == one || field.key.starts_with(&prefix)));
        let keys: Vec<&'static str> = chosen.map(|field| field.key).collect();
        if keys.is_empty() && one != "id" {
            return Err(Error::invalid("fields", Say::new("error-unknown-field")));
        }
        for key in keys {
            // The version stands in every record anyway.
            if !named.contains(&key) && key != "version" {
                named.push(key);
            }
        }
    }
    Ok(named)
}
