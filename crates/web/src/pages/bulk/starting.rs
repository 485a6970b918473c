//! Going ahead: a few records at once, many by a job whose progress is shown.

use super::asking::{Wanted, shown};
use super::chosen::Chosen;
use crate::caller::Of;
use crate::form::Fields;
use crate::pages::answer::{onward, onward_saying};
use crate::pages::card::bring;
use crate::pages::form::{blank_of, offered, read_alone};
use crate::pages::reader::Reader;
use crate::{Answer, Web};
use axum::extract::State;
use engine::bulk::entity as row;
use engine::{AT_ONCE, Bulk, Doing, Terms};
use http::StatusCode;
use kernel::{Error, Problem, Problems, Result, Say};
use meta::Kind;
use meta::fields::terms;

pub(super) async fn start(State(web): State<Web>, Of(entity): Of, reader: Reader, fields: Fields) -> Answer {
    let reader = reader.within(entity.plural);
    let chosen = Chosen::read(&reader, &entity, &fields).await?;
    let wanted = Wanted::read(&reader, &entity, &fields)?;
    // From a card, in one click: as the page that asks would begin.
    let usual = fields.get("usual") == Some("1");
    let fields = match &wanted.options {
        Some(options) if usual => blank_of(&reader, options, &fields).await?.0,
        _ => fields,
    };
    let again =
        async |problems: Problems| shown(&reader, &entity, &chosen, &wanted, &fields, problems, StatusCode::UNPROCESSABLE_ENTITY).await;
    if wanted.field.is_some() && fields.get("how") != Some("take") {
        bring(&reader, &entity, &fields).await?;
    }
    if let Some(options) = &wanted.options {
        bring(&reader, options, &fields).await?;
    }
    let doing = match doing(&reader, &wanted, &fields).await? {
        Ok(doing) => doing,
        Err(problems) => return again(problems).await,
    };
    let bulk = Bulk {
        entity: entity.clone(),
        selection: chosen.selection(),
        doing,
        list: chosen.list.clone(),
        // What is ticked is what it is; what a filter selects is confirmed with its number.
        confirmed: if chosen.all { Some(fields.get("count").and_then(|count| count.parse().ok()).unwrap_or_default()) } else { None },
        once: None,
    };
    let begun = match web.engine().begin_bulk(&reader.who, bulk).await {
        Err(Error::Invalid(problems)) => return again(problems).await,
        begun => begun?,
    };
    let progress = format!("/bulks/{}", begun.id);
    if begun.total > AT_ONCE {
        return Ok(onward(&reader, &progress));
    }
    web.engine().work_off(&reader.who, begun.id).await?;
    let report = web.engine().bulk_report(&reader.who, begun.id).await?;
    let changed = report.record.get(&row::CHANGED);
    if let (true, [only], 0, [0, 1]) =
        (usual, chosen.ids.as_slice(), report.record.get(&row::REFUSED), [report.record.get(&row::UNCHANGED), changed])
    {
        let (record, _) = web.engine().show(&reader.who, &entity, *only).await?;
        // What it became is what one works on next; what was there already stays where it is explained.
        let along = wanted.leads.filter(|_| report.record.get(&row::CREATED) > 0).and_then(|key| entity.field(key));
        let became = along.and_then(|link| Some((reader.model.target(link)?, record.value(link.id).link()?)));
        let next = match became {
            Some((target, id)) => format!("/{}/{id}", target.plural),
            None => format!("/{}/{only}", entity.plural),
        };
        return onward_saying(&reader, &next, "said-bulk-changed", "1", Some(begun.changeset));
    }
    if report.record.get(&row::REFUSED) > 0 || report.record.get(&row::CREATED) > 0 {
        return Ok(onward(&reader, &progress));
    }
    let said = match (changed, wanted.action.as_str()) {
        (0, _) => "said-bulk-unchanged",
        (_, "remove") => "said-bulk-removed",
        (_, "restore") => "said-bulk-restored",
        _ => "said-bulk-changed",
    };
    let changeset = (changed > 0).then_some(begun.changeset);
    onward_saying(&reader, &chosen.back(&entity), said, &changed.to_string(), changeset)
}

/// What the form asks for, or what is wrong with it.
async fn doing(reader: &Reader, wanted: &Wanted<'_>, fields: &Fields) -> Result<Result<Doing, Problems>> {
    match (wanted.action.as_str(), wanted.field) {
        ("remove", _) => return Ok(Ok(Doing::Remove)),
        ("restore", _) => return Ok(Ok(Doing::Restore)),
        ("number", _) => return Ok(Ok(Doing::Number)),
        ("change", None) => return Ok(Err(Vec::new())),
        ("change", Some(field)) => {
            let (values, problems) = read_alone(reader, field, fields).await?;
            if !problems.is_empty() {
                return Ok(Err(problems));
            }
            let how = fields.get("how").unwrap_or_default();
            if !matches!(field.kind, Kind::Vocabularies(_)) || how == "replace" {
                return Ok(Ok(Doing::Change { values, terms: Vec::new() }));
            }
            let chosen: Vec<String> = values.iter().flat_map(|(_, value)| terms(value.text())).map(str::to_owned).collect();
            if chosen.is_empty() {
                return Ok(Err(vec![Problem { field: field.key.to_owned(), say: Say::new("error-required") }]));
            }
            let (add, take) = if how == "take" { (Vec::new(), chosen) } else { (chosen, Vec::new()) };
            return Ok(Ok(Doing::Change { values: Vec::new(), terms: vec![Terms { field: field.id, add, take }] }));
        }
        _ => {}
    }
    let (mut options, mut wrong) = (Vec::new(), Vec::new());
    if let Some(asked) = &wanted.options {
        for field in offered(reader, asked) {
            let (values, problems) = read_alone(reader, field, fields).await?;
            options.extend(values);
            wrong.extend(problems);
        }
    }
    Ok(if wrong.is_empty() { Ok(Doing::Registered { key: wanted.action.clone(), options }) } else { Err(wrong) })
}
