use axum::http::StatusCode;
use serde_json::json;

use super::api::{BookedFacts, CancelledFacts};
use super::booked::Known;
use super::rules::{
    self, Booked, Cancellation, Cancelled, Customer, Held, Ids, Ledger, NewOrder, Period, Product,
};
use super::sql::{self, About, deeds};
use super::{mail, order_path};
use crate::access::{Colleague, Once, Posted, Staffed, seat};
use crate::answer::Done;
use crate::apps::orders::{self, Order, Standing};
use crate::apps::staff::told::{self, Reader};
use crate::audit;
use crate::error::Error;
use crate::kernel::{Day, EventId, FieldError, LicenceId, OrderId, OrgId, SubscriptionId};

pub type Door = Staffed<seat::Booking>;

/// Another deed that changes the same rows at the same moment is met this often.
const MOST_TRIES: usize = 5;

/// What the form of a new order shows and rests on.
pub struct Desk {
    pub me: Colleague,
    pub customer: Customer,
    pub products: Vec<Product>,
    pub periods: Vec<Period>,
    pub today: Day,
}

/// What booking rests on.
pub struct Facts {
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
    pub held: Vec<Held>,
    pub periods: Vec<Period>,
    pub known: Vec<Known>,
    pub readers: Vec<Reader>,
}

pub async fn desk(door: &Door) -> Result<Desk, Error> {
    let (org, scope) = (door.org()?, door.scope());
    let questions = (sql::customer(&org), sql::products(scope), sql::all_periods(&org));
    let (me, (customer, products, periods)) = door.read(questions).await?;
    let customer = customer.ok_or(Error::NotFound)?;
    Ok(Desk { me, customer, products, periods, today: door.today()? })
}

impl About {
    /// Orders, each with its organisation.
    pub fn of(orders: &[(&OrgId, &NewOrder)], today: Day) -> Self {
        let products = orders.iter().flat_map(|it| it.1.lines.iter().map(|it| &it.product_id));
        let numbers = orders.iter().map(|it| (it.0, &it.1.number));
        let from = orders.iter().flat_map(|it| it.1.lines.iter().map(|it| it.valid_from)).min();
        Self {
            orgs: json!(orders.iter().map(|it| it.0).collect::<std::collections::BTreeSet<_>>()).to_string(),
            products: json!(products.collect::<std::collections::BTreeSet<_>>()).to_string(),
            numbers: json!(numbers.collect::<Vec<_>>()).to_string(),
            from: from.unwrap_or(today),
        }
    }
}

/// One order. `None` instead of the colleague: nobody was let in.
pub async fn book(door: &Door, posted: &Posted<NewOrder>) -> Result<Done, (Option<Colleague>, Error)> {
    let once = Once::owned_by(posted, door.owner(), door.now());
    let org = door.org().map_err(|it| (None, it))?;
    let parsed = posted.parse();
    for _ in 0..MOST_TRIES {
        let (scope, today) = (door.scope(), door.today().map_err(|it| (None, it))?);
        let asked: Vec<(&OrgId, &NewOrder)> = parsed.iter().map(|it| (org.id(), it)).collect();
        let mut about = About::of(&asked, today);
        about.orgs = json!([org.id()]).to_string();
        let questions = (
            (sql::customers(scope, &about), sql::products(scope), sql::held(scope, &about)),
            (sql::periods(scope, &about), sql::known(scope, &about), told::readers(scope, &about.orgs)),
            once.earlier(scope),
        );
        let (me, ((customers, products, held), (periods, known, readers), kept)) =
            door.read(questions).await.map_err(|it| (None, it))?;
        let facts = Facts { customers, products, held, periods, known, readers };
        let attempt = async {
            let customer = facts.customers.first().ok_or(Error::NotFound)?;
            if let Some(done) = once.replay(kept, order_path(org.id(), None))? {
                return Ok(Some(done));
            }
            let order = posted.parse()?;
            if let Some(known) = facts.known.first() {
                return Err(exists(door, &order, known));
            }
            one(door, &me, &facts, customer, order, &once).await
        };
        match attempt.await {
            Ok(Some(done)) => return Ok(done),
            Ok(None) => {}
            Err(error) => return Err((Some(me), error)),
        }
    }
    Err((None, busy()))
}

