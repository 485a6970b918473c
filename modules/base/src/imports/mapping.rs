//! Which column goes where: by a mapping file, or by the names of the columns alone.
//!
//! A mapping file is TOML:
//!
//! ```toml
//! unmapped = "remarks"            # columns not named below; or "ignore"
//! numbers = "italian"             # 1.234,50; or "plain": 1,234.50
//! dates = "day-first"             # 31/12/2026; or "month-first"
//!
//! [columns]
//! "Codice" = "code"
//! "Ragione sociale" = "name"
//! "Partita IVA" = "tax_number"    # partita IVA or codice fiscale, told by its form
//! "Telefono" = "phones"           # several numbers in a cell are told apart
//! "Referente" = { to = "contact.name", order = "given-first" }
//! "Attivo" = { to = "stage", values = { "S" = "customer", "N" = "former" } }
//! "Interno" = "ignore"
//!
//! [defaults]
//! source = "erp"
//! ```
//!
//! Paths are the fields of the entity (`vat_number`, `address.city`), its `phones` and `emails`; for accounts also a
//! person (`contact.name`, `contact.name.given`, `contact.job_title`, `contact.role`, `contact.phones`, …, further
//! ones as `contact2`, `contact3`) and another place (`site.address.city`, `site2…`); for contacts and sites the
//! account they belong to (`account.code`, `account.vat_number`, `account.name`); for accounts and contacts their consents
//! (`consent.marketing.email`, with `consent.source`, `consent.date`, `consent.text`, `consent.evidence`, `consent.basis` as columns or
//! under `[defaults]`), for accounts also those of the person (`contact.consent.marketing.email`); and `note`, which keeps the value in the remarks under its header.

use super::books;
use super::consents::{self, Proof, Way};
use super::reading::ERROR_COLUMNS;
use kernel::{Error, Language, Result, Say};
use meta::{Entity, Field, Kind, Model};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use web::Words;

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    /// To a path.
    Path(String),
    /// To the remarks, under its header.
    Kept,
    /// Nowhere.
    Nothing,
}

/// A column of a file, and how its cells are read.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) header: String,
    pub(super) to: To,
    /// Whose a phone or an e-mail is.
    pub(super) usage: Option<String>,
    /// Several phones or e-mails may stand in a cell.
    pub(super) split: bool,
    /// Cells with a meaning of their own, folded, and what they mean.
    pub(super) values: BTreeMap<String, String>,
    /// Where the family name of a whole name stands.
    pub(super) order: NameOrder,
    /// Numbers have a decimal point.
    pub(super) plain_numbers: bool,
    /// Dates begin with the month.
    pub(super) month_first: bool,
    /// An address such as `info@` belongs to the account, not to the person.
    pub(super) mailbox_of_office: bool,
    /// It counts only where no other column of the row says the same.
    pub(super) fallback: bool,
    /// Whoever is not found by it is not needed: the value stays in the remarks.
    pub(super) lenient: bool,
    /// The place of the column that says what this one's values are: `Mobile`, `Home`.
    pub(super) says_what: Option<usize>,
}

/// Where the family name of a whole name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum NameOrder {
    /// Found out by the given names that are known; left whole where that says nothing.
    #[default]
    Guess,
    /// «Mario Rossi».
    GivenFirst,
    /// «Rossi Mario».
    FamilyFirst,
}

impl Column {
    pub(super) fn new(header: &str, to: To) -> Column {
        Column {
            header: header.to_owned(),
            to,
            usage: None,
            split: true,
            values: BTreeMap::new(),
            order: NameOrder::Guess,
            plain_numbers: false,
            month_first: false,
            mailbox_of_office: false,
            fallback: false,
            lenient: false,
            says_what: None,
        }
    }
}

