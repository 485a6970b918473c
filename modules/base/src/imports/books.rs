//! The columns of address books other than Outlook's, by their names: Thunderbird, Outlook Express and Windows, Google
//! in its old and its new form; and what all of them are to an import of contacts.

use super::mapping::{Column, To};
use super::outlook;

/// Names, where to, use of a phone; `note` keeps a value in the remarks, nothing passes over it.
const COLUMNS: &[(&[&str], &str, &str)] = &[
    (&["Given Name"], "contact.name.given", ""),
    (&["Additional Name"], "contact.name.given", ""),
    (&["Family Name"], "contact.name.family", ""),
    (&["Name Prefix"], "contact.name.salutation", ""),
    (&["Name Suffix"], "contact.name.family", ""),
    (&["Organization Name", "Organization", "Organizzazione"], "name", ""),
    (&["Organization Title", "Qualifica"], "contact.job_title", ""),
    (&["Organization Department"], "contact.department", ""),
    (&["Primary Email", "Secondary Email"], "contact.emails", ""),
    (&["Email primaria", "Email secondaria", "E-mail primaria", "E-mail secondaria"], "contact.emails", ""),
    (&["Email", "E-mail", "Indirizzo di posta elettronica", "Indirizzo posta elettronica", "Email Address"], "contact.emails", ""),
    (&["Work Phone", "Telefono ufficio", "Tel. ufficio", "Telefono (uff.)"], "phones", "work"),
    (&["Telefono casa", "Tel. casa", "Telefono (ab.)"], "contact.phones", "home"),
    (&["Fax Number", "Numero fax", "Fax"], "contact.phones", "fax"),
    (&["Mobile Number", "Numero cellulare", "Telefono cellulare"], "contact.phones", "mobile"),
    (&["Home Address", "Home Address 2", "Indirizzo di casa", "Indirizzo di casa 2"], "contact.address.street", ""),
    (&["Città di casa"], "contact.address.city", ""),
    (&["Provincia di casa"], "contact.address.province", ""),
    (&["Home ZipCode", "CAP di casa"], "contact.address.postcode", ""),
    (&["Home Country", "Paese (ab.)", "Nazione di casa"], "contact.address.country", ""),
    (&["Work Address", "Work Address 2", "Indirizzo di lavoro", "Indirizzo di lavoro 2"], "address.street", ""),
    (&["Work City", "Città di lavoro"], "address.city", ""),
    (&["Work State", "Provincia di lavoro"], "address.province", ""),
    (&["Work ZipCode", "CAP di lavoro"], "address.postcode", ""),
    (&["Work Country", "Paese (uff.)", "Nazione di lavoro"], "address.country", ""),
    (&["Web Page 1", "Business Web Page", "Pagina Web (uff.)", "Pagina web 1"], "web_site", ""),
    (&["Note"], "remarks", ""),
    (&["Nickname", "Soprannome", "Screen Name", "Nickname chat", "Pager Number", "Web Page 2", "Pagina web 2"], "note", ""),
    (&["Personal Web Page", "Pagina Web personale", "Birth Year", "Birth Month", "Birth Day"], "note", ""),
    (&["Anno di nascita", "Mese di nascita", "Giorno di nascita", "Custom 1", "Custom 2", "Custom 3", "Custom 4"], "note", ""),
    (&["Personalizzato 1", "Personalizzato 2", "Personalizzato 3", "Personalizzato 4", "Labels", "Group Membership"], "note", ""),
    (&["Occupation", "Subject", "Maiden Name", "Short Name"], "note", ""),
    (&["Photo", "File As", "Yomi Name", "Given Name Yomi", "Additional Name Yomi", "Family Name Yomi"], "", ""),
    (&["Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name"], "", ""),
];

/// Columns that hold the whole of a name, for rows that do not say its parts.
const WHOLE_NAMES: [&str; 4] = ["Nome visualizzato", "Display Name", "Name", "Nome completo"];

fn is_any(names: &[&str], folded: &str) -> bool {
    names.iter().any(|name| kernel::fold(name) == folded)
}

/// What a column is to an import of accounts or contacts; none if no address book has it.
pub(super) fn column(entity: &str, header: &[String], place: usize) -> Option<Column> {
    let name = header.get(place)?.trim();
    let column = whole_name(header, name).or_else(|| outlook::column(name)).or_else(|| simple(name)).or_else(|| numbered(header, name))?;
    match entity {
        "account" => Some(column),
        "contact" => Some(of_contact(column)),
        _ => None,
    }
}

