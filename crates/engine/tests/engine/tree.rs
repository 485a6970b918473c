//! Teams as a tree: Italy, its regions, their areas.

use engine::identity::users::teams::{NAME, PARENT, PATH};
use engine::{Draft, Engine, Principal, Through};
use kernel::{Error, Id, Value};

async fn team(engine: &Engine, who: &Principal, name: &str, parent: Option<Id>) -> Id {
    engine.create(who, Draft::new("team").with(NAME.id(), name).with(PARENT.id(), parent)).await.expect("a team").id()
}

#[tokio::test]
async fn teams_know_their_path_and_never_go_round() {
    for (engine, _) in engine::testing::both(Vec::new).await {
        let who = engine.system(Through::CommandLine);
        let entity = engine.entity("team").expect("teams");
        let italy = team(&engine, &who, "Italia", None).await;
        let tuscany = team(&engine, &who, "Toscana", Some(italy)).await;
        let pisa = team(&engine, &who, "Pisa", Some(tuscany)).await;
        let path = async |id: Id| engine.show(&who, &entity, id).await.expect("a team").0.get(&PATH).to_owned();
        let put = async |id: Id, field: meta::FieldId, value: Value| {
            engine.change(&who, &entity, id, None, vec![(field, value)], Vec::new()).await
        };
        assert_eq!(path(pisa).await, "Italia › Toscana › Pisa");
        for below in [italy, tuscany, pisa] {
            assert!(matches!(put(italy, PARENT.id(), below.into()).await, Err(Error::Invalid(_))), "a circle");
        }
        put(italy, NAME.id(), "Italia Centro".into()).await.expect("renamed");
        assert_eq!(path(pisa).await, "Italia Centro › Toscana › Pisa");
        let moved = put(tuscany, PARENT.id(), Value::Empty).await.expect("moved");
        assert_eq!((path(tuscany).await.as_str(), path(pisa).await.as_str()), ("Toscana", "Toscana › Pisa"));
        engine.undo(&who, moved.changeset).await.expect("undone");
        assert_eq!(path(pisa).await, "Italia Centro › Toscana › Pisa");
        // What is in the trash is above nobody.
        engine.remove(&who, &entity, tuscany, None).await.expect("removed");
        assert_eq!(path(pisa).await, "Pisa");
        engine.restore(&who, &entity, tuscany).await.expect("restored");
        assert_eq!(path(pisa).await, "Italia Centro › Toscana › Pisa");
    }
}
