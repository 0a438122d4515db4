use super::actions::{self, Known};
use super::history::{Days, EventFilter, LicenceCursor, RequestFilter};
use super::history_view::{self, History};
use super::request_view::{self, Asking, Requests};
use super::rules::NewRequest;
use super::sql;
use super::view::{self, CurrentLicences, Rules, Tab};
use crate::access::{Access, Asked, Fields, Form, LicenseExtension, MOST_ROWS, Posted, too_many};
use crate::answer::{Answer, Sheet, Shown, View};
use crate::apps::{home, payments};
use crate::error::Error;
use crate::kernel::{LicenceId, PageOf, Zone, csv};
use crate::page::Draft;

type Door = Access<LicenseExtension>;

pub async fn current(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let page = asked.page();
    let (me, (licences, changes)) =
        door.read((sql::licences(door.org()), sql::last_changes(door.org()))).await?;
    if !asked.errors().is_empty() {
        return Err(Error::invalid(asked.errors().to_vec()));
    }
    let place = |it: &super::rules::Licence| LicenceCursor { key: it.valid_till, id: it.id.clone() };
    let behind = |it: &super::rules::Licence| {
        page.after
            .as_ref()
            .is_none_or(|after: &LicenceCursor| (it.valid_till, &it.id) > (after.key, &after.id))
    };
    let (licences, next) = page.cut(licences.into_iter().filter(behind).collect(), place);
    let (zone, vendor) = (zone(&door), vendor(&door));
    let view = CurrentLicences {
        licences,
        changes,
        next,
        today: actions::today(&door)?,
        zone,
        vendor,
        at: at(&door),
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn current_sheet(door: Door) -> Result<Answer, Error> {
    let (me, licences) = door.read(sql::licences(door.org())).await?;
    let today = actions::today(&door)?;
    sheet(&door, &me, "licences", &view::SHEET, licences.iter().map(|it| view::row(it, today)))
}

pub async fn history(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (event_filter(&mut asked), asked.page());
    let zone = zone(&door);
    let (me, (events, products)) =
        door.read((sql::events(door.org(), &filter, zone, &page), sql::products(door.org()))).await?;
    let (events, next) = page.cut(events, super::history::Event::place);
    let (vendor, draft, filters) = (vendor(&door), asked.draft(), asked.filters());
    let view = History { events, next, products, draft, filters, zone, vendor, at: at(&door) };
    shown_or_refused(&door, &me, &asked, view, |it| it.events.clear())
}

pub async fn history_sheet(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let filter = event_filter(&mut asked);
    let page = PageOf::whole(MOST_ROWS);
    let (me, events) = door.read(sql::events(door.org(), &filter, zone(&door), &page)).await?;
    refuse(&asked)?;
    let (events, next) = page.cut(events, super::history::Event::place);
    if next.is_some() {
        return Err(Error::invalid(vec![too_many("from")]));
    }
    let vendor = vendor(&door);
    let rows = events.iter().map(|it| history_view::row(it, &vendor));
    sheet(&door, &me, "licence-history", &history_view::SHEET, rows)
}

pub async fn requests(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (request_filter(&mut asked), asked.page());
    let (me, (requests, products)) = door
        .read((sql::requests(door.org(), &filter, zone(&door), &page), sql::products(door.org())))
        .await?;
    let (requests, next) = page.cut(requests, super::history::Request::place);
    let (zone, draft, filters) = (zone(&door), asked.draft(), asked.filters());
    let view = Requests { items: requests, next, products, draft, filters, zone, at: at(&door) };
    shown_or_refused(&door, &me, &asked, view, |it| it.items.clear())
}

pub async fn requests_sheet(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (request_filter(&mut asked), PageOf::whole(MOST_ROWS));
    let (me, requests) = door.read(sql::requests(door.org(), &filter, zone(&door), &page)).await?;
    refuse(&asked)?;
    let (requests, next) = page.cut(requests, super::history::Request::place);
    if next.is_some() {
        return Err(Error::invalid(vec![too_many("from")]));
    }
    let rows = requests.iter().map(request_view::row);
    sheet(&door, &me, "extension-requests", &request_view::SHEET, rows)
}

/// `?licence_id=` chooses one; whatever else it says chooses none.
pub async fn ask(door: Door) -> Result<Answer, Error> {
    let known = actions::load(&door).await?;
    let chosen = Asked::of(door.app()).read::<LicenceId>("licence_id");
    let frame = door.frame(&known.me);
    Ok(Answer::of(Shown { frame, view: form(&door, known, chosen, Draft::default()) }))
}

pub async fn request(door: Door, posted: Posted<NewRequest>) -> Result<Answer, Error> {
    match actions::request(&door, &posted, &(at(&door) + Tab::Requests.path())).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((None, error)) => Err(error),
        Err((Some(known), error)) => Err(error.on_screen(|errors| {
            let frame = door.frame(&known.me);
            form(&door, known, None, posted.draft(errors)).page(&frame)
        })),
    }
}

pub async fn rules(door: Door) -> Result<Answer, Error> {
    let (me, ()) = door.read(()).await?;
    let view = Rules { policy: actions::policy(&door), payments: payments::sentences(), at: at(&door) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

fn form(door: &Door, known: Known, chosen: Option<LicenceId>, draft: Draft) -> Asking {
    let Known { licences, grants, policy, today, .. } = known;
    let key = String::from(door.app().new_id::<LicenceId>());
    Asking { licences, grants, policy, today, chosen, draft, at: at(door), key }
}

/// The gate has spoken, so now the address may be found wrong; the page shows its filters again and no rows.
fn shown_or_refused<V: View>(
    door: &Door,
    me: &crate::access::Member,
    asked: &Asked,
    mut view: V,
    empty: impl FnOnce(&mut V),
) -> Result<Answer, Error> {
    let frame = door.frame(me);
    if asked.errors().is_empty() {
        return Ok(Answer::of(Shown { frame, view }));
    }
    empty(&mut view);
    Err(Error::invalid(asked.errors().to_vec()).on_screen(|_| view.page(&frame)))
}

fn refuse(asked: &Asked) -> Result<(), Error> {
    if asked.errors().is_empty() { Ok(()) } else { Err(Error::invalid(asked.errors().to_vec())) }
}

fn event_filter(asked: &mut Asked) -> EventFilter {
    EventFilter {
        product: asked.read("product"),
        cause: asked.read("cause"),
        days: days(asked),
        q: asked.read("q"),
    }
}

fn request_filter(asked: &mut Asked) -> RequestFilter {
    RequestFilter { product: asked.read("product"), status: asked.read("status"), days: days(asked) }
}

fn days(asked: &mut Asked) -> Days {
    let (from, to) = asked.days();
    Days { from, to }
}

fn sheet(
    door: &Door,
    me: &crate::access::Member,
    what: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Answer, Error> {
    door.note_export(me);
    let name = format!("{what}_{}", actions::today(door)?);
    Ok(Answer::of(Sheet { name, text: csv::sheet(header, rows) }))
}

fn at(door: &Door) -> String {
    home(door.org().id()) + "/licences"
}

fn zone(door: &Door) -> Zone {
    door.app().config().zone
}

fn vendor(door: &Door) -> String {
    door.app().config().brand.vendor_name.clone()
}

impl Form for NewRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (licence_id, reason) = (fields.read("licence_id"), fields.read("reason"));
        let description = fields.read("description");
        Some(Self { licence_id: licence_id?, reason: reason?, description: description? })
    }
}
