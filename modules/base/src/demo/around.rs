//! Around the customers of the demonstration: who looks after them and for how much, whom they are bound to, and a bought list of
//! names that nobody has called yet.

use super::notes::Noted;
use super::seeded::Seeded;
use super::words_of_italy::{FAMILIES, GIVEN, ROLES, TOWNS, TRADES};
use super::{DEMO, address, landline, vat_number};
use crate::directory::entity as entry;
use crate::relations::{RELATION, RELATION_TYPE, relation, relation_type};
use crate::subjects::entity::{self as subject, attachment as at};
use engine::{Act, Asked, Draft, Engine, Principal};
use kernel::{Id, Result, Value};
use meta::Filter;
use meta::fields::term_key;

/// The agency that some of the agents work for.
const AGENCY: &str = "Rete Tirreno Agenzie S.r.l.";
/// Names of the bought list, at most.
const MOST_NAMES: usize = 200;

/// Writes them.
pub(super) async fn write(
    engine: &Engine,
    who: &Principal,
    changeset: Id,
    seed: u64,
    agents: &[Id],
    told: &[Noted],
    noted: &[Noted],
) -> Result<()> {
    let mut chance = Seeded::new(seed ^ 0x50b);
    let network = network(engine, who, changeset, agents).await?;
    let mut acts = of_the_told(engine, &network, agents, told);
    acts.extend(assignments(engine, &mut chance, &network, agents, noted));
    acts.extend(relations(engine, who, told, noted).await?);
    acts.extend(names(engine, &mut chance, noted.len().min(MOST_NAMES)));
    super::in_commits(engine, who, changeset, acts).await
}

/// The sales network: an agency, the agents who come in, an area manager, a referrer and an operator who don't. Those who stand there
/// from another time stay who they are.
async fn network(engine: &Engine, who: &Principal, changeset: Id, agents: &[Id]) -> Result<Vec<Id>> {
    let mut acts = Vec::new();
    let firm = Draft::new(subject::SUBJECT)
        .with(subject::NAME.id(), AGENCY)
        .with(subject::KIND.id(), "agency")
        .with(subject::ROLE.id(), "agency")
        .with(subject::ZONE.id(), "toscana-nord")
        .with(subject::PHONE.id(), "+39050502200")
        .with(subject::EMAIL.id(), "info@rete-tirreno.example");
    let agency = standing(engine, who, subject::NAME.is(AGENCY), firm, &mut acts).await?;
    let names = engine.names(who, "user", agents.to_vec()).await?;
    let mut ids = Vec::new();
    for (place, agent) in agents.iter().enumerate() {
        let name = names.get(agent).cloned().unwrap_or_default();
        let address = format!("{}@demo.example", term_key(&name).unwrap_or_default().replace('-', "."));
        let draft = Draft::new(subject::SUBJECT)
            .with(subject::NAME.id(), name)
            .with(subject::ROLE.id(), "agent")
            .with(subject::USER.id(), *agent)
            .with(subject::EMAIL.id(), address)
            .with(subject::ZONE.id(), ["pisa-e-livorno", "toscana-sud", "toscana-nord", "nord-ovest", "emilia", "nord-est"][place % 6])
            .with(subject::AGENCY.id(), (place % 3 == 2).then_some(agency));
        ids.push(standing(engine, who, subject::USER.is(*agent), draft, &mut acts).await?);
    }
    for (name, role, phone) in [
        ("Roberto Lupi", "area-manager", "+393351200450"),
        ("Studio Ragionieri Bassi", "referrer", "+39058622310"),
        ("Sara Neri", "operator", "+39050502211"),
    ] {
        let draft = Draft::new(subject::SUBJECT).with(subject::NAME.id(), name).with(subject::ROLE.id(), role);
        ids.push(standing(engine, who, subject::NAME.is(name), draft.with(subject::PHONE.id(), phone), &mut acts).await?);
    }
    engine.write_slice(who, DEMO, changeset, acts).await?;
    Ok(ids)
}

