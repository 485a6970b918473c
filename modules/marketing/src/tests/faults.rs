//! Connections and commits that fail again and again while a mailing goes out.

use super::oracle::Taken;
use super::{House, address, both_at_once, houses};
use crate::deliveries::entity::State as Stands;
use crate::sending::send_due;
use engine::Dialect;
use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

const PEOPLE: usize = 24;

/// The messages that each got, by address.
fn by_address(house: &House) -> HashMap<String, Vec<Taken>> {
    let mut by_address: HashMap<String, Vec<Taken>> = HashMap::new();
    for taken in house.oracle.taken() {
        by_address.entry(taken.to.clone()).or_default().push(taken);
    }
    by_address
}

/// Whatever the command at which the server hangs up, before or after it did what it was told: whoever is sent got it, more than once
/// only where that was in doubt, and then as one and the same message.
#[tokio::test]
async fn a_server_that_hangs_up_at_any_command_loses_nobody() {
    both_at_once(hung_up).await;
}

async fn hung_up(house: House) {
    let (list, _) = house.crowd(PEOPLE).await;
    for every in [9, 13] {
        let before = house.oracle.taken().len();
        house.oracle.hangs_up_every(every);
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        let mut doubts = 0;
        for _ in 0..3 {
            send_due(&house.engine).await.expect("sent");
            doubts += house.counts(mailing).await.of(Stands::InDoubt);
            house.time_passes().await;
        }
        house.oracle.is_well_again();
        house.sent_to_the_end(mailing).await;
        assert_eq!(house.stands(mailing).await, [("sent", PEOPLE as i64)].into(), "{every}");
        let taken = house.oracle.taken().len() - before;
        assert!(taken >= PEOPLE && taken - PEOPLE <= doubts as usize, "{every}: {taken} messages, {doubts} doubts");
    }
    for (address, taken) in by_address(&house) {
        let mut ids: Vec<&str> = taken.iter().map(|taken| taken.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 2, "{address}: one of each mailing");
    }
}

/// What the database refuses while it is so.
async fn refuses(house: &House, refuses: bool) {
    if house.engine.store().dialect() == Dialect::Sqlite {
        let sql = match refuses {
            true => {
                "CREATE TRIGGER \"refuses\" BEFORE UPDATE OF \"state\" ON \"delivery\" WHEN random() % 8 = 0 BEGIN SELECT RAISE(ABORT, 'no'); END"
            }
            false => "DROP TRIGGER \"refuses\"",
        };
        house.sql(sql).await;
        return;
    }
    let database = house.asked("SELECT current_database()").await.remove(0);
    let sql = match refuses {
        true => {
            "CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF random() < 0.12 THEN RAISE EXCEPTION 'no'; END IF; RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER refuses AFTER UPDATE ON delivery DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuses()"
        }
        false => "DROP TRIGGER refuses ON delivery",
    };
    as_administrator(&database, sql);
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
fn as_administrator(database: &str, sql: &str) {
    let admin = std::env::var("SCHEDA_TEST_POSTGRES").expect("an administrator");
    let url = format!("{}/{database}", admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base));
    let done = Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, &url]).output().expect("psql");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Commits that fail, of taking and of noting: nothing goes out that was not written down before, and what went out is noted later.
#[tokio::test]
async fn commits_that_fail_neither_lose_nor_double_anybody() {
    for house in houses().await {
        let (list, _) = house.crowd(PEOPLE).await;
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        refuses(&house, true).await;
        let all_the_time = async {
            for _ in 0..25 {
                let counts = house.counts(mailing).await;
                assert_eq!(counts.all(), PEOPLE as i64);
                // What was taken by the server is under way at the very least.
                let gone = counts.of(Stands::Sent) + counts.of(Stands::Sending);
                let taken = house.oracle.taken().len() as i64;
                let later = house.counts(mailing).await;
                assert!(taken <= gone.max(later.of(Stands::Sent) + later.of(Stands::Sending)), "{taken} {counts:?} {later:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            refuses(&house, false).await;
        };
        let (sent, ()) = tokio::join!(send_due(&house.engine), all_the_time);
        sent.expect("sent");
        house.sent_to_the_end(mailing).await;
        assert_eq!(house.stands(mailing).await, [("sent", PEOPLE as i64)].into());
        assert!((0..PEOPLE).all(|number| house.oracle.taken_for(&address(number)) == 1));
    }
}
