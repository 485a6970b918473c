//! "It exists already, with somebody else": told, since it keeps doubles out, but counted, since it could be asked for
//! every number there is.

use crate::Web;
use engine::{Principal, Twin};
use kernel::Result;

impl Web {
    /// Refuses somebody who was told so too often this minute, before it is looked for.
    pub(crate) fn may_meet_hidden_twins(&self, who: &Principal) -> Result<()> {
        self.limits().may_meet_hidden_twins(&subject(who), self.engine().now())
    }

    /// Counts the twins that somebody may not see, and leaves a line in the log; refuses to tell of them too often.
    pub(crate) fn meeting(&self, who: &Principal, twins: &[Twin]) -> Result<()> {
        let Some(hidden) = twins.iter().find(|twin| twin.record.is_none()) else { return Ok(()) };
        tracing::info!(target: "audit", event = "hidden-twin", user = subject(who), field = hidden.field);
        self.limits().met_hidden_twin(&subject(who), self.engine().now())
    }
}

fn subject(who: &Principal) -> String {
    who.user.map(|id| id.to_string()).unwrap_or_default()
}
