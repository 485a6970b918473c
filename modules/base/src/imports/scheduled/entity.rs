//! The fields of a scheduled import, one line each.

use meta::entity::{Granted, Visibility};
use meta::fields::{
    Choices, Code, Link, LongText, MomentOf, Text, Whole, YesNo, choice, code, link, long_text, moment, text, whole, yes_no,
};
use meta::{Entity, choices, entity};

choices! {
    /// Where its files come from.
    Source {
        /// A folder of the server, below the one that is allowed.
        Folder = "folder" grey,
        /// An address on another server.
        Address = "address" grey,
    }
}

choices! {
    /// How often it looks for a file.
    Every {
        /// At the beginning of each hour.
        Hour = "hour" grey,
        /// At an hour of each day.
        Day = "day" grey,
        /// At an hour of a day of each week.
        Week = "week" grey,
    }
}

choices! {
    /// Whether it looks for files by itself.
    Goes {
        /// At its times.
        Active = "active" green,
        /// Not until somebody resumes it.
        Paused = "paused" amber,
    }
}

entity! { "import_schedule" {
    /// What it is called.
    NAME: Text = text("name").required().sortable(),
    /// How its files are read, and what becomes of their rows.
    MAPPING: Link = link("mapping", "import_mapping").required(),
    /// Where its files come from.
    SOURCE: Choices<Source> = choice::<Source>("source").required().default("folder"),
    /// The folder, from the one that is allowed on.
    FOLDER: Text = text("folder"),
    /// Which files of the folder: `clienti*.csv`; of several the newest.
    PATTERN: Text = text("pattern"),
    /// The address.
    ADDRESS: LongText = long_text("address"),
    /// The name of a header that goes with the question; none where it is empty.
    HEADER: Code = code("header"),
    /// What it says, as a ciphertext.
    SECRET: LongText = long_text("secret").secret(),
    /// How often it looks for a file.
    EVERY: Choices<Every> = choice::<Every>("every").required().default("day"),
    /// At which hour, in the company's zone.
    HOUR: Whole = whole("hour"),
    /// On which day of the week, from 1, a Monday.
    WEEKDAY: Whole = whole("weekday"),
    /// Whether it looks for files by itself.
    STATE: Choices<Goes> = choice::<Goes>("state").required().default("active"),
    /// Whether the fields that its files fill are changed in the files alone.
    KEEPS: YesNo = yes_no("keeps"),
    /// The tag of records that it brought and that its file has no longer; none where they stay as they are.
    MISSING_TAG: Code = code("missing_tag"),
    /// How often it failed in a row.
    FAILURES: Whole = whole("failures"),
    /// When it looks next.
    NEXT_AT: MomentOf = moment("next_at"),
    /// When it looked last.
    LAST_AT: MomentOf = moment("last_at"),
    /// The last import that came of it.
    RUN: Link = link("run", "import_run"),
    /// What is known of the file that was imported last, as JSON: it is not imported again.
    SEEN: LongText = long_text("seen"),
    /// How the file stood when it was looked at: one that still grows waits.
    STOOD: LongText = long_text("stood"),
    /// Why it failed last: a sentence, as JSON.
    REASON: LongText = long_text("reason"),
    /// Who set it up, and with whose rights it imports.
    OWNER: Link = link("owner", "user"),
}}

/// The entity of scheduled imports.
pub const IMPORT_SCHEDULE: &str = "import_schedule";

/// Their description. They move with every look, so they have no history; what is done to them is in the audit.
pub fn import_schedule() -> Entity {
    Entity::new(IMPORT_SCHEDULE, "import_schedules", fields())
        .titled(&NAME)
        .seen(Visibility::Owner("owner"))
        .granted(Granted::Watched)
        .inner()
        .told_at(super::ADDRESS)
        .untracked()
}
