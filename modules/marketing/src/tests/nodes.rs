//! Two nodes on one PostgreSQL send the same mailing.

use super::oracle::Oracle;
use super::{House, address, areas, settle};
use crate::mailings::entity::State;
use crate::sending::send_due;
use engine::Through;
use std::time::Duration;

const PEOPLE: usize = 60;

#[tokio::test]
async fn two_nodes_send_together_and_nobody_gets_it_twice() {
    let Some(store) = store::testing::postgres().await else { return };
    let (one, _) = engine::testing::engine_with(store.clone(), areas(), settle).await;
    let (other, _) = engine::testing::engine_with(store, areas(), settle).await;
    let house = House { who: one.system(Through::CommandLine), engine: one, oracle: Oracle::begin().await };
    house.sends_through(house.oracle.port).await;
    house.oracle.takes(Duration::from_millis(5));
    let (list, _) = house.crowd(PEOPLE).await;
    let mailing = house.mailing(list, |draft| draft).await;
    house.started(mailing).await;
    let all_the_time = async {
        let mut sent = 0;
        loop {
            let counts = house.counts(mailing).await;
            assert_eq!(counts.all(), PEOPLE as i64, "{counts:?}");
            let now = counts.of(crate::deliveries::entity::State::Sent);
            assert!(now >= sent, "{counts:?}");
            sent = now;
            if house.state(mailing).await == State::Done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (first, second, ()) = tokio::join!(send_due(&house.engine), send_due(&other), all_the_time);
    first.and(second).expect("both sent");
    assert_eq!(house.stands(mailing).await, [("sent", PEOPLE as i64)].into());
    assert!((0..PEOPLE).all(|number| house.oracle.taken_for(&address(number)) == 1));
}
