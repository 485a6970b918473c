//! From one day until another, both included, either of them open.

use kernel::Date;

/// A stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    /// Its first day; from ever where there is none.
    pub(crate) since: Option<Date>,
    /// Its last day; until further notice where there is none.
    pub(crate) until: Option<Date>,
}

impl Period {
    /// Whether it does not end before it begins.
    pub(crate) fn is_one(&self) -> bool {
        !matches!((self.since, self.until), (Some(since), Some(until)) if until < since)
    }

    /// Whether there is a day that both hold.
    pub(crate) fn meets(&self, other: &Period) -> bool {
        let begins_by_the_end =
            |one: &Period, other: &Period| !matches!((one.since, other.until), (Some(since), Some(until)) if since > until);
        begins_by_the_end(self, other) && begins_by_the_end(other, self)
    }

    /// Whether it holds on a day; before all days where there is none.
    pub(crate) fn holds_on(&self, day: Option<Date>) -> bool {
        self.since <= day && !matches!((self.until, day), (Some(until), Some(day)) if until < day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i8) -> Option<Date> {
        Date::new(2026, 3, day)
    }

    #[test]
    fn periods_meet_on_a_day_that_both_hold() {
        let period = |since, until| Period { since, until };
        let march = period(day(10), day(20));
        for (other, meets) in [
            (period(None, None), true),
            (period(day(20), None), true),
            (period(day(21), None), false),
            (period(None, day(9)), false),
            (period(None, day(10)), true),
            (period(day(12), day(13)), true),
        ] {
            assert_eq!((march.meets(&other), other.meets(&march)), (meets, meets), "{other:?}");
        }
        assert!(!period(day(2), day(1)).is_one() && period(day(1), day(1)).is_one() && period(None, day(1)).is_one());
        assert!(march.holds_on(day(10)) && march.holds_on(day(20)) && !march.holds_on(day(21)) && !march.holds_on(day(9)));
        assert!(!march.holds_on(None) && period(None, day(9)).holds_on(None));
    }
}
