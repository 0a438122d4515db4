use super::rules::{self, Grain, Meter, Part, Period, Sample, Show};
use super::sql::{self, Wanted};
use super::{sheet, view};
use crate::access::{Access, Asked, Dashboards, Member};
use crate::answer::{Answer, Sheet, Shown, View};
use crate::apps::home;
use crate::error::Error;
use crate::kernel::{Day, FieldError};

type Door = Access<Dashboards>;

/// What the address asks for.
struct Ask {
    wanted: Wanted,
    period: Option<Period>,
    show: Show,
    errors: Vec<FieldError>,
    typed: crate::page::Draft,
}

/// What the database knows of it.
struct Known {
    meters: Vec<Meter>,
    samples: Vec<Sample>,
    parts: Vec<Part>,
}

pub async fn show(door: Door) -> Result<Answer, Error> {
    let (ask, today) = (ask(&door), today(&door)?);
    if !ask.errors.is_empty() {
        return Err(refused(&door, ask, today).await);
    }
    let (me, known) = read(&door, &ask.wanted, today).await?;
    let view = usage(&door, ask, known, today);
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn export(door: Door) -> Result<Answer, Error> {
    let (ask, today) = (ask(&door), today(&door)?);
    if !ask.errors.is_empty() {
        return Err(refused(&door, ask, today).await);
    }
    let (me, known) = read(&door, &ask.wanted, today).await?;
    let usage = usage(&door, ask, known, today);
    let name = format!("{}_usage_{today}", me.org_name.slug());
    door.note_export(&me);
    Ok(Answer::of(Sheet { name, text: sheet::points(&usage) }))
}

/// One round trip.
async fn read(door: &Door, wanted: &Wanted, today: Day) -> Result<(Member, Known), Error> {
    let org = door.org();
    let questions = (sql::meters(org), sql::samples(org, wanted), sql::parts(org, wanted, today));
    let (me, (meters, samples, parts)) = door.read(questions).await?;
    let parts = if parts.len() > rules::MOST_PARTS { Vec::new() } else { parts };
    Ok((me, Known { meters, samples, parts }))
}

fn ask(door: &Door) -> Ask {
    let mut asked = Asked::of(door.app());
    let (product, sub_product) = (asked.read("product"), asked.read("sub_product"));
    let grain = asked.read("grain").unwrap_or(Grain::Daily);
    let period: Option<Period> = asked.read("period");
    let show = asked.read("view").unwrap_or(Show::Chart);
    let wanted = Wanted { product, sub_product, grain, span: period.map(|it| it.span(grain)) };
    Ask { wanted, period, show, errors: asked.errors().to_vec(), typed: asked.draft() }
}

fn usage(door: &Door, ask: Ask, known: Known, today: Day) -> view::Usage {
    let Ask { wanted, period, show, errors, typed } = ask;
    let Known { meters, samples, parts } = known;
    let is_asked_for = |it: &Meter| {
        wanted.product.as_ref().is_none_or(|asked| *asked == it.product_id)
            && wanted.sub_product.as_ref().is_none_or(|asked| *asked == it.sub_product)
    };
    let chosen = meters.iter().position(is_asked_for);
    let meter = chosen.and_then(|it| meters.get(it));
    let period = period.unwrap_or_else(|| Period::of(meter.map_or(today, |it| it.last_on)));
    let points = meter.map_or_else(Vec::new, |meter| {
        let mine: Vec<Part> = parts.iter().filter(|it| it.is_of(meter)).cloned().collect();
        rules::points(period.span(wanted.grain), &samples, &mine, today)
    });
    let at = home(door.org().id()) + "/usage";
    let zone = door.app().config().zone;
    view::Usage {
        meters,
        parts,
        chosen,
        points,
        grain: wanted.grain,
        period,
        show,
        today,
        zone,
        at,
        errors,
        typed,
    }
}

/// The page without anything to show, and what was wrong with the address.
async fn refused(door: &Door, ask: Ask, today: Day) -> Error {
    let (me, meters) = match door.read(sql::meters(door.org())).await {
        Ok(read) => read,
        Err(error) => return error,
    };
    let errors = ask.errors.clone();
    let usage = usage(door, ask, Known { meters, samples: Vec::new(), parts: Vec::new() }, today);
    Error::invalid(errors).on_screen(|_| usage.page(&door.frame(&me)))
}

fn today(door: &Door) -> Result<Day, Error> {
    Day::today(door.now(), door.app().config().zone)
        .ok_or_else(|| crate::db::DbError("no such day".to_owned()).into())
}
