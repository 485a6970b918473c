//! The list of an entity: filter, order, pages, all in its address.

pub(crate) mod address;
mod arrangement;
mod board;
mod chips;
pub(crate) mod columns;
pub(crate) mod count;
mod cursor;
mod export;
mod groups;
pub(crate) mod places;
pub(crate) mod rows;
mod stand;
mod totals;
mod views;

use crate::caller::Of;
use crate::pages::answer::page;
use crate::pages::bulk;
use crate::pages::html;
use crate::pages::reader::{Reader, icon};
use crate::route::{Policy, Rate, Route, Routes};
use crate::{Answer, Web};
use address::{ListAddress, WIDTHS};
use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use engine::principal::{Scope, Verb};
use engine::{Asked, Listed};
use http::{Method, StatusCode};
use kernel::{Error, Id, Problems};
use meta::entity::Visibility;
use meta::filter::Filter;
use meta::{Entity, Kind, Record};
use rows::{Column, Rows};
use std::fmt::Write as _;
use std::sync::Arc;

pub(crate) use count::grouped;
pub(crate) use stand::{Stand, prefix};

/// The routes of lists.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::page(Method::GET, "/{plural}", Policy::Entity(Verb::See), Rate::Heavy, "", ""), list)
        .add(Route::page(Method::GET, "/{plural}/count", Policy::Entity(Verb::See), Rate::Heavy, "", ""), count::count)
        .add(Route::page(Method::GET, "/{plural}/groups", Policy::Entity(Verb::See), Rate::Heavy, "", ""), groups::one)
        .add(Route::page(Method::GET, "/{plural}/totals", Policy::Entity(Verb::See), Rate::Heavy, "", ""), totals::show)
        .add(Route::page(Method::GET, "/{plural}/export.csv", Policy::Entity(Verb::See), Rate::Heavy, "", "export"), export::csv)
        .add(Route::page(Method::GET, "/{plural}/export.xlsx", Policy::Entity(Verb::See), Rate::Heavy, "", "export"), export::xlsx)
        .add(Route::page(Method::GET, "/{plural}/export.json", Policy::Entity(Verb::See), Rate::Heavy, "", "export"), export::json)
        .add(Route::page(Method::GET, "/{plural}/export.vcf", Policy::Entity(Verb::See), Rate::Heavy, "", "export"), export::cards)
        .add(Route::page(Method::GET, "/{plural}/{id}/card.vcf", Policy::Entity(Verb::See), Rate::Person, "", "export"), export::card)
        .add(Route::page(Method::POST, "/{plural}/{id}/place", Policy::Entity(Verb::Change), Rate::Person, "Place", "place"), board::place)
        .add(Route::page(Method::GET, "/{plural}/views", Policy::Entity(Verb::See), Rate::Person, "", ""), views::show)
        .add(Route::page(Method::POST, "/{plural}/views", Policy::Entity(Verb::See), Rate::Person, "View", "keep-view"), views::keep)
        .add(
            Route::page(Method::POST, "/{plural}/views/{view}", Policy::Entity(Verb::See), Rate::Person, "View", "change-view"),
            views::change,
        )
        .add(
            Route::page(Method::POST, "/{plural}/views/{view}/removal", Policy::Entity(Verb::See), Rate::Person, "Removal", "remove-view"),
            views::remove,
        )
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage<'l> {
    reader: &'l Reader,
    title: String,
    entity: &'l Entity,
    address: &'l ListAddress,
    creates: bool,
    /// Actions that ask for something first, on all of the list: their addresses and names.
    whole: Vec<(String, String)>,
    counted: String,
    columns: String,
    arrangement: String,
    exports: bool,
    /// Whether they are somebody, whom an address book can hold.
    cards: bool,
    view: Option<&'l views::SavedView>,
    /// Whether it shows something else than the view keeps.
    differs: bool,
    chips: String,
    list: String,
    /// What its box of words says that it finds.
    words: &'static str,
}

