use super::actions::{self, Desk, Door, One, Whole};
use super::booked::Recent;
use super::bulk::{self, Import, MOST_ORDERS, OrderRow};
use super::form_view::NewOrderForm;
use super::order_view::{Ending, OrderPage};
use super::rules::{Cancellation, Kind, MOST_LINES, NewLine, NewOrder};
use super::view::RecentOrders;
use super::{order_path, sql};
use crate::access::{Asked, Fields, Form, Posted};
use crate::answer::{Answer, Shown, View};
use crate::error::Error;
use crate::kernel::{OrderId, SubscriptionId};
use crate::page::Draft;

pub async fn recent(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (q, page) = (asked.read("q"), asked.page());
    let (me, found) = door.read(sql::recent(door.scope(), q.as_ref(), &page)).await?;
    let (orders, next) = page.cut(found, Recent::place);
    let zone = door.app().config().zone;
    let view = RecentOrders { orders, next, draft: asked.draft(), filters: asked.filters(), zone };
    let frame = door.frame(&me);
    if asked.errors().is_empty() {
        return Ok(Answer::of(Shown { frame, view }));
    }
    let view = RecentOrders { orders: Vec::new(), next: None, ..view };
    Err(Error::invalid(asked.errors().to_vec()).on_screen(|_| view.page(&frame)))
}

/// `?renews=` begins with the next period of a subscription, or of all that its order has.
pub async fn blank(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (one, order) = (asked.read::<SubscriptionId>("renews"), asked.read::<OrderId>("renews_order"));
    let desk = actions::desk(&door).await?;
    let frame = door.frame(&desk.me);
    let earlier = desk.periods.iter().filter(|it| {
        it.is_open() && (one.as_ref() == Some(&it.id) || (order.is_some() && it.order_id == order))
    });
    let draft = super::form_view::renewal(&earlier.collect::<Vec<_>>(), desk.today);
    Ok(Answer::of(Shown { frame, view: form(&door, desk, draft) }))
}

pub async fn book(door: Door, posted: Posted<NewOrder>) -> Result<Answer, Error> {
    // Without script a line is added by asking for the form again.
    if posted.draft(Vec::new()).value("add_line").is_some() && !door.is_api() {
        let desk = actions::desk(&door).await?;
        let frame = door.frame(&desk.me);
        let mut draft = posted.draft(Vec::new());
        draft.typed.remove("add_line");
        let view = NewOrderForm { more: true, ..form(&door, desk, draft) };
        return Ok(Answer::of(Shown { frame, view }));
    }
    match actions::book(&door, &posted).await {
        Ok(done) => Ok(Answer::of(done)),
        Err((Some(_), error)) if !door.is_api() && matches!(error, Error::Refused(_)) => {
            let desk = actions::desk(&door).await?;
            let frame = door.frame(&desk.me);
            Err(error.on_screen(|errors| form(&door, desk, posted.draft(errors)).page(&frame)))
        }
        Err((_, error)) => Err(error),
    }
}

pub async fn import(door: Door, posted: Posted<Import>) -> Result<Answer, Error> {
    bulk::import(&door, &posted).await.map(Answer::of)
}

pub async fn order(door: Door) -> Result<Answer, Error> {
    let Whole { me, customer, order, periods, today, .. } = actions::whole(&door).await?;
    let at = order_path(&customer.id, None);
    Ok(Answer::of(Shown { frame: door.frame(&me), view: OrderPage { customer, order, periods, today, at } }))
}

pub async fn ask_order(door: Door) -> Result<Answer, Error> {
    let whole = actions::whole(&door).await?;
    whole.cancelled(whole.today)?;
    let frame = door.frame(&whole.me);
    Ok(Answer::of(Shown { frame, view: of_order(&whole, Draft::default()) }))
}

pub async fn cancel_order(door: Door, posted: Posted<Cancellation>) -> Result<Answer, Error> {
    let whole = actions::whole(&door).await?;
    let frame = door.frame(&whole.me);
    let done = match posted.parse() {
        Ok(asked) => actions::cancel_order(&door, &whole, &asked).await,
        Err(error) => Err(error),
    };
    done.map(Answer::of)
        .map_err(|it| it.on_screen(|errors| of_order(&whole, posted.draft(errors)).page(&frame)))
}

pub async fn ask_period(door: Door) -> Result<Answer, Error> {
    let one = actions::one_period(&door).await?;
    one.cancelled(one.today.min(one.period.valid_till))?;
    let frame = door.frame(&one.me);
    Ok(Answer::of(Shown { frame, view: of_period(&one, Draft::default()) }))
}

