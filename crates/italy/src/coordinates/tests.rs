//! Coordinates as they are copied from maps and from letters.

use super::Coordinates;
use proptest::prelude::*;

fn canonical(text: &str) -> Result<String, String> {
    Coordinates::parse(text).map(|place| place.to_string()).map_err(|say| say.key.to_string())
}

#[test]
fn two_numbers_of_degrees_are_read_however_they_are_parted() {
    for text in [
        "43.7167,10.4017",
        "43.7167, 10.4017",
        "43.7167 10.4017",
        "43,7167, 10,4017",
        "43,7167 10,4017",
        "43,7167; 10,4017",
        "43,7167,10,4017",
        " 43.716700 ,10.4017 ",
        "43.7167° 10.4017°",
        "43.71670000000000000001, 10.4017",
    ] {
        assert_eq!(canonical(text).as_deref(), Ok("43.7167,10.4017"), "{text}");
    }
    assert_eq!(canonical("-33.8688, 151.20929912").as_deref(), Ok("-33.8688,151.209299"));
    assert_eq!(canonical("45 9").as_deref(), Ok("45.0,9.0"));
    assert_eq!(canonical("-0.0000001 0").as_deref(), Ok("0.0,0.0"));
    assert_eq!(Coordinates::parse("43,7167 10,4").expect("a place").for_people(), "43.7167, 10.4");
}

#[test]
fn what_is_no_place_on_earth_is_refused() {
    for (text, why) in [
        ("", "error-coordinates"),
        ("43.7167", "error-coordinates"),
        ("43,7167", "error-coordinates"),
        ("45,9", "error-coordinates"),
        ("Pisa", "error-coordinates"),
        ("43.7167 10.4017 5", "error-coordinates"),
        ("43.7.1, 10", "error-coordinates"),
        ("1e1 10", "error-coordinates"),
        ("NaN inf", "error-coordinates"),
        ("43.7167;10.4017;1", "error-coordinates"),
        ("90.1 10", "error-coordinates-range"),
        ("45 -180.5", "error-coordinates-range"),
    ] {
        assert_eq!(canonical(text), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn distances_are_those_of_the_crow() {
    let [pisa, florence, auckland] = [(43.7167, 10.4017), (43.7699, 11.2556), (-36.8485, 174.7633)]
        .map(|(latitude, longitude)| Coordinates::of(latitude, longitude).expect("a place"));
    assert!((pisa.kilometres_to(&florence) - 68.9).abs() < 1.0, "{}", pisa.kilometres_to(&florence));
    assert!(pisa.kilometres_to(&pisa) < 0.001);
    assert!((18_000.0..19_000.0).contains(&pisa.kilometres_to(&auckland)), "{}", pisa.kilometres_to(&auckland));
}

proptest! {
    #[test]
    fn a_canonical_form_is_read_as_itself(latitude in -90.0..=90.0_f64, longitude in -180.0..=180.0_f64) {
        let place = Coordinates::of(latitude, longitude).expect("a place");
        prop_assert_eq!(Coordinates::parse(&place.to_string()), Ok(place));
        prop_assert_eq!(Coordinates::parse(&place.for_people()), Ok(place));
        prop_assert_eq!(Coordinates::parse(&place.to_string().replace('.', ",")), Ok(place));
    }

    #[test]
    fn nothing_that_is_read_breaks_it(text in "\\PC{0,40}|[-0-9., ;°]{0,30}") {
        if let Ok(place) = Coordinates::parse(&text) {
            prop_assert_eq!(Coordinates::parse(&place.to_string()), Ok(place));
        }
    }
}
