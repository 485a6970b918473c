//! The fields of a site, one line each.

use crate::addresses::coordinates::{Location, location};
use crate::addresses::doubts::of_an_address;
use crate::addresses::main_phone;
use meta::entity::Visibility;
use meta::fields::{
    Address, Choices, Link, LongText, Text, Vocabularies, YesNo, address, choice, link, long_text, phone, text, vocabularies, yes_no,
};
use meta::{Doubt, Entity, Postcodes, Record, choices, entity};

choices! {
    /// What a site is for.
    Use {
        /// Registered office.
        Registered = "registered" blue,
        /// Branch.
        Branch = "branch" grey,
        /// Where goods go.
        Delivery = "delivery" amber,
        /// Where a person lives.
        Home = "home" grey,
        /// Anything else.
        Other = "other" grey,
    }
}

entity! { "site" {
    /// What it is called: «Stabilimento», «Magazzino Nord».
    NAME: Text = text("name").required().search().sortable(),
    /// Whose it is.
    ACCOUNT: Link = link("account", "account").required(),
    /// What it is for.
    USE: Choices<Use> = choice::<Use>("use").default("branch"),
    /// Where it is.
    ADDRESS: Address = address(),
    /// Where that is.
    LOCATION: Location = location(),
    /// The main phone, mirrored from the lines.
    PHONE: meta::fields::Phone = phone("phone").computed(main_phone),
    /// No longer there.
    INACTIVE: YesNo = yes_no("inactive"),
    /// What we call it, in words of our own.
    TAGS: Vocabularies = vocabularies("tags", crate::tags::TAGS).open(),
    /// What else is to be known: hours, how to get in.
    REMARKS: LongText = long_text("remarks"),
}}

/// The description of sites.
pub fn site() -> Entity {
    Entity::new("site", "sites", fields())
        .titled(&NAME)
        .seen(Visibility::Through("account"))
        .doubted(&["address"], doubts)
        .searchable()
        .importable()
        .lines("phones", "phone", "parent")
        .belongings("notes", "note", "about")
        .belongings("documents", "document", "about")
        .index(&["address.city", "name"])
        .index(&["account", "name"])
        .columns(&["name", "account", "use", "address.city", "address.province", "phone"])
        .head(&["use", "account", "phone", "address.city"])
        .section("site", &["account", "name", "use", "tags", "inactive"])
        .section("reach", &["address", "coordinates_by_hand", "phones"])
        .section("remarks", &["remarks"])
}

fn doubts(record: &Record, postcodes: &Postcodes) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    of_an_address(record, &ADDRESS, postcodes, &mut doubts);
    doubts
}
