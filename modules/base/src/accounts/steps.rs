//! The steps of an account's life, each with its day and who took it.

use super::entity::{STAGE, STAGE_SINCE};
use engine::{Act, Change, Draft};
use engine::{Tx, Work};
use kernel::Value;
use meta::entity::Visibility;
use meta::fields::{Choices, Chosen, DateOnly, Link, choice, date, link};
use meta::{Entity, entity};

/// The entity of steps.
pub const STEP: &str = "account_step";

entity! { "account_step" {
    /// The step that was reached.
    REACHED: Choices<super::entity::Stage> = choice::<super::entity::Stage>("stage").required(),
    /// The account.
    ACCOUNT: Link = link("account", "account").required(),
    /// The day.
    DAY: DateOnly = date("day").required().sortable(),
}}

pub(super) fn step() -> Entity {
    let mut step = Entity::new(STEP, "account_steps", fields())
        .seen(Visibility::Through("account"))
        .titled(&REACHED)
        .columns(&["stage", "day"])
        .inner()
        .untracked();
    step.sort = ("day", true);
    step
}

/// A new stage is dated on the account, and kept as a step. What comes in with its own day, which no form can say, keeps it.
pub(super) fn dated<'t>(_: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        if !change.changes(STAGE.id()) {
            return Ok(());
        }
        let known = if change.creates() { change.after.get(&STAGE_SINCE) } else { None };
        let day = known.unwrap_or_else(|| change.now.date(&change.zone));
        change.put(STAGE_SINCE.id(), Value::Date(day));
        let Some(stage) = change.after.get(&STAGE) else { return Ok(()) };
        let step = Draft::new(STEP).with(REACHED.id(), stage.key()).with(ACCOUNT.id(), change.after.id).with(DAY.id(), day);
        change.more.push(Act::Create(step));
        Ok(())
    })
}
