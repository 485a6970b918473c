//! The OpenAPI text.
use crate::route::Routes;
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
}
