//! Another key. While no node runs, all that is sealed is sealed anew in one transaction. Before it the file holds both keys, after it
//! the new one alone: whoever is cut off in between has lost nothing, and ends it by beginning again.

use super::{BEGINS, Key, Keys, PROOF, Source, read};
use crate::Engine;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::error::Conflict;
use kernel::{Chance, Error, Result, Say, Value};
use std::io::Write;
use std::path::{Path, PathBuf};
use store::{Dialect, Row, Statement, Tx};

/// A node that did not show itself for so long has ended, as a rule; what it seals afterwards is refused.
const SILENT_MILLIS: i64 = 2 * 60_000;

/// What a change of the key came to.
#[derive(Debug)]
pub struct Changed {
    /// How many secrets were sealed anew.
    pub secrets: usize,
    /// Where the older keys are now, which only backups made before still need; none where they are held elsewhere.
    pub kept: Vec<PathBuf>,
}

/// What is sealed on the way from older keys to the newest.
pub(crate) struct Turning<'t> {
    keys: &'t Keys,
    chance: &'t dyn Chance,
    secrets: usize,
}

impl Turning<'_> {
    /// The keys, the newest first.
    pub(crate) fn keys(&self) -> &Keys {
        self.keys
    }

    /// The ciphertext by the newest key of what stands at a place.
    pub(crate) fn seal(&self, place: &str, text: &str) -> Result<String> {
        self.keys.seal(self.chance, place, text)
    }

    /// A text in which the ciphertexts, all of one place, are by the newest key; none where they were already.
    fn turned(&mut self, place: &str, text: &str) -> Result<Option<String>> {
        let own = format!("{BEGINS}{}.", self.keys.newest().id);
        let (mut made, mut rest, mut changed) = (String::with_capacity(text.len()), text, false);
        while let Some(at) = rest.find(BEGINS) {
            made += &rest[..at];
            rest = &rest[at..];
            let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let (sealed, after) = rest.split_at(rest.find(|c: char| !letter(c)).unwrap_or(rest.len()));
            if sealed.starts_with(&own) {
                made += sealed;
            } else {
                made += &self.seal(place, &self.keys.open(place, sealed)?)?;
                self.secrets += 1;
                changed = true;
            }
            rest = after;
        }
        Ok(changed.then_some(made + rest))
    }

    /// Turns what stands in a column: of a table, by the columns that name a row, at the place that they give.
    pub(crate) async fn column(
        &mut self,
        tx: &mut Tx,
        (table, key, column): (&str, &str, &str),
        place: impl Fn(&Row<'_>) -> Option<(Value, String)>,
    ) -> Result<()> {
        let asked = format!("SELECT {key}, \"{column}\" FROM \"{table}\" WHERE \"{column}\" LIKE ?");
        let rows = tx.rows(&Statement::new(asked, vec![format!("%{BEGINS}%").into()])).await?;
        let named = key.split(',').next().unwrap_or_default();
        let put = format!("UPDATE \"{table}\" SET \"{column}\" = ? WHERE {named} = ?");
        for row in rows.iter() {
            let Some((name, place)) = place(&row) else { continue };
            if let Some(turned) = self.turned(&place, row.text(row.values().len() - 1))? {
                tx.execute(&Statement::new(put.clone(), vec![turned.into(), name])).await?;
            }
        }
        Ok(())
    }

    /// Turns what records keep in their secret texts, each at the place `table/row/column`.
    async fn records(&mut self, tx: &mut Tx, model: &meta::Model) -> Result<()> {
        for entity in model.entities() {
            for field in entity.fields.iter().filter(|field| field.secret && field.kind == meta::Kind::LongText) {
                let place = |row: &Row<'_>| {
                    let id = row.link(0)?;
                    Some((Value::Link(id), format!("{}/{id}/{}", entity.key, field.key)))
                };
                self.column(tx, (entity.key, "\"id\"", field.key), place).await?;
            }
        }
        Ok(())
    }

    /// Turns what the installation keeps under a name.
    pub(crate) async fn installation(&mut self, tx: &mut Tx, name: &'static str, place: &str) -> Result<()> {
        self.column(tx, ("installation", "\"key\"", "value"), |row| (row.text(0) == name).then(|| (Value::from(name), place.to_owned())))
            .await
    }
}

