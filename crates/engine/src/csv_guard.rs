//! Whether the CSV files that go out keep sheets from reckoning with their cells. As installed they do; who sends his files to programs,
//! for which the apostrophe is a part of the value, turns it off.

use crate::Engine;
use crate::principal::Principal;
use kernel::{Error, Result, Say};

/// The row of the installation's table: `off`, or nothing.
const ROW: &str = "csv-guard";

impl Engine {
    /// Whether cells that a sheet would reckon with get an apostrophe in CSV files.
    pub async fn guards_csv(&self) -> Result<bool> {
        Ok(self.installation(ROW).await?.as_deref() != Some("off"))
    }

    /// Says whether they get one from now on.
    ///
    /// Errors: forbidden for whoever administers nothing, or only looks with another's eyes.
    pub async fn guard_csv(&self, who: &Principal, on: bool) -> Result<()> {
        who.administers()?;
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        self.put_installation(ROW, if on { String::new() } else { "off".to_owned() }).await
    }
}
