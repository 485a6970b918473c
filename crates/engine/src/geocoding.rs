//! The geocoding server that an administrator names. Nothing is asked before that: what goes out then is the parts of an address,
//! never whose it is, and no oftener than he says, over all nodes.

use crate::Engine;
use crate::principal::Principal;
use crate::secrets::Turning;
use kernel::{Error, Moment, Problem, Result, Say};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;
use store::{Dialect, Statement, Tx};
use wire::http::{Client, Fault, named};
pub use wire::nominatim::{Asked as Sought, Found as Spot, Grade};
use wire::nominatim::{Nominatim, Refused};

/// The row of the server.
const ROW: &str = "geocoder";
/// The place of its key.
const PLACE: &str = "installation/geocoder/key";
/// The row of when the next question may go out.
const PACE: &str = "geocoder-pace";
/// The row of what went wrong last.
const TROUBLE: &str = "geocoder-trouble";
/// What is announced when the server is another one.
pub(crate) const TOPIC: &str = "geocoder";
/// What is announced when the looking gets on, or does not.
pub const PROGRESS: &str = "geocoding";

/// The most questions a second that are asked of any server.
pub const MOST_A_SECOND: u32 = 50;
/// After the first failure it waits so long, after each further one twice as long, in milliseconds.
const FIRST_WAIT: i64 = 60_000;
/// It never waits longer, in milliseconds.
const LONGEST_WAIT: i64 = 6 * 60 * 60 * 1_000;

/// A geocoding server, and how it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geocoder {
    /// Whether addresses are looked for there.
    pub on: bool,
    /// Where it is: what `/search` is added to.
    pub address: String,
    /// The name of a header that opens it; empty where it wants none.
    pub header: String,
    /// Questions a second at most.
    pub per_second: u32,
    /// Whom its owner can write to.
    pub contact: String,
    /// The ciphertext of what the header says.
    #[serde(default)]
    sealed: String,
}

impl Geocoder {
    /// A server whose key is not said yet.
    pub fn new(on: bool, address: &str, header: &str, per_second: u32, contact: &str) -> Geocoder {
        let [address, header, contact] = [address.trim().trim_end_matches('/'), header.trim(), contact.trim()].map(str::to_owned);
        Geocoder { on, address, header, per_second, contact, sealed: String::new() }
    }

    /// Whether a key is kept.
    pub fn has_key(&self) -> bool {
        !self.sealed.is_empty()
    }

    /// The server that a key is for.
    fn origin(&self) -> String {
        let host = self.address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        host.to_ascii_lowercase()
    }
}

/// What went wrong with the server, as long as it goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since how many questions.
    pub failures: u32,
    /// What.
    pub why: Say,
    /// When.
    pub at: Moment,
    /// When it is asked again.
    pub again: Moment,
}

/// The same, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    failures: u32,
    key: String,
    with: Vec<(String, String)>,
    at: i64,
    again: i64,
}

impl Trouble {
    fn read(text: &str) -> Option<Trouble> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        let with = kept.with.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect();
        Some(Trouble {
            failures: kept.failures,
            why: Say { key: Cow::Owned(kept.key), with },
            at: Moment::from_millis(kept.at),
            again: Moment::from_millis(kept.again),
        })
    }

    fn written(&self) -> Result<String> {
        let with = self.why.with.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let kept = Kept { failures: self.failures, key: self.why.key.to_string(), with, at: self.at.millis(), again: self.again.millis() };
        serde_json::to_string(&kept).map_err(Error::internal)
    }
}

/// Seals the key by the newest of the installation.
pub(crate) async fn turn(turning: &mut Turning<'_>, tx: &mut Tx) -> Result<()> {
    turning.installation(tx, ROW, PLACE).await
}

/// Whether addresses are looked for.
pub(crate) async fn is_on(tx: &mut Tx) -> Result<bool> {
    let text = kept(tx, ROW, false).await?;
    Ok(serde_json::from_str::<Geocoder>(&text).is_ok_and(|geocoder| geocoder.on))
}

