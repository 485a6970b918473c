//! What the installation asks of whoever signs in: a second factor of whom, and how long a session lasts.

use crate::Engine;
use crate::principal::Principal;
use kernel::{Error, Moment, Result, Say};
use serde::{Deserialize, Serialize};

/// The row of the installation's table.
pub(crate) const ROW: &str = "sign-in";

/// Of whom something is required.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfWhom {
    /// Everybody may, nobody has to.
    #[default]
    Nobody,
    /// Whoever administers.
    Administrators,
    /// Everybody.
    Everybody,
}

/// What is asked of whoever signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInPolicy {
    /// Who has to have a second factor.
    pub second_factor: OfWhom,
    /// Minutes without use after which a session ends.
    pub idle_minutes: i64,
    /// Days after which it ends in any case.
    pub whole_days: i64,
}

impl Default for SignInPolicy {
    fn default() -> SignInPolicy {
        SignInPolicy { second_factor: OfWhom::Nobody, idle_minutes: 12 * 60, whole_days: 30 }
    }
}

/// The least and the most that a session may stay unused, in minutes.
pub const IDLE_MINUTES: (i64, i64) = (5, 30 * 24 * 60);
/// The least and the most that it may last, in days.
pub const WHOLE_DAYS: (i64, i64) = (1, 30);

impl SignInPolicy {
    /// The policy in a row; the usual one where nothing was said, or where it can't be read.
    pub(crate) fn read(text: &str) -> SignInPolicy {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Whether somebody has to have a second factor.
    pub fn requires_second_factor(&self, who: &Principal) -> bool {
        match self.second_factor {
            OfWhom::Nobody => false,
            OfWhom::Administrators => who.administers().is_ok(),
            OfWhom::Everybody => true,
        }
    }

    /// When a session that began then ends in any case.
    pub(crate) fn ends(&self, began: Moment) -> Moment {
        began.plus_millis(self.whole_days * 24 * 3_600_000)
    }

    /// When one that was used then ends.
    pub(crate) fn idles(&self, used: Moment) -> Moment {
        used.plus_millis(self.idle_minutes * 60_000)
    }
}

impl Engine {
    /// What is asked of whoever signs in.
    pub async fn sign_in_policy(&self) -> Result<SignInPolicy> {
        Ok(SignInPolicy::read(&self.installation(ROW).await?.unwrap_or_default()))
    }

    /// Says what is asked from now on, of sessions that are open too. `Forbidden` for whoever is no administrator, `Invalid` for
    /// lengths that are none.
    pub async fn set_sign_in_policy(&self, who: &Principal, policy: SignInPolicy) -> Result<()> {
        who.administers()?;
        let mut problems = Vec::new();
        for (field, value, (least, most)) in
            [("idle_minutes", policy.idle_minutes, IDLE_MINUTES), ("whole_days", policy.whole_days, WHOLE_DAYS)]
        {
            if !(least..=most).contains(&value) {
                let say = Say::new("error-between").with("least", least).with("most", most);
                problems.push(kernel::Problem { field: field.to_owned(), say });
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.put_installation(ROW, serde_json::to_string(&policy).map_err(Error::internal)?).await
    }
}
