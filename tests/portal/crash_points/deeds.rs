//! What changes something: every route but those that only show, and the few that show and change. Those of the index
//! that are not here are named, with the reason.

use portal::access::{Endpoint, Guard};
use portal::routes;

use super::Ask;
use crate::announce::{announced, published, unsubscribe_of};
use crate::fixtures::{NOW, PASSWORD, Portal, cookie, run};
use crate::paid_online::{AT, COMPLETED, begun, message, signature};
use crate::pay_online::{TYPED, session, stripe};
use crate::samples::sample;
use crate::sign_in::{NEW, SETUP, form, link};
use crate::sso_cast::{SECRET, basic, code, desks, exchange, request, with_desks};

type Anew = fn(&str) -> bool;
type Ready = Box<dyn Fn() -> (Portal, Ask)>;

pub struct Deed {
    /// Method and path of its route.
    pub name: String,
    pub ready: Ready,
    /// Which lines of difference are right when it was done twice, for what is made anew each time.
    pub anew: Option<Anew>,
}

/// Not in the loop, each for a reason.
const LEFT_OUT: &[(&str, &str)] = &[(
    "POST /dev/seed",
    "puts the demo data in the place of everything, in development alone; asked again, it begins anew",
)];

/// GETs that change something: somebody is led to another site, and that is written down.
pub const GETS: [&str; 2] = ["GET /sso/authorize", "GET /o/{org}/helpdesk"];

pub fn all() -> Vec<Deed> {
    let mut all: Vec<Deed> = routes::all().index.into_iter().filter(changes).map(signed_in).collect();
    all.extend(open());
    all.push(made("POST /o/{org}/pay", None, || {
        let portal = stripe("");
        for number in 1..4 {
            portal.outside.replies(200, &session(number));
        }
        (portal, ask("POST", "/o/acme/pay", TYPED).by("ann"))
    }));
    all
}

fn changes(url: &Endpoint) -> bool {
    url.method != "GET" && url.guard != Guard::Anyone
}

/// By the sample of its route.
fn signed_in(url: Endpoint) -> Deed {
    let name = format!("{} {}", url.method, url.path);
    let ready = move || {
        let deed = sample(&url);
        let ask = ask(url.method.as_str(), &deed.path, deed.body).by(deed.person);
        let ask = deed.headers.iter().fold(ask, |ask, it| ask.with(it.0, it.1));
        (Portal::after(deed.after), ask)
    };
    let anew = match name.as_str() {
        "POST /o/{org}/calendar"
        | "POST /staff/organisations/{org}/contacts/{contact}/view-as"
        | "POST /staff/sign-on/{client}/secret" => Some(is_of_the_one_before as Anew),
        _ => None,
    };
    Deed { name, ready: Box::new(ready), anew }
}

/// Nobody is signed in for these, or nobody has to be.
fn open() -> Vec<Deed> {
    let mut all = Vec::new();
    let json = |fields: &[(&str, &str)]| {
        let fields: serde_json::Map<_, _> = fields.iter().map(|it| (it.0.to_owned(), it.1.into())).collect();
        serde_json::Value::Object(fields).to_string()
    };
    let mut both = |api: &'static str, page: &'static str, anew: Option<Anew>, ready: fn(&str) -> Typed| {
        for (path, is_page) in [(api, false), (page, true)] {
            all.push(made(&format!("POST {path}"), anew, move || {
                let Typed { portal, fields } = ready(path);
                let fields: Vec<(&str, &str)> = fields.iter().map(|it| (it.0, it.1.as_str())).collect();
                (portal, ask("POST", path, &if is_page { form(&fields) } else { json(&fields) }))
            }));
        }
    };
    both("/api/v1/session", "/sign-in", Some(another_session), |_| {
        typed(Portal::new(), &[("email", "ann@acme-canary.example"), ("password", PASSWORD)])
    });
    both("/api/v1/password-resets", "/forgot-password", Some(another_link), |_| {
        typed(Portal::new(), &[("email", "ann@acme-canary.example")])
    });
    both("/api/v1/password-resets/confirm", "/password", None, |path| {
        let portal = Portal::new();
        let token = old_link(&portal, "l-ann", "reset", "ann", None);
        let mut fields = vec![("token", token.as_str()), ("new_password", NEW)];
        if path == "/password" {
            fields.push(("new_password_again", NEW));
        }
        typed(portal, &fields)
    });
    both("/api/v1/verifications/confirm", "/verify", None, |_| {
        let portal = Portal::new();
        let token = old_link(&portal, "l-una", "verify", "una", Some("c-una"));
        typed(portal, &[("token", &token)])
    });
    all.push(made("POST /sign-out", None, || (Portal::new(), ask("POST", "/sign-out", "").by("ann"))));
    all.push(made("POST /setup", None, || {
        let fields = [("secret", SETUP), ("email", "admin@vendor.example"), ("display_name", "Adi")];
        (Portal::new(), ask("POST", "/setup", &form(&fields)))
    }));
    all.push(made("POST /unsubscribe/{token}", None, || {
        let portal = Portal::after(&published("n", "'acme', null, '[\"technical\"]'", "downtime"));
        announced(&portal);
        let address = unsubscribe_of(&portal);
        (portal, ask("POST", &address, "List-Unsubscribe=One-Click"))
    }));
    all.push(made("POST /webhooks/stripe", None, || {
        let (portal, attempt) = begun();
        let body = message("evt_1", COMPLETED, &attempt).to_string();
        let signed = format!("t={NOW},v1={}", signature(&body, NOW, "whsec_new"));
        let kind = "application/json; charset=utf-8";
        (portal, ask("POST", AT, &body).with("stripe-signature", &signed).with("content-type", kind))
    }));
    all.push(made("POST /sso/token", Some(replayed), || {
        let portal = with_desks("");
        let code = code(&portal, "sue", &[]);
        let body = crate::sso_cast::form(&code, &[]);
        (portal, ask("POST", "/sso/token", &body).with("authorization", &basic("desk", SECRET)))
    }));
    all.push(made("POST /sso/userinfo", None, || {
        let portal = with_desks("");
        let code = code(&portal, "sue", &[]);
        let token = exchange(&portal, &code, &[]).json()["access_token"].as_str().unwrap().to_owned();
        (portal, ask("POST", "/sso/userinfo", &format!("access_token={token}")))
    }));
    all.push(made("GET /sso/authorize", Some(another_code), || {
        (with_desks(""), ask("GET", &request(&[]), "").by("sue"))
    }));
    all.push(made("GET /o/{org}/helpdesk", Some(another_code), || {
        let script = desks()
            + "update oidc_client set login_uri = 'https://zen.example/jwt' where id = 'zen';
            update oidc_client set enabled = 0 where id <> 'zen';";
        (Portal::after(&script), ask("GET", "/o/acme/helpdesk", "").by("sue"))
    }));
    all
}