/// A new key, as files and the environment hold it.
pub fn fresh(chance: &dyn Chance) -> String {
    let mut bytes = [0; 32];
    chance.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Engine {
    /// Changes the key of this installation: a new one is made where it stands in a file, and the newest of several taken where they
    /// were said from outside. A conflict where another node runs, or where only one was said. Safe to be cut off, and to be
    /// begun again.
    pub async fn change_key(&self) -> Result<Changed> {
        self.keys().await?;
        match &self.inside.settings.secrets {
            Source::None => Err(Error::Unavailable(Say::new("error-master-key-none"))),
            Source::Said(text) => {
                let keys = Keys::read(text)?;
                if keys.0.len() < 2 {
                    return Err(Error::Conflict(Conflict::State(Say::new("error-key-change-one"))));
                }
                Ok(Changed { secrets: self.turn(keys).await?, kept: Vec::new() })
            }
            Source::File(path) => {
                let missing = || Error::Unavailable(Say::new("error-master-key-missing").with("file", path.display()));
                let text = read(path)?.ok_or_else(missing)?;
                let mut keys = Keys::read(&text)?;
                if keys.0.len() == 1 {
                    // Before anything is written: whoever refuses leaves all as it was.
                    let own = self.inside.node.now().number;
                    self.inside.store.read(move |tx| Box::pin(async move { alone(tx, own).await })).await?;
                    keys.0.insert(0, Key::read(&fresh(self.chance()))?);
                }
                let mut kept = Vec::new();
                for key in &keys.0[1..] {
                    let beside = path.with_file_name(format!("master.key.old-{}", key.id));
                    write(&beside, &key.text())?;
                    kept.push(beside);
                }
                let newest = keys.newest().text();
                write(path, &format!("{newest}\n{}", keys.older().replace(',', "\n")))?;
                let secrets = self.turn(keys).await?;
                write(path, &newest)?;
                Ok(Changed { secrets, kept })
            }
        }
    }

    /// Seals everything anew that is sealed by another than the newest of these keys; gives how much it was.
    async fn turn(&self, keys: Keys) -> Result<usize> {
        let (engine, own) = (self.clone(), self.inside.node.now().number);
        let turned = self.inside.store.write(move |tx| {
            Box::pin(async move {
                if tx.dialect() == Dialect::Postgres {
                    // Nobody becomes a node before it is done.
                    tx.execute(&Statement::new("LOCK TABLE \"node\" IN EXCLUSIVE MODE", Vec::new())).await?;
                }
                alone(tx, own).await?;
                let mut turning = Turning { keys: &keys, chance: engine.chance(), secrets: 0 };
                crate::identity::turn(&mut turning, tx).await?;
                crate::mail::turn(&mut turning, tx).await?;
                crate::geocoding::turn(&mut turning, tx).await?;
                turning.records(tx, &engine.model()).await?;
                turning.installation(tx, PROOF, PROOF).await?;
                Ok(turning.secrets)
            })
        });
        turned.await
    }
}

/// A conflict where another node than this one runs: it would go on sealing by the key that it read.
async fn alone(tx: &mut Tx, own: u16) -> Result<()> {
    let now = tx.now().await?;
    let sql = "SELECT \"number\" FROM \"node\" WHERE \"leased_until\" > ? AND \"seen_at\" > ? AND \"number\" <> ? ORDER BY \"number\"";
    let values = vec![Value::Moment(now), Value::Moment(now.plus_millis(-SILENT_MILLIS)), Value::Int(i64::from(own))];
    match tx.rows(&Statement::new(sql, values)).await?.first() {
        Some(node) => Err(Error::Conflict(Conflict::State(Say::new("error-key-change-node").with("number", node.int(0))))),
        None => Ok(()),
    }
}

/// Writes a file whole or not at all, readable by its owner alone, and on the disk before anything is built on it.
fn write(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let beside = path.with_extension("writing");
    let written = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
    });
    written.map_err(|fault| Error::Unavailable(Say::new("error-master-key-unreadable").with("file", path.display()).with("cause", fault)))
}
