//! The columns of an address book as Outlook exports it, in Italian and in English, by their names: after «Telex»
//! they stand in the order of each language's alphabet, so places mean nothing.

use super::mapping::{Column, To};

/// Where Outlook's columns go; what has no field here goes to the remarks with its header, never lost.
/// (Italian, English, where to, use of a phone)
const COLUMNS: [(&str, &str, &str, &str); 46] = [
    ("Titolo", "Title", "contact.name.salutation", ""),
    ("Nome", "First Name", "contact.name.given", ""),
    ("Secondo nome", "Middle Name", "contact.name.given", ""),
    ("Cognome", "Last Name", "contact.name.family", ""),
    ("Titolo straniero", "Suffix", "contact.name.family", ""),
    ("Società", "Company", "name", ""),
    ("Reparto", "Department", "contact.department", ""),
    ("Posizione", "Job Title", "contact.job_title", ""),
    ("Via (uff.)", "Business Street", "address.street", ""),
    ("Via (uff.) 2", "Business Street 2", "address.street", ""),
    ("Via (uff.) 3", "Business Street 3", "address.street", ""),
    ("Città (uff.)", "Business City", "address.city", ""),
    ("Provincia (uff.)", "Business State", "address.province", ""),
    ("CAP (uff.)", "Business Postal Code", "address.postcode", ""),
    ("Paese/area geografica (uff.)", "Business Country/Region", "address.country", ""),
    ("Via (ab.)", "Home Street", "contact.address.street", ""),
    ("Via (ab.) 2", "Home Street 2", "contact.address.street", ""),
    ("Via (ab.) 3", "Home Street 3", "contact.address.street", ""),
    ("Città (ab.)", "Home City", "contact.address.city", ""),
    ("Provincia (ab.)", "Home State", "contact.address.province", ""),
    ("CAP (ab.)", "Home Postal Code", "contact.address.postcode", ""),
    ("Paese/area geografica (ab.)", "Home Country/Region", "contact.address.country", ""),
    ("Altra via", "Other Street", "site.address.street", ""),
    ("Altra via 2", "Other Street 2", "site.address.street", ""),
    ("Altra via 3", "Other Street 3", "site.address.street", ""),
    ("Altra città", "Other City", "site.address.city", ""),
    ("Altra provincia", "Other State", "site.address.province", ""),
    ("Altro CAP", "Other Postal Code", "site.address.postcode", ""),
    ("Altro paese/area geografica", "Other Country/Region", "site.address.country", ""),
    ("Ufficio", "Business Phone", "phones", "work"),
    ("Ufficio 2", "Business Phone 2", "phones", "work"),
    ("Telefono principale società", "Company Main Phone", "phones", "work"),
    ("Fax (uff.)", "Business Fax", "phones", "fax"),
    ("Telefono principale", "Primary Phone", "contact.phones", "other"),
    ("Cellulare", "Mobile Phone", "contact.phones", "mobile"),
    ("Abitazione", "Home Phone", "contact.phones", "home"),
    ("Abitazione 2", "Home Phone 2", "contact.phones", "home"),
    ("Telefono auto", "Car Phone", "contact.phones", "mobile"),
    ("Altro telefono", "Other Phone", "contact.phones", "other"),
    ("Fax (ab.)", "Home Fax", "contact.phones", "fax"),
    ("Altro fax", "Other Fax", "contact.phones", "fax"),
    ("Indirizzo posta elettronica", "E-mail Address", "contact.emails", ""),
    ("Indirizzo posta elettronica 2", "E-mail 2 Address", "contact.emails", ""),
    ("Indirizzo posta elettronica 3", "E-mail 3 Address", "contact.emails", ""),
    ("Cod. Fisc./P. IVA", "Government ID Number", "tax_number", ""),
    ("Compleanno", "Birthday", "contact.born", ""),
];