async fn list(State(web): State<Web>, Of(entity): Of, OriginalUri(uri): OriginalUri, reader: Reader) -> Answer {
    let reader = reader.within(entity.plural);
    let mut address = ListAddress::read(uri.query().unwrap_or_default());
    let view = views::begun(&reader, &entity, &mut address).await?;
    address.settle(&entity);
    let (mut filter, mut problems) = match address.tree(&reader.model, &entity) {
        Ok(filter) => (filter, Vec::new()),
        Err(Error::Invalid(problems)) => (Filter::everything(), problems),
        Err(error) => return Err(error.into()),
    };
    if !address.added.is_empty() && problems.is_empty() {
        match chips::with_added(&reader, &entity, &address, &filter).await? {
            Ok(text) => return Ok(crate::pages::answer::to(&format!("/{}{}", entity.plural, address.filtered(text).question("")))),
            Err(wrong) => problems = wrong,
        }
    }
    let parts = if filter.is_everything() { Vec::new() } else { address::parts(&filter) };
    if !address.words.is_empty() {
        filter = filter.and(address::words_filter(&address.words, &entity));
    }
    let sort = match address.order(&entity) {
        Ok(sort) => sort,
        Err(_) => {
            address.sort.clear();
            Vec::new()
        }
    };
    let after = cursor::open(&web, &entity, &address);
    let fields = rows::asked(&entity, &address.shown(&entity));
    let instead = if problems.is_empty() { instead(&reader, &entity, &address, &filter).await? } else { None };
    let asked = Asked { filter, sort, after, fields, trash: address.trash, ..Asked::new(entity.clone()) };
    let listed = match problems.is_empty() && instead.is_none() {
        true => match web.engine().list(&reader.who, asked).await {
            Ok(listed) => Some(listed),
            Err(Error::Invalid(wrong)) => {
                problems = wrong;
                None
            }
            Err(error) => return Err(error.into()),
        },
        false => None,
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let body = body(&reader, &entity, &address, listed.as_ref(), instead.as_deref(), &problems);
    // Filtering by words also takes the menus and the quick filters of the new page.
    if reader.fragment && reader.part == "list" && reader.source != "list-words" {
        return Ok(page(&reader, StatusCode::OK, body));
    }
    let chips = chips::write(&reader, &entity, &address, parts).await?;
    let shown = ListPage {
        title: reader.speech.area(entity.key),
        // A document begins with its file, an entry of a ledger on the card it is about.
        creates: entity.filing.is_none() && entity.ledger.is_none() && reader.who.may(Verb::Create, &entity),
        whole: if address.trash { Vec::new() } else { bulk::of_the_whole(&reader, &entity, &address) },
        counted: String::new(),
        columns: columns::of_list(&reader, &entity, &address),
        arrangement: arrangement::menu(&reader, &entity, &address),
        exports: reader.who.role.export,
        cards: crate::taken::is_somebody(&entity),
        differs: view.as_ref().is_some_and(|view| views::differs(view, &address)),
        view: view.as_ref(),
        chips,
        list: body,
        words: if ["address.city", "phone"].iter().all(|key| entity.field(key).is_some()) { "list-words" } else { "list-words-plain" },
        reader: &reader,
        entity: &entity,
        address: &address,
    };
    rendered(&reader, status, &shown)
}

fn rendered(reader: &Reader, status: StatusCode, template: &impl Template) -> Result<Response, crate::Failure> {
    crate::pages::answer::rendered(reader, status, template)
}

/// What is shown instead of the plain table: groups, or a board.
async fn instead(reader: &Reader, entity: &Arc<Entity>, address: &ListAddress, filter: &Filter) -> kernel::Result<Option<String>> {
    if address.trash {
        return Ok(None);
    }
    if let Some(field) = address.boarding(entity) {
        return board::write(reader, entity, address, field, filter).await.map(Some);
    }
    match address.grouping(entity) {
        Some(grouping) => groups::write(reader, entity, address, grouping, filter).await.map(Some),
        None => Ok(None),
    }
}

/// The table with its pager, or what stands in its place.
fn body(
    reader: &Reader,
    entity: &Arc<Entity>,
    address: &ListAddress,
    listed: Option<&Listed>,
    instead: Option<&str>,
    problems: &Problems,
) -> String {
    let mut out = String::with_capacity(32 * 1024);
    out.push_str("<div id=\"list\" class=\"list-frame\"");
    html::attribute(&mut out, "data-live", entity.key);
    out.push('>');
    match listed {
        None if instead.is_some() => out.push_str(instead.unwrap_or_default()),
        None => wrong(&mut out, reader, entity, address, problems),
        Some(listed) if listed.records.is_empty() => empty(&mut out, reader, entity, address),
        Some(listed) => table(&mut out, reader, entity, address, listed),
    }
    out.push_str("</div>");
    out
}

fn table(out: &mut String, reader: &Reader, entity: &Arc<Entity>, address: &ListAddress, listed: &Listed) {
    let columns = Column::of(entity, &address.shown(entity), reader);
    let offered = bulk::offered(reader, entity, address.trash);
    let ticks = !offered.is_empty();
    heads(out, reader, entity, address, &columns, ticks);
    out.push_str("<tbody>");
    let from = if address.trash { String::new() } else { address.from() };
    Rows { reader, entity, columns: &columns, from: &from, ticks, fixed: address.trash, places: None }.write(out, listed);
    out.push_str("</tbody>");
    totals::placeholder(out, reader, entity, address, columns.len() + usize::from(ticks));
    out.push_str("</table></div>");
    if ticks {
        bulk::bar::write(out, reader, entity, address, &offered, listed.next.is_some() || listed.previous.is_some());
    }
    pager(out, reader, entity, address, listed);
}

/// The beginning of the table of a list on a page of its own, up to its heads.
fn heads(out: &mut String, reader: &Reader, entity: &Entity, address: &ListAddress, columns: &[Column], ticks: bool) {
    let question = address.question("");
    let heads = Heads {
        reader,
        entity,
        address,
        stand: &Stand::page(entity.plural),
        name: reader.speech.say("list-region"),
        question: question.trim_start_matches('?'),
        ordered: true,
        ticks,
        acts: false,
    };
    heads.write(out, columns);
}

/// The beginning of a table.
pub(crate) struct Heads<'h> {
    pub(crate) reader: &'h Reader,
    pub(crate) entity: &'h Entity,
    pub(crate) address: &'h ListAddress,
    /// Where it stands.
    pub(crate) stand: &'h Stand,
    /// What it is called.
    pub(crate) name: &'h str,
    /// What its rows are written for.
    pub(crate) question: &'h str,
    /// Whether it is in the entity's own order where nothing else is asked for.
    pub(crate) ordered: bool,
    /// Whether its rows may be chosen.
    pub(crate) ticks: bool,
    /// Whether its rows end with what may be done.
    pub(crate) acts: bool,
}

