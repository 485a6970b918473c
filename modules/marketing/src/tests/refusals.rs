//! What goes wrong between us and the server, at each point of the conversation: nobody is lost, nobody gets it twice, and what was no
//! try is counted as none.

use super::oracle::{At, Manner};
use super::{House, address, both_at_once, houses};
use crate::mailings::entity::State;
use crate::mailings::standing::Step;
use crate::sending::send_due;
use kernel::Id;
use std::collections::BTreeMap;

const PEOPLE: usize = 3;

/// How often each was tried, by his address.
async fn attempts(house: &House, mailing: Id) -> BTreeMap<String, i64> {
    let sql = format!(
        "SELECT \"address\" || ' ' || CAST(\"attempts\" AS text) FROM \"delivery\" WHERE \"mailing\" = {} AND \"state\" <> 'suppressed'",
        mailing.number()
    );
    let one = |row: String| row.split_once(' ').map(|(address, count)| (address.to_owned(), count.parse().expect("a count")));
    house.asked(sql).await.into_iter().filter_map(one).collect()
}

/// How many messages of a sender somebody got.
fn got(house: &House, from: &str, to: &str) -> usize {
    house.oracle.taken().iter().filter(|taken| taken.from == from && taken.to == to).count()
}

/// What is to come of it: how many failed, how many more tries than people were counted, and whether it waits for somebody in between.
struct Told {
    answer: &'static str,
    failed: i64,
    tries: i64,
    pauses: bool,
}

const fn told(answer: &'static str, failed: i64, tries: i64, pauses: bool) -> Told {
    Told { answer, failed, tries, pauses }
}

#[tokio::test]
async fn whatever_is_said_at_whatever_point_nobody_is_lost_and_no_try_is_counted_that_was_none() {
    both_at_once(at_whatever_point).await;
}

async fn at_whatever_point(house: House) {
    let (list, _) = house.crowd(PEOPLE).await;
    let mut mailings = Vec::new();
    for at in [At::Mail, At::Rcpt, At::Data, At::End] {
        // A server that goes, or says nothing and hangs up, was none that anybody got it from; after the end of a message it may have been.
        let hung_up = if at == At::End { told("", 0, 2, false) } else { told("", 0, 0, false) };
        let for_good = if at == At::Mail { told("550 5.7.1 not you", 0, 0, true) } else { told("554 5.7.1 no", 2, 0, false) };
        for told in [told("421 4.3.2 going down", 0, 0, false), told("451 4.3.0 not now", 0, 2, false), for_good, hung_up] {
            let from = format!("news{}@verdi.example", mailings.len());
            house.oracle.fails(Box::leak(from.clone().into_boxed_str()), at, told.answer, 2);
            let mailing = house.mailing_from(&from, list, |draft| draft).await;
            house.started(mailing).await;
            mailings.push((mailing, from, at, told));
        }
    }
    send_due(&house.engine).await.expect("sent");
    for (mailing, _, at, told) in &mailings {
        let what = format!("{at:?} {}", told.answer);
        assert_eq!(house.state(*mailing).await == State::Paused, told.pauses, "{what}");
        if told.pauses {
            let standing = crate::mailings::standing::standing(&house.engine, &house.who, *mailing).await.expect("the mailing");
            let why = standing.get(&crate::mailings::entity::PAUSED_FOR).to_owned();
            assert!(why.contains("error-sending-refused") && why.contains("not you"), "{what}: {why}");
            house.step(*mailing, Step::Resume).await;
        }
    }
    for round in 0.. {
        house.time_passes().await;
        send_due(&house.engine).await.expect("sent");
        let mut all_done = true;
        for (mailing, ..) in &mailings {
            all_done &= house.state(*mailing).await == State::Done;
        }
        if all_done {
            break;
        }
        assert!(round < 20, "it does not come to its end");
    }
    for (mailing, from, at, told) in &mailings {
        let what = format!("{at:?} {}", told.answer);
        let stands = house.stands(*mailing).await;
        assert_eq!(stands.get("failed").copied().unwrap_or_default(), told.failed, "{what}: {stands:?}");
        assert_eq!(stands.get("sent").copied().unwrap_or_default(), PEOPLE as i64 - told.failed, "{what}: {stands:?}");
        let attempts = attempts(&house, *mailing).await;
        assert_eq!(attempts.values().sum::<i64>(), PEOPLE as i64 + told.tries, "{what}: {attempts:?}");
        let taken: usize = (0..PEOPLE).map(|number| got(&house, from, &address(number))).sum();
        assert_eq!(taken as i64, PEOPLE as i64 - told.failed, "{what}");
        assert!((0..PEOPLE).all(|number| got(&house, from, &address(number)) < 2), "{what}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_or_lets_nobody_in_costs_no_try() {
    both_at_once(away_or_closed).await;
}

async fn away_or_closed(house: House) {
    let (list, _) = house.crowd(PEOPLE).await;
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    for (at, answer) in [
        (None, ""),
        (Some(At::Greeting), "421 4.3.2 too many of you"),
        (Some(At::Hello), ""),
        (Some(At::Greeting), "554 5.7.1 not from here"),
    ] {
        let what = format!("{at:?} {answer}");
        match at {
            Some(at) => house.oracle.fails("", at, answer, 1),
            None => house.sends_through(elsewhere).await,
        }
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        let before = house.oracle.taken().len();
        send_due(&house.engine).await.expect("tried");
        assert_eq!(house.stands(mailing).await, [("retry", PEOPLE as i64)].into(), "{what}");
        assert!(attempts(&house, mailing).await.values().all(|tries| *tries == 0), "{what}");
        match at {
            // For good: somebody has to see to it.
            Some(_) if answer.starts_with('5') => {
                assert_eq!(house.state(mailing).await, State::Paused, "{what}");
                house.step(mailing, Step::Resume).await;
            }
            Some(_) => {}
            None => house.sends_through(house.oracle.port).await,
        }
        house.time_passes().await;
        house.sent_to_the_end(mailing).await;
        assert_eq!(house.stands(mailing).await, [("sent", PEOPLE as i64)].into(), "{what}");
        assert!(attempts(&house, mailing).await.values().all(|tries| *tries == 1), "{what}");
        assert_eq!(house.oracle.taken().len() - before, PEOPLE, "{what}");
    }
}

#[tokio::test]
async fn whoever_is_asked_to_come_again_gets_it_once() {
    for house in houses().await {
        let (list, _) = house.crowd(30).await;
        (0..30).for_each(|number| house.oracle.treats(&address(number), Manner::Later(1 + number % 3)));
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        send_due(&house.engine).await.expect("tried");
        assert_eq!(house.stands(mailing).await, [("retry", 30)].into());
        assert!(house.oracle.taken().is_empty());
        // Nobody comes again before his time.
        send_due(&house.engine).await.expect("nothing to do");
        assert!(house.oracle.taken().is_empty());
        house.time_passes().await;
        house.sent_to_the_end(mailing).await;
        assert_eq!(house.stands(mailing).await, [("sent", 30)].into());
        assert!((0..30).all(|number| house.oracle.taken_for(&address(number)) == 1));
        let attempts = attempts(&house, mailing).await;
        assert!((0..30).all(|number| attempts[&address(number)] == 2 + number as i64 % 3), "{attempts:?}");
    }
}
