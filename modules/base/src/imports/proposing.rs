//! Which column probably goes where: by the names of our own exports and of address books, by the words that
//! programs of administrations use, and by what stands in the cells.

use super::mapping::{self, To};
use italy::{Address, Phone, TaxCode, VatNumber};
use kernel::Say;
use meta::Entity;
use web::Words;

/// Where a column goes, how sure that is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The column.
    pub header: String,
    /// A path as mapping files name it, `note` for the remarks, nothing for nowhere.
    pub to: String,
    /// What its phones are used for: `work`, `mobile`, `fax`.
    pub usage: Option<String>,
    /// From 0 to 100: below 50 it is hardly more than a guess.
    pub sure: u8,
    /// Why, as a sentence.
    pub why: Say,
}

/// The words of headers, as they stand in lists of customers: path, use of a phone, words.
const OF_ACCOUNTS: &[(&str, &str, &[&str])] = &[
    (
        "name",
        "",
        &[
            "ragione sociale",
            "denominazione",
            "azienda",
            "ditta",
            "cliente",
            "societa",
            "nominativo",
            "nome azienda",
            "company",
            "customer",
        ],
    ),
    ("trade_name", "", &["insegna", "nome commerciale"]),
    ("vat_number", "", &["partita iva", "p iva", "piva", "part iva", "vat", "vat number"]),
    ("tax_code", "", &["codice fiscale", "cf", "c f", "tax code"]),
    ("address.street", "", &["indirizzo", "via", "indirizzo sede", "sede legale", "street", "address"]),
    ("address.postcode", "", &["cap", "c a p", "codice postale", "zip", "postal code", "postcode"]),
    ("address.city", "", &["citta", "localita", "comune", "paese", "city", "town"]),
    ("address.province", "", &["provincia", "prov", "pr", "sigla provincia", "province"]),
    ("address.country", "", &["nazione", "stato estero", "country"]),
    ("phones", "mobile", &["cellulare", "telefono cellulare", "mobile"]),
    ("phones", "fax", &["fax", "telefax", "numero fax"]),
    ("phones", "", &["telefono", "recapito", "recapito telefonico", "centralino", "numero telefono", "phone", "telephone"]),
    ("emails", "", &["e mail", "email", "mail", "posta elettronica", "indirizzo email", "indirizzo e mail"]),
    ("pec", "", &["pec", "indirizzo pec", "posta certificata", "e mail pec"]),
    ("recipient_code", "", &["codice destinatario", "codice sdi", "sdi", "codice univoco", "codice univoco sdi"]),
    ("web_site", "", &["sito", "sito web", "sito internet", "web", "url", "website"]),
    ("contact.name", "", &["referente", "contatto", "persona di riferimento", "responsabile", "contact", "contact person"]),
    ("contact.role", "", &["ruolo", "ruolo referente", "qualifica", "mansione"]),
    ("code", "", &["codice", "codice cliente", "codice gestionale", "id cliente", "customer code"]),
    ("credit_limit", "", &["fido", "fido concesso", "affidamento", "credit limit"]),
    ("revenue", "", &["fatturato", "fatturato anno", "fatturato annuo", "revenue"]),
    ("employees", "", &["dipendenti", "addetti", "numero dipendenti", "numero addetti", "employees"]),
    ("owner", "", &["agente", "venditore", "commerciale", "sales agent"]),
    ("zone", "", &["zona", "zona commerciale"]),
    ("sector", "", &["settore", "categoria merceologica"]),
    ("source", "", &["provenienza", "fonte", "origine"]),
    ("remarks", "", &["note", "annotazioni", "osservazioni", "remarks", "notes", "note cliente"]),
];

