//! What an installation needs, and what to do where it lacks something.

/// What was found; the words are made here.
pub struct Facts<'a> {
    /// Tables and triggers of the schema that the database does not have.
    pub missing: &'a [String],
    /// Binding and what it said.
    pub bindings: &'a [(&'static str, Option<String>)],
    /// Jobs that should have run.
    pub stopped: &'a [String],
    /// When the licences were last looked at, in a sentence.
    pub ran: &'a str,
    pub is_production: bool,
    pub origin: &'a str,
    /// In words, where mail leaves at all.
    pub mail: Option<&'a str>,
    pub mail_from: &'a str,
    pub setup_secret_is_set: bool,
    /// Where invoices are paid online, in words, where that is set up at all.
    pub gateway: Option<&'a str>,
    /// Secrets that the gateway needs and that are not set.
    pub gateway_lacks: &'a [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Well,
    /// It works, and should be better.
    Shaky,
    Broken,
}

#[derive(Debug)]
pub struct Check {
    pub name: &'static str,
    pub stands: Stands,
    pub said: String,
    /// A command or a place that mends it.
    pub mend: Option<String>,
}

fn check(name: &'static str, stands: Stands, said: impl Into<String>, mend: Option<&str>) -> Check {
    Check { name, stands, said: said.into(), mend: mend.map(str::to_owned) }
}

#[must_use]
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut all = vec![database(facts)];
    all.extend(facts.bindings.iter().map(|(name, fault)| binding(name, fault.as_deref())));
    all.extend([jobs(facts), mail(facts), gateway(facts), origin(facts), secrets(facts)]);
    all
}

fn database(facts: &Facts) -> Check {
    without_tables(facts.missing)
}

#[must_use]
pub fn without_tables(missing: &[String]) -> Check {
    match missing {
        [] => check("Database (DB)", Stands::Well, "It answers, and every migration is applied.", None),
        missing => check(
            "Database (DB)",
            Stands::Broken,
            format!("It answers, and lacks {}. A migration has not been applied.", named(missing)),
            Some("npx wrangler d1 migrations apply DB --remote"),
        ),
    }
}

