//! Markdown of the vendor's people as HTML that can do nothing: a handful of tags without attributes, and links.
//!
//! Every character of the text goes through `escaped`; a tag comes from this file or not at all. So HTML in the text
//! shows as what was typed, an image is its description, and a link that leads somewhere unsafe is its words.

#[expect(clippy::disallowed_types, reason = "the one place where HTML is made of text; see above")]
use maud::PreEscaped;
use maud::{Markup, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Parser, Tag, TagEnd};

/// Deeper than anybody writes; what lies below is still read, it only has no frame of its own. Browsers give up at 512.
const DEEPEST: usize = 8;
/// Before an entry of a list that is only words.
const BULLET: &str = "•";

/// As HTML, to be set into `div.prose`.
#[must_use]
pub fn markdown(text: &str) -> Markup {
    let mut html = String::with_capacity(text.len() * 2);
    let mut open: Vec<&'static str> = Vec::new();
    for event in Parser::new(text) {
        match event {
            Event::Start(tag) => {
                let close = if open.len() < DEEPEST { start(&tag, &mut html) } else { "" };
                open.push(close);
            }
            // What is closed is what was opened last, whatever the parser says.
            Event::End(_) => html.push_str(open.pop().unwrap_or_default()),
            Event::Code(code) => html.extend(["<code>", &escaped(&code), "</code>"]),
            Event::SoftBreak => html.push('\n'),
            Event::HardBreak => html.push_str("<br>"),
            Event::Rule => html.push_str("<hr>"),
            other => html.push_str(&escaped(&words(other))),
        }
    }
    while let Some(close) = open.pop() {
        html.push_str(close);
    }
    PreEscaped(html)
}

/// The words alone, a paragraph or an entry of a list each, and behind a link where it leads: for mails and files.
#[must_use]
pub fn plain(text: &str) -> Vec<String> {
    parts(text, true)
}

/// The words on one line: for previews.
#[must_use]
pub fn gist(text: &str) -> String {
    parts(text, false).join(" ")
}

fn parts(text: &str, in_full: bool) -> Vec<String> {
    let (mut parts, mut last) = (Vec::new(), String::new());
    let mut end = |last: &mut String| {
        let words = last.split_whitespace().collect::<Vec<_>>().join(" ");
        last.clear();
        if !words.is_empty() && words != BULLET {
            parts.push(words);
        }
    };
    let mut links: Vec<Option<String>> = Vec::new();
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Item) => {
                end(&mut last);
                if in_full {
                    last.extend([BULLET, " "]);
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                links.push(outside(&dest_url).filter(|_| in_full).map(str::to_owned));
            }
            Event::End(TagEnd::Link) => {
                if let Some(url) = links.pop().flatten().filter(|it| !last.ends_with(it.as_str())) {
                    last.extend([" (", &url, ")"]);
                }
            }
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock | TagEnd::HtmlBlock,
            )
            | Event::Rule => end(&mut last),
            Event::SoftBreak | Event::HardBreak => last.push(' '),
            Event::Code(code) => last.push_str(&code),
            Event::Start(_) | Event::End(_) => {}
            other => last.push_str(&words(other)),
        }
    }
    end(&mut last);
    parts
}

/// Writes what opens an element and answers what closes it; nothing of both for what is not shown.
fn start(tag: &Tag, html: &mut String) -> &'static str {
    let (open, close) = match tag {
        Tag::Paragraph => ("<p>", "</p>"),
        // The page has a title, so a text begins one level below it.
        Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2, .. } => ("<h2>", "</h2>"),
        Tag::Heading { .. } => ("<h3>", "</h3>"),
        Tag::BlockQuote(_) => ("<blockquote>", "</blockquote>"),
        Tag::CodeBlock(_) => ("<pre><code>", "</code></pre>"),
        Tag::List(None) => ("<ul>", "</ul>"),
        Tag::List(Some(_)) => ("<ol>", "</ol>"),
        Tag::Item => ("<li>", "</li>"),
        Tag::Emphasis => ("<em>", "</em>"),
        Tag::Strong => ("<strong>", "</strong>"),
        Tag::Link { dest_url, .. } => {
            if let Some(path) = inside(dest_url) {
                html.extend(["<a href=\"", &escaped(path), "\">"]);
                return "</a>";
            }
            let Some(url) = outside(dest_url) else { return "" };
            html.extend(["<a href=\"", &escaped(url), "\" rel=\"noopener nofollow\">"]);
            return "</a>";
        }
        _ => ("", ""),
    };
    html.push_str(open);
    close
}

/// Of an event that is text: HTML is what was typed, all else is not switched on and says nothing.
fn words(event: Event) -> CowStr {
    match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => text,
        _ => CowStr::Borrowed(""),
    }
}

/// A path of the portal: one slash, so no other host, and no backslash, which browsers read as one.
#[must_use]
pub fn inside(url: &str) -> Option<&str> {
    let is_path = url.starts_with('/') && !url.starts_with("//");
    (is_path && is_plain(url)).then_some(url)
}

/// `https://` and a host, without a name before it that could look like one.
fn outside(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!host.is_empty() && !host.contains('@') && is_plain(url)).then_some(url)
}

fn is_plain(url: &str) -> bool {
    !url.contains('\\')
        && url.chars().all(|it| !it.is_control() && !it.is_whitespace() && !crate::kernel::is_tricky(it))
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}
