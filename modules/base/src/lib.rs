//! The base of every other area: users and teams (with the engine), accounts, contacts, sites, their e-mails
//! and phones, notes, documents, the company's vocabularies, imports.

pub mod accounts;
pub mod addresses;
pub mod company;
pub mod consents;
pub mod contacts;
pub mod demo;
pub mod directory;
pub mod documents;
pub mod exports;
pub mod geocoding;
pub mod imports;
pub mod normalising;
pub mod notes;
mod period;
pub mod postcodes;
pub mod relations;
pub mod sites;
pub mod standing;
pub mod subjects;
pub mod tags;
pub mod vocabularies;

#[cfg(test)]
mod doubles;
#[cfg(test)]
mod tests;

/// The area.
pub fn area() -> engine::Area {
    engine::Area::new("base")
        .slice(accounts::slice())
        .slice(contacts::slice())
        .slice(sites::slice())
        .slice(addresses::slice())
        .slice(notes::slice())
        .slice(documents::slice())
        .slice(consents::slice())
        .slice(tags::slice())
        .slice(subjects::slice())
        .slice(relations::slice())
        .slice(directory::slice())
        .slice(vocabularies::slice())
        .slice(company::slice())
        .slice(normalising::slice())
        .slice(postcodes::slice())
        .slice(geocoding::slice())
        .slice(imports::slice())
        .slice(imports::wizard::slice())
        .slice(imports::scheduled::slice())
        .slice(demo::slice())
}

/// The pages of the area that are not made from descriptions.
pub fn routes(routes: web::Routes) -> web::Routes {
    geocoding::routes(postcodes::routes(imports::wizard::routes(routes)))
}