impl Heads<'_> {
    /// Adds it, up to its heads.
    pub(crate) fn write(&self, out: &mut String, columns: &[Column]) {
        out.push_str("<div class=\"list-scroll\" tabindex=\"0\" role=\"region\"");
        html::attribute(out, "aria-label", self.name);
        let sizes: Vec<Option<u16>> = columns.iter().map(|column| self.width(column)).collect();
        let sized = sizes.iter().any(Option::is_some);
        out.push_str(if sized { "><table class=\"list sized\"" } else { "><table class=\"list\"" });
        // Where a cell finds its input, and what its row is written for.
        html::attribute(out, "data-edits", &format!("/{}", self.entity.plural));
        html::attribute(out, "data-question", self.question);
        // What it is asked for when a column is pulled.
        if self.stand.is_page() {
            html::attribute(out, "data-columns", &self.stand.up_to_columns(self.address));
            let _ = write!(out, " data-widths=\"{} {}\"", WIDTHS.start(), WIDTHS.end());
        }
        out.push('>');
        if sized {
            out.push_str(if self.ticks { "<colgroup><col class=\"tick\">" } else { "<colgroup>" });
            for (size, column) in sizes.iter().zip(columns) {
                let _ = write!(out, "<col width=\"{}\">", size.unwrap_or_else(|| columns::usual(self.entity, &column.face.field)));
            }
            out.push_str("</colgroup>");
        }
        out.push_str("<thead><tr>");
        if self.ticks {
            bulk::bar::head(out, self.reader);
        }
        let own = format!("{}{}", if self.entity.sort.1 { "-" } else { "" }, self.entity.sort.0);
        let sort = match self.address.sort.as_str() {
            "" if self.ordered => own.as_str(),
            asked => asked,
        };
        for column in columns {
            self.head(out, column, sort);
        }
        if self.acts {
            out.push_str("<td></td>");
        }
        out.push_str("</tr></thead>");
    }

    /// How wide somebody made a column: of a list on a page of its own.
    fn width(&self, column: &Column) -> Option<u16> {
        if !self.stand.is_page() { None } else { self.address.width(column.face.field.key) }
    }

    fn head(&self, out: &mut String, column: &Column, sort: &str) {
        let key = column.face.field.key;
        out.push_str("<th scope=\"col\"");
        if self.stand.is_page() {
            html::attribute(out, "data-column", key);
        }
        if column.number() {
            out.push_str(" class=\"number\"");
        }
        let descending = sort.strip_prefix('-');
        let by_this = !column.place && descending.unwrap_or(sort) == key;
        if by_this {
            out.push_str(if descending.is_some() { " aria-sort=\"descending\"" } else { " aria-sort=\"ascending\"" });
        }
        out.push('>');
        if column.face.field.sortable && !column.place {
            let other = if by_this && descending.is_none() { format!("-{key}") } else { key.to_owned() };
            out.push_str("<a");
            self.stand.leads(out, &self.stand.address(&self.address.sorted(other), ""));
            out.push('>');
            html::text(out, &column.face.label);
            if by_this {
                out.push(' ');
                out.push_str(assets::icon(if descending.is_some() { "sort-down" } else { "sort-up" }));
            }
            out.push_str("</a>");
        } else {
            html::text(out, &column.face.label);
        }
        out.push_str("</th>");
    }
}

