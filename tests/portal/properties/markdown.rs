//! Of whatever is written only tags of ours come out, closed as they were opened, and no word of it is lost or runs.

use portal::page::{gist, markdown, plain};

/// Nobody may write more (`Body` of a notification).
const MOST: usize = 5000;
const KNOWN: [&str; 14] =
    ["p", "h2", "h3", "blockquote", "pre", "code", "ul", "ol", "li", "em", "strong", "a", "br", "hr"];

pub fn holds(bytes: &[u8]) {
    let text: String = String::from_utf8_lossy(bytes).chars().take(MOST).collect();
    let html = markdown(&text).into_string();
    if let Err(why) = is_ours(&html) {
        panic!("{why} of {text:?}: {html}");
    }
    for words in plain(&text).into_iter().chain([gist(&text)]) {
        assert!(!words.contains(['\n', '\r']) && words.trim() == words, "{words:?}");
    }
    let once_more = markdown(&html).into_string();
    assert_eq!(is_ours(&once_more), Ok(()), "HTML of ours is text, too: {once_more}");
}

/// Each tag is known, has no attribute but a link's own, and is closed in its order.
pub fn is_ours(html: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let (mut rest, mut words) = (html, String::new());
    while let Some((before, from)) = rest.split_once('<') {
        words += before;
        let (tag, after) = from.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        if !KNOWN.contains(&name) {
            return Err(format!("<{tag}>"));
        }
        if tag.starts_with('/') {
            if tag != format!("/{name}") || open.pop() != Some(name) {
                return Err(format!("<{tag}> closes what is not open"));
            }
            continue;
        }
        match tag.split_once(' ') {
            None if name == "a" => return Err("a link without an address".to_owned()),
            None => {}
            Some((_, attributes)) => is_link(name, attributes)?,
        }
        if !["br", "hr"].contains(&name) {
            open.push(name);
        }
    }
    words += rest;
    if words.contains(['>', '"']) {
        return Err("a sign that was not escaped".to_owned());
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} never end")) }
}

fn is_link(name: &str, attributes: &str) -> Result<(), String> {
    let (url, more) =
        attributes.strip_prefix("href=\"").and_then(|it| it.split_once('"')).ok_or(attributes)?;
    let outside = url.starts_with("https://") && more == " rel=\"noopener nofollow\"";
    let inside = url.starts_with('/') && !url.starts_with("//") && more.is_empty();
    let plain = !url.contains(|it: char| it.is_whitespace() || it.is_control() || it == '\\');
    let safe = name == "a" && plain && (outside || inside);
    if safe { Ok(()) } else { Err(format!("<{name} {attributes}>")) }
}
