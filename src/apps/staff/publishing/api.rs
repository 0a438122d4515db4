//! What programs read and write of announcements.

use serde::Serialize;

use super::rules::{Notice, NoticeCursor, Reach, State, Text};
use crate::access::Colleague;
use crate::apps::notifications::Category;
use crate::kernel::{Day, NoticeId, OrgId, ProductId, Role, Zone, rfc3339};

#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = AnnouncementList))]
pub struct NoticePage {
    /// Newest first.
    pub items: Vec<NoticeFacts>,
    /// The cursor of the next page; null on the last one.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub next: Option<String>,
}

/// What the vendor tells its customers.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Announcement))]
pub struct NoticeFacts {
    pub id: NoticeId,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub category: Category,
    /// A path of the portal.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub link: Option<String>,
    /// Empty: every organisation.
    pub organisations: Vec<OrgId>,
    /// Only for who has or had it.
    #[cfg_attr(not(target_arch = "wasm32"), schema(required = true))]
    pub product: Option<ProductId>,
    /// Empty: every contact.
    pub roles: Vec<Role>,
    pub state: State,
    /// Until then it stands on top.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime, required = true))]
    pub pinned_until: Option<String>,
    /// Then it is gone.
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime, required = true))]
    pub expires_at: Option<String>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime, required = true))]
    pub published_at: Option<String>,
    #[cfg_attr(not(target_arch = "wasm32"), schema(format = DateTime))]
    pub created_at: String,
    pub made_by: String,
    /// Only where one of them is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaches: Option<ReachFacts>,
}

/// Who would see it at this moment.
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = AnnouncementReach))]
pub struct ReachFacts {
    /// Who is a contact of two organisations counts twice.
    pub contacts: i64,
    pub organisations: i64,
}

/// An announcement to be.
#[cfg(not(target_arch = "wasm32"))]
#[derive(utoipa::ToSchema)]
#[schema(as = NewAnnouncement)]
pub struct NewNoticeFacts {
    /// 1 to 120 characters.
    pub title: String,
    /// Markdown of 1 to 5,000 characters.
    pub body: String,
    pub category: Category,
    /// A path of the portal that begins with a slash.
    pub link: Option<String>,
    /// At most 50; left out or empty: every organisation.
    #[schema(required = false)]
    pub organisations: Vec<OrgId>,
    /// Only for who has or had it.
    pub product: Option<ProductId>,
    /// Left out or empty: every contact.
    #[schema(required = false)]
    pub roles: Vec<Role>,
    /// Its last day on top.
    pub pinned_until: Option<Day>,
    /// Its last day.
    pub expires_on: Option<Day>,
    /// At once; else it becomes a draft.
    #[schema(required = false)]
    pub publish: bool,
}

/// What changes; the rest stays.
#[cfg(not(target_arch = "wasm32"))]
#[derive(utoipa::ToSchema)]
#[schema(as = AnnouncementChange)]
pub struct PatchFacts {
    pub title: Option<String>,
    pub body: Option<String>,
    pub category: Option<Category>,
    pub link: Option<String>,
    pub organisations: Option<Vec<OrgId>>,
    pub product: Option<ProductId>,
    pub roles: Option<Vec<Role>>,
    pub pinned_until: Option<Day>,
    pub expires_on: Option<Day>,
    /// `published` or `withdrawn`.
    pub state: Option<State>,
}

impl NoticePage {
    #[must_use]
    pub fn of(notices: &[Notice], next: Option<&NoticeCursor>) -> Self {
        let items = notices.iter().map(|it| NoticeFacts::of(it, None)).collect();
        Self { items, next: next.map(NoticeCursor::text) }
    }
}

impl NoticeFacts {
    #[must_use]
    pub fn of(it: &Notice, reach: Option<Reach>) -> Self {
        let audience = it.audience();
        Self {
            id: it.id.clone(),
            title: it.title.clone(),
            body: it.body.clone(),
            category: it.category,
            link: it.link.clone(),
            organisations: audience.organisations,
            product: audience.product,
            roles: audience.roles,
            state: it.state,
            pinned_until: it.pinned_until.map(rfc3339),
            expires_at: it.expires_at.map(rfc3339),
            published_at: it.published_at.map(rfc3339),
            created_at: rfc3339(it.created_at),
            made_by: it.made_by_name.clone(),
            reaches: reach.map(|it| ReachFacts { contacts: it.contacts, organisations: it.organisations }),
        }
    }

    /// One that was written down a moment ago.
    #[must_use]
    pub fn new(id: &NoticeId, text: &Text, published: bool, by: &Colleague, now: i64, zone: Zone) -> Self {
        let end = |on: Option<Day>| on.map(|it| rfc3339(zone.start_of(it.plus(1))));
        Self {
            id: id.clone(),
            title: text.title.as_str().to_owned(),
            body: text.body.as_str().to_owned(),
            category: text.category,
            link: text.link.as_ref().map(|it| it.as_str().to_owned()),
            organisations: text.audience.organisations.clone(),
            product: text.audience.product.clone(),
            roles: text.audience.roles.clone(),
            state: if published { State::Published } else { State::Draft },
            pinned_until: end(text.pinned_until),
            expires_at: end(text.expires_on),
            published_at: published.then(|| rfc3339(now)),
            created_at: rfc3339(now),
            made_by: by.name.clone(),
            reaches: None,
        }
    }
}
