use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn one_address_leaves_room_for_others() {
    let guests = Guests::new(2, &[address("10.0.0.1")]);
    let (first, _second) = (guests.take_in(address("192.168.1.20")), guests.take_in(address("::ffff:192.168.1.20")));
    assert!(first.is_some() && guests.take_in(address("192.168.1.20")).is_none());
    assert!(guests.take_in(address("192.168.1.21")).is_some());
    let proxied: Vec<_> = (0..5).map(|_| guests.take_in(address("10.0.0.1"))).collect();
    assert!(proxied.iter().all(Option::is_some), "a proxy stands for many");
    drop(first);
    assert!(guests.take_in(address("192.168.1.20")).is_some(), "one left");
    let here: Vec<_> = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(|one| guests.take_in(address(one))).into();
    assert_eq!(here.iter().filter(|guest| guest.is_some()).count(), 2, "a network of IPv6 is one");
}
