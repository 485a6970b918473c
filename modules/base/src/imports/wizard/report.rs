//! How a run stands: its progress while it goes on, what became of it afterwards, and what may be done with it then.

use super::runs::{self, Standing};
use super::{found, may_import, stands, steps};
use crate::imports::entity::fault::Grave;
use crate::imports::entity::{self as run, State};
use crate::imports::{Alike, reading, report};
use askama::Template;
use engine::principal::Verb;
use http::StatusCode;
use kernel::{Id, Result, Value};
use meta::fields::Chosen;
use meta::{Kind, Record};
use std::collections::HashMap;
use web::dress as assets;
use web::pages::answer::{file as taken_away, framed, markup, onward};
use web::pages::html;
use web::pages::reader::{Reader, icon};
use web::sheets::{csv_row, guard};
use web::{Answer, Named};

/// Rows that the report names one by one; the file has all of them.
const NAMED: usize = 20;

/// A row that did not come in, or a value that an undoing left.
struct Left {
    card: String,
    name: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "imports/wizard/report.html")]
struct ReportPage<'r> {
    reader: &'r Reader,
    title: String,
    steps: String,
    id: Id,
    file: String,
    state: &'static str,
    stands: String,
    tone: &'static str,
    runs: bool,
    done: i64,
    total: i64,
    progress: String,
    reason: String,
    counts: Vec<(String, &'static str)>,
    by: String,
    /// Where the records are that it created and changed: address and words.
    lists: Vec<(String, String)>,
    left: Vec<Left>,
    left_title: String,
    more: String,
    /// Rows that are alike to a record, or to a row before them.
    similar: Vec<Left>,
    similar_more: String,
    /// Records that the file has no longer.
    missing: Vec<Left>,
    missing_more: String,
    errors: bool,
    has_file: bool,
    stops: bool,
    resumes: bool,
    undoes: bool,
    question: String,
    back: String,
    many: String,
}

pub(super) async fn show(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    let id = standing.id();
    match standing.state {
        State::Draft | State::Checked => return Ok(onward(&reader, &format!("/imports/{id}/rows"))),
        _ => {}
    }
    let reader = reader.within(standing.entity.plural);
    let speech = &reader.speech;
    let (words, tone) = stands(&reader, &standing);
    let (done, total) = (standing.count(&run::DONE), standing.count(&run::ROWS));
    let goes_on = matches!(standing.state, State::Checking | State::Running | State::Undoing);
    let wrote = [&run::CREATED, &run::UPDATED, &run::CONSENTS].into_iter().any(|count| standing.count(count) > 0);
    let ended = matches!(standing.state, State::Done | State::Stopped | State::Failed);
    let grave = if standing.undone { Grave::Left } else { Grave::Error };
    let (told, lines) = if ended { runs::faults(reader.web.engine(), id, Some(grave), 0, NAMED).await? } else { (Vec::new(), 0) };
    let left = left(&reader, &standing, told).await?;
    let beyond = match standing.undone {
        true => standing.count(&run::LEFT) - left.len() as i64,
        false => lines as i64 - left.len() as i64,
    };
    let (told, lines) = if ended && !standing.undone {
        runs::faults(reader.web.engine(), id, Some(Grave::Alike), 0, NAMED).await?
    } else {
        (Vec::new(), 0)
    };
    let similar = similar(&reader, &standing, told).await?;
    let similar_more = lines.saturating_sub(similar.len());
    let missing = if ended && !standing.undone { missing(&reader, &standing).await? } else { Vec::new() };
    let missing_more = if missing.is_empty() { 0 } else { standing.count(&run::MISSING) - missing.len() as i64 };
    let title = speech.with("import-title", &[("what", &speech.area(standing.entity.key))]);
    let page = ReportPage {
        steps: if standing.state == State::Checking { steps(&reader, 2, Some(&standing)) } else { steps(&reader, 3, Some(&standing)) },
        id,
        file: standing.record.get(&run::FILE).to_owned(),
        state: standing.state.key(),
        stands: words,
        tone,
        runs: goes_on,
        progress: speech.with("import-progress", &[("done", &reader.speech.number(done)), ("total", &reader.speech.number(total))]),
        done,
        total: total.max(1),
        reason: reason(&reader, &standing),
        counts: counts(&reader, &standing, standing.state == State::Checking),
        by: by(&reader, &standing),
        lists: if ended && !standing.undone { lists(&reader, &standing) } else { Vec::new() },
        left_title: speech.say(if standing.undone { "import-left" } else { "import-refused" }).to_owned(),
        more: if beyond > 0 { reader.speech.counting("import-more", beyond) } else { String::new() },
        left,
        similar,
        similar_more: if similar_more > 0 { reader.speech.counting("import-more", similar_more as i64) } else { String::new() },
        missing,
        missing_more: if missing_more > 0 { reader.speech.counting("import-missing-more", missing_more) } else { String::new() },
        errors: ended && !standing.undone && standing.count(&run::ERRORS) > 0 && standing.has_file(),
        has_file: standing.has_file(),
        stops: matches!(standing.state, State::Checking | State::Running),
        resumes: matches!(standing.state, State::Stopped | State::Failed) && !standing.undone && standing.has_file(),
        undoes: ended && wrote && !standing.undone,
        question: reader.speech.counting("import-undo-question", standing.count(&run::CREATED) + standing.count(&run::UPDATED)),
        back: format!("/{}", standing.entity.plural),
        many: speech.area(standing.entity.key),
        title: title.clone(),
        reader: &reader,
    };
    framed(&reader, StatusCode::OK, &title, &markup(&page)?)
}

