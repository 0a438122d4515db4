//! The days on which licences end, in the calendar that people look at anyway: one licence as a file, or all of them
//! as a private address that a calendar program asks again and again.

mod actions;
mod feed;
pub mod ics;
mod rules;
mod sql;
mod view;

use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::access::{Access, OrderBook, Routes};
use crate::answer::{Answer, Asker, Done, Faces, Shown};
use crate::apps::home;
use crate::error::Error;
use rules::Place;

pub fn routes() -> Routes {
    Routes::default()
        .page::<OrderBook>(&Method::GET, "/calendar", get(show))
        .page::<OrderBook>(&Method::POST, "/calendar", post(create))
        .page::<OrderBook>(&Method::POST, "/calendar/revocation", post(revoke))
        .page::<OrderBook>(&Method::GET, "/licences/{licence}/calendar.ics", get(download))
        .anyone(&Method::GET, "/calendar/{token}", get(feed::show))
}

/// A calendar as calendar programs read it.
struct IcsFile {
    /// Of the file to save; a feed is not saved.
    name: Option<String>,
    text: String,
}

impl Faces for IcsFile {
    fn page(&self, _: &Asker) -> Response {
        let mut response = self.text.clone().into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("text/calendar; charset=utf-8; method=PUBLISH");
        headers.insert(header::CONTENT_TYPE, kind);
        let name = self
            .name
            .as_ref()
            .and_then(|it| HeaderValue::from_str(&format!("attachment; filename=\"{it}.ics\"")).ok());
        if let Some(name) = name {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        response
    }

    fn json(&self, asker: &Asker) -> Response {
        self.page(asker)
    }
}

async fn show(door: Access<OrderBook>) -> Result<Answer, Error> {
    let (me, feed) = door.read_as(|me| sql::feed(door.org(), me)).await?;
    let view = view::Feeds { feed, zone: door.app().config().zone, at: at(&door) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

/// The address is in this answer and nowhere else, so the answer is a page and leads nowhere.
async fn create(door: Access<OrderBook>) -> Result<Answer, Error> {
    let (me, token) = actions::create(&door).await?;
    let origin = &door.app().config().origin;
    let address = format!("{origin}/calendar/{}.ics", token.reveal());
    let view = view::NewFeed { address, at: at(&door) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

async fn revoke(door: Access<OrderBook>) -> Result<Answer, Error> {
    actions::revoke(&door).await?;
    Ok(Answer::of(Done::quietly(at(&door) + "?done=calendar-revoked")))
}

async fn download(door: Access<OrderBook>) -> Result<Answer, Error> {
    let id = door.named("licence");
    let (me, licence) = match &id {
        Ok(id) => door.read(sql::licence(door.org(), id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    let licence = licence.ok_or(Error::NotFound)?;
    let place = Place::of(door.app().config(), door.org().id(), me.org_name);
    let name = format!("{}_{}_ends", place.org_name.slug(), licence.product_id.as_str());
    let text = place.calendar(&[licence], door.now());
    Ok(Answer::of(IcsFile { name: Some(name), text }))
}

fn at(door: &Access<OrderBook>) -> String {
    home(door.org().id()) + "/calendar"
}

impl Place {
    fn of(
        config: &crate::access::Config,
        org: &crate::kernel::OrgId,
        org_name: crate::kernel::OrgName,
    ) -> Self {
        Self {
            origin: config.origin.clone(),
            vendor: config.brand.vendor_name.clone(),
            zone: config.zone,
            book: format!("{}{}/orders", config.origin, home(org)),
            org_name,
        }
    }
}