/// The same where the rows are people, or places.
const OF_OTHERS: &[(&str, &str, &[&str])] = &[
    ("name.given", "", &["nome", "nome proprio", "first name"]),
    ("name.family", "", &["cognome", "last name", "surname"]),
    ("account.vat_number", "", &["partita iva", "p iva", "piva", "partita iva azienda"]),
    ("account.code", "", &["codice cliente", "codice gestionale", "codice azienda"]),
    ("account.name", "", &["azienda", "ragione sociale", "societa", "ditta", "cliente", "company"]),
    ("name", "", &["nome sede", "sede", "punto vendita", "descrizione", "site"]),
    ("job_title", "", &["qualifica", "posizione", "ruolo", "mansione", "job title"]),
    ("department", "", &["reparto", "ufficio", "department"]),
    ("tax_code", "", &["codice fiscale", "cf", "c f", "tax code"]),
    ("born", "", &["data di nascita", "data nascita", "nato il", "compleanno", "birthday"]),
    ("address.street", "", &["indirizzo", "via", "street", "address"]),
    ("address.postcode", "", &["cap", "c a p", "codice postale", "zip", "postcode"]),
    ("address.city", "", &["citta", "localita", "comune", "city"]),
    ("address.province", "", &["provincia", "prov", "pr", "province"]),
    ("phones", "mobile", &["cellulare", "telefono cellulare", "mobile"]),
    ("phones", "fax", &["fax", "telefax"]),
    ("phones", "", &["telefono", "recapito", "numero telefono", "phone"]),
    ("emails", "", &["e mail", "email", "mail", "posta elettronica", "indirizzo email"]),
    ("remarks", "", &["note", "annotazioni", "osservazioni", "remarks", "notes"]),
];

/// Abbreviations that begin no longer word.
const ABBREVIATED: &[(&str, &str)] = &[("n", "numero"), ("nr", "numero"), ("num", "numero"), ("tel", "telefono"), ("ind", "indirizzo")];

