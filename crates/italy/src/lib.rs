//! Italian rules and tables: identifiers, phones, holidays. Pure.
//!
//! A value of one of these types is valid by existing: the only way to one is its `parse`, which gives either the
//! canonical form or a [`kernel::Say`] that tells the person what is wrong. Parsing a canonical form gives it back.

pub mod company_name;
pub mod coordinates;
pub mod email;
pub mod holidays;
pub mod iban;
pub mod legal_form;
pub mod person_name;
pub mod phone;
pub mod places;
pub mod postcode;
pub mod provinces;
pub mod recipient_code;
pub mod street;
pub mod tax_code;
pub mod vat_number;

mod check_letter;
mod compact;
mod letters;

pub use coordinates::Coordinates;
pub use email::Address;
pub use holidays::{Holiday, holidays, is_working_day, next_working_day};
pub use iban::Iban;
pub use phone::{Phone, phone_digits};
pub use postcode::Postcode;
pub use recipient_code::RecipientCode;
pub use tax_code::TaxCode;
pub use vat_number::VatNumber;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod laws_of_writing;
