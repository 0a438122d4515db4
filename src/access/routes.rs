use axum::Router;
use axum::http::Method;
use axum::routing::MethodRouter;

use super::App;
use super::desk::Desk;
use super::door::Screen;
use super::matrix::Application;
use super::staffed::Seat;
use crate::error::Error;

/// Who may pass: what a test walks each URL with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nobody need be signed in.
    Anyone,
    /// Whoever is signed in, in no organisation.
    Person,
    /// A verified contact of the organisation in the path whose roles open the application; `None`: any of them.
    Contact(Option<Application>),
    /// One of the vendor's own people whose role opens the desk; in the API also a key with such a scope.
    Staff(Desk),
}

/// A router and the list of what it serves, so that a test can walk every URL.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    pub index: Vec<Endpoint>,
}

#[derive(Debug, Clone)]
pub struct Endpoint {
    pub method: Method,
    pub path: String,
    pub guard: Guard,
}

pub const PAGES: &str = "/o/{org}";
pub const API: &str = "/api/v1/organisations/{org}";
pub const STAFF: &str = "/staff";
pub const STAFF_API: &str = "/api/v1/staff";

impl Routes {
    /// Both faces of one action, below the organisation: `/o/{org}` for people, `/api/v1/...` for programs.
    #[must_use]
    pub fn both<S: Screen>(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.page::<S>(method, path, to.clone()).api::<S>(method, path, to)
    }

    /// A page or the deed of one: what HTML can send is GET and POST.
    #[must_use]
    pub fn page<S: Screen>(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.add(method, format!("{PAGES}{path}"), Guard::Contact(S::APPLICATION), to)
    }

    /// A call of the contract; `openapi` must know it.
    #[must_use]
    pub fn api<S: Screen>(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.add(method, format!("{API}{path}"), Guard::Contact(S::APPLICATION), to)
    }

    /// A page or deed of the vendor's side: below `/staff`.
    #[must_use]
    pub fn desk<S: Seat>(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.add(method, format!("{STAFF}{path}"), Guard::Staff(S::DESK), to)
    }

    /// A call of the vendor's side: below `/api/v1/staff`.
    #[must_use]
    pub fn desk_api<S: Seat>(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.add(method, format!("{STAFF_API}{path}"), Guard::Staff(S::DESK), to)
    }

    /// For whoever is signed in; the handler takes `SignedIn`.
    #[must_use]
    pub fn person(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.add(method, path.to_owned(), Guard::Person, to)
    }

    /// For anyone; the handler takes `Doorstep` at most.
    #[must_use]
    pub fn anyone(self, method: &Method, path: &str, to: MethodRouter<App>) -> Self {
        self.add(method, path.to_owned(), Guard::Anyone, to)
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.index.extend(other.index);
        self.router = self.router.merge(other.router);
        self
    }

    /// Closes the list: everything else is not there.
    pub fn into_router(self) -> Router<App> {
        self.router.fallback(|| async { Error::NotFound })
    }

    fn add(mut self, method: &Method, path: String, guard: Guard, to: MethodRouter<App>) -> Self {
        self.router = self.router.route(&path, to);
        self.index.push(Endpoint { method: method.clone(), path, guard });
        self
    }
}
