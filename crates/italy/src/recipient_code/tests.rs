//! Where invoices go.

use super::{Recipient, RecipientCode};

#[test]
fn length_and_letters_tell_whose_it_is() {
    for (text, recipient) in [
        ("m5uxcr1", Recipient::Private),
        (" UFY9MH ", Recipient::PublicOffice),
        ("0000000", Recipient::NoChannel),
        ("xxxxxxx", Recipient::Abroad),
    ] {
        let code = RecipientCode::parse(text).expect(text);
        assert_eq!(code.recipient(), recipient);
        assert_eq!(code.as_str(), text.trim().to_uppercase());
    }
    for wrong in ["", "12345", "12345678", "M5UXCRÈ", "a@b.it"] {
        assert_eq!(RecipientCode::parse(wrong).expect_err(wrong).key, "error-recipient-code");
    }
}
