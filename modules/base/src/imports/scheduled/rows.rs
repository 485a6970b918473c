//! The state of a scheduled import moves on with every look, without a version and a history of its own.

use super::entity::{Every, IMPORT_SCHEDULE};
use super::jobs;
use engine::notifications::Kind;
use engine::{Engine, Statement, Tx};
use kernel::{Error, Id, Moment, Result, Say, Value};
use meta::fields::Chosen;

/// After so many failures in a row it pauses.
pub(super) const MOST_FAILURES: i64 = 3;

/// One whose turn it is.
pub(super) struct Due {
    id: Id,
    at: Moment,
    owner: Option<Id>,
    pub(super) times: (Every, i64, i64),
}

/// Those whose turn it is.
pub(super) async fn due(engine: &Engine) -> Result<Vec<Due>> {
    let sql = "SELECT \"id\", \"next_at\", \"owner\", \"every\", \"hour\", \"weekday\" FROM \"import_schedule\" \
               WHERE \"removed_at\" IS NULL AND \"state\" = 'active' AND \"next_at\" <= ? ORDER BY \"next_at\", \"id\"";
    let asked = Statement::new(sql, vec![Value::Moment(engine.now())]);
    let found = engine.store().read(engine::in_tx(move |tx: &mut Tx| Box::pin(async move { tx.rows(&asked).await }))).await?;
    Ok(found
        .iter()
        .filter_map(|row| {
            let every = Every::from_key(row.text(3)).unwrap_or(Every::Day);
            Some(Due { id: row.link(0)?, at: row.moment(1)?, owner: row.link(2), times: (every, row.int(4), row.int(5)) })
        })
        .collect())
}

/// Has one take its file, once over all nodes: by the moment that is its turn.
pub(super) async fn claim(engine: &Engine, due: Due, next: Moment) -> Result<()> {
    let engine_too = engine.clone();
    let claimed = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let sql = "UPDATE \"import_schedule\" SET \"next_at\" = ? WHERE \"id\" = ? AND \"next_at\" = ? AND \"state\" = 'active'";
            let values = vec![Value::Moment(next), due.id.into(), Value::Moment(due.at)];
            if tx.execute(&Statement::new(sql, values)).await? == 1 {
                engine_too.enqueue(tx, jobs::TAKE, due.id.to_string(), due.owner).await?;
            }
            Ok(())
        })
    });
    engine.store().write(claimed).await
}

/// Has one take its file now, at somebody's wish but in its owner's name.
pub(super) async fn now(engine: &Engine, id: Id, owner: Option<Id>) -> Result<()> {
    let engine_too = engine.clone();
    let begun = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            // What was taken before is taken again where somebody asks for it.
            tx.execute(&Statement::new("UPDATE \"import_schedule\" SET \"seen\" = '' WHERE \"id\" = ?", vec![id.into()])).await?;
            engine_too.enqueue(tx, jobs::TAKE, id.to_string(), owner).await?;
            announce(tx, id).await
        })
    });
    engine.store().write(begun).await
}

/// Pauses it, or has it go on from its next time.
pub(super) async fn put(engine: &Engine, id: Id, next: Option<Moment>) -> Result<()> {
    let put = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let (state, also) = if next.is_some() { ("active", ", \"failures\" = 0, \"reason\" = ''") } else { ("paused", "") };
            let sql = format!("UPDATE \"import_schedule\" SET \"state\" = ?, \"next_at\" = ?{also} WHERE \"id\" = ?");
            let values = vec![Value::from(state), next.map_or(Value::Empty, Value::Moment), id.into()];
            tx.execute(&Statement::new(sql, values)).await?;
            announce(tx, id).await
        })
    });
    engine.store().write(put).await
}

/// Notes that the file may still be written.
pub(super) async fn stood(engine: &Engine, id: Id, mark: &str) -> Result<()> {
    one(engine, id, "\"stood\" = ?", vec![mark.into()]).await
}

/// Notes that there was nothing new, and what is known now of the file.
pub(super) async fn looked(engine: &Engine, id: Id, seen: Option<String>) -> Result<()> {
    let now = Value::Moment(engine.now());
    match seen {
        Some(seen) => one(engine, id, "\"last_at\" = ?, \"failures\" = 0, \"reason\" = '', \"seen\" = ?", vec![now, seen.into()]).await,
        None => one(engine, id, "\"last_at\" = ?, \"failures\" = 0, \"reason\" = ''", vec![now]).await,
    }
}

/// Keeps the ciphertext of its header.
pub(super) async fn keep_secret(engine: &Engine, id: Id, sealed: String) -> Result<()> {
    one(engine, id, "\"secret\" = ?", vec![sealed.into()]).await
}

