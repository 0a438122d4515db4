use super::history::{Cause, Change, Days, Event, EventFilter, Outcome, Product, Request, RequestFilter};
use super::mail::Reader;
use super::rules::{Decision, Facts, Grant, Licence, NewRequest, Policy};
use crate::access::{Deed, OrgScope, Query, Scope};
use crate::kernel::{
    Cursor, Day, EventId, ExtensionId, LimitScope, NotificationId, PageOf, PersonId, PlainText, Search, Zone,
};
use crate::sql;

/// Later than anything that has happened.
const END_OF_TIME: i64 = 1 << 40;

/// One for each product at most.
pub fn licences(org: &OrgScope) -> Query<Vec<Licence>> {
    org.query(sql!(
        "select licence.id, licence.product_id, product.name as product, licence.kind, licence.valid_from,
                licence.valid_till, licence.cancelled_on, licence.version,
                product.access_grace_days, product.suspension_days, product.trial_delete_days
           from licence
           join product on product.id = licence.product_id
          where licence.org_id = ?1
          order by licence.valid_till, licence.id"
    ))
}

/// The last one of each licence.
pub fn last_changes(org: &OrgScope) -> Query<Vec<Change>> {
    org.query(sql!(
        "select last.licence_id, last.at, last.cause, last.by_kind, last.by_name
           from licence
           join licence_event as last on last.id = (
                select event.id from licence_event as event
                 where event.org_id = ?1 and event.product_id = licence.product_id
                 order by event.at desc, event.id desc limit 1)
          where licence.org_id = ?1"
    ))
}

/// To choose from in a filter.
pub fn products(org: &OrgScope) -> Query<Vec<Product>> {
    org.query(sql!(
        "select product.id, product.name from licence
           join product on product.id = licence.product_id
          where licence.org_id = ?1
          order by product.name"
    ))
}

/// What the limit may count.
pub fn grants(org: &OrgScope, policy: &Policy, today: Day) -> Query<Vec<Grant>> {
    org.query(sql!(
        "select licence_id, requested_on from extension_request
          where org_id = ?1 and status = 'granted' and requested_on > ?2",
        today.minus(policy.window).to_string(),
    ))
}

/// Who holds Primary and Billing: a line for each role.
pub fn readers(org: &OrgScope) -> Query<Vec<Reader>> {
    org.query(sql!(
        "select role.role, person.display_name as name, person.email from role
           join contact on contact.org_id = role.org_id and contact.id = role.contact_id
           join person on person.id = contact.person_id
          where role.org_id = ?1 and role.role in ('primary', 'billing')"
    ))
}

pub fn events(
    org: &OrgScope,
    filter: &EventFilter,
    zone: Zone,
    page: &PageOf<i64, EventId>,
) -> Query<Vec<Event>> {
    let (from, (at, id)) = range(filter.days, zone, page.after.as_ref());
    org.query(sql!(
        "select event.id, event.at, event.licence_id, product.name as product, event.old_valid_till,
                event.new_valid_till, event.cause, event.by_kind, event.by_name, event.note
           from licence_event as event
           join product on product.id = event.product_id
          where event.org_id = ?1 and event.at >= ?2 and (event.at, event.id) < (?3, ?4)
            and (?5 is null or product.id = ?5 or product.name = ?5)
            and (?6 is null or event.cause = ?6)
            and (?7 is null or event.note like ?7 escape '\\' or product.name like ?7 escape '\\')
          order by event.at desc, event.id desc limit ?8",
        from,
        at,
        id.map_or("", EventId::as_str),
        filter.product.as_ref().map(PlainText::as_str),
        filter.cause.map(Cause::code),
        filter.q.as_ref().map(Search::pattern),
        page.wanted(),
    ))
}

pub fn requests(
    org: &OrgScope,
    filter: &RequestFilter,
    zone: Zone,
    page: &PageOf<i64, ExtensionId>,
) -> Query<Vec<Request>> {
    let (from, (at, id)) = range(filter.days, zone, page.after.as_ref());
    org.query(sql!(
        "select request.id, request.at, request.requested_on, request.licence_id, product.name as product,
                request.reason, request.description, request.by_name, request.status, request.code, request.message,
                request.valid_till, request.next_possible_on
           from extension_request as request
           join product on product.id = request.product_id
          where request.org_id = ?1 and request.at >= ?2 and (request.at, request.id) < (?3, ?4)
            and (?5 is null or product.id = ?5 or product.name = ?5)
            and (?6 is null or request.status = ?6)
          order by request.at desc, request.id desc limit ?7",
        from,
        at,
        id.map_or("", ExtensionId::as_str),
        filter.product.as_ref().map(PlainText::as_str),
        filter.status.map(Outcome::code),
        page.wanted(),
    ))
}