/// Proposes where the columns of a header go, for an import of these records. `sample` are some rows of the file.
/// No path is proposed twice, but that phones and e-mails may come in several columns.
pub fn propose(entity: &Entity, words: &Words, header: &[String], sample: &[Vec<String>]) -> Vec<Proposal> {
    let one = |place: usize| {
        let values: Vec<&str> =
            sample.iter().filter_map(|row| row.get(place)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        proposal(entity, words, header, place, &values)
    };
    let mut proposals: Vec<Proposal> = (0..header.len()).map(one).collect();
    let mut order: Vec<usize> = (0..proposals.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(proposals[*place].sure));
    let mut taken: Vec<String> = Vec::new();
    for place in order {
        let proposal = &mut proposals[place];
        let several = matches!(proposal.to.as_str(), "" | "note" | "remarks")
            || proposal.to.ends_with("phones")
            || proposal.to.ends_with("emails")
            // Address books have several columns for one field by their nature.
            || proposal.sure >= BOOK;
        if !several && taken.contains(&proposal.to) {
            (proposal.to, proposal.usage, proposal.sure) = ("note".to_owned(), None, 30);
            proposal.why = Say::new("import-why-taken");
        }
        taken.push(proposal.to.clone());
    }
    proposals
}

/// How sure a column is whose very name is known.
const BOOK: u8 = 98;

fn proposal(entity: &Entity, words: &Words, header: &[String], place: usize, values: &[&str]) -> Proposal {
    let name = header[place].trim();
    let made = |to: &str, usage: Option<&str>, sure: u8, why: Say| Proposal {
        header: name.to_owned(),
        to: to.to_owned(),
        usage: usage.filter(|usage| !usage.is_empty()).map(str::to_owned),
        sure,
        why,
    };
    if let Some(column) = mapping::known(entity, words, header, place) {
        let to = match &column.to {
            To::Path(path) => path.as_str(),
            To::Kept => "note",
            To::Nothing => "",
        };
        return made(to, column.usage.as_deref(), BOOK, Say::new("import-why-known"));
    }
    let spoken = spoken(name);
    let spoken = spoken.as_str();
    if spoken.contains("consens") || spoken.contains("privacy") || spoken.contains("consent") {
        return made("note", None, 60, Say::new("import-why-consent"));
    }
    let table = if entity.key == "account" { OF_ACCOUNTS } else { OF_OTHERS };
    let there = |path: &str| {
        entity.field(path).is_some() || entity.relation(path).is_some() || path.starts_with("contact.") || path.starts_with("account.")
    };
    let by_name = table
        .iter()
        .filter(|(path, ..)| there(path))
        .flat_map(|(path, usage, words)| words.iter().map(move |word| (likeness(spoken, word), *path, *usage, *word)))
        .max_by_key(|(likeness, ..)| *likeness)
        .filter(|(likeness, ..)| *likeness >= 50);
    let by_values = found(values).filter(|(path, _)| there(path));
    match (by_name, by_values) {
        (Some((_, path, ..)), Some(("vat_number" | "tax_code" | "tax_number", count))) if matches!(path, "vat_number" | "tax_code") => {
            let (found, _) = found(values).unwrap_or((path, 0));
            made(found, None, 95, Say::new("import-why-values").with("count", count).with("of", values.len()))
        }
        (Some((likeness, path, usage, word)), values_say) => {
            let agrees = values_say.is_some_and(|(found, _)| found == path || found == "pec" && path == "emails");
            // Numbers of taxes whose check digits are wrong are none.
            let against = matches!(path, "vat_number" | "emails" | "pec") && values.len() >= 3 && values_say.is_none();
            let sure = if agrees {
                likeness.saturating_add(3).min(97)
            } else if against {
                likeness.saturating_sub(40)
            } else {
                likeness
            };
            made(path, Some(usage), sure, Say::new("import-why-word").with("word", word))
        }
        (None, Some((path, count))) => {
            let sure = if matches!(path, "phones" | "address.postcode" | "address.province") { 60 } else { 85 };
            made(path, None, sure, Say::new("import-why-values").with("count", count).with("of", values.len()))
        }
        (None, None) => made("note", None, 20, Say::new("import-why-nothing")),
    }
}

/// A header as words: `P.IVA` is `p iva`.
fn spoken(name: &str) -> String {
    let folded = kernel::fold(name);
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How alike a header and a word are, from 0 to 100.
fn likeness(spoken: &str, word: &str) -> u8 {
    if spoken == word || spoken.replace(' ', "") == word.replace(' ', "") {
        return 94;
    }
    let (has, wants): (Vec<&str>, Vec<&str>) = (spoken.split(' ').collect(), word.split(' ').collect());
    let begins = |short: &str, long: &str| {
        short == long || ABBREVIATED.contains(&(short, long)) || short.len() >= 2 && short.len() < long.len() && long.starts_with(short)
    };
    if has.len() == wants.len() && has.iter().zip(&wants).all(|(short, long)| begins(short, long)) {
        return if has.iter().all(|word| word.len() >= 3) { 88 } else { 82 };
    }
    // The word with something beside it: `Telefono sede`, `Cod. cliente 2`.
    let position = has.windows(wants.len()).position(|some| some.iter().zip(&wants).all(|(short, long)| begins(short, long)));
    if let Some(position) = position
        && word.len() >= 3
    {
        return if position == 0 { 72 } else { 62 };
    }
    let pairs = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    };
    let (left, mut right) = (pairs(spoken), pairs(word));
    let all = left.len() + right.len();
    let mut both = 0_usize;
    for pair in left {
        if let Some(at) = right.iter().position(|other| *other == pair) {
            right.swap_remove(at);
            both += 1;
        }
    }
    let share = (both * 200).checked_div(all).unwrap_or(0);
    if share >= 75 { (share * 7 / 10) as u8 } else { 0 }
}

/// What the cells are, if nearly all of them are it, and how many are.
fn found(values: &[&str]) -> Option<(&'static str, usize)> {
    let count = |is: &dyn Fn(&str) -> bool| values.iter().filter(|value| is(value)).count();
    let most = |count: usize| !values.is_empty() && count * 10 >= values.len() * 8;
    let digits = |value: &str| value.bytes().filter(u8::is_ascii_digit).count();
    let is_vat = |value: &str| digits(value) == 11 && VatNumber::parse(value).is_ok();
    let is_code = |value: &str| value.len() == 16 && TaxCode::parse(value).is_ok();
    let (vat, code) = (count(&is_vat), count(&is_code));
    if most(vat + code) {
        let path = match (vat, code) {
            (_, 0) => "vat_number",
            (0, _) => "tax_code",
            _ => "tax_number",
        };
        return Some((path, vat + code));
    }
    let mail = count(&|value| Address::parse(value).is_ok());
    if most(mail) {
        let certified = count(&|value| value.split('@').nth(1).is_some_and(|host| host.contains("pec") || host.contains("legalmail")));
        return Some((if most(certified) { "pec" } else { "emails" }, mail));
    }
    type Check<'c> = (&'static str, &'c dyn Fn(&str) -> bool);
    let checks: [Check<'_>; 3] = [
        ("address.postcode", &|value| value.len() == 5 && digits(value) == 5),
        ("address.province", &|value| value.len() == 2 && italy::provinces::by_sigla(value).is_some()),
        ("phones", &|value| digits(value) >= 8 && Phone::split(value).iter().any(|number| Phone::parse(number).is_ok())),
    ];
    checks.into_iter().map(|(path, is)| (path, count(is))).find(|(_, count)| most(*count))
}
