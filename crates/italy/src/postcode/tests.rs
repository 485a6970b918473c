//! CAP.

use super::Postcode;

#[test]
fn leading_zeros_count() {
    for (text, code) in [("00175", "00175"), (" 56121 ", "56121"), ("I-56121", "56121"), ("IT-20121", "20121")] {
        assert_eq!(Postcode::parse(text).expect(text).as_str(), code);
    }
    for wrong in ["", "175", "561211", "00000", "5612A", "56121è"] {
        assert_eq!(Postcode::parse(wrong).expect_err(wrong).key, "error-postcode");
    }
}
