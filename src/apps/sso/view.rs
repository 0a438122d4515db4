use axum::response::Html;
use maud::html;
use serde_json::Value;

use crate::answer::View;
use crate::page::{self, Frame, Icon, Kind, Tile, Tone};

/// Somebody is Support of several organisations, and the help desk has to know for which of them they come.
pub struct Chooser {
    pub client: String,
    /// Name and way on.
    pub ways: Vec<(String, String)>,
}

impl View for Chooser {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro =
            format!("{} takes your questions as those of the organisation that you choose.", self.client);
        let tiles: Vec<Tile> = self
            .ways
            .iter()
            .map(|(name, way)| Tile {
                label: name.clone(),
                text: "Ask as its Support contact".to_owned(),
                href: way.clone(),
                icon: Icon::Building,
                external: false,
            })
            .collect();
        let main = html! {
            (page::page_head("For which organisation?", Some(&intro), html! {}))
            (page::launcher(&tiles))
        };
        page::screen(frame, "For which organisation?", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

/// The last step to a help desk that wants the statement posted by the browser. Script presses the button.
pub struct HandOver {
    pub client: String,
    pub to: String,
    pub statement: String,
}

impl View for HandOver {
    fn page(&self, frame: &Frame) -> Html<String> {
        let intro = format!("You go on to {} and are signed in there.", self.client);
        let main = html! {
            (page::page_head("Help desk", Some(&intro), html! {}))
            (page::card(None, html! {
                form method="post" action=(self.to) data-goes-on {
                    input type="hidden" name="jwt" value=(self.statement);
                    (page::actions(page::button(Kind::Primary, &format!("Go on to {}", self.client))))
                }
            }))
        };
        page::screen(frame, "Help desk", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}

/// There is no help desk to go on to.
pub struct NoDesk {
    pub vendor: String,
    pub support: String,
}

impl View for NoDesk {
    fn page(&self, frame: &Frame) -> Html<String> {
        let main = html! {
            (page::page_head("Help desk", None, html! {}))
            (page::notice(Tone::Info, "The help desk is reached by mail", html! {
                p {
                    (self.vendor) " has set up no help desk on the web. Write to "
                    a href={ "mailto:" (self.support) } { (self.support) } "."
                }
            }))
        };
        page::screen(frame, "Help desk", main)
    }

    fn json(&self) -> Value {
        Value::Null
    }
}
