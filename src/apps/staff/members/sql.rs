use super::rules::{Colleague, Known, NewMember};
use crate::access::{Anyone, Deed, Query, Scope};
use crate::kernel::{Email, PersonId, StaffRole};
use crate::sql;

/// All of them: the vendor's own people are few.
pub fn members(scope: &Anyone, now: i64) -> Query<Vec<Colleague>> {
    scope.query(sql!(
        "select person.id, person.display_name as name, person.email, staff.role, staff.created_at as since_at,
                person.password is not null as has_password,
                (select max(created_at) from session where session.person_id = person.id) as signed_in_at,
                (select count(*) from (select created_at, made_by, revoked_at, expires_at from api_key
                                        where created_at > 0 order by created_at limit 1000) as key
                  where key.made_by = person.id and key.revoked_at is null and key.expires_at > ?1) as keys
           from staff cross join person on person.id = staff.person_id
          order by person.display_name collate nocase, person.id limit 500",
        now,
    ))
}

pub fn known(scope: &Anyone, email: Option<&Email>) -> Query<Option<Known>> {
    scope.query(sql!(
        "select id, display_name as name, password is not null as has_password,
                exists (select 1 from staff where staff.person_id = person.id) as is_staff
           from person where email = ?1",
        email.map(Email::as_str),
    ))
}

pub fn add(scope: &Anyone, person: &PersonId, new: &NewMember, now: i64) -> Vec<Deed> {
    vec![
        scope.deed(sql!(
            "insert into person (id, email, display_name, created_at) values (?1, ?2, ?3, ?4)
                 on conflict (email) do nothing",
            person.as_str(),
            new.email.as_str(),
            new.display_name.as_str(),
            now,
        )),
        scope.deed(sql!(
            "insert into staff (person_id, role, created_at) select id, ?2, ?3 from person where email = ?1",
            new.email.as_str(),
            new.role.0.code(),
            now,
        )),
    ]
}

/// Stops the batch when the colleague is no longer what was looked at.
pub fn unless_changed(scope: &Anyone, member: &PersonId, role: StaffRole) -> Deed {
    scope.deed(sql!(
        "select case when exists (select 1 from staff where person_id = ?1 and role = ?2)
                then 1 else json_extract('{}', 'stale') end",
        member.as_str(),
        role.code(),
    ))
}

pub fn change(scope: &Anyone, member: &PersonId, role: StaffRole) -> Deed {
    scope.deed(sql!("update staff set role = ?2 where person_id = ?1", member.as_str(), role.code()))
}

/// The epoch makes every session worthless at once; the list of sessions says so, too.
pub fn remove(scope: &Anyone, member: &PersonId, now: i64) -> Vec<Deed> {
    vec![
        scope.deed(sql!("delete from staff where person_id = ?1", member.as_str())),
        scope
            .deed(sql!("update person set session_epoch = session_epoch + 1 where id = ?1", member.as_str())),
        scope.deed(sql!(
            "update session set ended_at = ?2 where person_id = ?1 and ended_at is null",
            member.as_str(),
            now,
        )),
    ]
}
