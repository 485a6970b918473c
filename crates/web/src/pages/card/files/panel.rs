//! The file of a document on its own card: what it looks like, taking it away, a newer version of it, and the older ones.

use super::attached::{picture, said, taking_away};
use super::section::{Refused, form, refusals};
use super::version_of;
use crate::pages::html;
use crate::pages::reader::Reader;
use engine::principal::Verb;
use engine::{Asked, Sorting};
use kernel::{Result, Value};
use meta::filter::Filter;
use meta::{Entity, Kind, Record};
use std::collections::HashMap;

/// Most versions on the card.
const MOST: usize = 50;

/// The file of a record; empty where its entity keeps none.
pub(in crate::pages::card) async fn write(reader: &Reader, entity: &Entity, record: &Record, refused: &Refused) -> Result<String> {
    let mut out = String::new();
    let speech = &reader.speech;
    if entity.holds_file().is_none() {
        return Ok(out);
    }
    let living = record.removed_at().is_none();
    let name = record.named("file.name").text();
    let number = entity.filing.map(|filing| filing.number);
    out.push_str("<section class=\"section files\" aria-labelledby=\"file\" id=\"card-file\"");
    html::attribute(&mut out, "data-live", &format!("{}/{}", entity.key, record.id));
    let renews = living && entity.filing.is_some() && reader.who.may_with(Verb::Change, entity, record);
    if renews {
        html::attribute(&mut out, "data-drop", speech.say("files-drop-version"));
    }
    out.push_str("><div class=\"section-head\"><h2 id=\"file\">");
    html::text(&mut out, speech.say("files-file"));
    out.push_str("</h2></div>");
    refusals(&mut out, reader, refused);
    if name.is_empty() {
        out.push_str("<p class=\"faint\">");
        html::text(&mut out, speech.say("files-without"));
        out.push_str("</p>");
    } else {
        out.push_str("<div class=\"file-shown\">");
        picture(&mut out, reader, entity, record, "file-picture");
        out.push_str("<div><p class=\"file-name\">");
        html::text(&mut out, name);
        out.push_str("</p><p class=\"faint\">");
        // Kind and folder stand in the head already.
        let mut facts = said(entity, record, number, &HashMap::new(), reader, record.id);
        facts.truncate(if number.is_some_and(|key| record.named(key).int() > 1) { 3 } else { 2 });
        html::text(&mut out, &facts.join(" · "));
        out.push_str("</p><a class=\"btn btn-sm\" download");
        html::attribute(&mut out, "href", &format!("/{}/{}/content", entity.plural, record.id));
        out.push('>');
        out.push_str(assets::icon("download"));
        html::text(&mut out, speech.say("files-take-away"));
        out.push_str("</a></div></div>");
    }
    if renews {
        out.push_str("<details class=\"files-renew\"");
        out.push_str(if name.is_empty() || !refused.why.is_empty() { " open>" } else { ">" });
        out.push_str("<summary class=\"btn btn-sm\">");
        out.push_str(assets::icon("upload"));
        let label = speech.say(if name.is_empty() { "files-first" } else { "files-renew" }).to_owned();
        html::text(&mut out, &label);
        out.push_str("</summary>");
        form(&mut out, reader, &format!("/{}/{}/content", entity.plural, record.id), false, &label);
        if !name.is_empty() {
            out.push_str("<input class=\"form-control\" name=\"remarks\" maxlength=\"500\" autocomplete=\"off\"");
            for attribute in ["aria-label", "placeholder"] {
                html::attribute(&mut out, attribute, speech.say("files-remarks"));
            }
            out.push('>');
        }
        out.push_str("</form></details>");
    }
    if entity.filing.is_some() {
        versions(&mut out, reader, entity, record, renews).await?;
    }
    out.push_str("</section>");
    Ok(out)
}

async fn versions(out: &mut String, reader: &Reader, entity: &Entity, record: &Record, renews: bool) -> Result<()> {
    let Ok((version, link)) = version_of(reader.web.engine(), entity) else { return Ok(()) };
    let Some((via, number)) =
        version.fields.iter().find(|field| field.id == link).map(|field| field.key).zip(entity.filing.map(|f| f.number))
    else {
        return Ok(());
    };
    let mut fields = version.columns.clone();
    fields.extend(["file.digest", "file.name"]);
    let asked = Asked {
        fields,
        sort: vec![Sorting { field: number, descending: true }],
        limit: MOST,
        ..Asked::new(version.clone()).filtered(Filter::is(via, Value::Link(record.id)))
    };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    if listed.records.len() < 2 {
        return Ok(());
    }
    let speech = &reader.speech;
    out.push_str("<h3 class=\"files-versions\">");
    html::text(out, &speech.entity(version.key, "many"));
    out.push_str("</h3><ul class=\"things versions\">");
    for one in &listed.records {
        let current = one.named(number) == record.named(number);
        let name = one.named("file.name").text();
        out.push_str("<li class=\"thing\"><span class=\"file-sign number\">");
        html::text(out, &one.named(number).int().to_string());
        out.push_str("</span><div><span class=\"thing-title\">");
        html::text(out, name);
        out.push_str("</span>");
        let author = one.named("created_by").link().and_then(|id| listed.titles.get(&id).cloned());
        let facts = [
            Kind::Moment.behaviour().show(one.named("created_at"), &reader.reading),
            author.unwrap_or_else(|| speech.say("card-system").to_owned()),
            Kind::Size.behaviour().show(one.named("file.size"), &reader.reading),
            one.named("remarks").text().to_owned(),
        ];
        html::element(out, "p", &facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join(" · "));
        out.push_str("</div><div class=\"actions\">");
        if current {
            out.push_str("<span class=\"tag\" data-tone=\"good\">");
            html::text(out, speech.say("files-current"));
            out.push_str("</span>");
        } else if renews {
            out.push_str("<form class=\"plain\" method=\"post\"");
            html::attribute(out, "action", &format!("/{}/{}/current", version.plural, one.id));
            out.push_str("><input type=\"hidden\" name=\"csrf\"");
            html::attribute(out, "value", &reader.csrf);
            out.push_str("><button class=\"btn btn-quiet btn-icon btn-sm\"");
            let label = speech.with("files-take-up", &[("number", &one.named(number).int().to_string())]);
            html::attribute(out, "aria-label", &label);
            html::attribute(out, "title", &label);
            out.push('>');
            out.push_str(assets::icon("history"));
            out.push_str("</button></form>");
        }
        taking_away(out, reader, &version, one, name);
        out.push_str("</div></li>");
    }
    out.push_str("</ul>");
    Ok(())
}
