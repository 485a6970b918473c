//! Demonstration data: a believable Italian company, the same for the same seed.

mod around;
mod kept;
mod notes;
mod removing;
pub mod seeded;
mod story;
mod words_of_italy;

#[cfg(test)]
mod tests;

use crate::accounts::entity as account;
use crate::addresses::entity::{emails, phones};
use crate::contacts::entity as contact;
use crate::sites::entity as site;
use crate::vocabularies as term;
use engine::identity::users;
use engine::{Act, Draft, Engine, Principal, Slice, Through};
use kernel::{Id, Moment, Result, Value};
use meta::fields::{stored, term_key};
use notes::Noted;
pub use removing::{remove, take_out};
use seeded::Seeded;
use web::pages::Demonstration;
use words_of_italy::{FAMILIES, FORMS, GIVEN, NEARBY, ROLES, STREETS, TERMS, TOWNS, TRADES};

/// What it registers: the way out of it.
pub fn slice() -> Slice {
    Slice::new("demo").job(removing::RemoveDemonstration)
}

/// How large it is where nobody says otherwise.
pub const MEASURE: Measure = Measure { accounts: 300, contacts: 700, seed: 1 };

/// What the pages offer: to fill it in, and to take it out.
pub fn offered() -> Demonstration {
    Demonstration {
        fill: |engine, asking| {
            Box::pin(async move {
                let who = engine.system(Through::Pages);
                let made = fill(&engine, &who, MEASURE, |_| {}).await?;
                notes::greet(&engine, &who, made.changeset, asking).await
            })
        },
        remove: |engine, who| Box::pin(async move { remove(&engine, &who).await }),
        why: DEMO,
        job: removing::KIND,
    }
}

/// The reason under which all of it stands in the history.
const DEMO: &str = "demo";

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Accounts.
    pub accounts: usize,
    /// Contacts; each at an account, the first ones of each being its main contact.
    pub contacts: usize,
    /// The same seed gives the same company.
    pub seed: u64,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Accounts.
    pub accounts: usize,
    /// Contacts.
    pub contacts: usize,
    /// Sites.
    pub sites: usize,
    /// The changeset that undoing takes everything back with.
    pub changeset: Id,
}

/// Acts written in one commit, where each stands for itself.
const ACTS: usize = 50;
/// Accounts written in one commit, each with what belongs to it.
const BATCH: usize = 40;

/// Fills an installation. `progress` is told how many accounts are there.
pub async fn fill(engine: &Engine, who: &Principal, measure: Measure, mut progress: impl FnMut(usize)) -> Result<Made> {
    let mut chance = Seeded::new(measure.seed);
    let changeset = engine.id();
    terms(engine, who, changeset).await?;
    let agents = people(engine, who, changeset).await?;
    let mut made = Made { accounts: 0, contacts: 0, sites: 0, changeset };
    let mut noted = Vec::new();
    let told = match measure.accounts >= story::LEAST {
        true => story::write(engine, who, changeset, &agents, &mut made).await?,
        false => Vec::new(),
    };
    while made.accounts < measure.accounts {
        let mut acts = Vec::with_capacity(BATCH * 10);
        for _ in 0..BATCH.min(measure.accounts - made.accounts) {
            let due = measure.contacts * (made.accounts + 1) / measure.accounts;
            let one = customer(engine, &mut chance, &agents, due.saturating_sub(made.contacts), &mut made, &mut acts);
            noted.extend(Some(one).filter(|_| noted.len() < notes::MOST));
        }
        engine.write_slice(who, DEMO, changeset, acts).await?;
        progress(made.accounts);
    }
    notes::write(engine, who, changeset, measure.seed, &noted).await?;
    kept::write(engine, who, changeset, measure.seed, &agents, &told, &noted).await?;
    around::write(engine, who, changeset, measure.seed, &agents, &told, &noted).await?;
    Ok(made)
}