/// Where each column goes, chosen one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
pub struct Choices {
    /// By the place of the column: a path, `note` for the remarks, nothing for nowhere.
    pub to: Vec<String>,
    /// Numbers have a decimal point.
    #[serde(default)]
    pub plain_numbers: bool,
    /// Dates begin with the month.
    #[serde(default)]
    pub month_first: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct MapFile {
    #[serde(default)]
    columns: BTreeMap<String, Written>,
    #[serde(default)]
    defaults: BTreeMap<String, String>,
    #[serde(default)]
    unmapped: Unmapped,
    #[serde(default)]
    numbers: Numbers,
    #[serde(default)]
    dates: Dates,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Written {
    To(String),
    Whole(WrittenColumn),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenColumn {
    to: String,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    split: Option<bool>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    order: NameOrder,
    #[serde(default)]
    numbers: Option<Numbers>,
    #[serde(default)]
    dates: Option<Dates>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unmapped {
    #[default]
    Remarks,
    Ignore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Numbers {
    #[default]
    Italian,
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Dates {
    #[default]
    DayFirst,
    MonthFirst,
}

/// Of which record of a row's tree something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Root,
    Contact(usize),
    Site(usize),
}

/// What a cell becomes.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Nothing,
    Kept,
    Id,
    Field(Part, Field),
    Phones(Part),
    Emails(Part),
    WholeName(usize),
    Role(usize),
    TaxNumber(Part),
    /// The account that a contact or a site belongs to, by this field of it.
    Account(Field),
    /// Whether somebody agreed.
    Consent(Part, Way),
    /// What the row says of its consents.
    Proof(Part, Proof),
}

/// All columns of a file, each with its target.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) columns: Vec<(Column, Target)>,
    /// Values of new records, where the row gives none.
    pub(super) defaults: Vec<(Part, Field, String)>,
    /// What is said of the consents of all rows.
    pub(super) proofs: Vec<(Proof, String)>,
    /// It names given and family names apart: an address book, whose rows without a company are people.
    pub(super) address_book: bool,
    /// It has a column of tax numbers: a row without one is hardly a company.
    pub(super) tax_numbers: bool,
}

impl Mapping {
    /// A workbook's numbers and days are told from text, and come in the way of Italian sheets whatever its country.
    pub(super) fn as_shown(&mut self) {
        for (column, _) in &mut self.columns {
            (column.plain_numbers, column.month_first) = (false, false);
        }
    }
}

/// The numbered persons and places of one row, at most.
const MOST_PARTS: usize = 9;

/// The mapping of a file's header: by a mapping file, or by the names alone.
///
/// Errors: `error-import-map` (the mapping file can't be read, `reason`), `error-import-map-column` (it names a column
/// that the file has not, `name`), `error-import-path` (a path leads nowhere, `path`), `error-import-header-unknown`
/// (no column is known by its name).
pub(super) fn mapping(
    model: &Model,
    entity: &Arc<Entity>,
    words: &Words,
    header: &[String],
    map: Option<&str>,
    choices: Option<&Choices>,
    defaults: &[(String, String)],
) -> Result<Mapping> {
    let (columns, written) = match (map, choices) {
        (Some(text), _) => by_file(header, text)?,
        (None, Some(choices)) => (by_choice(entity, words, header, choices), BTreeMap::new()),
        (None, None) => (by_names(entity, words, header)?, BTreeMap::new()),
    };
    let mut mapping = Mapping {
        columns: Vec::with_capacity(columns.len()),
        defaults: Vec::new(),
        proofs: Vec::new(),
        address_book: false,
        tax_numbers: false,
    };
    for column in columns {
        let target = match &column.to {
            To::Nothing => Target::Nothing,
            To::Kept => Target::Kept,
            To::Path(path) => target(model, entity, path)?,
        };
        if let Target::Field(Part::Contact(_), field) = &target {
            mapping.address_book |= field.key == "name.family" || field.key == "name.given";
        }
        mapping.tax_numbers |= matches!(target, Target::TaxNumber(Part::Root))
            || matches!(target, Target::Field(Part::Root, field) if matches!(field.key, "vat_number" | "tax_code"));
        mapping.columns.push((column, target));
    }
    for (path, value) in written.iter().chain(defaults.iter().map(|(path, value)| (path, value))) {
        match target(model, entity, path)? {
            Target::Field(part, field) => {
                mapping.defaults.retain(|(other, known, _)| *other != part || known.id != field.id);
                mapping.defaults.push((part, field, value.clone()));
            }
            Target::Proof(Part::Root, proof) => mapping.proofs.push((proof, value.clone())),
            _ => return Err(unknown_path(path)),
        }
    }
    Ok(mapping)
}

fn by_file(header: &[String], text: &str) -> Result<(Vec<Column>, BTreeMap<String, String>)> {
    let file: MapFile = toml::from_str(text)
        .map_err(|error| Error::invalid("map", Say::new("error-import-map").with("reason", error.to_string().trim())))?;
    for name in file.columns.keys() {
        if !header.iter().any(|known| kernel::fold(known) == kernel::fold(name)) {
            return Err(Error::invalid("map", Say::new("error-import-map-column").with("name", name)));
        }
    }
    let columns = header
        .iter()
        .map(|name| {
            let name = name.trim();
            let folded = kernel::fold(name);
            let Some((_, written)) = file.columns.iter().find(|(known, _)| kernel::fold(known) == folded) else {
                let kept = file.unmapped == Unmapped::Remarks && !ERROR_COLUMNS.contains(&folded.as_str());
                return Column::new(name, if kept { To::Kept } else { To::Nothing });
            };
            let written = match written.clone() {
                Written::Whole(written) => written,
                Written::To(to) => WrittenColumn {
                    to,
                    usage: None,
                    split: None,
                    values: BTreeMap::new(),
                    order: NameOrder::Guess,
                    numbers: None,
                    dates: None,
                },
            };
            let to = match written.to.as_str() {
                "ignore" => To::Nothing,
                "note" => To::Kept,
                path => To::Path(path.to_owned()),
            };
            Column {
                usage: written.usage,
                split: written.split.unwrap_or(true),
                values: written.values.iter().map(|(cell, value)| (kernel::fold(cell), value.clone())).collect(),
                order: written.order,
                plain_numbers: written.numbers.unwrap_or(file.numbers) == Numbers::Plain,
                month_first: written.dates.unwrap_or(file.dates) == Dates::MonthFirst,
                ..Column::new(name, to)
            }
        })
        .collect();
    Ok((columns, file.defaults))
}

/// What was chosen; a column that goes where its name leads anyway is read as that name says.
fn by_choice(entity: &Entity, words: &Words, header: &[String], choices: &Choices) -> Vec<Column> {
    let proposals = super::propose(entity, words, header, &[]);
    let column = |(place, name): (usize, &String)| {
        let name = name.trim();
        let to = match choices.to.get(place).map_or("", String::as_str) {
            "" => To::Nothing,
            "note" => To::Kept,
            path => To::Path(path.to_owned()),
        };
        let known = known(entity, words, header, place).filter(|known| known.to == to);
        let usage = proposals.get(place).filter(|proposal| to == To::Path(proposal.to.clone())).and_then(|proposal| proposal.usage.clone());
        let column = known.unwrap_or_else(|| Column { usage, ..Column::new(name, to) });
        let month_first = column.month_first || choices.month_first;
        Column { plain_numbers: choices.plain_numbers, month_first, ..column }
    };
    header.iter().enumerate().map(column).collect()
}

/// Where the columns of a file go by their names and by what stands in some of its rows: paths, `note` for what is like
/// nothing, nothing for what says nothing.
pub(super) fn proposals(entity: &Entity, words: &Words, header: &[String], sample: &[Vec<String>]) -> Vec<String> {
    let one = |proposal: super::Proposal| if proposal.sure >= SURE { proposal.to } else { "note".to_owned() };
    super::propose(entity, words, header, sample).into_iter().map(one).collect()
}

/// Where columns without a name go, by what stands in some rows: what half of a name and its values would say is all there is here.
pub(super) fn proposals_of_values(entity: &Entity, words: &Words, width: usize, sample: &[Vec<String>]) -> Vec<String> {
    let one = |proposal: super::Proposal| if proposal.sure >= SURE_OF_VALUES { proposal.to } else { "note".to_owned() };
    super::propose(entity, words, &vec![String::new(); width], sample).into_iter().map(one).collect()
}

/// The same where there are only values.
const SURE_OF_VALUES: u8 = 60;

/// How sure a proposal must be to be made without asking.
const SURE: u8 = 80;

fn by_names(entity: &Entity, words: &Words, header: &[String]) -> Result<Vec<Column>> {
    let columns: Vec<Option<Column>> = (0..header.len()).map(|place| known(entity, words, header, place)).collect();
    if !columns.iter().flatten().any(|column| column.to != To::Nothing || own_name(entity, words, &column.header).is_some()) {
        return Err(Error::invalid("file", Say::new("error-import-header-unknown").with("names", header.join(", "))));
    }
    let kept = |(column, name): (Option<Column>, &String)| column.unwrap_or_else(|| Column::new(name.trim(), To::Kept));
    Ok(columns.into_iter().zip(header).map(kept).collect())
}

/// What a column is by its name: one of our own, or of an address book; none where nobody knows it.
pub(super) fn known(entity: &Entity, words: &Words, header: &[String], place: usize) -> Option<Column> {
    let name = header.get(place)?.trim();
    let folded = kernel::fold(name);
    if folded.is_empty() {
        return None;
    }
    if ERROR_COLUMNS.contains(&folded.as_str()) {
        return Some(Column::new(name, To::Nothing));
    }
    if entity.key == "account"
        && let Some(column) = books::whole_name(header, name)
    {
        return Some(column);
    }
    own_name(entity, words, name).map(|to| Column::new(name, to)).or_else(|| books::column(entity.key, header, place))
}

/// The column of one of our own exports, by the field's name or its words.
fn own_name(entity: &Entity, words: &Words, name: &str) -> Option<To> {
    let column = crate::exports::called(words, entity, name)?;
    Some(if column.writable { To::Path(column.path.to_owned()) } else { To::Nothing })
}

fn unknown_path(path: &str) -> Error {
    Error::invalid("map", Say::new("error-import-path").with("path", path))
}

/// Where a path leads.
fn target(model: &Model, entity: &Arc<Entity>, path: &str) -> Result<Target> {
    if path == "id" {
        return Ok(Target::Id);
    }
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let numbered = |word: &str| -> Option<usize> {
        let number = head.strip_prefix(word)?;
        let place = if number.is_empty() { 1 } else { number.parse().ok()? };
        (1..=MOST_PARTS).contains(&place).then(|| place - 1)
    };
    if entity.key == "account" {
        if let Some(place) = numbered("contact") {
            let contact = model.entity("contact").ok_or_else(|| unknown_path(path))?;
            return match rest {
                "name" => Ok(Target::WholeName(place)),
                "role" => Ok(Target::Role(place)),
                rest if let Some(rest) = rest.strip_prefix("consent.") => {
                    consents::target(model, "contact", Part::Contact(place), rest).ok_or_else(|| unknown_path(path))
                }
                _ => within(contact, Part::Contact(place), rest).ok_or_else(|| unknown_path(path)),
            };
        }
        if let Some(place) = numbered("site") {
            let site = model.entity("site").ok_or_else(|| unknown_path(path))?;
            return within(site, Part::Site(place), rest).ok_or_else(|| unknown_path(path));
        }
    }
    if head == consents::PREFIX {
        return consents::target(model, entity.key, Part::Root, rest).ok_or_else(|| unknown_path(path));
    }
    if matches!(entity.key, "contact" | "site") && head == "account" && !rest.is_empty() {
        let account = model.entity("account").ok_or_else(|| unknown_path(path))?;
        return account.field(rest).copied().map(Target::Account).ok_or_else(|| unknown_path(path));
    }
    within(entity, Part::Root, path).ok_or_else(|| unknown_path(path))
}

fn within(entity: &Entity, part: Part, path: &str) -> Option<Target> {
    match path {
        "phones" | "phones.number" if entity.relation("phones").is_some() => Some(Target::Phones(part)),
        "emails" | "emails.address" if entity.relation("emails").is_some() => Some(Target::Emails(part)),
        "tax_number" if entity.field("tax_code").is_some() => Some(Target::TaxNumber(part)),
        path => {
            let field = entity.field(path).filter(|field| field.writable() && !field.secret)?;
            (!matches!(field.kind, Kind::About(_))).then_some(Target::Field(part, *field))
        }
    }
}

impl Column {
    /// How its cells are read.
    pub(super) fn language(&self) -> Language {
        if self.plain_numbers { Language::English } else { Language::Italian }
    }
}
