//! Ids are unique and sorted, whatever the clock does, and survive being written.

use super::{Id, IdMaker};
use crate::{Clock, Moment};
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-11-22T10:00:00Z.
const TODAY: i64 = 1_795_341_600_000;

#[derive(Debug)]
struct Hand(AtomicI64);

impl Hand {
    fn at(millis: i64) -> Hand {
        Hand(AtomicI64::new(millis))
    }

    fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Moment {
        Moment::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn is_rising(ids: &[Id]) -> bool {
    ids.windows(2).all(|pair| pair[0] < pair[1])
}

#[test]
fn ten_thousand_in_one_millisecond_run_into_the_next_without_a_double() {
    let (maker, clock) = (IdMaker::new(7), Hand::at(TODAY));
    let ids: Vec<Id> = (0..10_000).map(|_| maker.next(&clock)).collect();
    assert!(is_rising(&ids));
    assert!(ids.iter().all(|id| id.number() >> 12 & 1023 == 7), "the node stays in every id");
    clock.set(TODAY + 1);
    assert!(maker.next(&clock) > ids[9_999], "time catches up with ids made ahead of it");
}

#[test]
fn a_clock_set_back_an_hour_does_not_bring_ids_back() {
    let (maker, clock) = (IdMaker::new(0), Hand::at(TODAY));
    let before = maker.next(&clock);
    clock.set(TODAY - 3_600_000);
    let during = maker.next(&clock);
    clock.set(TODAY + 1);
    let after = maker.next(&clock);
    assert!(before < during && during < after);
}

#[test]
fn a_clock_that_was_never_set_still_gives_ids() {
    let (maker, clock) = (IdMaker::new(1023), Hand::at(0));
    let ids = [maker.next(&clock), maker.next(&clock)];
    assert!(is_rising(&ids) && ids[0].number() > 0);
}

#[test]
fn two_nodes_in_the_same_millisecond_never_agree() {
    let clock = Hand::at(TODAY);
    let (one, two) = (IdMaker::new(1), IdMaker::new(2));
    let ids: HashSet<Id> = (0..5_000).flat_map(|_| [one.next(&clock), two.next(&clock)]).collect();
    assert_eq!(ids.len(), 10_000);
}

#[test]
fn threads_share_a_maker() {
    let (maker, clock) = (IdMaker::new(3), Hand::at(TODAY));
    let ids: Vec<Id> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..2_000).map(|_| maker.next(&clock)).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no thread panics")).collect()
    });
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 8_000);
}

#[test]
fn people_may_mistake_letters_but_not_more() {
    let id = Id::from_number(1).expect("positive");
    assert_eq!(id.to_string(), "0000000000001");
    assert_eq!("ooooooooooool".parse(), Ok(id));
    for wrong in ["", "1", "0000000000000", "000000000000U", "8000000000000", "00000000000011", "000000000001 ", "00000000000è"] {
        assert!(wrong.parse::<Id>().is_err(), "{wrong:?}");
    }
    assert_eq!("7ZZZZZZZZZZZZ".parse::<Id>().map(Id::number), Ok(i64::MAX));
}

proptest! {
    #[test]
    fn an_id_survives_being_written(number in 1..=i64::MAX) {
        let id = Id::from_number(number).expect("positive");
        let text = id.to_string();
        prop_assert_eq!(text.parse(), Ok(id));
        prop_assert_eq!(text.to_lowercase().parse(), Ok(id));
    }

    #[test]
    fn texts_sort_like_numbers(one in 1..=i64::MAX, two in 1..=i64::MAX) {
        let text = |number| Id::from_number(number).expect("positive").to_string();
        prop_assert_eq!(one.cmp(&two), text(one).cmp(&text(two)));
    }

    #[test]
    fn no_text_panics(text in ".*") {
        let _ = text.parse::<Id>();
    }

    #[test]
    fn batches_and_single_ids_never_meet(node in 0u16..1024, steps in prop::collection::vec((-50i64..50, 1usize..5_000), 1..20)) {
        let (maker, clock) = (IdMaker::new(node), Hand::at(TODAY));
        let (mut now, mut ids) = (TODAY, Vec::new());
        for (step, count) in steps {
            now += step;
            clock.set(now);
            let first = maker.take(&clock, count);
            ids.extend((0..count).map(|offset| maker.nth(first, offset)));
            ids.push(maker.next(&clock));
        }
        prop_assert!(is_rising(&ids));
        prop_assert!(ids.iter().all(|id| id.number() > 0 && id.number() >> 12 & 1023 == i64::from(node)));
    }
}
