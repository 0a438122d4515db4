use axum::http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::super::rules::{
    CHOICE_REQUIRED, Client, Desk, Kind, LOGIN_REQUIRED, MOST_ASKED, NOT_SUPPORT, Parameters, Refusal,
    Request, lead_back, subject_id,
};
use super::super::view::Chooser;
use super::sql::{self, Began, NewCode};
use super::statement::{About, assertion, subject};
use crate::access::matrix::{Application, openers};
use crate::access::{Doorstep, Person, SignedIn};
use crate::answer::{Answer, Done, Shown};
use crate::audit::Entry;
use crate::error::Error;
use crate::kernel::{ClientId, Role, Token};

/// A request whose client and address are known, so that a refusal may be told to them.
struct Sound<'a> {
    asked: &'a Parameters,
    client: &'a Client,
    back: &'a str,
    issuer: &'a str,
}

/// Who asks, when they are signed in.
struct Here<'a> {
    door: &'a SignedIn,
    person: Person,
    desks: Vec<Desk>,
    auth_at: i64,
}

/// GET /sso/authorize
pub async fn authorize(
    method: Method,
    door: Doorstep,
    signed_in: Result<SignedIn, Error>,
) -> Result<Answer, Error> {
    let app = door.app();
    app.secrets().signing.as_ref().ok_or(Error::NotFound)?;
    if method == Method::HEAD {
        return Ok(Answer::of(Error::Method(method.to_string()))
            .with(header::ALLOW, HeaderValue::from_static("GET")));
    }
    let query = app.caller().asked.split_once('?').map_or("", |it| it.1);
    if query.len() > MOST_ASKED {
        return Err(unsound("It is too long."));
    }
    let asked = Parameters::of(query);
    let id = asked.client().ok_or(unsound("It does not say which program it comes from."))?;
    let (client, here) = look(&door, signed_in.as_ref().ok(), &id).await?;
    let client = client
        .filter(|it| it.kind != Kind::Zendesk)
        .ok_or(unsound("The program it comes from is not known here, or was switched off."))?;
    let back = client
        .redirect_uri(asked.one("redirect_uri"))
        .ok_or(unsound("The address it wants to be led back to is not one of that program's."))?;
    let sound = Sound { asked: &asked, client: &client, back, issuer: &app.config().origin };
    match sound.go_on(here, app.now()).await {
        Ok(answer) => Ok(answer),
        Err(Turned::Away(refusal)) => Ok(sound.refused(refusal)),
        Err(Turned::Failed(error)) => Err(error),
    }
}

