//! The matrix of a role on its card: for each kind of record how far each verb reaches, and the fields it hides or only shows.
//! A row that is as the first one follows it; one that differs stands for itself.

use crate::form::Fields;
use crate::pages::answer::{onward_saying, rendered};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::pages::speech::Speech;
use crate::route::{Route, Routes};
use crate::{Answer, Named, Web};
use askama::Template;
use axum::extract::State;
use engine::Draft;
use engine::identity::USER;
use engine::principal::Verb;
use engine::rights::entity::{self as role, ROLE_FIELD, ROLE_RIGHT, restrictions, rights};
use engine::rights::{ADMINISTRATOR, FieldRight, ROLE, Scope, may_be_restricted};
use http::{Method, StatusCode};
use kernel::{Error, Id, Problems, Result, Value};
use meta::fields::Chosen;
use meta::{Entity, Filter, Granted, Record, Visibility};
use std::collections::BTreeMap;

/// All scopes, from the narrowest.
const SCOPES: [Scope; 6] = [Scope::None, Scope::Own, Scope::Linked, Scope::Team, Scope::Subtree, Scope::All];

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, "/roles/{id}/rights", "", ""), ask)
        .add(Route::administration(Method::POST, "/roles/{id}/rights", "RoleRights", "role-rights"), save)
}

/// What a role gives of one kind of record: the scope of each verb.
type Scopes = [Scope; 4];

/// A row of the matrix.
struct Row {
    key: String,
    label: String,
    scopes: Scopes,
    /// Whether it is said of this kind of record in particular.
    own: bool,
}

/// A field that a role hides or only shows.
struct Restricted {
    entity: String,
    field: String,
    label: String,
    right: FieldRight,
}

/// The kinds of records that roles speak of, in the order of their names.
fn kinds(reader: &Reader) -> Vec<&Entity> {
    let spoken = |entity: &&std::sync::Arc<Entity>| {
        entity.can.public
            && matches!(entity.granted, Granted::Roles | Granted::Administered)
            && entity.visibility != Visibility::Administrators
    };
    let mut kinds: Vec<&Entity> = reader.model.entities().filter(spoken).map(AsRef::as_ref).collect();
    kinds.sort_by_cached_key(|entity| (entity.can.joining, kernel::fold(&reader.speech.entity(entity.key, "many"))));
    kinds
}

fn scope(record: &Record, field: meta::FieldId) -> Scope {
    Scope::from_key(record.value(field).text()).unwrap_or(Scope::None)
}

/// What a role gives of everything that it does not name.
fn usual(role: &Record) -> Scopes {
    [role::SEE.id(), role::CREATE.id(), role::CHANGE.id(), role::REMOVE.id()].map(|field| scope(role, field))
}

/// What it gives where nothing in particular is said.
fn unsaid(role: &Record, entity: &Entity) -> Scopes {
    match entity.granted {
        Granted::Administered if !role.get(&role::ADMINISTER) => [Scope::All, Scope::None, Scope::None, Scope::None],
        _ => usual(role),
    }
}

fn said(role: &Record) -> BTreeMap<String, Scopes> {
    let fields = [rights::SEE.id(), rights::CREATE.id(), rights::CHANGE.id(), rights::REMOVE.id()];
    let lines = role.lines("rights").iter();
    lines.map(|line| (line.get(&rights::ENTITY).to_owned(), fields.map(|field| scope(line, field)))).collect()
}

fn rows(reader: &Reader, role: &Record) -> Vec<Row> {
    let said = said(role);
    let row = |entity: &Entity| Row {
        key: entity.key.to_owned(),
        label: reader.speech.entity(entity.key, "many"),
        scopes: said.get(entity.key).copied().unwrap_or_else(|| unsaid(role, entity)),
        own: said.contains_key(entity.key),
    };
    kinds(reader).into_iter().map(row).collect()
}

