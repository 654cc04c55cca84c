//! Lines of delimited text: `LazySimpleSerDe` and `OpenCSVSerde`.

use crate::service::Input as _;
use crate::services::glue::hive::HiveType;
use serde_json::{Map, Value, json};

const LAZY: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
const CSV: &str = "org.apache.hadoop.hive.serde2.OpenCSVSerde";

/// How the lines of a table are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delimited {
    /// All that a line has, in their order.
    columns: Vec<(String, HiveType)>,
    /// Between fields, between items in them, between a key and its value, and so on.
    separators: Vec<char>,
    quote: Option<char>,
    escape: Option<char>,
    /// What stands for null; of CSV nothing does.
    null: Option<String>,
    /// Lines at the beginning of each file.
    pub(super) header: usize,
}

impl Delimited {
    /// `None` of a table of another SerDe.
    pub(super) fn of(table: &Value, columns: &[(String, HiveType)]) -> Option<Self> {
        let serde = &table["StorageDescriptor"]["SerdeInfo"];
        let library = serde.optional("SerializationLibrary")?;
        let letter = |name: &str| serde["Parameters"].optional(name).and_then(|text| text.chars().next());
        let header = table["Parameters"].optional("skip.header.line.count");
        let header = header.and_then(|count| count.trim().parse().ok()).unwrap_or(0);
        let columns = columns.to_vec();
        match library {
            LAZY => {
                let mut separators: Vec<char> = (1..=20_u8).map(char::from).collect();
                let names = ["field.delim", "colelction.delim", "mapkey.delim"];
                for (separator, name) in separators.iter_mut().zip(names) {
                    *separator = letter(name).unwrap_or(*separator);
                }
                let null = serde["Parameters"].optional("serialization.null.format").unwrap_or("\\N").to_owned();
                Some(Self {
                    columns,
                    separators,
                    quote: None,
                    escape: letter("escape.delim"),
                    null: Some(null),
                    header,
                })
            }
            CSV => Some(Self {
                columns,
                separators: vec![letter("separatorChar").unwrap_or(',')],
                quote: Some(letter("quoteChar").unwrap_or('"')),
                escape: Some(letter("escapeChar").unwrap_or('\\')),
                null: None,
                header,
            }),
            _ => None,
        }
    }

    /// The row as an object of JSON, every value a text.
    pub(super) fn row(&self, line: &[u8]) -> Vec<u8> {
        let line = String::from_utf8_lossy(line);
        let fields = self.fields(&line);
        let value = |text: Option<String>, hive| text.map_or(Value::Null, |text| self.value(&text, hive, 1));
        let pairs = self.columns.iter().zip(fields).map(|((name, hive), text)| (name.clone(), value(text, hive)));
        Value::Object(pairs.collect::<Map<_, _>>()).to_string().into_bytes()
    }

