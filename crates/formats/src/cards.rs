//! vCards 2.1, 3.0 and 4.0, as programs and phones write them, each as a row under the header of an address book.
//! What an address book has no column for stands in the last, under its name; pictures, sounds and keys are left out.

mod writing;

pub use writing::{Card, Version};

use crate::text::{Encoding, Text};
use crate::{MOST_ROW, Row, Survey, fault};
use base64::Engine as _;
use kernel::{Error, Result, Say};
use std::io::Read;

/// Longest value of a property that is kept.
const MOST_VALUE: usize = 256 * 1024;
/// Most properties of a card.
const MOST_PROPERTIES: usize = 1_000;
/// What stands between two values of one cell.
pub const BETWEEN: &str = " ::: ";

/// The columns of cards: those of Italian Outlook, and what our own cards have beyond them.
pub const HEADER: [&str; 39] = [
    "Titolo",
    "Nome",
    "Secondo nome",
    "Cognome",
    "Titolo straniero",
    "Nome visualizzato",
    "Società",
    "Reparto",
    "Posizione",
    "Via (uff.)",
    "Città (uff.)",
    "Provincia (uff.)",
    "CAP (uff.)",
    "Paese/area geografica (uff.)",
    "Via (ab.)",
    "Città (ab.)",
    "Provincia (ab.)",
    "CAP (ab.)",
    "Paese/area geografica (ab.)",
    "Altra via",
    "Altra città",
    "Altra provincia",
    "Altro CAP",
    "Altro paese/area geografica",
    "Ufficio",
    "Cellulare",
    "Abitazione",
    "Fax (uff.)",
    "Fax (ab.)",
    "Telefono principale società",
    "Altro telefono",
    "Indirizzo posta elettronica",
    "PEC",
    "Compleanno",
    "Pagina Web",
    "Partita IVA",
    "Codice fiscale",
    "Categorie",
    "Notes",
];

/// Properties that say nothing of a person, or nothing that can be read.
const NOTHING: [&str; 30] = [
    "AGENT",
    "CALADRURI",
    "CALURI",
    "CLIENTPIDMAP",
    "FBURL",
    "GENDER",
    "GEO",
    "KEY",
    "KIND",
    "LABEL",
    "LANG",
    "LOGO",
    "MAILER",
    "MEMBER",
    "PHOTO",
    "PRODID",
    "PROFILE",
    "REV",
    "SORT-STRING",
    "SOUND",
    "SOURCE",
    "TZ",
    "UID",
    "VERSION",
    "X-ABADR",
    "X-ABLABEL",
    "X-ABSHOWAS",
    "X-ABUID",
    "X-IMAGETYPE",
    "X-SCHEDA-ERRORE",
];

/// A property of a card.
#[derive(Debug, Default)]
struct Property {
    group: String,
    name: String,
    /// What its parameters say, in small letters: `work`, `cell`, `pref`.
    types: Vec<String>,
    quoted: bool,
    base64: bool,
    charset: String,
    value: String,
}

/// The cards of a file, one after the other.
pub(crate) struct Cards<R> {
    text: Text<R>,
    /// A line that was read to see whether it goes on.
    ahead: Option<Line>,
}

struct Line {
    line: u64,
    text: String,
    cut: bool,
}

pub(crate) fn surveyed(file: &mut impl Read, survey: &mut Survey) -> Result<()> {
    let mut cards = Cards::new(file, survey.encoding);
    while let Some(card) = cards.next_row()? {
        survey.rows += u64::from(!card.is_blank());
    }
    if survey.rows == 0 {
        return Err(fault("error-import-empty", 1));
    }
    let mut cells: Vec<String> = HEADER.iter().map(|name| (*name).to_owned()).collect();
    cells.push(String::new());
    survey.header = Row { line: 0, raw: String::new(), cells };
    Ok(())
}

/// Whether a property is passed over, by its name in capitals.
fn is_nothing(name: &str) -> bool {
    NOTHING.contains(&name) || name.starts_with("X-PHONETIC") || name.starts_with("X-MS-OL-") || name.starts_with("X-MS-CARDPICTURE")
}