/// One round trip; a cookie that no longer counts costs a second one.
async fn look<'a>(
    door: &Doorstep,
    signed_in: Option<&'a SignedIn>,
    id: &ClientId,
) -> Result<(Option<Client>, Option<Here<'a>>), Error> {
    if let Some(signed_in) = signed_in {
        let scope = signed_in.scope();
        let questions = (
            sql::client_for(scope, id),
            sql::desks(scope, support()),
            sql::session(scope, signed_in.session()),
        );
        match signed_in.read(questions).await {
            Ok((person, (client, desks, began))) => {
                let auth_at = began.map_or(0, |Began { created_at }| created_at);
                return Ok((client, Some(Here { door: signed_in, person, desks, auth_at })));
            }
            Err(Error::SignedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((door.read(sql::client(door.scope(), id)).await?, None))
}

enum Turned {
    /// The client is told.
    Away(Refusal),
    Failed(Error),
}

impl From<Refusal> for Turned {
    fn from(refusal: Refusal) -> Self {
        Self::Away(refusal)
    }
}

impl From<Error> for Turned {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Sound<'_> {
    async fn go_on(&self, here: Option<Here<'_>>, now: i64) -> Result<Answer, Turned> {
        let request = Request::read(self.asked, self.client.kind, now)?;
        let Some(here) = here.filter(|it| request.is_fresh(it.auth_at)) else {
            return if request.silent { Err(LOGIN_REQUIRED.into()) } else { Ok(self.to_sign_in(now)) };
        };
        if request.subject.as_ref().is_some_and(|it| *it != subject_id(here.door.person())) {
            return Err(LOGIN_REQUIRED.into());
        }
        match request.desk(&here.desks) {
            Ok(desk) => self.let_in(&here, &request, desk, now).await,
            Err(refusal) if refusal == CHOICE_REQUIRED && !request.silent => Ok(self.choose(&here)),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// And back again; `since` tells a sign-in that was asked for from one that was there before.
    fn to_sign_in(&self, now: i64) -> Answer {
        let back = self.asked.again(&[("since", Some(&now.to_string()))]);
        let to: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        Answer::of(Done::quietly(format!("/sign-in?to={to}")))
    }

    fn choose(&self, here: &Here) -> Answer {
        let way = |desk: &Desk| {
            let org = Some(desk.id.as_str());
            (desk.name.as_str().to_owned(), self.asked.again(&[("org", org), ("prompt", None)]))
        };
        let view = Chooser { client: self.client.name.clone(), ways: here.desks.iter().map(way).collect() };
        Answer::of(Shown { frame: here.door.frame(&here.person), view })
    }

    async fn let_in(
        &self,
        here: &Here<'_>,
        request: &Request,
        desk: &Desk,
        now: i64,
    ) -> Result<Answer, Turned> {
        let (door, scope) = (here.door, here.door.scope());
        let after = json!({ "client": self.client.id, "organisation": desk.id });
        let entry = Entry {
            action: "sso.signed_on",
            target: self.client.name.as_str(),
            before: None,
            after: Some(after),
        };
        let mut deeds = vec![
            sql::still_support(scope, &desk.id, support()),
            entry.deed_in(Some(&desk.id), scope, door.app(), &door.actor(&here.person)),
        ];
        let code = Token::from_bytes(door.app().random());
        deeds.push(match &request.challenge {
            Some(challenge) => sql::mint(
                scope,
                &NewCode {
                    hash: code.hash(),
                    client: &self.client.id,
                    org: &desk.id,
                    redirect_uri: self.back,
                    request,
                    challenge,
                    auth_at: here.auth_at,
                    now,
                },
            ),
            None => sql::about(scope, &desk.id),
        });
        let rows = match door.write(deeds).await {
            Ok(rows) => rows,
            Err(error) if error.verdict() == Some(sql::NOT_SUPPORT) => return Err(NOT_SUPPORT.into()),
            Err(Error::SignedOut) => return Ok(self.to_sign_in(now)),
            Err(error) => return Err(error.into()),
        };
        if request.challenge.is_some() {
            return Ok(self.back_with(&[("code", Some(code.reveal())), ("iss", Some(self.issuer))]));
        }
        let about = About {
            client: self.client,
            scope: &request.scope,
            nonce: request.nonce.clone(),
            auth_at: here.auth_at,
            access_token: None,
        };
        let subject = subject(rows.into_iter().next_back())?;
        let id_token = assertion(door.app(), subject, about).await?;
        Ok(self.back_with(&[("id_token", Some(&id_token))]))
    }

    fn refused(&self, refusal: Refusal) -> Answer {
        let Refusal { error, said } = refusal;
        self.back_with(&[
            ("error", Some(error)),
            ("error_description", Some(said)),
            ("iss", Some(self.issuer)),
        ])
    }

    fn back_with(&self, said: &[(&str, Option<&str>)]) -> Answer {
        let state = [("state", self.asked.one("state"))];
        Answer::of(Done::quietly(lead_back(self.back, &[said, &state].concat())))
    }
}

/// The roles that open the help desk.
pub fn support() -> &'static [Role] {
    openers(Application::HelpDesk).unwrap_or_default()
}

/// Nobody knows where it came from, so it leads nowhere: an error page of ours.
fn unsound(why: &str) -> Error {
    let said = format!(
        "Another program sent you here to sign in, and its request cannot be answered. {why} Go back and try again; if \
         it stays like this, tell whoever runs that program."
    );
    Error::refused(StatusCode::BAD_REQUEST, "sign-on-refused", said)
}