/// Writes what stands each for itself, so many in a commit.
async fn in_commits(engine: &Engine, who: &Principal, changeset: Id, acts: Vec<Act>) -> Result<()> {
    let mut acts = acts.into_iter().peekable();
    while acts.peek().is_some() {
        engine.write_slice(who, DEMO, changeset, acts.by_ref().take(ACTS).collect()).await?;
    }
    Ok(())
}

async fn terms(engine: &Engine, who: &Principal, changeset: Id) -> Result<()> {
    let model = engine.model();
    let known =
        |vocabulary: &str, italian: &str| term_key(italian).is_some_and(|key| model.terms.contains_key(&(vocabulary.to_owned(), key)));
    let acts: Vec<Act> = TERMS
        .iter()
        .filter(|(vocabulary, italian, _)| !known(vocabulary, italian))
        .map(|(vocabulary, italian, english)| {
            Act::Create(
                Draft::new("term")
                    .with(term::VOCABULARY.id(), *vocabulary)
                    .with(term::ITALIAN.id(), *italian)
                    .with(term::ENGLISH.id(), *english),
            )
        })
        .collect();
    if !acts.is_empty() {
        engine.write_slice(who, DEMO, changeset, acts).await?;
        engine.load_terms().await?;
    }
    Ok(())
}

/// Two teams of agents, who can't sign in until somebody gives them a password. Those who stayed from another time are taken on again.
async fn people(engine: &Engine, who: &Principal, changeset: Id) -> Result<Vec<Id>> {
    let (user, team) = (engine.entity("user")?, engine.entity("team")?);
    let first = async |asked: engine::Asked| Ok::<_, kernel::Error>(engine.list(who, asked).await?.records.first().map(|record| record.id));
    let mut acts = Vec::new();
    let mut agents = Vec::new();
    // What they are all part of comes first: a team has its path from those above it.
    let italy = match first(engine::Asked::new(team.clone()).filtered(users::teams::NAME.is("Italia"))).await? {
        Some(italy) => italy,
        None => {
            let draft = Draft::new("team").with(users::teams::NAME.id(), "Italia");
            engine.write_slice(who, DEMO, changeset, vec![Act::Create(draft)]).await?.id()
        }
    };
    for (name, members) in
        [("Rete Toscana", ["Giulia Conti", "Marco Ferri", "Elena Bellini"]), ("Rete Nord", ["Luca Sala", "Chiara Monti", "Davide Gatti"])]
    {
        let known = first(engine::Asked::new(team.clone()).filtered(users::teams::NAME.is(name))).await?;
        let of = known.unwrap_or_else(|| engine.id());
        if known.is_none() {
            let mut draft = Draft::new("team").with(users::teams::NAME.id(), name).with(users::teams::PARENT.id(), italy);
            draft.id = Some(of);
            acts.push(Act::Create(draft));
        }
        for name in members {
            let address = format!("{}@demo.example", term_key(name).unwrap_or_default().replace('-', "."));
            let known = first(engine::Asked::new(user.clone()).filtered(users::EMAIL.is(address.as_str()))).await?;
            let id = known.unwrap_or_else(|| engine.id());
            match known {
                Some(_) => {
                    let values = vec![(users::ACTIVE.id(), Value::Bool(true)), (users::TEAM_OF.id(), Value::Link(of))];
                    acts.push(Act::Change { entity: "user", id, version: None, values, lines: Vec::new() });
                }
                None => {
                    let mut draft = Draft::new("user")
                        .with(users::NAME.id(), name)
                        .with(users::EMAIL.id(), address)
                        .with(users::ROLES.id(), "|agent|")
                        .with(users::TEAM_OF.id(), of);
                    draft.id = Some(id);
                    acts.push(Act::Create(draft));
                }
            }
            agents.push(id);
        }
    }
    engine.write_slice(who, DEMO, changeset, acts).await?;
    Ok(agents)
}

