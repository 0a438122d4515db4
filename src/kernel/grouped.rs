use std::fmt::Display;

/// `1,234,567`, of the digits of a number that is whole and not below zero.
#[must_use]
pub fn grouped(digits: impl Display) -> String {
    let digits = digits.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
