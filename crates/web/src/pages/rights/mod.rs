//! Rights as people read them: the matrix of a role, why somebody sees a record, and who does.

pub(crate) mod access;
pub(crate) mod matrix;

use crate::route::Routes;

/// The routes of rights.
pub(crate) fn routes(routes: Routes) -> Routes {
    access::routes(matrix::routes(routes))
}