/// One account with its contacts, their places there, sites, phones and e-mails.
fn customer(engine: &Engine, chance: &mut Seeded, agents: &[Id], contacts: usize, made: &mut Made, acts: &mut Vec<Act>) -> Noted {
    let owner = (!agents.is_empty()).then(|| *chance.common(agents));
    let family = *chance.common(&FAMILIES);
    let company = chance.percent(82);
    let (trade, sector) = *chance.one(&TRADES);
    let form = *chance.one(&FORMS);
    let town = *chance.common(&TOWNS);
    let name = match (company, chance.below(4)) {
        (false, _) => format!("{family} {}", chance.common(&GIVEN)),
        (true, 0) => format!("{trade} {family} & Figli {form}"),
        (true, 1) => format!("{trade} {} {family} {form}", chance.common(&GIVEN)),
        (true, _) => format!("{trade} {family} {form}"),
    };
    let domain =
        format!("{}.example", term_key(&format!("{} {family}", trade.split(' ').next_back().unwrap_or(trade))).unwrap_or_default());
    let stage = *chance.one(&["suspect", "suspect", "lead", "prospect", "customer", "customer", "customer", "former"]);
    // Nobody became a customer on the day the demonstration was made. Reckoned from the name, so that chance goes on as it would.
    let odd = name.bytes().map(usize::from).sum::<usize>();
    let since = odd % 700;
    // Its card was made before that, within the last three years.
    let begun = (since + 1 + odd * 37 % (THREE_YEARS - since)) as i64;
    let made_at = Some(days_ago(engine, begun, 9 + odd as i64 % 8));
    let id = engine.id();
    let mut draft = address(Draft::new("account"), &account::ADDRESS, chance, town)
        .with(account::NAME.id(), name)
        .with(account::KIND.id(), if company { "company" } else { "person" })
        .with(account::STAGE.id(), stage)
        .with(account::STAGE_SINCE.id(), Value::Date(engine.today().plus_days(-(since as i64))))
        .with(account::SECTOR.id(), sector)
        .with(account::MARKET.id(), *chance.one(&["locale", "locale", "nazionale", "europa", "mondo"]))
        .with(
            account::ZONE.id(),
            *chance.one(&[
                "pisa-e-livorno",
                "toscana-nord",
                "toscana-sud",
                "liguria",
                "emilia",
                "nord-ovest",
                "nord-est",
                "centro",
                "sud-e-isole",
            ]),
        )
        .with(account::SOURCE.id(), *chance.one(&["fiera", "passaparola", "sito-web"]))
        .with(account::INTERESTS.id(), stored([*chance.one(&["gestionale", "centralino", "rete-e-wi-fi", "videosorveglianza"])]))
        .with(account::REVENUE.id(), (chance.below(9_000) as i64 + 50) * 100_000)
        .with(account::EMPLOYEES.id(), chance.below(120) as i64 + 1)
        .with(account::CREDIT_LIMIT.id(), (chance.below(60) as i64) * 50_000)
        .with(account::OWNER.id(), owner);
    if company {
        draft.put(account::VAT_NUMBER.id(), vat_number(chance).into());
        draft.put(account::PEC.id(), format!("{}@pec.example", term_key(family).unwrap_or_default()).into());
    }
    draft.lines.push(("phones", vec![phone(landline(chance, town), "work")]));
    draft.lines.push(("emails", vec![email(format!("info@{domain}"))]));
    draft.id = Some(id);
    draft.made_at = made_at;
    acts.push(Act::Create(draft));
    made.accounts += 1;
    let mut noted = Noted { account: id, owner, contact: None, begun };
    for place in 0..contacts {
        let contact = person(engine, chance, id, place == 0, family, &domain, town, owner, made_at, acts);
        noted.contact.get_or_insert(contact);
        made.contacts += 1;
    }
    if company && chance.percent(35) {
        let town = *chance.common(&TOWNS);
        let mut draft = address(Draft::new("site"), &site::ADDRESS, chance, town)
            .with(site::NAME.id(), *chance.one(&["Stabilimento", "Magazzino", "Filiale", "Punto vendita"]))
            .with(site::ACCOUNT.id(), id)
            .with(site::USE.id(), *chance.one(&["branch", "delivery"]));
        draft.lines.push(("phones", vec![phone(landline(chance, town), "work")]));
        acts.push(Act::Create(draft));
        made.sites += 1;
    }
    noted
}

