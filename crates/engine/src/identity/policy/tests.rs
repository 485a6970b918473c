//! Of whom a second factor is required, and since when.

use super::{OfWhom, SignInPolicy};
use kernel::Moment;

const DAY: i64 = 24 * 3_600_000;

fn of(second_factor: OfWhom, roles: &[&str]) -> SignInPolicy {
    SignInPolicy { second_factor, roles: roles.iter().map(|role| (*role).to_owned()).collect(), ..SignInPolicy::default() }
}

fn since(policy: &SignInPolicy) -> Vec<(&str, i64)> {
    policy.since.iter().map(|(scope, since)| (scope.as_str(), since / DAY)).collect()
}

/// What was required goes on since then, what is new begins now; nobody is given his days twice because others are asked too.
#[test]
fn a_requirement_begins_for_whoever_it_is_new_for() {
    let on = |day: i64| Moment::from_millis(day * DAY);
    let first = of(OfWhom::Administrators, &[]).beginning(&of(OfWhom::Nobody, &[]), on(1));
    assert_eq!(since(&first), [("administrators", 1)]);
    let same = of(OfWhom::Administrators, &[]).beginning(&first, on(2));
    assert_eq!(since(&same), [("administrators", 1)]);
    let roles = of(OfWhom::Roles, &["administrator", "manager"]).beginning(&same, on(3));
    assert_eq!(since(&roles), [("role administrator", 1), ("role manager", 3)]);
    let fewer = of(OfWhom::Roles, &["manager"]).beginning(&roles, on(4));
    assert_eq!(since(&fewer), [("role manager", 3)]);
    let all = of(OfWhom::Everybody, &[]).beginning(&fewer, on(5));
    assert_eq!(since(&all), [("everybody", 5), ("role manager", 3)]);
    assert_eq!(since(&of(OfWhom::Administrators, &[]).beginning(&all, on(6))), [("administrators", 5)]);
    let none = of(OfWhom::Nobody, &[]).beginning(&all, on(6));
    assert_eq!(since(&none), []);
    assert_eq!(since(&of(OfWhom::Everybody, &[]).beginning(&none, on(9))), [("everybody", 9)]);
    // One that was asked for before its beginning was noted gives no days.
    let before = SignInPolicy::read("{\"second_factor\":\"administrators\",\"idle_minutes\":60,\"whole_days\":7}");
    assert_eq!((before.grace_days, since(&of(OfWhom::Administrators, &[]).beginning(&before, on(9)))), (7, vec![("administrators", 0)]));
}