/// The subject that is so, or the one that this draft makes of it.
async fn standing(engine: &Engine, who: &Principal, so: Filter, mut draft: Draft, acts: &mut Vec<Act>) -> Result<Id> {
    let asked = Asked { limit: 1, names: false, ..Asked::new(engine.entity(subject::SUBJECT)?).filtered(so) };
    if let Some(one) = engine.list(who, asked).await?.records.first() {
        return Ok(one.id);
    }
    let id = engine.id();
    draft.id = Some(id);
    acts.push(Act::Create(draft));
    Ok(id)
}

fn assigned(account: Id, subject: Id, role: &str) -> Draft {
    Draft::new(subject::ACCOUNT_SUBJECT).with(at::ACCOUNT.id(), account).with(at::SUBJECT.id(), subject).with(at::ROLE.id(), role)
}

/// Who looks after the told customers since when: the colleagues who wrote on their cards have a share, whoever pointed one out has his.
fn of_the_told(engine: &Engine, network: &[Id], agents: &[Id], told: &[Noted]) -> Vec<Act> {
    let mut acts = Vec::new();
    let day = |ago: i64| Value::Date(engine.today().plus_days(-ago));
    for (place, one) in told.iter().enumerate() {
        let Some(own) = one.owner.and_then(|owner| agents.iter().position(|agent| *agent == owner)) else { continue };
        // A colleague and what is his in hundredths of a percent, from when on; another who helps.
        let (colleague, share) = [(Some(1), 2_000), (Some(2), 2_500), (None, 0), (None, 0), (Some(4), 4_000), (Some(1), 3_000)][place % 6];
        let main = assigned(one.account, network[own], "agent").with(at::MAIN.id(), true).with(at::SHARE.id(), 10_000 - share);
        acts.push(Act::Create(main.with(at::SINCE.id(), day(one.begun))));
        if let Some(other) = colleague {
            let helping = assigned(one.account, network[other], "agent").with(at::SHARE.id(), share);
            acts.push(Act::Create(helping.with(at::SINCE.id(), day(one.begun * 2 / 3))));
        }
        if matches!(place, 0 | 4) {
            let leading = assigned(one.account, network[agents.len()], "area-manager").with(at::MAIN.id(), true);
            acts.push(Act::Create(leading.with(at::SINCE.id(), day(one.begun))));
        }
        if matches!(place, 0 | 3) {
            let referrer = assigned(one.account, network[agents.len() + 1], "referrer").with(at::SHARE.id(), 250);
            acts.push(Act::Create(referrer.with(at::SINCE.id(), day(one.begun))));
        }
    }
    acts
}

/// Each account has the agent who owns it; some share him, some were somebody else's before, some were pointed out by somebody.
fn assignments(engine: &Engine, chance: &mut Seeded, network: &[Id], agents: &[Id], noted: &[Noted]) -> Vec<Act> {
    let today = engine.today();
    let mut acts = Vec::new();
    for one in noted {
        let Some(own) = one.owner.and_then(|owner| agents.iter().position(|agent| *agent == owner)) else { continue };
        let begun = today.plus_days(-(chance.below(900) as i64 + 30).min(one.begun));
        let shared = chance.percent(20);
        let main = assigned(one.account, network[own], "agent")
            .with(at::MAIN.id(), true)
            .with(at::SHARE.id(), if shared { 7_000 } else { 10_000 })
            .with(at::SINCE.id(), Value::Date(begun));
        acts.push(Act::Create(main));
        let other = network[(own + 1) % agents.len()];
        if shared {
            acts.push(Act::Create(
                assigned(one.account, other, "agent").with(at::SHARE.id(), 3_000).with(at::SINCE.id(), Value::Date(begun)),
            ));
        } else if chance.percent(20) {
            let before = assigned(one.account, other, "agent")
                .with(at::MAIN.id(), true)
                .with(at::SHARE.id(), 10_000)
                .with(at::SINCE.id(), Value::Date(begun.plus_days(-400)))
                .with(at::UNTIL.id(), Value::Date(begun.plus_days(-1)));
            acts.push(Act::Create(before));
        }
        if chance.percent(12) {
            let referrer = assigned(one.account, network[agents.len() + 1], "referrer").with(at::SHARE.id(), 250);
            acts.push(Act::Create(referrer.with(at::SINCE.id(), Value::Date(begun))));
        }
    }
    acts
}

