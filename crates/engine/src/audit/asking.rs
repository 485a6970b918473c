//! Reading the audit: by person, event, record and days, the newest first.

use super::Kept;
use super::chain::{COLUMNS, kept};
use crate::{Engine, Principal};
use kernel::{Id, Moment, Result};
use meta::sql::Sql;
use std::collections::HashMap;
use store::Statement;

/// What is asked of the audit.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of this person.
    pub user: Option<Id>,
    /// Of this event.
    pub event: Option<String>,
    /// About this record.
    pub record: Option<Id>,
    /// From this moment on.
    pub from: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
    /// Before this one.
    pub before: Option<Id>,
}

/// A stretch of the audit.
#[derive(Debug, Default)]
pub struct Listed {
    /// What was kept, the newest first.
    pub rows: Vec<Kept>,
    /// Whether there are more.
    pub more: bool,
    /// The names of those who did it.
    pub names: HashMap<Id, String>,
}

impl Engine {
    /// A stretch of the audit, for administrators.
    pub async fn audited(&self, who: &Principal, asked: &Asked, most: usize) -> Result<Listed> {
        who.administers()?;
        let mut sql = Sql::new();
        sql.text.push_str(&format!("SELECT {COLUMNS} FROM \"audit\" WHERE \"id\" > 0"));
        if let Some(user) = asked.user {
            sql.push(" AND \"user\" = ").bind(user);
        }
        if let Some(event) = &asked.event {
            sql.push(" AND \"event\" = ").bind(event.as_str());
        }
        if let Some(record) = asked.record {
            sql.push(" AND \"record\" = ").bind(record);
        }
        if let Some(from) = asked.from {
            sql.push(" AND \"at\" >= ").bind(from);
        }
        if let Some(until) = asked.until {
            sql.push(" AND \"at\" < ").bind(until);
        }
        if let Some(before) = asked.before {
            sql.push(" AND \"id\" < ").bind(before);
        }
        sql.push(" ORDER BY \"id\" DESC LIMIT ").number(most as i64 + 1);
        let statement = Statement::new(sql.text, sql.values);
        let read = self
            .store()
            .read(move |tx| Box::pin(async move { Ok(tx.rows(&statement).await?.iter().filter_map(|row| kept(&row)).collect()) }));
        let mut rows: Vec<Kept> = read.await?;
        let more = rows.len() > most;
        rows.truncate(most);
        let mut users: Vec<Id> = rows.iter().filter_map(|row| row.entry.user).collect();
        users.sort_unstable();
        users.dedup();
        let names = self.names(who, crate::identity::USER, users).await?;
        Ok(Listed { rows, more, names: names.into_iter().collect() })
    }

    /// The names of the events that there are.
    pub async fn audit_events(&self) -> Result<Vec<String>> {
        // From one to the next along the index: there are few, however many rows.
        let sql = "WITH RECURSIVE known(event) AS (SELECT min(\"event\") FROM \"audit\" UNION ALL \
                   SELECT (SELECT min(\"event\") FROM \"audit\" WHERE \"event\" > known.event) FROM known WHERE known.event IS NOT NULL) \
                   SELECT event FROM known WHERE event IS NOT NULL";
        let read = self.store().read(move |tx| {
            Box::pin(async move { Ok(tx.rows(&Statement::new(sql, Vec::new())).await?.iter().map(|row| row.text(0).to_owned()).collect()) })
        });
        read.await
    }
}