/// One row of a list again, whatever the list asks for; nothing where its record may not be seen any more, or stands there no more.
pub(crate) async fn row(reader: &Reader, entity: &Arc<Entity>, id: Id, question: &str) -> kernel::Result<String> {
    if let Some(row) = crate::pages::card::row(reader, entity, id, question).await? {
        return Ok(row);
    }
    let mut address = ListAddress::read(question);
    views::begun(reader, entity, &mut address).await?;
    address.settle(entity);
    let shown = address.shown(entity);
    let asked = Asked { filter: Filter::id(id), fields: rows::asked(entity, &shown), limit: 1, ..Asked::new(entity.clone()) };
    let listed = reader.web.engine().list(&reader.who, asked).await?;
    let mut out = String::with_capacity(1024);
    let ticks = !bulk::offered(reader, entity, false).is_empty();
    let columns = Column::of(entity, &shown, reader);
    Rows { reader, entity, columns: &columns, from: &address.from(), ticks, fixed: false, places: None }.write(&mut out, &listed);
    Ok(out)
}

fn pager(out: &mut String, reader: &Reader, entity: &Arc<Entity>, address: &ListAddress, listed: &Listed) {
    out.push_str("<footer class=\"pager\">");
    count::placeholder(out, reader, entity, address);
    out.push_str("<nav");
    html::attribute(out, "aria-label", reader.speech.say("list-pages"));
    out.push('>');
    for (cursor, rel, words) in [(&listed.previous, "prev", "list-previous"), (&listed.next, "next", "list-next")] {
        let icon = assets::icon(if rel == "prev" { "previous" } else { "next" });
        match cursor {
            Some(cursor) => {
                let place = cursor::seal(&reader.web, entity, address, cursor);
                out.push_str("<a class=\"btn btn-sm\"");
                html::attribute(out, "rel", rel);
                html::attribute(out, "href", &format!("/{}{}", entity.plural, address.question(&place)));
            }
            None => out.push_str("<a class=\"btn btn-sm\" aria-disabled=\"true\" role=\"link\""),
        }
        out.push('>');
        if rel == "prev" {
            out.push_str(icon);
        }
        html::text(out, reader.speech.say(words));
        if rel == "next" {
            out.push_str(icon);
        }
        out.push_str("</a>");
    }
    out.push_str("</nav></footer>");
}

