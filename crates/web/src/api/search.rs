//! Search over everything the caller may see: `GET /api/v1/search?q=rossi`.

use super::parameters::Parameters;
use super::{json, render};
use crate::form::Asking;
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Caller, Web};
use axum::extract::State;
use http::Method;
use kernel::{Error, Say};
use std::io::Write;

/// Longest question, in bytes.
const MOST_BYTES: usize = 200;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.add(Route::api(Method::GET, "/api/v1/search", Policy::SignedIn, Rate::Heavy, "Parameters", ""), search)
}

async fn search(State(web): State<Web>, caller: Caller, asking: Asking) -> Answer {
    let parameters = Parameters::only(asking, &["q", "limit"])?;
    let text = parameters.text("q").unwrap_or_default();
    if text.len() > MOST_BYTES {
        return Err(Error::invalid("q", Say::new("error-too-long").with("most", MOST_BYTES)).into());
    }
    let limit = parameters.read::<u32>("limit")?.unwrap_or(8).clamp(1, 50);
    let groups = web.engine().search(&caller.who, text, limit as usize).await?;
    let model = &caller.who.model;
    let mut out = b"{\"groups\":[".to_vec();
    for (place, group) in groups.iter().enumerate() {
        let Some(entity) = model.entity(group.entity) else { continue };
        out.extend_from_slice(if place > 0 { b"," } else { b"" });
        let _ = write!(out, "{{\"entity\":\"{}\",\"plural\":\"{}\",\"more\":{},\"found\":[", entity.key, entity.plural, group.more);
        let mut shape = None;
        for (place, found) in group.found.iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"title\":" } else { b"{\"title\":" });
            render::write_text(&found.title, &mut out);
            out.extend_from_slice(b",\"record\":");
            shape.get_or_insert_with(|| render::Shape::of(&found.record.carried, entity, model, false)).write(&found.record, &mut out);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
    }
    out.extend_from_slice(b"]}");
    Ok(json(out))
}
