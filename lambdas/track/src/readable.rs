//! What the readers behind the stream need of an event, beyond being JSON.
//!
//! `204` is a promise for the tables too. An event that one of their readers refuses is not only lost itself: it stops the
//! query or the job that meets it, for all events of its file. So it is refused here, where its sender is told.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;
use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// Objects and arrays within each other, the event itself among them. Jackson ends at 1,000 levels and serde_json at 128; but the
/// type of a column has all levels in it, and Spark's plan of it overflows the stack of its workers from some 60 levels on.
pub(crate) const MAX_DEPTH: usize = 32;
/// Jackson reads no longer numbers: `StreamReadConstraints.DEFAULT_MAX_NUM_LEN`.
const MAX_NUMBER: usize = 1000;
/// `Column` of Glue's API: `Name` has 1 to 255 characters.
const MAX_NAME: usize = 255;
/// The partition keys. A table that has a column of the same name is refused as a whole by Athena: HIVE_INVALID_METADATA.
const PARTITION_KEYS: [&str; 3] = ["year", "month", "day"];
/// So many names are compared each with each; more of them are sorted out by a set.
const FEW: usize = 12;

/// Where the columns of the tables are from: the file, or the events themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tables {
    #[default]
    Declared,
    Crawled,
}

/// Why no reader can be trusted to take an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("has a number that is too large for any column")]
    Number,
    /// "Duplicate key" of the OpenX SerDe, which reads the raw table and compares names in lower case: HIVE_CURSOR_ERROR for the file.
    #[error("has a name twice in one object (upper and lower case are the same to the tables)")]
    TwiceNamed,
    #[error("has a name that is empty, longer than {MAX_NAME} characters, or has control characters")]
    Name,
    #[error("has a field called year, month or day, as the partitions of the tables are")]
    PartitionKey,
    #[error(
        "has a name inside of an object that no table can have; name it with letters, digits, spaces and _ . $ alone, as utm_source for \
         utm-source"
    )]
    InnerName,
}

/// The event as it is stored, or why it cannot be, with the byte where that shows. `event` is a JSON object.
pub(crate) fn readable(event: &str, tables: Tables) -> Result<Cow<'_, str>, (Unreadable, usize)> {
    let mut scan = Scan { text: event, tables, at: 0, open: vec![], names: vec![], halves: vec![] };
    scan.run().map_err(|why| (why, scan.at))?;
    Ok(mended(event, &scan.halves))
}

/// Half a surrogate pair is what JavaScript sends of a text that was cut within an emoji. Java reads it, others do not; U+FFFD is what
/// all of them would show.
fn mended<'a>(event: &'a str, halves: &[usize]) -> Cow<'a, str> {
    if halves.is_empty() {
        return Cow::Borrowed(event);
    }
    let mut whole = event.to_owned();
    for &at in halves {
        whole.replace_range(at..at + 6, "\\ufffd");
    }
    Cow::Owned(whole)
}

struct Scan<'a> {
    /// Valid JSON: the scan does not look for what the parser has refused already.
    text: &'a str,
    tables: Tables,
    at: usize,
    /// For each object or array that is open: where its names begin, `None` for an array.
    open: Vec<Option<usize>>,
    /// Of all open objects: the text between the quotes, and where it begins.
    names: Vec<(&'a str, usize)>,
    /// Where the escapes of halves of surrogate pairs are.
    halves: Vec<usize>,
}

impl<'a> Scan<'a> {
    fn run(&mut self) -> Result<(), Unreadable> {
        // In an object, a text is a name until its colon is there.
        let mut is_name = false;
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'{' | b'[' => {
                    self.open(byte == b'{')?;
                    is_name = byte == b'{';
                }
                b'}' | b']' => self.close()?,
                b',' => is_name = matches!(self.open.last(), Some(Some(_))),
                b'"' => {
                    let start = self.at + 1;
                    let text = self.string();
                    if mem::take(&mut is_name) {
                        self.name(text, start)?;
                    }
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Ok(())
    }

    fn open(&mut self, is_object: bool) -> Result<(), Unreadable> {
        if self.open.len() == MAX_DEPTH {
            return Err(Unreadable::TooDeep);
        }
        self.open.push(is_object.then_some(self.names.len()));
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        if let Some(start) = self.open.pop().flatten() {
            if let Some(at) = repeated(&self.names[start..]) {
                self.at = at;
                return Err(Unreadable::TwiceNamed);
            }
            self.names.truncate(start);
        }
        Ok(())
    }

    /// Goes to the quote that ends a text, and gives what is before it.
    fn string(&mut self) -> &'a str {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        while let Some(found) = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            at += found;
            if bytes[at] == b'"' {
                break;
            }
            at = if bytes.get(at + 1) == Some(&b'u') { self.unicode(at) } else { at + 2 };
        }
        self.at = at;
        &self.text[start..at]
    }

    /// Past a `\u` escape, or two that are a surrogate pair.
    fn unicode(&mut self, at: usize) -> usize {
        match code(self.text, at) {
            Some(0xd800..=0xdbff) if matches!(code(self.text, at + 6), Some(0xdc00..=0xdfff)) => return at + 12,
            Some(0xd800..=0xdfff) => self.halves.push(at),
            _ => {}
        }
        at + 6
    }

    fn name(&mut self, name: &'a str, at: usize) -> Result<(), Unreadable> {
        let whole = unescaped(name);
        let is_column = self.open.len() == 1;
        let wrong = whole.is_empty()
            || is_column && (whole.chars().count() > MAX_NAME || whole.chars().any(|c| c.is_control() && c != '\t'));
        let of_partitions = is_column && PARTITION_KEYS.iter().any(|key| whole.eq_ignore_ascii_case(key));
        if wrong || of_partitions {
            self.at = at;
            return Err(if wrong { Unreadable::Name } else { Unreadable::PartitionKey });
        }
        if !is_column && self.tables == Tables::Crawled && !whole.chars().all(is_of_types) {
            self.at = at;
            return Err(Unreadable::InnerName);
        }
        self.names.push((name, at));
        Ok(())
    }

    fn number(&mut self) -> Result<(), Unreadable> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let number = &rest[..end];
        // Without an exponent it takes more than 300 digits to leave the range of a double.
        let may_leave = number.len() > 300 || number.contains(['e', 'E']);
        if number.len() > MAX_NUMBER || may_leave && !number.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(Unreadable::Number);
        }
        self.at += end;
        Ok(())
    }
}