    /// `None`: null, which is told before anything is taken as escaped.
    fn fields(&self, line: &str) -> Vec<Option<String>> {
        let (mut fields, mut field, mut quoted, mut begins) = (vec![], String::new(), false, 0);
        let whole = |field: String, raw: &str| (self.null.as_deref() != Some(raw)).then_some(field);
        let mut letters = line.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            if self.quote == Some(letter) {
                // Two of them stand for one.
                if quoted && next == Some(letter) {
                    field.push(letter);
                    letters.next();
                } else {
                    quoted = !quoted;
                }
            } else if self.escape == Some(letter) && next.is_some_and(|next| self.escapes(next)) {
                field.extend(next);
                letters.next();
            } else if letter == self.separators[0] && !quoted {
                fields.push(whole(std::mem::take(&mut field), &line[begins..at]));
                begins = at + letter.len_utf8();
            } else {
                field.push(letter);
            }
        }
        fields.push(whole(field, &line[begins..]));
        fields
    }

    /// Of CSV, a quote or itself; of Hive's own, anything.
    fn escapes(&self, next: char) -> bool {
        self.quote.is_none_or(|quote| next == quote || Some(next) == self.escape)
    }

    /// What is in a list, a row or a map.
    fn part(&self, text: &str, hive: &HiveType, level: usize) -> Value {
        match self.null.as_deref() == Some(text) {
            true => Value::Null,
            false => self.value(text, hive, level),
        }
    }

    fn value(&self, text: &str, hive: &HiveType, level: usize) -> Value {
        let split = |level: usize| text.split(self.separators.get(level).copied().unwrap_or('\u{1f}'));
        match hive {
            HiveType::String => json!(text),
            _ if text.is_empty() => Value::Null,
            HiveType::Array(item) => split(level).map(|part| self.part(part, item, level + 1)).collect(),
            HiveType::Struct(fields) => {
                let pairs = fields.iter().zip(split(level));
                Value::Object(
                    pairs.map(|((name, hive), part)| (name.clone(), self.part(part, hive, level + 1))).collect(),
                )
            }
            HiveType::Map(_, item) => {
                let between = self.separators.get(level + 1).copied().unwrap_or('\u{1f}');
                let pairs = split(level).filter_map(|pair| pair.split_once(between));
                Value::Object(pairs.map(|(key, part)| (key.to_owned(), self.part(part, item, level + 2))).collect())
            }
            // "Specify dates in the UNIX numeric format", days and milliseconds.
            HiveType::Date if self.quote.is_some() => match text.parse::<i64>() {
                Ok(days) => json!(days_from(days)),
                Err(_) => json!(text),
            },
            _ => json!(text),
        }
    }
}

fn days_from(days: i64) -> String {
    let seconds = days.saturating_mul(86_400);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(library: &str, parameters: &Value, columns: &[(&str, &str)]) -> Delimited {
        let columns: Vec<_> =
            columns.iter().map(|(name, hive)| ((*name).to_owned(), HiveType::parse(hive).unwrap())).collect();
        let serde = json!({"SerializationLibrary": library, "Parameters": parameters});
        Delimited::of(&json!({"StorageDescriptor": {"SerdeInfo": serde}}), &columns).unwrap()
    }

    fn row(table: &Delimited, line: &str) -> Value {
        serde_json::from_slice(&table.row(line.as_bytes())).unwrap()
    }

    #[test]
    fn text_is_split_as_hive_does() {
        let columns = [("a", "string"), ("n", "int"), ("l", "array<string>"), ("m", "map<string,int>")];
        let plain = table(LAZY, &json!({}), &columns);
        assert_eq!(
            row(&plain, "x\u{1}7\u{1}p\u{2}q\u{1}k\u{3}1\u{2}l\u{3}2"),
            json!({"a": "x", "n": "7", "l": ["p", "q"], "m": {"k": "1", "l": "2"}})
        );
        let tabs = table(LAZY, &json!({"field.delim": "\t", "escape.delim": "\\"}), &columns[..2]);
        assert_eq!(row(&tabs, "\\N\t"), json!({"a": null, "n": null}));
        assert_eq!(row(&tabs, "a\\\tb\t1\tmore"), json!({"a": "a\tb", "n": "1"}));
        // A backslash that is escaped is one, and no null.
        assert_eq!(row(&tabs, "\\\\N\t1"), json!({"a": "\\N", "n": "1"}));
        assert_eq!(row(&tabs, ""), json!({"a": ""}));
    }

    #[test]
    fn csv_has_quotes() {
        let columns = [("a", "string"), ("b", "string"), ("d", "date")];
        let csv = table(CSV, &json!({}), &columns);
        assert_eq!(row(&csv, "\"x, \"\"y\"\"\",,20784"), json!({"a": "x, \"y\"", "b": "", "d": "2026-11-27"}));
        assert_eq!(row(&csv, r#""a\"b",c\d"#), json!({"a": "a\"b", "b": "c\\d"}));
        let other = table(CSV, &json!({"separatorChar": ";", "quoteChar": "'"}), &columns[..2]);
        assert_eq!(row(&other, "'a;b';c"), json!({"a": "a;b", "b": "c"}));
    }
}
