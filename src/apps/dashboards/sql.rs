use super::rules::{Grain, MOST_PARTS, Meter, Part, Reached, Sample, Span};
use crate::access::{OrgScope, Query, Scope};
use crate::kernel::{Day, ProductId, SubProductId};
use crate::sql;

/// What the address asks for; whatever it leaves open is chosen by the same rule in each statement, so that all of them
/// travel in one batch.
pub struct Wanted {
    pub product: Option<ProductId>,
    pub sub_product: Option<SubProductId>,
    pub grain: Grain,
    pub span: Option<Span>,
}

/// The highest threshold that a meter has passed in the month of its last report.
macro_rules! reached_most {
    () => {
        "coalesce((select max(threshold) from usage_alert as alert
                    where alert.org_id = meter.org_id and alert.period = substr(meter.last_on, 1, 7)
                      and alert.product_id = meter.product_id and alert.sub_product = meter.sub_product), 0)"
    };
}

/// What has passed a threshold this month stands before what has not.
macro_rules! most_urgent_first {
    () => {
        concat!(" order by ", reached_most!(), " desc, meter.product_id, meter.sub_product ")
    };
}

/// The meter that is asked for, or else the first one, and the days to look at: ?2 product, ?3 sub-product, ?4 first
/// day, ?5 last day, ?6 how far the months reach back from the last one that is known. `$which` finds the meter by its
/// key where both are asked for. The least of one text for each is the same order as above, without a sort that reads
/// each of them once more.
macro_rules! chosen {
    ($which:expr) => {
        concat!(
            "with chosen as materialized (
           select product_id, sub_product, coalesce(?4, date(last_on, 'start of month', ?6)) as first_on,
                  coalesce(?5, date(last_on, 'start of month', '+1 month', '-1 day')) as last_on,
                  min(printf('%03d %s %s', 100 - ",
            reached_most!(),
            ", product_id, sub_product))
             from usage_meter as meter
            where ",
            $which,
            ") "
        )
    };
}

/// A customer has a handful; a hundred are more than a page can show.
pub fn meters(org: &OrgScope) -> Query<Vec<Meter>> {
    org.query(sql!(
        concat!(
            "select meter.product_id, product.name as product, meter.sub_product, kind.label, kind.unit, meter.first_on,
                meter.last_on, meter.last_used, meter.updated_at
           from usage_meter as meter
           join product on product.id = meter.product_id
           join sub_product as kind on kind.product_id = meter.product_id and kind.id = meter.sub_product
          where meter.org_id = ?1",
            most_urgent_first!(),
            "limit 100"
        )
    ))
}

/// Compared with scalars and not joined, so that the key gives the order of the days: to sort a year reads it twice.
macro_rules! days {
    () => {
        "select sample.used_on, sample.used from usage_sample as sample
          where sample.org_id = ?1 and sample.product_id = (select product_id from chosen)
            and sample.sub_product = (select sub_product from chosen)
            and sample.used_on between (select first_on from chosen) and (select last_on from chosen)
          order by sample.used_on limit 366"
    };
}

pub fn samples(org: &OrgScope, wanted: &Wanted) -> Query<Vec<Sample>> {
    let [product, sub_product, first, last, back] = args(wanted);
    let is_named = product.is_some() && sub_product.is_some();
    org.query(if is_named {
        sql!(
            concat!(chosen!("org_id = ?1 and product_id = ?2 and sub_product = ?3"), days!()),
            product,
            sub_product,
            first,
            last,
            back,
        )
    } else {
        sql!(
            concat!(
                chosen!(
                    "org_id = ?1 and (?2 is null or product_id = ?2) and (?3 is null or sub_product = ?3)"
                ),
                days!()
            ),
            product,
            sub_product,
            first,
            last,
            back,
        )
    })
}

macro_rules! bought {
    () => {
        "select meter.product_id, meter.sub_product, mine.quantity * coalesce(pack.each, 1) as quantity,
                        mine.starts_on, mine.valid_till, mine.cancelled_on, successor.starts_on as renewed_on
                   from usage_meter as meter
                   join sub_product as kind on kind.product_id = meter.product_id and kind.id = meter.sub_product
                   join subscription as mine on mine.org_id = meter.org_id and mine.product_id = meter.product_id
                    and mine.valid_till >= min(?7, iif(meter.product_id = (select product_id from chosen)
                                                       and meter.sub_product = (select sub_product from chosen),
                                                       (select first_on from chosen), meter.last_on))
                   left join subscription as successor on successor.id = mine.renewed_by and successor.org_id = mine.org_id
                   left join sub_product_sku as pack on pack.product_id = meter.product_id and pack.sku = mine.sku
                    and pack.sub_product = meter.sub_product
                  where meter.org_id = ?1 and mine.quantity is not null and mine.is_trial = 0
                    and mine.agreement in ('contract', 'ppu_prepaid')
                    and (pack.each is not null
                         or (mine.unit = kind.unit and not exists (
                             select 1 from sub_product_sku as other
                              where other.product_id = meter.product_id and other.sku = mine.sku)))
                  limit ?8"
    };
}

/// Every subscription with a quantity, for each meter that it counts for: since the first day for the one that is drawn,
/// and in force on its last day for each other. Trials were not bought, and PPU-Postpaid has no quantity (domain 9).
pub fn parts(org: &OrgScope, wanted: &Wanted, today: Day) -> Query<Vec<Part>> {
    let [product, sub_product, first, last, back] = args(wanted);
    let (today, most) = (today.to_string(), i64::try_from(MOST_PARTS).unwrap_or(0) + 1);
    let is_named = product.is_some() && sub_product.is_some();
    org.query(if is_named {
        sql!(
            concat!(chosen!("org_id = ?1 and product_id = ?2 and sub_product = ?3"), bought!()),
            product,
            sub_product,
            first,
            last,
            back,
            today,
            most,
        )
    } else {
        sql!(
            concat!(
                chosen!(
                    "org_id = ?1 and (?2 is null or product_id = ?2) and (?3 is null or sub_product = ?3)"
                ),
                bought!()
            ),
            product,
            sub_product,
            first,
            last,
            back,
            today,
            most,
        )
    })
}

/// What passed a threshold this month, the highest share first. For who sees the orders (domain 2.3, 6.4).
#[must_use]
pub fn reached(org: &OrgScope, today: Day) -> Query<Vec<Reached>> {
    org.query(sql!(
        "select alert.product_id, product.name as product, alert.sub_product, kind.label,
                max(alert.threshold) as threshold, alert.crossed_on
           from usage_alert as alert
           join product on product.id = alert.product_id
           join sub_product as kind on kind.product_id = alert.product_id and kind.id = alert.sub_product
          where alert.org_id = ?1 and alert.period = substr(?2, 1, 7)
          group by alert.product_id, alert.sub_product
          order by 5 desc, 1, 3 limit 20",
        today.to_string(),
    ))
}

fn args(wanted: &Wanted) -> [Option<String>; 5] {
    let back = match wanted.grain {
        Grain::Daily => "-0 months",
        Grain::Monthly => "-11 months",
    };
    [
        wanted.product.as_ref().map(|it| it.as_str().to_owned()),
        wanted.sub_product.as_ref().map(|it| it.as_str().to_owned()),
        wanted.span.map(|it| it.first.to_string()),
        wanted.span.map(|it| it.last.to_string()),
        Some(back.to_owned()),
    ]
}
