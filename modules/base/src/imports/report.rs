//! What is told of an import: one row of the report for each row of the file, and the refused rows as they were,
//! in their own encoding, to be put right and imported again.

use super::batches::{Item, Outcome, Told};
use super::reading::{self, Encoding, Kind, Row, Survey};
use kernel::{Error, Result, Say};
use std::io::Write;
use std::sync::Arc;
use web::sheets::{Guard, csv_row};

/// Where reports are written.
pub type Output = Box<dyn Write + Send + Sync>;

/// Makes a sentence of what is to be said.
pub(super) type Speak = Arc<dyn Fn(&Say) -> String + Send + Sync>;

pub(super) struct Reports {
    report: Option<Output>,
    errors: Option<Output>,
    speak: Speak,
    encoding: Encoding,
    delimiter: char,
    kind: Kind,
    guard: Guard,
}

/// A refused row with one more cell that says why, and its end; a card has a property of its own for it.
pub(super) fn refused(kind: Kind, delimiter: char, raw: &str, sentence: &str) -> String {
    let mut text = raw.to_owned();
    let sentence = sentence.replace(['"', '\r', '\n'], " ");
    if kind == Kind::Cards {
        let end = text.rfind('\n').map_or(text.len(), |end| end + 1);
        let escaped = sentence.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
        text.insert_str(end, &format!("X-SCHEDA-ERRORE:{escaped}\r\n"));
    } else if !sentence.is_empty() {
        let quote = if sentence.contains(delimiter) { "\"" } else { "" };
        text.push(delimiter);
        text.push_str(&format!("{quote}{sentence}{quote}"));
    }
    text.push_str("\r\n");
    text
}

/// A row as an answer holds it: as it was, but that with the guard on nothing in it is reckoned with by a sheet.
pub(super) fn answered(row: Row, survey: &Survey, guard: Guard) -> String {
    if guard == Guard::Off || survey.kind == Kind::Cards || !row.cells.iter().any(|cell| reading::is_guarded(cell)) {
        return row.raw;
    }
    let mut raw = String::new();
    csv_row(&mut raw, survey.delimiter, guard, row.cells.iter().map(String::as_str));
    raw.truncate(raw.trim_end_matches("\r\n").len());
    raw
}

impl Reports {
    pub(super) fn begin(report: Option<Output>, errors: Option<Output>, speak: Speak, survey: &Survey, guard: Guard) -> Result<Reports> {
        let (encoding, delimiter, kind) = (survey.encoding, survey.delimiter, survey.kind);
        let mut reports = Reports { report, errors, speak, encoding, delimiter, kind, guard };
        if let Some(report) = &mut reports.report {
            let mut text = String::from("\u{feff}");
            csv_row(&mut text, ';', guard, ["riga", "esito", "identificativo", "colonna", "valore", "messaggio"]);
            report.write_all(text.as_bytes()).map_err(unwritable)?;
        }
        if let Some(errors) = &mut reports.errors {
            errors.write_all(survey.encoding.mark()).map_err(unwritable)?;
        }
        if survey.kind != Kind::Cards {
            // A file that is imported again must not have the column twice.
            let named = survey.header.cells.iter().any(|name| kernel::fold(name) == "errore");
            reports.refused(&answered(survey.header.clone(), survey, guard), if named { "" } else { "Errore" })?;
        }
        Ok(reports)
    }

    /// Whether the rows themselves will be needed, and how they are answered.
    pub(super) fn wants_rows(&self) -> Option<Guard> {
        self.errors.is_some().then_some(self.guard)
    }

    pub(super) fn tell(&mut self, items: &[Item], told: &[Told]) -> Result<()> {
        let mut text = String::new();
        for (item, row) in items.iter().zip(told) {
            if let Some(fault) = &row.fault {
                let sentence = match fault.column.is_empty() {
                    true => (self.speak)(&fault.say),
                    false => format!("{}: {}", fault.column, (self.speak)(&fault.say)),
                };
                self.refused(&item.raw, &sentence)?;
            }
            if self.report.is_some() {
                self.line(&mut text, row);
            }
        }
        match &mut self.report {
            Some(report) => report.write_all(text.as_bytes()).map_err(unwritable),
            None => Ok(()),
        }
    }

    fn line(&self, text: &mut String, row: &Told) {
        let outcome = match row.outcome {
            Outcome::Created => "creato",
            Outcome::Updated => "aggiornato",
            Outcome::Unchanged => "invariato",
            Outcome::Skipped => "saltato",
            Outcome::Error => "errore",
            Outcome::Earlier => "già importato",
        };
        let id = row.record.map(|id| id.to_string()).unwrap_or_default();
        let fault = row.fault.iter().map(|fault| (&fault.column, &fault.value, &fault.say));
        let warnings = row.warnings.iter().map(|warning| (&warning.column, &warning.value, &warning.say));
        let nothing = String::new();
        let alike = row.alike.iter().map(|similar| (&nothing, &nothing, &similar.say));
        let said: Vec<_> = fault.chain(warnings).chain(alike).collect();
        let joined = |part: fn(&(&String, &String, &Say), &Speak) -> String| {
            said.iter().map(|said| part(said, &self.speak)).collect::<Vec<_>>().join(" | ")
        };
        let columns = joined(|(column, ..), _| (*column).clone());
        let values = joined(|(_, value, _), _| (*value).clone());
        let sentences = joined(|(.., say), speak| speak(say));
        csv_row(text, ';', self.guard, [row.line.to_string().as_str(), outcome, &id, &columns, &values, &sentences]);
    }

    /// A row as it was, with one more cell.
    fn refused(&mut self, raw: &str, sentence: &str) -> Result<()> {
        let Some(errors) = &mut self.errors else { return Ok(()) };
        let mut bytes = Vec::with_capacity(raw.len() + 80);
        self.encoding.encode(&refused(self.kind, self.delimiter, raw, sentence), &mut bytes);
        errors.write_all(&bytes).map_err(unwritable)
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        for output in [&mut self.report, &mut self.errors].into_iter().flatten() {
            output.flush().map_err(unwritable)?;
        }
        Ok(())
    }
}

pub(crate) fn unwritable(error: std::io::Error) -> Error {
    Error::Unavailable(Say::new("error-import-unwritable").with("reason", error))
}
