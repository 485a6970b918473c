//! The descriptions of roles, with what they give and hide, and of the rules by which records are shared.

use meta::entity::Visibility;
use meta::fields::{
    Choices, Code, DateOnly, Link, LongText, Text, Vocabulary, YesNo, choice, code, date, link, long_text, text, vocabulary, yes_no,
};
use meta::{Entity, choices, entity};

use super::Scope;

/// The entity of roles.
pub const ROLE: &str = "role";
/// What a role gives of an entity.
pub const ROLE_RIGHT: &str = "role_right";
/// What a role hides, or only shows, of a field.
pub const ROLE_FIELD: &str = "role_field";
/// The entity of sharing rules.
pub const SHARING_RULE: &str = "sharing_rule";

choices! {
    /// What a role says of a field.
    FieldRight {
        /// It is seen, and not written.
        Read = "read" amber,
        /// It is not there.
        Hidden = "hidden" red,
    }
}

choices! {
    /// What a sharing rule lets others do.
    Shares {
        /// They see the records.
        See = "see" grey,
        /// They see and change them.
        Change = "change" amber,
    }
}

entity! { "role" {
    /// What it is called.
    NAME: Text = text("name").required().search().sortable(),
    /// In English; the name where it is empty.
    ENGLISH: Text = text("english"),
    /// The stable key in users and views.
    KEY: Code = code("key").unique().read_only(),
    /// Whom it is for.
    DESCRIPTION: Text = text("description"),
    /// Whose records it sees, of every entity that it does not name.
    SEE: Choices<Scope> = choice::<Scope>("see").required().default("none"),
    /// For whom it creates.
    CREATE: Choices<Scope> = choice::<Scope>("create").required().default("none"),
    /// Whose records it changes.
    CHANGE: Choices<Scope> = choice::<Scope>("change").required().default("none"),
    /// Whose records it removes.
    REMOVE: Choices<Scope> = choice::<Scope>("remove").required().default("none"),
    /// Reads files into the data.
    IMPORT: YesNo = yes_no("import"),
    /// Takes data out in files.
    EXPORT: YesNo = yes_no("export"),
    /// Does one thing to many records at once.
    BULK: YesNo = yes_no("bulk"),
    /// Sends to many at once.
    SEND: YesNo = yes_no("send"),
    /// Puts views and segments before others.
    SHARE: YesNo = yes_no("share"),
    /// Users, roles, settings.
    ADMINISTER: YesNo = yes_no("administer"),
}}

/// The fields of a line: what a role gives of one entity.
pub mod rights {
    use super::*;
    meta::entity! { "role_right" {
        /// The role.
        ROLE: Link = link("role", "role").required(),
        /// The entity, by its key.
        ENTITY: Code = code("entity").required().said("entity-{}-many"),
        /// Whose records it sees.
        SEE: Choices<Scope> = choice::<Scope>("see").required().default("none"),
        /// For whom it creates.
        CREATE: Choices<Scope> = choice::<Scope>("create").required().default("none"),
        /// Whose records it changes.
        CHANGE: Choices<Scope> = choice::<Scope>("change").required().default("none"),
        /// Whose records it removes.
        REMOVE: Choices<Scope> = choice::<Scope>("remove").required().default("none"),
    }}
}

/// The fields of a line: what a role says of one field.
pub mod restrictions {
    use super::*;
    meta::entity! { "role_field" {
        /// The role.
        ROLE: Link = link("role", "role").required(),
        /// The entity, by its key.
        ENTITY: Code = code("entity").required(),
        /// The field, by its name; a composite or owned lines by theirs.
        FIELD: Code = code("field").required(),
        /// What the role says of it.
        RIGHT: Choices<FieldRight> = choice::<FieldRight>("right").required().default("hidden"),
    }}
}

/// The fields of a sharing rule.
pub mod sharing {
    use super::*;
    meta::entity! { "sharing_rule" {
        /// What it is for.
        NAME: Text = text("name").required().search().sortable(),
        /// The entity whose records it shares, by its key.
        ENTITY: Code = code("entity").required().sortable().said("entity-{}-many"),
        /// Which of them: a filter.
        FILTER: LongText = long_text("filter").filter_of("entity"),
        /// With whoever has this role.
        ROLE: Vocabulary = vocabulary("role", "role"),
        /// With whoever is in this team, or in one below it.
        TEAM: Link = link("team", "team"),
        /// With this person.
        USER: Link = link("user", "user"),
        /// What they may do.
        LEVEL: Choices<Shares> = choice::<Shares>("level").required().default("see"),
        /// Until this day, that included; until further notice where it is empty.
        UNTIL: DateOnly = date("until").sortable(),
        /// Whether it holds at all.
        ACTIVE: YesNo = yes_no("active").starting(meta::field::Default::Yes),
    }}
}

/// The description of roles.
pub(super) fn role() -> Entity {
    Entity::new(ROLE, "roles", fields())
        .titled(&NAME)
        .seen(Visibility::Administrators)
        .lines("rights", ROLE_RIGHT, "role")
        .lines("fields", ROLE_FIELD, "role")
        .columns(&["name", "description", "see", "change", "export", "bulk", "administer"])
        .head(&["description"])
        .section("role", &["name", "english", "description"])
        .section("reach", &["see", "create", "change", "remove"])
        .section("powers", &["import", "export", "bulk", "send", "share", "administer"])
}

/// The description of what a role gives.
pub(super) fn role_right() -> Entity {
    Entity::new(ROLE_RIGHT, "role_rights", rights::fields()).inner().untracked()
}

/// The description of what a role says of fields.
pub(super) fn role_field() -> Entity {
    Entity::new(ROLE_FIELD, "role_fields", restrictions::fields()).inner().untracked()
}

/// The description of sharing rules.
pub(super) fn sharing_rule() -> Entity {
    Entity::new(SHARING_RULE, "sharing_rules", sharing::fields())
        .titled(&sharing::NAME)
        .seen(Visibility::Administrators)
        .columns(&["name", "entity", "role", "team", "user", "level", "until", "active"])
        .head(&["level", "until", "active"])
        .section("rule", &["name", "entity", "filter", "level", "until", "active"])
        .section("with", &["role", "team", "user"])
}
