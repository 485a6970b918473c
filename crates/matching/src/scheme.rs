//! What the fields of a kind of record mean, and its records made ready.

use crate::prepared::{Prepared, Writer};

/// What the value of a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Trait {
    /// The whole name of the person that the record is about.
    PersonName,
    /// His given name.
    GivenName,
    /// His family name.
    Surname,
    /// The name of the company that the record is about; where companies and people stand in one field, also this. All
    /// names of a record's subject are held against all names of the other's.
    CompanyName,
    /// Another name of the same company: what is on its sign.
    TradeName,
    /// The company that the person stands at: no name of the subject.
    Employer,
    /// A person who stands at the company: no name of the subject.
    Associate,
    /// VAT number, tax code, number in a register: one subject has one.
    Identifier,
    /// Phone numbers; several may stand in one value.
    Phone,
    /// E-mail addresses; several may stand in one value.
    Email,
    /// The address of a web site.
    WebSite,
    /// The street, usually with the house number.
    Street,
    /// The house number, where it has a field of its own.
    HouseNumber,
    /// The town.
    City,
    /// The postcode.
    Postcode,
    /// The province or state.
    Province,
    /// A day that belongs to the subject: birth, foundation.
    Date,
    /// A code that somebody gave: the same says much, another says nothing.
    Code,
    /// Anything else that is written.
    Text,
}

/// The fields of a kind of record by name, with what each is about.
///
/// ```
/// use matching::{Scheme, Trait, Weights};
///
/// let scheme = Scheme::new(&[("name", Trait::CompanyName), ("vat_number", Trait::Identifier), ("phones", Trait::Phone)]);
/// let one = scheme.prepare(&[(0, "Officine Rossi S.r.l."), (1, "IT 08716040954"), (2, "050/131762")]);
/// let other = scheme.prepare(&[(0, "OFFICINE ROSSI SRL"), (1, "08716040954")]);
/// assert!(Weights::new(&scheme).compare(&one, &other).score > 0.99);
/// assert!(one.keys().iter().any(|key| other.keys().contains(key)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    fields: Vec<(Box<str>, Trait)>,
}

impl Scheme {
    /// A scheme of these fields, at most 250.
    pub fn new(fields: &[(&str, Trait)]) -> Scheme {
        Scheme { fields: fields.iter().take(250).map(|(name, about)| ((*name).into(), *about)).collect() }
    }

    /// The fields in their order, each with what it is about.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Trait)> {
        self.fields.iter().map(|(name, about)| (&**name, *about))
    }

    /// A record made ready: its values, each with the place of its field in the scheme. A field may come several times (phones),
    /// and empty values are as if they were not there. Any text is taken; what stands in the wrong column, such as a phone under
    /// e-mail, is taken for what it is.
    pub fn prepare(&self, values: &[(usize, &str)]) -> Prepared {
        let mut writer = Writer::default();
        for (field, text) in values {
            if let Some((_, about)) = self.fields.get(*field)
                && !text.trim().is_empty()
            {
                writer.value(*field as u8, *about, text);
            }
        }
        writer.finish()
    }
}
