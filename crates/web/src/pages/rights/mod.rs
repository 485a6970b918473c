//! Rights as people read them: the matrix of a role, why somebody sees a record, and who does.

pub(crate) mod matrix;
pub(crate) mod visibility;

use crate::route::Routes;

/// The routes of rights.
pub(crate) fn routes(routes: Routes) -> Routes {
    visibility::routes(matrix::routes(routes))
}