/// What a field, or the lines of a relation, are called.
fn label(speech: &Speech, entity: &str, field: &str) -> String {
    speech.field(entity, field)
}

fn restricted(reader: &Reader, role: &Record) -> Vec<Restricted> {
    let lines = role.lines("fields").iter();
    lines
        .map(|line| {
            let (entity, field) = (line.get(&restrictions::ENTITY).to_owned(), line.get(&restrictions::FIELD).to_owned());
            let label = format!("{} · {}", reader.speech.entity(&entity, "many"), label(&reader.speech, &entity, &field));
            Restricted { label, right: line.get(&restrictions::RIGHT).unwrap_or(FieldRight::Hidden), entity, field }
        })
        .collect()
}

/// The fields of each kind of record that a role may still hide: what they are called, and their places in the form.
fn hideable(reader: &Reader, role: &Record) -> Vec<(String, Vec<(String, String)>)> {
    let taken: Vec<(&str, &str)> =
        role.lines("fields").iter().map(|line| (line.get(&restrictions::ENTITY), line.get(&restrictions::FIELD))).collect();
    let of = |entity: &Entity| {
        let wholes = entity.fields.iter().map(|field| field.key.split_once('.').map_or(field.key, |(whole, _)| whole));
        let mut keys: Vec<&str> = Vec::new();
        for key in wholes.chain(entity.owned().map(|relation| relation.key)) {
            if !keys.contains(&key) && may_be_restricted(entity, key) && !taken.contains(&(entity.key, key)) {
                keys.push(key);
            }
        }
        let mut fields: Vec<(String, String)> =
            keys.into_iter().map(|key| (format!("{}:{key}", entity.key), label(&reader.speech, entity.key, key))).collect();
        fields.sort_by_cached_key(|(_, label)| kernel::fold(label));
        (reader.speech.entity(entity.key, "many"), fields)
    };
    kinds(reader).into_iter().filter(|entity| !entity.can.joining).map(of).filter(|(_, fields)| !fields.is_empty()).collect()
}

