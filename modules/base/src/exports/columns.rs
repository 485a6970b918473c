//! The columns of an export, and their names, by which an import knows them again.

use kernel::Language;
use meta::{Entity, Kind};
use web::Words;

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportColumn {
    /// Its path, as filters and mappings name it.
    pub path: &'static str,
    /// Whether an import writes it; what the program itself keeps is passed over.
    pub writable: bool,
}

/// The columns of an entity: its identity, its own fields, its phones and e-mails.
pub fn columns(entity: &Entity) -> Vec<ExportColumn> {
    let mut columns = vec![ExportColumn { path: "id", writable: true }];
    for field in entity.fields.iter().filter(|field| !field.secret && !matches!(field.key, "version" | "removed_at")) {
        let mirrored = field.computed.is_some() && matches!(field.key, "phone" | "email");
        if !mirrored && !matches!(field.kind, Kind::About(_)) {
            columns.push(ExportColumn { path: field.key, writable: field.writable() && !is_link_by_name(field.kind) });
        }
    }
    for relation in entity.owned() {
        if matches!(relation.key, "phones" | "emails") {
            columns.push(ExportColumn { path: relation.key, writable: true });
        }
    }
    columns
}

/// Links are exported by name; only a user's leads back.
fn is_link_by_name(kind: Kind) -> bool {
    matches!(kind, Kind::Link(target) if target != "user")
}

/// What people call a column beside its name on the pages, in lists they bring along.
const ALSO: &[(&str, &str)] =
    &[("address.street", "Indirizzo"), ("address.city", "Città"), ("remarks", "Annotazioni"), ("owner", "Agente")];

/// What a column is called: as on the pages; its path where it has no words.
pub fn label(words: &Words, language: Language, entity: &Entity, path: &str) -> String {
    words.field(entity.key, path, language).unwrap_or(path).to_owned()
}

/// The column that a header names: by its path, or by what it is called in one of the languages.
pub fn called(words: &Words, entity: &Entity, header: &str) -> Option<ExportColumn> {
    let folded = kernel::fold(header.trim());
    let is = |name: &str| kernel::fold(name) == folded;
    let columns = columns(entity);
    let own = |column: &&ExportColumn| {
        column.path == header || Language::ALL.into_iter().any(|language| is(&label(words, language, entity, column.path)))
    };
    let also = |column: &&ExportColumn| ALSO.iter().any(|(path, name)| *path == column.path && is(name));
    columns.iter().find(own).or_else(|| columns.iter().find(also)).copied()
}