/// Columns with a field here, where the names of the two languages do not follow the pattern above.
const OTHERS: [(&str, &str, &str, &str); 4] = [
    // The label of Windows and of other programs, which people's files have as well.
    ("Telefono (uff.)", "Business Telephone", "phones", "work"),
    ("Telefono (ab.)", "Home Telephone", "contact.phones", "home"),
    ("Pagina Web", "Web Page", "web_site", ""),
    ("Notes", "Notes", "remarks", ""),
];

/// Columns that Outlook fills by itself and that say nothing of the person.
const NOTHING: [(&str, &str); 11] = [
    ("Tipo posta elettronica", "E-mail Type"),
    ("Tipo posta elettronica 2", "E-mail 2 Type"),
    ("Tipo posta elettronica 3", "E-mail 3 Type"),
    ("Nome visualizzato posta elettronica", "E-mail Display Name"),
    ("Nome visualizzato posta elettronica 2", "E-mail 2 Display Name"),
    ("Nome visualizzato posta elettronica 3", "E-mail 3 Display Name"),
    ("Priorità", "Priority"),
    ("Riservatezza", "Sensitivity"),
    ("Privato", "Private"),
    ("Iniziali", "Initials"),
    ("Disponibilità Internet", "Internet Free Busy"),
];

/// Columns without a field here: kept in the remarks under their name.
const KEPT: [(&str, &str); 34] = [
    ("Telefono assistente", "Assistant's Phone"),
    ("Richiamata automatica", "Callback"),
    ("ISDN", "ISDN"),
    ("Cercapersone", "Pager"),
    ("Radiotelefono", "Radio Phone"),
    ("Telefono TTY/TDD", "TTY/TDD Phone"),
    ("Telex", "Telex"),
    ("Account", "Account"),
    ("Altro indirizzo - Casella postale", "Other Address PO Box"),
    ("Anniversario", "Anniversary"),
    ("Categorie", "Categories"),
    ("Dati fatturazione", "Billing Information"),
    ("Figli", "Children"),
    ("Hobby", "Hobby"),
    ("Indennità trasferta", "Mileage"),
    ("Indirizzo (ab.) - Casella postale", "Home Address PO Box"),
    ("Indirizzo (uff.) - Casella postale", "Business Address PO Box"),
    ("Lingua", "Language"),
    ("Luogo", "Location"),
    ("Nome assistente", "Assistant's Name"),
    ("Nome coniuge/partner", "Spouse"),
    ("Nome manager", "Manager's Name"),
    ("Numero ID organizzativo", "Organizational ID Number"),
    ("Parole chiave", "Keywords"),
    ("Presentato da", "Referred By"),
    ("Professione", "Profession"),
    ("Server di directory", "Directory Server"),
    ("Sesso", "Gender"),
    ("Ubicazione ufficio", "Office Location"),
    ("Utente 1", "User 1"),
    ("Utente 2", "User 2"),
    ("Utente 3", "User 3"),
    ("Utente 4", "User 4"),
    ("Categoria", "Category"),
];

/// What a column of this name is to an import of accounts; none if Outlook has no such column.
pub(super) fn column(header: &str) -> Option<Column> {
    let name = kernel::fold(header);
    let is = |italian: &str, english: &str| kernel::fold(italian) == name || kernel::fold(english) == name;
    if let Some((_, english, path, usage)) = COLUMNS.iter().chain(&OTHERS).find(|(italian, english, ..)| is(italian, english)) {
        let mut column = Column::new(header, To::Path((*path).to_owned()));
        column.usage = (!usage.is_empty()).then(|| (*usage).to_owned());
        column.mailbox_of_office = *path == "contact.emails";
        // English Outlook writes the dates of its own country.
        column.month_first = *path == "contact.born" && kernel::fold(english) == name;
        return Some(column);
    }
    if NOTHING.iter().any(|(italian, english)| is(italian, english)) {
        return Some(Column::new(header, To::Nothing));
    }
    KEPT.iter().any(|(italian, english)| is(italian, english)).then(|| Column::new(header, To::Kept))
}