/// `None` when a fact changed between reading and writing.
async fn one(
    door: &Door,
    me: &Colleague,
    facts: &Facts,
    customer: &Customer,
    order: NewOrder,
    once: &Once<'_>,
) -> Result<Option<Done>, Error> {
    let ids = ids(door, &order);
    let mut ledger = ledger(facts, door.today()?);
    let booked = ledger.book(customer, order, &ids).map_err(Error::unprocessable_all)?;
    let done = Done {
        see: order_path(&booked.org_id, Some(&booked.id)) + "?done=order-booked",
        status: StatusCode::CREATED,
        body: json!(BookedFacts::of(&booked)),
    };
    let mut deeds = once.keep(door.scope(), &done);
    let booked = [booked];
    deeds.extend(deeds_of(door, me, facts, &booked)?);
    match door.write(deeds).await {
        Ok(_) => Ok(Some(done)),
        Err(error) if was_changed(&error) || once.was_beaten(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

pub fn ledger(facts: &Facts, today: Day) -> Ledger {
    Ledger {
        products: facts.products.clone(),
        held: facts.held.clone(),
        periods: facts.periods.clone(),
        today,
    }
}

pub fn ids(door: &Door, order: &NewOrder) -> Ids {
    let app = door.app();
    let line = |_| (app.new_id::<SubscriptionId>(), app.new_id::<LicenceId>(), app.new_id::<EventId>());
    Ids { order: app.new_id(), lines: order.lines.iter().map(line).collect() }
}

/// Everything that orders do, with audit, mails and notifications.
pub fn deeds_of(
    door: &Door,
    me: &Colleague,
    facts: &Facts,
    booked: &[Booked],
) -> Result<Vec<crate::access::Deed>, Error> {
    let (app, scope, actor, today) = (door.app(), door.scope(), door.actor(me), door.today()?);
    let mut deeds = deeds::book(scope, booked, &facts.held, door.now());
    let mut notices = Vec::new();
    for it in booked {
        let entry = audit::Entry {
            action: "order.booked",
            target: it.id.as_str(),
            before: None,
            after: Some(json!(BookedFacts::of(it))),
        };
        deeds.push(entry.deed_in(Some(&it.org_id), scope, app, &actor));
        // What has ended is history, brought over from elsewhere: it is news to nobody.
        let is_news = it.order.lines.iter().any(|line| line.valid_till >= today);
        let Some(customer) = facts.customers.iter().find(|org| org.id == it.org_id && is_news) else {
            continue;
        };
        let news = mail::Booking::of(it, customer);
        notices.push(news.notice(it, app.new_id()));
        let org = door.at(&it.org_id);
        deeds.extend(
            mail::booking(&facts.readers, &it.org_id, &news).into_iter().map(|it| it.deed(&org, app)),
        );
    }
    if !notices.is_empty() {
        deeds.push(told::notify(scope, &notices, door.now()));
    }
    Ok(deeds)
}

/// The order, with its periods.
pub struct Whole {
    pub me: Colleague,
    pub customer: Customer,
    pub order: Order,
    pub periods: Vec<Period>,
    pub all: Vec<Period>,
    pub held: Vec<Held>,
    pub readers: Vec<Reader>,
    pub today: Day,
}

pub async fn whole(door: &Door) -> Result<Whole, Error> {
    let org = door.org()?;
    let id: OrderId = door.named("order")?;
    let orgs = json!([org.id()]).to_string();
    let questions = (
        (sql::customer(&org), orders::order(&org, &id), sql::of_order(&org, &id)),
        (sql::all_periods(&org), sql::all_held(&org), told::readers(door.scope(), &orgs)),
    );
    let (me, ((customer, order, periods), (all, held, readers))) = door.read(questions).await?;
    let (customer, order) = customer.zip(order).ok_or(Error::NotFound)?;
    Ok(Whole { me, customer, order, periods, all, held, readers, today: door.today()? })
}

impl Whole {
    pub fn cancelled(&self, on: Day) -> Result<Cancelled, Error> {
        if self.order.state == Standing::Cancelled {
            return Err(already_cancelled("order"));
        }
        let mine: Vec<&Period> = self.periods.iter().collect();
        rules::of_order(&mine, &self.all, &self.held, on).map_err(Error::unprocessable)
    }
}

pub async fn cancel_order(door: &Door, known: &Whole, asked: &Cancellation) -> Result<Done, Error> {
    let gone = known.cancelled(asked.cancelled_on)?;
    let what = format!("order {}", known.order.number);
    let org = door.org()?;
    let see = order_path(org.id(), Some(&known.order.id)) + "?done=order-cancelled";
    let mut deeds = deeds::cancel_order(&org, &known.order.id, asked);
    let about = Subject { what, target: known.order.id.as_str(), action: "order.cancelled" };
    deeds.extend(cancellation(door, &known.me, &known.customer, &known.readers, (&gone, asked), &about)?);
    finish(door, deeds, &gone, asked, see).await
}

/// One period of a customer.
pub struct One {
    pub me: Colleague,
    pub customer: Customer,
    pub period: Period,
    pub all: Vec<Period>,
    pub held: Vec<Held>,
    pub readers: Vec<Reader>,
    pub today: Day,
}

pub async fn one_period(door: &Door) -> Result<One, Error> {
    let org = door.org()?;
    let id: SubscriptionId = door.named("subscription")?;
    let orgs = json!([org.id()]).to_string();
    let questions = (
        sql::customer(&org),
        sql::all_periods(&org),
        sql::all_held(&org),
        told::readers(door.scope(), &orgs),
    );
    let (me, (customer, all, held, readers)) = door.read(questions).await?;
    let period = all.iter().find(|it| it.id == id).cloned();
    let (customer, period) = customer.zip(period).ok_or(Error::NotFound)?;
    Ok(One { me, customer, period, all, held, readers, today: door.today()? })
}

impl One {
    pub fn cancelled(&self, on: Day) -> Result<Cancelled, Error> {
        if self.period.cancelled_on.is_some() {
            return Err(already_cancelled("subscription"));
        }
        rules::of_subscription(&self.period, &self.all, &self.held, on).map_err(Error::unprocessable)
    }
}

pub async fn cancel_period(door: &Door, known: &One, asked: &Cancellation) -> Result<Done, Error> {
    let gone = known.cancelled(asked.cancelled_on)?;
    let see = match &known.period.order_id {
        Some(order) => order_path(&known.customer.id, Some(order)) + "?done=subscription-cancelled",
        None => super::orders_path() + "?done=subscription-cancelled",
    };
    let what = format!("{} of {}", known.period.sku, known.period.product);
    let about = Subject { what, target: known.period.id.as_str(), action: "subscription.cancelled" };
    let deeds = cancellation(door, &known.me, &known.customer, &known.readers, (&gone, asked), &about)?;
    finish(door, deeds, &gone, asked, see).await
}

/// What is cancelled, in words and for the log.
struct Subject<'a> {
    what: String,
    target: &'a str,
    action: &'static str,
}

fn cancellation(
    door: &Door,
    me: &Colleague,
    customer: &Customer,
    readers: &[Reader],
    (gone, asked): (&Cancelled, &Cancellation),
    about: &Subject,
) -> Result<Vec<crate::access::Deed>, Error> {
    let (org, app) = (door.org()?, door.app());
    let events: Vec<EventId> = gone.licences.iter().map(|_| app.new_id()).collect();
    let mut deeds = deeds::cancel(&org, gone, asked, &events, door.now());
    let entry = audit::Entry {
        action: about.action,
        target: about.target,
        before: Some(json!({
            "subscriptions": gone.subscriptions,
            "licences": gone.licences.iter().map(|it| (&it.licence, it.old_valid_till)).collect::<Vec<_>>(),
        })),
        after: Some(json!(CancelledFacts::of(gone, asked))),
    };
    deeds.push(entry.deed(&org, app, &door.actor(me)));
    let news = mail::Ending::of(customer, &about.what, gone, asked);
    deeds.push(told::notify(door.scope(), &[news.notice(app.new_id())], door.now()));
    deeds.extend(mail::ending(readers, &news).into_iter().map(|it| it.deed(&org, app)));
    Ok(deeds)
}

async fn finish(
    door: &Door,
    deeds: Vec<crate::access::Deed>,
    gone: &Cancelled,
    asked: &Cancellation,
    see: String,
) -> Result<Done, Error> {
    match door.write(deeds).await {
        Ok(_) => Ok(Done { see, status: StatusCode::OK, body: json!(CancelledFacts::of(gone, asked)) }),
        Err(error) if was_changed(&error) => {
            let said = "A colleague changed this a moment ago. Look at how it stands now.";
            Err(Error::refused(StatusCode::CONFLICT, "not-in-this-state", said))
        }
        Err(error) => Err(error),
    }
}

/// Something else was booked, moved or cancelled meanwhile: read anew and decide again.
pub fn was_changed(error: &Error) -> bool {
    error.verdict() == Some("facts-changed")
        || matches!(error, Error::Database(said)
            if said.names("sales_order.org_id, sales_order.number") || said.names("licence.org_id, licence.product_id"))
}

pub fn exists(door: &Door, order: &NewOrder, known: &Known) -> Error {
    let at = order_path(&known.org_id, Some(&known.id));
    let at = if door.is_api() { format!("id {}", known.id.as_str()) } else { at };
    let said = format!(
        "Order {} of this customer is booked already: {at}. Check the number, or change that order.",
        order.number.as_str()
    );
    Error::conflict(FieldError::new("number", "order-exists", said))
}

fn already_cancelled(what: &str) -> Error {
    let said = format!("This {what} is cancelled already, so there is nothing to do.");
    Error::refused(StatusCode::CONFLICT, "not-in-this-state", said)
}

pub fn busy() -> Error {
    let said = "The same customer is being changed by several people at once. Nothing was booked; try again in a moment.";
    Error::refused(StatusCode::SERVICE_UNAVAILABLE, "try-again", said)
}