pub async fn cancel_period(door: Door, posted: Posted<Cancellation>) -> Result<Answer, Error> {
    let one = actions::one_period(&door).await?;
    let frame = door.frame(&one.me);
    let done = match posted.parse() {
        Ok(asked) => actions::cancel_period(&door, &one, &asked).await,
        Err(error) => Err(error),
    };
    done.map(Answer::of)
        .map_err(|it| it.on_screen(|errors| of_period(&one, posted.draft(errors)).page(&frame)))
}

fn of_order(whole: &Whole, draft: Draft) -> Ending {
    let at = order_path(&whole.customer.id, Some(&whole.order.id));
    let gone = whole.cancelled(whole.today).ok();
    Ending {
        title: format!("Cancel order {} of {}?", whole.order.number, whole.customer.name),
        what: "order",
        licences: gone.map(|it| it.licences).unwrap_or_default(),
        action: format!("{at}/cancellation"),
        back: at,
        today: whole.today,
        draft,
    }
}

fn of_period(one: &One, draft: Draft) -> Ending {
    let gone = one.cancelled(one.today.min(one.period.valid_till)).ok();
    let base = format!("/staff/organisations/{}", one.customer.id.as_str());
    let back = one
        .period
        .order_id
        .as_ref()
        .map_or_else(super::orders_path, |it| order_path(&one.customer.id, Some(it)));
    Ending {
        title: format!("Cancel {} of {}?", one.period.sku, one.customer.name),
        what: "subscription",
        licences: gone.map(|it| it.licences).unwrap_or_default(),
        action: format!("{base}/subscriptions/{}/cancellation", one.period.id.as_str()),
        back,
        today: one.today,
        draft,
    }
}

fn form(door: &Door, desk: Desk, draft: Draft) -> NewOrderForm {
    let Desk { customer, products, periods, today, .. } = desk;
    let at = order_path(&customer.id, None);
    let key = String::from(door.app().new_id::<OrderId>());
    NewOrderForm { customer, products, periods, today, draft, at, key, more: false }
}

const WORDS_OF_KIND: &str = "Choose new, renewal or top_up.";
const WORDS_OF_AGREEMENT: &str = "Choose contract, ppu_prepaid or ppu_postpaid.";

impl Form for NewOrder {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (number, ordered_on) = (fields.read("number"), fields.read("ordered_on"));
        let kind = fields.word::<Kind>("kind", WORDS_OF_KIND);
        let agreement = fields.word("agreement", WORDS_OF_AGREEMENT);
        let (partner, po_number) = (fields.maybe("partner"), fields.maybe("po_number"));
        let (po_on, is_trial) = (fields.maybe("po_on"), fields.flag("is_trial", false));
        let lines = fields.each("lines", MOST_LINES, line);
        Some(Self {
            number: number?,
            ordered_on: ordered_on?,
            kind: kind?,
            agreement: agreement?,
            partner: partner?,
            po_number: po_number?,
            po_on: po_on?,
            is_trial: is_trial?,
            lines: lines?.into_iter().map(|(place, line)| NewLine { place, ..line }).collect(),
        })
    }
}

fn line(fields: &mut Fields) -> Option<NewLine> {
    let (product_id, sku) = (fields.read("product_id"), fields.read("sku"));
    let (description, quantity) = (fields.read("description"), fields.whole("quantity"));
    let (unit, renews) = (fields.read("unit"), fields.maybe("renews"));
    let (valid_from, valid_till) = (fields.read("valid_from"), fields.read("valid_till"));
    Some(NewLine {
        place: 0,
        product_id: product_id?,
        sku: sku?,
        description: description?,
        quantity: quantity?,
        unit: unit?,
        valid_from: valid_from?,
        valid_till: valid_till?,
        renews: renews?,
    })
}

impl Form for Cancellation {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let (cancelled_on, note) = (fields.read("cancelled_on"), fields.read("note"));
        Some(Self { cancelled_on: cancelled_on?, note: note? })
    }
}

impl Form for Import {
    const MOST: usize = 1024 * 1024;
    const LARGE: &'static str = "This is more than 1 MB. Send the orders in several calls.";

    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let row = |fields: &mut Fields| {
            let (org, order) = (fields.read("organisation_id"), NewOrder::from_fields(fields));
            Some(OrderRow { org: org?, order: order? })
        };
        Some(Self { rows: fields.rows("items", MOST_ORDERS, row)? })
    }
}
