//! The kinds that an own field may be of, and the field that follows from its row.

use super::{
    ENTITY, INITIAL, KEY, KIND, PERSONAL, READ_ONLY_WHEN, REQUIRED, REQUIRED_WHEN, SEARCHED, SERIES, SORTABLE, TARGET, UNIQUE,
    VISIBLE_WHEN, VOCABULARY,
};
use kernel::{Error, Language, Result, Say, Value, Zone};
use meta::field::Default;
use meta::fields::Reading;
use meta::{Field, Kind, Model, Record, choices, name};

choices! {
    /// What an own field holds.
    OwnKind {
        /// A line of text.
        Text = "text" none,
        /// Several lines of text.
        LongText = "long-text" none,
        /// Yes or no.
        YesNo = "yes-no" none,
        /// A whole number.
        Whole = "whole" none,
        /// Euro.
        Money = "money" none,
        /// A percentage.
        Percent = "percent" none,
        /// A day.
        Date = "date" none,
        /// A point in time.
        Moment = "moment" none,
        /// An e-mail address.
        Email = "email" none,
        /// A phone number.
        Phone = "phone" none,
        /// A web address.
        Web = "web" none,
        /// One term of a vocabulary.
        Term = "term" none,
        /// Several terms of a vocabulary.
        Terms = "terms" none,
        /// A link to a record.
        Link = "link" none,
        /// A number of a series, given when the record is created.
        Series = "series" none,
    }
}

/// The field of a row; its key is empty as long as it has none.
///
/// Errors: invalid where the kind wants a vocabulary, an entity or another first value.
pub(super) fn described(model: &Model, record: &Record) -> Result<Field> {
    let kind = record.get(&KIND).ok_or_else(|| Error::invalid(KIND.field.key, Say::new("error-required")))?;
    let vocabulary = record.get(&VOCABULARY);
    let kind = match kind {
        OwnKind::Text => Kind::Text,
        OwnKind::LongText => Kind::LongText,
        OwnKind::YesNo => Kind::YesNo,
        OwnKind::Whole => Kind::Whole,
        OwnKind::Money => Kind::Money,
        OwnKind::Percent => Kind::Percent,
        OwnKind::Date => Kind::Date,
        OwnKind::Moment => Kind::Moment,
        OwnKind::Email => Kind::Email,
        OwnKind::Phone => Kind::Phone,
        OwnKind::Web => Kind::Web,
        OwnKind::Series => return numbered(record),
        OwnKind::Term | OwnKind::Terms if meta::fields::term_key(vocabulary).is_none_or(|key| key != vocabulary) => {
            return Err(Error::invalid(VOCABULARY.field.key, Say::new("error-own-field-vocabulary")));
        }
        OwnKind::Term => Kind::Vocabulary(name(vocabulary)),
        OwnKind::Terms => Kind::Vocabularies(name(vocabulary)),
        OwnKind::Link => {
            let target = model.entity(record.get(&TARGET)).filter(|target| target.can.public && !target.can.kept);
            let target = target.ok_or_else(|| Error::invalid(TARGET.field.key, Say::new("error-own-field-target")))?;
            Kind::Link(target.key)
        }
    };
    let mut field = Field::new(name(record.get(&KEY)), kind).within(name(record.get(&ENTITY)));
    let comparable = !matches!(kind, Kind::YesNo | Kind::LongText | Kind::Vocabularies(_));
    // Under a condition it is the condition that asks.
    field.required = record.get(&REQUIRED) && record.get(&VISIBLE_WHEN).trim().is_empty() && kind != Kind::YesNo;
    field.unique = record.get(&UNIQUE);
    field.search = record.get(&SEARCHED);
    field.sortable = record.get(&SORTABLE);
    field.personal = record.get(&PERSONAL);
    if field.unique && !comparable {
        return Err(Error::invalid(UNIQUE.field.key, Say::new("error-own-field-unique")));
    }
    if field.sortable && matches!(kind, Kind::LongText | Kind::Vocabularies(_)) {
        return Err(Error::invalid(SORTABLE.field.key, Say::new("error-own-field-sortable")));
    }
    if field.search && !matches!(kind, Kind::Text | Kind::LongText | Kind::Email | Kind::Phone | Kind::Web) {
        return Err(Error::invalid(SEARCHED.field.key, Say::new("error-own-field-searched")));
    }
    field.default = initial(record.get(&INITIAL), kind)?;
    Ok(field)
}

/// A field that holds numbers of a series: nobody writes it, and nothing decides whether it is given.
fn numbered(record: &Record) -> Result<Field> {
    let series = record.get(&SERIES);
    if meta::fields::term_key(series).is_none_or(|key| key != series) {
        return Err(Error::invalid(SERIES.field.key, Say::new("error-own-field-series")));
    }
    for (key, text) in [
        (&VISIBLE_WHEN, record.get(&VISIBLE_WHEN)),
        (&REQUIRED_WHEN, record.get(&REQUIRED_WHEN)),
        (&READ_ONLY_WHEN, record.get(&READ_ONLY_WHEN)),
    ] {
        if !text.trim().is_empty() {
            return Err(Error::invalid(key.field.key, Say::new("error-own-field-series-when")));
        }
    }
    if !record.get(&INITIAL).trim().is_empty() {
        return Err(Error::invalid(INITIAL.field.key, Say::new("error-own-field-initial")));
    }
    let mut field = Field::new(name(record.get(&KEY)), Kind::Code).within(name(record.get(&ENTITY))).numbered(name(series));
    field.personal = record.get(&PERSONAL);
    Ok(field)
}

/// The first value of new records, from what was typed.
fn initial(typed: &str, kind: Kind) -> Result<Default> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(Default::None);
    }
    let wrong = |say: Say| Error::invalid(INITIAL.field.key, say);
    match (kind, typed.to_lowercase().as_str()) {
        (Kind::Date, "oggi" | "today") => return Ok(Default::Today),
        (Kind::Moment, "adesso" | "now") => return Ok(Default::Now),
        (Kind::Date | Kind::Moment | Kind::Link(_), _) => return Err(wrong(Say::new("error-own-field-initial"))),
        _ => {}
    }
    let reading = Reading { language: Language::Italian, zone: Zone::rome() };
    match kind.parse(typed, &reading).map_err(wrong)? {
        Value::Int(number) => Ok(Default::Number(number)),
        Value::Bool(true) => Ok(Default::Yes),
        Value::Bool(false) => Ok(Default::None),
        Value::Text(text) => Ok(Default::Text(name(&text))),
        _ => Err(wrong(Say::new("error-own-field-initial"))),
    }
}
