//! Choices under a name: kept from the columns of a run, taken up there again, looked after on a page.

use super::plan::{Plan, signature};
use super::runs::{self, Standing};
use super::{columns, found, may_import};
use crate::imports::saved::{IMPORT_MAPPING, NAME, OWNER, PLAN, SHARED, SIGNATURE, TARGET};
use crate::imports::{Options, scheduled};
use askama::Template;
use engine::{Asked, Draft, Engine, Principal, Sorting};
use http::StatusCode;
use kernel::{Error, Id, Result, Say};
use meta::{Entity, Filter, Record};
use std::fs::File;
use web::dress as assets;
use web::pages::answer::{framed, markup, onward, to};
use web::pages::reader::{Reader, icon};
use web::{Answer, Fields, Named};

/// Most mappings that are offered.
const MOST: usize = 200;
/// Letters of a name.
const LETTERS: usize = 80;

/// A mapping with a name.
pub(in crate::imports) struct Saved {
    pub(in crate::imports) id: Id,
    pub(in crate::imports) name: String,
    pub(in crate::imports) target: String,
    pub(in crate::imports) shared: bool,
    pub(in crate::imports) owner: Option<Id>,
    pub(in crate::imports) version: i64,
    pub(super) plan: Plan,
}

impl Saved {
    /// Whether rows find the records that they are about by it, so that the same file can come again.
    pub(in crate::imports) fn finds(&self) -> bool {
        !self.plan.keys.is_empty() || self.plan.columns.to.iter().any(|to| to == "id")
    }

    /// The fields of its own records that it fills, each once; what belongs to people, places and lines beside them is none of these.
    pub(in crate::imports) fn fills(&self, entity: &Entity) -> Vec<&'static str> {
        let mut fields: Vec<&'static str> = Vec::new();
        for to in &self.plan.columns.to {
            let keys = if to == "tax_number" { vec!["vat_number", "tax_code"] } else { vec![to.as_str()] };
            for field in keys.into_iter().filter_map(|key| entity.field(key)).filter(|field| field.writable() && !field.secret) {
                if !fields.contains(&field.key) {
                    fields.push(field.key);
                }
            }
        }
        fields
    }

    fn of(record: &Record) -> Saved {
        Saved {
            id: record.id,
            name: record.named("name").text().to_owned(),
            target: record.named("target").text().to_owned(),
            shared: record.get(&SHARED),
            owner: record.named("owner").link(),
            version: record.version,
            plan: Plan::read(record.named("plan").text()),
        }
    }
}

/// The mappings that somebody has, his own first: those of a kind of record, or all.
pub(in crate::imports) async fn all(engine: &Engine, who: &Principal, target: Option<&str>) -> Result<Vec<Saved>> {
    those(engine, who, target.map(|target| Filter::is("target", target.to_owned()))).await
}

async fn those(engine: &Engine, who: &Principal, filter: Option<Filter>) -> Result<Vec<Saved>> {
    let sort = vec![Sorting { field: "name", descending: false }];
    let fields = vec!["name", "target", "plan", "shared", "owner"];
    let asked = Asked { fields, sort, limit: MOST, names: false, ..Asked::new(engine.entity(IMPORT_MAPPING)?) };
    let asked = match filter {
        Some(filter) => asked.filtered(filter),
        None => asked,
    };
    let mut found: Vec<Saved> = engine.list(who, asked).await?.records.iter().map(Saved::of).collect();
    // Whoever administers sees what others keep for themselves too; here it is not his.
    found.retain(|saved| saved.shared || saved.owner == who.user);
    found.sort_by_key(|saved| saved.owner != who.user);
    Ok(found)
}

/// One that somebody has. Not found otherwise.
pub(in crate::imports) async fn one(engine: &Engine, who: &Principal, id: Id) -> Result<Saved> {
    let (record, _) = engine.show(who, &*engine.entity(IMPORT_MAPPING)?, id).await?;
    Ok(Saved::of(&record))
}