#[expect(clippy::too_many_arguments, reason = "what a person shares with the account")]
fn person(
    engine: &Engine,
    chance: &mut Seeded,
    account: Id,
    main: bool,
    family: &str,
    domain: &str,
    town: Town,
    owner: Option<Id>,
    made_at: Option<Moment>,
    acts: &mut Vec<Act>,
) -> Id {
    let own = if main { family } else { chance.common(&FAMILIES) };
    let given = *chance.common(&GIVEN);
    let role = *chance.common(&ROLES);
    let id = engine.id();
    let home = if chance_home(own) { town } else { nearby(town) };
    let mut draft = address(Draft::new("contact"), &contact::ADDRESS, chance, home)
        .with(contact::NAME.given.id(), given)
        .with(contact::NAME.family.id(), own)
        .with(contact::JOB_TITLE.id(), role)
        .with(contact::OWNER.id(), owner);
    draft.lines.push(("phones", vec![phone(landline(chance, town), "work"), phone(mobile(chance), "mobile")]));
    draft
        .lines
        .push(("emails", vec![email(format!("{}@{domain}", term_key(&format!("{given} {own}")).unwrap_or_default().replace('-', ".")))]));
    draft.id = Some(id);
    draft.made_at = made_at;
    acts.push(Act::Create(draft));
    let mut place = Draft::new("account_contact")
        .with(contact::place::ACCOUNT.id(), account)
        .with(contact::place::CONTACT.id(), id)
        .with(contact::place::ROLE.id(), role)
        .with(contact::place::MAIN.id(), main);
    place.made_at = made_at;
    acts.push(Act::Create(place));
    id
}

/// A town from where one drives to work in this one; itself where there is no such in the demonstration.
fn nearby(town: Town) -> Town {
    let other = NEARBY.iter().find(|(one, _)| *one == town.0).map(|(_, other)| *other);
    TOWNS.iter().find(|one| Some(one.0) == other).copied().unwrap_or(town)
}

/// Most people live where they work.
fn chance_home(name: &str) -> bool {
    !name.len().is_multiple_of(5)
}

const DAY: i64 = 86_400_000;

/// How far back the demonstration reaches, in days.
const THREE_YEARS: usize = 1_095;

/// So many days ago, at an hour of the working day; never later than now.
fn days_ago(engine: &Engine, days: i64, hour: i64) -> Moment {
    let now = engine.now();
    Moment::from_millis(now.millis().div_euclid(DAY) * DAY - days * DAY + hour * 3_600_000).min(now)
}

type Town = (&'static str, &'static str, &'static str, &'static str);

fn address(draft: Draft, keys: &meta::fields::Address, chance: &mut Seeded, town: Town) -> Draft {
    let (city, province, postcode, _) = town;
    let street = format!("{} {}", chance.one(&STREETS), chance.below(180) + 1);
    draft.with(keys.street.id(), street).with(keys.city.id(), city).with(keys.province.id(), province).with(keys.postcode.id(), postcode)
}

fn phone(number: String, of: &str) -> Draft {
    Draft::new("phone").with(phones::NUMBER.id(), number).with(phones::USE.id(), of)
}

fn email(address: String) -> Draft {
    Draft::new("email").with(emails::ADDRESS.id(), address)
}

fn landline(chance: &mut Seeded, town: Town) -> String {
    format!("+39{}{:06}", town.3, chance.below(900_000) + 100_000)
}

fn mobile(chance: &mut Seeded) -> String {
    format!("+393{}{:07}", chance.one(&["28", "33", "35", "38", "40", "47", "49"]), chance.below(9_000_000) + 1_000_000)
}

/// A partita IVA with a right check digit, of a real office.
fn vat_number(chance: &mut Seeded) -> String {
    let digits = format!("{:07}{:03}", chance.below(9_999_999) + 1, chance.below(95) + 1);
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
