//! E-mail addresses.

mod typos;

use kernel::Say;
use std::fmt;

pub use typos::proposal;

/// An address: one `@`, a domain in lower case, the part before it as its owner writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl Address {
    /// Reads an address, also behind `mailto:`.
    ///
    /// Errors: `error-email-at` (no `@`, or more than one), `error-email-space` (a space or control character inside),
    /// `error-email-accent` (an accent before the `@`, `character`), `error-email-character` (one that can't be there,
    /// `character`), `error-email-dot` (a dot at an end or two in a row), `error-email-domain` (no such domain can exist),
    /// `error-email-length` (more than 254, or 64 before the `@`).
    pub fn parse(text: &str) -> Result<Address, Say> {
        let trimmed = text.trim();
        let bare = trimmed.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map_or(trimmed, |_| trimmed[7..].trim_start());
        if bare
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
        {
            return Err(Say::new("error-email-space"));
        }
        let Some((local, domain)) = bare.split_once('@').filter(|(_, domain)| !domain.contains('@')) else {
            return Err(Say::new("error-email-at"));
        };
        check_local(local)?;
        let domain = domain.to_lowercase();
        if !is_domain(&domain) {
            return Err(Say::new("error-email-domain"));
        }
        if local.len() + 1 + domain.len() > 254 {
            return Err(Say::new("error-email-length"));
        }
        Ok(Address(format!("{local}@{domain}")))
    }

    /// The canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// By which two spellings of one address are found to be the same: no mailbox of today minds case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_local(local: &str) -> Result<(), Say> {
    if local.is_empty() {
        return Err(Say::new("error-email-at"));
    }
    if let Some(accented) = local.chars().find(|c| !c.is_ascii()) {
        return Err(Say::new("error-email-accent").with("character", accented));
    }
    if let Some(other) = local.chars().find(|c| !c.is_ascii_alphanumeric() && !"!#$%&'*+-/=?^_`{|}~.".contains(*c)) {
        return Err(Say::new("error-email-character").with("character", other));
    }
    if local.len() > 64 {
        return Err(Say::new("error-email-length"));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(Say::new("error-email-dot"));
    }
    Ok(())
}

/// Two labels or more of letters (of any script), digits and inner hyphens; the last is not a number.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = domain.rsplit('.').next().unwrap_or("");
    domain.contains('.')
        && domain.len() <= 253
        && domain.split('.').all(is_label)
        && last.chars().count() >= 2
        && last.chars().any(|c| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests;