/// A whole name beside its parts; alone it may be anything's.
pub(super) fn whole_name(header: &[String], name: &str) -> Option<Column> {
    let has = |names: &[&str]| header.iter().any(|other| is_any(names, &kernel::fold(other.trim())));
    let parts = has(&["Nome", "First Name", "Given Name"]) && has(&["Cognome", "Last Name", "Family Name"]);
    let mut column =
        (parts && is_any(&WHOLE_NAMES, &kernel::fold(name))).then(|| Column::new(name, To::Path("contact.name".to_owned())))?;
    column.fallback = true;
    Some(column)
}

fn simple(name: &str) -> Option<Column> {
    let folded = kernel::fold(name);
    let (_, path, usage) = COLUMNS.iter().find(|(names, ..)| is_any(names, &folded))?;
    Some(to(name, path, usage))
}

fn to(name: &str, path: &str, usage: &str) -> Column {
    let to = match path {
        "" => To::Nothing,
        "note" => To::Kept,
        path => To::Path(path.to_owned()),
    };
    let mut column = Column::new(name, to);
    column.usage = (!usage.is_empty()).then(|| usage.to_owned());
    column.mailbox_of_office = path == "contact.emails";
    column
}

/// Google counts: `E-mail 1 - Value`, `Phone 2 - Type`, and says in a column of its own what each is.
fn numbered(header: &[String], name: &str) -> Option<Column> {
    let (left, part) = name.split_once(" - ")?;
    let (kind, number) = left.rsplit_once(' ').filter(|(_, number)| number.parse::<u8>().is_ok())?;
    let (kind, part) = (kernel::fold(kind), kernel::fold(part));
    let says = || {
        let is =
            |other: &String| ["Type", "Label"].iter().any(|part| kernel::fold(other.trim()) == kernel::fold(&format!("{left} - {part}")));
        header.iter().position(is)
    };
    let path = match (kind.as_str(), part.as_str()) {
        (_, "type" | "label" | "service" | "yomi name") => "",
        ("e-mail" | "email", "value") => "contact.emails",
        ("phone", "value") => "contact.phones",
        ("address", "street" | "extended address") => "address.street",
        ("address", "city") => "address.city",
        ("address", "region") => "address.province",
        ("address", "postal code") => "address.postcode",
        ("address", "country") => "address.country",
        ("address", "formatted") => "",
        ("organization", "name") if number == "1" => "name",
        ("organization", "title") if number == "1" => "contact.job_title",
        ("organization", "department") if number == "1" => "contact.department",
        ("website", "value") if number == "1" => "web_site",
        ("address" | "organization" | "website" | "im" | "relation" | "event" | "custom field" | "jot", _) => "note",
        _ => return None,
    };
    // The second address is another place of his.
    let path = match path.strip_prefix("address.") {
        Some(rest) if number != "1" => format!("site.address.{rest}"),
        _ => path.to_owned(),
    };
    let mut column = to(name, &path, "");
    column.says_what = says();
    Some(column)
}

/// The same column where the rows are people: what is the company's leads to it, or stays in the remarks.
fn of_contact(mut column: Column) -> Column {
    let To::Path(path) = &column.to else { return column };
    let path = match path.as_str() {
        "name" => {
            // A company that is not there refuses nobody.
            column.lenient = true;
            "account.name"
        }
        "web_site" | "tax_number" => "note",
        path if path.starts_with("site.") => "note",
        path if path.starts_with("address.") => {
            column.fallback = column.says_what.is_none();
            path
        }
        // A whole name needs its parts, which only an account's person has.
        "contact.name" => "note",
        path => path.strip_prefix("contact.").unwrap_or(path),
    };
    column.to = if path == "note" { To::Kept } else { To::Path(path.to_owned()) };
    column.mailbox_of_office = false;
    column
}

/// The use of a phone by what Google says it is: `Mobile`, `* Work`, `Work Fax`.
pub(super) fn usage(said: &str) -> Option<&'static str> {
    let said = kernel::fold(said);
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match () {
        _ if said.trim().is_empty() => None,
        _ if has(&["fax"]) => Some("fax"),
        _ if has(&["mobile", "cell", "iphone"]) => Some("mobile"),
        _ if has(&["work", "lavoro", "ufficio", "main"]) => Some("work"),
        _ if has(&["home", "casa", "abitazione"]) => Some("home"),
        _ => Some("other"),
    }
}
