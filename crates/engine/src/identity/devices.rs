//! Browsers that people have signed in from, known again by a secret of their own: whoever comes in from another one is told so by
//! letter. The secret opens nothing, and is kept as a digest with the person, so that nobody reads from it who shares a browser.

use super::letters::tell_of_arrival;
use crate::Engine;
use crate::identity::digest;
use crate::identity::sessions::Device;
use crate::principal::Principal;
use kernel::{Id, Moment, Result, Value};
use store::{Statement, Tx};

/// So many browsers of a person are known, those used last.
const MOST: i64 = 20;
/// Letters of a secret: 256 bits.
const LETTERS: usize = 43;

/// Somebody who is coming in by a browser.
pub(crate) struct Arrival {
    user: Id,
    /// By what the browser is known again.
    pub(crate) secret: String,
    browser: String,
    network: String,
    at: Moment,
}

impl Engine {
    /// Who comes in by a browser; none where it is none. A browser keeps the secret it has, so that several people are known in it.
    pub(crate) fn arrival(&self, who: &Principal, device: Device<'_>) -> Option<Arrival> {
        let kept = device.known.filter(|secret| {
            secret.len() == LETTERS && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
        Some(Arrival {
            user: who.user?,
            secret: device.known.map(|_| kept.map_or_else(|| self.chance().secret(), str::to_owned))?,
            browser: said(device.agent),
            network: device.network.chars().filter(|c| !c.is_control()).take(60).collect(),
            at: self.now(),
        })
    }
}

impl Arrival {
    /// Notes the browser as one of this person's. He is told of one that is new, unless it is his first: then he was invited
    /// to come in.
    pub(crate) async fn note(&self, engine: &Engine, tx: &mut Tx) -> Result<()> {
        let kept = digest(&format!("{} {}", self.user, self.secret));
        let (user, at) = (Value::Link(self.user), Value::Moment(self.at));
        let before = Statement::new("SELECT count(*) FROM \"device\" WHERE \"user\" = ?", vec![user.clone()]);
        let before = crate::asking::one_number(tx, &before).await?;
        let put = "INSERT INTO \"device\" (\"digest\", \"user\", \"seen_at\") VALUES (?, ?, ?) ON CONFLICT (\"digest\") DO NOTHING";
        let new = tx.execute(&Statement::new(put, vec![kept.as_str().into(), user.clone(), at.clone()])).await? == 1;
        let again = "UPDATE \"device\" SET \"ended_at\" = NULL WHERE \"digest\" = ? AND \"ended_at\" IS NOT NULL";
        let again = tx.execute(&Statement::new(again, vec![kept.as_str().into()])).await? == 1;
        if !new {
            let seen = "UPDATE \"device\" SET \"seen_at\" = ? WHERE \"digest\" = ?";
            tx.execute(&Statement::new(seen, vec![at, kept.as_str().into()])).await?;
        } else if before >= MOST {
            let old = "DELETE FROM \"device\" WHERE \"user\" = ? AND \"digest\" <> ? AND \"digest\" NOT IN \
                       (SELECT \"digest\" FROM \"device\" WHERE \"user\" = ? ORDER BY \"seen_at\" DESC, \"digest\" LIMIT ?)";
            tx.execute(&Statement::new(old, vec![user.clone(), kept.into(), user, Value::Int(MOST)])).await?;
        }
        if again || new && before > 0 {
            tell_of_arrival(engine, tx, self.user, self.at, &self.browser, &self.network).await?;
        }
        Ok(())
    }
}

/// None of somebody's browsers is known any more; that he has come in before, is.
pub(crate) async fn end_devices(tx: &mut Tx, user: Id, now: Moment) -> Result<()> {
    let sql = "UPDATE \"device\" SET \"ended_at\" = ? WHERE \"user\" = ? AND \"ended_at\" IS NULL";
    tx.execute(&Statement::new(sql, vec![Value::Moment(now), Value::Link(user)])).await.map(|_| ())
}

/// What a browser says of itself, in the words of people: browser and system; empty where it says neither.
pub fn said(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    browser.into_iter().chain(system).collect::<Vec<_>>().join(" · ")
}
