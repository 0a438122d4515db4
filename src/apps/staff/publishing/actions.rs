use axum::http::StatusCode;
use serde_json::json;

use super::api::NoticeFacts;
use super::form::{Chosen, NewNotice, Patch};
use super::rules::{self, Audience, Notice, Reach, Refusal, State, Text};
use super::sql::{self, Author, Named};
use crate::access::{Colleague, Deed, Once, Posted, Staffed, seat, stale};
use crate::answer::Done;
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{Day, FieldError, NoticeId, NotificationId, OrgId, Role};

pub type Door = Staffed<seat::Publishing>;

/// An announcement and whom it reaches at this moment.
pub struct Known {
    pub me: Colleague,
    pub notice: Notice,
    pub reach: Reach,
}

pub async fn load(door: &Door) -> Result<Known, Error> {
    let (me, found) = match door.named::<NoticeId>("notice") {
        Ok(id) => {
            let scope = door.scope();
            let (me, (notice, reach)) =
                door.read((sql::notice(scope, &id), sql::reach_of(scope, &id))).await?;
            (me, notice.zip(reach))
        }
        Err(_) => (door.read(()).await?.0, None),
    };
    let (notice, reach) = found.ok_or(Error::NotFound)?;
    Ok(Known { me, notice, reach })
}

/// Writes it down once, whatever its key is sent with.
pub async fn draft(
    door: &Door,
    posted: &Posted<NewNotice>,
    at: &str,
) -> Result<Done, (Option<Colleague>, Error)> {
    let owner = door.owner().to_owned();
    let once = Once::owned_by(posted, &owner, door.now());
    let parsed = posted.parse();
    let typed = typed(parsed.as_ref().ok().map(|it| &it.organisations));
    let questions = (sql::named(door.scope(), typed), once.earlier(door.scope()));
    let (me, (named, kept)) = door.read(questions).await.map_err(|it| (None, it))?;
    let drafted = async {
        match once.replay(kept, at)? {
            Some(done) => Ok(done),
            None => draft_new(door, &me, parsed?, &named, &once, at).await,
        }
    };
    drafted.await.map_err(|it| (Some(me), it))
}

async fn draft_new(
    door: &Door,
    me: &Colleague,
    new: NewNotice,
    named: &[Named],
    once: &Once<'_>,
    at: &str,
) -> Result<Done, Error> {
    let NewNotice { mut text, organisations, publish } = new;
    text.audience.organisations = chosen(organisations, named)?;
    let today = today(door)?;
    if publish {
        rules::may_publish(State::Draft, &text, today)?;
    } else {
        rules::may_stand(&text, today)?;
    }
    let (scope, id) = (door.scope(), door.app().new_id::<NoticeId>());
    let author = Author { id: &me.person, name: &me.name };
    let mut deeds = vec![
        sql::audience_is_there(scope, &text.audience),
        sql::draft(scope, &id, &text, &author, zone(door), door.now()),
        entry(door, me, "notice.drafted", &id, None, &text),
    ];
    if publish {
        deeds.extend(sql::publish(scope, &id, &copies(door, &text.audience), door.now()));
        deeds.push(entry(door, me, "notice.published", &id, None, &text));
    }
    let body = json!(NoticeFacts::new(&id, &text, publish, me, door.now(), zone(door)));
    let done =
        Done { see: format!("{at}/{}?done=notice-drafted", id.as_str()), status: StatusCode::CREATED, body };
    match door.write(once.keep(scope, &done).into_iter().chain(deeds).collect()).await {
        Ok(_) => Ok(done),
        Err(error) if once.was_beaten(&error) => {
            let (_, kept) = door.read(once.earlier(scope)).await?;
            once.replay(kept, done.see)?.ok_or(error)
        }
        Err(error) => Err(said_by_the_database(error)),
    }
}

