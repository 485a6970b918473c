//! Extraction: names of the data bank become leads, each an account with its person, shared out among those who call them.
//! What is a customer already is marked so and left. All of it stands under one changeset, which undoing takes back whole.

use super::entity as entry;
use super::entity::{DIRECTORY_ENTRY, State};
use crate::accounts::entity as account;
use crate::addresses::entity::{emails, phones};
use crate::contacts::entity as contact;
use engine::principal::Verb;
use engine::{Act, Asked, Draft, Engine, Principal, Slicing, Sorting};
use kernel::{Error, Id, Result, Say, Value};
use meta::Record;
use meta::field::FieldId;
use meta::fields::Chosen;
use meta::filter::Filter;
pub use web::pages::{Extracted, Extraction};

/// The reason under which an extraction stands in the history.
const WHY: &str = "extraction";
/// Names of one slice: each touches the indexes of four tables.
const SLICE: usize = 15;

/// What the pages offer.
pub fn offered() -> web::pages::Extracting {
    web::pages::Extracting {
        entity: DIRECTORY_ENTRY,
        stages: &["lead", "prospect"],
        run: |engine, who, asked| Box::pin(async move { extract(&engine, &who, asked).await }),
    }
}

/// Extracts the free names that were asked for. Forbidden for whoever may not change names or create accounts; invalid without
/// anybody to give them to, for people who are not there or not active, and for a stage that is none of a beginning.
pub async fn extract(engine: &Engine, who: &Principal, asked: Extraction) -> Result<Extracted> {
    let entity = engine.entity(DIRECTORY_ENTRY)?;
    who.permit(Verb::Change, &entity)?;
    for made in ["account", "contact", contact::ACCOUNT_CONTACT] {
        who.permit(Verb::Create, &*engine.entity(made)?)?;
    }
    if !matches!(asked.stage.as_str(), "lead" | "prospect") {
        return Err(Error::invalid("stage", Say::new("error-choice").with("known", "lead, prospect")));
    }
    examine_owners(engine, who, &asked.owners).await?;
    let ids = chosen(engine, who, &asked).await?;
    let changeset = engine.id();
    let mut extracted = Extracted { changeset, ..Extracted::default() };
    let mut given = 0;
    for some in ids.chunks(SLICE) {
        let (some, asked, entity) = (some.to_vec(), asked.clone(), entity.clone());
        let part = engine
            .slice(who, WHY, changeset, move |slicing: &mut Slicing<'_>| {
                Box::pin(async move {
                    let mut part = Extracted::default();
                    let records = slicing.records(&entity, &some).await?;
                    // In the order in which they were chosen.
                    for id in some {
                        let Some(record) = records.iter().find(|record| record.id == id) else { continue };
                        let owner = asked.owners[(given + part.leads) % asked.owners.len()];
                        one(slicing, record, owner, &asked, &mut part).await?;
                    }
                    Ok(part)
                })
            })
            .await?;
        given += part.leads;
        extracted.leads += part.leads;
        extracted.known += part.known;
        extracted.left += part.left;
    }
    Ok(extracted)
}

/// Those who get the leads are people who may come in.
async fn examine_owners(engine: &Engine, who: &Principal, owners: &[Id]) -> Result<()> {
    use engine::identity::users::ACTIVE;
    if owners.is_empty() {
        return Err(Error::invalid("owners", Say::new("error-required")));
    }
    let ids = owners.iter().copied().map(Value::Link);
    let filter = Filter::is_in("id", ids).and(ACTIVE.is(true));
    let asked = Asked { limit: 200, ..Asked::new(engine.entity("user")?).filtered(filter) };
    let known = engine.list(who, asked).await?;
    if owners.iter().all(|owner| known.records.iter().any(|user| user.id == *owner)) {
        Ok(())
    } else {
        Err(Error::invalid("owners", Say::new("error-link")))
    }
}

/// The first free names of what was asked for, in its order.
async fn chosen(engine: &Engine, who: &Principal, asked: &Extraction) -> Result<Vec<Id>> {
    let filter = asked.filter.clone().and(entry::STATE.is(State::Free.key()));
    let mut sort: Vec<Sorting> = asked.sort.clone();
    if sort.is_empty() {
        sort.push(Sorting { field: "name", descending: false });
    }
    let mut ids = Vec::new();
    let mut after = None;
    while ids.len() < asked.most {
        let page = Asked {
            filter: filter.clone(),
            sort: sort.clone(),
            fields: vec!["name"],
            limit: (asked.most - ids.len()).min(200),
            names: false,
            after,
            ..Asked::new(engine.entity(DIRECTORY_ENTRY)?)
        };
        let listed = engine.list(who, page).await?;
        ids.extend(listed.records.iter().map(|record| record.id));
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    Ok(ids)
}

/// One name becomes a lead, or is marked as known. What somebody else took meanwhile, and what the rules refuse, is left.
async fn one(slicing: &mut Slicing<'_>, record: &Record, owner: Id, asked: &Extraction, part: &mut Extracted) -> Result<()> {
    if record.get(&entry::STATE) != Some(State::Free) {
        part.left += 1;
        return Ok(());
    }
    let lead = lead(slicing.engine(), record, owner, asked);
    let twins = slicing.twins(&lead).await?;
    let (acts, known) = match twins.into_iter().next() {
        Some(twin) => (vec![marked(slicing, record, State::Known, twin.record.map(|(id, _)| id))], true),
        None => {
            let id = lead.id;
            let mut acts = vec![Act::Create(lead)];
            acts.extend(person(slicing.engine(), record, owner, id));
            acts.push(marked(slicing, record, State::Extracted, id));
            (acts, false)
        }
    };
    match slicing.attempt_by_rule(acts).await {
        Ok(_) if known => part.known += 1,
        Ok(_) => part.leads += 1,
        Err(Error::Internal(fault)) => return Err(Error::Internal(fault)),
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(_) => part.left += 1,
    }
    Ok(())
}

/// The account that a name becomes.
fn lead(engine: &Engine, record: &Record, owner: Id, asked: &Extraction) -> Draft {
    let mut draft = Draft::new("account").with(account::STAGE.id(), asked.stage.as_str()).with(account::OWNER.id(), owner);
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
    draft.put(account::SOURCE.id(), asked.source.as_str().into());
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
fn remarks(record: &Record, asked: &Extraction) -> String {
    let list = record.get(&entry::LIST);
    let of_list = match record.get(&entry::LIST_DAY) {
        _ if list.is_empty() => String::new(),
        Some(day) => {
            let (year, month, day) = day.parts();
            format!("{list} ({day:02}/{month:02}/{year})")
        }
        None => list.to_owned(),
    };
    [asked.campaign.trim(), record.get(&entry::REMARKS).trim(), &of_list]
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
