//! Guards: the database itself refuses to change or remove what a table is only added to, whoever asks and by whatever statement. Only
//! whoever owns the tables can take a guard away; the next start puts it back.
//!
//! The name of a guard holds a fingerprint of what it says: one that says something else takes the place of the older.

use super::{Present, fingerprint};
use crate::statement::{Dialect, quoted};
use meta::shape::{Guard, LettingGo, Table};

const DAY_MILLIS: i64 = 86_400_000;

/// The statements that bring the guard of a table to what it should be; none where it is so already. `schema` is PostgreSQL's.
pub(super) fn guarding(dialect: Dialect, table: &Table, present: &Present, schema: &str) -> Vec<String> {
    let Some(guard) = &table.guard else { return Vec::new() };
    let made = match dialect {
        Dialect::Sqlite => sqlite(table, guard),
        Dialect::Postgres => postgres(table, guard, schema),
    };
    let stand: Vec<&str> = standing(table, present).collect();
    if made.iter().all(|(name, _)| stand.contains(&name.as_str())) && stand.len() == made.len() {
        return Vec::new();
    }
    dropping(dialect, table, present).into_iter().chain(made.into_iter().map(|(_, sql)| sql)).collect()
}

/// The statements that take the guards of a table away.
pub(super) fn dropping(dialect: Dialect, table: &Table, present: &Present) -> Vec<String> {
    let drop = |name: &str| match dialect {
        Dialect::Sqlite => format!("DROP TRIGGER {}", quoted(name)),
        Dialect::Postgres => format!("DROP TRIGGER {} ON {}", quoted(name), quoted(&table.name)),
    };
    standing(table, present).map(drop).collect()
}

/// The guards that stand at a table.
fn standing<'p>(table: &'p Table, present: &'p Present) -> impl Iterator<Item = &'p str> {
    let begins = format!("{}_guard_", table.name);
    present.guards.iter().filter(move |(name, at)| *at == table.name && name.starts_with(&begins)).map(|(name, _)| name.as_str())
}

fn named(table: &Table, what: &str, says: &str) -> String {
    format!("{}_guard_{what}_{:08x}", table.name, fingerprint(says))
}

/// Whether a row may go, in the words of a database.
fn goes(dialect: Dialect, LettingGo { number, up_to: (table, last), at, days }: &LettingGo) -> String {
    let (number, at, table, last) = (quoted(number), quoted(at), quoted(table), quoted(last));
    let long_ago = match dialect {
        Dialect::Sqlite => format!("CAST(unixepoch('subsec') * 1000 AS INTEGER) - {}", days * DAY_MILLIS),
        Dialect::Postgres => format!("clock_timestamp() - interval '{days} days'"),
    };
    format!("OLD.{number} > 0 AND OLD.{number} <= (SELECT max({last}) FROM {table}) AND OLD.{at} < {long_ago}")
}

/// One trigger for each verb. A condition that is unknown, because something in it is empty, is not true.
fn sqlite(table: &Table, guard: &Guard) -> Vec<(String, String)> {
    let changes = guard.closed_by.map_or("FALSE".to_owned(), |closed| {
        let others = table.columns.iter().filter(|column| column.name != closed);
        let same: Vec<String> = others.map(|column| format!("OLD.{0} IS NEW.{0}", quoted(&column.name))).collect();
        format!("OLD.{0} = 0 AND NEW.{0} > 0 AND {1}", quoted(closed), same.join(" AND "))
    });
    let goes = guard.letting_go.as_ref().map_or("FALSE".to_owned(), |letting_go| goes(Dialect::Sqlite, letting_go));
    let trigger = |verb: &str, may: String| {
        let says = format!(
            "BEFORE {verb} ON {} WHEN ({may}) IS NOT TRUE BEGIN SELECT RAISE(ABORT, '{} is only added to'); END",
            quoted(&table.name),
            table.name
        );
        let name = named(table, &verb.to_ascii_lowercase(), &says);
        let sql = format!("CREATE TRIGGER {} {says}", quoted(&name));
        (name, sql)
    };
    vec![trigger("UPDATE", changes), trigger("DELETE", goes)]
}

/// One function that both triggers ask. It looks for tables where they belong, whatever the path of whoever runs the statement says.
fn postgres(table: &Table, guard: &Guard, schema: &str) -> Vec<(String, String)> {
    let changes = guard.closed_by.map_or(String::new(), |closed| {
        let closed = quoted(closed);
        format!(
            "IF TG_OP = 'UPDATE' THEN IF OLD.{closed} = 0 AND NEW.{closed} > 0 THEN OLD.{closed} := NEW.{closed}; \
             IF OLD IS NOT DISTINCT FROM NEW THEN RETURN NEW; END IF; END IF; END IF; "
        )
    });
    let goes = guard.letting_go.as_ref().map_or(String::new(), |letting_go| {
        format!("IF TG_OP = 'DELETE' THEN IF {} THEN RETURN OLD; END IF; END IF; ", goes(Dialect::Postgres, letting_go))
    });
    let says = format!(
        "() RETURNS trigger LANGUAGE plpgsql SET search_path = {}, pg_temp AS $guard$ BEGIN {changes}{goes}\
         RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $guard$",
        quoted(schema)
    );
    let (rows, whole) = (named(table, "rows", &says), named(table, "whole", &says));
    let (at, function) = (quoted(&table.name), quoted(&rows));
    // One that was switched off still stands there.
    let of_rows = format!(
        "CREATE OR REPLACE FUNCTION {function}{says}; DROP TRIGGER IF EXISTS {function} ON {at}; \
         CREATE TRIGGER {function} BEFORE UPDATE OR DELETE ON {at} FOR EACH ROW EXECUTE FUNCTION {function}()"
    );
    let of_whole = format!(
        "DROP TRIGGER IF EXISTS {0} ON {at}; CREATE TRIGGER {0} BEFORE TRUNCATE ON {at} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        quoted(&whole)
    );
    vec![(rows, of_rows), (whole, of_whole)]
}
