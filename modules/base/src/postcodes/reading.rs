//! A file as a list of CAPs: which of its columns say what, row by row.

use engine::postcodes::{PostcodeList, UnreadRow};
use italy::places::{Entry, Postcodes, Unread};
use kernel::{Error, Result, Say, fold};
use std::io::Cursor;

/// The largest file.
pub const MOST_BYTES: u64 = 20 << 20;
/// The most rows.
pub const MOST_ROWS: u64 = 100_000;
/// Rows that were not understood and are shown.
const SHOWN: usize = 200;
/// How much of such a row.
const LETTERS: usize = 120;

/// The columns of GeoNames' files of postal codes, which have no header.
const GEONAMES: &str = "country code\tpostal code\tplace name\tadmin name1\tadmin code1\tadmin name2\tadmin code2\tadmin name3\tadmin code3\tlatitude\tlongitude\taccuracy\n";

/// Where a row says what.
#[derive(Debug, Default)]
struct Columns {
    country: Option<usize>,
    postcode: Option<usize>,
    code: Option<usize>,
    city: Option<usize>,
    hamlet: Option<usize>,
    province: Option<usize>,
}

impl Columns {
    /// The columns of a header, the likeliest names first.
    fn of(header: &[String]) -> Columns {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let find = |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| name == known));
        let city = find(&[
            "comune",
            "denominazione comune",
            "denominazione italiana",
            "denominazione",
            "nome comune",
            "citta",
            "city",
            "municipality",
        ]);
        let hamlet = find(&["frazione", "localita", "denominazione localita", "place name", "place", "nome localita", "luogo"]);
        // A place by itself is a comune or a hamlet: which, its name says.
        let hamlet = hamlet.or_else(|| if city.is_none() { find(&["nome", "name"]) } else { None });
        Columns {
            country: find(&["country code", "country", "paese", "nazione"]),
            postcode: find(&["cap", "codice avviamento postale", "codice postale", "postal code", "postcode", "zip", "zip code", "caps"]),
            code: find(&[
                "codice belfiore",
                "belfiore",
                "codice catastale",
                "codice catastale del comune",
                "catastale",
                "codice istat",
                "istat",
                "codice comune formato alfanumerico",
                "pro com t",
                "codice comune",
            ]),
            city,
            hamlet,
            province: find(&[
                "sigla provincia",
                "sigla",
                "sigla automobilistica",
                "provincia",
                "prov",
                "pr",
                "admin code2",
                "province",
                "denominazione provincia",
            ]),
        }
    }

    fn suffice(&self) -> bool {
        self.postcode.is_some() && (self.city.is_some() || self.hamlet.is_some() || self.code.is_some())
    }
}

/// Letters, digits and single spaces.
fn plain(name: &str) -> String {
    let folded = fold(name);
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Reads a file with a header and, in any order, a CAP, a comune (or its code, or a place) and a province; or GeoNames' own.
///
/// Errors: those of files of rows, and about `file` `error-postcodes-columns` (`names`: no CAP, or no place, among them),
/// `error-postcodes-rows` (`most`), `error-postcodes-none` (no row says anything), `error-postcodes-large` (`most`).
pub fn read(mut bytes: Vec<u8>, name: &str) -> Result<(Postcodes, PostcodeList)> {
    let refuse = |say: Say| Error::invalid("file", say);
    if bytes.len() as u64 > MOST_BYTES {
        return Err(refuse(Say::new("error-postcodes-large").with("most", MOST_BYTES >> 20)));
    }
    let is_geonames = geonames(&bytes);
    if is_geonames {
        bytes.splice(0..0, GEONAMES.bytes());
    }
    let mut file = Cursor::new(bytes);
    let survey = formats::survey(&mut file)?;
    let columns = Columns::of(&survey.header.cells);
    if !columns.suffice() {
        return Err(refuse(Say::new("error-postcodes-columns").with("names", survey.header.cells.join(", "))));
    }
    if survey.rows > MOST_ROWS {
        return Err(refuse(Say::new("error-postcodes-rows").with("most", MOST_ROWS)));
    }
    let mut list = Postcodes::default();
    let mut about = PostcodeList { file: name.to_owned(), ..PostcodeList::default() };
    let mut rows = formats::rows(file, &survey)?;
    while let Some(row) = rows.next_row()? {
        if row.is_blank() {
            continue;
        }
        let cell = |column: Option<usize>| column.and_then(|column| row.cells.get(column)).map_or("", |cell| cell.trim());
        // Files of several countries say which.
        if !matches!(fold(cell(columns.country)).as_str(), "" | "it" | "ita" | "italia" | "italy") {
            continue;
        }
        about.rows += 1;
        let entry = Entry {
            postcode: cell(columns.postcode),
            code: cell(columns.code),
            city: cell(columns.city),
            hamlet: cell(columns.hamlet),
            province: cell(columns.province),
        };
        if let Err(why) = list.add(entry) {
            about.unread += 1;
            if about.first_unread.len() < SHOWN {
                let text: String = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" · ");
                let text = text.chars().take(LETTERS).collect();
                about.first_unread.push(UnreadRow { line: row.line - u64::from(is_geonames), text, postcode: why == Unread::Postcode });
            }
        }
    }
    if list.is_empty() {
        return Err(refuse(Say::new("error-postcodes-none")));
    }
    Ok((list, about))
}

/// Whether a file begins as GeoNames' do: a country, a tab, a postal code, a tab.
fn geonames(bytes: &[u8]) -> bool {
    let first = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut cells = first.split(|byte| *byte == b'\t');
    let (country, code) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
    country.len() == 2
        && country.iter().all(u8::is_ascii_uppercase)
        && (3..=10).contains(&code.len())
        && code.iter().any(u8::is_ascii_digit)
        && cells.next().is_some()
}