/// Options by the mapping of this name that everybody has, for a file that nobody looks at: where its columns go, what becomes of rows,
/// and what else the options do not say themselves.
///
/// Errors: under `map` where none has this name, with those there are, or where several have it; those of reading the file.
pub async fn by_name(engine: &Engine, who: &Principal, file: File, options: Options, name: &str) -> Result<Options> {
    let entity = who.model.plural(&options.entity).filter(|entity| entity.can.importable).cloned().ok_or(Error::NotFound)?;
    let mut known = all(engine, who, Some(entity.plural)).await?;
    known.retain(|saved| saved.shared);
    let mut named = known.iter().filter(|saved| kernel::fold(&saved.name) == kernel::fold(name));
    let saved = match (named.next(), named.next()) {
        (Some(saved), None) => saved,
        (Some(_), Some(_)) => return Err(Error::invalid("map", Say::new("error-import-map-several").with("name", name))),
        (None, _) if known.is_empty() => return Err(Error::invalid("map", Say::new("error-import-map-none").with("name", name))),
        (None, _) => {
            let names = known.iter().map(|saved| saved.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::invalid("map", Say::new("error-import-map-name").with("name", name).with("names", names)));
        }
    };
    options.words.follow(&engine.model());
    let manner = options.manner.clone().or(&saved.plan.manner);
    let (_, plan) = runs::unseen(&entity, &options.words, file, saved, manner.clone()).await?;
    let (mode, alike) = (plan.mode(), plan.alike());
    let keys = if options.keys.is_empty() { plan.keys } else { options.keys };
    let defaults = plan.defaults.into_iter().chain(options.defaults).collect();
    Ok(Options { choices: Some(plan.columns), manner, mode, alike, keys, defaults, ..options })
}

/// The one that was kept for files with this header.
pub(super) async fn fitting(engine: &Engine, who: &Principal, entity: &Entity, signed: &str) -> Result<Option<Saved>> {
    let fits = Filter::is("target", entity.plural).and(Filter::is("signature", signed.to_owned()));
    Ok(those(engine, who, Some(fits)).await?.into_iter().next())
}

/// What the top of the columns offers.
#[derive(Template)]
#[template(path = "imports/wizard/offered.html")]
struct Offered<'o> {
    reader: &'o Reader,
    id: Id,
    known: Vec<(Id, String, bool)>,
}

/// The mappings that may be taken up, as markup.
pub(super) async fn offer(reader: &Reader, standing: &Standing, plan: &Plan) -> Result<String, web::Failure> {
    let known = all(reader.web.engine(), &reader.who, Some(standing.entity.plural)).await?;
    let known: Vec<(Id, String, bool)> =
        known.into_iter().map(|saved| (saved.id, saved.name.clone(), saved.name == plan.as_saved)).collect();
    markup(&Offered { reader, id: standing.id(), known })
}

