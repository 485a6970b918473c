//! Who the token stands for: `GET /api/v1/me`.

use super::json;
use crate::Web;
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller};
use axum::extract::State;
use engine::principal::Verb;
use http::Method;
use serde_json::{Map, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::api(Method::GET, "/api/v1/me", Policy::SignedIn, Rate::Api, "", ""), me)
}

async fn me(State(web): State<Web>, caller: Caller, asking: Asking) -> Answer {
    super::parameters::Parameters::only(asking, &[])?;
    let who = &caller.who;
    let mut rights = Map::new();
    for entity in web.engine().model().entities().filter(|entity| entity.can.public && who.may(Verb::See, entity)) {
        let may = |verb| who.may(verb, entity);
        let right = json!({ "create": may(Verb::Create), "change": may(Verb::Change), "remove": may(Verb::Remove) });
        rights.insert(entity.plural.to_owned(), right);
    }
    let answer = json!({
        "id": who.user.map(|id| id.to_string()),
        "name": who.name,
        "role": who.role.key,
        "language": who.language.code(),
        "rights": rights,
    });
    Ok(json(answer.to_string().into_bytes()))
}