/// Whether a name in a column's type may have it. A crawler writes what is in an object as `struct<name:string>`, and Athena knows such
/// names of "alphanumeric characters, underscore (_), and period (.)" alone; with others no query reads the table: HIVE_INVALID_METADATA
/// (Athena's guide, "Name databases, tables, and columns"). The reader, `TypeInfoUtils.isTypeChar` of Hive and Trino, takes spaces and
/// `$` besides, and of letters and digits what Java has for one in a single UTF-16 unit.
fn is_of_types(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '$' | ' ');
    }
    // The type is read in lower case, in which `İ` has a mark over its dot.
    letter.to_lowercase().all(|letter| {
        letter.len_utf16() == 1
            && matches!(
                get_general_category(letter),
                Category::UppercaseLetter
                    | Category::LowercaseLetter
                    | Category::TitlecaseLetter
                    | Category::ModifierLetter
                    | Category::OtherLetter
                    | Category::DecimalNumber
            )
    })
}

/// The number in `\uXXXX` at this place.
fn code(text: &str, at: usize) -> Option<u16> {
    u16::from_str_radix(text.get(at..at + 6)?.strip_prefix("\\u")?, 16).ok()
}

/// Where the second of two equal names is.
fn repeated(names: &[(&str, usize)]) -> Option<usize> {
    if names.len() <= FEW && names.iter().all(|(name, _)| is_plain(name)) {
        let before = |index: usize| names[..index].iter().any(|(name, _)| name.eq_ignore_ascii_case(names[index].0));
        return (1..names.len()).find(|&index| before(index)).map(|index| names[index].1);
    }
    let mut seen = HashSet::with_capacity(names.len());
    names.iter().find(|(name, _)| !seen.insert(unescaped(name).to_lowercase())).map(|(_, at)| *at)
}

fn is_plain(name: &str) -> bool {
    name.is_ascii() && !name.contains('\\')
}

