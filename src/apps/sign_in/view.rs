use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;

use super::rules;
use crate::answer::{Answer, Asker, Faces};
use crate::apps::staff::installation::{self, Check, Stands};
use crate::kernel::{Email, OrgName, Password};
use crate::page::{
    Draft, Field, Frame, Kind, actions, button, button_link, door, link_form, page_head, screen, stack, steps,
};

/// A page that is made already, and what a program reads instead.
struct Said {
    page: Html<String>,
    body: Value,
}

impl Faces for Said {
    fn page(&self, _: &Asker) -> Response {
        self.page.clone().into_response()
    }

    fn json(&self, _: &Asker) -> Response {
        Json(&self.body).into_response()
    }
}

pub fn said(page: Html<String>, body: Value) -> Answer {
    Answer::of(Said { page, body })
}

/// Programs are never led here.
pub fn page(page: Html<String>) -> Answer {
    said(page, Value::Null)
}

pub fn sign_in(frame: &Frame, draft: &Draft) -> Html<String> {
    let vendor = &frame.brand.vendor_name;
    let intro = format!("Your licences, orders and payments with {vendor}.");
    let body = html! {
        (page_head("Sign in", Some(&intro), html! {}))
        form method="post" action="/sign-in" novalidate {
            (draft.summary())
            @if let Some(to) = draft.value("to").filter(|it| rules::inside(it)) {
                input type="hidden" name="to" value=(to);
            }
            (email_field().autocomplete("username").focused().show(draft))
            (Field::text("password", "Password").password().autocomplete("current-password").required().show(draft))
            (actions(button(Kind::Primary, "Sign in")))
        }
    };
    let more = html! {
        p { a href="/forgot-password" { "Forgotten your password?" } }
        p.quiet { "New here? Open the mail that invited you and follow its link." }
    };
    screen(frame, "Sign in", door(body, more))
}

pub fn forgotten(frame: &Frame, draft: &Draft) -> Html<String> {
    let intro = "We send you a link to choose a new one.";
    let body = html! {
        (page_head("Forgotten your password?", Some(intro), html! {}))
        form method="post" action="/forgot-password" novalidate {
            (draft.summary())
            (email_field().autocomplete("username").focused().show(draft))
            (actions(button(Kind::Primary, "Send the link")))
        }
    };
    screen(frame, "Forgotten your password?", door(body, back_to_sign_in()))
}

/// The same for every address, known or not.
pub fn sent(frame: &Frame) -> Html<String> {
    let intro = "If this address can sign in here, a mail with a link is on its way to it.";
    let body = html! {
        (page_head("Look into your mail", Some(intro), html! {}))
        (steps(&[
            "Open the newest mail; it can take a few minutes, and may have landed among the junk.",
            "Follow its link and choose a password.",
            "Sign in with it.",
        ]))
    };
    let more = html! {
        p { "Nothing came? " a href="/forgot-password" { "Check the address and ask again" } "." }
        p.quiet {
            "Only confirmed contacts can sign in. If you have not confirmed your address yet, use the link in the \
             mail that your organisation had sent to you, or ask its Primary contact to send it again."
        }
    };
    screen(frame, "Look into your mail", door(body, more))
}

pub fn choose(frame: &Frame, draft: &Draft) -> Html<String> {
    let hint = format!(
        "At least {} characters. A few words that only you would put together are easy to keep.",
        Password::LEAST
    );
    let body = html! {
        (page_head("Choose your password", None, html! {}))
        (link_form(draft, "/password", new_password(&hint, draft), "Set the password"))
    };
    screen(frame, "Choose your password", door(body, back_to_sign_in()))
}

fn new_password(hint: &str, draft: &Draft) -> Markup {
    html! {
        (Field::text("new_password", "New password").password().autocomplete("new-password").hint(hint).required()
            .show(draft))
        (Field::text("new_password_again", "The same again").password().autocomplete("new-password").required()
            .show(draft))
    }
}

pub fn verify(frame: &Frame, draft: &Draft) -> Html<String> {
    let intro = "One press, and your organisation knows that this address is yours.";
    let body = html! {
        (page_head("Confirm your address", Some(intro), html! {}))
        (link_form(draft, "/verify", html! {}, "Confirm my address"))
    };
    let more = html! {
        p.quiet { "You did not expect this mail? Then close this page; nothing happens." }
    };
    screen(frame, "Confirm your address", door(body, more))
}

