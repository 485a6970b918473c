//! The conditions of fields, held against what is written.

use crate::Engine;
use crate::write::Writing;
use kernel::{Error, Problem, Result, Say};
use meta::{Entity, Model, Record};

impl Engine {
    /// Refuses what the conditions of fields do not allow: a value where the field is not shown, none where it is asked,
    /// another one where it stands. What a rule writes, or an undoing puts back, is not held against them.
    pub(crate) fn check_conditions(
        &self,
        writing: &Writing,
        model: &Model,
        entity: &Entity,
        before: Option<&Record>,
        after: &mut Record,
    ) -> Result<()> {
        if model.conditions.is_empty() || writing.by_rule || writing.undoes.is_some() {
            return Ok(());
        }
        let present = self.present(&writing.who);
        let mut problems = Vec::new();
        for (slot, field) in entity.carried.fields.iter().enumerate() {
            let Some(conditions) = model.conditions.get(&field.id) else { continue };
            let holds = |filter: &Option<meta::Filter>, record: &Record| {
                filter.as_ref().map(|filter| filter.holds_for(model, entity, record, &present))
            };
            let changed = match before {
                Some(before) => before.value(field.id) != &after.values[slot],
                None => !after.values[slot].is_empty(),
            };
            let mut wrong = |key: &'static str| problems.push(Problem { field: field.key.to_owned(), say: Say::new(key) });
            if holds(&conditions.visible, after) == Some(false) {
                if before.is_none() && field.default != meta::field::Default::None {
                    after.values[slot] = field.kind.empty();
                } else if changed {
                    wrong("error-not-asked");
                }
            } else if changed && before.is_some_and(|before| holds(&conditions.read_only, before) == Some(true)) {
                wrong("error-read-only");
            } else if after.values[slot].is_empty() && holds(&conditions.required, after) == Some(true) {
                wrong("error-required");
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}
