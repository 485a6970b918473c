//! The page of the geocoding server, for administrators: which one, how it gets on, and what it says of an address typed there.

use super::{address, jobs, queue};
use crate::addresses::coordinates::Precision;
use askama::Template;
use engine::Engine;
use engine::geocoding::{Geocoder, Sought, Spot};
use http::{Method, StatusCode};
use italy::Coordinates;
use kernel::{Error, Problems, Result};
use web::dress as assets;
use web::pages::answer::{framed, markup, onward_saying};
use web::pages::reader::Reader;
use web::{Answer, Fields, Route, Routes, map};

const ADDRESS: &str = "/administration/geocoding";
/// Letters of a text of the form.
const LETTERS: usize = 300;

/// The routes of the server.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, ADDRESS, "Geocoder", "geocoder"), set)
        .add(Route::administration(Method::POST, "/administration/geocoding/trial", "GeocoderTrial", "geocoder-trial"), try_it)
        .add(Route::administration(Method::POST, "/administration/geocoding/missing", "GeocodingMissing", "geocoding-missing"), gather)
        .add(Route::administration(Method::POST, "/administration/geocoding/stop", "GeocodingStop", "geocoding-stop"), stop)
        .add(Route::administration(Method::POST, "/administration/geocoding/retry", "GeocodingRetry", "geocoding-retry"), retry)
}

/// What stands in the forms.
#[derive(Default)]
struct Entered {
    on: bool,
    address: String,
    header: String,
    per_second: String,
    contact: String,
    street: String,
    postcode: String,
    city: String,
}

impl Entered {
    fn of(geocoder: &Geocoder) -> Entered {
        Entered {
            on: geocoder.on,
            address: geocoder.address.clone(),
            header: geocoder.header.clone(),
            per_second: geocoder.per_second.to_string(),
            contact: geocoder.contact.clone(),
            ..Entered::default()
        }
    }
}

/// An input of the form: what stands in it, and what is wrong with it.
struct Row<'p> {
    name: &'static str,
    kind: &'static str,
    value: &'p str,
    width: &'static str,
    placeholder: &'static str,
    label: &'p str,
    hint: &'p str,
    error: Option<String>,
}

/// A place that the server said.
struct Said {
    name: String,
    coordinates: String,
    map: String,
    grade: &'static str,
}

/// What came of a trial.
struct Trial {
    tone: &'static str,
    said: String,
    places: Vec<Said>,
}

/// How the looking gets on.
struct Progress {
    tone: &'static str,
    stands: String,
    trouble: Option<(String, String)>,
    /// What waits, and how long that takes.
    waits: Option<(String, String)>,
    unknown: Option<String>,
}

#[derive(Template)]
#[template(path = "geocoding/geocoding.html")]
struct Page<'p> {
    reader: &'p Reader,
    title: &'p str,
    rows: Vec<Row<'p>>,
    entered: &'p Entered,
    wrong: Vec<String>,
    /// Once a server is named.
    progress: Option<Progress>,
    on: bool,
    trial: Option<Trial>,
}

