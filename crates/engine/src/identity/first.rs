//! The first administrator: made once, with a password, or not at all.

use crate::Engine;
use crate::identity::password::put;
use crate::identity::{USER, users};
use crate::principal::Through;
use crate::write::{Act, Draft};
use kernel::{Error, Id, Result};
use store::{Dialect, Statement};

impl Engine {
    /// Makes the first administrator of an installation, with his password, in one transaction. `NotFound` once there is one,
    /// also for whoever asks at the same moment; `Invalid` unless the password is fit to be one.
    pub async fn make_first_administrator(&self, draft: Draft, password: String, through: Through) -> Result<Id> {
        let about = [users::NAME.id(), users::EMAIL.id()].map(|field| draft.value(field).map_or("", |value| value.text()).to_owned());
        let hashed = self.hashed(password, &[&about[0], &about[1]]).await?;
        let draft = Draft { entity: USER, ..draft }.with(users::ROLES.id(), "|administrator|");
        let writing = self.writing(&self.system(through), "create")?;
        let (engine, now) = (self.clone(), self.now());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    if tx.dialect() == Dialect::Postgres {
                        tx.execute(&Statement::new("LOCK TABLE \"user\" IN SHARE ROW EXCLUSIVE MODE", Vec::new())).await?;
                    }
                    if users::has_administrator(tx).await? {
                        return Err(Error::NotFound);
                    }
                    let made = engine.apply(tx, &writing, vec![Act::Create(draft)]).await?.id();
                    put(tx, made, hashed, now).await?;
                    Ok(made)
                })
            })
            .await
    }
}
