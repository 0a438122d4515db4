use super::rules::{Order, PastToo, Product, Subscription, Wanted, WantedNow};
use super::view::List;
use super::{history_view, sheet, sql, view};
use crate::access::{Access, Asked, MOST_ROWS, Member, OrderBook, too_many};
use crate::answer::{Answer, Sheet, Shown, View};
use crate::apps::{dashboards, home};
use crate::error::Error;
use crate::kernel::{Day, FieldError, Limit, OrderId, PageOf, ProductId, SubscriptionId};

type Door = Access<OrderBook>;

pub async fn now(door: Door) -> Result<Answer, Error> {
    let (mut asked, today) = (Asked::of(door.app()), door.today()?);
    let people = !door.app().caller().asked.starts_with("/api/");
    let wanted = wanted_now(&mut asked, |it| page_of_now(it, people));
    if !asked.errors().is_empty() {
        return Err(refused_now(&door, &asked, asked.errors().to_vec(), today).await);
    }
    let org = door.org();
    let questions =
        (sql::subscriptions(org, &wanted, today), sql::products(org), dashboards::reached(org, today));
    let (me, (found, products, reached)) = door.read(questions).await?;
    let (subscriptions, next) = wanted.page.cut(found, Subscription::place);
    let list = list(&door, &asked, products, next.map(|it| it.text()));
    let over_use = dashboards::panel(org.id(), &reached);
    let view = view::Now { subscriptions, past_too: wanted.past_too, today, list, over_use };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn now_csv(door: Door) -> Result<Answer, Error> {
    let (mut asked, today) = (Asked::of(door.app()), door.today()?);
    let wanted = wanted_now(&mut asked, |_| PageOf::whole(MOST_ROWS));
    if !asked.errors().is_empty() {
        return Err(refused_now(&door, &asked, asked.errors().to_vec(), today).await);
    }
    let (me, found) = door.read(sql::subscriptions(door.org(), &wanted, today)).await?;
    let (subscriptions, next) = wanted.page.cut(found, Subscription::place);
    if next.is_some() {
        return Err(refused_now(&door, &asked, vec![too_many("product")], today).await);
    }
    Ok(file(&door, &me, "subscriptions", today, sheet::subscriptions(&subscriptions, today)))
}

pub async fn history(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let wanted = wanted(&mut asked, Asked::page);
    if !asked.errors().is_empty() {
        return Err(refused_history(&door, &asked, asked.errors().to_vec()).await);
    }
    let (me, (found, products)) =
        door.read((sql::orders(door.org(), &wanted), sql::products(door.org()))).await?;
    let (orders, next) = wanted.page.cut(found, Order::place);
    let list = list(&door, &asked, products, next.map(|it| it.text()));
    Ok(Answer::of(Shown { frame: door.frame(&me), view: history_view::History { orders, list } }))
}

pub async fn history_csv(door: Door) -> Result<Answer, Error> {
    let (mut asked, today) = (Asked::of(door.app()), door.today()?);
    let wanted = wanted(&mut asked, |_| PageOf::whole(MOST_ROWS));
    if !asked.errors().is_empty() {
        return Err(refused_history(&door, &asked, asked.errors().to_vec()).await);
    }
    let (me, found) = door.read(sql::orders(door.org(), &wanted)).await?;
    let (orders, next) = wanted.page.cut(found, Order::place);
    if next.is_some() {
        return Err(refused_history(&door, &asked, vec![too_many("from")]).await);
    }
    Ok(file(&door, &me, "orders", today, sheet::orders(&orders)))
}

pub async fn order(door: Door) -> Result<Answer, Error> {
    let id = door.named("order");
    let (me, order) = match &id {
        Ok(id) => door.read(sql::order(door.org(), id)).await?,
        Err(_) => (door.read(()).await?.0, None),
    };
    let order = order.ok_or(Error::NotFound)?;
    let vendor = door.app().config().brand.vendor_name.clone();
    let view =
        history_view::OrderPage { order, org_name: me.org_name.as_str().to_owned(), vendor, at: at(&door) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

fn wanted(asked: &mut Asked, page: impl Fn(&mut Asked) -> PageOf<Day, OrderId>) -> Wanted {
    let (product, q) = (asked.read("product"), asked.read("q"));
    let (from, to) = asked.days();
    Wanted { product, from, to, q, page: page(asked) }
}

type PageOfNow = PageOf<(ProductId, Day), SubscriptionId>;

fn wanted_now(asked: &mut Asked, page: impl Fn(&mut Asked) -> PageOfNow) -> WantedNow {
    let (product, past_too) = (asked.read("product"), asked.read::<PastToo>("show").is_some());
    WantedNow { product, past_too, page: page(asked) }
}

/// People see all that they have on one page, nearly always.
fn page_of_now(asked: &mut Asked, people: bool) -> PageOfNow {
    let limit = asked.read("limit").or_else(|| Limit::try_from("100".to_owned()).ok().filter(|_| people));
    PageOf::new(limit, asked.read("cursor"))
}

async fn refused_now(door: &Door, asked: &Asked, errors: Vec<FieldError>, today: Day) -> Error {
    let (me, products) = match door.read(sql::products(door.org())).await {
        Ok(read) => read,
        Err(error) => return error,
    };
    Error::invalid(errors).on_screen(|errors| {
        let list = List { errors, ..list(door, asked, products, None) };
        let over_use = maud::html! {};
        view::Now { subscriptions: Vec::new(), past_too: false, today, list, over_use }.page(&door.frame(&me))
    })
}

async fn refused_history(door: &Door, asked: &Asked, errors: Vec<FieldError>) -> Error {
    let (me, products) = match door.read(sql::products(door.org())).await {
        Ok(read) => read,
        Err(error) => return error,
    };
    Error::invalid(errors).on_screen(|errors| {
        let list = List { errors, ..list(door, asked, products, None) };
        history_view::History { orders: Vec::new(), list }.page(&door.frame(&me))
    })
}

fn list(door: &Door, asked: &Asked, products: Vec<Product>, next: Option<String>) -> List {
    List { typed: asked.draft(), filters: asked.filters(), products, next, errors: Vec::new(), at: at(door) }
}

fn file(door: &Door, me: &Member, what: &str, today: Day, text: String) -> Answer {
    door.note_export(me);
    Answer::of(Sheet { name: format!("{}_{what}_{today}", me.org_name.slug()), text })
}

fn at(door: &Door) -> String {
    home(door.org().id()) + "/orders"
}
