//! The company itself: one record, which its slice describes and administrators write; its name and its logo are kept in
//! memory, because every page shows them, and read again on every node when somebody changes them.

use crate::principal::{Principal, Through};
use crate::write::{Act, Draft};
use crate::{Asked, Engine, Sorting};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Error, Id, Language, Result, Say, Value};
use meta::Record;
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;
use store::Statement;

/// The entity of the company, and what is announced when something of it changes.
pub const COMPANY: &str = "company";

/// The row of its name, before there was a record of it.
const NAMED: &str = "company";
/// The row of its logo: media type and picture.
const LOGO: &str = "company-logo";
/// The product's own name, as long as nobody has said the company's.
const NOBODY: &str = "Scheda";

/// What every page shows of the company.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// Its name; the product's own where nobody has said it yet.
    pub name: Arc<str>,
    /// Its logo.
    pub logo: Option<Arc<Logo>>,
}

/// A logo: small, and written by us.
#[derive(Debug, PartialEq, Eq)]
pub struct Logo {
    /// PNG or JPEG.
    pub bytes: Vec<u8>,
    /// Which of them.
    pub media: &'static str,
    /// Another one for each picture.
    pub tag: String,
}

impl Engine {
    /// What every page shows of the company, as this node knows it.
    pub fn company_known(&self) -> Arc<Company> {
        self.inside.company.load_full()
    }

    /// The company's name as it is now; the product's own where nobody has said it yet.
    pub async fn company(&self) -> Result<String> {
        let described = self.model().entity(COMPANY).is_some();
        let kept = self.installation(NAMED).await?;
        let sql = "SELECT \"name\" FROM \"company\" WHERE \"removed_at\" IS NULL ORDER BY \"id\" LIMIT 1";
        let named = match described {
            true => {
                let read = Statement::new(sql, Vec::new());
                let read = self.inside.store.read(move |tx| Box::pin(async move { tx.rows(&read).await }));
                read.await?.first().map(|row| row.text(0).to_owned())
            }
            false => None,
        };
        Ok(named.or(kept).filter(|name| !name.is_empty()).unwrap_or_else(|| NOBODY.to_owned()))
    }

    /// Names the company, as whoever sets it up.
    pub async fn name_company(&self, name: &str) -> Result<()> {
        match self.company_id().await? {
            Some(id) => {
                let field = self.entity(COMPANY)?.field("name").ok_or_else(|| Error::internal("a company without a name"))?.id;
                let values = vec![(field, name.into())];
                let act = Act::Change { entity: COMPANY, id, version: None, values, lines: Vec::new() };
                self.write(&self.system(Through::Pages), "setup", vec![act]).await?;
            }
            None => self.put_installation(NAMED, name.to_owned()).await?,
        }
        self.load_company().await
    }

    /// The record of the company, as somebody may see it, with the names of what its links lead to.
    pub async fn company_record(&self, who: &Principal) -> Result<(Record, HashMap<Id, String>)> {
        let id = self.company_id().await?.ok_or(Error::NotFound)?;
        self.show(who, &*self.entity(COMPANY)?, id).await
    }

    async fn company_id(&self) -> Result<Option<Id>> {
        let Some(entity) = self.model().entity(COMPANY).cloned() else { return Ok(None) };
        let sort = vec![Sorting { field: "id", descending: false }];
        let asked = Asked { fields: vec!["name"], limit: 1, sort, names: false, ..Asked::new(entity) };
        Ok(self.list(&self.system(Through::Job), asked).await?.records.first().map(|record| record.id))
    }

    /// Makes the record where there is none yet, with the name that was said before.
    pub(crate) async fn begin_company(&self) -> Result<()> {
        let Some(entity) = self.model().entity(COMPANY).cloned() else { return Ok(()) };
        if self.company_id().await?.is_some() {
            return Ok(());
        }
        let name = entity.field("name").ok_or_else(|| Error::internal("a company without a name"))?.id;
        let draft = Draft::new(COMPANY).with(name, self.company().await?);
        self.write(&self.system(Through::Job), "begin-company", vec![Act::Create(draft)]).await.map(|_| ())
    }

