//! The company's list of CAPs: loaded whole by an administrator, kept in two rows of the installation, and in the memory of every node as
//! a part of the descriptions.

use crate::Engine;
use crate::principal::Principal;
use kernel::{Error, Moment, Result, Say};
use meta::Postcodes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Statement, Tx};

/// The row of the list.
const ROW: &str = "postcodes";
/// The row of what is to be known of it: small, since every node reads it whenever the descriptions are others.
const ABOUT: &str = "postcodes-about";
/// What is announced when it is another one.
pub(crate) const TOPIC: &str = "postcodes";

/// What is to be known of a list of CAPs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostcodeList {
    /// Another one for each list that was loaded.
    pub version: String,
    /// When it was loaded, in milliseconds since 1970.
    pub loaded_at: i64,
    /// By whom; empty where the command line did.
    pub by: String,
    /// The name of the file.
    pub file: String,
    /// How many rows it had, but for its header.
    pub rows: u64,
    /// How many CAPs are in it.
    pub caps: usize,
    /// How many comuni.
    pub comuni: usize,
    /// How many other places.
    pub hamlets: usize,
    /// How many rows were not understood.
    pub unread: u64,
    /// The first of them.
    pub first_unread: Vec<UnreadRow>,
}

/// A row that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadRow {
    /// The line at which it stands in the file.
    pub line: u64,
    /// What stands there.
    pub text: String,
    /// Whether it is its CAP that says nothing, and not its place.
    pub postcode: bool,
}

impl PostcodeList {
    /// When it was loaded.
    pub fn moment(&self) -> Moment {
        Moment::from_millis(self.loaded_at)
    }
}

/// A list as a node keeps it in memory, and which one it is.
pub(crate) type Kept = (String, Arc<Postcodes>);

/// The list that there is now; the one that is kept where it is the same.
pub(crate) async fn read(tx: &mut Tx, kept: &Kept) -> Result<Kept> {
    let row = |key: &'static str| Statement::new("SELECT \"value\" FROM \"installation\" WHERE \"key\" = ?", vec![key.into()]);
    let rows = tx.rows(&row(ABOUT)).await?;
    let about: Option<PostcodeList> = rows.first().and_then(|row| serde_json::from_str(row.text(0)).ok());
    let Some(about) = about else { return Ok(Kept::default()) };
    if about.version == kept.0 {
        return Ok(kept.clone());
    }
    let rows = tx.rows(&row(ROW)).await?;
    let list = rows.first().map(|row| Postcodes::read(row.text(0))).unwrap_or_default();
    Ok((about.version, Arc::new(list)))
}

impl Engine {
    /// What is to be known of the list of CAPs; none where none is loaded.
    pub async fn postcode_list(&self) -> Result<Option<PostcodeList>> {
        let text = self.installation(ABOUT).await?.filter(|text| !text.is_empty());
        text.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
    }

    /// Puts a list in the place of the one there is; its version and moment, and who loads it, are written into what is known of it.
    ///
    /// Errors: forbidden for whoever administers nothing, or only looks with another's eyes.
    pub async fn put_postcodes(&self, who: &Principal, list: &Postcodes, about: PostcodeList) -> Result<PostcodeList> {
        let (caps, comuni, hamlets) = list.counts();
        let by = if who.user.is_some() { who.name.clone() } else { String::new() };
        let (version, loaded_at) = (self.chance().secret(), self.now().millis());
        let about = PostcodeList { version, loaded_at, by, caps, comuni, hamlets, ..about };
        let text = serde_json::to_string(&about).map_err(Error::internal)?;
        self.set_postcodes(who, list.written(), text).await?;
        Ok(about)
    }

    /// Takes the list away. Errors: as above.
    pub async fn remove_postcodes(&self, who: &Principal) -> Result<()> {
        self.set_postcodes(who, String::new(), String::new()).await
    }

    async fn set_postcodes(&self, who: &Principal, list: String, about: String) -> Result<()> {
        who.administers()?;
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        self.put_described(vec![Self::putting(ROW, list), Self::putting(ABOUT, about)], TOPIC).await
    }
}