/// Why it could not go on.
pub(super) fn reason(reader: &Reader, standing: &Standing) -> String {
    match standing.record.value(run::REASON.id()).text() {
        "" => String::new(),
        packed => reader.speech.sentence(&engine::unpacked(packed)),
    }
}

/// How many rows became what, and how it sounds; `would` is whether nothing is written yet.
pub(super) fn counts(reader: &Reader, standing: &Standing, would: bool) -> Vec<(String, &'static str)> {
    let said = [
        ("created", &run::CREATED, "good"),
        ("updated", &run::UPDATED, "accent"),
        ("unchanged", &run::UNCHANGED, "open"),
        ("skipped", &run::SKIPPED, "open"),
        ("errors", &run::ERRORS, "bad"),
        ("warnings", &run::WARNINGS, "warn"),
        ("alike", &run::ALIKE, "warn"),
        ("consents", &run::CONSENTS, "good"),
        ("consents-left", &run::CONSENTS_LEFT, "warn"),
        ("missing", &run::MISSING, "warn"),
    ];
    let tense = if would { "import-would" } else { "import-count" };
    let some = said.into_iter().filter(|(_, count, _)| standing.count(count) > 0);
    some.map(|(key, count, tone)| (reader.speech.counting(&format!("{tense}-{key}"), standing.count(count)), tone)).collect()
}

/// Who imported, and when.
fn by(reader: &Reader, standing: &Standing) -> String {
    let at = match standing.record.value(run::BEGUN_AT.id()) {
        Value::Moment(at) => Value::Moment(*at),
        _ => standing.record.named("created_at").clone(),
    };
    let at = Kind::Moment.behaviour().show(&at, &reader.reading);
    reader.speech.with("import-by", &[("name", &standing.owner), ("at", &at)])
}

/// The lists of what it created and changed: whatever its owner wrote of this kind while it went on.
fn lists(reader: &Reader, standing: &Standing) -> Vec<(String, String)> {
    let moment = |field: meta::FieldId| match standing.record.value(field) {
        Value::Moment(at) => Some(*at),
        _ => None,
    };
    let (Some(begun), Some(owner)) = (moment(run::BEGUN_AT.id()), standing.record.value(run::OWNER.id()).link()) else { return Vec::new() };
    let ended = moment(run::ENDED_AT.id()).unwrap_or_else(|| reader.web.engine().now());
    let mut lists = Vec::new();
    for (count, at, by, words) in [
        (&run::CREATED, "created_at", "created_by", "import-see-created"),
        (&run::UPDATED, "changed_at", "changed_by", "import-see-updated"),
    ] {
        let known = [at, by].iter().all(|field| standing.entity.field(field).is_some());
        if standing.count(count) > 0 && known {
            let filter = format!("{at} >= \"{begun}\" and {at} <= \"{ended}\" and {by} is \"{owner}\"");
            let mut question = String::new();
            html::pair(&mut question, "filter", &filter);
            lists.push((format!("/{}?{question}", standing.entity.plural), reader.speech.counting(words, standing.count(count))));
        }
    }
    if standing.count(&run::ALIKE) > 0 && standing.plan.alike() != Alike::Skip && reader.who.may(Verb::Change, &standing.entity) {
        lists.push((format!("/duplicates?entity={}", standing.entity.plural), reader.speech.say("import-see-alike").to_owned()));
    }
    lists
}

