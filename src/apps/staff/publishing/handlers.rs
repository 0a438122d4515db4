use axum::http::StatusCode;
use serde_json::json;

use super::actions::{self, Door, Known, zone};
use super::form::{NewNotice, Patch, Pin};
use super::rules::{Notice, Product};
use super::sql;
use super::view::{NoticeForm, NoticeList, NoticeScreen, Withdrawal};
use crate::access::{Asked, Colleague, Posted};
use crate::answer::{Answer, Done, Shown, View};
use crate::error::Error;
use crate::kernel::NoticeId;
use crate::page::Draft;

const AT: &str = "/staff/notifications";

pub async fn list(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let page = asked.page();
    if !asked.errors().is_empty() {
        let (me, ()) = door.read(()).await?;
        let frame = door.frame(&me);
        let view = NoticeList {
            notices: Vec::new(),
            next: None,
            now: door.now(),
            zone: zone(&door),
            draft: asked.draft(),
            at: AT,
        };
        return Err(Error::invalid(asked.errors().to_vec()).on_screen(|_| view.page(&frame)));
    }
    let (me, found) = door.read(sql::notices(door.scope(), &page)).await?;
    let (notices, next) = page.cut(found, Notice::place);
    let view = NoticeList { notices, next, now: door.now(), zone: zone(&door), draft: asked.draft(), at: AT };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn blank(door: Door) -> Result<Answer, Error> {
    let (me, products) = door.read(sql::products(door.scope())).await?;
    let view = form(&door, None, products, Draft::default());
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn draft(door: Door, posted: Posted<NewNotice>) -> Result<Answer, Error> {
    match actions::draft(&door, &posted, AT).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(me), error)) => {
            let (_, products) = door.read(sql::products(door.scope())).await?;
            Err(error
                .on_screen(|errors| form(&door, None, products, posted.draft(errors)).page(&door.frame(&me))))
        }
    }
}

pub async fn show(door: Door) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: screen(&door, known, Draft::default()) }))
}

pub async fn ask_change(door: Door) -> Result<Answer, Error> {
    let id = door.named::<NoticeId>("notice");
    let (me, (notice, products)) = match &id {
        Ok(id) => door.read((sql::notice(door.scope(), id), sql::products(door.scope()))).await?,
        Err(_) => (door.read(()).await?.0, (None, Vec::new())),
    };
    let notice = notice.ok_or(Error::NotFound)?;
    Ok(Answer::of(Shown {
        frame: door.frame(&me),
        view: form(&door, Some(notice), products, Draft::default()),
    }))
}

pub async fn change(door: Door, posted: Posted<NewNotice>) -> Result<Answer, Error> {
    match actions::change(&door, &posted).await {
        Ok(id) => Ok(Answer::of(Done::quietly(format!("{AT}/{}?done=notice-changed", id.as_str())))),
        Err((None, error)) => Err(error),
        Err((Some(known), error)) => {
            let (me, products) = door.read(sql::products(door.scope())).await?;
            Err(error.on_screen(|errors| {
                form(&door, Some(known.notice), products, posted.draft(errors)).page(&door.frame(&me))
            }))
        }
    }
}

pub async fn patch(door: Door, posted: Posted<Patch>) -> Result<Answer, Error> {
    let (facts, version) = actions::patch(&door, &posted).await?;
    let done = Done { see: AT.to_owned(), status: StatusCode::OK, body: json!(facts) };
    Ok(Answer::of(done).tagged(version))
}

pub async fn publish(door: Door, posted: Posted<()>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let done = match posted.matches(known.notice.version) {
        Ok(()) => actions::publish(&door, &known).await,
        Err(error) => Err(error),
    };
    on_its_page(&door, known, done, "notice-published")
}

pub async fn pin(door: Door, posted: Posted<Pin>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let done = match posted.matches(known.notice.version).and_then(|()| posted.parse()) {
        Ok(Pin(until)) => actions::pin(&door, &known, until).await,
        Err(error) => Err(error),
    };
    on_its_page(&door, known, done, "notice-pinned")
}

pub async fn ask_withdrawal(door: Door) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: Withdrawal { notice: known.notice, reach: known.reach, at: AT } }))
}

pub async fn withdraw(door: Door, posted: Posted<()>) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let done = match posted.matches(known.notice.version) {
        Ok(()) => actions::withdraw(&door, &known).await,
        Err(error) => Err(error),
    };
    on_its_page(&door, known, done, "notice-withdrawn")
}

fn on_its_page(door: &Door, known: Known, done: Result<(), Error>, flash: &str) -> Result<Answer, Error> {
    match done {
        Ok(()) => Ok(Answer::of(Done::quietly(format!("{AT}/{}?done={flash}", known.notice.id.as_str())))),
        Err(error) => {
            let frame = door.frame(&known.me);
            Err(error.on_screen(|errors| screen(door, known, Draft::blank(errors)).page(&frame)))
        }
    }
}

fn screen(door: &Door, known: Known, draft: Draft) -> NoticeScreen {
    let Known { notice, reach, me: Colleague { .. } } = known;
    let config = door.app().config();
    NoticeScreen { notice, reach, draft, now: door.now(), zone: config.zone, at: AT }
}

fn form(door: &Door, notice: Option<Notice>, products: Vec<Product>, draft: Draft) -> NoticeForm {
    let key = String::from(door.app().new_id::<NoticeId>());
    NoticeForm { notice, products, draft, zone: zone(door), key, at: AT }
}
