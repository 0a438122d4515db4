mod deeds;
mod online;

pub use deeds::*;
pub use online::*;

use super::records::{Filter, Record, Sibling, Step, Stored};
use crate::access::{OrgScope, Query, Scope};
use crate::kernel::{Currency, PageOf, PaymentDocumentId, PaymentId, Search, Zone};
use crate::sql;

/// Later than anything that has happened.
const END_OF_TIME: i64 = 1 << 40;

/// A record with its effects and proofs as JSON, so that a list of records stays one statement.
macro_rules! records {
    () => {
        "select record.id, record.at, record.recorded_on, record.invoice_number, record.currency, record.amount,
                record.tax_deducted, record.paid_on, record.method, record.reference, record.note, record.status,
                record.message, record.by_name,
                (select json_group_array(json_object('licence_id', licence_id, 'product', product,
                          'old_valid_till', old_valid_till, 'new_valid_till', new_valid_till, 'code', code,
                          'message', message))
                   from (select effect.licence_id, product.name as product, effect.old_valid_till,
                                effect.new_valid_till, effect.code, effect.message
                           from payment_effect as effect
                           join licence on licence.id = effect.licence_id
                           join product on product.id = licence.product_id
                          where effect.record_id = record.id
                          order by product.name)) as effects,
                (select json_group_array(json_object('id', id, 'name', name, 'kind', kind, 'size', size))
                   from (select proof.id, proof.name, proof.kind, proof.size
                           from payment_document as proof
                          where proof.org_id = record.org_id and proof.record_id = record.id
                          order by proof.uploaded_at, proof.rowid)) as documents
           from payment_record as record "
    };
}

/// Newest first. One upper bound serves the cursor and the last day alike, so that the index finds the first row.
pub fn records(
    org: &OrgScope,
    filter: &Filter,
    zone: Zone,
    page: &PageOf<i64, PaymentId>,
) -> Query<Vec<Record>> {
    let from = filter.from.map_or(0, |it| zone.start_of(it));
    let end = filter.to.map_or(END_OF_TIME, |it| zone.start_of(it.plus(1)));
    let after = page.after.as_ref().filter(|it| it.key < end);
    let (at, id) = after.map_or((end, ""), |it| (it.key, it.id.as_str()));
    org.query(sql!(
        concat!(
            records!(),
            "where record.org_id = ?1 and record.at >= ?2 and (record.at, record.id) < (?3, ?4)
               and (?5 is null or record.status = ?5)
               and (?6 is null or record.currency = ?6)
               and (?7 is null or record.invoice_number like ?7 escape '\\' or record.reference like ?7 escape '\\'
                    or record.note like ?7 escape '\\')
             order by record.at desc, record.id desc limit ?8"
        ),
        from,
        at,
        id,
        filter.status.map(super::rules::Status::code),
        filter.currency.map(Currency::code),
        filter.q.as_ref().map(Search::pattern),
        page.wanted(),
    ))
}

/// So many of them at most.
pub const OPEN_SHOWN: usize = 10;

/// What waits for somebody. The words of the condition are those of the index; it is named because SQLite does not know
/// how few they are, and would rather walk through all records in the order of the list.
pub fn open(org: &OrgScope) -> Query<Vec<Record>> {
    org.query(sql!(concat!(
        records!(),
        "indexed by payment_record_open
          where record.org_id = ?1 and record.status in ('submitted', 'under_review', 'information_needed')
          order by record.at desc, record.id desc limit 10"
    )))
}

pub fn record(org: &OrgScope, id: &PaymentId) -> Query<Option<Record>> {
    org.query(sql!(concat!(records!(), "where record.org_id = ?1 and record.id = ?2"), id.as_str()))
}

/// What the customer may read of it, oldest first.
pub fn timeline(org: &OrgScope, id: &PaymentId) -> Query<Vec<Step>> {
    org.query(sql!(
        "select id, at, event, by_kind, by_name, message from payment_event
          where org_id = ?1 and record_id = ?2 and is_public = 1
          order by at, id",
        id.as_str(),
    ))
}

/// Where a proof lies, if it is one of this record and this organisation.
pub fn document(org: &OrgScope, record: &PaymentId, id: &PaymentDocumentId) -> Query<Option<Stored>> {
    org.query(sql!(
        "select name, kind, object from payment_document where org_id = ?1 and record_id = ?2 and id = ?3",
        record.as_str(),
        id.as_str(),
    ))
}

/// Other records of the same invoice, newest first.
pub fn siblings(org: &OrgScope, record: &PaymentId) -> Query<Vec<Sibling>> {
    org.query(sql!(
        "select other.id, other.recorded_on, other.status
           from payment_record as mine
           join payment_record as other on other.org_id = ?1 and other.invoice_key = mine.invoice_key
                                       and other.id <> mine.id
          where mine.org_id = ?1 and mine.id = ?2
          order by other.at desc, other.id desc limit 10",
        record.as_str(),
    ))
}
