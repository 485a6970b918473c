//! What the tests of this area share: a company with people, a mailing, and an oracle in the place of a mail server.

mod oracle;
mod story;

use crate::lists::entity as list;
use crate::mailings::entity::{self as mailing, AUDIENCE, MAILING, whom};
use crate::mailings::standing::{self, Step};
use crate::senders;
use base::accounts::entity as account;
use base::addresses::entity::emails;
use base::consents::entity as consent;
use base::contacts::entity as contact;
use engine::mail::{MailAccount, MailSecurity};
use engine::{Draft, Engine, Principal, Through};
use kernel::{Id, Value};
use oracle::Oracle;

/// A house on each database, with an oracle as its mail server.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) who: Principal,
    pub(crate) oracle: Oracle,
}

pub(crate) async fn houses() -> Vec<House> {
    let mut houses = Vec::new();
    for (engine, _) in engine::testing::both_with(
        || vec![base::area(), crate::area()],
        |settings| settings.address = "https://crm.verdi.example".to_owned(),
    )
    .await
    {
        let oracle = Oracle::begin().await;
        let account = MailAccount::new("127.0.0.1", oracle.port, MailSecurity::None, "", ("Officina Verdi", "posta@verdi.example"));
        engine.set_mail_account(account, None).await.expect("a mail account");
        let who = engine.system(Through::CommandLine);
        houses.push(House { engine, who, oracle });
    }
    houses
}

impl House {
    pub(crate) async fn create(&self, draft: Draft) -> Id {
        self.engine.create(&self.who, draft).await.expect("a record").id()
    }

    /// A person with an address, who agreed to marketing.
    pub(crate) async fn person(&self, given: &str, family: &str, address: &str) -> Id {
        let id = self.create(person(given, family, address)).await;
        self.says(id, "given").await;
        id
    }

    /// What somebody says of marketing by mail.
    pub(crate) async fn says(&self, person: Id, state: &str) {
        self.create(
            Draft::new("consent")
                .with(consent::PURPOSE.id(), "marketing")
                .with(consent::CHANNEL.id(), "email")
                .with(consent::STATE.id(), state)
                .with(consent::SOURCE.id(), "paper")
                .with(consent::EVIDENCE.id(), "Modulo 12")
                .with(consent::ABOUT.record.id(), person),
        )
        .await;
    }

    pub(crate) async fn list(&self, name: &str, topic: bool, members: &[Id]) -> Id {
        let id = self.create(Draft::new(list::LIST).with(list::NAME.id(), name).with(list::TOPIC.id(), Value::Bool(topic))).await;
        for member in members {
            self.create(Draft::new(list::LIST_MEMBER).with(list::member::LIST.id(), id).with(list::member::WHO.record.id(), *member)).await;
        }
        id
    }

    /// A mailing to a list, about it.
    pub(crate) async fn mailing(&self, list: Id, settle: impl FnOnce(Draft) -> Draft) -> Id {
        let sender = self
            .create(
                Draft::new(senders::SENDER).with(senders::NAME.id(), "Officina Verdi").with(senders::ADDRESS.id(), "news@verdi.example"),
            )
            .await;
        let draft = Draft::new(MAILING)
            .with(mailing::NAME.id(), "Novità di marzo")
            .with(mailing::SENDER.id(), sender)
            .with(mailing::TOPIC.id(), list)
            .with(mailing::SUBJECT.id(), "Novità per {{ nome | oppure(\"lei\") }}")
            .with(mailing::HTML.id(), "<p>Gentile {{ nome_completo }}, <a href=\"https://verdi.example/\">le novità</a>.</p>");
        let mut draft = settle(draft);
        draft.lines.push(("audiences", vec![Draft::new(AUDIENCE).with(whom::LIST.id(), list)]));
        self.create(draft).await
    }

    pub(crate) async fn step(&self, mailing: Id, step: Step) {
        let record = standing::standing(&self.engine, &self.who, mailing).await.expect("the mailing");
        standing::step(&self.engine, &self.who, &record, step).await.expect("a step");
        if step == Step::Prepare {
            while self.engine.work_once().await.expect("jobs") {}
        }
    }

    pub(crate) async fn state(&self, mailing: Id) -> mailing::State {
        standing::state(&standing::standing(&self.engine, &self.who, mailing).await.expect("the mailing"))
    }
}

pub(crate) fn person(given: &str, family: &str, address: &str) -> Draft {
    let mut draft = Draft::new("contact").with(contact::NAME.given.id(), given).with(contact::NAME.family.id(), family);
    if !address.is_empty() {
        draft.lines.push(("emails", vec![Draft::new("email").with(emails::ADDRESS.id(), address)]));
    }
    draft
}

/// An account with an address.
pub(crate) fn company(name: &str) -> Draft {
    Draft::new("account").with(account::NAME.id(), name)
}