/// What the card of a role shows beside its fields: the matrix to read, who has it, and the way to change it.
pub(crate) async fn panel(reader: &Reader, role: &Record) -> Result<String> {
    let speech = &reader.speech;
    let key = role.get(&role::KEY);
    let mut out = String::with_capacity(8192);
    out.push_str("<section class=\"section\" aria-labelledby=\"role-rights\"><div class=\"section-head\"><h2 id=\"role-rights\">");
    html::text(&mut out, speech.say("role-rights"));
    out.push_str("</h2>");
    let living = role.removed_at().is_none();
    if living && key != ADMINISTRATOR {
        out.push_str("<a class=\"btn btn-sm\"");
        html::attribute(&mut out, "href", &format!("/roles/{}/rights", role.id));
        out.push('>');
        out.push_str(assets::icon("edit"));
        html::text(&mut out, speech.say("role-rights-edit"));
        out.push_str("</a>");
    }
    out.push_str("</div>");
    out.push_str("<div class=\"list-scroll matrix\" tabindex=\"0\" role=\"region\" aria-labelledby=\"role-rights\"><table><thead><tr><th>");
    html::text(&mut out, speech.say("role-kind"));
    out.push_str("</th>");
    for verb in Verb::ALL {
        html::element(&mut out, "th", &speech.field(ROLE, verb.key()));
    }
    out.push_str("</tr></thead><tbody>");
    let mut row = |label: &str, scopes: &Scopes, own: bool| {
        out.push_str(if own { "<tr class=\"own\"><th>" } else { "<tr><th>" });
        html::text(&mut out, label);
        out.push_str("</th>");
        for (verb, scope) in Verb::ALL.into_iter().zip(scopes) {
            out.push_str("<td");
            html::attribute(&mut out, "data-scope", scope.key());
            html::attribute(&mut out, "data-label", &speech.field(ROLE, verb.key()));
            out.push('>');
            html::text(&mut out, &speech.choice(ROLE, "scope", scope.key()));
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    };
    row(speech.say("role-others"), &usual(role), false);
    for one in rows(reader, role).iter().filter(|row| row.own) {
        row(&one.label, &one.scopes, true);
    }
    out.push_str("</tbody></table></div>");
    let fields = restricted(reader, role);
    if !fields.is_empty() {
        out.push_str("<h3>");
        html::text(&mut out, speech.say("role-fields"));
        out.push_str("</h3><ul class=\"things\">");
        for one in &fields {
            out.push_str("<li class=\"thing\"><div><span class=\"thing-name\">");
            html::text(&mut out, &one.label);
            out.push_str("</span>");
            html::element(&mut out, "p", &speech.choice(ROLE_FIELD, "right", one.right.key()));
            out.push_str("</div></li>");
        }
        out.push_str("</ul>");
    }
    out.push_str("</section>");
    let filter = format!("roles includes \"{key}\"");
    let users = reader.who.entity(USER)?;
    let has = meta::filter::parse::parse(&filter, &reader.model, &users).unwrap_or_else(|_| Filter::nothing());
    let count = reader.web.engine().count(&reader.who, &users, &has, false, None).await?.number;
    out.push_str("<section class=\"section\" aria-labelledby=\"role-users\"><div class=\"section-head\"><h2 id=\"role-users\">");
    html::text(&mut out, speech.say("role-users"));
    out.push_str("</h2></div><p><a");
    let mut address = "/users".to_owned();
    html::pair(&mut address, "?filter", &filter);
    html::attribute(&mut out, "href", &address);
    out.push('>');
    html::text(&mut out, &speech.with("role-users-count", &[("count", &count.to_string())]));
    out.push_str("</a></p></section>");
    Ok(out)
}

#[derive(Template)]
#[template(path = "role-rights.html")]
struct MatrixPage<'m> {
    reader: &'m Reader,
    title: String,
    id: Id,
    version: i64,
    verbs: Vec<String>,
    scopes: Vec<(&'static str, String)>,
    usual: Vec<&'static str>,
    rows: Vec<Row>,
    fields: Vec<Restricted>,
    hideable: Vec<(String, Vec<(String, String)>)>,
    ways: Vec<(&'static str, String)>,
    problems: Vec<String>,
}

async fn ask(reader: Reader, named: Named) -> Answer {
    let reader = reader.within("roles");
    let role = found(&reader, named.id("id")?).await?;
    page(&reader, &role, Vec::new(), StatusCode::OK)
}

async fn found(reader: &Reader, id: Id) -> Result<Record> {
    let entity = reader.who.entity(ROLE)?;
    Ok(reader.web.engine().show(&reader.who, &entity, id).await?.0)
}

fn page(reader: &Reader, role: &Record, problems: Problems, status: StatusCode) -> Answer {
    let speech = &reader.speech;
    let page = MatrixPage {
        title: speech.with("role-rights-of", &[("name", &reader.role(role.get(&role::KEY)))]),
        id: role.id,
        version: role.version,
        verbs: Verb::ALL.into_iter().map(|verb| speech.field(ROLE, verb.key())).collect(),
        scopes: SCOPES.into_iter().map(|scope| (scope.key(), speech.choice(ROLE, "scope", scope.key()))).collect(),
        usual: usual(role).iter().map(Chosen::key).collect(),
        rows: rows(reader, role),
        fields: restricted(reader, role),
        hideable: hideable(reader, role),
        ways: [FieldRight::Hidden, FieldRight::Read]
            .into_iter()
            .map(|right| (right.key(), speech.choice(ROLE_FIELD, "right", right.key())))
            .collect(),
        problems: problems.iter().map(|problem| speech.sentence(&problem.say)).collect(),
        reader,
    };
    rendered(reader, status, &page)
}

/// The scopes of a row of the form; what it does not say stays.
fn given(fields: &Fields, row: &str, had: Scopes) -> Scopes {
    let mut scopes = had;
    for (verb, scope) in Verb::ALL.into_iter().zip(&mut scopes) {
        if let Some(given) = fields.get(&format!("{row}.{}", verb.key())).and_then(Scope::from_key) {
            *scope = given;
        }
    }
    scopes
}

async fn save(State(web): State<Web>, named: Named, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within("roles");
    let role = found(&reader, named.id("id")?).await?;
    let version = fields.get("version").and_then(|version| version.parse().ok());
    let (before, said) = (usual(&role), said(&role));
    let usual = given(&fields, "usual", before);
    let values = [role::SEE.id(), role::CREATE.id(), role::CHANGE.id(), role::REMOVE.id()];
    let values = values.into_iter().zip(usual).map(|(field, scope)| (field, Value::from(scope.key()))).collect();
    let mut lines = Vec::new();
    for entity in kinds(&reader) {
        let had = said.get(entity.key).copied();
        let now = given(&fields, &format!("right.{}", entity.key), had.unwrap_or_else(|| unsaid(&role, entity)));
        let follows = match entity.granted {
            // A row that followed the first one, and was not touched, goes on to follow it.
            Granted::Roles => now == usual || had.is_none() && now == before,
            _ => now == unsaid(&role, entity),
        };
        if !follows {
            lines.push(right(entity.key, now));
        }
    }
    // What the form does not show of is kept as it is.
    let shown: Vec<&str> = kinds(&reader).iter().map(|entity| entity.key).collect();
    lines.extend(said.iter().filter(|(entity, _)| !shown.contains(&entity.as_str())).map(|(entity, scopes)| right(entity, *scopes)));
    let mut restricting = Vec::new();
    for line in role.lines("fields") {
        let (entity, field) = (line.get(&restrictions::ENTITY), line.get(&restrictions::FIELD));
        let had = line.get(&restrictions::RIGHT).unwrap_or(FieldRight::Hidden);
        match fields.get(&format!("field.{entity}:{field}")) {
            Some("") => {}
            given => restricting.push(restriction(entity, field, given.and_then(FieldRight::from_key).unwrap_or(had))),
        }
    }
    if let Some((entity, field)) = fields.get("add").and_then(|add| add.split_once(':')) {
        restricting.push(restriction(entity, field, fields.get("add-right").and_then(FieldRight::from_key).unwrap_or(FieldRight::Hidden)));
    }
    let entity = reader.who.entity(ROLE)?;
    let lines = vec![("rights", lines), ("fields", restricting)];
    match web.engine().change(&reader.who, &entity, role.id, version, values, lines).await {
        Ok(outcome) => {
            let more = fields.get("do") == Some("more");
            let onward = if more { format!("/roles/{}/rights#role-fields", role.id) } else { format!("/roles/{}", role.id) };
            onward_saying(&reader, &onward, "said-role", &reader.role(role.get(&role::KEY)), Some(outcome.changeset))
        }
        Err(Error::Invalid(problems)) => page(&reader, &role, problems, StatusCode::UNPROCESSABLE_ENTITY),
        Err(error) => Err(error.into()),
    }
}

fn right(entity: &str, scopes: Scopes) -> Draft {
    let fields = [rights::SEE.id(), rights::CREATE.id(), rights::CHANGE.id(), rights::REMOVE.id()];
    let draft = Draft::new(ROLE_RIGHT).with(rights::ENTITY.id(), entity);
    fields.into_iter().zip(scopes).fold(draft, |draft, (field, scope)| draft.with(field, scope.key()))
}

fn restriction(entity: &str, field: &str, right: FieldRight) -> Draft {
    Draft::new(ROLE_FIELD)
        .with(restrictions::ENTITY.id(), entity)
        .with(restrictions::FIELD.id(), field)
        .with(restrictions::RIGHT.id(), right.key())
}
