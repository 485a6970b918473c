//! Whether the data is whole: the database's own check, links that lead nowhere, search that has lost a record
//! or finds one that is gone.

use crate::Engine;
use kernel::Result;
use meta::Kind;
use meta::sql::{Dialect, Sql};
use store::{Statement, Tx};

/// Most records that are looked at because search seems to have lost them.
const MOST_MISSING: i64 = 1_000;

impl Engine {
    /// What is wrong, a line each; nothing where all is well.
    pub async fn examine(&self) -> Result<Vec<String>> {
        let engine = self.clone();
        let (mut findings, files) = self
            .store()
            .read_snapshot(move |tx| {
                Box::pin(async move {
                    let mut findings = Vec::new();
                    if tx.dialect() == Dialect::Sqlite {
                        engine.look_anew(tx).await?;
                        let rows = tx.rows(&Statement::new("PRAGMA integrity_check", Vec::new())).await?;
                        findings.extend(rows.iter().map(|row| row.text(0).to_owned()).filter(|line| line != "ok"));
                    }
                    for entity in engine.model().entities() {
                        engine.examine_links(tx, entity, &mut findings).await?;
                        engine.examine_mirrors(tx, entity, &mut findings).await?;
                        if entity.can.searchable {
                            engine.examine_search(tx, entity, &mut findings).await?;
                        }
                        if entity.happens.is_some() {
                            engine.examine_timeline(tx, entity, &mut findings).await?;
                        }
                    }
                    engine.examine_audit(tx, &mut findings).await?;
                    let files = engine.all_files(tx).await?;
                    Ok((findings, files))
                })
            })
            .await?;
        findings.extend(self.examine_files(files).await?);
        Ok(findings)
    }

    /// The check of SQLite takes the index of words for what this connection knew of it when it last checked, and would call a part that
    /// was joined to others since a broken one; a question makes it read anew.
    async fn look_anew(&self, tx: &mut Tx) -> Result<()> {
        for entity in self.model().entities().filter(|entity| entity.can.searchable) {
            let mut sql = Sql::new();
            let companion = format!("{}_search", entity.key);
            sql.push("SELECT rowid FROM ").name(&companion).push(" WHERE ").name(&companion).push(" MATCH ").bind("a").push(" LIMIT 1");
            tx.rows(&Statement::new(sql.text, sql.values)).await?;
        }
        Ok(())
    }

    async fn examine_links(&self, tx: &mut Tx, entity: &meta::Entity, findings: &mut Vec<String>) -> Result<()> {
        for field in &entity.fields {
            let targets = match field.kind {
                Kind::Link(target) => vec![target],
                Kind::About(targets) => targets.to_vec(),
                _ => continue,
            };
            let mut sql = Sql::new();
            sql.push("SELECT count(*) FROM ").name(entity.key).push(" AS t0 WHERE t0.").name(&field.column()).push(" IS NOT NULL");
            for target in targets {
                sql.push(" AND NOT EXISTS (SELECT 1 FROM ")
                    .name(target)
                    .push(" AS t1 WHERE t1.\"id\" = t0.")
                    .name(&field.column())
                    .push(")");
            }
            let lost = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
            if lost > 0 {
                findings.push(format!("{}.{}: {lost} links lead nowhere", entity.key, field.key));
            }
        }
        Ok(())
    }

    async fn examine_mirrors(&self, tx: &mut Tx, entity: &meta::Entity, findings: &mut Vec<String>) -> Result<()> {
        for mirror in &entity.mirrors {
            let sql = crate::write::mirrors::differing(&self.model(), entity, *mirror);
            let lost = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
            if lost > 0 {
                findings.push(format!("{}.{}: {lost} say something else than {}", entity.key, mirror.field, mirror.relation));
            }
        }
        Ok(())
    }

    async fn examine_timeline(&self, tx: &mut Tx, entity: &meta::Entity, findings: &mut Vec<String>) -> Result<()> {
        let mut sql = Sql::new();
        sql.push("SELECT count(*) FROM \"timeline\" AS e WHERE e.\"entity\" = ").bind(entity.key).push(" AND NOT EXISTS (SELECT 1 FROM ");
        sql.name(entity.key).push(" AS t0 WHERE t0.\"id\" = e.\"record\" AND t0.\"removed_at\" IS NULL)");
        let lost = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
        if lost > 0 {
            findings.push(format!("{}: timelines show {lost} records that are not there", entity.key));
        }
        for link in entity.happens.iter().flat_map(|happens| &happens.links).filter_map(|link| entity.field(link)) {
            let mut sql = Sql::new();
            sql.push("SELECT count(*) FROM ").name(entity.key).push(" AS t0 WHERE t0.\"removed_at\" IS NULL AND t0.").name(&link.column());
            sql.push(" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \"timeline\" AS e WHERE e.\"record\" = t0.\"id\" AND e.\"card\" = t0.");
            sql.name(&link.column()).push(")");
            // What has not happened yet stands nowhere.
            if let Some(at) = entity.happens.as_ref().and_then(|happens| entity.field(happens.at)) {
                sql.push(" AND t0.").name(&at.column()).push(" IS NOT NULL");
            }
            if let Some(under) = entity.happens.as_ref().and_then(|happens| entity.field(happens.under?)) {
                sql.push(" AND t0.").name(&under.column()).push(" IS NULL");
            }
            let missing = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
            if missing > 0 {
                findings.push(format!("{}.{}: {missing} records are missing on timelines", entity.key, link.key));
            }
        }
        Ok(())
    }

    async fn examine_search(&self, tx: &mut Tx, entity: &meta::Entity, findings: &mut Vec<String>) -> Result<()> {
        let companion = format!("{}_search", entity.key);
        let key = if tx.dialect() == Dialect::Sqlite { "rowid" } else { "id" };
        let mut sql = Sql::new();
        sql.push("SELECT count(*) FROM ").name(&companion).push(" AS s WHERE NOT EXISTS (SELECT 1 FROM ").name(entity.key);
        sql.push(" AS t0 WHERE t0.\"id\" = s.").push(key).push(" AND t0.\"removed_at\" IS NULL)");
        let lost = crate::asking::one_number(tx, &Statement::new(sql.text, sql.values)).await?;
        if lost > 0 {
            findings.push(format!("{}: search finds {lost} records that are not there", entity.key));
        }
        // A record without words is rightly unknown to the search: those that seem to be missing are looked at.
        let mut sql = Sql::new();
        sql.push("SELECT t0.\"id\" FROM ").name(entity.key).push(" AS t0 WHERE t0.\"removed_at\" IS NULL AND NOT EXISTS (SELECT 1 FROM ");
        sql.name(&companion).push(" AS s WHERE s.").push(key).push(" = t0.\"id\") ORDER BY t0.\"id\" LIMIT ").number(MOST_MISSING);
        let rows = tx.rows(&Statement::new(sql.text, sql.values)).await?;
        let ids: Vec<kernel::Id> = rows.iter().filter_map(|row| row.link(0)).collect();
        let records = self.read_records(tx, &self.system(crate::Through::CommandLine), entity, &ids, false, true).await?;
        let missing = records.iter().filter(|record| crate::search::has_words(record)).count();
        if missing > 0 {
            findings.push(format!("{}: search does not find {missing} records", entity.key));
        }
        Ok(())
    }
}
