//! Markdown of the vendor's people: nothing in it runs, nothing in it leads astray, and nothing in it takes long.

use proptest::prelude::*;

use portal::page::{markdown, plain};

fn shown(text: &str) -> String {
    markdown(text).into_string()
}

#[test]
fn what_people_write() {
    let text = "# Maintenance\n\nOn **Sunday** from *2:00*:\n\n1. mail\n2. archive\n\n- `smtp`\n- [status](https://status.example/?a=1&b=2)\n\n> quiet\n\nSee [licences](/o/acme/licences).  \nBye\n\n---\n\n    code <b>";
    assert_eq!(
        shown(text),
        "<h2>Maintenance</h2><p>On <strong>Sunday</strong> from <em>2:00</em>:</p><ol><li>mail</li><li>archive</li></ol>\
         <ul><li><code>smtp</code></li><li><a href=\"https://status.example/?a=1&amp;b=2\" rel=\"noopener nofollow\">status</a></li></ul>\
         <blockquote><p>quiet</p></blockquote><p>See <a href=\"/o/acme/licences\">licences</a>.<br>Bye</p><hr>\
         <pre><code>code &lt;b&gt;</code></pre>"
    );
    assert_eq!(
        plain(text),
        [
            "Maintenance",
            "On Sunday from 2:00:",
            "• mail",
            "• archive",
            "• smtp",
            "• status (https://status.example/?a=1&b=2)",
            "quiet",
            "See licences. Bye",
            "code <b>"
        ]
    );
}

/// Of whatever is written, only tags of ours come out.
fn only_ours(html: &str) -> Result<(), String> {
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').ok_or("a tag without an end")?;
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        let known =
            ["p", "h2", "h3", "blockquote", "pre", "code", "ul", "ol", "li", "em", "strong", "a", "br", "hr"];
        if !known.contains(&name) {
            return Err(format!("<{tag}>"));
        }
        if let Some((_, attributes)) = tag.split_once(' ') {
            let href = attributes.strip_prefix("href=\"").and_then(|it| it.split_once('"')).ok_or(tag)?;
            let safe = (href.0.starts_with("https://") && href.1 == " rel=\"noopener nofollow\"")
                || (href.0.starts_with('/') && !href.0.starts_with("//") && href.1.is_empty());
            if name != "a" || !safe {
                return Err(format!("<{tag}>"));
            }
        }
    }
    Ok(())
}

#[test]
fn nothing_that_runs_comes_through() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onmouseover=alert(1)>b</b> c",
        "<svg/onload=alert(1)>",
        "<!-- --><style>*{}</style>",
        "<iframe srcdoc='<script>'>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#x1;javascript:alert(1))",
        "[x](<java\u{0}script:alert(1)>)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox(1))",
        "[x](file:///etc/passwd)",
        "[x](http://plain.example/)",
        "[x](mailto:a@b.example)",
        "[x](//evil.example/)",
        "[x](/\\evil.example/)",
        "[x](/&#92;evil.example)",
        "[x](/&#9;/evil.example)",
        "[x](\\\\evil.example)",
        "[x](https:evil.example)",
        "[x](https:///evil.example)",
        "[x](https://portal.example@evil.example/)",
        "[x](https:\\\\evil.example)",
        "[x](o/acme)",
        "[x](#top)",
        "[x]( )",
        "<javascript:alert(1)>",
        "<https://a@evil.example>",
        "[x]: javascript:alert(1)\n\n[x]",
        "[a](https://x.example \"onmouseover=alert(1)\")",
        "[a](https://x.example/\"onmouseover=alert(1)//)",
        "[a](<https://x.example/\" onmouseover=\"alert(1)>)",
        "[a](https://x.example/'><script>alert(1)</script>)",
        "![x](https://x.example/a.png)",
        "![x](javascript:alert(1))",
        "[![x](https://x.example/a.png)](javascript:alert(1))",
        "[<script>alert(1)</script>](https://x.example)",
        "`<script>`",
        "```html\"><script>\n<script>\n```",
        "``` \" onload=alert(1)\nx\n```",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;",
        "\\<script>",
        "| <script> |\n|---|\n| [x](javascript:1) |",
        "[x](https://x.example/\u{202e}moc.live)",
    ] {
        let html = shown(text);
        assert_eq!(only_ours(&html), Ok(()), "{text}: {html}");
        let said = html.to_lowercase();
        let link = said.contains("href");
        assert!(!link || text.contains("https://x.example"), "{text}: {html}");
        assert!(
            !said.contains("href=\"java") && !said.contains("<script") && !said.contains("<img"),
            "{html}"
        );
    }
    assert_eq!(shown("![the plan](https://x.example/a.png)"), "<p>the plan</p>");
    assert_eq!(shown("[words](javascript:alert(1))"), "<p>words</p>");
    assert_eq!(shown("<b>bold</b>"), "<p>&lt;b&gt;bold&lt;/b&gt;</p>");
    assert!(shown("[x](https://x.example/\u{202e}moc)").starts_with("<p>x"));
}

/// Five thousand characters are the most that a notification has.
#[test]
fn nesting_ends_somewhere_and_takes_no_time() {
    for unit in [
        "[", "*", ">", "> ", "- ", "1. ", "_", "**a ", "![", "`", "<", "[a](", "((", "&", "\\", "*a_ ",
        "[](", "<a", "- > ", "a\n> ",
    ] {
        let text: String = unit.chars().cycle().take(5000).collect();
        for text in [text.clone(), format!("{text}a"), format!("a{text}]({text})")] {
            let html = shown(&text);
            assert_eq!(only_ours(&html), Ok(()));
            let deepest = html.split('<').skip(1).scan(0_i64, |depth, it| {
                *depth += if it.starts_with('/') {
                    -1
                } else {
                    i64::from(!it.starts_with("br") && !it.starts_with("hr"))
                };
                Some(*depth)
            });
            // One more for the code within a block of code.
            assert!(deepest.max().unwrap_or(0) <= 9, "{unit}");
            assert_eq!(html.matches("<p>").count(), html.matches("</p>").count());
            let _ = plain(&text);
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_written_only_our_tags_come_out(
        text in "([<>\\[\\]()!*_`#>&;:/\\\\\"' \n\t-]|javascript:|https://x.example|/o|a|<b |[ -~]|\\PC){0,80}"
    ) {
        let html = shown(&text);
        prop_assert_eq!(only_ours(&html), Ok(()), "{}", html);
        let _ = plain(&text);
    }
}
