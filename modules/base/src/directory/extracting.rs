//! Extraction: names of the data bank become leads, each an account with its person, for one of those who call them. What is a
//! customer already is marked so and left. It is an action on a selection of names, with what every such action has: any
//! number, progress, a reason for each that is refused, and an undoing that takes all of it back.

use super::entity as entry;
use super::entity::{DIRECTORY_ENTRY, State};
use crate::accounts::entity as account;
use crate::addresses::entity::{emails, phones};
use crate::contacts::entity as contact;
use engine::identity::TEAM;
use engine::principal::Verb;
use engine::{Act, Asked, BulkAction, Draft, Engine, Options, Principal, Slicing, Statement, Work};
use kernel::{Error, Id, Result, Say, Value};
use meta::Record;
use meta::field::FieldId;
use meta::fields::{Chosen, terms};
use meta::filter::Filter;

/// The key of the action.
pub const EXTRACT: &str = "extract";

/// What an extraction asks for.
pub mod options {
    use meta::field::Default;
    use meta::fields::{Choices, Link, Text, Vocabularies, Vocabulary, choice, link, text, vocabularies, vocabulary};
    use meta::{Entity, choices, entity};

    choices! {
        /// What a lead may begin as.
        Beginning {
            /// Not spoken to yet.
            Lead = "lead" grey,
            /// Worth an offer.
            Prospect = "prospect" grey,
        }
    }

    entity! { "extraction" {
        /// Who gets the leads, unless a team does.
        OWNER: Link = link("owner", "user").starting(Default::Me),
        /// The team whose people get them in turn.
        TEAM: Link = link("team", "team"),
        /// What they begin as.
        STAGE: Choices<Beginning> = choice::<Beginning>("stage").required().default("lead"),
        /// Where they came from.
        SOURCE: Vocabulary = vocabulary("source", "source"),
        /// What they are called.
        TAGS: Vocabularies = vocabularies("tags", crate::tags::TAGS).open(),
        /// For which campaign, in words.
        CAMPAIGN: Text = text("campaign"),
    }}

    /// The description of what is asked.
    pub fn extraction() -> Entity {
        Entity::new("extraction", "extractions", fields())
            .section("whom", &["owner", "team"])
            .section("as", &["stage", "source", "tags", "campaign"])
    }
}

/// The action.
pub fn action() -> BulkAction {
    let made = ["account", "contact", contact::ACCOUNT_CONTACT].map(|entity| (Verb::Create, entity));
    let needs: Vec<_> = std::iter::once((Verb::Change, DIRECTORY_ENTRY)).chain(made).collect();
    BulkAction::new(EXTRACT, DIRECTORY_ENTRY, &needs, extract)
        .asking(options::extraction(), examine)
        .by_rule()
        .on_card(|record| record.get(&entry::STATE) == Some(State::Free), entry::ACCOUNT.field.key)
}

/// Leads are for one person or for the people of a team: somebody who may come in and work on them.
fn examine<'e>(engine: &'e Engine, who: &'e Principal, asked: &'e Options) -> Work<'e, ()> {
    Box::pin(async move {
        let (owner, team) = (asked.value(options::OWNER.id()).link(), asked.value(options::TEAM.id()).link());
        let wrong = |field: &str, key: &'static str| Err(Error::invalid(field, Say::new(key)));
        match (owner, team) {
            (None, None) => wrong("owner", "error-extraction-owner"),
            (owner, Some(team)) => {
                let known = Asked { limit: 1, names: false, ..Asked::new(engine.entity(TEAM)?).filtered(Filter::id(team)) };
                if engine.list(who, known).await?.records.is_empty() {
                    return wrong("team", "error-link");
                }
                match able(engine, owner, Some(team)).await?.is_empty() {
                    true => wrong("team", "error-extraction-team"),
                    false => Ok(()),
                }
            }
            (Some(owner), None) => match able(engine, Some(owner), None).await?.is_empty() {
                true => wrong("owner", "error-extraction-person"),
                false => Ok(()),
            },
        }
    })
}

async fn able(engine: &Engine, owner: Option<Id>, team: Option<Id>) -> Result<Vec<Id>> {
    let of = engine.clone();
    engine.store().read(move |tx| Box::pin(async move { people(&of, tx, owner, team).await })).await
}

/// Those who get the leads, as they are now: the people of the team, or else the one person; active, and able to work on them.
async fn people(engine: &Engine, tx: &mut engine::Tx, owner: Option<Id>, team: Option<Id>) -> Result<Vec<Id>> {
    let (column, id) = if team.is_some() { ("team", team) } else { ("id", owner) };
    let roles = engine.roles_that_may(Verb::Change, &*engine.entity("account")?);
    let sql = format!(
        "SELECT \"id\", \"roles\" FROM \"user\" WHERE \"{column}\" = ? AND \"active\" = ? AND \"removed_at\" IS NULL ORDER BY \"id\""
    );
    let rows = tx.rows(&Statement::new(sql, vec![id.into(), Value::Bool(true)])).await?;
    let able = rows.iter().filter(|row| terms(row.text(1)).any(|role| roles.iter().any(|able| able == role)));
    Ok(able.filter_map(|row| row.link(0)).collect())
}

