//! Which notifications somebody may see, and which of them are unread: the same words in the gate, whose badge counts
//! them, and in the application that shows them. `note` is the row, ?1 the organisation, `$who` the place of the person.

/// How many of the newest are looked at for the badge, of the organisation's own and of everybody's each: the count is
/// part of every page, so its cost has an end. The badge says 99+ long before.
macro_rules! newest_looked_at {
    () => {
        "100"
    };
}

/// Whatever was published up to here counts as read: the mark of "all read", or for a new contact a month before it
/// was verified, so that nobody begins with the unread news of years.
macro_rules! read_through {
    ($who:literal) => {
        concat!(
            "coalesce((select read_through from notification_mark where org_id = ?1 and person_id = ",
            $who,
            "), (select verified_at - 2592000 from contact where contact.org_id = ?1 and contact.person_id = ",
            $who,
            "), 0)"
        )
    };
}

/// Published, not expired, and meant for whoever holds `$roles` in `$org`: what names a product is for who has or had it;
/// what names roles is for who holds one of them; and money is a matter of Primary and Billing even where no roles are
/// named (domain 8, 2.3). `$now` is the place of the time, such as "?5"; `$roles` begins with "from" and ends with "and".
macro_rules! meant_for {
    ($now:literal, $org:literal, $roles:expr) => {
        concat!(
            "note.state = 'published' and note.published_at <= ",
            $now,
            " and (note.expires_at is null or note.expires_at > ",
            $now,
            ") and (note.product_id is null
                    or exists (select 1 from licence
                                where licence.org_id = ",
            $org,
            " and licence.product_id = note.product_id)
                    or exists (select 1 from subscription
                                where subscription.org_id = ",
            $org,
            " and subscription.product_id = note.product_id))
               and ((note.roles is null and note.category <> 'billing')
                    or exists (select 1 ",
            $roles,
            " role.role in (select value from json_each(coalesce(note.roles, '[\"primary\",\"billing\"]')))))"
        )
    };
}

/// For person `$who` in organisation ?1.
macro_rules! meant_for_me {
    ($who:literal, $now:literal) => {
        meant_for!(
            $now,
            "?1",
            concat!(
                "from contact join role on role.org_id = contact.org_id and role.contact_id = contact.id
                  where contact.org_id = ?1 and contact.person_id = ",
                $who,
                " and"
            )
        )
    };
}

/// For the row `contact` of the statement.
macro_rules! meant_for_contact {
    ($now:literal) => {
        meant_for!(
            $now,
            "contact.org_id",
            "from role where role.org_id = contact.org_id and role.contact_id = contact.id and"
        )
    };
}

macro_rules! unread {
    ($who:literal) => {
        concat!(
            "(note.published_at > ",
            read_through!($who),
            " and not exists (select 1 from notification_read as done
                               where done.org_id = ?1 and done.notification_id = note.id and done.person_id = ",
            $who,
            "))"
        )
    };
}

/// Of the organisation's own (`note.org_id = ?1`) or of everybody's (`note.org_id is null`).
macro_rules! count_unread {
    ($whose:literal, $whose_newest:literal, $who:literal, $now:literal) => {
        concat!(
            "(select count(*) from notification as note
               where ",
            $whose,
            " and note.published_at >= coalesce(
                  (select newest.published_at from notification as newest
                    where ",
            $whose_newest,
            " and newest.published_at > ",
            read_through!($who),
            " and newest.published_at <= ",
            $now,
            " order by newest.published_at desc limit 1 offset ",
            newest_looked_at!(),
            "), ",
            read_through!($who),
            ") and ",
            meant_for_me!($who, $now),
            " and ",
            unread!($who),
            ")"
        )
    };
}

/// What the badge says.
macro_rules! unread_count {
    ($who:literal, $now:literal) => {
        concat!(
            "(",
            count_unread!("note.org_id = ?1", "newest.org_id = ?1", $who, $now),
            " + ",
            count_unread!("note.org_id is null", "newest.org_id is null", $who, $now),
            ")"
        )
    };
}

pub(crate) use {
    count_unread, meant_for, meant_for_contact, meant_for_me, newest_looked_at, read_through, unread,
    unread_count,
};