/// The name of a property, in capitals and without its group.
fn name_of(line: &str) -> String {
    let name = line.split([':', ';']).next().unwrap_or("");
    name.rsplit('.').next().unwrap_or(name).trim().to_ascii_uppercase()
}

fn is_line(text: &str, wanted: &str) -> bool {
    text.trim().eq_ignore_ascii_case(wanted)
}

impl<R: Read> Cards<R> {
    pub(crate) fn new(file: R, encoding: Encoding) -> Cards<R> {
        Cards { text: Text::new(file, encoding), ahead: None }
    }

    fn line(&mut self) -> Result<Option<Line>> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let (line, mut text) = (self.text.line, String::new());
        Ok(self.text.line_into(&mut text, MOST_VALUE)?.map(|cut| Line { line, text, cut }))
    }

    /// The next card as a row; none at the end. Lists of people are no people, and passed over.
    ///
    /// Errors: `error-import-card` (it is never closed), `error-import-row-long`, `error-import-columns-many`.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>> {
        loop {
            let began = loop {
                match self.line()? {
                    None => return Ok(None),
                    Some(line) if is_line(line.text.trim_start_matches('\u{feff}'), "BEGIN:VCARD") => break line,
                    Some(_) => {}
                }
            };
            let mut raw = began.text;
            let properties = self.properties(began.line, &mut raw)?;
            let is_list = |property: &Property| {
                matches!(property.name.as_str(), "KIND" | "X-ADDRESSBOOKSERVER-KIND") && is_line(&property.value, "group")
            };
            if !properties.iter().any(is_list) {
                return Ok(Some(Row { line: began.line, raw, cells: cells(&properties) }));
            }
        }
    }

    /// The properties up to the end of the card that began at this line; what stands in the file is added to `raw`.
    fn properties(&mut self, began: u64, raw: &mut String) -> Result<Vec<Property>> {
        let mut properties: Vec<Property> = Vec::new();
        let mut inner = 0_usize;
        loop {
            let Some(mut line) = self.line()? else { return Err(fault("error-import-card", began)) };
            if line.text.trim().is_empty() {
                continue;
            }
            if is_line(&line.text, "BEGIN:VCARD") {
                // Somebody who speaks for him, with a card of his own.
                inner += 1;
                continue;
            }
            let ends = is_line(&line.text, "END:VCARD");
            if ends && inner > 0 {
                inner -= 1;
                continue;
            }
            let left_out = inner > 0 || is_nothing(&name_of(&line.text)) && !is_kind(&line.text);
            if line.cut && !left_out {
                return Err(fault("error-import-row-long", line.line));
            }
            if !left_out {
                raw.push_str("\r\n");
                raw.push_str(&line.text);
            }
            if ends {
                return Ok(properties);
            }
            self.unfold(&mut line, left_out, raw)?;
            if raw.len() > MOST_ROW {
                return Err(fault("error-import-row-long", line.line));
            }
            if left_out {
                continue;
            }
            if properties.len() == MOST_PROPERTIES {
                let say = Say::new("error-import-columns-many").with("line", line.line).with("most", MOST_PROPERTIES);
                return Err(Error::invalid("file", say.with("columns", MOST_PROPERTIES + 1)));
            }
            properties.extend(property(&line.text));
        }
    }

    /// Adds what goes on in the next lines: those that begin with a blank, or follow a quoted line that ends with `=`.
    fn unfold(&mut self, line: &mut Line, left_out: bool, raw: &mut String) -> Result<()> {
        let head = line.text.split(':').next().unwrap_or("").to_ascii_uppercase();
        let quoted = head.contains("QUOTED-PRINTABLE");
        let mut soft = quoted && line.text.ends_with('=');
        loop {
            let Some(next) = self.line()? else { return Ok(()) };
            let folded = next.text.starts_with([' ', '\t']) && !next.text.trim().is_empty();
            if !folded && !soft {
                self.ahead = Some(next);
                return Ok(());
            }
            let goes_on = quoted && next.text.ends_with('=');
            if left_out {
                soft = goes_on;
                continue;
            }
            if next.cut || line.text.len() + next.text.len() > MOST_VALUE {
                return Err(fault("error-import-row-long", line.line));
            }
            raw.push_str("\r\n");
            raw.push_str(&next.text);
            if soft {
                line.text.pop();
                line.text.push_str(&next.text);
            } else {
                line.text.push_str(&next.text[1..]);
            }
            soft = goes_on;
        }
    }
}

