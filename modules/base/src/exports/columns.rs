//! The columns of an export, and their Italian names, by which an import knows them again.

use meta::{Entity, Kind};

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

const ITALIAN: &[(&str, &str, &str)] = &[
    ("account", "name", "Ragione sociale"),
    ("account", "kind", "Tipo"),
    ("account", "stage", "Stato"),
    ("account", "stage_since", "Stato dal"),
    ("account", "trade_name", "Insegna"),
    ("account", "web_site", "Sito web"),
    ("account", "sector", "Settore merceologico"),
    ("account", "market", "Mercato"),
    ("account", "zone", "Zona"),
    ("account", "interests", "Prodotti di interesse"),
    ("account", "services", "Servizi attesi"),
    ("account", "competing_tools", "Prodotti concorrenti in uso"),
    ("account", "source", "Provenienza"),
    ("account", "revenue", "Fatturato annuo"),
    ("account", "employees", "Addetti"),
    ("account", "credit_limit", "Fido"),
    ("account", "code", "Codice gestionale"),
    ("account", "recipient_code", "Codice destinatario"),
    ("contact", "name.salutation", "Titolo"),
    ("contact", "name.given", "Nome"),
    ("contact", "name.family", "Cognome"),
    ("contact", "full_name", "Nome completo"),
    ("contact", "job_title", "Qualifica"),
    ("contact", "department", "Reparto"),
    ("contact", "born", "Data di nascita"),
    ("site", "name", "Sede"),
    ("site", "account", "Cliente"),
    ("site", "use", "Tipo di sede"),
    ("term", "italian", "Italiano"),
    ("term", "english", "Inglese"),
    ("term", "vocabulary", "Elenco"),
    ("term", "key", "Chiave"),
    ("term", "retired", "Ritirata"),
    ("", "id", "Identificativo"),
    ("", "owner", "Agente"),
    ("", "vat_number", "Partita IVA"),
    ("", "tax_code", "Codice fiscale"),
    ("", "pec", "PEC"),
    ("", "address.street", "Indirizzo"),
    ("", "address.postcode", "CAP"),
    ("", "address.city", "Città"),
    ("", "address.province", "Provincia"),
    ("", "address.country", "Nazione"),
    ("", "phones", "Telefoni"),
    ("", "emails", "E-mail"),
    ("", "inactive", "Non attivo"),
    ("", "remarks", "Annotazioni"),
    ("", "created_at", "Creato il"),
    ("", "created_by", "Creato da"),
    ("", "changed_at", "Modificato il"),
    ("", "changed_by", "Modificato da"),
];

/// The Italian name of a column; its path where it has none.
pub fn italian(entity: &Entity, path: &str) -> String {
    let known = ITALIAN.iter().find(|(of, key, _)| *key == path && (*of == entity.key || of.is_empty()));
    known.map_or(path, |(.., name)| name).to_owned()
}