/// Rows that are alike to a record, or to a row before them, with the record as far as the reader sees it.
async fn similar(reader: &Reader, standing: &Standing, told: Vec<(u64, Vec<runs::Said>)>) -> Result<Vec<Left>> {
    let names = names(reader, standing, told.iter().flat_map(|(_, said)| said)).await?;
    let one = |(line, said): (u64, runs::Said)| {
        let row = reader.speech.with("import-line", &[("line", &line.to_string())]);
        let reason = format!("{row}: {}", reader.speech.sentence(&said.say));
        match said.record.parse::<Id>().ok().and_then(|id| Some((id, names.get(&id)?))) {
            Some((id, name)) => Left { card: format!("/{}/{id}", standing.entity.plural), name: name.clone(), reason },
            None => Left { card: String::new(), name: row, reason: reader.speech.sentence(&said.say) },
        }
    };
    let said = told.into_iter().filter_map(|(line, said)| Some((line, said.into_iter().find(|said| said.grave == Grave::Alike)?)));
    Ok(said.map(one).collect())
}

/// Records that the file has no longer, as far as the reader sees them.
async fn missing(reader: &Reader, standing: &Standing) -> Result<Vec<Left>> {
    let ids = runs::missing(reader.web.engine(), standing.id(), NAMED).await?;
    let names = reader.web.engine().names(&reader.who, standing.entity.key, ids.clone()).await?;
    let one = |id: Id| {
        let name = names.get(&id).cloned();
        let card = if name.is_some() { format!("/{}/{id}", standing.entity.plural) } else { String::new() };
        Left { card, name: name.unwrap_or_else(|| reader.speech.say("link-unseen").to_owned()), reason: String::new() }
    };
    Ok(ids.into_iter().map(one).collect())
}

/// The names of the records that are spoken of, as far as the reader sees them.
pub(super) async fn names(reader: &Reader, standing: &Standing, said: impl Iterator<Item = &runs::Said>) -> Result<HashMap<Id, String>> {
    let ids: Vec<Id> = said.filter(|said| said.grave == Grave::Alike).filter_map(|said| said.record.parse().ok()).collect();
    reader.web.engine().names(&reader.who, standing.entity.key, ids).await
}