/// A new database lacks all of it, and a few names say as much.
fn named(missing: &[String]) -> String {
    const MOST: usize = 5;
    let first: Vec<&str> = missing.iter().take(MOST).map(String::as_str).collect();
    match missing.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn binding(name: &'static str, fault: Option<&str>) -> Check {
    let (title, works, mend) = match name {
        "SESSIONS" => {
            ("Sessions (SESSIONS)", "It takes and gives.", "npx wrangler kv namespace create SESSIONS")
        }
        "TOKENS" => {
            ("One-time links (TOKENS)", "It takes and gives.", "npx wrangler kv namespace create TOKENS")
        }
        "DOCUMENTS" => (
            "Documents (DOCUMENTS)",
            "A file was put, read and deleted.",
            "npx wrangler r2 bucket create portal-documents",
        ),
        _ => ("Mail queue (MAIL)", "It takes messages.", "npx wrangler queues create portal-mail"),
    };
    match fault {
        None => check(title, Stands::Well, works, None),
        Some(fault) => check(
            title,
            Stands::Broken,
            format!(
                "It does not answer as it should: {fault}. Create it if it is not there, and name it in wrangler.toml."
            ),
            Some(mend),
        ),
    }
}

fn jobs(facts: &Facts) -> Check {
    match facts.stopped {
        [] => check(
            "Crons",
            Stands::Well,
            format!("Every job has run as often as it should. {}", facts.ran),
            None,
        ),
        stopped => check(
            "Crons",
            Stands::Broken,
            format!(
                "Not seen lately: {}. Without them no licence is flagged and no mail is tried again. {}",
                stopped.join(", ").to_lowercase(),
                facts.ran,
            ),
            Some("npx wrangler deploy"),
        ),
    }
}

fn mail(facts: &Facts) -> Check {
    let from = facts.mail_from;
    match facts.mail {
        Some(way) => check("Mail", Stands::Well, format!("Mail leaves {way}, from {from}."), None),
        None => check(
            "Mail",
            Stands::Broken,
            "No transport is chosen. Mails wait, and are given up after a day.",
            Some("Set MAIL_TRANSPORT in wrangler.toml to binding, http or smtp, and deploy."),
        ),
    }
}

fn gateway(facts: &Facts) -> Check {
    let name = "Payment gateway";
    match (facts.gateway, facts.gateway_lacks) {
        (None, _) => check(
            name,
            Stands::Shaky,
            "None is set up. The page \"Make Payment\" says how to pay by bank transfer instead.",
            Some("Set GATEWAY_URL, or PAYMENT_GATEWAY to stripe, in wrangler.toml, and deploy."),
        ),
        (Some(way), []) => check(name, Stands::Well, format!("Invoices are paid online {way}."), None),
        (Some(way), [first, ..]) => check(
            name,
            Stands::Broken,
            format!(
                "Invoices should be paid online {way}, and {} not set. Until then nobody can pay here, and what the \
                 gateway tells is put off.",
                match facts.gateway_lacks {
                    [only] => format!("{only} is"),
                    many => format!("{} are", many.join(" and ")),
                }
            ),
            Some(&format!("npx wrangler secret put {first} --env production")),
        ),
    }
}

fn origin(facts: &Facts) -> Check {
    let origin = facts.origin;
    match (facts.is_production, origin.starts_with("https://")) {
        (_, true) => check("Address", Stands::Well, format!("Links in mails lead to {origin}."), None),
        (false, false) => check(
            "Address",
            Stands::Shaky,
            format!("Links in mails lead to {origin}. That will do on a machine of one's own."),
            None,
        ),
        (true, false) => check(
            "Address",
            Stands::Broken,
            format!("Links in mails lead to {origin}, which is not https."),
            Some("Set PORTAL_ORIGIN in wrangler.toml, and deploy."),
        ),
    }
}

fn secrets(facts: &Facts) -> Check {
    if !facts.is_production {
        let said = "This is no production: keys that are not set are made up, and every session ends with the process.";
        return check("Secrets", Stands::Shaky, said, None);
    }
    if facts.setup_secret_is_set {
        let said = "Session keys and pepper are set. The one-time secret of the set-up is still there; it opens nothing any \
                    more, and can go.";
        return check(
            "Secrets",
            Stands::Shaky,
            said,
            Some("npx wrangler secret delete SETUP_SECRET --env production"),
        );
    }
    check("Secrets", Stands::Well, "Session keys and pepper are set, and the set-up secret is gone.", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts<'static> {
        Facts {
            missing: &[],
            bindings: &[("SESSIONS", None), ("DOCUMENTS", None)],
            stopped: &[],
            ran: "",
            is_production: true,
            origin: "https://portal.vendor.example",
            mail: Some("by SMTP"),
            mail_from: "support@vendor.example",
            setup_secret_is_set: false,
            gateway: Some("through Stripe"),
            gateway_lacks: &[],
        }
    }

    #[test]
    fn what_is_well_needs_no_mending() {
        let all = checks(&good());
        assert!(all.iter().all(|it| it.stands == Stands::Well && it.mend.is_none()), "{all:?}");
    }

    #[test]
    fn what_is_missing_says_how_to_mend_it() {
        let missing = ["view_as".to_owned()];
        let stopped = ["resend".to_owned()];
        let bindings = [("DOCUMENTS", Some("no such bucket".to_owned()))];
        let broken = Facts {
            missing: &missing,
            stopped: &stopped,
            bindings: &bindings,
            mail: None,
            origin: "http://portal.vendor.example",
            gateway_lacks: &["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
            ..good()
        };
        let all = checks(&broken);
        for it in all.iter().filter(|it| it.name != "Secrets") {
            assert!(it.stands == Stands::Broken && it.mend.is_some(), "{it:?}");
        }
        assert!(
            all.iter().any(|it| it.said.contains("view_as"))
                && all.iter().any(|it| it.said.contains("no such bucket"))
        );
        let both = all.iter().find(|it| it.name == "Payment gateway").unwrap();
        assert!(both.said.contains("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are not set"), "{both:?}");
        let none = checks(&Facts { gateway: None, ..good() });
        assert!(none.iter().any(|it| it.stands == Stands::Shaky && it.said.contains("bank transfer")));
        let all: Vec<String> = (1..=60).map(|it| format!("t{it}")).collect();
        assert!(without_tables(&all).said.contains("t1, t2, t3, t4, t5 and 55 more"));
        let left = checks(&Facts { setup_secret_is_set: true, ..good() });
        assert!(left.iter().any(|it| it.stands == Stands::Shaky && it.mend.is_some()));
    }
}
