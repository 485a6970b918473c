//! The children of a record: `GET /api/v1/accounts/{id}/sites`, with the parameters of any list.

use super::list;
use super::parameters::{self, OF_LISTS, Parameters};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Named, Of, Web};
use axum::extract::State;
use engine::principal::Verb;
use http::Method;
use kernel::{Error, Value};
use meta::Filter;

pub(crate) fn routes(routes: Routes) -> Routes {
    let route = Route::api(Method::GET, "/api/v1/{plural}/{id}/{relation}", Policy::Record(Verb::See), Rate::Heavy, "Parameters", "");
    routes.add(route, children)
}

async fn children(State(web): State<Web>, caller: Caller, Of(entity): Of, named: Named, asking: Asking) -> Answer {
    let id = named.id("id")?;
    let relation = *entity.relation(named.text("relation")).ok_or(Error::NotFound)?;
    let child = caller.who.entity(relation.child)?;
    let parameters = Parameters::only(asking, &OF_LISTS)?;
    let (mut asked, purpose) = parameters::asked(&web, &caller.who.model, child, &parameters)?;
    // Lines are as visible as their parent, so the parent is looked for first.
    if web.engine().count(&caller.who, &entity, &Filter::id(id), false, Some(1)).await?.number == 0 {
        return Err(Error::NotFound.into());
    }
    asked.filter = asked.filter.and(Filter::is(relation.via, Value::Link(id)));
    list::answer(&web, &caller, asked, &purpose).await
}