/// Whether the line says what sort of card it is: a company's, a list.
fn is_kind(line: &str) -> bool {
    matches!(name_of(line).as_str(), "KIND" | "X-ABSHOWAS" | "X-ABLABEL")
}

/// A line as a property; none where it is no such thing.
fn property(line: &str) -> Option<Property> {
    // The first colon outside of quotes ends name and parameters.
    let mut quoted = false;
    let at = line.find(|letter| {
        quoted ^= letter == '"';
        letter == ':' && !quoted
    });
    let at = at.or_else(|| line.find(':'))?;
    let (head, value) = (&line[..at], &line[at + 1..]);
    let mut quoted = false;
    let mut parts = head.split(|letter| {
        quoted ^= letter == '"';
        letter == ';' && !quoted
    });
    let name = parts.next().unwrap_or("").trim();
    let (group, name) = name.rsplit_once('.').unwrap_or(("", name));
    let mut property = Property { group: group.to_ascii_lowercase(), name: name.to_ascii_uppercase(), ..Property::default() };
    if property.name.is_empty() || property.name.contains(char::is_whitespace) {
        return None;
    }
    for part in parts {
        let (key, said) = part.split_once('=').unwrap_or(("TYPE", part));
        let said = said.replace('"', "");
        match key.trim().to_ascii_uppercase().as_str() {
            "TYPE" | "ENCODING" => {
                for one in said.split(',').map(|one| one.trim().to_ascii_lowercase()).filter(|one| !one.is_empty()) {
                    match one.as_str() {
                        "quoted-printable" => property.quoted = true,
                        "base64" | "b" => property.base64 = true,
                        _ if property.types.len() < 20 => property.types.push(one),
                        _ => {}
                    }
                }
            }
            "CHARSET" => property.charset = said,
            "PREF" => property.types.push("pref".to_owned()),
            _ => {}
        }
    }
    property.value = property.decoded(value);
    Some(property)
}

impl Property {
    fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|known| known == kind)
    }

    fn decoded(&self, value: &str) -> String {
        if self.quoted {
            return self.text(&quoted_printable(value));
        }
        if self.base64 {
            let bare: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
            if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(bare) {
                return self.text(&bytes);
            }
        }
        value.to_owned()
    }

    /// Bytes as text: in the character set that is named, or UTF-8, or Windows-1252.
    fn text(&self, bytes: &[u8]) -> String {
        let named = encoding_rs::Encoding::for_label(self.charset.trim().as_bytes());
        let text = match (named, std::str::from_utf8(bytes)) {
            (Some(encoding), _) if encoding != encoding_rs::UTF_8 => encoding.decode_without_bom_handling(bytes).0,
            (_, Ok(text)) => text.into(),
            _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
        };
        text.replace('\0', "")
    }

    /// The value as one text.
    fn whole(&self) -> String {
        unescaped(&self.value).trim().to_owned()
    }

    /// The parts of the value between semicolons.
    fn parts(&self) -> Vec<String> {
        split(&self.value, ';').iter().map(|part| unescaped(part).trim().to_owned()).collect()
    }

    /// The same, each with its values between commas in a row: `jr,M.Sc.` are two, `Rossi\, jr` is one.
    fn listed(&self) -> Vec<String> {
        let one = |part: &String| {
            let values = split(part, ',').into_iter().map(|value| unescaped(&value).split_whitespace().collect::<Vec<_>>().join(" "));
            values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" ")
        };
        split(&self.value, ';').iter().map(one).collect()
    }
}

/// What stands between separators that are not escaped, still escaped; at most twenty.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let last = parts.len() - 1;
        match letter {
            '\\' => {
                parts[last].push('\\');
                parts[last].extend(letters.next());
            }
            letter if letter == separator && parts.len() < 20 => parts.push(String::new()),
            letter => parts[last].push(letter),
        }
    }
    parts
}

