//! What `scheda check` finds, and that it finds nothing where nothing is wrong.

use crate::shop::{self, customer, number, shops};
use kernel::{Id, Value};
use meta::FieldId;

fn parent() -> FieldId {
    shop::PARENT.id()
}

#[tokio::test]
async fn whole_data_is_whole_and_broken_data_is_told() {
    for shop in shops().await {
        let mut first = customer("Alfa");
        first.lines.push(("phones", vec![number("050 123456")]));
        let alfa = shop.create(&shop.anna, first).await;
        let beta = shop.create(&shop.anna, customer("Beta").with(parent(), alfa)).await;
        // A name without letters has no words to be found by, and is no loss.
        shop.create(&shop.anna, customer("---")).await;
        assert_eq!(shop.engine.examine().await.expect("findings"), Vec::<String>::new());

        let key = if shop.engine.store().dialect() == engine::Dialect::Sqlite { "rowid" } else { "id" };
        shop.sql(&format!("DELETE FROM \"customer_search\" WHERE {key} = ?"), vec![Value::Link(beta)]).await;
        assert_eq!(shop.engine.examine().await.expect("findings"), ["customer: search does not find 1 records"]);

        shop.sql("UPDATE \"customer\" SET \"parent\" = ? WHERE \"id\" = ?", vec![Value::Link(Id::SYSTEM), Value::Link(beta)]).await;
        shop.sql(
            "UPDATE \"customer\" SET \"removed_at\" = ? WHERE \"id\" = ?",
            vec![Value::Moment(kernel::Moment::from_millis(1)), Value::Link(alfa)],
        )
        .await;
        let findings = shop.engine.examine().await.expect("findings").join("\n");
        assert!(findings.contains("customer.parent: 1 links lead nowhere"), "{findings}");
        assert!(findings.contains("customer: search finds 1 records that are not there"), "{findings}");
    }
}
