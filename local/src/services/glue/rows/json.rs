//! JSON as Spark's reader takes it (Jackson with Spark's options): also single quotes, `NaN` and `Infinity`, and whatever stands
//! behind the first value of a line. Numbers keep their digits, of which a double would lose some.
//!
//! Not `serde_json`: whether a line is a row must not depend on the columns that somebody asks for, and what it passes over
//! unread it does not check; what it reads, it checks by rules of its own (the range of a double, halves of surrogate pairs).

use std::borrow::Cow;

/// More levels are an error. Jackson goes on to 1,000, which would take more stack than a thread has here.
const MAX_DEPTH: usize = 256;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// Its digits; also `NaN`, `Infinity` and `-Infinity`.
    Number(&'a str),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    /// In the order of the text; names may occur twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// The byte where a text stops being JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) usize);

type Read<T> = Result<T, Broken>;

impl<'a> Json<'a> {
    /// The first value of a text.
    pub(crate) fn parse(text: &'a str) -> Read<Self> {
        Reader::new(text).value()
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// Reads a text from its beginning on.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// Whether values are wanted, or are checked only.
    keep: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        // A byte order mark is no part of the text.
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, depth: 0, keep: true }
    }

    /// The byte that comes next, behind white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn broken<T>(&self) -> Read<T> {
        Err(Broken(self.at))
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(crate) fn value(&mut self) -> Read<Json<'a>> {
        match self.peek() {
            Some(b'{') => {
                let mut fields = vec![];
                self.object(|reader, name| {
                    let value = reader.value()?;
                    if reader.keep {
                        fields.push((name, value));
                    }
                    Ok(())
                })?;
                Ok(Json::Object(fields))
            }
            Some(b'[') => {
                let mut items = vec![];
                self.array(|reader| {
                    let value = reader.value()?;
                    if reader.keep {
                        items.push(value);
                    }
                    Ok(())
                })?;
                Ok(Json::Array(items))
            }
            Some(quote @ (b'"' | b'\'')) => self.string(quote).map(Json::Text),
            _ => self.word(),
        }
    }

    /// Checks a value and passes over it.
    pub(crate) fn skip(&mut self) -> Read<()> {
        let kept = std::mem::replace(&mut self.keep, false);
        let skipped = self.value().map(drop);
        self.keep = kept;
        skipped
    }

    /// Gives each name of an object; `each` reads its value.
    pub(crate) fn object(&mut self, mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Read<()>) -> Read<()> {
        self.list((b'{', b'}'), |reader| {
            let Some(quote @ (b'"' | b'\'')) = reader.peek() else { return reader.broken() };
            let name = reader.string(quote)?;
            if !reader.takes(b':') {
                return reader.broken();
            }
            each(reader, name)
        })
    }

    /// `each` reads one item.
    pub(crate) fn array(&mut self, each: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.list((b'[', b']'), each)
    }

    fn list(&mut self, (open, close): (u8, u8), mut each: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        if self.depth == MAX_DEPTH || !self.takes(open) {
            return self.broken();
        }
        self.depth += 1;
        if !self.takes(close) {
            loop {
                each(self)?;
                if self.takes(close) {
                    break;
                }
                if !self.takes(b',') {
                    return self.broken();
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn string(&mut self, quote: u8) -> Read<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut whole = String::new();
        let mut from = start;
        loop {
            let Some(found) = bytes.get(at..).and_then(|rest| special(rest, quote)) else {
                self.at = bytes.len();
                return self.broken();
            };
            at += found;
            if bytes[at] == quote {
                self.at = at + 1;
                let rest = &self.text[from..at];
                return Ok(if from == start { Cow::Borrowed(rest) } else { Cow::Owned(whole + rest) });
            }
            self.at = at;
            whole.push_str(&self.text[from..at]);
            let Some((character, length)) = escaped(&self.text[at..]) else { return self.broken() };
            whole.push(character);
            at += length;
            from = at;
        }
    }

    /// `null`, `true`, `false` or a number.
    fn word(&mut self) -> Read<Json<'a>> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
        let word = &rest[..end];
        let value = match word {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "NaN" => Json::Number("NaN"),
            "Infinity" | "+Infinity" | "INF" | "+INF" => Json::Number("Infinity"),
            "-Infinity" | "-INF" => Json::Number("-Infinity"),
            _ if is_number(word) => Json::Number(word),
            _ => return self.broken(),
        };
        self.at += end;
        Ok(value)
    }
}

/// Where a quote, a backslash or a control character is. Eight bytes at once: most strings have none for long.
fn special(bytes: &[u8], quote: u8) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // The highest bit of the lowest byte that is 0 is set; above it, bits may be wrong.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = 0;
    while let Some((eight, _)) = bytes.get(at..).and_then(<[u8]>::split_first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let below_space = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = zero(word ^ (ONES * u64::from(quote))) | zero(word ^ (ONES * u64::from(b'\\'))) | below_space;
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let stop = |byte: &u8| *byte == quote || *byte == b'\\' || *byte < 0x20;
    bytes[at..].iter().position(stop).map(|found| at + found)
}

/// The character behind a backslash, and how long the escape is. Half a surrogate pair is U+FFFD.
fn escaped(text: &str) -> Option<(char, usize)> {
    let character = match text.as_bytes().get(1)? {
        quote @ (b'"' | b'\\' | b'/' | b'\'') if text.starts_with('\\') => char::from(*quote),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        _ => return None,
    };
    text.starts_with('\\').then_some((character, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let code = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let first = code(0)?;
    let second = code(6).filter(|second| (0xdc00..0xe000).contains(second));
    Some(match (first, second) {
        (0xd800..0xdc00, Some(second)) => (char::decode_utf16([first, second]).next()?.ok()?, 12),
        _ => (char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
    })
}

/// By JSON's grammar: no leading zeros or plus signs, digits on both sides of the point.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match word.find(['e', 'E']) {
        Some(at) => (&word[..at], Some(&word[at + 1..])),
        None => (word, None),
    };
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, rest)| (whole, Some(rest)));
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// In the words of `serde_json`.
    fn value(json: &Json<'_>) -> serde_json::Value {
        match json {
            Json::Null => serde_json::Value::Null,
            Json::Bool(flag) => (*flag).into(),
            Json::Number(digits) => serde_json::from_str(digits).unwrap(),
            Json::Text(text) => text.as_ref().into(),
            Json::Array(items) => items.iter().map(value).collect(),
            Json::Object(fields) => fields.iter().map(|(name, field)| (name.to_string(), value(field))).collect(),
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_filter("JSON has finite numbers", |number| number.is_finite()).prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_json_is_read_as_others_read_it(expected in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&expected) } else { serde_json::to_string(&expected) }.unwrap();
            let read = Json::parse(&text).map_err(|broken| TestCaseError::fail(format!("{text}: {broken:?}")))?;
            // `serde_json` itself reads some doubles as their neighbours.
            prop_assert_eq!(value(&read), serde_json::from_str::<serde_json::Value>(&text).unwrap());
        }

        /// A row is a row, whatever columns are asked for.
        #[test]
        fn what_is_passed_over_is_held_to_the_same_grammar(text in r#"[\[{][\[\]{}",:'\\ua1e.+-]{0,24}"#) {
            let (mut read, mut passed) = (Reader::new(&text), Reader::new(&text));
            prop_assert_eq!(read.value().map(|_| read.at), passed.skip().map(|()| passed.at));
        }

        #[test]
        fn eight_bytes_at_once_are_as_one_by_one(bytes in prop::collection::vec(any::<u8>(), 0..40), quote in prop_oneof![Just(b'"'), Just(b'\'')]) {
            let plain = bytes.iter().map(|byte| if *byte % 9 == 0 { *byte } else { b'a' + byte % 26 }).collect::<Vec<_>>();
            for bytes in [bytes, plain] {
                let one = bytes.iter().position(|byte| *byte == quote || *byte == b'\\' || *byte < 0x20);
                prop_assert_eq!(special(&bytes, quote), one);
            }
        }

        #[test]
        fn what_others_read_is_read_and_the_rest_is_broken(text in r#"\{"a":[0-9a-z"\\\[\]{},.+-]{0,12}\}"#) {
            let strict = serde_json::from_str::<serde_json::Value>(&text);
            let read = Json::parse(&text);
            if let Ok(expected) = strict {
                prop_assert_eq!(read.map(|read| value(&read)), Ok(expected));
            }
        }
    }

    #[test]
    fn what_spark_reads_beyond_json_is_read() {
        let parse = |text| Json::parse(text).unwrap();
        let numbers = ["NaN", "Infinity", "-Infinity", "1e400", "12345678901234567890123"].map(Json::Number);
        assert_eq!(parse("[NaN,+INF,-Infinity,1e400,12345678901234567890123]"), Json::Array(numbers.to_vec()));
        assert_eq!(parse(r#"{'a\'b':'"'}"#), Json::Object(vec![("a'b".into(), Json::Text("\"".into()))]));
        assert_eq!(parse("\u{feff}{} and more"), Json::Object(vec![]));
        assert_eq!(parse(r#""\ud83d\ude00 \ud83d \udE00""#), Json::Text("😀 \u{fffd} \u{fffd}".into()));
    }

    #[test]
    fn what_is_no_json_is_broken_where_it_is() {
        for (text, at) in [
            ("", 0),
            (r#"{"a":}"#, 5),
            (r#"{"a":01}"#, 5),
            (r#"{"a" 1}"#, 5),
            (r#"{"a":1"#, 6),
            (r#"{"a":1,}"#, 7),
            (r#"{a:1}"#, 1),
            (r#"["\x"]"#, 2),
            (r#"["\u12"]"#, 2),
            ("[\"a\nb\"]", 3),
            ("[1 2]", 3),
            ("[.5]", 1),
        ] {
            assert_eq!(Json::parse(text), Err(Broken(at)), "{text}");
        }
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Json::parse(&deep(MAX_DEPTH)).is_ok());
        assert_eq!(Json::parse(&deep(100_000)), Err(Broken(MAX_DEPTH)));
    }
}