fn quoted_printable(value: &str) -> Vec<u8> {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'=').then(|| bytes.get(at + 1..at + 3)).flatten();
        let code = code.and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, false) => out.push(letter),
            _ => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(letter @ (',' | ';' | ':' | '\\' | '"')) => out.push(letter),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
        }
    }
    out.replace("\r\n", "\n").replace('\r', "\n")
}

/// A row being filled.
struct Cells(Vec<String>);

impl Cells {
    fn place(column: &str) -> usize {
        HEADER.iter().position(|known| *known == column).unwrap_or(HEADER.len())
    }

    fn get(&self, column: &str) -> &str {
        &self.0[Cells::place(column)]
    }

    /// Adds a value to a cell.
    fn add(&mut self, column: &str, between: &str, value: &str) {
        let cell = &mut self.0[Cells::place(column)];
        if !value.is_empty() {
            if !cell.is_empty() {
                cell.push_str(between);
            }
            cell.push_str(value);
        }
    }

    /// Keeps what has no column, under its name.
    fn keep(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.add("", "\n", &format!("{name}: {value}"));
        }
    }
}

/// What Apple's programs call a property beside its kinds: `_$!<Mobile>!$_`, `Lavoro`.
fn label<'p>(properties: &'p [Property], of: &Property) -> &'p str {
    let found = properties.iter().find(|other| other.name == "X-ABLABEL" && !of.group.is_empty() && other.group == of.group);
    found.map_or("", |label| label.value.trim().trim_start_matches("_$!<").trim_end_matches(">!$_"))
}

fn cells(properties: &[Property]) -> Vec<String> {
    let mut cells = Cells(vec![String::new(); HEADER.len() + 1]);
    let named = |name: &str| properties.iter().filter(|property| property.name == name).collect::<Vec<_>>();
    let preferred = |name: &str| {
        let mut found = named(name);
        found.sort_by_key(|property| !property.is("pref"));
        found
    };
    if let Some(name) = named("N").first() {
        for (column, part) in ["Cognome", "Nome", "Secondo nome", "Titolo", "Titolo straniero"].into_iter().zip(name.listed()) {
            cells.add(column, " ", &part);
        }
    }
    if let Some(company) = named("ORG").first() {
        let parts = company.parts();
        cells.add("Società", " ", &parts[0].replace('\n', " "));
        parts[1..].iter().for_each(|part| cells.add("Reparto", ", ", part));
    }
    let shown = named("FN").first().map(|name| name.whole().replace('\n', " ")).unwrap_or_default();
    let is = |name: &str, value: &str| named(name).iter().any(|property| is_line(&property.value, value));
    let unnamed = cells.get("Nome").is_empty() && cells.get("Cognome").is_empty();
    if cells.get("Società").is_empty() && (is("KIND", "org") || is("X-ABSHOWAS", "company")) {
        cells.add("Società", " ", &shown);
    } else if unnamed && !shown.contains('@') && kernel::fold(&shown) != kernel::fold(cells.get("Società")) {
        cells.add("Nome visualizzato", " ", &shown);
    }
    for property in preferred("TEL") {
        phone(&mut cells, property, label(properties, property));
    }
    for property in preferred("EMAIL") {
        let address = property.whole();
        let address = address.strip_prefix("mailto:").unwrap_or(&address);
        let certified = property.is("pec") || label(properties, property).eq_ignore_ascii_case("pec");
        match certified && cells.get("PEC").is_empty() {
            true => cells.add("PEC", "", address),
            false => cells.add("Indirizzo posta elettronica", BETWEEN, address),
        }
    }
    for property in preferred("ADR") {
        address(&mut cells, property, label(properties, property));
    }
    for property in properties {
        rest(&mut cells, property, label(properties, property));
    }
    cells.0
}