/// The name that is written so; as it stands where half a surrogate pair is in it.
fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    serde_json::from_str(&format!("\"{name}\"")).map_or(Cow::Borrowed(name), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(event: &str) -> (Unreadable, usize) {
        assert!(serde_json::from_str::<&serde_json::value::RawValue>(event).is_ok(), "{event} is JSON");
        readable(event, Tables::Crawled).expect_err(event)
    }

    fn nested(levels: usize) -> String {
        format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
    }

    /// The ranges of `type_letters.txt`: those of Java, and what is newer, with their first letter and their last.
    fn ranges() -> Vec<(u32, u32)> {
        let lines =
            include_str!("../../../tests/judges/type_letters.txt").lines().filter(|line| !line.starts_with('#'));
        let range = |line: &str| {
            let (first, last) = line.trim_start_matches('+').split_once('-').unwrap();
            (u32::from_str_radix(first, 16).unwrap(), u32::from_str_radix(last, 16).unwrap())
        };
        let mut ranges: Vec<_> = lines.map(range).collect();
        ranges.sort_unstable();
        ranges
    }

    #[test]
    fn names_inside_of_objects_are_of_what_java_reads_in_a_type() {
        let ranges = ranges();
        for letter in '\0'..=char::MAX {
            let before = ranges.partition_point(|(first, _)| *first <= u32::from(letter));
            let is_listed = before > 0 && u32::from(letter) <= ranges[before - 1].1;
            assert_eq!(is_of_types(letter), is_listed, "{letter:?}");
        }
    }

    #[test]
    fn what_all_readers_take_keeps_its_bytes() {
        for event in [
            r#"{}"#,
            r#"{"a":{"a":[{"a":1},{"a":2}]},"b":[[],{}, "a"]}"#,
            r#"{"big":12345678901234567890123,"e":1.5e308,"tiny":1e-400,"minus":-0}"#,
            r#"{"s":"{\"a\":1,\"a\":[","pair":"\ud83d\ude00","\u00e9":1,"E":2, "t":"\\ud800"}"#,
            r#"{"nested":{"year":1,"line\nbreak":1},"Jahr":2}"#,
            &nested(MAX_DEPTH),
        ] {
            assert_eq!(readable(event, Tables::Declared), Ok(Cow::Borrowed(event)));
        }
    }

    #[test]
    fn names_of_one_object_differ_by_more_than_case() {
        assert_eq!(refused(r#"{"ab":1,"AB":2}"#), (Unreadable::TwiceNamed, 9));
        assert_eq!(refused(r#"{"a":[{"b":1,"c":2,"b":3}]}"#), (Unreadable::TwiceNamed, 20));
        assert_eq!(refused(r#"{"a":1,"\u0061":2}"#).0, Unreadable::TwiceNamed);
        assert_eq!(refused(r#"{"É":1,"é":2}"#).0, Unreadable::TwiceNamed);
        let many: String = (0..40).map(|n| format!(r#""k{n}":{n},"#)).collect();
        assert_eq!(refused(&format!(r#"{{{many}"K7":1}}"#)).0, Unreadable::TwiceNamed);
        assert!(readable(&format!(r#"{{{many}"K40":1}}"#), Tables::Crawled).is_ok());
    }

    #[test]
    fn names_can_be_columns() {
        assert_eq!(refused(r#"{"":1}"#), (Unreadable::Name, 2));
        assert_eq!(refused(r#"{"a":{"":1}}"#).0, Unreadable::Name);
        assert_eq!(refused(r#"{"a\u0000":1}"#).0, Unreadable::Name);
        assert_eq!(refused(&format!(r#"{{"{}":1}}"#, "é".repeat(256))).0, Unreadable::Name);
        assert!(readable(&format!(r#"{{"{}":1}}"#, "é".repeat(255)), Tables::Crawled).is_ok());
        for name in ["year", "Month", "DAY", "d\\u0061y"] {
            assert_eq!(refused(&format!(r#"{{"a":1,"{name}":1}}"#)), (Unreadable::PartitionKey, 8));
        }
    }

    /// `InnerName` where tables are crawled, and whatever is in a JSON text where their columns are declared.
    #[test]
    fn names_inside_of_objects_can_be_in_a_type() {
        let (fine, odd) = ("az09AZ_.$ éÉſß名١", "-:,;<>()`'/#@!\u{b2}\u{301}\u{93f}\u{2163}\u{24b6}\u{fffd}İ😀𝒳");
        for (letters, is_fine) in [(fine, true), (odd, false)] {
            for letter in letters.chars() {
                for event in [
                    format!(r#"{{"c":{{"{letter}":1}}}}"#),
                    format!(r#"{{"c":[[{{"a":1}},{{"a{letter}":1}}]]}}"#),
                    format!(r#"{{"c":{{"a":{{"{letter}a":null}}}}}}"#),
                ] {
                    let told = readable(&event, Tables::Crawled).map_err(|(why, _)| why);
                    assert_eq!(told.is_ok(), is_fine, "{event}");
                    assert!(is_fine || told == Err(Unreadable::InnerName), "{event}");
                    assert!(readable(&event, Tables::Declared).is_ok(), "{event}");
                }
                // Of the column itself it is no type.
                assert!(readable(&format!(r#"{{"a{letter}":{{}}}}"#), Tables::Crawled).is_ok());
            }
        }
        assert_eq!(refused(r#"{"c":{"a":1,"utm\u002dsource":2}}"#), (Unreadable::InnerName, 13));
    }

    #[test]
    fn numbers_are_within_a_double() {
        for number in ["1e400", "-1e309", &"9".repeat(400), &format!("0.{}", "1".repeat(999))] {
            assert_eq!(refused(&format!(r#"{{"n":[{number}]}}"#)), (Unreadable::Number, 6));
        }
    }

    #[test]
    fn nesting_ends_somewhere() {
        assert_eq!(refused(&nested(MAX_DEPTH + 1)), (Unreadable::TooDeep, 5 * MAX_DEPTH));
        assert_eq!(
            refused(&format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000))).0,
            Unreadable::TooDeep
        );
    }

    #[test]
    fn half_an_emoji_becomes_the_replacement_character() {
        let mend = |event: &str| readable(event, Tables::Crawled).unwrap().into_owned();
        assert_eq!(mend(r#"{"s":"\ud83d"}"#), r#"{"s":"\ufffd"}"#);
        assert_eq!(mend(r#"{"s":"\ude00\ud83d\ude00\ud83dx"}"#), r#"{"s":"\ufffd\ud83d\ude00\ufffdx"}"#);
        assert_eq!(mend(r#"{"\uD800":"\uD800A"}"#), r#"{"\ufffd":"\ufffdA"}"#);
    }
}
