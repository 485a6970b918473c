//! What takes room: tables, files, what nobody refers to, the trash.

use crate::{Dialect, Engine, Principal};
use kernel::Result;
use meta::sql::Sql;
use std::collections::BTreeSet;
use store::Statement;

/// What takes room.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// The tables, the largest first.
    pub tables: Vec<TableRoom>,
    /// Bytes of the database as a whole.
    pub database: i64,
    /// The files; none where the installation has no place for them.
    pub files: Option<FilesRoom>,
    /// Records in the trash, by entity, where there are any.
    pub trash: Vec<(&'static str, i64)>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRoom {
    /// Its name.
    pub name: String,
    /// How many rows; where the database only estimates them, that.
    pub rows: i64,
    /// Bytes with its indexes; none where the database does not tell.
    pub bytes: Option<i64>,
}

/// Files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilesRoom {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them no record refers to.
    pub unreferenced: u64,
    /// Their bytes.
    pub unreferenced_bytes: u64,
}

impl Engine {
    /// What takes room. For administrators; on connections of its own, since counting takes long.
    pub async fn room(&self, who: &Principal) -> Result<Room> {
        who.administers()?;
        let aside = self.store().aside().await?;
        let engine = self.clone();
        let read = aside.read(move |tx| {
            Box::pin(async move {
                let mut room = Room::default();
                let names: Vec<String> = engine.all_tables().into_iter().map(|table| table.name).collect();
                match tx.dialect() {
                    Dialect::Postgres => {
                        let sizes = "SELECT c.relname::text, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid) FROM pg_class c \
                                     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'";
                        for row in tx.rows(&Statement::new(sizes, Vec::new())).await?.iter() {
                            if names.iter().any(|name| name == row.text(0)) {
                                room.tables.push(TableRoom { name: row.text(0).to_owned(), rows: row.int(1), bytes: Some(row.int(2)) });
                            }
                        }
                        let whole = tx.rows(&Statement::new("SELECT pg_database_size(current_database())", Vec::new())).await?;
                        room.database = whole.first().map_or(0, |row| row.int(0));
                    }
                    Dialect::Sqlite => {
                        for name in names {
                            let mut sql = Sql::new();
                            sql.push("SELECT count(*) FROM ").name(&name);
                            let rows = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
                            room.tables.push(TableRoom { name, rows, bytes: None });
                        }
                        let pages = crate::asking::one_number(tx, &Statement::new("PRAGMA page_count", Vec::new())).await?;
                        let size = crate::asking::one_number(tx, &Statement::new("PRAGMA page_size", Vec::new())).await?;
                        room.database = pages * size;
                    }
                }
                room.tables.sort_by_key(|table| std::cmp::Reverse((table.bytes, table.rows)));
                for entity in engine.model().entities().filter(|entity| entity.field("removed_at").is_some()) {
                    let mut sql = Sql::new();
                    sql.push("SELECT count(*) FROM ").name(entity.key).push(" WHERE \"removed_at\" IS NOT NULL");
                    let count = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
                    if count > 0 {
                        room.trash.push((entity.key, count));
                    }
                }
                let referred: BTreeSet<String> = engine.all_files(tx).await?.into_iter().map(|(digest, _)| digest).collect();
                Ok((room, referred))
            })
        });
        let read = read.await;
        aside.close().await;
        let (mut room, referred) = read?;
        if let Some(files) = self.settings().files.clone() {
            let count = move || {
                let mut room = FilesRoom::default();
                for (digest, size) in files.all()? {
                    room.count += 1;
                    room.bytes += size;
                    if !referred.contains(digest.as_str()) {
                        room.unreferenced += 1;
                        room.unreferenced_bytes += size;
                    }
                }
                Ok(room)
            };
            room.files = Some(tokio::task::spawn_blocking(count).await.map_err(kernel::Error::internal)??);
        }
        Ok(room)
    }
}