pub fn verified(frame: &Frame, org: &OrgName, email: &Email, needs_password: bool) -> Html<String> {
    let intro = format!("You are now a confirmed contact of {}.", org.as_str());
    let body = html! {
        (page_head("Thank you", Some(&intro), html! {}))
        @if needs_password {
            (stack(html! {
                p { "A second mail is on its way to " b { (email.as_str()) } "." }
                (steps(&["Open that mail and follow its link.", "Choose your password.", "Sign in with it."]))
            }))
        } @else {
            p { "Sign in with the password that you already have." }
            (actions(button_link(Kind::Primary, "Sign in", "/sign-in", None)))
        }
    };
    let more = html! { @if needs_password { p.quiet { "It works for 72 hours. You can close this page." } } };
    screen(frame, "Your address is confirmed", door(body, more))
}

/// What the link was for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    Verify,
    Password,
}

pub fn spent(frame: &Frame, what: Spent) -> Html<String> {
    let intro = "It has been used, has expired, or a newer mail has replaced it.";
    let (body, more) = match what {
        Spent::Password => (
            html! {
                (stack(html! {
                    p { "Have a new one sent to the address that you sign in with." }
                    form method="post" action="/forgot-password" novalidate {
                        (email_field().autocomplete("username").show(&Draft::default()))
                        (actions(button(Kind::Primary, "Send a new link")))
                    }
                }))
            },
            back_to_sign_in(),
        ),
        Spent::Verify => (
            html! {
                (stack(html! {
                    p {
                        "If you pressed the button before, your address is confirmed already: sign in, or choose \
                         your password under " a href="/forgot-password" { "Forgotten your password?" }
                    }
                    p { "Otherwise ask the Primary contact of your organisation to press Verify again." }
                    (actions(button_link(Kind::Primary, "Go to sign-in", "/sign-in", None)))
                }))
            },
            html! {},
        ),
    };
    let body = html! { (page_head("This link no longer works", Some(intro), html! {})) (body) };
    screen(frame, "This link no longer works", door(body, more))
}

pub fn setup(frame: &Frame, draft: &Draft) -> Html<String> {
    let intro = "Makes the first administrator. This page works once, and is gone afterwards.";
    let body = html! {
        (page_head("Set up this portal", Some(intro), html! {}))
        form method="post" action="/setup" novalidate {
            (draft.summary())
            (Field::text("secret", "Set-up secret").password().autocomplete("off")
                .hint("The value of SETUP_SECRET of this installation.").required().show(draft))
            (email_field().autocomplete("email").hint("The link to choose a password goes there.").show(draft))
            (Field::text("display_name", "Name").autocomplete("name").max_length(80).required().show(draft))
            (actions(button(Kind::Primary, "Make this administrator")))
        }
    };
    screen(frame, "Set up this portal", door(body, html! {}))
}

/// What is missing stands here already: a mail that cannot leave would be waited for in vain.
pub fn installed(frame: &Frame, email: &Email, checks: &[Check]) -> Html<String> {
    let missing = checks.iter().filter(|it| it.stands == Stands::Broken).count();
    let body = html! {
        (page_head("The portal is set up", None, html! {}))
        p { "A mail with a link to choose the password is on its way to " b { (email.as_str()) } "." }
        p { "It works for 72 hours; " a href="/forgot-password" { "another one" } " can be sent at any time." }
        @match missing {
            0 => p { "Everything that the portal needs is there." },
            1 => p { b { "One thing is missing." } " Below it stands how to mend it." },
            many => p { b { (many) " things are missing." } " Below each stands how to mend it." },
        }
        (installation::list(checks))
        p { "Once you are signed in, the page Installation checks all of it again." }
    };
    screen(frame, "The portal is set up", door(body, html! {}))
}

fn email_field<'a>() -> Field<'a> {
    Field::text("email", "E-mail address").email().max_length(254).required()
}

fn back_to_sign_in() -> Markup {
    html! { p { a href="/sign-in" { "Back to sign-in" } } }
}