fn empty(out: &mut String, reader: &Reader, entity: &Entity, address: &ListAddress) {
    let speech = &reader.speech;
    let narrowed = !address.filter.is_empty() || !address.words.is_empty();
    out.push_str("<section class=\"empty\">");
    out.push_str(assets::icon(if address.trash {
        "remove"
    } else if narrowed {
        "search"
    } else {
        icon(entity.key)
    }));
    if narrowed {
        html::element(out, "h2", speech.say("list-nothing"));
        html::element(out, "p", speech.say("list-nothing-text"));
        out.push_str("<div class=\"actions\"><a class=\"btn\"");
        html::attribute(out, "href", &format!("/{}{}", entity.plural, if address.trash { "?trash=1" } else { "" }));
        out.push('>');
        html::text(out, speech.say("list-no-filters"));
        out.push_str("</a></div>");
    } else if address.trash {
        html::element(out, "h2", speech.say("list-trash-empty"));
        let days = reader.web.engine().settings().trash_days.to_string();
        html::element(out, "p", &speech.with("list-trash-text", &[("days", &days)]));
        out.push_str("<div class=\"actions\"><a class=\"btn\"");
        html::attribute(out, "href", &format!("/{}", entity.plural));
        out.push('>');
        out.push_str(assets::icon("back"));
        html::text(out, speech.say("list-living"));
        out.push_str("</a></div>");
    } else {
        // There may be many that he does not see: that none is there would be untrue.
        let unseen = matches!(reader.who.role.right(entity).see, Scope::Own | Scope::Team)
            && !matches!(entity.visibility, Visibility::Everyone | Visibility::OwnOrShared(..));
        let (title, text) = if unseen { ("unseen", "list-unseen-text") } else { ("empty", "") };
        let title = speech
            .known(&format!("{title}-{}", entity.key))
            .unwrap_or_else(|| speech.say(if unseen { "list-unseen" } else { "list-empty" }));
        html::element(out, "h2", title);
        let own = speech.known(&format!("empty-{}-text", entity.key)).unwrap_or_default();
        html::element(out, "p", if text.is_empty() { own } else { speech.say(text) });
        out.push_str("<div class=\"actions\">");
        if let Some(target) = written_on(reader, entity) {
            // What is made on the cards of others begins there.
            begin(out, target, &speech.area(target.key), &format!("/{}", target.plural));
        } else if reader.who.may(Verb::Create, entity) {
            out.push_str("<a class=\"btn btn-primary\"");
            html::attribute(out, "href", &format!("/{}/new", entity.plural));
            out.push('>');
            out.push_str(assets::icon("add"));
            html::text(out, &speech.entity(entity.key, "new"));
            out.push_str("</a>");
        }
        beginnings(out, reader, entity);
        out.push_str("</div>");
    }
    out.push_str("</section>");
}

/// The entity on whose cards this one is made: of files and of entries of a ledger.
fn written_on<'r>(reader: &'r Reader, entity: &Entity) -> Option<&'r Arc<Entity>> {
    let link = entity.filing.is_some() || entity.ledger.is_some();
    let target = entity.fields.iter().find_map(|field| match field.kind {
        Kind::About(targets) if link => targets.first().copied(),
        _ => None,
    })?;
    reader.model.entity(target).filter(|target| reader.who.may(Verb::See, target))
}

fn begin(out: &mut String, entity: &Entity, words: &str, href: &str) {
    out.push_str("<a class=\"btn btn-primary\"");
    html::attribute(out, "href", href);
    out.push('>');
    out.push_str(assets::icon(icon(entity.key)));
    html::text(out, words);
    out.push_str("</a>");
}

