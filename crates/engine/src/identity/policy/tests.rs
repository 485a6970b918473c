//! Of whom a second factor is required, and since when.

use super::{Bears, Given, OfWhom, SignInPolicy};
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

/// Days count from the first on which it was required of somebody; other roles that require it too begin nothing anew.
#[test]
fn days_begin_with_the_first_role_that_requires_it() {
    let on = |day: i64| Moment::from_millis(day * DAY);
    let bears = |roles| Bears::by(roles, &[]);
    let began = |policy: &SignInPolicy, roles, given| policy.began(&bears(roles), on(0), given).millis() / DAY;
    let given = |at, since| Some(Given { at: on(at), since: on(since) });
    let first = of(OfWhom::Roles, &["manager"]).beginning(&of(OfWhom::Nobody, &[]), on(1));
    assert_eq!(began(&first, "|manager|", None), 1, "whoever had the role when it began");
    assert_eq!(began(&first, "|manager|", given(5, 5)), 5, "whoever was given it later");
    // Directors too, from the tenth on: whoever goes from the one to the other has had his days since the first.
    let both = of(OfWhom::Roles, &["director", "manager"]).beginning(&first, on(10));
    assert_eq!(began(&both, "|director|", given(11, 1)), 1);
    assert_eq!(began(&both, "|director|", given(5, 5)), 10, "it was not about directors then");
    assert_eq!(began(&both, "|director|", None), 10);
    // A break: whatever was before, counts no more.
    let none = of(OfWhom::Nobody, &[]).beginning(&both, on(20));
    let again = of(OfWhom::Roles, &["manager"]).beginning(&none, on(30));
    assert_eq!(began(&again, "|manager|", given(11, 1)), 30);
    // A row of before says when roles were given, and nothing else.
    assert_eq!(Given::read(Some(on(5)), None), given(5, 5));
    assert_eq!(Given::read(None, None), None);
}
