use axum::response::Html;
use maud::html;
use serde_json::{Value, json};

use super::rules::JobRun;
use crate::answer::View;
use crate::kernel::{Zone, rfc3339};
use crate::page::{Frame, Icon, card, empty_state, moment, page_head, screen, stack};

pub struct Overview {
    pub runs: Vec<JobRun>,
    pub zone: Zone,
    pub now: i64,
}

impl View for Overview {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (page_head("Work queue", Some("What waits for somebody."), html! {}))
            (stack(html! {
                @if self.runs.is_empty() {
                    (empty_state(Icon::Clock, "No job has run yet", "Crons fire every five minutes. If this stays empty, look at the triggers of the installation.", None))
                } @else {
                    (card(Some("Jobs"), html! {
                        dl.definition {
                            @for run in &self.runs {
                                div {
                                    dt { (run.job) }
                                    dd {
                                        (moment(&rfc3339(run.ran_at), &self.zone.words(run.ran_at)))
                                        @if run.has_stopped(self.now) { " · has stopped" }
                                    }
                                }
                            }
                        }
                    }))
                }
            }))
        };
        screen(frame, "Work queue", main)
    }

    fn json(&self) -> Value {
        json!({ "runs": self.runs })
    }
}