fn phone(cells: &mut Cells, property: &Property, label: &str) {
    let written = property.whole();
    let number = written.strip_prefix("tel:").unwrap_or(&written);
    let number = match number.split_once(";ext=") {
        Some((number, extension)) => format!("{number} int. {extension}"),
        None => number.to_owned(),
    };
    let label = label.to_lowercase();
    let is = |kind: &str| property.is(kind) || label == kind;
    let column = if is("fax") || label.contains("fax") {
        if is("home") || label.starts_with("home") { "Fax (ab.)" } else { "Fax (uff.)" }
    } else if is("pager") || is("bbs") || is("modem") {
        return cells.keep("Cercapersone", &number);
    } else if is("cell") || is("mobile") || is("iphone") || is("cellulare") {
        "Cellulare"
    } else if is("main") {
        "Telefono principale società"
    } else if is("work") || is("lavoro") || is("ufficio") {
        "Ufficio"
    } else if is("home") || is("casa") || is("abitazione") {
        "Abitazione"
    } else {
        "Altro telefono"
    };
    cells.add(column, BETWEEN, &number);
}

fn address(cells: &mut Cells, property: &Property, label: &str) {
    const PLACES: [[&str; 5]; 3] = [
        ["Via (uff.)", "Città (uff.)", "Provincia (uff.)", "CAP (uff.)", "Paese/area geografica (uff.)"],
        ["Via (ab.)", "Città (ab.)", "Provincia (ab.)", "CAP (ab.)", "Paese/area geografica (ab.)"],
        ["Altra via", "Altra città", "Altra provincia", "Altro CAP", "Altro paese/area geografica"],
    ];
    let lines = |part: &String| part.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
    let mut parts: Vec<String> = property.parts().iter().map(lines).collect();
    parts.resize(7.max(parts.len()), String::new());
    if parts.iter().all(String::is_empty) {
        return;
    }
    let label = label.to_lowercase();
    let home = property.is("home") || matches!(label.as_str(), "home" | "casa" | "abitazione");
    let work = property.is("work") || matches!(label.as_str(), "work" | "lavoro" | "ufficio");
    let wanted = if home || !work && cells.get("Società").is_empty() { 1 } else { 0 };
    let free = [wanted, 2].into_iter().find(|place| PLACES[*place].iter().all(|column| cells.get(column).is_empty()));
    let Some(place) = free else {
        let whole: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        return cells.keep("Indirizzo", &whole.join(", "));
    };
    let [street, city, province, postcode, country] = PLACES[place];
    cells.add(street, ", ", &parts[2]);
    cells.add(street, ", ", &parts[1]);
    cells.add(city, "", &parts[3]);
    cells.add(province, "", &parts[4]);
    cells.add(postcode, "", &parts[5]);
    cells.add(country, "", &parts[6]);
    cells.keep("Casella postale", &parts[0]);
}

/// Everything that is no name, no way to reach him and no place.
fn rest(cells: &mut Cells, property: &Property, label: &str) {
    let text = property.whole();
    match property.name.as_str() {
        "N" | "FN" | "ORG" | "TEL" | "EMAIL" | "ADR" => {}
        "TITLE" => cells.add("Posizione", ", ", &text.replace('\n', " ")),
        "NOTE" => cells.add("Notes", "\n", &text),
        "CATEGORIES" => cells.add("Categorie", ", ", &text.replace(';', ", ")),
        "URL" if cells.get("Pagina Web").is_empty() => cells.add("Pagina Web", "", &text),
        "X-PARTITA-IVA" | "X-VAT" | "X-VAT-NUMBER" if cells.get("Partita IVA").is_empty() => cells.add("Partita IVA", "", &text),
        "X-CODICE-FISCALE" | "X-TAX-CODE" if cells.get("Codice fiscale").is_empty() => cells.add("Codice fiscale", "", &text),
        "BDAY" => match day(&text) {
            Some(day) if cells.get("Compleanno").is_empty() => cells.add("Compleanno", "", &day),
            _ => cells.keep("Compleanno", &text),
        },
        name if is_nothing(name) || name == "X-ADDRESSBOOKSERVER-KIND" || name == "X-ADDRESSBOOKSERVER-MEMBER" => {}
        name => cells.keep(if label.is_empty() { name } else { label }, &text),
    }
}

/// `19800321`, `1980-03-21T00:00:00Z` as a day; none where there is no year, or one that stands for none.
fn day(text: &str) -> Option<String> {
    let date = text.split(['T', ' ']).next()?;
    let digits: String = date.chars().filter(|letter| *letter != '-').collect();
    let is_whole = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with("1604");
    is_whole.then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}
