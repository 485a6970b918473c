//! The documents of a card: the newest of them, a place to drop more, and the way to all.

use super::attached::{expiry, picture, said, taking_away};
use super::{SECTION, version_of};
use crate::pages::html;
use crate::pages::reader::Reader;
use crate::uploads::MOST_FILES;
use engine::principal::Verb;
use engine::{Asked, Sorting};
use kernel::{Result, Value};
use meta::filter::Filter;
use meta::{Entity, Record};

/// Most of them on a card; the list shows them all.
const MOST: usize = 12;

/// The documents of a record; empty where none can be.
pub(in crate::pages::card) async fn write(reader: &Reader, entity: &Entity, record: &Record, refused: &Refused) -> Result<String> {
    let mut out = String::new();
    let Some((filing, about)) = reader.model.filing_on(entity.key).filter(|(filing, _)| reader.who.may(Verb::See, filing)) else {
        return Ok(out);
    };
    // By the account they belong to, what is about its contacts and sites stands here too.
    let here = reader.model.happening_on(entity.key).into_iter().find(|(kind, _)| kind.key == filing.key);
    let link = here.and_then(|(_, links)| links.last().copied()).unwrap_or(about);
    let filter = Filter::is(link.key, Value::Link(record.id));
    let number = filing.filing.map(|filing_by| filing_by.number);
    let mut fields: Vec<&'static str> = filing.columns.clone();
    fields.extend(["file.digest", "file.name", "file.size"]);
    fields.extend(number);
    let asked = Asked {
        fields,
        sort: vec![Sorting { field: "created_at", descending: true }],
        limit: MOST,
        ..Asked::new(filing.clone()).filtered(filter.clone())
    };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    let count = match listed.next {
        None => listed.records.len().to_string(),
        Some(_) => {
            let counted = reader.web.engine().count(&reader.who, filing, &filter, false, Some(10_000)).await?;
            format!("{}{}", counted.number, if counted.more { "+" } else { "" })
        }
    };
    let adds = record.removed_at().is_none() && reader.who.may(Verb::Create, filing) && version_of(reader.web.engine(), filing).is_ok();
    out.push_str("<section class=\"section files\" aria-labelledby=\"documents\"");
    html::attribute(&mut out, "id", SECTION);
    html::attribute(&mut out, "data-live", filing.key);
    if adds {
        html::attribute(&mut out, "data-drop", reader.speech.say("files-drop"));
    }
    out.push_str("><div class=\"section-head\"><h2 id=\"documents\">");
    html::text(&mut out, &reader.speech.entity(filing.key, "many"));
    out.push_str(" <span class=\"count\">");
    html::text(&mut out, &count);
    out.push_str("</span></h2>");
    if adds {
        out.push_str("<div class=\"actions\"><button type=\"button\" class=\"btn btn-quiet btn-icon btn-sm scripted\" data-files-choose");
        for name in ["aria-label", "title"] {
            html::attribute(&mut out, name, reader.speech.say("files-add"));
        }
        out.push('>');
        out.push_str(assets::icon("upload"));
        out.push_str("</button></div>");
    }
    out.push_str("</div>");
    refusals(&mut out, reader, refused);
    if adds {
        form(&mut out, reader, &format!("/{}/{}/files", entity.plural, record.id), true, reader.speech.say("files-add"));
        out.push_str("</form>");
    }
    if listed.records.is_empty() {
        out.push_str("<p class=\"faint\">");
        html::text(&mut out, reader.speech.say(if adds { "files-none" } else { "card-none" }));
        out.push_str("</p></section>");
        return Ok(out);
    }
    out.push_str("<ul class=\"things\">");
    for one in &listed.records {
        let title = one.named(filing.title).text();
        out.push_str("<li class=\"thing\">");
        picture(&mut out, reader, filing, one, "thumb");
        out.push_str("<div><a class=\"thing-name\"");
        html::attribute(&mut out, "href", &format!("/{}/{}", filing.plural, one.id));
        out.push('>');
        html::text(&mut out, title);
        out.push_str("</a>");
        html::element(&mut out, "p", &said(filing, one, number, &listed.titles, reader, record.id).join(" · "));
        out.push_str("</div><div class=\"actions\">");
        expiry(&mut out, reader, filing, one);
        if !one.named("file.digest").is_empty() {
            taking_away(&mut out, reader, filing, one, title);
        }
        out.push_str("</div></li>");
    }
    out.push_str("</ul>");
    if listed.next.is_some() {
        let mut question = String::new();
        html::pair(&mut question, "filter", &format!("{} is \"{}\"", link.key, record.id));
        out.push_str("<p><a");
        html::attribute(&mut out, "href", &format!("/{}?{question}", filing.plural));
        out.push('>');
        html::text(&mut out, reader.speech.say("card-all"));
        out.push_str("</a></p>");
    }
    out.push_str("</section>");
    Ok(out)
}

/// Begins the form that sends files, one or several; whoever calls it ends it.
pub(super) fn form(out: &mut String, reader: &Reader, action: &str, several: bool, label: &str) {
    out.push_str("<form class=\"files-add\" method=\"post\" enctype=\"multipart/form-data\"");
    html::attribute(out, "action", action);
    measures(out, reader);
    out.push_str("><input type=\"hidden\" name=\"csrf\"");
    html::attribute(out, "value", &reader.csrf);
    out.push_str("><input type=\"file\" class=\"form-control\" name=\"file\"");
    html::attribute(out, "aria-label", label);
    out.push_str(if several { " multiple>" } else { ">" });
    out.push_str("<button class=\"btn btn-sm\">");
    out.push_str(assets::icon("upload"));
    html::text(out, reader.speech.say("files-send"));
    out.push_str("</button>");
}

/// What the module has to know before it sends: how much is too much, and how it is said.
pub(in crate::pages::card) fn measures(out: &mut String, reader: &Reader) {
    let most = reader.web.limits().measures().upload_bytes;
    let large = reader.speech.with("error-file-large", &[("name", "%s"), ("most", &(most >> 20).to_string())]);
    let many = reader.speech.with("error-too-many-files", &[("most", &MOST_FILES.to_string())]);
    let told = [
        ("data-most", most.to_string()),
        ("data-most-files", MOST_FILES.to_string()),
        ("data-large", large),
        ("data-many", many),
        ("data-sending", reader.speech.say("files-sending").to_owned()),
        ("data-remove", reader.speech.say("files-detach").to_owned()),
        ("data-pasted", reader.speech.say("files-pasted").to_owned()),
    ];
    for (name, value) in &told {
        html::attribute(out, name, value);
    }
}

/// What was not kept, and why.
#[derive(Default)]
pub(in crate::pages::card) struct Refused {
    /// Whether others were kept.
    pub(in crate::pages::card) partly: bool,
    /// A sentence for each.
    pub(in crate::pages::card) why: Vec<String>,
}

/// Says what was not kept.
pub(super) fn refusals(out: &mut String, reader: &Reader, refused: &Refused) {
    if refused.why.is_empty() {
        return;
    }
    out.push_str("<div class=\"notice\" data-tone=\"bad\" role=\"alert\">");
    out.push_str(assets::icon("error"));
    out.push_str("<div><p>");
    html::text(out, reader.speech.say(if refused.partly { "files-refused-partly" } else { "files-refused" }));
    out.push_str("</p><ul>");
    for one in &refused.why {
        html::element(out, "li", one);
    }
    out.push_str("</ul></div></div>");
}
