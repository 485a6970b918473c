//! Which backups are kept: the newest of each of the last days, weeks and months that have one.

use super::{ENDING, unusable};
use kernel::{Moment, Result, Zone};
use std::collections::BTreeSet;
use std::path::Path;

/// The moment in the name of a backup: in universal time, so that names stand in the order of time all year round.
pub(super) fn stamp(at: Moment) -> String {
    let zone = Zone::named("UTC").unwrap_or_else(Zone::rome);
    at.zoned(&zone).strftime("%Y%m%d-%H%M%S").to_string()
}

/// Removes the backups of a folder that are no longer kept; files of other names are nobody's business.
pub(super) fn let_go(folder: &Path, kept: [usize; 3]) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|error| unusable(folder, &error))?;
    let names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    for name in leaving(names, kept) {
        let path = folder.join(&name);
        std::fs::remove_file(&path).map_err(|error| unusable(&path, &error))?;
    }
    Ok(())
}

/// The names of those that go.
pub(super) fn leaving(names: Vec<String>, [days, weeks, months]: [usize; 3]) -> Vec<String> {
    let mut dated: Vec<(stamps::Stamp, String)> = names.into_iter().filter_map(|name| Some((stamps::of(&name)?, name))).collect();
    // The newest first: of each day, week and month it is the one that stays.
    dated.sort_by(|one, other| other.1.cmp(&one.1));
    let (mut of_days, mut of_weeks, mut of_months) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut leaving = Vec::new();
    for (place, (stamp, name)) in dated.into_iter().enumerate() {
        let fresh = [
            of_days.len() < days && of_days.insert(stamp.day),
            of_weeks.len() < weeks && of_weeks.insert(stamp.week),
            of_months.len() < months && of_months.insert(stamp.month),
        ];
        // The last one is never taken away, whatever the settings say.
        if place > 0 && !fresh.contains(&true) {
            leaving.push(name);
        }
    }
    leaving
}

/// What the name of a backup says of its time.
mod stamps {
    use super::ENDING;
    use kernel::Date;

    pub(super) struct Stamp {
        pub(super) day: i32,
        pub(super) week: i32,
        pub(super) month: (i16, i8),
    }

    pub(super) fn of(name: &str) -> Option<Stamp> {
        let stamp = name.strip_prefix("scheda-")?.strip_suffix(ENDING)?.strip_suffix('.')?;
        let digits = stamp.len() == 15
            && stamp.bytes().enumerate().all(|(place, byte)| if place == 8 { byte == b'-' } else { byte.is_ascii_digit() });
        if !digits {
            return None;
        }
        let (year, month, day) = (stamp[..4].parse().ok()?, stamp[4..6].parse().ok()?, stamp[6..8].parse().ok()?);
        let day = Date::new(year, month, day)?.days();
        // Weeks begin on Monday; 1970 began on a Thursday.
        Some(Stamp { day, week: (day + 3).div_euclid(7), month: (year, month) })
    }
}