/// A page sends all of it again.
pub async fn change(door: &Door, posted: &Posted<NewNotice>) -> Result<NoticeId, (Option<Known>, Error)> {
    let parsed = posted.parse();
    let typed = typed(parsed.as_ref().ok().map(|it| &it.organisations)).to_vec();
    let id = door.named::<NoticeId>("notice");
    let (me, (named, found)) = match &id {
        Ok(id) => {
            let scope = door.scope();
            let questions = (sql::named(scope, &typed), sql::notice(scope, id), sql::reach_of(scope, id));
            let (me, (named, notice, reach)) = door.read(questions).await.map_err(|it| (None, it))?;
            (me, (named, notice.zip(reach)))
        }
        Err(_) => (door.read(()).await.map_err(|it| (None, it))?.0, (Vec::new(), None)),
    };
    let Some((notice, reach)) = found else { return Err((None, Error::NotFound)) };
    let known = Known { me, notice, reach };
    let changed = async {
        posted.matches(known.notice.version)?;
        let NewNotice { mut text, organisations, .. } = parsed?;
        text.audience.organisations = chosen(organisations, &named)?;
        let deeds = rewritten(door, &known, &text, &[])?;
        door.write(deeds).await.map(drop).map_err(said_by_the_database)
    };
    match changed.await {
        Ok(()) => Ok(known.notice.id),
        Err(error) => Err((Some(known), error)),
    }
}

/// A program sends what changes, the state among it.
pub async fn patch(door: &Door, posted: &Posted<Patch>) -> Result<(NoticeFacts, i64), Error> {
    let known = load(door).await?;
    posted.matches(known.notice.version)?;
    let patch = posted.parse()?;
    let target = patch.state.map(|it| it.0);
    let touches_text = patch.touches_text();
    let text = patch.on(&known.notice, zone(door))?;
    let is_news = target.is_some_and(|it| it != known.notice.state);
    let mut deeds = match target.filter(|_| is_news) {
        Some(State::Published) => {
            rules::may_publish(known.notice.state, &text, today(door)?)?;
            rewritten(door, &known, &text, &copies(door, &text.audience))?
        }
        Some(State::Withdrawn) if touches_text => {
            let said = "Withdraw it, or change its words; both at once says too much.";
            return Err(Error::invalid(vec![FieldError::new("state", "alone", said)]));
        }
        Some(State::Withdrawn) => withdrawn(door, &known)?,
        // Asking for what is so already is no mistake.
        Some(State::Draft) | None if !touches_text => {
            return Ok((NoticeFacts::of(&known.notice, Some(known.reach)), known.notice.version));
        }
        Some(State::Draft) | None => rewritten(door, &known, &text, &[])?,
    };
    deeds.extend(sql::as_it_is_now(door.scope(), &known.notice.id));
    let mut rows = door.write(deeds).await.map_err(said_by_the_database)?;
    let mut last = || rows.pop().ok_or(Error::Ours("an announcement that is gone"));
    let (reach, notice) = (last()?.decode::<Reach>()?.pop(), last()?.decode::<Notice>()?.pop());
    let notice = notice.ok_or(Error::Ours("an announcement that is gone"))?;
    Ok((NoticeFacts::of(&notice, reach), notice.version))
}

pub async fn publish(door: &Door, known: &Known) -> Result<(), Error> {
    let text = Patch::default().on(&known.notice, zone(door))?;
    rules::may_publish(known.notice.state, &text, today(door)?)?;
    let (scope, notice) = (door.scope(), &known.notice);
    let mut deeds = vec![sql::unless_changed(scope, &notice.id, notice.version)];
    deeds.extend(sql::publish(scope, &notice.id, &copies(door, &text.audience), door.now()));
    deeds.push(entry(door, &known.me, "notice.published", &notice.id, None, &text));
    door.write(deeds).await.map(drop).map_err(said_by_the_database)
}

