use axum::response::Html;
use maud::html;

use super::frame::{Frame, page_head, screen};
use super::shell::shortcuts;

/// `GET /accessibility`: open to everybody; the footer of every page leads here.
pub fn accessibility(frame: &Frame) -> Html<String> {
    let address = &frame.brand.support_email;
    let intro = "This portal is made to be used by everybody, with any device and any assistive technology.";
    let main = html! {
        (page_head("Accessibility", Some(intro), html! {}))
        div.prose {
            h2 { "What we aim at" }
            p { "We build to level AA of the Web Content Accessibility Guidelines 2.2, and check each page against them." }
            ul {
                li { "Everything can be done with the keyboard alone, and without JavaScript." }
                li { "Text can be enlarged to 400 % without scrolling in two directions." }
                li { "Light, dark, high-contrast and reduced-motion settings of your device are respected." }
                li { "A status is always said in words, never by colour alone." }
            }
            h2 #keyboard { "Keyboard" }
            (shortcuts())
            p { "Single-key shortcuts can be switched off under Keyboard help at the end of every page." }
            h2 { "When something is in your way" }
            p {
                "Tell us what you wanted to do and what stopped you"
                @if !address.is_empty() { ": " a href={ "mailto:" (address) } { (address) } }
                ". We answer, and we mend it."
            }
        }
    };
    screen(frame, "Accessibility", main)
}