    /// Reads name and logo again.
    pub async fn load_company(&self) -> Result<()> {
        let (name, logo) = (self.company().await?, self.installation(LOGO).await?);
        let logo = logo.as_deref().and_then(read).map(Arc::new);
        self.inside.company.store(Arc::new(Company { name: Arc::from(name), logo }));
        Ok(())
    }

    /// Gives the company a logo: a picture as PNG, JPEG or WebP, made small and written anew; none in its place, none from then on.
    ///
    /// Errors: forbidden for whoever administers nothing; invalid for what is no such picture.
    pub async fn put_logo(&self, who: &Principal, picture: Option<Vec<u8>>) -> Result<()> {
        who.administers()?;
        if who.looks {
            return Err(Error::Forbidden(Say::new("error-seeing")));
        }
        let text = match picture {
            None => String::new(),
            Some(picture) => {
                let small = tokio::task::spawn_blocking(move || small(picture)).await.map_err(Error::internal)?;
                let small = small.ok_or_else(|| Error::invalid("logo", Say::new("error-logo")))?;
                let media = if small.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
                format!("{media};{}", STANDARD.encode(small))
            }
        };
        let put = Self::putting(LOGO, text);
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(&put).await?;
                    tx.announce(COMPANY).await
                })
            })
            .await?;
        self.load_company().await
    }

    /// What stands under a letter of the company: who it is, where it is registered, how it is reached. Nothing that was not said.
    pub(crate) async fn letterhead(&self, language: Language) -> Result<Vec<String>> {
        let who = self.system(Through::Job);
        let (record, _) = match self.company_record(&who).await {
            Err(Error::NotFound) => return Ok(Vec::new()),
            found => found?,
        };
        let words = self.words_of_letters()?;
        let text = |key: &str| record.named(key).text().to_owned();
        let labelled = |key: &str| match text(key) {
            value if value.is_empty() => value,
            value => words.said(&format!("letter-company-{key}"), language, &[("value", &value)]),
        };
        let joined =
            |parts: Vec<String>, between: &str| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between);
        let name = if text("legal_name").is_empty() { text("name") } else { text("legal_name") };
        let town = joined(vec![text("address.postcode"), text("address.city"), text("address.province")], " ");
        let capital = match record.named("capital") {
            Value::Int(cents) if *cents > 0 => {
                let reading = meta::Reading { language, zone: self.settings().zone.clone() };
                let value = meta::Kind::Money.behaviour().show(record.named("capital"), &reading);
                words.said("letter-company-capital", language, &[("value", &value)])
            }
            _ => String::new(),
        };
        let lines = [
            joined(vec![name, text("address.street"), town], " · "),
            joined(vec![labelled("vat_number"), labelled("tax_code"), labelled("rea"), capital], " · "),
            joined(vec![text("phone"), text("email"), labelled("pec"), text("web_site")], " · "),
        ];
        // A name alone says nothing that the letter has not said.
        let says = !lines[1].is_empty() || !lines[2].is_empty() || !text("address.city").is_empty();
        Ok(lines.into_iter().filter(|line| says && !line.is_empty()).collect())
    }
}

/// A picture that may be a logo, made small; none where it is no such picture.
fn small(picture: Vec<u8>) -> Option<Vec<u8>> {
    use image::ImageFormat;
    let format = image::guess_format(&picture).ok()?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return None;
    }
    let small = crate::files::decoded(Cursor::new(picture)).and_then(|picture| crate::files::encoded(&picture));
    small.inspect_err(|error| tracing::info!(%error, "a logo can't be read")).ok()
}

/// The logo of a row.
fn read(text: &str) -> Option<Logo> {
    let (media, picture) = text.split_once(';')?;
    let media = ["image/png", "image/jpeg"].into_iter().find(|known| *known == media)?;
    let bytes = STANDARD.decode(picture).ok()?;
    let tag = tag_of(&bytes);
    Some(Logo { bytes, media, tag })
}

fn tag_of(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..12])
}
