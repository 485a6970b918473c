//! Mappings with a name: what was chosen for a file, kept for the next one of the same program. Everybody keeps his own; whoever may
//! put them before others shares them.

use super::scheduled::going_by;
use engine::{Change, Slice, Tx, Work};
use kernel::{Error, Say};
use meta::entity::{Granted, Visibility};
use meta::field::Default;
use meta::fields::{Code, Link, LongText, Text, YesNo, code, link, long_text, text, yes_no};
use meta::{Entity, entity};

entity! { "import_mapping" {
    /// What it is called.
    NAME: Text = text("name").required().sortable(),
    /// What it imports: the plural of an entity.
    TARGET: Code = code("target").required(),
    /// What tells the header of its files from others.
    SIGNATURE: Code = code("signature"),
    /// What was chosen, as JSON.
    PLAN: LongText = long_text("plan").required(),
    /// Whether everybody has it.
    SHARED: YesNo = yes_no("shared"),
    /// Whose it is.
    OWNER: Link = link("owner", "user").starting(Default::Me),
}}

/// The entity of mappings with a name.
pub const IMPORT_MAPPING: &str = "import_mapping";

/// What mappings with a name register.
pub(super) fn register(slice: Slice) -> Slice {
    slice.entity(import_mapping()).hook(IMPORT_MAPPING, guard)
}

fn import_mapping() -> Entity {
    Entity::new(IMPORT_MAPPING, "import_mappings", fields())
        .titled(&NAME)
        .seen(Visibility::OwnOrShared("owner", "shared"))
        .granted(Granted::Kept)
        .index(&["target", "name"])
        .inner()
}

/// A mapping is changed by whoever made it, what others use by whoever may share; one that a scheduled import goes by is not removed.
fn guard<'t>(tx: &'t mut Tx, change: &'t mut Change) -> Work<'t, ()> {
    Box::pin(async move {
        engine::views::put_before_others(change, OWNER.id(), |record| record.get(&SHARED))?;
        if change.after.removed_at().is_some() {
            let used = going_by(tx, change.after.id).await?;
            if !used.is_empty() {
                let say = Say::new("error-import-mapping-used").with("count", used.len()).with("names", used.join(", "));
                return Err(Error::invalid("mapping", say));
            }
        }
        Ok(())
    })
}
