//! Amounts, days, cursors, tokens and names: what is taken is written back as it was meant, and read the same again.

use std::fmt::Debug;

use portal::kernel::{
    ContactId, Currency, Cursor, Day, DisplayName, Limit, Line, Money, Note, OrderId, OrgName, PlainText,
    Reason, Search, Token, is_tricky,
};

pub fn holds(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    amount(&text);
    day(&text);
    place(&text);
    if let Ok(token) = Token::try_from(text.clone()) {
        assert_eq!(token.bytes().map(|it| it.len()), Some(32));
        let shown: [u8; 32] = token.bytes().unwrap().try_into().unwrap();
        assert_eq!(Token::from_bytes(shown).reveal(), token.reveal(), "one secret has one spelling");
    }
    if let Ok(search) = Search::try_from(text.clone()) {
        assert!(search.pattern().len() <= 50, "D1 takes no longer pattern");
        let letters = search.pattern().strip_prefix('%').and_then(|it| it.strip_suffix('%')).unwrap();
        assert_eq!(unescaped(letters), search.as_str());
    }
    same_again::<DisplayName>(&text, true);
    same_again::<OrgName>(&text, true);
    same_again::<PlainText>(&text, true);
    same_again::<Reason>(&text, true);
    same_again::<Line<1, 40>>(&text, true);
    same_again::<Note<0, 500>>(&text, false);
    same_again::<ContactId>(&text, true);
    same_again::<Currency>(&text, true);
    if let Ok(name) = OrgName::try_from(text) {
        let slug = name.slug();
        let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        assert!((1..=40).contains(&slug.len()) && slug.bytes().all(plain), "{slug:?}");
        assert!(!slug.starts_with('-') && !slug.ends_with('-'), "{slug:?}");
    }
}

fn amount(text: &str) {
    for currency in Currency::ALL {
        let Ok(money) = Money::typed_or_zero(text, currency) else { continue };
        assert!((0..=Money::MOST).contains(&money.minor()), "{text:?}: {money:?}");
        assert_eq!(Money::typed(text, currency).is_ok(), money.minor() > 0);
        for again in [money.words(), money.plain(), format!(" {} ", money.words())] {
            assert_eq!(Money::typed_or_zero(&again, currency), Ok(money), "{text:?} as {again:?}");
        }
        // Somebody who counts only the digits comes to the same sum.
        let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let minor = format!("{}{:0<2}", digits(whole), digits(fraction));
        assert_eq!(minor.parse::<i64>().ok(), Some(money.minor()), "{text:?}");
    }
}

fn day(text: &str) {
    let Ok(day) = Day::try_from(text.to_owned()) else { return };
    assert_eq!(day.to_string(), text.trim());
    assert_eq!(Day::try_from(day.to_string()), Ok(day));
    assert!((2000..=2199).contains(&day.year()) && !day.words().is_empty());
    assert_eq!(day.plus(40).minus(40), day);
    assert_eq!(day.plus(40).since(day), 40);
    assert!((0..7).contains(&day.since(day.monday())));
    assert!((365..=366).contains(&day.a_year_on().since(day)));
    assert_eq!(day.month_after(5).month_before(5), day.month_after(0));
}

fn place(text: &str) {
    if let Ok(cursor) = Cursor::<Day, OrderId>::try_from(text.to_owned()) {
        assert_eq!(Cursor::try_from(cursor.text()), Ok(cursor));
    }
    if let Ok(cursor) = Cursor::<i64, ContactId>::try_from(text.to_owned()) {
        assert_eq!(Cursor::try_from(cursor.text()), Ok(cursor));
    }
    if Limit::try_from(text.to_owned()).is_ok() {
        assert!((1..=100).contains(&text.parse::<u64>().unwrap()));
    }
}

fn unescaped(pattern: &str) -> String {
    let (mut text, mut letters) = (String::new(), pattern.chars());
    while let Some(letter) = letters.next() {
        assert!(!matches!(letter, '%' | '_'), "{pattern:?} matches anything");
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

fn same_again<T>(text: &str, one_line: bool)
where
    T: TryFrom<String, Error: Debug> + serde::Serialize,
{
    let Ok(taken) = T::try_from(text.to_owned()) else { return };
    let shown = serde_json::to_value(&taken).unwrap().as_str().unwrap().to_owned();
    assert_eq!(shown.trim(), shown, "{text:?}");
    let hidden = |it: char| is_tricky(it) && (one_line || !matches!(it, '\n' | '\t'));
    assert!(!shown.contains(hidden), "{shown:?}");
    let again = T::try_from(shown.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::Value::String(shown));
}