/// Its mail left before the story begins.
pub fn old_link(portal: &Portal, id: &str, purpose: &str, person: &str, contact: Option<&str>) -> String {
    let token = link(portal, id, purpose, person, contact);
    run(&portal.db, "update link set created_at = created_at - 1").unwrap();
    token
}

struct Typed {
    portal: Portal,
    fields: Vec<(&'static str, String)>,
}

fn typed(portal: Portal, fields: &[(&'static str, &str)]) -> Typed {
    Typed { portal, fields: fields.iter().map(|it| (it.0, it.1.to_owned())).collect() }
}

fn made(name: &str, anew: Option<Anew>, ready: impl Fn() -> (Portal, Ask) + 'static) -> Deed {
    Deed { name: name.to_owned(), ready: Box::new(ready), anew }
}

fn ask(method: &str, path: &str, body: &str) -> Ask {
    let headers = vec![("idempotency-key".to_owned(), "the-same-key".to_owned())];
    let ask = Ask { method: method.to_owned(), path: path.to_owned(), headers, body: body.to_owned() };
    let form = "application/x-www-form-urlencoded";
    ask.with("content-type", if path.starts_with("/api/") { "application/json" } else { form })
}

impl Ask {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|it| it.0 != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn by(self, person: &str) -> Self {
        self.with("cookie", &cookie(person))
    }
}

/// What is shown once is made anew: the one that nobody saw has ended, and what told of it stays; of a secret there is the
/// newest alone.
fn is_of_the_one_before(line: &str) -> bool {
    let told = line.starts_with("+ [\"audit\"") || line.starts_with("+ [\"notification\"");
    let ended = ["+ [\"calendar_feed\"", "+ [\"view_as\""].iter().any(|it| line.starts_with(it));
    told || (ended && !line.ends_with("null]")) || line[2..].starts_with("[\"oidc_client\"")
}

/// Of the first nobody has the cookie; its line of the log stays, and so does the mail about it.
fn another_session(line: &str) -> bool {
    ["+ [\"session\"", "+ [\"audit\"", "+ [\"outbox\"", "+ ann@"].iter().any(|it| line.starts_with(it))
}

/// The first link is void.
fn another_link(line: &str) -> bool {
    let void = line.starts_with("+ [\"link\"") && !line.ends_with("null]");
    void || ["+ [\"outbox\"", "+ ann@"].iter().any(|it| line.starts_with(it))
}

/// Two have had the code, as far as the portal can know: nobody keeps what it opened (RFC 6749, 4.1.2).
fn replayed(line: &str) -> bool {
    let over = line.starts_with("+ [\"oidc_token\"") && !line.ends_with("null]");
    over || line.starts_with("- [\"oidc_token\"") || line.starts_with("+ [\"audit\"")
}

/// Nobody has the first code, and it ends within a minute.
fn another_code(line: &str) -> bool {
    line.starts_with("+ [\"oidc_code\"") || line.starts_with("+ [\"audit\"")
}

#[test]
fn every_route_that_changes_something_is_in_the_loop() {
    let known = routes::all().index;
    let known: Vec<String> = known.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    let here: Vec<String> = all().into_iter().map(|it| it.name).collect();
    for name in known.iter().filter(|it| !it.starts_with("GET ")).map(String::as_str).chain(GETS) {
        let left_out = LEFT_OUT.iter().any(|it| it.0 == name);
        assert!(
            here.iter().any(|it| it == name) != left_out,
            "{name} is in the loop or left out for a reason"
        );
    }
    for name in here.iter().map(String::as_str).chain(LEFT_OUT.iter().map(|it| it.0)) {
        assert!(known.iter().any(|it| it == name), "there is no {name} any more");
    }
    assert!(LEFT_OUT.iter().all(|it| it.1.len() > 20));
}

/// The rest of them only show.
#[test]
fn no_other_get_changes_anything() {
    for url in routes::all().index {
        let name = format!("{} {}", url.method, url.path);
        if url.method == "GET" && !GETS.contains(&name.as_str()) {
            let deed = sample(&url);
            let portal = Portal::after(deed.after);
            let before = portal.contents();
            deed.send(&portal, "GET");
            assert_eq!(portal.contents(), before, "{name}");
        }
    }
}
