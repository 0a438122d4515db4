use serde_json::json;

use super::rules::{Decision, Licence, Moved, Record, RecordCursor, Remark, Step};
use crate::access::{Anyone, Deed, OrgScope, Query, Scope};
use crate::apps::payments::rules::Status;
use crate::apps::staff::told::Reader;
use crate::kernel::{Day, EventId, PageOf, PaymentDocumentId, PaymentEventId, PaymentId, Search};
use crate::sql;

macro_rules! records {
    ($where:literal) => {
        concat!(
            "select record.id, record.org_id, organisation.name as organisation, record.at, record.recorded_on,
                    record.invoice_number, record.currency, record.amount, record.tax_deducted, record.paid_on,
                    record.method, record.reference, record.note, record.status, record.status_on, record.message,
                    record.by_name, record.decided_by, record.decided_at,
                    (select json_group_array(json_object('id', id, 'name', name, 'kind', kind, 'size', size))
                       from (select proof.id, proof.name, proof.kind, proof.size
                               from payment_document as proof
                              where proof.org_id = record.org_id and proof.record_id = record.id
                              order by proof.uploaded_at, proof.id)) as documents ",
            $where
        )
    };
}

macro_rules! found {
    () => {
        " and (record.at, record.id) > (?1, ?2)
          and (?3 is null or record.invoice_number like ?3 escape '\\' or record.reference like ?3 escape '\\'
               or organisation.name like ?3 escape '\\')
        order by record.at, record.id limit ?4"
    };
}

/// The oldest first: what waits longest is next. In one status, or all that waits for a decision; each by the index that
/// has them in this order, so that a page costs the same however many wait.
pub fn queue(
    scope: &Anyone,
    status: Option<Status>,
    q: Option<&Search>,
    page: &PageOf<i64, PaymentId>,
) -> Query<Vec<Record>> {
    const WAITING: &str = concat!(
        records!(
            "from payment_record as record indexed by payment_record_oldest
               join organisation on organisation.id = record.org_id
              where record.status in ('submitted', 'under_review')"
        ),
        found!()
    );
    const ONE: &str = concat!(
        records!(
            "from payment_record as record indexed by payment_record_queue
               join organisation on organisation.id = record.org_id
              where record.status = ?5"
        ),
        found!()
    );
    let after: Option<&RecordCursor> = page.after.as_ref();
    let (at, id) = (after.map_or(0, |it| it.key), after.map_or("", |it| it.id.as_str()));
    let (q, wanted) = (q.map(Search::pattern), page.wanted());
    scope.query(match status {
        None => sql!(WAITING, at, id, q, wanted),
        Some(status) => sql!(ONE, at, id, q, wanted, status.code()),
    })
}

pub fn record(scope: &Anyone, id: &PaymentId) -> Query<Option<Record>> {
    scope.query(sql!(
        records!(
            "from payment_record as record join organisation on organisation.id = record.org_id where record.id = ?1"
        ),
        id.as_str(),
    ))
}

pub fn document(
    scope: &Anyone,
    record: &PaymentId,
    id: &PaymentDocumentId,
) -> Query<Option<super::rules::Stored>> {
    scope.query(sql!(
        "select name, kind, object from payment_document where id = ?2 and record_id = ?1",
        record.as_str(),
        id.as_str(),
    ))
}

/// Internal notes included, oldest first.
pub fn timeline(scope: &Anyone, id: &PaymentId) -> Query<Vec<Step>> {
    scope.query(sql!(
        "select step.id, step.at, step.event, step.by_kind, step.by_name, step.colleague, step.message, step.is_public
           from payment_record as record
           join payment_event as step on step.org_id = record.org_id and step.record_id = record.id
          where record.id = ?1
          order by step.at, step.id limit 500",
        id.as_str(),
    ))
}

/// Of the customer who recorded it.
pub fn licences(scope: &Anyone, id: &PaymentId) -> Query<Vec<Licence>> {
    scope.query(sql!(
        "select licence.id, licence.product_id, product.name as product, licence.kind, licence.valid_till,
                licence.cancelled_on, licence.version
           from payment_record as record
           join licence on licence.org_id = record.org_id
           join product on product.id = licence.product_id
          where record.id = ?1
          order by product.name",
        id.as_str(),
    ))
}

