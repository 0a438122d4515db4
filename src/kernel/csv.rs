//! Tables for spreadsheet programs: RFC 4180, and nothing in it that such a program would run.

/// Excel takes UTF-8 for what it is only behind this mark.
const BOM: char = '\u{feff}';

#[must_use]
pub fn sheet(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::from(BOM);
    line(&mut text, header.iter().copied());
    for row in rows {
        line(&mut text, row.iter().map(String::as_str));
    }
    text
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        cell_into(text, cell);
    }
    text.push_str("\r\n");
}

/// A cell that begins like a formula gets an apostrophe, which spreadsheet programs read as "this is text". Some drop
/// blanks in front, and in East Asia the wide signs count as the narrow ones do.
fn cell_into(text: &mut String, cell: &str) {
    let begins = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let runs = begins || cell.starts_with(char::is_control);
    let guard = if runs { "'" } else { "" };
    if cell.contains([',', '"', '\r', '\n']) {
        text.extend(["\"", guard, &cell.replace('"', "\"\""), "\""]);
    } else {
        text.extend([guard, cell]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_when_they_must_be() {
        let rows = [vec!["a,b".into(), "say \"so\"".into()], vec!["two\nlines".into(), String::new()]];
        let text = sheet(&["one", "two"], rows.into_iter());
        assert_eq!(text, "\u{feff}one,two\r\n\"a,b\",\"say \"\"so\"\"\"\r\n\"two\nlines\",\r\n");
    }

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for cell in
            ["=1+1", "+1", "-1", "@sum(A1)", "\t=1", "\u{0}x", " =1", "\u{3000}\u{a0}+1", "＝1", "＠x"]
        {
            assert_eq!(sheet(&[], std::iter::once(vec![cell.into()])), format!("\u{feff}\r\n'{cell}\r\n"));
        }
        let nested = sheet(&[], std::iter::once(vec!["=cmd|' /C calc'!A0,\"x\"".into()]));
        assert_eq!(nested, "\u{feff}\r\n\"'=cmd|' /C calc'!A0,\"\"x\"\"\"\r\n");
        assert_eq!(sheet(&[], std::iter::once(vec!["1-1=0".into()])), "\u{feff}\r\n1-1=0\r\n");
    }
}
