//! The languages the pages speak.

use std::str::FromStr;

/// Italian or English, by user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Italiano.
    #[default]
    Italian,
    /// English.
    English,
}

impl Language {
    /// Both, in the order of their indexes.
    pub const ALL: [Language; 2] = [Language::Italian, Language::English];

    /// The code of BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Language::Italian => "it",
            Language::English => "en",
        }
    }
}

impl FromStr for Language {
    type Err = ();

    fn from_str(text: &str) -> Result<Language, ()> {
        Language::ALL.into_iter().find(|language| language.code() == text).ok_or(())
    }
}