/// The told customers know each other; of the others every fifth is bound to the one after it.
async fn relations(engine: &Engine, who: &Principal, told: &[Noted], noted: &[Noted]) -> Result<Vec<Act>> {
    crate::relations::install(engine, who).await?;
    let listed = engine.list(who, Asked { limit: 100, ..Asked::new(engine.entity(RELATION_TYPE)?) }).await?;
    let said = |label: &str| listed.records.iter().find(|one| one.get(&relation_type::LABEL) == label).map(|one| one.id);
    let labels = ["controlla", "fornisce", "fa parte dello stesso gruppo di", "è concorrente di"];
    let bound = |one: Id, label: &str, other: Id| {
        let draft = Draft::new(RELATION).with(relation::PARTY.record.id(), one).with(relation::TYPE.id(), said(label)?);
        Some(Act::Create(draft.with(relation::COUNTERPARTY.record.id(), other)))
    };
    let mut acts = Vec::new();
    if let [lenzi, dairy, hotel, firm, yard, guests] = told {
        let since = |act: Option<Act>, ago: i64| match act {
            Some(Act::Create(draft)) => Some(Act::Create(draft.with(relation::SINCE.id(), Value::Date(engine.today().plus_days(-ago))))),
            other => other,
        };
        acts.extend(since(bound(firm.account, "è commercialista di", lenzi.account), 1_300));
        acts.extend(since(bound(lenzi.account, "fornisce", yard.account), 640));
        acts.extend(since(bound(dairy.account, "fornisce", hotel.account), 450));
        acts.extend(bound(firm.account, "è commercialista di", hotel.account));
        acts.extend(lenzi.contact.and_then(|paolo| bound(paolo, "è parente di", guests.account)));
    }
    let pairs = noted.windows(2).step_by(5).enumerate();
    let between = pairs.filter_map(|(place, pair)| bound(pair[0].account, labels[place % labels.len()], pair[1].account));
    let people = noted.windows(2).skip(2).step_by(9).filter_map(|pair| bound(pair[0].contact?, "è consulente di", pair[1].account));
    acts.extend(between.chain(people));
    Ok(acts)
}

fn names(engine: &Engine, chance: &mut Seeded, count: usize) -> Vec<Act> {
    let bought = engine.today().plus_days(-40);
    let one = |_| {
        let (trade, sector) = *chance.one(&TRADES);
        let (family, town) = (*chance.common(&FAMILIES), *chance.common(&TOWNS));
        let domain = format!("{}.example", term_key(&format!("{family} {trade} {}", town.0)).unwrap_or_default());
        let draft = address(Draft::new(entry::DIRECTORY_ENTRY), &entry::ADDRESS, chance, town)
            .with(entry::NAME.id(), format!("{trade} {family} {}", chance.one(&["S.r.l.", "S.n.c.", "S.a.s."])))
            .with(entry::CONTACT_GIVEN.id(), *chance.common(&GIVEN))
            .with(entry::CONTACT_FAMILY.id(), family)
            .with(entry::CONTACT_ROLE.id(), *chance.common(&ROLES))
            .with(entry::PHONE.id(), landline(chance, town))
            .with(entry::EMAIL.id(), format!("info@{domain}"))
            .with(entry::VAT_NUMBER.id(), vat_number(chance))
            .with(entry::SECTOR.id(), sector)
            .with(entry::REVENUE_BAND.id(), *chance.common(&["to-500k", "500k-2m", "2m-10m", "10m-50m"]))
            .with(entry::EMPLOYEES.id(), chance.below(80) as i64 + 1)
            .with(entry::LIST.id(), *chance.one(&["Imprese Toscana 2026", "Visitatori della fiera"]))
            .with(entry::LIST_DAY.id(), Value::Date(bought))
            .with(entry::COST.id(), 35);
        match chance.percent(6) {
            true => Act::Create(draft.with(entry::STATE.id(), "discarded").with(entry::REASON.id(), "Attività cessata")),
            false => Act::Create(draft),
        }
    };
    (0..count).map(one).collect()
}
