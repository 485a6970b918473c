//! How people come in, and what each keeps of it: invitations and forgotten passwords, the mail account that their letters go through.

mod company;
mod forgotten;
pub(crate) mod input;
mod invitation;
mod mail;
pub(crate) mod moments;
mod new_password;
mod passkey;
mod provider;
mod requirements;
pub(crate) mod second_step;
pub(crate) mod security;
mod sessions;
mod tokens;

use crate::Routes;

/// The routes of all of it.
pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = new_password::routes(forgotten::routes(routes));
    let routes = mail::routes(invitation::routes(routes));
    let routes = requirements::routes(tokens::routes(sessions::routes(routes)));
    let routes = provider::routes(company::routes(routes));
    security::routes(passkey::routes(second_step::routes(routes)))
}
