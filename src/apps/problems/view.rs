use axum::response::Html;
use maud::html;
use serde_json::{Value, json};

use crate::answer::View;
use crate::error::problems::Problem;
use crate::page::{self, Frame};

pub struct Explained {
    pub problem: &'static Problem,
}

impl View for Explained {
    fn page(&self, frame: &Frame) -> Html<String> {
        let Problem { code, status, title, means, to_do } = self.problem;
        let rows = [
            ("What it means", html! { (means) }),
            ("What to do", html! { (to_do) }),
            ("For programs", html! { "Status " (status) ", code " code { (code) } }),
        ];
        let main = html! {
            (page::page_head(title, None, html! {}))
            (page::card(None, page::definition(&rows)))
        };
        page::screen(frame, title, main)
    }

    fn json(&self) -> Value {
        json!({ "code": self.problem.code, "status": self.problem.status, "title": self.problem.title })
    }
}
