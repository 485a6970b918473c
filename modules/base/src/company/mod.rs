//! The company that runs Scheda: what its letters, offers and invoices say of it. One record, with its history.

use engine::Slice;
use meta::fields::{Address, Amount, Code, Email, Phone, Text, Web, address, code, email, money, phone, text, web};
use meta::{Entity, Granted, entity};

use crate::accounts::entity::{recipient_code, tax_code, vat_number};
use kernel::{Result, Say};

entity! { "company" {
    /// What it is called on every page.
    NAME: Text = text("name").required(),
    /// Its name in the register of companies, where it is another.
    LEGAL_NAME: Text = text("legal_name"),
    /// Partita IVA.
    VAT_NUMBER: Code = code("vat_number").check(vat_number),
    /// Codice fiscale.
    TAX_CODE: Code = code("tax_code").check(tax_code),
    /// Codice destinatario of the exchange system, for invoices that come in.
    RECIPIENT_CODE: Code = code("recipient_code").check(recipient_code),
    /// Province and number in the register of companies: `PI-123456`.
    REA: Code = code("rea").check(rea),
    /// Its capital, as far as it was paid in.
    CAPITAL: Amount = money("capital"),
    /// Registered office.
    ADDRESS: Address = address(),
    /// The phone that customers call.
    PHONE: Phone = phone("phone"),
    /// The address that customers write to.
    EMAIL: Email = email("email"),
    /// PEC.
    PEC: Email = email("pec"),
    /// Web site.
    WEB_SITE: Web = web("web_site"),
}}

/// What the company registers.
pub fn slice() -> Slice {
    Slice::new("company").entity(company()).words(include_str!("words.toml"))
}

fn company() -> Entity {
    Entity::new("company", "companies", fields())
        .titled(&NAME)
        .granted(Granted::Administered)
        .section("company", &["name", "legal_name", "vat_number", "tax_code", "recipient_code", "rea", "capital"])
        .section("reached", &["address", "phone", "email", "pec", "web_site"])
        .inner()
}

/// The number in the register of companies: the letters of a province, and up to seven digits.
fn rea(text: &str) -> Result<String, Say> {
    let letters: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase();
    let letters = letters.strip_prefix("REA").unwrap_or(&letters);
    let wrong = || Say::new("error-rea");
    let (province, number) = letters.split_at_checked(2).ok_or_else(wrong)?;
    let fits = (1..=7).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    match italy::provinces::by_sigla(province).filter(|_| fits) {
        Some(province) => Ok(format!("{}-{number}", province.sigla)),
        None => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_the_register_is_written_one_way() {
        for written in ["PI-123456", "pi 123456", "REA PI - 123.456", "rea: pi123456"] {
            assert_eq!(rea(written).as_deref(), Ok("PI-123456"), "{written}");
        }
        for wrong in ["", "PI", "XX-123456", "PI-12345678", "123456", "PI-12a456"] {
            assert!(rea(wrong).is_err(), "{wrong}");
        }
    }
}
