use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::rules::{Check, Stands};
use crate::answer::View;
use crate::page::{self, Frame, Tone, badge, code_line};

pub struct SelfCheck {
    pub checks: Vec<Check>,
}

impl View for SelfCheck {
    fn page(&self, frame: &Frame) -> Html<String> {
        let broken = self.checks.iter().filter(|it| it.stands == Stands::Broken).count();
        let intro = match broken {
            0 => "Everything that the portal needs is there.".to_owned(),
            1 => "One thing is missing. Below it stands how to mend it.".to_owned(),
            many => format!("{many} things are missing. Below each stands how to mend it."),
        };
        let again = page::button_link(
            page::Kind::Secondary,
            "Check again",
            "/staff/installation",
            Some(page::Icon::Refresh),
        );
        let main = html! {
            (page::page_head("Installation", Some(&intro), again))
            (list(&self.checks))
        };
        page::screen(frame, "Installation", main)
    }

    fn json(&self) -> Value {
        json!({})
    }
}

#[must_use]
pub fn list(checks: &[Check]) -> Markup {
    html! { ul.checks { @for it in checks { li { (line(it)) } } } }
}

fn line(it: &Check) -> Markup {
    let mark = match it.stands {
        Stands::Well => badge(Tone::Good, "Works"),
        Stands::Shaky => badge(Tone::Attention, "Look at it"),
        Stands::Broken => badge(Tone::Danger, "Missing"),
    };
    html! {
        div { h2 { (it.name) } (mark) }
        p { (it.said) }
        @if let Some(mend) = &it.mend { (code_line("To mend it", mend)) }
    }
}
