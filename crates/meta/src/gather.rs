//! The text of questions that gather: how many records a filter selects and what their numbers come to, as a whole or in groups
//! of one field.

use crate::entity::Entity;
use crate::field::Field;
use crate::fields::Kind;
use crate::filter::Filter;
use crate::filter::compile::Compile;
use crate::query::conditions;
use crate::shape::ColumnType;
use crate::sql::{Alias, Dialect, Sql};
use kernel::Result;

/// The one table of these questions.
const HERE: Alias = Alias(0);
const HOUR: i64 = 3_600_000;

/// What is gathered.
pub struct Gather<'q> {
    /// The entity.
    pub entity: &'q Entity,
    /// What is asked for.
    pub filter: &'q Filter,
    /// What may be seen.
    pub seen: &'q Filter,
    /// Whether it is the trash.
    pub trash: bool,
    /// The field whose values make the groups; none for the whole.
    pub by: Option<&'q Field>,
    /// The numbers to reckon with.
    pub numbers: &'q [Field],
    /// How many groups at most, the largest first.
    pub limit: usize,
}

/// Whether a field makes groups: what has few values, names, days and moments.
pub fn groups(field: &Field) -> bool {
    let kind = matches!(
        field.kind,
        Kind::Choice(_) | Kind::Vocabulary(_) | Kind::Link(_) | Kind::YesNo | Kind::Text | Kind::Code | Kind::Date | Kind::Moment
    );
    kind && !field.secret
}

/// Whether a field is a number that sums mean something of.
pub fn sums(field: &Field) -> bool {
    matches!(field.kind, Kind::Money | Kind::Whole) && !field.secret && !field.system
}

impl Gather<'_> {
    /// Of each group its key, a word that shows it, how many records, and of each number sum, least and greatest. A moment's key
    /// is the full hour it lies in: days and months begin on one in every zone that companies here live in.
    pub fn sql(&self, compile: &Compile<'_>) -> Result<Sql> {
        let mut sql = Sql::new();
        sql.push("SELECT ");
        if let Some(field) = self.by {
            key(field, compile.dialect, &mut sql);
            // A yes or no has no least; its key says it.
            match field.kind {
                Kind::YesNo => sql.push(",").column(HERE, &field.column()).push(","),
                _ => sql.push(",min(").column(HERE, &field.column()).push("),"),
            };
        }
        sql.push("count(*)");
        for field in self.numbers {
            let column = field.column();
            // A sum beyond what a number holds is cut off rather than a failure.
            match compile.dialect {
                Dialect::Sqlite => sql.push(",CAST(total(").column(HERE, &column).push(") AS INTEGER),"),
                Dialect::Postgres => {
                    sql.push(",CAST(LEAST(COALESCE(sum(").column(HERE, &column).push("),0),9000000000000000000) AS bigint),")
                }
            };
            sql.push("COALESCE(min(").column(HERE, &column).push("),0),COALESCE(max(").column(HERE, &column).push("),0)");
        }
        sql.push(" FROM ").name(self.entity.key).push(" AS ").alias(HERE).push(" WHERE ");
        conditions(self.entity, self.filter, self.seen, self.trash, compile, &mut sql)?;
        if let Some(field) = self.by {
            sql.push(if field.kind == Kind::YesNo { " GROUP BY 1,2" } else { " GROUP BY 1" });
            sql.push(" ORDER BY 3 DESC,1 LIMIT ").number(self.limit as i64);
        }
        Ok(sql)
    }

    /// The shapes of the columns of that.
    pub fn kinds(&self) -> Vec<ColumnType> {
        let mut kinds = Vec::new();
        if let Some(field) = self.by {
            kinds.extend([field.kind.column(), field.kind.column()]);
        }
        kinds.push(ColumnType::Int);
        kinds.extend(self.numbers.iter().flat_map(|_| [ColumnType::Int; 3]));
        kinds
    }
}

/// What records of one group have in common.
fn key(field: &Field, dialect: Dialect, sql: &mut Sql) {
    let column = field.compared_column();
    match (field.kind, dialect) {
        (Kind::Moment, Dialect::Sqlite) => {
            sql.column(HERE, &column).push(" - (((").column(HERE, &column).push(" % ").number(HOUR).push(") + ").number(HOUR);
            sql.push(") % ").number(HOUR).push(")");
        }
        (Kind::Moment, Dialect::Postgres) => {
            sql.push("date_trunc('hour', ").column(HERE, &column).push(")");
        }
        _ => {
            sql.column(HERE, &column);
        }
    }
}
