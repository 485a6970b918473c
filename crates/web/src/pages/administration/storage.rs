//! Storage: what takes room in the database and among the files.

use super::report::{Report, ReportPage, facts, number, text};
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;
use engine::Dialect;

/// Tables that are shown: those that take most.
const MOST: usize = 40;

pub(super) async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let room = web.engine().room(&reader.who).await?;
    let said = |bytes: i64| super::report::bytes(&reader, bytes);
    let mut page = ReportPage::new(&reader, "storage");
    let mut pairs = vec![("storage-database", said(room.database))];
    if let Some(files) = room.files {
        let both = |count: u64, bytes: u64| format!("{} · {}", number(&reader, count as i64), said(bytes as i64));
        pairs.push(("storage-files", both(files.count, files.bytes)));
        if files.unreferenced > 0 {
            pairs.push(("storage-unreferenced", both(files.unreferenced, files.unreferenced_bytes)));
        }
    }
    page.before = facts(&reader, &pairs);
    let estimated = web.engine().store().dialect() == Dialect::Postgres;
    let rows = if estimated { "#storage-rows-estimated" } else { "#storage-rows" };
    let mut heads = vec!["storage-table", rows];
    if estimated {
        heads.push("#storage-bytes");
    }
    let mut tables = Report::new(&reader, "storage-tables", "", &heads);
    for table in room.tables.iter().filter(|table| table.rows > 0 || table.bytes.is_some()).take(MOST) {
        let called = format!("entity-{}-many", table.name);
        let name = match reader.speech.known(&called) {
            Some(many) => format!("{} <span class=\"faint\">{}</span>", text(many), text(&table.name)),
            None => text(&table.name),
        };
        let mut cells = vec![name, number(&reader, table.rows)];
        cells.extend(table.bytes.map(said));
        tables.row(cells);
    }
    let mut trash = Report::new(&reader, "storage-trash", "storage-trash-none", &["storage-table", "#storage-rows"]);
    for (key, count) in &room.trash {
        trash.row(vec![text(&reader.speech.entity(key, "many")), number(&reader, *count)]);
    }
    page.reports = vec![tables, trash];
    page.answer()
}