pub fn readers(scope: &Anyone, id: &PaymentId) -> Query<Vec<Reader>> {
    scope.query(sql!(
        "select role.org_id, role.role, person.display_name as name, person.email
           from payment_record as record
           join role on role.org_id = record.org_id and role.role in ('primary', 'billing')
           join contact on contact.org_id = role.org_id and contact.id = role.contact_id
           join person on person.id = contact.person_id
          where record.id = ?1 order by role.role desc",
        id.as_str(),
    ))
}

/// Who decides, when, and what comes of it.
pub struct Decided<'a> {
    pub record: &'a Record,
    pub decision: &'a Decision,
    pub next: Status,
    pub moved: &'a [Moved<'a>],
    /// One for each licence.
    pub events: &'a [EventId],
    pub step: &'a PaymentEventId,
    pub colleague: &'a str,
    pub message: &'a str,
    pub today: Day,
    pub now: i64,
}

/// The first statement compares: of two colleagues at the same moment the second one stops here.
pub fn decide(org: &OrgScope, it: &Decided) -> Vec<Deed> {
    let note = ["Invoice ", it.record.invoice_number.as_str(), " is paid"].concat();
    let licences: Vec<_> = it
        .moved
        .iter()
        .zip(it.events)
        .map(|(moved, event)| {
            json!({ "id": moved.licence.id, "version": moved.licence.version, "product": moved.licence.product_id,
                    "old": moved.licence.valid_till, "till": moved.till, "event": event })
        })
        .collect();
    let licences = json!(licences).to_string();
    let mut deeds = vec![
        org.deed(sql!(
            "select case
               when not exists (select 1 from payment_record where org_id = ?1 and id = ?2 and status = ?3)
               then json_extract('{}', 'not-in-this-state')
               when exists (select 1 from json_each(?4)
                             where not exists (select 1 from licence where org_id = ?1 and id = value ->> 'id'
                                                  and version = value ->> 'version'))
               then json_extract('{}', 'facts-changed') else 1 end",
            it.record.id.as_str(),
            it.record.status.code(),
            licences.as_str(),
        )),
        org.deed(sql!(
            "update payment_record set status = ?3, status_on = ?4, message = ?5, decided_by = ?6, decided_at = ?7
              where org_id = ?1 and id = ?2",
            it.record.id.as_str(),
            it.next.code(),
            it.today.to_string(),
            it.message,
            it.colleague,
            it.now,
        )),
        org.deed(sql!(
            "insert into payment_event (org_id, id, record_id, at, event, by_kind, message, colleague)
             select ?1, ?2, ?3, ?4, ?5, 'vendor', ?6, ?7",
            it.step.as_str(),
            it.record.id.as_str(),
            it.now,
            it.decision.action.event_code(),
            it.message,
            it.colleague,
        )),
    ];
    if !it.moved.is_empty() {
        deeds.extend([
            org.deed(sql!(
                "update licence set valid_till = value ->> 'till', version = version + 1
                   from json_each(?2) where licence.org_id = ?1 and licence.id = value ->> 'id'",
                licences.as_str(),
            )),
            org.deed(sql!(
                "insert into licence_event (id, org_id, licence_id, product_id, at, old_valid_till, new_valid_till, cause,
                        by_kind, note)
                 select value ->> 'event', ?1, value ->> 'id', value ->> 'product', ?3, value ->> 'old',
                        value ->> 'till', 'payment_record', 'vendor', ?4
                   from json_each(?2)",
                licences.as_str(),
                it.now,
                note,
            )),
        ]);
    }
    deeds
}

pub fn remark(
    org: &OrgScope,
    record: &Record,
    remark: &Remark,
    (id, colleague): (&PaymentEventId, &str),
    now: i64,
) -> Deed {
    org.deed(sql!(
        "insert into payment_event (org_id, id, record_id, at, event, by_kind, message, is_public, colleague)
         select ?1, ?2, ?3, ?4, 'note', 'vendor', ?5, ?6, ?7",
        id.as_str(),
        record.id.as_str(),
        now,
        remark.text.as_str(),
        remark.public,
        colleague,
    ))
}
