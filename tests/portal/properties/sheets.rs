//! A table is read by others as it was written, and nothing in it is a formula.

use portal::kernel::csv::sheet;

/// The first byte says how many columns there are; the rest are cells, row by row.
pub fn holds(bytes: &[u8]) {
    let Some((columns, cells)) = bytes.split_first() else { return };
    let columns = 2 + usize::from(columns % 4);
    let cells: Vec<String> =
        cells.split(|it| *it == 0xff).map(|it| String::from_utf8_lossy(it).into_owned()).collect();
    let rows: Vec<Vec<String>> = cells
        .chunks(columns)
        .map(|it| it.iter().cloned().chain(std::iter::repeat_n(String::new(), columns - it.len())).collect())
        .collect();
    let header: Vec<&str> = ["One", "Two", "Three", "Four", "Five"].into_iter().take(columns).collect();
    let text = sheet(&header, rows.iter().cloned());
    let text = text.strip_prefix('\u{feff}').unwrap();
    assert!(text.ends_with("\r\n"));
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), header);
    let read: Vec<csv::StringRecord> = reader.records().map(|it| it.unwrap()).collect();
    assert_eq!(read.len(), rows.len(), "{text:?}");
    for (read, row) in read.iter().zip(&rows) {
        assert_eq!(read.len(), row.len(), "{text:?}");
        for (read, cell) in read.iter().zip(row) {
            assert!(read == cell || read.strip_prefix('\'') == Some(cell), "{cell:?} became {read:?}");
            // Some programs drop blanks in front, and the wide signs of East Asia count for them as the narrow ones do.
            let first = read.trim_start().chars().next();
            let runs = first.is_some_and(|it| "=+-@＝＋－＠".contains(it));
            assert!(!runs && !read.starts_with(['\t', '\r', '\n', '\0']), "{read:?} is a formula");
        }
    }
}
