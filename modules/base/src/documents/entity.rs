//! The fields of a document and of its versions, one line each.

use crate::standing::CARDS;
use meta::entity::Visibility;
use meta::fields::{
    About, DateOnly, FileParts, Link, LongText, Text, Vocabulary, Whole, about, date, file, link, long_text, text, vocabulary, whole,
};
use meta::{Entity, entity};

entity! { "document" {
    /// What it is called; the name of its first file until somebody says otherwise.
    TITLE: Text = text("title").required().search().sortable(),
    /// The card it was put on.
    ABOUT: About = about("about", "about_kind", CARDS).chosen().required(),
    /// The account it belongs to by that.
    ACCOUNT: Link = link("account", "account").read_only(),
    /// Where it is filed: «Contratti», «Contratti/2026».
    FOLDER: Vocabulary = vocabulary("folder", "document-folder"),
    /// What it is: contract, identity card, certificate.
    KIND: Vocabulary = vocabulary("kind", "document-kind"),
    /// The last day it is good for.
    EXPIRES_ON: DateOnly = date("expires_on").sortable(),
    /// What else is to be known.
    REMARKS: LongText = long_text("remarks"),
    /// The note it was attached to, where it was.
    NOTE: Link = link("note", "note").read_only(),
    /// Which of its versions it is now.
    NUMBER: Whole = whole("number").read_only(),
    /// The file of that version.
    FILE: FileParts = file(),
}}

/// The description of documents.
pub fn document() -> Entity {
    let mut document = Entity::new("document", "documents", fields())
        .titled(&TITLE)
        .seen(Visibility::Parent("about", "about_kind"))
        .happens("created_at", &["about", "account"])
        .under("note")
        .awaits("expires_on", &["about", "account"], None)
        .filing("about", "versions", "number")
        .searchable()
        .belongings("versions", "document_version", "document")
        .index(&["account", "created_at"])
        .index(&["about", "created_at"])
        .index(&["account", "expires_on"])
        .index(&["about", "expires_on"])
        .columns(&["title", "about", "folder", "kind", "expires_on", "file.size", "created_by", "created_at"])
        .head(&["kind", "folder", "about", "expires_on"])
        .section("document", &["title", "about", "kind", "folder", "expires_on", "remarks"]);
    document.sort = ("created_at", true);
    document
}

/// A version of a document.
pub mod version {
    use super::{FileParts, Link, Text, Visibility, Whole, file, link, text, whole};
    use meta::Entity;

    meta::entity! { "document_version" {
        /// Its number, counted for each document from 1.
        NUMBER: Whole = whole("number").sortable().read_only(),
        /// The document.
        DOCUMENT: Link = link("document", "document").required().read_only(),
        /// What is new in it.
        REMARKS: Text = text("remarks"),
        /// The file.
        FILE: FileParts = file(),
    }}

    /// The description of versions.
    pub fn document_version() -> Entity {
        let mut version = Entity::new("document_version", "document_versions", fields())
            .titled(&FILE.name)
            .seen(Visibility::Through("document"))
            .kept()
            .index(&["document", "number"])
            .columns(&["file.name", "document", "number", "file.size", "remarks", "created_by", "created_at"])
            .head(&["number", "document", "created_by", "created_at"])
            .section("version", &["remarks"]);
        version.sort = ("number", true);
        version
    }
}
