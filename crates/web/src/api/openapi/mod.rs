//! The OpenAPI text of what the caller may reach: `GET /api/v1/openapi.json`, made from the descriptions.

mod operations;
mod schemas;

use super::json;
use super::parameters::Parameters;
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller};
use engine::Principal;
use engine::principal::Verb;
use http::Method;
use meta::Model;
use serde_json::{Map, Value as Json, json};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::api(Method::GET, "/api/v1/openapi.json", Policy::SignedIn, Rate::Api, "", ""), openapi)
}

async fn openapi(caller: Caller, asking: Asking) -> Answer {
    Parameters::only(asking, &[])?;
    Ok(json(document(&caller.who.model, &caller.who).to_string().into_bytes()))
}

/// The whole text, for somebody.
pub(crate) fn document(model: &Model, who: &Principal) -> Json {
    let mut paths = operations::common();
    let mut schemas = schemas::common();
    for entity in model.entities().filter(|entity| entity.can.public && who.may(Verb::See, entity)) {
        schemas::of_entity(model, entity, who, &mut schemas);
        operations::of_entity(model, entity, who, &mut paths);
    }
    // Lines, and whatever else is only reached through its parent.
    let inner: Vec<_> = model.entities().filter(|entity| !entity.can.public && who.may(Verb::See, entity)).collect();
    for entity in inner {
        schemas::to_read(model, entity, &mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Scheda",
            "version": "1",
            "description": "The records of a company and what can be done with them. Links are ids; money is decimal text; \
                            an empty text is \"\"; empty dates and links are null.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": Json::Object(paths),
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "A token of `scheda token create`." } },
            "schemas": Json::Object(schemas),
        },
    })
}

/// A reference to a schema.
fn to(schema: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// The members of a JSON object.
fn members(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}
