//! The fields of an entry of the ledger, one line each.

use meta::entity::Visibility;
use meta::field::Default;
use meta::fields::{About, Choices, Link, LongText, MomentOf, Vocabulary, about, choice, link, long_text, moment, vocabulary};
use meta::{Entity, choices, entity};

/// Whose consents are kept: a person at a company, and any account as the one who has the line or the box.
pub const CARDS: &[&str] = &["account", "contact"];

/// The vocabulary of purposes.
pub const PURPOSES: &str = "consent-purpose";

choices! {
    /// The ways to reach somebody, each with rules of its own.
    Channel {
        /// E-mail.
        Email = "email" grey,
        /// SMS.
        Sms = "sms" grey,
        /// WhatsApp and the like.
        Whatsapp = "whatsapp" grey,
        /// A person calls.
        Phone = "phone" grey,
        /// A machine calls.
        AutomaticCall = "automatic-call" grey,
        /// Paper.
        Post = "post" grey,
        /// A visit.
        InPerson = "in-person" grey,
    }
}

choices! {
    /// What was said.
    State {
        /// Yes.
        Given = "given" green,
        /// No.
        Refused = "refused" red,
        /// No longer.
        Withdrawn = "withdrawn" red,
    }
}

choices! {
    /// By what right we write or call.
    Basis {
        /// Consent.
        Consent = "consent" grey,
        /// A contract.
        Contract = "contract" grey,
        /// The law asks for it.
        LegalObligation = "legal-obligation" grey,
        /// Legitimate interest.
        LegitimateInterest = "legitimate-interest" grey,
        /// Own similar products, to whoever bought, by e-mail alone (art. 130 c. 4).
        SoftSpam = "soft-spam" grey,
    }
}

choices! {
    /// How it came to us.
    Source {
        /// A form on paper.
        Paper = "paper" grey,
        /// A form on the web.
        Web = "web" grey,
        /// On the phone.
        Phone = "phone" grey,
        /// By e-mail.
        Email = "email" grey,
        /// Face to face.
        InPerson = "in-person" grey,
        /// From another program.
        Import = "import" grey,
        /// To put right an entry that was a mistake.
        Correction = "correction" grey,
    }
}

entity! { "consent" {
    /// What for.
    PURPOSE: Vocabulary = vocabulary("purpose", PURPOSES).required(),
    /// By which way.
    CHANNEL: Choices<Channel> = choice::<Channel>("channel").required(),
    /// What was said.
    STATE: Choices<State> = choice::<State>("state").required(),
    /// Whose it is.
    ABOUT: About = about("about", "about_kind", CARDS).chosen().required(),
    /// The account on whose card it stands too.
    ACCOUNT: Link = link("account", "account").read_only(),
    /// Since when it holds.
    AT: MomentOf = moment("at").required().starting(Default::Now).sortable(),
    /// By what right.
    BASIS: Choices<Basis> = choice::<Basis>("basis").required().default("consent"),
    /// How it came.
    SOURCE: Choices<Source> = choice::<Source>("source").required(),
    /// The text that was agreed to.
    TEXT: Link = link("text", "consent_text"),
    /// How it can be proved: the number of a form, a network address, who was there.
    EVIDENCE: LongText = long_text("evidence").personal(),
}}

/// The description of the ledger.
pub fn consent() -> Entity {
    let mut consent = Entity::new("consent", "consents", fields())
        .titled(&PURPOSE)
        .seen(Visibility::Parent("about", "about_kind"))
        .happens("at", &["about", "account"])
        .appended()
        .ledger("channel", "purpose", "state", "marketing")
        .strictest(&["refused", "withdrawn"], "evidence")
        .corrected("source", "correction")
        .index(&["about", "purpose", "channel", "at"])
        .index(&["purpose", "channel", "about", "at", "state"])
        .columns(&["purpose", "channel", "state", "about", "at", "basis", "source", "created_by"])
        .head(&["state", "channel", "at", "created_by"])
        .section("consent", &["about", "purpose", "channel", "state", "at"])
        .section("proof", &["basis", "source", "text", "evidence"]);
    consent.sort = ("at", true);
    consent
}