/// What the installation keeps under a name, held against others who would change it; nothing where nothing was said.
async fn kept(tx: &mut Tx, key: &'static str, hold: bool) -> Result<String> {
    let hold = if hold && tx.dialect() == Dialect::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?{hold}");
    let rows = tx.rows(&Statement::new(sql, vec![key.into()])).await?;
    Ok(rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// Makes a row that can be held.
async fn begin(tx: &mut Tx, key: &'static str) -> Result<()> {
    let sql = "INSERT INTO \"installation\" (\"key\", \"value\") VALUES (?, '') ON CONFLICT (\"key\") DO NOTHING";
    tx.execute(&Statement::new(sql, vec![key.into()])).await.map(|_| ())
}

impl Engine {
    /// The server that was named, if one was.
    pub async fn geocoder(&self) -> Result<Option<Geocoder>> {
        self.installation(ROW).await?.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
    }

    /// Names the server. Without a key the one that is kept stays, as long as it goes to the same server in the same header: a kept
    /// key is never said to another. What went wrong before is forgotten.
    ///
    /// Errors: forbidden for whoever administers nothing, or only looks with another's eyes; invalid where something is wrong with it.
    pub async fn set_geocoder(&self, who: &Principal, geocoder: Geocoder, key: Option<String>) -> Result<()> {
        who.administers()?;
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        self.examined(&geocoder, key.as_deref())?;
        let before = self.geocoder().await?;
        let sealed = match key.filter(|key| !key.is_empty()) {
            Some(key) => self.seal(PLACE, &key).await?,
            None if geocoder.header.is_empty() => String::new(),
            None => match before {
                Some(before) if (before.origin(), &before.header) == (geocoder.origin(), &geocoder.header) => before.sealed,
                _ => return Err(Error::invalid("key", Say::new("error-geocoder-key"))),
            },
        };
        let text = serde_json::to_string(&Geocoder { sealed, ..geocoder }).map_err(Error::internal)?;
        self.put_described(vec![Self::putting(ROW, text), Self::putting(TROUBLE, String::new())], TOPIC).await
    }

    /// What is wrong with it.
    fn examined(&self, geocoder: &Geocoder, key: Option<&str>) -> Result<()> {
        let mut problems = Vec::new();
        let mut refuse = |field: &str, key: &'static str| problems.push(Problem { field: field.to_owned(), say: Say::new(key) });
        if geocoder.address.is_empty() {
            if geocoder.on {
                refuse("address", "error-required");
            }
        } else if geocoder.address.contains(['?', '#']) || !self.way_out(&geocoder.address).leads(&geocoder.address) {
            refuse("address", "error-geocoder-address");
        }
        let token = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let ours = ["host", "connection", "content-length", "transfer-encoding", "user-agent", "accept", "accept-encoding"];
        if !geocoder.header.chars().all(token) || ours.contains(&geocoder.header.to_ascii_lowercase().as_str()) {
            refuse("header", "error-geocoder-header");
        }
        let printed = |key: &str| key.len() <= 1_000 && key.chars().all(|letter| letter.is_ascii_graphic() || letter == ' ');
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            if geocoder.header.is_empty() {
                refuse("header", "error-geocoder-key-header");
            } else if !printed(key) {
                refuse("key", "error-geocoder-key-letters");
            }
        }
        if !(1..=MOST_A_SECOND).contains(&geocoder.per_second) {
            refuse("per_second", "error-geocoder-rate");
        }
        if geocoder.contact.is_empty() {
            if geocoder.on {
                refuse("contact", "error-required");
            }
        } else {
            let reading = meta::Reading { language: kernel::Language::Italian, zone: self.settings().zone.clone() };
            let parsed = meta::Kind::Email.parse(&geocoder.contact, &reading);
            if parsed.is_err() || !geocoder.contact.is_ascii() {
                refuse("contact", "error-geocoder-contact");
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// The one way out, to public servers and to those of our own network that the installation's owner named.
    fn way_out(&self, address: &str) -> Client {
        let settings = &self.inside.settings;
        Client::new(settings.trusted.clone()).allowing(named(address, &settings.geocoding_hosts))
    }

    /// Asks the server for an address, once it is the turn of the next question.
    ///
    /// Errors: unavailable, with a sentence, where the server is not reached, refuses, or answers something else.
    pub async fn seek(&self, geocoder: &Geocoder, sought: &Sought) -> Result<Vec<Spot>> {
        let key = match geocoder.sealed.as_str() {
            "" => None,
            sealed => Some((geocoder.header.clone(), self.unseal(PLACE, sealed).await?)),
        };
        let server = Nominatim {
            client: self.way_out(&geocoder.address),
            address: geocoder.address.clone(),
            agent: format!("Scheda/{} ({})", env!("CARGO_PKG_VERSION"), geocoder.contact),
            key,
        };
        tokio::time::sleep(self.next_turn(geocoder.per_second).await?).await;
        server.search(sought).await.map_err(|refused| Error::Unavailable(said(&refused)))
    }

    /// Takes the next turn, by the clock that all nodes share; how long it is until then.
    async fn next_turn(&self, per_second: u32) -> Result<Duration> {
        let apart = 1_000 / i64::from(per_second.clamp(1, MOST_A_SECOND));
        let taken = self.inside.store.write(move |tx| {
            Box::pin(async move {
                begin(tx, PACE).await?;
                let next: i64 = kept(tx, PACE, true).await?.parse().unwrap_or(0);
                let now = tx.now().await?.millis();
                // A turn that is far ahead was taken by a clock that went wrong.
                let at = if next - now > LONGEST_WAIT { now } else { next.max(now) };
                tx.execute(&Engine::putting(PACE, (at + apart).to_string())).await?;
                Ok(at - now)
            })
        });
        Ok(Duration::from_millis(u64::try_from(taken.await?).unwrap_or(0)))
    }

    /// What goes wrong with the server, if it does, and by the clock that all nodes share whether it is waited for.
    pub async fn geocoder_trouble(&self) -> Result<Option<(Trouble, bool)>> {
        let read = self.inside.store.read(|tx| {
            Box::pin(async move {
                let trouble = Trouble::read(&kept(tx, TROUBLE, false).await?);
                let now = tx.now().await?;
                Ok(trouble.map(|trouble| (now < trouble.again, trouble)))
            })
        });
        Ok(read.await?.map(|(waits, trouble)| (trouble, waits)))
    }

    /// Notes that the server failed; when it is asked again.
    pub async fn geocoder_failed(&self, why: Say) -> Result<Moment> {
        let noted = self.inside.store.write(move |tx| {
            Box::pin(async move {
                begin(tx, TROUBLE).await?;
                let before = Trouble::read(&kept(tx, TROUBLE, true).await?).map_or(0, |trouble| trouble.failures);
                let at = tx.now().await?;
                let again = at.plus_millis((FIRST_WAIT << before.min(20)).min(LONGEST_WAIT));
                let trouble = Trouble { failures: before.saturating_add(1), why, at, again };
                tx.execute(&Engine::putting(TROUBLE, trouble.written()?)).await?;
                tx.announce(PROGRESS).await?;
                Ok(again)
            })
        });
        noted.await
    }

    /// Notes that the server answers.
    pub async fn geocoder_answered(&self) -> Result<()> {
        let noted = self.inside.store.write(|tx| {
            Box::pin(async move {
                tx.execute(&Engine::putting(TROUBLE, String::new())).await?;
                tx.announce(PROGRESS).await
            })
        });
        noted.await
    }
}

fn said(refused: &Refused) -> Say {
    match refused {
        Refused::Fault(Fault::Address) => Say::new("error-geocoder-address"),
        Refused::Fault(Fault::Private) => Say::new("error-geocoder-private"),
        Refused::Fault(Fault::Elsewhere) => Say::new("error-geocoder-elsewhere"),
        Refused::Fault(Fault::Late) => Say::new("error-geocoder-late"),
        Refused::Fault(Fault::Broken(cause)) => Say::new("error-geocoder-broken").with("cause", cause),
        Refused::Status(429) => Say::new("error-geocoder-often"),
        Refused::Status(401 | 403) => Say::new("error-geocoder-closed"),
        Refused::Status(status) => Say::new("error-geocoder-status").with("status", status),
        Refused::Fault(Fault::Long | Fault::Unwanted) | Refused::Unreadable => Say::new("error-geocoder-unreadable"),
    }
}
