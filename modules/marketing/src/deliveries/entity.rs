//! The fields of a delivery, one line each. Rows are written by the sending alone, many at once, and have no history of their own:
//! each is one.

use crate::lists::entity::MAILED;
use meta::entity::Visibility;
use meta::fields::{About, Choices, Code, Email, Link, MomentOf, Text, Whole, about, choice, code, email, link, moment, text, whole};
use meta::{Entity, choices, entity};

/// The entity of deliveries.
pub const DELIVERY: &str = "delivery";

choices! {
    /// How it stands with a message to somebody.
    State {
        /// It waits for its turn.
        Pending = "pending" grey,
        /// It is on its way to the server: from before its end is written until its answer is noted.
        Sending = "sending" amber,
        /// The server took it.
        Sent = "sent" green,
        /// The server asked to come again.
        Retry = "retry" amber,
        /// It was refused for good.
        Failed = "failed" red,
        /// It may not be sent: why is said.
        Suppressed = "suppressed" none,
        /// The server's answer was lost: it may have been taken.
        InDoubt = "in-doubt" amber,
    }
}

choices! {
    /// Why a message is not sent.
    Reason {
        /// The record has no address.
        NoAddress = "no-address" none,
        /// The address is that of another recipient.
        SameAddress = "same-address" none,
        /// No consent to marketing by e-mail.
        Consent = "consent" none,
        /// Unsubscribed.
        Unsubscribed = "unsubscribed" none,
        /// Mail came back before.
        Bounced = "bounced" none,
        /// Called our mail unwanted.
        Complaint = "complaint" none,
        /// Suppressed for another reason.
        Excluded = "excluded" none,
        /// The record is gone.
        Gone = "gone" none,
        /// The sending was stopped before.
        Stopped = "stopped" none,
    }
}

entity! { "delivery" {
    /// What the message was about.
    SUBJECT: Text = text("subject").read_only(),
    /// The mailing.
    MAILING: Link = link("mailing", "mailing").read_only(),
    /// Whom it is for.
    RECIPIENT: About = about("recipient", "recipient_kind", MAILED),
    /// His address at that time.
    ADDRESS: Email = email("address").read_only().matching().personal(),
    /// How it stands.
    STATE: Choices<State> = choice::<State>("state").read_only(),
    /// Why it is not sent.
    REASON: Choices<Reason> = choice::<Reason>("reason").read_only(),
    /// What the server said last.
    ANSWER: Code = code("answer").read_only(),
    /// How often it was tried.
    ATTEMPTS: Whole = whole("attempts").read_only(),
    /// When it may be tried.
    DUE_AT: MomentOf = moment("due_at").read_only(),
    /// When it came to stand so.
    AT: MomentOf = moment("at").read_only(),
    /// When the server took it.
    SENT_AT: MomentOf = moment("sent_at").read_only(),
    /// Who has it on its way: a mark that is another at every taking.
    LEASE: Code = code("lease").read_only(),
    /// Until when he may.
    UNTIL: MomentOf = moment("until").read_only(),
    /// The left side of its Message-ID: of mailing and address, the same over all attempts. None for what has no turn.
    KEY: Code = code("key").read_only().unique(),
    /// The values of its merge fields, as JSON.
    MERGED: Code = code("merged").read_only().personal(),
}}

/// The description of deliveries.
pub fn delivery() -> Entity {
    let mut delivery = Entity::new(DELIVERY, "deliveries", fields())
        .titled(&SUBJECT)
        .seen(Visibility::Parent("recipient", "recipient_kind"))
        .happens("sent_at", &["recipient"])
        .untracked()
        .appended()
        .joining()
        .index(&["mailing", "state", "due_at"])
        .columns(&["recipient", "address", "state", "reason", "attempts", "answer", "at", "mailing"])
        .head(&["state", "mailing", "address", "at"])
        .section("delivery", &["subject", "mailing", "recipient", "address", "state", "reason", "answer", "attempts", "at"]);
    delivery.sort = ("id", true);
    delivery
}