pub async fn pin(door: &Door, known: &Known, until: Option<Day>) -> Result<(), Error> {
    let patch = Patch { pinned_until: Some(until), ..Patch::default() };
    let text = patch.on(&known.notice, zone(door))?;
    rules::may_change(known.notice.state, false)?;
    rules::may_stand(&text, today(door)?)?;
    let (scope, notice) = (door.scope(), &known.notice);
    let mut deeds = vec![sql::unless_changed(scope, &notice.id, notice.version)];
    deeds.extend(sql::rewrite(scope, &notice.id, &text, zone(door)));
    deeds.push(entry(door, &known.me, "notice.pinned", &notice.id, Some(notice), &text));
    door.write(deeds).await.map(drop).map_err(said_by_the_database)
}

pub async fn withdraw(door: &Door, known: &Known) -> Result<(), Error> {
    door.write(withdrawn(door, known)?).await.map(drop).map_err(said_by_the_database)
}

fn withdrawn(door: &Door, known: &Known) -> Result<Vec<Deed>, Error> {
    rules::may_withdraw(known.notice.state)?;
    let text = Patch::default().on(&known.notice, zone(door))?;
    let (scope, notice) = (door.scope(), &known.notice);
    let mut deeds = vec![sql::unless_changed(scope, &notice.id, notice.version)];
    deeds.extend(sql::withdraw(scope, &notice.id));
    deeds.push(entry(door, &known.me, "notice.withdrawn", &notice.id, None, &text));
    Ok(deeds)
}

/// `copies` publishes it in the same batch.
fn rewritten(
    door: &Door,
    known: &Known,
    text: &Text,
    copies: &[(NotificationId, Option<OrgId>)],
) -> Result<Vec<Deed>, Error> {
    let (scope, notice) = (door.scope(), &known.notice);
    rules::may_change(notice.state, text.audience != notice.audience())?;
    rules::may_stand(text, today(door)?)?;
    let mut deeds = vec![
        sql::unless_changed(scope, &notice.id, notice.version),
        sql::audience_is_there(scope, &text.audience),
    ];
    deeds.extend(sql::rewrite(scope, &notice.id, text, zone(door)));
    if copies.is_empty() {
        deeds.push(entry(door, &known.me, "notice.changed", &notice.id, Some(notice), text));
    } else {
        deeds.extend(sql::publish(scope, &notice.id, copies, door.now()));
        deeds.push(entry(door, &known.me, "notice.published", &notice.id, Some(notice), text));
    }
    Ok(deeds)
}

/// The body is too long for the log; that it changed is said by its length.
fn entry(
    door: &Door,
    me: &Colleague,
    action: &'static str,
    id: &NoticeId,
    before: Option<&Notice>,
    text: &Text,
) -> Deed {
    let audience = |it: &Audience| json!({ "organisations": it.organisations, "product": it.product, "roles": it.roles });
    let before = before.map(|it| {
        json!({ "title": it.title, "category": it.category, "characters": it.body.chars().count(),
                "audience": audience(&it.audience()) })
    });
    let after = json!({
        "title": text.title.as_str(), "category": text.category, "characters": text.body.as_str().chars().count(),
        "audience": audience(&text.audience), "pinned_until": text.pinned_until, "expires_on": text.expires_on,
    });
    let entry = Entry { action, target: id.as_str(), before, after: Some(after) };
    entry.deed(door.scope(), door.app(), &door.actor(me))
}

fn copies(door: &Door, audience: &Audience) -> Vec<(NotificationId, Option<OrgId>)> {
    if audience.organisations.is_empty() {
        return vec![(door.app().new_id(), None)];
    }
    audience.organisations.iter().map(|it| (door.app().new_id(), Some(it.clone()))).collect()
}

fn typed(chosen: Option<&Chosen>) -> &[String] {
    match chosen {
        Some(Chosen::Typed(lines)) => lines,
        Some(Chosen::Ids(_)) | None => &[],
    }
}

