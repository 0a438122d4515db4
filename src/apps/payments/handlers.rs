use super::record_view::RecordPage;
use super::records::{Filter, Record};
use super::sql;
use super::view::{self, History};
use crate::access::{Access, Asked, PaymentRecord};
use crate::answer::{Answer, Sheet, Shown, View};
use crate::apps::home;
use crate::db::DbError;
use crate::error::Error;
use crate::kernel::{Day, FieldError, PageOf, csv};
use crate::page::Draft;

type Door = Access<PaymentRecord>;

/// Rows of a file; whoever wants more takes it in parts.
const MOST_ROWS: usize = 5_000;

pub async fn history(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (filter(&mut asked), asked.page());
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let zone = door.app().config().zone;
    let (me, found) = door.read(sql::records(door.org(), &filter, zone, &page)).await?;
    let (records, next) = page.cut(found, Record::place);
    let view = History { records, next, ..blank(&door, &asked) };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

pub async fn history_sheet(door: Door) -> Result<Answer, Error> {
    let mut asked = Asked::of(door.app());
    let (filter, page) = (filter(&mut asked), PageOf::whole(MOST_ROWS));
    if !asked.errors().is_empty() {
        return Err(refused(&door, &asked, asked.errors().to_vec()).await);
    }
    let zone = door.app().config().zone;
    let today = Day::today(door.now(), zone).ok_or_else(|| Error::from(DbError("no such day".to_owned())))?;
    let (me, found) = door.read(sql::records(door.org(), &filter, zone, &page)).await?;
    let (records, next) = page.cut(found, Record::place);
    if next.is_some() {
        let said = format!(
            "This would be more than {MOST_ROWS} rows. Filter them into parts and take one at a time."
        );
        return Err(refused(&door, &asked, vec![FieldError::new("from", "too-many", said)]).await);
    }
    door.note_export(&me);
    let name = format!("{}_payments_{today}", me.org_name.slug());
    Ok(Answer::of(Sheet { name, text: csv::sheet(&view::SHEET, records.iter().map(view::row)) }))
}

pub async fn record(door: Door) -> Result<Answer, Error> {
    let id = door.named("payment");
    let org = door.org();
    let (me, (record, timeline, siblings)) = match &id {
        Ok(id) => door.read((sql::record(org, id), sql::timeline(org, id), sql::siblings(org, id))).await?,
        Err(_) => (door.read(()).await?.0, (None, Vec::new(), Vec::new())),
    };
    let config = door.app().config();
    let record = record.ok_or(Error::NotFound)?.in_full(&timeline, &config.brand.vendor_name);
    let view = RecordPage {
        record,
        timeline,
        siblings,
        zone: config.zone,
        vendor: config.brand.vendor_name.clone(),
        org_name: me.org_name.as_str().to_owned(),
        at: at(&door),
        draft: Draft::default(),
        key: super::recording::new_key(&door),
    };
    Ok(Answer::of(Shown { frame: door.frame(&me), view }))
}

fn filter(asked: &mut Asked) -> Filter {
    let (status, currency, q) = (asked.read("status"), asked.read("currency"), asked.read("q"));
    let (from, to) = (asked.read::<Day>("from"), asked.read::<Day>("to"));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let said = "The last day lies before the first one. Swap them, or leave one of them out.";
        let _: Option<()> = asked.flaw("to", "before-from", said);
    }
    Filter { status, currency, from, to, q }
}

fn blank(door: &Door, asked: &Asked) -> History {
    let config = door.app().config();
    History {
        records: Vec::new(),
        next: None,
        draft: asked.draft(),
        filters: asked.filters(),
        vendor: config.brand.vendor_name.clone(),
        bill_desk: config.links.bill_desk.clone(),
        at: at(door),
    }
}

/// The gate speaks before the filters; then the page shows them again, and no rows.
async fn refused(door: &Door, asked: &Asked, errors: Vec<FieldError>) -> Error {
    let me = match door.read(()).await {
        Ok((me, ())) => me,
        Err(error) => return error,
    };
    Error::invalid(errors).on_screen(|errors| {
        let mut view = blank(door, asked);
        view.draft.errors = errors;
        view.page(&door.frame(&me))
    })
}

fn at(door: &Door) -> String {
    home(door.org().id()) + "/payments"
}
