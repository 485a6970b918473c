//! The company's own fields: rows that an administrator writes, which become fields of the descriptions. A field is found
//! in every face at once, on every node; removed, it leaves them, and its column keeps what was written.

mod conditions;
mod following;
mod kinds;
mod loading;
mod making;
mod uses;

pub use kinds::OwnKind;
pub(crate) use loading::Declared;
pub use uses::Use;

use crate::area::{Change, Slice};
use crate::epoch;
use kernel::{Error, Problem, Result, Say};
use meta::entity::Visibility;
use meta::fields::{Choices, Code, LongText, Text, Whole, YesNo, choice, code, long_text, text, whole, yes_no};
use meta::filter::parse::parse;
use meta::{Conditions, Entity, FieldId, Filter, Model, Record};
use store::{Tx, Work};

/// The entity of own fields.
pub const OWN_FIELD: &str = "own_field";

/// The section of the fields that stand in none of the declared ones.
pub const SECTION_OF_ITS_OWN: &str = "own";

meta::entity! { "own_field" {
    /// What it is called, in Italian.
    LABEL: Text = text("label").required().search().sortable(),
    /// In English; the Italian words where it is empty.
    LABEL_ENGLISH: Text = text("label_english"),
    /// What is to be known before writing into it.
    HELP: Text = text("help"),
    /// The same in English.
    HELP_ENGLISH: Text = text("help_english"),
    /// The key of the entity it belongs to.
    ENTITY: Code = code("entity").required(),
    /// Its own key, made from the words; it never changes.
    KEY: Code = code("key").read_only(),
    /// What it holds.
    KIND: Choices<OwnKind> = choice::<OwnKind>("kind").required(),
    /// The vocabulary of its terms.
    VOCABULARY: Code = code("vocabulary").said("vocabulary"),
    /// The key of the entity it leads to.
    TARGET: Code = code("target"),
    /// The key of the series of its numbers.
    SERIES: Code = code("series"),
    /// A value must be given.
    REQUIRED: YesNo = yes_no("required"),
    /// A living record holds a value once.
    UNIQUE: YesNo = yes_no("unique"),
    /// Its words are found by search.
    SEARCHED: YesNo = yes_no("searched"),
    /// Lists may be sorted by it.
    SORTABLE: YesNo = yes_no("sortable"),
    /// Personal data of somebody.
    PERSONAL: YesNo = yes_no("personal"),
    /// The value of a new record where none is given, as it is typed.
    INITIAL: Text = text("initial"),
    /// The key of a section of the card.
    SECTION: Code = code("section"),
    /// Its place among the fields of its section.
    POSITION: Whole = whole("position"),
    /// It is shown where this filter holds.
    VISIBLE_WHEN: LongText = long_text("visible_when").condition_of("entity"),
    /// A value must be given where this filter holds.
    REQUIRED_WHEN: LongText = long_text("required_when").condition_of("entity"),
    /// Nobody changes it where this filter holds.
    READ_ONLY_WHEN: LongText = long_text("read_only_when").condition_of("entity"),
}}

pub(crate) fn slice() -> Slice {
    let slice = Slice::new("own-fields").entity(own_field()).hook(OWN_FIELD, examine);
    slice.job(following::BuildIndexes).job(following::LearnWords)
}

fn own_field() -> Entity {
    Entity::new(OWN_FIELD, "own_fields", fields())
        .titled(&LABEL)
        .seen(Visibility::Administrators)
        .index(&["entity", "position"])
        .columns(&["label", "entity", "kind", "key", "section", "position", "required"])
        .section("field", &["entity", "label", "label_english", "help", "help_english", "section", "position"])
        .section("values", &["kind", "vocabulary", "target", "series", "required", "unique", "initial", "searched", "sortable", "personal"])
        .section("conditions", &["visible_when", "required_when", "read_only_when"])
        .kept()
}

/// Whether the company may give an entity fields of its own: what people write on cards and forms of its own.
pub fn takes_own_fields(entity: &Entity) -> bool {
    let kept = entity.can.kept || matches!(entity.key, "term" | crate::segments::SEGMENT | crate::bulk::BULK);
    entity.can.public && !kept && !entity.can.appended && !entity.layout.is_empty() && entity.visibility != Visibility::Administrators
}

/// The conditions of a field, as the descriptions are now.
fn conditions(model: &Model, entity: &Entity, record: &Record) -> Result<Conditions> {
    let mut problems = Vec::new();
    let mut read = |key: &'static str, text: &str| {
        if text.trim().is_empty() {
            return None;
        }
        match parse(text, model, entity) {
            Ok(filter) if filter.is_of_record() => Some(filter),
            Ok(_) => {
                problems.push(Problem { field: key.to_owned(), say: Say::new("error-condition-beyond") });
                None
            }
            Err(Error::Invalid(wrong)) => {
                problems.extend(wrong.into_iter().map(|problem| Problem { field: key.to_owned(), ..problem }));
                None
            }
            Err(_) => None,
        }
    };
    let visible = read(VISIBLE_WHEN.field.key, record.get(&VISIBLE_WHEN));
    let required = read(REQUIRED_WHEN.field.key, record.get(&REQUIRED_WHEN));
    let read_only = read(READ_ONLY_WHEN.field.key, record.get(&READ_ONLY_WHEN));
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    // Where it is not shown, nobody can give what is always asked.
    let required = if record.get(&REQUIRED) && visible.is_some() { Some(Filter::everything()) } else { required };
    Ok(Conditions { visible, required, read_only })
}

/// What a field says has to fit the descriptions; what its column rests on never changes.
fn examine<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if change.removes() {
            // Every node that writes after this commit reads them again before.
            return epoch::count(tx, epoch::DESCRIPTIONS).await;
        }
        let fixed: [FieldId; 7] = [ENTITY.id(), KEY.id(), KIND.id(), VOCABULARY.id(), TARGET.id(), UNIQUE.id(), SERIES.id()];
        if let Some(before) = &change.before
            && let Some(field) = fixed.into_iter().find(|field| before.value(*field) != change.after.value(*field))
        {
            let key = change.after.carried.slot(field).map_or("", |slot| change.after.carried.fields[slot].key);
            return Err(Error::invalid(key, Say::new("error-own-field-fixed")));
        }
        let model = change.model.clone();
        let entity = model.entity(change.after.get(&ENTITY)).filter(|entity| takes_own_fields(entity));
        let entity = entity.ok_or_else(|| Error::invalid(ENTITY.field.key, Say::new("error-own-field-entity")))?;
        let described = kinds::described(&model, &change.after)?;
        if described.series.is_some_and(|series| !model.series.contains_key(series)) {
            return Err(Error::invalid(SERIES.field.key, Say::new("error-own-field-series")));
        }
        let section = change.after.get(&SECTION);
        if !section.is_empty() && section != SECTION_OF_ITS_OWN && !entity.layout.iter().any(|known| known.key == section) {
            return Err(Error::invalid(SECTION.field.key, Say::new("error-own-field-section")));
        }
        conditions(&model, entity, &change.after)?;
        // Every node that writes after this commit reads them again before.
        epoch::count(tx, epoch::DESCRIPTIONS).await
    })
}
