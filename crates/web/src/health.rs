//! Whether this node serves: for balancers and scripts.

use crate::route::{Face, Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use axum::response::IntoResponse;
use http::Method;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::new(Face::Asset, Method::GET, "/healthz", Policy::Public, Rate::Free, "", ""), health)
}

async fn health(State(web): State<Web>) -> Answer {
    web.engine().store().health().await?;
    Ok("ok".into_response())
}
