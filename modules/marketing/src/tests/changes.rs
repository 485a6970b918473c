//! What people change while a mailing goes out: it goes on with what was frozen, and nobody is lost or doubled.

use super::oracle::Manner;
use super::{House, address, houses};
use crate::deliveries::entity::{Reason, State as Stands};
use crate::mailings::entity::{self as mailing, MAILING, State};
use crate::mailings::standing::{self, Step};
use crate::sending::send_due;
use crate::suppression::entity::{self as suppression, SUPPRESSION};
use engine::Draft;
use engine::merging::Plan;
use kernel::Error;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PEOPLE: usize = 50;

impl House {
    async fn suppressed(&self, address: &str) {
        let draft = Draft::new(SUPPRESSION).with(suppression::ADDRESS.id(), address).with(suppression::REASON.id(), "complaint");
        self.create(draft).await;
    }

    /// Waits until the server took so many messages.
    async fn taken(&self, count: usize) {
        let began = Instant::now();
        while self.oracle.taken().len() < count {
            assert!(began.elapsed() < Duration::from_secs(20), "nothing goes out");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The people that wait for their turn, the last first, as numbers of the crowd.
    async fn waiting(&self) -> Vec<usize> {
        let rows = self.asked("SELECT \"address\" FROM \"delivery\" WHERE \"state\" = 'pending' ORDER BY \"id\" DESC").await;
        rows.iter().map(|row| row[3..6].parse().expect("a number")).collect()
    }
}

#[tokio::test]
async fn a_mailing_that_is_paused_changed_around_and_resumed_goes_to_whom_it_was_for() {
    for house in houses().await {
        let (list, people) = house.crowd(PEOPLE).await;
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        house.oracle.takes(Duration::from_millis(40));
        let pausing = async {
            house.taken(5).await;
            let asked = Instant::now();
            house.step(mailing, Step::Pause).await;
            assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?} to pause", asked.elapsed());
        };
        let (sent, ()) = tokio::join!(send_due(&house.engine), pausing);
        sent.expect("sent");
        let gone = house.oracle.taken().len();
        assert!(gone < PEOPLE, "nothing was left to pause");
        assert_eq!(house.counts(mailing).await.of(Stands::Sending), 0, "what was on its way is noted");
        send_due(&house.engine).await.expect("nothing to do");
        assert_eq!(house.oracle.taken().len(), gone, "nothing goes out of what is paused");
        // What happens meanwhile to those who wait.
        let waiting = house.waiting().await;
        let [merged, kept, removed, suppressed, withdrawn] = waiting[..5] else { panic!("{waiting:?}") };
        let entity = |key: &'static str| house.engine.entity(key).expect("an entity");
        house.engine.merge(&house.who, &entity("contact"), Plan::new(people[kept], [people[merged]])).await.expect("merged");
        house.engine.remove(&house.who, &entity("contact"), people[removed], None).await.expect("removed");
        house.suppressed(&address(suppressed)).await;
        house.says(people[withdrawn], "withdrawn").await;
        house.engine.remove(&house.who, &entity("list"), list, None).await.expect("removed");
        // Its text stands, and it is not thrown away.
        let other = vec![(mailing::SUBJECT.id(), "Un altro oggetto".into())];
        let changed = house.engine.change(&house.who, &entity(MAILING), mailing, None, other, Vec::new()).await;
        assert!(matches!(changed, Err(Error::Conflict(_))), "{changed:?}");
        let thrown = house.engine.remove(&house.who, &entity(MAILING), mailing, None).await;
        assert!(matches!(thrown, Err(Error::Conflict(_))), "{thrown:?}");
        // Who lets it go out afterwards does it with the words that were frozen.
        house.sql("UPDATE \"mailing\" SET \"subject\" = 'Un altro oggetto', \"html\" = '<p>Altro</p>'").await;
        house.step(mailing, Step::Resume).await;
        house.oracle.is_well_again();
        house.sent_to_the_end(mailing).await;
        let counts = house.counts(mailing).await;
        assert_eq!(counts.reasons, [(Reason::Consent, 1), (Reason::Complaint, 1), (Reason::Gone, 1)], "{counts:?}");
        assert_eq!(counts.of(Stands::Sent), PEOPLE as i64 - 3);
        for number in 0..PEOPLE {
            let wanted = usize::from(![removed, suppressed, withdrawn].contains(&number));
            assert_eq!(house.oracle.taken_for(&address(number)), wanted, "{number}");
        }
        let taken = house.oracle.taken();
        assert!(
            taken.iter().all(|taken| taken.content.contains("Subject: =?utf-8?") && taken.content.contains("le novit")),
            "{}",
            taken[0].content
        );
        assert!(taken.iter().all(|taken| !taken.content.contains("Altro")));
    }
}

/// What is suppressed between the taking of a message and its end may come too late for it, and for nobody after.
#[tokio::test]
async fn whoever_is_suppressed_while_his_message_is_in_doubt_does_not_get_it_again() {
    for house in houses().await {
        let (list, _) = house.crowd(3).await;
        // Whoever hangs up does so after the others: one line has all three.
        house.oracle.treats(&address(2), Manner::Vanish(1));
        house.oracle.treats(&address(1), Manner::Later(1));
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        send_due(&house.engine).await.expect("sent");
        assert_eq!(house.stands(mailing).await, [("in-doubt", 1), ("retry", 1), ("sent", 1)].into());
        for number in 0..3 {
            house.suppressed(&address(number)).await;
        }
        house.time_passes().await;
        house.sent_to_the_end(mailing).await;
        // That he may have got it is not forgotten.
        assert_eq!(house.stands(mailing).await, [("in-doubt", 1), ("suppressed", 1), ("sent", 1)].into());
        assert_eq!([0, 1, 2].map(|number| house.oracle.taken_for(&address(number))), [1, 0, 1]);
    }
}

#[tokio::test]
async fn what_is_in_doubt_waits_where_the_mailing_says_so_and_where_it_was_stopped() {
    for (held, stopped) in [(true, false), (false, true)] {
        for house in houses().await {
            let (list, _) = house.crowd(3).await;
            house.oracle.treats(&address(2), Manner::Vanish(1));
            house.oracle.treats(&address(1), Manner::Later(1));
            let doubtful = if held { "hold" } else { "resend" };
            let mailing = house.mailing(list, |draft| draft.with(mailing::DOUBTFUL.id(), doubtful)).await;
            house.started(mailing).await;
            send_due(&house.engine).await.expect("sent");
            if stopped {
                house.step(mailing, Step::Stop).await;
                house.time_passes().await;
                send_due(&house.engine).await.expect("nothing to do");
                assert_eq!(house.stands(mailing).await, [("in-doubt", 1), ("suppressed", 1), ("sent", 1)].into());
            } else {
                house.time_passes().await;
                house.sent_to_the_end(mailing).await;
                assert_eq!(house.stands(mailing).await, [("in-doubt", 1), ("sent", 2)].into());
            }
            assert_eq!(house.oracle.taken_for(&address(2)), 1);
            assert_eq!(house.counts(mailing).await.left(), 0);
        }
    }
}

#[tokio::test]
async fn a_mailing_that_is_stopped_while_it_goes_out_leaves_nobody_half_way() {
    for house in houses().await {
        let (list, _) = house.crowd(PEOPLE).await;
        // Some are asked to come again, and find that it was stopped.
        (0..PEOPLE).step_by(3).for_each(|number| house.oracle.treats(&address(number), Manner::Later(1)));
        let mailing = house.mailing(list, |draft| draft).await;
        house.started(mailing).await;
        house.oracle.takes(Duration::from_millis(40));
        let stopping = async {
            house.taken(3).await;
            house.step(mailing, Step::Stop).await;
        };
        let (sent, ()) = tokio::join!(send_due(&house.engine), stopping);
        sent.expect("sent");
        assert_eq!(house.state(mailing).await, State::Stopped);
        let counts = house.counts(mailing).await;
        assert_eq!(counts.of(Stands::Sent) + counts.of(Stands::Suppressed), PEOPLE as i64, "{counts:?}");
        assert_eq!(counts.of(Stands::Sent), house.oracle.taken().len() as i64);
        assert!(counts.reasons.iter().all(|(reason, _)| *reason == Reason::Stopped), "{counts:?}");
    }
}

/// H3: whoever presses twice, or at once with somebody else, sends it once.
#[tokio::test]
async fn many_who_start_it_at_once_start_it_once() {
    for house in houses().await {
        let (list, _) = house.crowd(12).await;
        let mailing = house.mailing(list, |draft| draft).await;
        house.step(mailing, Step::Prepare).await;
        let record = standing::standing(&house.engine, &house.who, mailing).await.expect("the mailing");
        let mut pressing = JoinSet::new();
        for _ in 0..8 {
            let (engine, who, record) = (house.engine.clone(), house.who.clone(), record.clone());
            pressing.spawn(async move { standing::step(&engine, &who, &record, Step::Start).await });
        }
        let pressed = pressing.join_all().await;
        assert_eq!(pressed.iter().filter(|pressed| pressed.is_ok()).count(), 1, "{pressed:?}");
        assert!(pressed.iter().all(|pressed| matches!(pressed, Ok(()) | Err(Error::Conflict(_)))), "{pressed:?}");
        let told = house.asked("SELECT \"why\" FROM \"changeset\" WHERE \"why\" = 'mailing-start'").await;
        assert_eq!(told.len(), 1, "the history tells of it once");
        let (one, other) = tokio::join!(send_due(&house.engine), send_due(&house.engine));
        one.and(other).expect("sent");
        assert_eq!(house.stands(mailing).await, [("sent", 12)].into());
        assert!((0..12).all(|number| house.oracle.taken_for(&address(number)) == 1));
    }
}