/// One name becomes a lead, or is marked as known.
fn extract<'s>(slicing: &'s mut Slicing<'_>, record: &'s Record, asked: &'s Options) -> Work<'s, Vec<Act>> {
    Box::pin(async move {
        match record.get(&entry::STATE) {
            Some(State::Free) => {}
            Some(State::Extracted | State::Known) => return Ok(Vec::new()),
            _ => return Err(Error::invalid("state", Say::new("error-extraction-free"))),
        }
        let (owner, team) = (asked.value(options::OWNER.id()).link(), asked.value(options::TEAM.id()).link());
        let engine = slicing.engine().clone();
        let people = people(&engine, slicing.tx(), owner, team).await?;
        let Some(owner) = usize::try_from(asked.place).ok().and_then(|place| people.get(place % people.len().max(1)).copied()) else {
            return Err(Error::invalid("", Say::new("error-extraction-person")));
        };
        let lead = lead(slicing.engine(), record, owner, asked);
        if let Some(twin) = slicing.twins(&lead).await?.into_iter().next() {
            return Ok(vec![marked(slicing, record, State::Known, twin.record.map(|(id, _)| id))]);
        }
        let id = lead.id;
        let mut acts = vec![Act::Create(lead)];
        acts.extend(person(slicing.engine(), record, owner, id));
        acts.push(marked(slicing, record, State::Extracted, id));
        Ok(acts)
    })
}

/// The account that a name becomes.
fn lead(engine: &Engine, record: &Record, owner: Id, asked: &Options) -> Draft {
    let mut draft =
        Draft::new("account").with(account::STAGE.id(), asked.value(options::STAGE.id()).text()).with(account::OWNER.id(), owner);
    draft.id = Some(engine.id());
    let same: [(FieldId, FieldId); 11] = [
        (entry::NAME.id(), account::NAME.id()),
        (entry::KIND.id(), account::KIND.id()),
        (entry::VAT_NUMBER.id(), account::VAT_NUMBER.id()),
        (entry::WEB_SITE.id(), account::WEB_SITE.id()),
        (entry::SECTOR.id(), account::SECTOR.id()),
        (entry::EMPLOYEES.id(), account::EMPLOYEES.id()),
        (entry::ADDRESS.street.id(), account::ADDRESS.street.id()),
        (entry::ADDRESS.postcode.id(), account::ADDRESS.postcode.id()),
        (entry::ADDRESS.city.id(), account::ADDRESS.city.id()),
        (entry::ADDRESS.province.id(), account::ADDRESS.province.id()),
        (entry::ADDRESS.country.id(), account::ADDRESS.country.id()),
    ];
    for (from, to) in same {
        draft.put(to, record.value(from).clone());
    }
    draft.put(account::SOURCE.id(), asked.value(options::SOURCE.id()).text().into());
    draft.put(account::TAGS.id(), asked.value(options::TAGS.id()).text().into());
    draft.put(account::REMARKS.id(), remarks(record, asked).into());
    if !record.get(&entry::PHONE).is_empty() {
        let line = Draft::new("phone").with(phones::NUMBER.id(), record.get(&entry::PHONE)).with(phones::USE.id(), "work");
        draft.lines.push(("phones", vec![line]));
    }
    if !record.get(&entry::EMAIL).is_empty() {
        draft.lines.push(("emails", vec![Draft::new("email").with(emails::ADDRESS.id(), record.get(&entry::EMAIL))]));
    }
    draft
}

/// The campaign, what was known of the name, and the list it came with.
fn remarks(record: &Record, asked: &Options) -> String {
    let list = record.get(&entry::LIST);
    let of_list = match record.get(&entry::LIST_DAY) {
        _ if list.is_empty() => String::new(),
        Some(day) => {
            let (year, month, day) = day.parts();
            format!("{list} ({day:02}/{month:02}/{year})")
        }
        None => list.to_owned(),
    };
    [asked.value(options::CAMPAIGN.id()).text().trim(), record.get(&entry::REMARKS).trim(), &of_list]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whom to ask for there, with his place at the account.
fn person(engine: &Engine, record: &Record, owner: Id, account: Option<Id>) -> Vec<Act> {
    let (given, family) = (record.get(&entry::CONTACT_GIVEN), record.get(&entry::CONTACT_FAMILY));
    if given.is_empty() && family.is_empty() {
        return Vec::new();
    }
    let role = record.get(&entry::CONTACT_ROLE);
    let id = engine.id();
    let mut draft = Draft::new("contact")
        .with(contact::NAME.given.id(), given)
        .with(contact::NAME.family.id(), family)
        .with(contact::JOB_TITLE.id(), role)
        .with(contact::OWNER.id(), owner);
    draft.id = Some(id);
    let place = Draft::new(contact::ACCOUNT_CONTACT)
        .with(contact::place::ACCOUNT.id(), account)
        .with(contact::place::CONTACT.id(), id)
        .with(contact::place::ROLE.id(), role)
        .with(contact::place::MAIN.id(), true);
    vec![Act::Create(draft), Act::Create(place)]
}

/// What is noted on the name: what became of it, when, by whom. Not if somebody wrote it since.
fn marked(slicing: &Slicing<'_>, record: &Record, state: State, account: Option<Id>) -> Act {
    let values = vec![
        (entry::STATE.id(), state.key().into()),
        (entry::ACCOUNT.id(), account.into()),
        (entry::EXTRACTED_AT.id(), Value::Moment(slicing.engine().now())),
        (entry::EXTRACTED_BY.id(), slicing.who().user.into()),
    ];
    Act::Change { entity: DIRECTORY_ENTRY, id: record.id, version: Some(record.version), values, lines: Vec::new() }
}
