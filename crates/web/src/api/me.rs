//! Who the token stands for: `GET /api/v1/me`.

use super::json;
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller};
use engine::principal::Verb;
use http::Method;
use serde_json::{Map, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::api(Method::GET, "/api/v1/me", Policy::SignedIn, Rate::Api, "", ""), me)
}

async fn me(caller: Caller, asking: Asking) -> Answer {
    super::parameters::Parameters::only(asking, &[])?;
    let who = &caller.who;
    let mut rights = Map::new();
    for entity in who.model.entities().filter(|entity| entity.can.public && who.may(Verb::See, entity)) {
        let may = |verb| who.may(verb, entity);
        let right = json!({ "create": may(Verb::Create), "change": may(Verb::Change), "remove": may(Verb::Remove) });
        rights.insert(entity.plural.to_owned(), right);
    }
    let answer = json!({
        "id": who.user.map(|id| id.to_string()),
        "name": who.name,
        "roles": who.role.keys,
        "language": who.language.code(),
        "rights": rights,
    });
    Ok(json(answer.to_string().into_bytes()))
}
