//! What a file was found to be, in a line, and how it is read otherwise where that was found out wrongly.

use super::plan::Plan;
use super::runs::{self, Standing};
use super::{columns, found};
use crate::imports::entity as run;
use crate::imports::reading::{DELIMITERS, Encoding, Heading, Kind, Manner, Row, Survey};
use askama::Template;
use http::StatusCode;
use kernel::Error;
use web::pages::answer::{markup, onward, to};
use web::pages::reader::Reader;
use web::{Answer, Fields, Named};

/// A choice: key, words, whether it is chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "imports/wizard/detected.html")]
struct Detected<'d> {
    reader: &'d Reader,
    id: kernel::Id,
    line: String,
    open: bool,
    encodings: Vec<Choice>,
    delimiters: Vec<Choice>,
    sheets: Vec<Choice>,
    headings: Vec<Choice>,
}

/// Letters of a row that a choice shows.
const LETTERS: usize = 60;
/// Rows that are offered as headers.
const OFFERED: usize = 10;

/// The line that says what the file is, and opens the choices of reading it otherwise.
pub(super) fn part(reader: &Reader, standing: &Standing, plan: &Plan, survey: &Survey) -> Result<String, web::Failure> {
    let (manner, speech) = (&plan.manner, &reader.speech);
    let known = || speech.say("import-found-out").to_owned();
    let mut encodings = Vec::new();
    if survey.kind != Kind::Workbook {
        encodings.push((String::new(), known(), manner.encoding.is_none()));
        for encoding in Encoding::KEYS.into_iter().filter_map(Encoding::parse) {
            encodings.push((encoding.key().to_owned(), encoding.name().to_owned(), manner.encoding == Some(encoding)));
        }
    }
    let mut delimiters = Vec::new();
    if survey.kind == Kind::Text {
        delimiters.push((String::new(), known(), manner.delimiter.is_none()));
        delimiters.extend(DELIMITERS.map(|mark| (mark.to_string(), named(reader, mark), manner.delimiter == Some(mark))));
    }
    let sheets = survey.sheets.iter().map(|sheet| (sheet.clone(), sheet.clone(), *sheet == survey.sheet)).collect();
    let headings = if survey.kind == Kind::Cards { Vec::new() } else { headings(reader, manner.heading, survey) };
    let part = Detected {
        line: nature(reader, standing),
        open: *manner != Manner::default(),
        id: standing.id(),
        encodings,
        delimiters,
        sheets,
        headings,
        reader,
    };
    markup(&part)
}

fn headings(reader: &Reader, heading: Heading, survey: &Survey) -> Vec<Choice> {
    let speech = &reader.speech;
    let mut headings = vec![
        ("found".to_owned(), speech.say("import-found-out").to_owned(), heading == Heading::Found),
        ("none".to_owned(), speech.say("import-heading-none").to_owned(), heading == Heading::Missing),
    ];
    let said = |row: &Row| {
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        let all = cells.join(" · ");
        let short: String = all.chars().take(LETTERS).collect();
        format!("{short}{}", if short.len() < all.len() { "…" } else { "" })
    };
    let rows: Vec<&Row> = survey.top.iter().take(OFFERED).collect();
    let far = Some(&survey.header).filter(|header| header.line > 0 && !rows.iter().any(|row| row.line == header.line));
    for row in rows.into_iter().chain(far) {
        let words = speech.with("import-heading-row", &[("line", &row.line.to_string()), ("cells", &said(row))]);
        let chosen = matches!(heading, Heading::Line(_)) && row.line == survey.header.line;
        headings.push((row.line.to_string(), words, chosen));
    }
    headings
}

/// What people call a delimiter.
fn named(reader: &Reader, mark: char) -> String {
    let key = match mark {
        ';' => "import-semicolon",
        ',' => "import-comma",
        '\t' => "import-tab",
        _ => "import-bar",
    };
    reader.speech.say(key).to_owned()
}

/// What the file is, and how many rows it has, in a line.
pub(super) fn nature(reader: &Reader, standing: &Standing) -> String {
    let (plan, speech) = (&standing.plan, &reader.speech);
    let mut parts = vec![match plan.delimiter.chars().next() {
        Some(mark) => speech.with("import-read-text", &[("nature", &plan.nature), ("mark", &named(reader, mark))]),
        None if plan.sheet.is_empty() => speech.with("import-read-plain", &[("nature", &plan.nature)]),
        None => speech.with("import-read-sheet", &[("nature", &plan.nature), ("sheet", &plan.sheet)]),
    }];
    if plan.manner.heading == Heading::Missing {
        parts.push(speech.say("import-read-nameless").to_owned());
    }
    parts.push(reader.speech.counting("import-rows-count", standing.count(&run::ROWS)));
    parts.join(" · ")
}

/// How a form says that a file is to be read; what it does not say is found out.
fn said(form: &Fields) -> Manner {
    let given = |name: &str| form.get(name).filter(|said| !said.is_empty());
    Manner {
        encoding: given("encoding").and_then(Encoding::parse),
        delimiter: given("delimiter").and_then(|said| DELIMITERS.into_iter().find(|mark| mark.to_string() == said)),
        sheet: given("sheet").map(str::to_owned),
        heading: match given("heading") {
            Some("none") => Heading::Missing,
            Some(line) => line.parse().map_or(Heading::Found, Heading::Line),
            None => Heading::Found,
        },
    }
}

/// Reads the file otherwise. What was chosen for columns of the same names stays; what was tried out is forgotten.
pub(super) async fn correct(named: Named, reader: Reader, form: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    if !columns::open(&standing) {
        return Ok(to(&format!("/imports/{}", standing.id())));
    }
    let reader = reader.within(standing.entity.plural);
    let (before, _) = columns::chosen(&reader, &standing, &form).await?;
    let mut manner = said(&form);
    // The first sheet is what is read anyway.
    if manner.sheet.as_deref() == Some(before.sheet.as_str()) && before.manner.sheet.is_none() {
        manner.sheet = None;
    }
    let engine = reader.web.engine();
    let file = standing.file(engine).await?;
    let (survey, mut plan) = match runs::surveyed(&standing.entity, reader.web.words(), file, manner).await {
        Ok(surveyed) => surveyed,
        Err(Error::Invalid(problems)) => {
            return columns::page(&reader, &standing, &before, problems, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(error) => return Err(error.into()),
    };
    plan.follow(&before);
    if (&plan.delimiter, &plan.sheet) == (&before.delimiter, &before.sheet) {
        plan.corrections = before.corrections;
    }
    runs::read_otherwise(engine, standing.id(), &plan, &survey).await?;
    Ok(onward(&reader, &format!("/imports/{}/columns", standing.id())))
}
