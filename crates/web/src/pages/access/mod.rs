//! How people come in, and what each keeps of it: invitations and forgotten passwords, the mail account that their letters go through.

mod forgotten;
pub(crate) mod input;
mod invitation;
mod mail;
mod new_password;

use crate::Routes;

/// The routes of all of it.
pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = new_password::routes(forgotten::routes(routes));
    mail::routes(invitation::routes(routes))
}