async fn page(reader: &Reader, entered: Option<Entered>, problems: Problems, trial: Option<Trial>, status: StatusCode) -> Answer {
    let engine = reader.web.engine();
    let geocoder = engine.geocoder().await?;
    let named = geocoder.as_ref().filter(|geocoder| !geocoder.address.is_empty());
    let progress = match named {
        Some(geocoder) => Some(progress(reader, geocoder).await?),
        None => None,
    };
    let entered = match (entered, &geocoder) {
        (Some(entered), _) => entered,
        (None, Some(geocoder)) => Entered::of(geocoder),
        (None, None) => Entered { per_second: "1".to_owned(), contact: contact(reader).await?, ..Entered::default() },
    };
    let speech = &reader.speech;
    let row = |name, kind, value, width, placeholder, label, hint| Row {
        name,
        kind,
        value,
        width,
        placeholder,
        label: speech.say(label),
        hint: speech.say(hint),
        error: None,
    };
    let key = if geocoder.as_ref().is_some_and(Geocoder::has_key) { "geocoding-key-kept" } else { "geocoding-key-hint" };
    let server = "https://nominatim.example.it";
    let mut rows = vec![
        row("address", "url", &entered.address, "w-long", server, "geocoding-address", "geocoding-address-hint"),
        row("header", "text", &entered.header, "w-medium", "Authorization", "geocoding-header", "geocoding-header-hint"),
        row("key", "password", "", "w-long", "", "geocoding-key", key),
        row("per_second", "text", &entered.per_second, "w-short", "", "geocoding-rate", "geocoding-rate-hint"),
        row("contact", "email", &entered.contact, "w-long", "", "geocoding-contact", "geocoding-contact-hint"),
    ];
    let mut wrong = Vec::new();
    for problem in problems {
        let said = speech.sentence(&problem.say);
        match rows.iter_mut().find(|row| row.name == problem.field) {
            Some(row) => row.error = Some(said),
            None => wrong.push(said),
        }
    }
    let title = speech.say("administration-geocoding");
    let on = named.is_some_and(|geocoder| geocoder.on);
    framed(reader, status, title, &markup(&Page { reader, title, rows, entered: &entered, wrong, progress, on, trial })?)
}

/// Whom the server's owner writes to, unless somebody says it: where letters come from.
async fn contact(reader: &Reader) -> Result<String> {
    Ok(reader.web.engine().mail_account().await?.map(|account| account.sender_address).unwrap_or_default())
}

async fn progress(reader: &Reader, geocoder: &Geocoder) -> Result<Progress> {
    let (engine, speech) = (reader.web.engine(), &reader.speech);
    let shown = |moment: kernel::Moment| meta::Kind::Moment.behaviour().show(&moment.into(), &reader.reading);
    let told = |key: &str, count: i64| speech.with(key, &[("count", &count.to_string()), ("number", &reader.speech.number(count))]);
    let (waiting, unknown) = queue::counts(engine).await?;
    let trouble = engine.geocoder_trouble().await?.map(|(trouble, _)| trouble).filter(|_| geocoder.on);
    let gathers = geocoder.on && engine.has_job(jobs::GATHER).await?;
    let stands = match (geocoder.on, &trouble) {
        (false, _) => "geocoding-is-off",
        (true, Some(_)) => "geocoding-fails",
        (true, None) if gathers => "geocoding-gathers",
        (true, None) if waiting > 0 => "geocoding-looks",
        (true, None) => "geocoding-rests",
    };
    let minutes = (waiting / i64::from(geocoder.per_second.max(1)) + 59) / 60;
    let lasts = match minutes {
        0..60 => told("geocoding-minutes", minutes),
        60..2_880 => told("geocoding-hours", (minutes + 59) / 60),
        _ => told("geocoding-days", (minutes + 1_439) / 1_440),
    };
    Ok(Progress {
        tone: match (geocoder.on, &trouble) {
            (false, _) => "",
            (true, Some(_)) => "bad",
            (true, None) => "good",
        },
        stands: speech.say(stands).to_owned(),
        trouble: trouble.map(|trouble| {
            let again = [("at", shown(trouble.at)), ("again", shown(trouble.again))];
            let again = again.each_ref().map(|(name, at)| (*name, at.as_str()));
            (speech.sentence(&trouble.why), speech.with("geocoding-again", &again))
        }),
        waits: (waiting > 0).then(|| (told("geocoding-waiting", waiting), if geocoder.on { lasts } else { String::new() })),
        unknown: (unknown > 0).then(|| told("geocoding-unknown", unknown)),
    })
}

async fn show(reader: Reader) -> Answer {
    page(&reader, None, Vec::new(), None, StatusCode::OK).await
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).unwrap_or_default().trim().chars().take(LETTERS).collect()
}

