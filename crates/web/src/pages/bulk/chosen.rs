//! The records that were chosen: by their ticks, or all of the list's filter.

use crate::form::Fields;
use crate::pages::html;
use crate::pages::list;
use crate::pages::list::address::ListAddress;
use crate::pages::reader::Reader;
use engine::Selection;
use kernel::{Id, IdSet, Result};
use meta::{Entity, Filter};
use std::sync::Arc;

/// What was chosen, in which list.
pub(super) struct Chosen {
    /// The list, as its address says it.
    pub(super) list: String,
    pub(super) address: ListAddress,
    filter: Filter,
    pub(super) ids: Vec<Id>,
    pub(super) all: bool,
}

impl Chosen {
    /// Reads a form or an address. A tick on the whole counts more than those on rows.
    pub(super) async fn read(reader: &Reader, entity: &Arc<Entity>, fields: &Fields) -> Result<Chosen> {
        let list = fields.get("list").unwrap_or_default().trim_start_matches('?').to_owned();
        let (filter, address) = list::chosen(reader, entity, &list).await?;
        let mut known = IdSet::default();
        let ids: Vec<Id> = fields.all("pick").filter_map(|id| id.parse().ok()).filter(|id| known.insert(*id)).collect();
        Ok(Chosen { list, address, filter, ids, all: fields.get("all") == Some("1") })
    }

    /// The way back to the list.
    pub(super) fn back(&self, entity: &Entity) -> String {
        back(entity, &self.list)
    }

    /// How many records these are now.
    pub(super) async fn count(&self, reader: &Reader, entity: &Entity) -> Result<i64> {
        if !self.all {
            return Ok(self.ids.len() as i64);
        }
        let counted = reader.web.engine().count(&reader.who, entity, &self.filter, self.address.trash, None).await?;
        Ok(counted.number)
    }

    /// The same for the engine.
    pub(super) fn selection(&self) -> Selection {
        if self.all { Selection::All(self.filter.clone()) } else { Selection::These(self.ids.clone()) }
    }

    /// The same as the inputs of a form that goes on with it.
    pub(super) fn inputs(&self) -> String {
        let mut out = String::new();
        let mut hidden = |name: &str, value: &str| {
            out.push_str("<input type=\"hidden\"");
            html::attribute(&mut out, "name", name);
            html::attribute(&mut out, "value", value);
            out.push('>');
        };
        hidden("list", &self.list);
        if self.all {
            hidden("all", "1");
        } else {
            self.ids.iter().for_each(|id| hidden("pick", &id.to_string()));
        }
        out
    }
}

/// The address of a list that is told by its question.
pub(super) fn back(entity: &Entity, list: &str) -> String {
    if list.is_empty() { format!("/{}", entity.plural) } else { format!("/{}?{list}", entity.plural) }
}
