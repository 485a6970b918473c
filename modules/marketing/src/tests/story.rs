//! A mailing from its first line to the last answer, on both databases.

use super::oracle::Manner;
use super::{company, houses, person};
use crate::deliveries::entity::{Reason, State};
use crate::mailings::entity::{self as mailing, State as Stands};
use crate::mailings::standing::Step;
use crate::sending::send_due;

#[tokio::test]
async fn everybody_is_told_apart_before_anything_goes_out() {
    for house in houses().await {
        let ada = house.person("Ada", "Neri", "ada@neri.example").await;
        let same = house.person("Ada", "Neri Bis", "ADA@neri.example").await;
        let nowhere = house.person("Bruno", "Senza", "").await;
        let unasked = house.create(person("Carla", "Muta", "carla@muta.example")).await;
        let refused = house.person("Dino", "Contrario", "dino@contrario.example").await;
        house.says(refused, "withdrawn").await;
        let firm = house.create(company("Verdi Impianti Srl")).await;
        let list = house.list("Novità", true, &[ada, same, nowhere, unasked, refused, firm]).await;
        let mailing = house.mailing(list, |draft| draft).await;
        house.step(mailing, Step::Prepare).await;
        assert_eq!(house.state(mailing).await, Stands::Ready);
        let counts = house.counts(mailing).await;
        assert_eq!(counts.all(), 6);
        assert_eq!(counts.of(State::Pending), 1, "{counts:?}");
        assert_eq!(counts.reasons, [(Reason::NoAddress, 2), (Reason::SameAddress, 1), (Reason::Consent, 2)]);
        assert!(house.oracle.taken().is_empty(), "nothing goes out before somebody sends it");
        house.step(mailing, Step::Start).await;
        send_due(&house.engine).await.expect("sent");
        assert_eq!(house.state(mailing).await, Stands::Done);
        let taken = house.oracle.taken();
        assert_eq!(taken.len(), 1);
        let message = &taken[0].content;
        assert!(taken[0].to.eq_ignore_ascii_case("ada@neri.example"));
        assert!(
            message.contains("List-Unsubscribe: <https://crm.verdi.example/u/") && message.contains("List-Unsubscribe=One-Click"),
            "{message}"
        );
        assert!(message.contains("Gentile Ada Neri"), "{message}");
    }
}

#[tokio::test]
async fn what_the_server_says_decides_what_becomes_of_each() {
    for house in houses().await {
        let mut people = Vec::new();
        for (given, address) in
            [("Uno", "uno@a.example"), ("Due", "due@a.example"), ("Tre", "tre@a.example"), ("Quattro", "quattro@a.example")]
        {
            people.push(house.person(given, "Rossi", address).await);
        }
        house.oracle.treats("due@a.example", Manner::Never);
        house.oracle.treats("tre@a.example", Manner::Later(1));
        house.oracle.treats("quattro@a.example", Manner::Vanish(1));
        let list = house.list("Novità", true, &people).await;
        let mailing = house.mailing(list, |draft| draft).await;
        house.step(mailing, Step::Prepare).await;
        house.step(mailing, Step::Start).await;
        send_due(&house.engine).await.expect("sent");
        assert_eq!(house.stands(mailing).await, [("sent", 1), ("failed", 1), ("retry", 1), ("in-doubt", 1)].into());
        assert_eq!(house.state(mailing).await, Stands::Sending, "what is to be tried again is not done with");
        house.time_passes().await;
        send_due(&house.engine).await.expect("sent");
        assert_eq!(house.stands(mailing).await, [("sent", 3), ("failed", 1)].into());
        assert_eq!(house.state(mailing).await, Stands::Done);
        // Whoever was in doubt has it twice, as one and the same message.
        let taken = house.oracle.taken();
        let twice: Vec<&str> = taken.iter().filter(|one| one.to == "quattro@a.example").map(|one| one.id.as_str()).collect();
        assert_eq!(twice.len(), 2);
        assert_eq!(twice[0], twice[1]);
        assert_eq!(
            (house.oracle.taken_for("uno@a.example"), house.oracle.taken_for("tre@a.example"), house.oracle.taken_for("due@a.example")),
            (1, 1, 0)
        );
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_written_to_no_more() {
    for house in houses().await {
        let gone = house.person("Gina", "Sparita", "gina@sparita.example").await;
        house.oracle.treats("gina@sparita.example", Manner::Never);
        let list = house.list("Novità", true, &[gone]).await;
        for wanted in ["failed", "suppressed"] {
            let mailing = house.mailing(list, |draft| draft).await;
            house.step(mailing, Step::Prepare).await;
            house.step(mailing, Step::Start).await;
            send_due(&house.engine).await.expect("sent");
            assert_eq!(house.stands(mailing).await, [(wanted, 1)].into());
        }
    }
}

#[tokio::test]
async fn what_is_in_doubt_is_held_where_it_is_said_so() {
    for house in houses().await {
        let ada = house.person("Ada", "Neri", "ada@neri.example").await;
        house.oracle.treats("ada@neri.example", Manner::Vanish(1));
        let list = house.list("Novità", true, &[ada]).await;
        let mailing = house.mailing(list, |draft| draft.with(mailing::DOUBTFUL.id(), "hold")).await;
        house.step(mailing, Step::Prepare).await;
        house.step(mailing, Step::Start).await;
        send_due(&house.engine).await.expect("sent");
        assert_eq!((house.state(mailing).await, house.stands(mailing).await), (Stands::Done, [("in-doubt", 1)].into()));
        house.step(mailing, Step::Resend).await;
        send_due(&house.engine).await.expect("sent");
        assert_eq!((house.state(mailing).await, house.stands(mailing).await), (Stands::Done, [("sent", 1)].into()));
        let ids: Vec<String> = house.oracle.taken().into_iter().map(|taken| taken.id).collect();
        assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    }
}

#[tokio::test]
async fn what_is_scheduled_begins_by_itself_and_once() {
    for house in houses().await {
        let ada = house.person("Ada", "Neri", "ada@neri.example").await;
        let list = house.list("Novità", true, &[ada]).await;
        let later = house.engine.now().plus_millis(3_600_000);
        let mailing = house.mailing(list, |draft| draft.with(mailing::SCHEDULED_AT.id(), kernel::Value::Moment(later))).await;
        house.step(mailing, Step::Prepare).await;
        house.step(mailing, Step::Start).await;
        assert_eq!(house.state(mailing).await, Stands::Scheduled);
        send_due(&house.engine).await.expect("nothing");
        assert!(house.oracle.taken().is_empty());
        // Its moment has come, by the database's clock.
        house.sql("UPDATE \"mailing\" SET \"scheduled_at\" = \"created_at\"").await;
        for _ in 0..2 {
            crate::sending::begin_scheduled(&house.engine).await.expect("begun");
            send_due(&house.engine).await.expect("sent");
        }
        assert_eq!((house.state(mailing).await, house.oracle.taken().len()), (Stands::Done, 1));
    }
}