async fn set(reader: Reader, fields: Fields) -> Answer {
    let engine = reader.web.engine();
    let entered = Entered {
        on: fields.get("on").is_some(),
        address: text(&fields, "address"),
        header: text(&fields, "header"),
        per_second: text(&fields, "per_second"),
        contact: text(&fields, "contact"),
        ..Entered::default()
    };
    let per_second = entered.per_second.parse().unwrap_or(0);
    let geocoder = Geocoder::new(entered.on, &entered.address, &entered.header, per_second, &entered.contact);
    let before = engine.geocoder().await?;
    let (on, another) = (geocoder.on, before.is_none_or(|before| before.address != geocoder.address));
    match engine.set_geocoder(&reader.who, geocoder, fields.get("key").map(str::to_owned)).await {
        Ok(()) => {}
        Err(Error::Invalid(problems)) => return page(&reader, Some(entered), problems, None, StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(error) => return Err(error.into()),
    }
    if another {
        queue::forget_unknown(engine).await?;
    }
    if on {
        resume(engine).await?;
    }
    onward_saying(&reader, ADDRESS, if on { "said-geocoder-on" } else { "said-geocoder-off" }, "", None)
}

/// One question, while somebody waits: what comes back is what he waits for.
async fn try_it(reader: Reader, fields: Fields) -> Answer {
    let (engine, speech) = (reader.web.engine(), &reader.speech);
    let Some(geocoder) = engine.geocoder().await?.filter(|geocoder| !geocoder.address.is_empty()) else {
        return Err(Error::NotFound.into());
    };
    let typed = [text(&fields, "street"), text(&fields, "postcode"), text(&fields, "city")];
    let [street, postcode, city] = typed.clone();
    let sought = Sought { street: address::line(&street), postcode, city, country: "IT".to_owned() };
    let bad = |said: String| Trial { tone: "bad", said, places: Vec::new() };
    let trial = if sought.city.is_empty() {
        bad(speech.say("geocoding-trial-empty").to_owned())
    } else {
        match engine.seek(&geocoder, &sought).await {
            Ok(spots) => {
                if engine.geocoder_trouble().await?.is_some() {
                    resume(engine).await?;
                }
                let places: Vec<Said> = spots.iter().filter_map(said).collect();
                let (tone, said) = if places.is_empty() { ("warn", "geocoding-trial-none") } else { ("good", "geocoding-trial-found") };
                Trial { tone, said: speech.say(said).to_owned(), places }
            }
            Err(Error::Unavailable(why)) => bad(speech.sentence(&why)),
            Err(error) => return Err(error.into()),
        }
    };
    let [street, postcode, city] = typed;
    let entered = Entered { street, postcode, city, ..Entered::of(&geocoder) };
    page(&reader, Some(entered), Vec::new(), Some(trial), StatusCode::OK).await
}

fn said(spot: &Spot) -> Option<Said> {
    let place = Coordinates::of(spot.latitude, spot.longitude)?;
    Some(Said {
        name: spot.name.clone(),
        coordinates: place.for_people(),
        map: map(&place.to_string())?,
        grade: match address::precision(spot.grade, true) {
            Some(Precision::House) => "geocoding-grade-house",
            Some(Precision::Street) => "geocoding-grade-street",
            Some(Precision::Place) => "geocoding-grade-place",
            None => "geocoding-grade-comune",
        },
    })
}

async fn gather(reader: Reader, _: Fields) -> Answer {
    let engine = reader.web.engine();
    if engine.geocoder().await?.is_none_or(|geocoder| !geocoder.on) {
        return Err(Error::NotFound.into());
    }
    if !engine.has_job(jobs::GATHER).await? {
        queue::enqueue(engine, jobs::GATHER).await?;
    }
    onward_saying(&reader, ADDRESS, "said-geocoding-missing", "", None)
}

async fn stop(reader: Reader, _: Fields) -> Answer {
    queue::empty(reader.web.engine()).await?;
    onward_saying(&reader, ADDRESS, "said-geocoding-stopped", "", None)
}

/// What waits for the server is looked for now.
async fn resume(engine: &Engine) -> Result<()> {
    engine.geocoder_answered().await?;
    queue::all_due(engine).await?;
    queue::enqueue(engine, jobs::SEEK).await
}

async fn retry(reader: Reader, _: Fields) -> Answer {
    resume(reader.web.engine()).await?;
    onward_saying(&reader, ADDRESS, "said-geocoding-retry", "", None)
}