/// Keeps the choices of the form under a name.
pub(super) async fn keep(named: Named, reader: Reader, form: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    if !columns::open(&standing) {
        return Ok(to(&format!("/imports/{}", standing.id())));
    }
    let reader = reader.within(standing.entity.plural);
    let (mut plan, mut problems) = columns::chosen(&reader, &standing, &form).await?;
    let name = name(&form);
    if name.is_empty() {
        problems.push(kernel::Problem { field: String::new(), say: Say::new("error-import-mapping-name") });
    }
    if !problems.is_empty() {
        return columns::page(&reader, &standing, &plan, problems, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let engine = reader.web.engine();
    let shared = form.get("mapping-shared").is_some();
    plan.as_saved.clone_from(&name);
    plan.as_on.clear();
    let own = all(engine, &reader.who, Some(standing.entity.plural)).await?;
    let own = own.into_iter().find(|saved| saved.owner == reader.who.user && kernel::fold(&saved.name) == kernel::fold(&name));
    let values = vec![
        (NAME.id(), name.into()),
        (TARGET.id(), standing.entity.plural.into()),
        (SIGNATURE.id(), signature(&plan.header).into()),
        (PLAN.id(), plan.kept().packed()?.into()),
        (SHARED.id(), shared.into()),
    ];
    match own {
        Some(own) => {
            engine.change(&reader.who, &*engine.entity(IMPORT_MAPPING)?, own.id, None, values, Vec::new()).await?;
            scheduled::mapping_changed(engine, own.id).await?;
        }
        None => {
            let mut draft = Draft::new(IMPORT_MAPPING).with(OWNER.id(), reader.who.user);
            draft.values.extend(values);
            engine.create(&reader.who, draft).await?;
        }
    }
    runs::plan(engine, standing.id(), &plan).await?;
    Ok(onward(&reader, &format!("/imports/{}/columns", standing.id())))
}

/// Takes up the choices that were kept under a name, with how the file is read.
pub(super) async fn take_up(named: Named, reader: Reader, form: Fields) -> Answer {
    let standing = found(&reader, &named).await?;
    if !columns::open(&standing) {
        return Ok(to(&format!("/imports/{}", standing.id())));
    }
    let reader = reader.within(standing.entity.plural);
    let engine = reader.web.engine();
    let id = form.get("mapping").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
    let saved = one(engine, &reader.who, id).await?;
    if saved.target != standing.entity.plural {
        return Err(Error::NotFound.into());
    }
    let file = standing.file(engine).await?;
    let (survey, mut plan) = match runs::surveyed(&standing.entity, reader.web.words(), file, saved.plan.manner.clone()).await {
        Ok(surveyed) => surveyed,
        Err(Error::Invalid(problems)) => {
            return columns::page(&reader, &standing, &standing.plan, problems, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(error) => return Err(error.into()),
    };
    plan.follow(&saved.plan);
    plan.as_saved = saved.name;
    runs::read_otherwise(engine, standing.id(), &plan, &survey).await?;
    Ok(onward(&reader, &format!("/imports/{}/columns", standing.id())))
}

fn name(form: &Fields) -> String {
    form.get("mapping-name").unwrap_or_default().trim().chars().take(LETTERS).collect()
}

/// A mapping in a line of the page.
struct Line {
    id: Id,
    icon: &'static str,
    name: String,
    text: String,
    shared: bool,
    /// Whether the reader may change it.
    own: bool,
}

#[derive(Template)]
#[template(path = "imports/wizard/saved.html")]
struct SavedPage<'s> {
    reader: &'s Reader,
    title: String,
    lines: Vec<Line>,
    wrong: Vec<String>,
}

/// The mappings that the reader has.
pub(super) async fn show(reader: Reader) -> Answer {
    page(&reader, Vec::new(), StatusCode::OK).await
}

async fn page(reader: &Reader, wrong: Vec<String>, status: StatusCode) -> Answer {
    may_import(reader)?;
    let all = all(reader.web.engine(), &reader.who, None).await?;
    let line = |saved: Saved| {
        let entity = reader.model.plural(&saved.target);
        let own = saved.owner == reader.who.user;
        let whose = if own { "import-mapping-own" } else { "import-mapping-others" };
        let of = entity.map_or_else(String::new, |entity| reader.speech.area(entity.key));
        Line {
            id: saved.id,
            icon: icon(entity.map_or("", |entity| entity.key)),
            text: format!("{of} · {}", reader.speech.say(if saved.shared && own { "import-mapping-shared" } else { whose })),
            own: own || reader.who.role.share,
            shared: saved.shared,
            name: saved.name,
        }
    };
    let title = reader.speech.say("import-mappings").to_owned();
    let page = SavedPage { lines: all.into_iter().map(line).collect(), title: title.clone(), wrong, reader };
    framed(reader, status, &title, &markup(&page)?)
}

/// Calls one otherwise, and says whether everybody has it.
pub(super) async fn rename(named: Named, reader: Reader, form: Fields) -> Answer {
    may_import(&reader)?;
    let engine = reader.web.engine();
    let saved = one(engine, &reader.who, named.id("mapping")?).await?;
    let name = name(&form);
    if name.is_empty() {
        return Err(Error::invalid("name", Say::new("error-import-mapping-name")).into());
    }
    let values = vec![(NAME.id(), name.into()), (SHARED.id(), form.get("mapping-shared").is_some().into())];
    engine.change(&reader.who, &*engine.entity(IMPORT_MAPPING)?, saved.id, Some(saved.version), values, Vec::new()).await?;
    Ok(onward(&reader, "/imports/mappings"))
}

/// Removes one. What was imported by it stays.
pub(super) async fn remove(named: Named, reader: Reader) -> Answer {
    may_import(&reader)?;
    let engine = reader.web.engine();
    let saved = one(engine, &reader.who, named.id("mapping")?).await?;
    match engine.remove(&reader.who, &*engine.entity(IMPORT_MAPPING)?, saved.id, None).await {
        Ok(_) => Ok(onward(&reader, "/imports/mappings")),
        Err(Error::Invalid(problems)) => {
            let wrong = problems.iter().map(|problem| reader.speech.sentence(&problem.say)).collect();
            page(&reader, wrong, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}
