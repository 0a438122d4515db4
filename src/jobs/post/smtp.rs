//! Submission to a relay (RFC 6409): TLS from the start or by STARTTLS, then AUTH, then one mail.

use async_smtp::authentication::{Credentials, DEFAULT_ENCRYPTED_MECHANISMS};
use async_smtp::error::Error;
use async_smtp::extension::ClientId;
use async_smtp::response::Response;
use async_smtp::{EmailAddress, Envelope, SendableEmail, SmtpClient, SmtpTransport};
use futures::future::{BoxFuture, FutureExt};
use tokio::io::BufReader;

use super::{Bounce, Outgoing, Post, in_time, mime};
use crate::access::{App, Deed, Parcel, Relay, Security, System, Wire};
use crate::outbox::Reason;

pub struct Smtp {
    pub relay: Relay,
}

/// For all of it; the lease of a mail is twice as long.
const PATIENCE: u32 = 60;
/// Until a farewell is answered. By then the mail is theirs.
const FAREWELL: u32 = 3;

type Line = SmtpTransport<BufReader<Box<dyn Wire>>>;

impl Post for Smtp {
    fn send<'a>(
        &'a self,
        system: &'a System,
        mail: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Vec<Deed>, Bounce>> {
        async move {
            let app = system.app();
            let unmade = || Bounce::Permanent(Reason::Unmade, "the mail cannot be written down".to_owned());
            let parcel = mime::parcel(app.config(), mail, app.now()).ok_or_else(unmade)?;
            let mut line = in_time(app, PATIENCE, self.deliver(app, parcel)).await??;
            // What becomes of the farewell changes nothing.
            let _ = in_time(app, FAREWELL, line.quit()).await;
            Ok(Vec::new())
        }
        .boxed()
    }
}

impl Smtp {
    async fn deliver(&self, app: &App, parcel: Parcel) -> Result<Line, Bounce> {
        let mut line = self.line(app).await?;
        let secrets = app.secrets();
        let login = Credentials::new(
            secrets.smtp_user.clone().unwrap_or_default(),
            secrets.smtp_password.clone().unwrap_or_default(),
        );
        line.try_login(&login, DEFAULT_ENCRYPTED_MECHANISMS).await.map_err(|it| unready(&it))?;
        line.send(letter(parcel)?).await.map_err(|it| judged(&it))?;
        Ok(line)
    }

    /// Greeted, and safe.
    async fn line(&self, app: &App) -> Result<Line, Bounce> {
        let Relay { host, port, security } = &self.relay;
        // The name of the portal: a Worker has no address of its own.
        let origin = app.config().origin.split("://").last().unwrap_or_default();
        let name = origin.split(':').next().unwrap_or_default().to_owned();
        let client = || SmtpClient::new().pipelining(false).hello_name(ClientId::new(name.clone()));
        let away = |it| Bounce::Temporary(format!("{host}:{port} is out of reach: {it}"));
        let wire = app.outside().connect(host.clone(), *port, *security).await.map_err(away)?;
        let line = SmtpTransport::new(client(), BufReader::new(wire)).await.map_err(|it| unready(&it))?;
        if *security == Security::Implicit {
            return Ok(line);
        }
        // Whatever came in the clear behind the answer is thrown away with the buffer.
        let wire = line.starttls().await.map_err(|it| unready(&it))?.into_inner();
        let wire = wire.start_tls().map_err(away)?;
        let client = client().without_greeting();
        SmtpTransport::new(client, BufReader::new(wire)).await.map_err(|it| unready(&it))
    }
}

fn letter(parcel: Parcel) -> Result<SendableEmail, Bounce> {
    let unmade = |it| Bounce::Permanent(Reason::Unmade, format!("an address of the envelope: {it}"));
    let from = EmailAddress::new(parcel.from).map_err(unmade)?;
    let to = EmailAddress::new(parcel.to).map_err(unmade)?;
    Ok(SendableEmail::new(Envelope::new(Some(from), vec![to]).map_err(unmade)?, parcel.message))
}

/// Before the mail was spoken of. Whatever the relay says here, it says about us: the operator may mend it within the
/// day, and no mail is to blame.
fn unready(error: &Error) -> Bounce {
    Bounce::Temporary(format!("the relay: {}", said(error)))
}

/// A 5xx ends it, except "log in first".
fn judged(error: &Error) -> Bounce {
    match error {
        Error::Permanent(it) if !it.has_code(530) && !it.has_code(535) => {
            Bounce::Permanent(reason(it), format!("the relay: {}", said(error)))
        }
        _ => unready(error),
    }
}

fn reason(response: &Response) -> Reason {
    let status = response.first_word().unwrap_or_default();
    Reason::of_status(status).unwrap_or(if response.has_code(552) {
        Reason::TooLarge
    } else {
        Reason::Refused
    })
}

fn said(error: &Error) -> String {
    let text = match error {
        Error::Permanent(it) | Error::Transient(it) => format!("{} {}", it.code, it.message.join(" ")),
        other => other.to_string(),
    };
    mime::clean(&text).chars().take(300).collect()
}
