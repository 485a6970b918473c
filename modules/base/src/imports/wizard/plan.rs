//! What was chosen for a run, page by page, until it begins.

use crate::imports::reading::{Heading, Kind, Manner, Survey};
use crate::imports::{Alike, Choices, Corrections, How, Mode, mapping};
use kernel::{Error, Result};
use meta::Entity;
use serde::{Deserialize, Serialize};
use web::Words;

/// Cells that may be put right in one run: of more it is the file that wants to be put right.
pub(super) const MOST_CORRECTIONS: usize = 1_000;

/// What was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The names of the file's columns.
    pub(super) header: Vec<String>,
    /// What the file is, for people: `UTF-8`, `XLSX`.
    pub(super) nature: String,
    /// What stands between two cells.
    pub(super) delimiter: String,
    /// Where each column goes.
    pub(super) columns: Choices,
    /// `create`, `update`, `both`.
    #[serde(default)]
    pub(super) mode: String,
    /// By what a row finds its record.
    #[serde(default)]
    pub(super) keys: Vec<String>,
    /// Values of new records, where the row gives none: path and text.
    #[serde(default)]
    pub(super) defaults: Vec<(String, String)>,
    /// `create`, `skip`, `update`: what becomes of rows that are alike to a record.
    #[serde(default)]
    pub(super) alike: String,
    /// Cells that were put right.
    #[serde(default)]
    pub(super) corrections: Corrections,
    /// How the file is read, where somebody said so.
    #[serde(default)]
    pub(super) manner: Manner,
    /// The sheet of a workbook that is read.
    #[serde(default)]
    pub(super) sheet: String,
    /// The name of the mapping whose choices these were.
    #[serde(default)]
    pub(super) as_saved: String,
    /// The day of the import whose choices these were, where they were taken up.
    #[serde(default)]
    pub(super) as_on: String,
}

impl Plan {
    /// What is chosen for a file as long as nobody chose anything: where its columns go by their names, and by what stands in some of its rows.
    pub(super) fn begun(entity: &Entity, words: &Words, manner: Manner, survey: &Survey, sample: &[Vec<String>]) -> Plan {
        let header = survey.header.cells.clone();
        let to = proposed(entity, words, &header, manner.heading == Heading::Missing, sample);
        Plan {
            nature: survey.name().to_owned(),
            delimiter: if survey.kind == Kind::Text { survey.delimiter.to_string() } else { String::new() },
            sheet: survey.sheet.clone(),
            columns: Choices { to, ..Choices::default() },
            mode: Mode::Create.key().to_owned(),
            manner,
            header,
            ..Plan::default()
        }
    }

    /// As it is kept.
    pub(super) fn packed(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// What of it holds for other files: not what was put right in this one, nor where it came from.
    pub(super) fn kept(&self) -> Plan {
        Plan { corrections: Corrections::new(), as_saved: String::new(), as_on: String::new(), ..self.clone() }
    }

    /// As it was kept.
    pub(super) fn read(text: &str) -> Plan {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// What is done with rows whose record exists.
    pub(super) fn mode(&self) -> Mode {
        Mode::parse(&self.mode).unwrap_or_default()
    }

    /// What becomes of rows that would be created and are alike to a record.
    pub(super) fn alike(&self) -> Alike {
        Alike::parse(&self.alike).unwrap_or_default()
    }

    /// Takes up what was chosen for another file with the same header, whatever the order of its columns.
    pub(super) fn follow(&mut self, other: &Plan) {
        for (name, to) in self.header.iter().zip(&mut self.columns.to) {
            let folded = kernel::fold(name.trim());
            let same = other.header.iter().zip(&other.columns.to).find(|(known, _)| kernel::fold(known.trim()) == folded);
            if let Some((_, known)) = same.filter(|_| !folded.is_empty()) {
                to.clone_from(known);
            }
        }
        self.columns.plain_numbers = other.columns.plain_numbers;
        self.columns.month_first = other.columns.month_first;
        self.mode.clone_from(&other.mode);
        self.keys.clone_from(&other.keys);
        self.alike.clone_from(&other.alike);
        self.defaults.clone_from(&other.defaults);
        // Of when and by what consents of another file came nothing follows for this one.
        self.defaults.retain(|(path, _)| !super::proofs::is_of_consents(path));
    }

    /// How rows are read by it, and find their records.
    pub(super) fn how<'h>(&'h self, words: &'h Words) -> How<'h> {
        let (choices, mode) = (Some(&self.columns), self.mode());
        How { words, mapping: None, choices, defaults: &self.defaults, keys: &self.keys, mode, shown: false }
    }

    /// How many cells were put right.
    pub(super) fn corrected(&self) -> usize {
        self.corrections.values().map(std::collections::BTreeMap::len).sum()
    }
}

/// Where columns go by their names and by what stands in them; of columns without names by the latter alone.
pub(super) fn proposed(entity: &Entity, words: &Words, header: &[String], nameless: bool, sample: &[Vec<String>]) -> Vec<String> {
    if nameless {
        return mapping::proposals_of_values(entity, words, header.len(), sample);
    }
    mapping::proposals(entity, words, header, sample)
}

/// What tells a header from others: its names, whatever their order and their letters.
pub(super) fn signature(header: &[String]) -> String {
    use sha2::{Digest, Sha256};
    let mut names: Vec<String> = header.iter().map(|name| kernel::fold(name.trim())).collect();
    names.retain(|name| !name.is_empty() && name != "errore" && name != "error");
    names.sort_unstable();
    Sha256::digest(names.join("\u{1f}").as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
