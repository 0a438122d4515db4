//! How mail leaves this installation, as its variables say.

use super::config::{BadConfig, Environment, bad};
use super::keys::Secrets;
use crate::kernel::Email;

#[derive(Debug)]
pub struct MailConfig {
    pub transport: Transport,
    pub from: Email,
    /// Whose mail comes back to this Worker. `None`: reports of what could not be delivered go to `from`.
    pub bounce_domain: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Transport {
    /// Of production where nobody has chosen one: everything waits, and nothing is lost for a day.
    None,
    /// Of development and test: `/dev/mail` shows what it keeps.
    Mailbox,
    /// Cloudflare's `send_email`.
    Binding,
    /// A provider that speaks like Resend; scheme and host, without a slash at the end.
    Http(String),
    Smtp(Relay),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Relay {
    pub host: String,
    pub port: u16,
    pub security: Security,
}

/// There is no third: a password never travels in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte, as on port 465.
    Implicit,
    /// TLS after STARTTLS, as on port 587.
    StartTls,
}

const RESEND: &str = "https://api.resend.com";

impl MailConfig {
    /// `text` answers a variable, or who is to blame for it not being there.
    pub(super) fn read(
        environment: Environment,
        support: &Email,
        text: impl Fn(&'static str) -> Result<String, BadConfig>,
    ) -> Result<Self, BadConfig> {
        let chosen = text("MAIL_TRANSPORT").unwrap_or_default();
        let transport = match chosen.as_str() {
            "" if environment == Environment::Production => Transport::None,
            "" => Transport::Mailbox,
            "mailbox" if environment != Environment::Production => Transport::Mailbox,
            "binding" => Transport::Binding,
            "http" => Transport::Http(api(text("MAIL_API_URL").ok(), environment)?),
            "smtp" => Transport::Smtp(relay(&text)?),
            other => {
                let why = format!("is {other}; it is binding, http or smtp");
                return Err(bad("MAIL_TRANSPORT", why));
            }
        };
        let leaves = !matches!(transport, Transport::None | Transport::Mailbox);
        let from = match text("MAIL_FROM") {
            Ok(from) => Email::try_from(from).map_err(|it| bad("MAIL_FROM", it.to_string()))?,
            Err(why) if leaves => return Err(why),
            Err(_) => support.clone(),
        };
        let bounce_domain = match text("BOUNCE_DOMAIN") {
            Ok(domain) => {
                let probe = Email::try_from(format!("bounces@{domain}"));
                Some(probe.map_err(|_| bad("BOUNCE_DOMAIN", "is no domain"))?.domain().to_owned())
            }
            Err(_) => None,
        };
        Ok(Self { transport, from, bounce_domain })
    }

    /// The secret that this transport cannot do without and that is not there.
    #[must_use]
    pub fn lacks(&self, secrets: &Secrets) -> Option<&'static str> {
        match self.transport {
            Transport::Http(_) if secrets.mail_api_key.is_none() => Some("MAIL_API_KEY"),
            Transport::Smtp(_) if secrets.smtp_user.is_none() => Some("SMTP_USER"),
            Transport::Smtp(_) if secrets.smtp_password.is_none() => Some("SMTP_PASSWORD"),
            _ => None,
        }
    }
}

fn api(said: Option<String>, environment: Environment) -> Result<String, BadConfig> {
    let url = said.unwrap_or_else(|| RESEND.to_owned());
    let safe = url.starts_with("https://") || environment != Environment::Production;
    if safe && url.starts_with("http") {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(bad("MAIL_API_URL", format!("is {url}; it starts with https://")))
    }
}

fn relay(text: &impl Fn(&'static str) -> Result<String, BadConfig>) -> Result<Relay, BadConfig> {
    let port = text("SMTP_PORT").unwrap_or_else(|_| "465".to_owned());
    let port: u16 = port.parse().map_err(|_| bad("SMTP_PORT", format!("is {port}; it is a port")))?;
    if port == 25 {
        return Err(bad(
            "SMTP_PORT",
            "is 25, which Cloudflare lets no Worker reach; relays listen at 465 or 587",
        ));
    }
    let security = match text("SMTP_TLS").unwrap_or_default().as_str() {
        "" if port == 465 => Security::Implicit,
        "implicit" => Security::Implicit,
        "" | "starttls" => Security::StartTls,
        other => return Err(bad("SMTP_TLS", format!("is {other}; it is implicit or starttls"))),
    };
    let host = text("SMTP_HOST")?;
    if host.contains([':', '/', ' ', '@']) {
        return Err(bad("SMTP_HOST", format!("is {host}; it is a host name alone")));
    }
    Ok(Relay { host, port, security })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(environment: Environment, set: &[(&str, &str)]) -> Result<MailConfig, BadConfig> {
        let support = Email::try_from("support@vendor.example".to_owned()).unwrap();
        MailConfig::read(environment, &support, |name| {
            let found = set.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
            found.ok_or_else(|| bad(name, "is not set"))
        })
    }

    #[test]
    fn without_a_word_production_waits_and_the_rest_keeps() {
        for (environment, transport) in [
            (Environment::Production, Transport::None),
            (Environment::Test, Transport::Mailbox),
            (Environment::Development, Transport::Mailbox),
        ] {
            let config = read(environment, &[]).unwrap();
            assert_eq!(config.transport, transport);
            assert_eq!(config.from.as_str(), "support@vendor.example");
        }
    }

    #[test]
    fn the_port_says_which_tls_unless_told_otherwise() {
        let base =
            [("MAIL_TRANSPORT", "smtp"), ("MAIL_FROM", "a@b.example"), ("SMTP_HOST", "smtp.b.example")];
        for (more, port, security) in [
            (&[][..], 465, Security::Implicit),
            (&[("SMTP_PORT", "587")], 587, Security::StartTls),
            (&[("SMTP_PORT", "2525")], 2525, Security::StartTls),
            (&[("SMTP_PORT", "2465"), ("SMTP_TLS", "implicit")], 2465, Security::Implicit),
        ] {
            let config = read(Environment::Production, &[&base, more].concat()).unwrap();
            let relay = Relay { host: "smtp.b.example".to_owned(), port, security };
            assert_eq!(config.transport, Transport::Smtp(relay));
        }
    }

    #[test]
    fn nonsense_names_its_variable() {
        let from = ("MAIL_FROM", "a@b.example");
        let smtp = ("MAIL_TRANSPORT", "smtp");
        for (name, set) in [
            ("MAIL_TRANSPORT", vec![("MAIL_TRANSPORT", "sendmail")]),
            ("MAIL_TRANSPORT", vec![("MAIL_TRANSPORT", "mailbox")]),
            ("MAIL_FROM", vec![("MAIL_TRANSPORT", "binding")]),
            ("MAIL_FROM", vec![("MAIL_TRANSPORT", "binding"), ("MAIL_FROM", "nobody")]),
            ("MAIL_API_URL", vec![("MAIL_TRANSPORT", "http"), from, ("MAIL_API_URL", "http://api.example")]),
            ("SMTP_HOST", vec![smtp, from]),
            ("SMTP_HOST", vec![smtp, from, ("SMTP_HOST", "smtp.b.example:465")]),
            ("SMTP_PORT", vec![smtp, from, ("SMTP_HOST", "h"), ("SMTP_PORT", "25")]),
            ("SMTP_PORT", vec![smtp, from, ("SMTP_HOST", "h"), ("SMTP_PORT", "mail")]),
            ("SMTP_TLS", vec![smtp, from, ("SMTP_HOST", "h"), ("SMTP_TLS", "none")]),
            ("BOUNCE_DOMAIN", vec![("BOUNCE_DOMAIN", "not a domain")]),
        ] {
            assert_eq!(read(Environment::Production, &set).unwrap_err().name, name, "{set:?}");
        }
    }
}
