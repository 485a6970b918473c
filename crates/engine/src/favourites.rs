//! The records that each person keeps at hand: his own choice, seen through his rights of the moment.

use crate::Engine;
use crate::principal::Principal;
use crate::search::Found;
use kernel::{Error, Id, Result, Say, Value};
use meta::Entity;
use store::{Statement, Tx};

/// So many a person keeps.
pub const MOST_FAVOURITES: usize = 200;

impl Engine {
    /// Keeps a record among somebody's favourites, or takes it off. What he does not see is not found; the same again changes
    /// nothing. What others keep is nobody's to know.
    pub async fn keep_favourite(&self, who: &Principal, entity: &Entity, record: Id, kept: bool) -> Result<()> {
        let Some(user) = who.user else { return Err(Error::NotFound) };
        let (engine, who, key, now) = (self.clone(), who.clone(), entity.key, self.now());
        self.inside
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let model = engine.model();
                    let entity = model.entity(key).ok_or(Error::NotFound)?;
                    if engine.read_records(tx, &who, entity, &[record], false, false).await?.is_empty() {
                        return Err(Error::NotFound);
                    }
                    match kept {
                        true => add(tx, user, record, key, Value::Moment(now)).await?,
                        false => {
                            let off = "DELETE FROM \"favourite\" WHERE \"user\" = ? AND \"record\" = ?";
                            tx.execute(&Statement::new(off, vec![Value::Link(user), Value::Link(record)])).await?;
                        }
                    }
                    tx.announce(&format!("favourite/{user}")).await
                })
            })
            .await
    }

    /// Whether somebody keeps a record among his favourites.
    pub async fn is_favourite(&self, who: &Principal, record: Id) -> Result<bool> {
        let Some(user) = who.user else { return Ok(false) };
        let sql = "SELECT 1 FROM \"favourite\" WHERE \"user\" = ? AND \"record\" = ?";
        let asked = Statement::new(sql, vec![Value::Link(user), Value::Link(record)]);
        self.inside.store.read(move |tx| Box::pin(async move { Ok(tx.row(&asked).await?.is_some()) })).await
    }

    /// Somebody's favourites, the latest first, as far as they live and he may see them now.
    pub async fn favourites(&self, who: &Principal, most: usize) -> Result<Vec<(&'static str, Found)>> {
        self.noted(who, "favourite", MOST_FAVOURITES, most).await
    }
}

/// Adds a record to those of a person, who keeps no more than so many.
async fn add(tx: &mut Tx, user: Id, record: Id, entity: &'static str, now: Value) -> Result<()> {
    let on = "INSERT INTO \"favourite\" (\"user\", \"record\", \"entity\", \"at\") VALUES (?, ?, ?, ?) \
              ON CONFLICT (\"user\", \"record\") DO NOTHING";
    tx.execute(&Statement::new(on, vec![Value::Link(user), Value::Link(record), entity.into(), now])).await?;
    let count = Statement::new("SELECT count(*) FROM \"favourite\" WHERE \"user\" = ?", vec![Value::Link(user)]);
    if crate::asking::one_number(tx, &count).await? > MOST_FAVOURITES as i64 {
        return Err(Error::invalid("favourite", Say::new("error-favourites-many").with("count", MOST_FAVOURITES)));
    }
    Ok(())
}