/// The first moment that belongs to the page, and the place before which it ends: the index goes by one upper bound
/// only, so it is the earlier one of the filter's and the cursor's.
fn range<I>(days: Days, zone: Zone, after: Option<&Cursor<i64, I>>) -> (i64, (i64, Option<&I>)) {
    let from = days.from.map_or(0, |it| zone.start_of(it));
    let end = days.to.map_or(END_OF_TIME, |it| zone.start_of(it.plus(1)));
    let place = after.filter(|it| it.key < end).map_or((end, None), |it| (it.key, Some(&it.id)));
    (from, place)
}

/// The licence and the number of grants are those that the decision rests on, or the batch stops.
pub fn facts_hold(org: &OrgScope, policy: &Policy, facts: &Facts) -> Deed {
    let Facts { licence, today, .. } = facts;
    let counted = i64::try_from(policy.counted(facts).len()).unwrap_or(i64::MAX);
    let of_one = (policy.scope == LimitScope::Licence).then(|| licence.id.as_str());
    org.deed(sql!(
        "select case
           when exists (select 1 from licence
                         where org_id = ?1 and id = ?2 and version = ?3 and valid_till = ?4 and cancelled_on is ?5)
            and (select count(*) from extension_request
                  where org_id = ?1 and status = 'granted' and requested_on > ?6
                    and (?7 is null or licence_id = ?7)) = ?8
           then 1 else json_extract('{}', 'facts-changed') end",
        licence.id.as_str(),
        licence.version,
        licence.valid_till.to_string(),
        licence.cancelled_on.map(|it| it.to_string()),
        today.minus(policy.window).to_string(),
        of_one,
        counted,
    ))
}

/// What is written down of a request and its decision.
pub struct Record<'a> {
    pub id: &'a ExtensionId,
    pub asked: &'a NewRequest,
    pub facts: &'a Facts<'a>,
    pub decision: &'a Decision,
    pub message: &'a str,
    /// After the decision.
    pub valid_till: Day,
    pub by: &'a PersonId,
    pub by_name: &'a str,
    pub now: i64,
}

pub fn record(org: &OrgScope, it: &Record) -> Deed {
    org.deed(sql!(
        "insert into extension_request (org_id, id, licence_id, product_id, at, requested_on, reason, description,
                by_person, by_name, status, code, message, valid_till, next_possible_on)
         select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15",
        it.id.as_str(),
        it.facts.licence.id.as_str(),
        it.facts.licence.product_id.as_str(),
        it.now,
        it.facts.today.to_string(),
        it.asked.reason.code(),
        it.asked.description.as_str(),
        it.by.as_str(),
        it.by_name,
        if it.decision.is_granted() { "granted" } else { "rejected" },
        it.decision.code(),
        it.message,
        it.valid_till.to_string(),
        it.decision.next_possible_on().map(|it| it.to_string()),
    ))
}

pub fn extend(org: &OrgScope, it: &Record, event: &EventId) -> Vec<Deed> {
    vec![
        org.deed(sql!(
            "update licence set valid_till = ?3, version = version + 1 where org_id = ?1 and id = ?2",
            it.facts.licence.id.as_str(),
            it.valid_till.to_string(),
        )),
        org.deed(sql!(
            "insert into licence_event (org_id, id, licence_id, product_id, at, old_valid_till, new_valid_till, cause,
                    by_kind, by_name, note)
             select ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'extension_request', 'contact', ?8, ?9",
            event.as_str(),
            it.facts.licence.id.as_str(),
            it.facts.licence.product_id.as_str(),
            it.now,
            it.facts.licence.valid_till.to_string(),
            it.valid_till.to_string(),
            it.by_name,
            format_note(it.asked),
        )),
    ]
}

fn format_note(asked: &NewRequest) -> String {
    [asked.reason.label(), asked.description.as_str()].join(": ")
}

/// Billing learns of every decision, Primary of a grant.
pub fn notify(org: &OrgScope, id: &NotificationId, it: &Record, title: &str) -> Deed {
    let granted = it.decision.is_granted();
    let roles = if granted { r#"["primary","billing"]"# } else { r#"["billing"]"# };
    let path = if granted { "" } else { "/licences/extension-requests" };
    org.deed(sql!(
        "insert into notification (org_id, id, roles, category, title, body, link, source, published_at, created_at)
         select ?1, ?2, ?3, 'license', ?4, ?5, '/o/' || ?1 || ?6, 'system', ?7, ?7",
        id.as_str(),
        roles,
        title,
        it.message,
        path,
        it.now,
    ))
}
