//! Many rows at once: arrays for some, COPY for many.

use super::cell::Bound;
use super::statements::prepare;
use super::{Lease, translate};
use crate::cells::Sheet;
use crate::statement::{quoted, quoted_list};
use crate::tx::Shared;
use kernel::{Id, Result};
use meta::shape::ColumnType;
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;

/// From so many rows on, COPY is faster than arrays.
const COPY_FROM: usize = 200;

pub(crate) async fn insert_many(lease: &mut Lease, table: &str, sheet: &Sheet<'_>, shared: &Arc<Shared>) -> Result<()> {
    let outcome = if sheet.count() < COPY_FROM { by_arrays(lease, table, sheet).await } else { by_copy(lease, table, sheet).await };
    outcome?.map_err(|error| translate(error, &shared.uniques))
}

/// Sets the search words of records, each of which stands once.
pub(crate) async fn put_words(lease: &mut Lease, companion: &str, words: BTreeMap<Id, String>, shared: &Arc<Shared>) -> Result<()> {
    let client = lease.client()?;
    let sql = format!(
        "INSERT INTO {companion} (id, words) SELECT r.id, array_to_tsvector(string_to_array(r.words, ' ')) \
         FROM unnest($1::int8[], $2::text[]) AS r (id, words) ON CONFLICT (id) DO UPDATE SET words = excluded.words"
    );
    let (ids, words): (Vec<i64>, Vec<String>) = words.into_iter().map(|(id, words)| (id.number(), words)).unzip();
    let run = async {
        let prepared = prepare(client, &sql).await?;
        client.execute(&prepared, &[&ids, &words]).await
    };
    run.await.map(|_| ()).map_err(|error| translate(error, &shared.uniques))
}

type Outcome = Result<Result<(), tokio_postgres::Error>>;

/// One array per column: the same statement whatever the number of rows.
async fn by_arrays(lease: &mut Lease, table: &str, sheet: &Sheet<'_>) -> Outcome {
    let client = lease.client()?;
    let columns = &sheet.columns;
    let arrays: Vec<String> =
        columns.iter().enumerate().map(|(place, column)| format!("${}::{}[]", place + 1, type_of(column.kind).name())).collect();
    let names = quoted_list(columns.iter().map(|column| column.name.as_str()));
    let sql = format!("INSERT INTO {} ({names}) SELECT * FROM unnest({})", quoted(table), arrays.join(", "));
    let values: Vec<Vec<Bound<'_>>> = (0..columns.len()).map(|place| sheet.rows().map(|row| Bound(row[place])).collect()).collect();
    let run = async {
        let prepared = prepare(client, &sql).await?;
        client.execute_raw(&prepared, values).await.map(|_| ())
    };
    Ok(run.await)
}

async fn by_copy(lease: &mut Lease, table: &str, sheet: &Sheet<'_>) -> Outcome {
    let client = lease.client()?;
    let columns = &sheet.columns;
    let names = quoted_list(columns.iter().map(|column| column.name.as_str()));
    let sql = format!("COPY {} ({names}) FROM STDIN BINARY", quoted(table));
    let types: Vec<Type> = columns.iter().map(|column| type_of(column.kind)).collect();
    let run = async {
        let mut writer = pin!(BinaryCopyInWriter::new(client.copy_in(sql.as_str()).await?, &types));
        for row in sheet.rows() {
            writer.as_mut().write_raw(row.iter().map(|cell| Bound(*cell)).collect::<Vec<_>>()).await?;
        }
        writer.finish().await.map(|_| ())
    };
    Ok(run.await)
}

fn type_of(kind: ColumnType) -> Type {
    match kind {
        ColumnType::Text => Type::TEXT,
        ColumnType::Int | ColumnType::Link => Type::INT8,
        ColumnType::Bool => Type::BOOL,
        ColumnType::Date => Type::DATE,
        ColumnType::Moment => Type::TIMESTAMPTZ,
        ColumnType::Bytes => Type::BYTEA,
    }
}