async fn one(engine: &Engine, id: Id, set: &'static str, mut values: Vec<Value>) -> Result<()> {
    values.push(id.into());
    let sql = Statement::new(format!("UPDATE \"import_schedule\" SET {set} WHERE \"id\" = ?"), values);
    let noted = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            tx.execute(&sql).await?;
            announce(tx, id).await
        })
    });
    engine.store().write(noted).await
}

/// The ciphertext of its header, which no record shows.
pub(super) async fn secret(engine: &Engine, id: Id) -> Result<String> {
    let asked = Statement::new("SELECT \"secret\" FROM \"import_schedule\" WHERE \"id\" = ?", vec![id.into()]);
    let read = engine::in_tx(move |tx: &mut Tx| Box::pin(async move { tx.rows(&asked).await }));
    Ok(engine.store().read(read).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// In the commit that begins its import: what is known of the file now.
pub(in crate::imports) async fn begun(tx: &mut Tx, id: Id, run: Id, seen: String, now: Moment) -> Result<()> {
    let sql = "UPDATE \"import_schedule\" SET \"last_at\" = ?, \"run\" = ?, \"seen\" = ?, \"stood\" = '' WHERE \"id\" = ?";
    tx.execute(&Statement::new(sql, vec![Value::Moment(now), run.into(), seen.into(), id.into()])).await?;
    announce(tx, id).await
}

/// In the commit that ends its import well.
pub(in crate::imports) async fn ended(tx: &mut Tx, id: Id) -> Result<()> {
    let sql = "UPDATE \"import_schedule\" SET \"failures\" = 0, \"reason\" = '' WHERE \"id\" = ?";
    tx.execute(&Statement::new(sql, vec![id.into()])).await?;
    announce(tx, id).await
}

/// Notes that it failed, and why; after too many failures in a row it pauses, and its owner is told.
pub(super) async fn failed(engine: &Engine, id: Id, why: &Say) -> Result<()> {
    let (engine_too, why) = (engine.clone(), engine::packed(why));
    let failed = engine::in_tx(move |tx: &mut Tx| Box::pin(async move { failed_in(&engine_too, tx, id, why).await }));
    engine.store().write(failed).await
}

/// The same, in the commit of what failed.
pub(in crate::imports) async fn failed_in(engine: &Engine, tx: &mut Tx, id: Id, why: String) -> Result<()> {
    // The same file is tried again.
    let sql =
        "UPDATE \"import_schedule\" SET \"failures\" = \"failures\" + 1, \"reason\" = ?, \"seen\" = '', \"last_at\" = ? WHERE \"id\" = ?";
    tx.execute(&Statement::new(sql, vec![why.into(), Value::Moment(engine.now()), id.into()])).await?;
    let asked = "SELECT \"owner\" FROM \"import_schedule\" WHERE \"id\" = ? AND \"failures\" >= ? AND \"state\" = 'active'";
    let rows = tx.rows(&Statement::new(asked, vec![id.into(), Value::Int(MOST_FAILURES)])).await?;
    if let Some(row) = rows.first() {
        let owner = row.link(0);
        let pause = "UPDATE \"import_schedule\" SET \"state\" = 'paused', \"next_at\" = ? WHERE \"id\" = ?";
        tx.execute(&Statement::new(pause, vec![Value::Empty, id.into()])).await?;
        if let Some(owner) = owner {
            engine.tell_ended(tx, owner, Kind::Failed, (IMPORT_SCHEDULE, id), engine.id()).await?;
        }
    }
    announce(tx, id).await
}

/// What those are called that go by a mapping.
pub(in crate::imports) async fn going_by(tx: &mut Tx, mapping: Id) -> Result<Vec<String>> {
    let sql = "SELECT \"name\" FROM \"import_schedule\" WHERE \"mapping\" = ? AND \"removed_at\" IS NULL ORDER BY \"name_f\", \"id\"";
    let rows = tx.rows(&Statement::new(sql, vec![mapping.into()])).await?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

/// Removes one. What it imported stays, and is kept by nobody.
pub(super) async fn remove(engine: &Engine, id: Id) -> Result<()> {
    let engine_too = engine.clone();
    let gone = engine::in_tx(move |tx: &mut Tx| {
        Box::pin(async move {
            let apart = "UPDATE \"import_run\" SET \"schedule\" = ? WHERE \"schedule\" = ?";
            tx.execute(&Statement::new(apart, vec![Value::Empty, id.into()])).await?;
            let gone = tx.execute(&Statement::new("DELETE FROM \"import_schedule\" WHERE \"id\" = ?", vec![id.into()])).await?;
            engine_too.forget_source(tx, id).await?;
            announce(tx, id).await?;
            if gone == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    });
    engine.store().write(gone).await?;
    engine.load_descriptions().await
}

async fn announce(tx: &mut Tx, id: Id) -> Result<()> {
    tx.announce(IMPORT_SCHEDULE).await?;
    tx.announce(&format!("{IMPORT_SCHEDULE}/{id}")).await
}
