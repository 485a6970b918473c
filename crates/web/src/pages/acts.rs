//! What is done to a record in one click: into the trash, out of it, and undone.

use crate::caller::{Named, Of};
use crate::fields::Sight;
use crate::form::Fields;
use crate::pages::answer::{onward, onward_saying};
use crate::pages::card::{find, title};
use crate::pages::preferences::came_from;
use crate::pages::reader::Reader;
use crate::pages::sign_in::safe;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use axum::extract::State;
use engine::principal::Verb;
use http::{HeaderMap, Method};

/// The routes of what is done in one click.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::POST, "/{plural}/{id}/removal", Policy::Entity(Verb::Remove), Rate::Person, "Removal", "remove"), remove)
        .add(
            Route::page(Method::POST, "/{plural}/{id}/restoration", Policy::Entity(Verb::Remove), Rate::Person, "Restoration", "restore"),
            restore,
        )
        .add(Route::page(Method::POST, "/changes/{id}/undo", Policy::SignedIn, Rate::Person, "Undo", "undo"), undo)
}

async fn remove(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader, fields: Fields) -> Answer {
    let id = named.id("id")?;
    let (record, titles) = web.engine().show(&reader.who, &entity, id).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    let name = title(&entity, &record, &sight);
    let outcome = web.engine().remove(&reader.who, &entity, id, None).await?;
    let back = match safe(fields.get("back").unwrap_or_default()) {
        "/" => format!("/{}", entity.plural),
        asked => asked.to_owned(),
    };
    onward_saying(&reader, &back, "said-removed", &name, Some(outcome.changeset))
}

async fn restore(State(web): State<Web>, Of(entity): Of, named: Named, reader: Reader) -> Answer {
    let id = named.id("id")?;
    web.engine().restore(&reader.who, &entity, id).await?;
    let (record, titles) = find(&reader, &entity, id).await?;
    let sight = Sight { speech: &reader.speech, reading: &reader.reading, model: &reader.model, titles: &titles };
    onward_saying(&reader, &format!("/{}/{id}", entity.plural), "said-restored", &title(&entity, &record, &sight), None)
}

async fn undo(State(web): State<Web>, named: Named, reader: Reader, headers: HeaderMap) -> Answer {
    let changeset = named.id("id")?;
    // What was done to many is undone as it was done: at once, or by a job whose progress is shown.
    let undone = match web.engine().bulk_of(&reader.who, changeset).await? {
        Some(bulk) => match web.engine().undo_bulk(&reader.who, bulk).await? {
            Some(undone) => undone,
            None => return Ok(onward(&reader, &format!("/bulks/{bulk}"))),
        },
        None => web.engine().undo(&reader.who, changeset).await?,
    };
    let key = if undone.left.is_empty() { "said-undone" } else { "said-undone-partly" };
    onward_saying(&reader, &came_from(&headers), key, "", None)
}