/// Each once, and each of them one that there is.
fn chosen(organisations: Chosen, named: &[Named]) -> Result<Vec<OrgId>, Error> {
    let mut ids = match organisations {
        Chosen::Ids(ids) => ids,
        Chosen::Typed(_) => {
            let mut ids = Vec::new();
            for one in named {
                let said = match &one.id {
                    Some(id) if one.is_only_one.0 || id.as_str() == one.typed => {
                        ids.push(id.clone());
                        continue;
                    }
                    Some(_) => {
                        format!("Several organisations are called {}. Write the id instead.", one.typed)
                    }
                    None => format!(
                        "There is no organisation called {}. Write its whole name or its id.",
                        one.typed
                    ),
                };
                let error = FieldError::new("organisations", "no-such-organisation", said);
                return Err(Error::invalid(vec![error]));
            }
            ids
        }
    };
    ids.sort();
    ids.dedup();
    Ok(ids)
}

pub fn zone(door: &Door) -> crate::kernel::Zone {
    door.app().config().zone
}

fn today(door: &Door) -> Result<Day, Error> {
    Day::today(door.now(), zone(door)).ok_or(Error::Ours("no such day"))
}

fn said_by_the_database(error: Error) -> Error {
    let field =
        |name: &str, code: &'static str, said: &str| Error::invalid(vec![FieldError::new(name, code, said)]);
    match error.verdict() {
        Some("stale") => stale(),
        Some("no-such-organisation") => field(
            "organisations",
            "no-such-organisation",
            "One of these organisations is not there. Look up its id and try again.",
        ),
        Some("no-such-product") => {
            field("product", "no-such-product", "There is no such product. Choose one of the catalogue.")
        }
        _ => error,
    }
}

impl Patch {
    fn touches_text(&self) -> bool {
        let Self {
            title,
            body,
            category,
            link,
            organisations,
            product,
            roles,
            pinned_until,
            expires_on,
            state: _,
        } = self;
        title.is_some()
            || body.is_some()
            || category.is_some()
            || link.is_some()
            || organisations.is_some()
            || product.is_some()
            || roles.is_some()
            || pinned_until.is_some()
            || expires_on.is_some()
    }

    /// The announcement with these changes.
    fn on(self, notice: &Notice, zone: crate::kernel::Zone) -> Result<Text, Error> {
        let kept = |()| Error::Ours("an announcement that its own rules refuse");
        let now = notice.audience();
        let roles = self.roles.map(|it| it.into_iter().map(|it| it.0).collect::<Vec<Role>>());
        let day = |at: Option<i64>| at.and_then(|it| Day::today(it - 1, zone));
        let mut organisations = self.organisations.unwrap_or(now.organisations);
        organisations.sort();
        organisations.dedup();
        Ok(Text {
            title: match self.title {
                Some(title) => title,
                None => notice.title.clone().try_into().map_err(|_| kept(()))?,
            },
            body: match self.body {
                Some(body) => body,
                None => notice.body.clone().try_into().map_err(|_| kept(()))?,
            },
            category: self.category.unwrap_or(notice.category),
            link: match self.link {
                Some(link) => link,
                None => notice.link.clone().and_then(|it| it.try_into().ok()),
            },
            audience: Audience {
                organisations,
                product: self.product.unwrap_or(now.product),
                roles: roles.unwrap_or(now.roles),
            },
            pinned_until: self.pinned_until.unwrap_or_else(|| day(notice.pinned_until)),
            expires_on: self.expires_on.unwrap_or_else(|| day(notice.expires_at)),
        })
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let conflict = |said: &str| Self::refused(StatusCode::CONFLICT, "not-in-this-state", said);
        match refusal {
            Refusal::AlreadyOut => conflict(
                "This is published, so who gets it stays as it is. Withdraw it and write another one for another audience.",
            ),
            Refusal::Withdrawn => conflict("This was withdrawn and stays so. Write another one."),
            Refusal::NeverOut => conflict("This was never published, so there is nothing to withdraw."),
            Refusal::ExpiresBeforeItBegins => Self::invalid(vec![FieldError::new(
                "expires_on",
                "past",
                "This day is over. Choose today or a later day, or none.",
            )]),
            Refusal::PinnedLongerThanItStands => Self::invalid(vec![FieldError::new(
                "pinned_until",
                "after-end",
                "It would be pinned for longer than it stands. Choose an earlier day.",
            )]),
        }
    }
}
