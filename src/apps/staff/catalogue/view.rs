use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::api::{ProductFacts, ProductPage};
use super::rules::Product;
use crate::answer::View;
use crate::page::{
    self, Column, ColumnKind, Draft, Field, Frame, Icon, Kind, button, button_link, card, grid,
};

const AT: &str = "/staff/products";

pub struct Products {
    pub products: Vec<Product>,
}

/// A new product, or one to change.
pub struct ProductForm {
    pub product: Option<Product>,
    pub draft: Draft,
    /// For the hidden field that makes a second press harmless.
    pub key: String,
}

impl View for Products {
    fn page(&self, frame: &Frame) -> Html<String> {
        let add = button_link(Kind::Primary, "Add a product", "/staff/products/new", Some(Icon::Plus));
        let intro = "What can be ordered. The days are shown to customers whose licence has ended; the portal enforces none.";
        let columns = [
            Column { label: "Product", kind: ColumnKind::Text },
            Column { label: "Id", kind: ColumnKind::Short },
            Column { label: "Access after expiry", kind: ColumnKind::Number },
            Column { label: "Suspension", kind: ColumnKind::Number },
            Column { label: "Trial data kept", kind: ColumnKind::Number },
        ];
        let rows = self.products.iter().map(|it| {
            vec![
                html! { a href={ (AT) "/" (it.id.as_str()) } { (it.name) } },
                html! { code { (it.id.as_str()) } },
                days(it.access_grace_days),
                days(it.suspension_days),
                days(it.trial_delete_days),
            ]
        });
        let main = html! {
            (page::page_head("Products", Some(intro), add.clone()))
            @if self.products.is_empty() {
                (page::empty_state(Icon::Book, "No products yet", "Orders can be booked as soon as there is one.", Some(add)))
            } @else { (page::table("Products by name", &columns, rows.collect())) }
        };
        page::screen(frame, "Products", main)
    }

    fn json(&self) -> Value {
        json!(ProductPage::of(&self.products))
    }
}

fn days(days: Option<i64>) -> Markup {
    html! { @match days { Some(1) => "1 day", Some(days) => { (days) " days" }, None => span.quiet { "Not stated" } } }
}

impl View for ProductForm {
    fn page(&self, frame: &Frame) -> Html<String> {
        let title = self.product.as_ref().map_or("Add a product", |it| it.name.as_str());
        let main = html! {
            (page::page_head(title, None, button_link(Kind::Secondary, "All products", AT, Some(Icon::Back))))
            (card(None, self.form()))
        };
        page::screen(frame, title, main)
    }

    fn json(&self) -> Value {
        self.product.as_ref().map_or(Value::Null, |it| json!(ProductFacts::of(it)))
    }

    fn etag(&self) -> Option<String> {
        self.product.as_ref().map(|it| format!("\"{}\"", it.version))
    }
}

impl ProductForm {
    fn form(&self) -> Markup {
        let (draft, it) = (&self.draft, self.product.as_ref());
        let action = it.map_or_else(|| AT.to_owned(), |it| format!("{AT}/{}", it.id.as_str()));
        let text = |days: Option<i64>| days.map(|it| it.to_string()).unwrap_or_default();
        let days =
            it.map(|it| (text(it.access_grace_days), text(it.suspension_days), text(it.trial_delete_days)));
        let (access, end, trial) = days.unwrap_or_default();
        html! {
            form method="post" action=(action) novalidate {
                (draft.summary())
                @if let Some(it) = it { input type="hidden" name="version" value=(it.version); }
                @else { input type="hidden" name="idempotency_key" value=(self.key); }
                (grid(html! {
                    (Field::text("name", "Name").initial(it.map_or("", |it| it.name.as_str())).required().max_length(80).show(draft))
                    @if it.is_none() {
                        (Field::text("id", "Id").hint("Letters, digits and hyphens, such as skyconnect. It stays for good.")
                            .required().max_length(36).show(draft))
                    }
                }))
                (grid(html! {
                    (Field::text("access_grace_days", "Access after expiry").hint("Days on which users still have access.")
                        .initial(&access).input_mode("numeric").show(draft))
                    (Field::text("suspension_days", "Suspension").hint("Days until something happens to the account.")
                        .initial(&end).input_mode("numeric").show(draft))
                    (Field::text("trial_delete_days", "Trial data kept").hint("Days after a trial until its data is deleted.")
                        .initial(&trial).input_mode("numeric").show(draft))
                }))
                (page::actions(button(Kind::Primary, if it.is_some() { "Save" } else { "Add the product" })))
            }
        }
    }
}
