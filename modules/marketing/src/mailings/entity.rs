//! The fields of a mailing and of whom it is for, one line each.

use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{
    Choices, Code, Link, LongText, MomentOf, Text, Whole, YesNo, choice, code, link, long_text, moment, text, whole, yes_no,
};
use meta::{Entity, choices, entity};

/// The entity of mailings.
pub const MAILING: &str = "mailing";
/// The entity of the lines that say whom a mailing is for.
pub const AUDIENCE: &str = "audience";

choices! {
    /// How far a mailing has come.
    State {
        /// It is being written.
        Draft = "draft" grey,
        /// Its recipients are put together.
        Preparing = "preparing" amber,
        /// Its recipients stand; nothing has gone out.
        Ready = "ready" blue,
        /// It waits for its moment.
        Scheduled = "scheduled" blue,
        /// It goes out.
        Sending = "sending" amber,
        /// Somebody, or too many errors, stopped it for now.
        Paused = "paused" amber,
        /// Everybody has it, or never will.
        Done = "done" green,
        /// Somebody ended it before.
        Stopped = "stopped" grey,
    }
}

choices! {
    /// What it is for.
    Purpose {
        /// It sells: only to those whose newest word on marketing by e-mail is a yes.
        Marketing = "marketing" blue,
        /// It is owed: news of a contract, a recall, a change of address. Consent does not matter, suppression does.
        Service = "service" grey,
    }
}

choices! {
    /// What becomes of a message whose answer was lost.
    Doubtful {
        /// It goes out again, with the same Message-ID.
        Resend = "resend" grey,
        /// It waits for somebody's decision.
        Hold = "hold" grey,
    }
}

entity! { "mailing" {
    /// What we call it.
    NAME: Text = text("name").required().search().sortable(),
    /// How far it has come.
    STATE: Choices<State> = choice::<State>("state").read_only().default("draft"),
    /// In whose name it goes out.
    SENDER: Link = link("sender", "sender").required(),
    /// What it is for.
    PURPOSE: Choices<Purpose> = choice::<Purpose>("purpose").required().default("marketing"),
    /// The topic that its readers may unsubscribe from.
    TOPIC: Link = link("topic", "list"),
    /// What it is about, with merge fields.
    SUBJECT: Text = text("subject").required().search(),
    /// What mail programs show beside the subject, with merge fields.
    PREHEADER: Text = text("preheader"),
    /// The message as HTML, with merge fields.
    HTML: LongText = long_text("html"),
    /// The same as plain text; made from the HTML where it is empty.
    TEXT: LongText = long_text("text"),
    /// From when on it goes out; at once where it is empty.
    SCHEDULED_AT: MomentOf = moment("scheduled_at").sortable(),
    /// What becomes of a message whose answer was lost.
    DOUBTFUL: Choices<Doubtful> = choice::<Doubtful>("doubtful").default("resend"),
    /// Whose it is.
    OWNER: Link = link("owner", "user").starting(Default::Me),
    /// Why it is paused.
    PAUSED_FOR: Text = text("paused_for").read_only(),
    /// When it began to go out.
    BEGUN_AT: MomentOf = moment("begun_at").read_only().sortable(),
    /// When it ended.
    ENDED_AT: MomentOf = moment("ended_at").read_only(),
    /// Who is put together for it, as a program counts: recipients so far.
    GATHERED: Whole = whole("gathered").read_only(),
    /// The message as it was when its recipients were put together, as JSON.
    FROZEN: LongText = long_text("frozen").read_only(),
    /// Where the putting together stands.
    CURSOR: Code = code("cursor").read_only(),
}}

/// The description of mailings.
pub fn mailing() -> Entity {
    let mut mailing = Entity::new(MAILING, "mailings", fields())
        .titled(&NAME)
        .desk("desk")
        .seen(Visibility::Owner("owner"))
        .searchable()
        .lines("audiences", AUDIENCE, "mailing")
        .index(&["state", "begun_at"])
        .columns(&["name", "state", "subject", "topic", "begun_at", "owner"])
        .head(&["state", "purpose", "topic", "owner", "begun_at", "ended_at"])
        .section("mailing", &["name", "sender", "purpose", "topic", "scheduled_at", "doubtful", "owner"])
        .section("whom", &["audiences"])
        .section("message", &["subject", "preheader", "html", "text"]);
    mailing.sort = ("created_at", true);
    mailing
}

/// Whom a mailing is for: lines of lists and segments.
pub mod whom {
    use super::*;
    entity! { "audience" {
        /// A list.
        LIST: Link = link("list", "list"),
        /// Or a segment.
        SEGMENT: Link = link("segment", "segment"),
        /// Whether its people are left out.
        EXCLUDED: YesNo = yes_no("excluded"),
        /// The mailing.
        MAILING: Link = link("mailing", "mailing").read_only(),
        /// Its place among the others.
        POSITION: Whole = whole("position").read_only(),
    }}
}

/// The description of those lines.
pub fn audience() -> Entity {
    Entity::new(AUDIENCE, "audiences", whom::fields())
        .seen(Visibility::Through("mailing"))
        .columns(&["list", "segment", "excluded"])
        .section("audience", &["list", "segment", "excluded"])
        .inner()
}
