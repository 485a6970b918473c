//! What the tests of this area share: a company with people, a mailing, and an oracle in the place of a mail server.

mod changes;
mod faults;
mod links;
mod nodes;
mod oracle;
mod refusals;
mod story;
mod templates;

use crate::deliveries::counts::{Counts, counts};
use crate::deliveries::entity::State as Stands;
use crate::lists::entity as list;
use crate::mailings::entity::{self as mailing, AUDIENCE, MAILING, whom};
use crate::mailings::standing::{self, Step};
use crate::senders;
use crate::sending::send_due;
use base::accounts::entity as account;
use base::addresses::entity::emails;
use base::consents::entity as consent;
use base::contacts::entity as contact;
use engine::mail::{MailAccount, MailSecurity};
use engine::{Draft, Engine, Principal, Statement, Through};
use kernel::{Id, Value};
use oracle::Oracle;
use std::collections::BTreeMap;

/// A house on each database, with an oracle as its mail server.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) who: Principal,
    pub(crate) oracle: Oracle,
}

pub(crate) async fn houses() -> Vec<House> {
    let mut houses = Vec::new();
    for (engine, _) in engine::testing::both_with(areas, settle).await {
        let house = House { who: engine.system(Through::CommandLine), engine, oracle: Oracle::begin().await };
        house.sends_through(house.oracle.port).await;
        houses.push(house);
    }
    houses
}

/// Tells a story that mostly waits, on both databases at once.
pub(crate) async fn both_at_once<T: Future<Output = ()> + Send + 'static>(story: impl Fn(House) -> T) {
    let mut telling = tokio::task::JoinSet::new();
    for house in houses().await {
        telling.spawn(story(house));
    }
    while let Some(told) = telling.join_next().await {
        told.expect("a story to its end");
    }
}

fn areas() -> Vec<engine::Area> {
    vec![base::area(), crate::area()]
}

fn settle(settings: &mut engine::Settings) {
    settings.address = "https://crm.verdi.example".to_owned();
}

impl House {
    pub(crate) async fn create(&self, draft: Draft) -> Id {
        self.engine.create(&self.who, draft).await.expect("a record").id()
    }

    /// Mail goes out through a port of this machine.
    pub(crate) async fn sends_through(&self, port: u16) {
        let account = MailAccount::new("127.0.0.1", port, MailSecurity::None, "", ("Officina Verdi", "posta@verdi.example"));
        self.engine.set_mail_account(account, None).await.expect("a mail account");
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

    /// So many people with addresses and consent, on a list.
    pub(crate) async fn crowd(&self, count: usize) -> (Id, Vec<Id>) {
        let mut people = Vec::with_capacity(count);
        for number in 0..count {
            people.push(self.person("Ada", &format!("Neri{number:03}"), &address(number)).await);
        }
        (self.list("Novità", true, &people).await, people)
    }

    /// A mailing to a list, about it.
    pub(crate) async fn mailing(&self, list: Id, settle: impl FnOnce(Draft) -> Draft) -> Id {
        self.mailing_from("news@verdi.example", list, settle).await
    }

    /// The same from an address.
    pub(crate) async fn mailing_from(&self, address: &str, list: Id, settle: impl FnOnce(Draft) -> Draft) -> Id {
        let sender =
            self.create(Draft::new(senders::SENDER).with(senders::NAME.id(), "Officina Verdi").with(senders::ADDRESS.id(), address)).await;
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

    /// Its recipients stand, and it goes out with whoever sends next.
    pub(crate) async fn started(&self, mailing: Id) {
        self.step(mailing, Step::Prepare).await;
        assert_eq!(self.state(mailing).await, mailing::State::Ready);
        self.step(mailing, Step::Start).await;
    }

    pub(crate) async fn counts(&self, mailing: Id) -> Counts {
        counts(&self.engine, mailing).await.expect("counts")
    }

    /// The counts by state, those that are not nought.
    pub(crate) async fn stands(&self, mailing: Id) -> BTreeMap<&'static str, i64> {
        use meta::fields::Chosen;
        self.counts(mailing).await.states.into_iter().map(|(state, count): (Stands, i64)| (state.key(), count)).collect()
    }

    /// Runs a statement.
    pub(crate) async fn sql(&self, sql: impl Into<String>) -> u64 {
        let statement = Statement::new(sql.into(), Vec::new());
        let done = engine::in_tx(move |tx| Box::pin(async move { tx.execute(&statement).await }));
        self.engine.store().write(done).await.expect("a statement")
    }

    /// What a statement gives, as text.
    pub(crate) async fn asked(&self, sql: impl Into<String>) -> Vec<String> {
        let statement = Statement::new(sql.into(), Vec::new());
        let read = engine::in_tx(move |tx| {
            Box::pin(async move { Ok(tx.rows(&statement).await?.iter().map(|row| row.text(0).to_owned()).collect()) })
        });
        self.engine.store().read(read).await.expect("rows")
    }

    /// What waits for its time need not wait longer.
    pub(crate) async fn time_passes(&self) {
        self.sql("UPDATE \"delivery\" SET \"due_at\" = \"at\" WHERE \"due_at\" IS NOT NULL").await;
    }

    /// Sends, and lets time pass, until a mailing is done.
    pub(crate) async fn sent_to_the_end(&self, mailing: Id) {
        for _ in 0..60 {
            send_due(&self.engine).await.expect("sent");
            if self.state(mailing).await != mailing::State::Sending {
                break;
            }
            self.time_passes().await;
        }
        assert_eq!(self.state(mailing).await, mailing::State::Done, "{:?}", self.stands(mailing).await);
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

/// The address of one of a crowd.
pub(crate) fn address(number: usize) -> String {
    format!("ada{number:03}@neri.example")
}
