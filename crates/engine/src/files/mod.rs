//! Files that records hold: how they come in, what they are, small pictures of them, and how what nobody refers to goes.

mod names;
mod nature;
mod sweeping;
#[cfg(test)]
mod tests;
mod thumbnails;

pub use names::{harmless_name, stem};
pub use nature::{BEGINNING, Nature, nature};
pub use store::files::{Arriving, Digest, Files, Kept};
pub(crate) use thumbnails::{decoded, encoded};

use crate::Engine;
use crate::area::Slice;
use kernel::{Error, Result, Say, Value};
use meta::{Entity, FieldId, Record};
use store::Tx;

/// What files register.
pub(crate) fn slice() -> Slice {
    Slice::new("files").job(thumbnails::MakeThumbnail).job(sweeping::SweepFiles).every("43 3 * * *", sweeping::KIND)
}

/// A file that was received: what it is called, what it is, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its bytes.
    pub kept: Kept,
    /// Its name, made harmless.
    pub name: String,
    /// Its media type, as we found it.
    pub media: &'static str,
}

impl Received {
    /// The values of a record that holds it.
    pub fn values(&self, entity: &Entity) -> Vec<(FieldId, Value)> {
        let parts = [
            ("file.digest", Value::from(self.kept.digest.as_str())),
            ("file.name", Value::from(self.name.as_str())),
            ("file.size", Value::Int(i64::try_from(self.kept.size).unwrap_or(i64::MAX))),
            ("file.media", Value::from(self.media)),
        ];
        parts.into_iter().filter_map(|(key, value)| Some((entity.field(key)?.id, value))).collect()
    }
}

/// The values of the file that a record holds, for another record that shall hold the same.
pub fn same_file(from: &Record, to: &Entity) -> Vec<(FieldId, Value)> {
    let parts = to.fields.iter().filter(|field| field.key.starts_with("file."));
    parts.map(|field| (field.id, from.named(field.key).clone())).collect()
}

/// The digest of the file that a record holds; none where it holds none.
pub fn digest_of(record: &Record) -> Option<Digest> {
    record.named("file.digest").text().parse().ok()
}

impl Engine {
    /// The files of this installation. `Unavailable` where it was opened without a place for them.
    pub fn files(&self) -> Result<&Files> {
        self.settings().files.as_ref().ok_or_else(|| Error::Unavailable(Say::new("error-no-files")))
    }

    /// Has a small picture made of each new file that is one, in the commit that brings it.
    pub(crate) async fn picture_files(&self, tx: &mut Tx, entity: &Entity, before: Option<&Record>, records: &[Record]) -> Result<()> {
        let Some(digest) = entity.filing.and_then(|_| entity.holds_file()) else { return Ok(()) };
        for record in records {
            let value = record.value(digest.id);
            let fresh = before.is_none_or(|before| before.value(digest.id) != value);
            if fresh && !value.is_empty() && nature::is_picture(record.named("file.media").text()) {
                self.enqueue(tx, thumbnails::KIND, format!("{}/{} {}", entity.key, record.id, value.text()), None).await?;
            }
        }
        Ok(())
    }
}
