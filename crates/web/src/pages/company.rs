//! The page of the company, for administrators: what its letters, offers and invoices say of it, and its logo.

use crate::content::HARMLESS;
use crate::pages::answer::{markup, onward_saying};
use crate::pages::form::{self, Apart};
use crate::pages::reader::Reader;
use crate::route::{Policy, Rate, Route, Routes};
use crate::uploads::{blocking, receive};
use crate::{Answer, Web};
use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use engine::company::COMPANY;
use http::Method;
use http::header::{self, HeaderValue};
use kernel::{Error, Say};
use std::io::Read;

/// Where it is looked after.
pub(crate) const ADDRESS: &str = "/administration/company";
/// The largest file that is taken for a logo, in bytes.
const MOST_BYTES: u64 = 5 << 20;

/// The routes of the company.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .add(Route::administration(Method::GET, ADDRESS, "", ""), show)
        .add(Route::administration(Method::POST, ADDRESS, "Company", "company"), save)
        .add(
            Route::page(Method::POST, "/administration/company/logo", Policy::Administrator, Rate::Upload, "Logo", "company-logo"),
            put_logo,
        )
        .add(Route::administration(Method::POST, "/administration/company/logo/removal", "LogoRemoval", "company-logo"), remove_logo)
        // Who signs in sees whose door it is.
        .add(Route::page(Method::GET, "/company/logo", Policy::Public, Rate::Person, "", ""), logo)
}

#[derive(Template)]
#[template(path = "company-logo.html")]
struct LogoForm<'p> {
    reader: &'p Reader,
}

fn apart(reader: &Reader) -> Result<Apart, crate::Failure> {
    Ok(Apart {
        title: reader.speech.entity(COMPANY, "one"),
        address: ADDRESS,
        cancel: "/administration",
        after: markup(&LogoForm { reader })?,
    })
}

async fn show(State(web): State<Web>, reader: Reader) -> Answer {
    let found = web.engine().company_record(&reader.who).await?;
    form::apart(&reader, &web.engine().entity(COMPANY)?, found, apart(&reader)?).await
}

async fn save(State(web): State<Web>, reader: Reader, fields: crate::form::Fields) -> Answer {
    let found = web.engine().company_record(&reader.who).await?;
    let entity = web.engine().entity(COMPANY)?;
    let answer = form::save(&web, &reader, &entity, found, fields, ADDRESS.to_owned(), Some(apart(&reader)?)).await;
    // This node shows it at once; the others hear of it.
    web.engine().load_company().await?;
    answer
}

async fn put_logo(State(web): State<Web>, reader: Reader, request: Request) -> Answer {
    let sent = receive(&web, request).await?;
    if let Some(say) = sent.refused.into_iter().next() {
        return Err(Error::invalid("logo", say).into());
    }
    let received = sent.files.into_iter().next().ok_or_else(|| Error::invalid("logo", Say::new("error-logo")))?;
    if received.kept.size > MOST_BYTES {
        return Err(Error::invalid("logo", Say::new("error-logo-large")).into());
    }
    let (files, digest) = (web.engine().files()?.clone(), received.kept.digest);
    let picture = blocking(move || {
        let mut picture = Vec::new();
        files.open(&digest)?.take(MOST_BYTES).read_to_end(&mut picture).map_err(Error::internal)?;
        Ok(picture)
    })
    .await?;
    web.engine().put_logo(&reader.who, Some(picture)).await?;
    onward_saying(&reader, ADDRESS, "said-saved", "", None)
}

async fn remove_logo(State(web): State<Web>, reader: Reader, _: crate::form::Fields) -> Answer {
    web.engine().put_logo(&reader.who, None).await?;
    onward_saying(&reader, ADDRESS, "said-saved", "", None)
}

/// The logo, which is a picture and nothing else: written by us, never by whoever sent it.
async fn logo(State(web): State<Web>) -> Answer {
    let known = web.engine().company_known();
    let logo = known.logo.as_ref().ok_or(Error::NotFound)?;
    let mut response = Response::new(Body::from(logo.bytes.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(logo.media));
    headers.insert(header::CONTENT_SECURITY_POLICY, HARMLESS);
    // Its address changes with it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=604800"));
    Ok(response)
}
