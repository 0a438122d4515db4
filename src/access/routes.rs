use std::collections::BTreeMap;
use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use axum::routing::MethodRouter;
use axum::routing::future::RouteFuture;
use tower_service::Service;

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

/// Handlers by path, and the list of what they serve, so that a test can walk every URL.
#[derive(Default)]
pub struct Routes {
    handlers: BTreeMap<String, MethodRouter<App>>,
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
        other.handlers.into_iter().fold(self, |all, (path, to)| all.serving(path, to))
    }

    /// Closes the list: everything else is not there. A request brings its `App` as an extension, and only the handlers
    /// of its own path ever see it: to bind all of them anew for each request was a tenth of a page's time.
    pub fn into_router(self) -> Router {
        let router = Router::new().fallback(|| async { Error::NotFound });
        self.handlers.into_iter().fold(router, |router, (path, to)| router.route_service(&path, Bound(to)))
    }

    fn add(mut self, method: &Method, path: String, guard: Guard, to: MethodRouter<App>) -> Self {
        self.index.push(Endpoint { method: method.clone(), path: path.clone(), guard });
        self.serving(path, to)
    }

    fn serving(mut self, path: String, to: MethodRouter<App>) -> Self {
        let to = match self.handlers.remove(&path) {
            Some(before) => before.merge(to),
            None => to,
        };
        self.handlers.insert(path, to);
        self
    }
}

/// The handlers of one path. They get their state when they are called.
#[derive(Clone)]
struct Bound(MethodRouter<App>);

impl Service<Request<Body>> for Bound {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match request.extensions_mut().remove::<App>() {
            Some(app) => self.0.clone().with_state(app).call(request),
            None => MethodRouter::new()
                .fallback(|| async { Error::Ours("a request without its App") })
                .call(request),
        }
    }
}