/// What else an empty installation begins with: a file that is there, or something to try things on.
fn beginnings(out: &mut String, reader: &Reader, entity: &Entity) {
    if !entity.can.importable {
        return;
    }
    if reader.who.role.import {
        out.push_str("<a class=\"btn\"");
        html::attribute(out, "href", &format!("/imports/new?of={}", entity.plural));
        out.push('>');
        out.push_str(assets::icon("import"));
        html::text(out, reader.speech.say("action-import"));
        out.push_str("</a>");
    }
    if reader.who.role.administer && reader.web.demonstration().is_some() {
        out.push_str("<form class=\"plain\" method=\"post\" action=\"/demonstration\"><input type=\"hidden\" name=\"csrf\"");
        html::attribute(out, "value", &reader.csrf);
        out.push_str("><button class=\"btn btn-quiet\">");
        html::text(out, reader.speech.say("demonstration-fill"));
        out.push_str("</button></form>");
    }
}

fn wrong(out: &mut String, reader: &Reader, entity: &Entity, address: &ListAddress, problems: &Problems) {
    out.push_str("<section class=\"empty\">");
    out.push_str(assets::icon("warning"));
    html::element(out, "h2", reader.speech.say("list-filter-wrong"));
    for problem in problems {
        html::element(out, "p", &reader.speech.sentence(&problem.say));
    }
    out.push_str("<div class=\"actions\"><a class=\"btn\"");
    html::attribute(out, "href", &format!("/{}/filter{}", entity.plural, address.question("")));
    out.push('>');
    html::text(out, reader.speech.say("filter-mend"));
    out.push_str("</a><a class=\"btn\"");
    html::attribute(out, "href", &format!("/{}{}", entity.plural, address.filtered(String::new()).question("")));
    out.push('>');
    html::text(out, reader.speech.say("list-no-filters"));
    out.push_str("</a></div></section>");
}

/// The records before and after one in the list that the address of its card names, and that list.
pub(crate) async fn beside(reader: &Reader, record: &Record, entity: &Entity, list: &str) -> kernel::Result<(engine::Beside, ListAddress)> {
    let (asked, address) = walked(reader, entity, list).await?;
    match asked {
        Some(asked) => Ok((reader.web.engine().beside(&reader.who, asked, record).await?, address)),
        None => Ok((engine::Beside::default(), address)),
    }
}

/// The question that walks a list from card to card, none where it is no list, and its address.
pub(crate) async fn walked(reader: &Reader, entity: &Entity, list: &str) -> kernel::Result<(Option<Asked>, ListAddress)> {
    let entity = reader.model.entity(entity.key).ok_or(Error::NotFound)?;
    let mut address = ListAddress::read(list);
    views::begun(reader, entity, &mut address).await?;
    address.settle(entity);
    let (Ok(mut filter), Ok(sort)) = (address.tree(&reader.model, entity), address.order(entity)) else {
        return Ok((None, address));
    };
    if !address.words.is_empty() {
        filter = filter.and(address::words_filter(&address.words, entity));
    }
    Ok((Some(Asked { filter, sort, ..Asked::new(entity.clone()) }), address))
}

/// What a list selects that is told by its question, and its address.
pub(crate) async fn chosen(reader: &Reader, entity: &Arc<Entity>, list: &str) -> kernel::Result<(Filter, ListAddress)> {
    let mut address = ListAddress::read(list);
    views::begun(reader, entity, &mut address).await?;
    address.settle(entity);
    let mut filter = address.tree(&reader.model, entity)?;
    if !address.words.is_empty() {
        filter = filter.and(address::words_filter(&address.words, entity));
    }
    Ok((filter, address))
}

/// Takes the view that an address begins with into it.
pub(crate) async fn begun(reader: &Reader, entity: &Entity, address: &mut ListAddress) -> kernel::Result<()> {
    views::begun(reader, entity, address).await.map(|_| ())
}

/// Whether a field is worth a quick filter.
pub(super) fn quick(kind: Kind) -> bool {
    matches!(kind, Kind::Choice(_) | Kind::Vocabulary(_) | Kind::Vocabularies(_))
}