/// What did not come in, or was left by the undoing.
async fn left(reader: &Reader, standing: &Standing, told: Vec<(u64, Vec<runs::Said>)>) -> Result<Vec<Left>> {
    if !standing.undone {
        let one = |(line, said): (u64, Vec<runs::Said>)| {
            let name = reader.speech.with("import-line", &[("line", &line.to_string())]);
            let reasons = said.iter().map(|said| match said.heading.is_empty() {
                true => reader.speech.sentence(&said.say),
                false => format!("{}: {}", said.heading, reader.speech.sentence(&said.say)),
            });
            Left { card: String::new(), name, reason: reasons.collect::<Vec<_>>().join(" ") }
        };
        return Ok(told.into_iter().map(one).collect());
    }
    let said: Vec<runs::Said> = told.into_iter().flat_map(|(_, said)| said).take(NAMED).collect();
    let ids: Vec<Id> = said.iter().filter_map(|said| said.record.parse().ok()).collect();
    let mut places: HashMap<Id, (String, &'static str)> = HashMap::new();
    for key in [standing.entity.key, "account", "contact", "site", "consent"] {
        let names = reader.web.engine().names(&reader.who, key, ids.clone()).await?;
        let plural = reader.model.entity(key).map_or("", |entity| entity.plural);
        places.extend(names.into_iter().map(|(id, name)| (id, (name, plural))));
    }
    let one = |said: runs::Said| {
        let place = said.record.parse::<Id>().ok().and_then(|id| Some((id, places.get(&id)?)));
        let field = match said.heading.is_empty() {
            true => String::new(),
            false => format!("{}: ", reader.speech.field(standing.entity.key, &said.heading)),
        };
        let of_ledger = place.is_some_and(|(_, (_, plural))| *plural == "consents");
        let reason = format!("{field}{}", reader.speech.say(if of_ledger { "import-left-consent" } else { "error-bulk-left" }));
        match place {
            Some((id, (name, plural))) => Left { card: format!("/{plural}/{id}"), name: name.clone(), reason },
            None => Left { card: String::new(), name: reader.speech.say("link-unseen").to_owned(), reason },
        }
    };
    Ok(said.into_iter().map(one).collect())
}

pub(super) async fn check(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    runs::check(reader.web.engine(), &reader.who, standing.id()).await?;
    Ok(onward(&reader, &format!("/imports/{}", standing.id())))
}

pub(super) async fn start(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    runs::start(reader.web.engine(), &reader.who, standing.id()).await?;
    Ok(onward(&reader, &format!("/imports/{}", standing.id())))
}

pub(super) async fn stop(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    runs::stop(reader.web.engine(), standing.id()).await?;
    Ok(onward(&reader, &format!("/imports/{}", standing.id())))
}

pub(super) async fn undo(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    runs::undo(reader.web.engine(), &reader.who, &standing).await?;
    Ok(onward(&reader, &format!("/imports/{}", standing.id())))
}

pub(super) async fn again(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    let id = runs::again(reader.web.engine(), &reader.who, &standing).await?;
    Ok(onward(&reader, &format!("/imports/{id}/columns")))
}

pub(super) async fn discard(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    runs::discard(reader.web.engine(), standing.id()).await?;
    Ok(onward(&reader, "/imports"))
}

/// The rows that did not come in, as they stand in the file, with one column more that says why: put right, they can be imported.
pub(super) async fn errors(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    let mut file = standing.file(reader.web.engine()).await?;
    let (told, _) = runs::faults(reader.web.engine(), standing.id(), Some(Grave::Error), 0, 1_000_000).await?;
    let sentences: HashMap<u64, String> = told
        .into_iter()
        .map(|(line, said)| {
            let said = said.iter().filter(|said| said.grave == Grave::Error).map(|said| match said.heading.is_empty() {
                true => reader.speech.sentence(&said.say),
                false => format!("{}: {}", said.heading, reader.speech.sentence(&said.say)),
            });
            (line, said.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let (sender, pieces) = tokio::sync::mpsc::channel(4);
    let (manner, guard) = (standing.plan.manner.clone(), guard(reader.web.engine()).await?);
    let work = move || {
        let mut written = || -> Result<()> {
            let survey = reading::survey_as(&mut file, &manner)?;
            let (encoding, delimiter) = (survey.encoding, survey.delimiter);
            let named = survey.header.cells.iter().any(|name| matches!(kernel::fold(name).as_str(), "errore" | "error"));
            let mut bytes = encoding.mark().to_vec();
            let line = |bytes: &mut Vec<u8>, row: reading::Row, sentence: &str| {
                let raw = report::answered(row, &survey, guard);
                encoding.encode(&report::refused(survey.kind, delimiter, &raw, sentence), bytes);
            };
            if survey.kind != reading::Kind::Cards {
                line(&mut bytes, survey.header.clone(), if named { "" } else { "Errore" });
            }
            let mut rows = reading::rows(&file, &survey)?;
            while let Some(row) = rows.next_row()? {
                if let Some(sentence) = sentences.get(&row.line) {
                    line(&mut bytes, row, sentence);
                }
                if bytes.len() > 64 << 10 && sender.blocking_send(Ok(std::mem::take(&mut bytes))).is_err() {
                    return Ok(());
                }
            }
            let _ = sender.blocking_send(Ok(bytes));
            Ok(())
        };
        if let Err(error) = written() {
            let _ = sender.blocking_send(Err(error));
        }
    };
    drop(tokio::task::spawn_blocking(work));
    let name = standing.record.get(&run::FILE);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // Cards answer as cards; a workbook as CSV, which is read again as it is.
    let (ending, kind) =
        if name.to_lowercase().ends_with(".vcf") { ("vcf", "text/vcard; charset=utf-8") } else { ("csv", "text/csv; charset=utf-8") };
    Ok(taken_away(&format!("{stem}-{}.{ending}", reader.speech.say("import-errors-file")), kind, pieces))
}

/// What was said of each row, as a sheet.
pub(super) async fn report(named: Named, reader: Reader) -> Answer {
    let standing = found(&reader, &named).await?;
    let (told, _) = runs::faults(reader.web.engine(), standing.id(), None, 0, 1_000_000).await?;
    let mut text = String::from("\u{feff}");
    let heads = ["import-row", "import-outcome", "import-column", "import-value", "import-message"].map(|key| reader.speech.say(key));
    let guard = guard(reader.web.engine()).await?;
    csv_row(&mut text, ';', guard, heads);
    for (line, said) in told {
        for said in said {
            let grave = reader.speech.choice("import_fault", "grave", said.grave.key());
            csv_row(&mut text, ';', guard, [&*line.to_string(), &grave, &said.heading, &said.value, &reader.speech.sentence(&said.say)]);
        }
    }
    for record in runs::missing(reader.web.engine(), standing.id(), 1_000_000).await? {
        let grave = reader.speech.choice("import_fault", "grave", Grave::Missing.key());
        csv_row(&mut text, ';', guard, ["", &grave, "", &record.to_string(), reader.speech.say("import-missing")]);
    }
    let (sender, pieces) = tokio::sync::mpsc::channel(1);
    let _ = sender.try_send(Ok(text.into_bytes()));
    let name = standing.record.get(&run::FILE);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(taken_away(&format!("{stem}-{}.csv", reader.speech.say("import-report-file")), "text/csv; charset=utf-8", pieces))
}

/// One of the latest, in a line.
struct Line {
    id: Id,
    icon: &'static str,
    title: String,
    text: String,
    stands: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "imports/wizard/imports.html")]
struct ImportsPage<'i> {
    reader: &'i Reader,
    title: String,
    lines: Vec<Line>,
}

/// The latest imports of the reader; of everybody for an administrator.
pub(super) async fn all(reader: Reader) -> Answer {
    may_import(&reader)?;
    let listed = runs::latest(reader.web.engine(), &reader.who).await?;
    let undone = runs::undone_among(reader.web.engine(), &listed.records).await?;
    let line = |record: &Record| {
        let entity = reader.model.plural(record.named("target").text());
        let key = entity.map_or("", |entity| entity.key);
        let at = Kind::Moment.behaviour().show(record.named("created_at"), &reader.reading);
        let name = record.named("owner").link().and_then(|owner| listed.titles.get(&owner).cloned()).unwrap_or_default();
        let state = record.named("state").text();
        let undone = undone.contains(record.named("changeset").text());
        let mut said = vec![entity.map_or_else(String::new, |entity| reader.speech.area(entity.key))];
        for (field, words) in [("created", "import-count-created"), ("updated", "import-count-updated"), ("errors", "import-count-errors")]
        {
            let begun = !matches!(state, "draft" | "checking" | "checked");
            if begun && record.named(field).int() > 0 {
                said.push(reader.speech.counting(words, record.named(field).int()));
            }
        }
        said.push(if name.is_empty() { at } else { reader.speech.with("import-by", &[("name", &name), ("at", &at)]) });
        Line {
            id: record.id,
            icon: icon(key),
            title: record.named("file").text().to_owned(),
            text: said.join(" · "),
            stands: if undone { reader.speech.say("import-undone").to_owned() } else { reader.speech.choice("import_run", "state", state) },
            tone: match state {
                _ if undone => "open",
                "checking" | "running" | "undoing" => "accent",
                "done" if record.named("errors").int() > 0 => "warn",
                "done" => "good",
                "failed" => "bad",
                _ => "open",
            },
        }
    };
    let title = reader.speech.say("imports").to_owned();
    let page = ImportsPage { lines: listed.records.iter().map(line).collect(), title: title.clone(), reader: &reader };
    framed(&reader, StatusCode::OK, &title, &markup(&page)?)
}
