//! A JSON document with its numbers as they are written: `19.90` stays what it is.

use std::fmt::Write as _;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    /// As it is written.
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Arrays in arrays; whatever looks at a document goes down by calling itself.
const DEEPEST: usize = 500;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Json {
    /// `None` where it is no JSON, or something stands behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        (reader.at == text.len()).then_some(value)
    }

    /// Numbers as Trino has them in JSON: whole ones as they are, others as doubles. Keys in order, as `json_parse` has them.
    pub(super) fn canonical(self) -> Self {
        match self {
            Self::Number(text) => Self::Number(number(&text)),
            Self::Array(items) => Self::Array(items.into_iter().map(Self::canonical).collect()),
            Self::Object(fields) => {
                let mut sorted: Vec<(String, Self)> = vec![];
                for (name, value) in fields {
                    sorted.retain(|(known, _)| *known != name);
                    sorted.push((name, value.canonical()));
                }
                sorted.sort_by(|one, other| one.0.cmp(&other.0));
                Self::Object(sorted)
            }
            other => other,
        }
    }

    /// As `json_extract` has them: keys stay in their order.
    pub(super) fn canonical_numbers(self) -> Self {
        match self {
            Self::Number(text) => Self::Number(number(&text)),
            Self::Array(items) => Self::Array(items.into_iter().map(Self::canonical_numbers).collect()),
            Self::Object(fields) => {
                Self::Object(fields.into_iter().map(|(name, value)| (name, value.canonical_numbers())).collect())
            }
            other => other,
        }
    }

    pub(super) fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    fn write_to(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Boolean(is) => text.push_str(if *is { "true" } else { "false" }),
            Self::Number(number) => text.push_str(number),
            Self::Text(inner) => quote(inner, text),
            Self::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    item.write_to(text);
                }
                text.push(']');
            }
            Self::Object(fields) => {
                text.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    quote(name, text);
                    text.push(':');
                    value.write_to(text);
                }
                text.push('}');
            }
        }
    }

    /// A scalar as text, without quotes.
    pub(super) fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.clone()),
            Self::Boolean(is) => Some(is.to_string()),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }
}

fn number(text: &str) -> String {
    match text.contains(['.', 'e', 'E']) {
        true => text.parse().map_or_else(|_| text.to_owned(), super::super::print::java),
        false => text.to_owned(),
    }
}

fn quote(inner: &str, text: &mut String) {
    text.push('"');
    for letter in inner.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04X}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

impl Reader<'_> {
    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\n', '\r', '\t']).len();
    }

    fn take(&mut self, wanted: &str) -> Option<()> {
        self.space();
        self.text[self.at..].starts_with(wanted).then(|| self.at += wanted.len())
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.space();
        if depth > DEEPEST {
            return None;
        }
        Some(match self.text.as_bytes().get(self.at)? {
            b'n' => self.take("null").map(|()| Json::Null)?,
            b't' => self.take("true").map(|()| Json::Boolean(true))?,
            b'f' => self.take("false").map(|()| Json::Boolean(false))?,
            b'"' => Json::Text(self.string()?),
            b'[' => Json::Array(self.items(("[", "]"), |reader| reader.value(depth + 1))?),
            b'{' => Json::Object(self.items(("{", "}"), |reader| {
                reader.space();
                let name = reader.string()?;
                reader.take(":")?;
                Some((name, reader.value(depth + 1)?))
            })?),
            _ => self.number()?,
        })
    }

    fn items<T>(
        &mut self,
        (open, close): (&str, &str),
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut items = vec![];
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.take(close).is_some() {
                return Some(items);
            }
            self.take(",")?;
        }
    }

    fn number(&mut self) -> Option<Json> {
        let rest = &self.text[self.at..];
        let end = rest.find(|letter: char| !matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let text = &rest[..end.unwrap_or(rest.len())];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = digits.split(['.', 'e', 'E']).next()?;
        let is_whole = whole == "0" || whole.starts_with(|first: char| matches!(first, '1'..='9'));
        let is_plain = is_whole && [".e", ".E"].iter().all(|part| !text.contains(part)) && !text.ends_with('.');
        text.parse::<f64>().ok().filter(|_| is_plain)?;
        self.at += text.len();
        Some(Json::Number(text.to_owned()))
    }

    fn string(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut letters = self.text[self.at..].strip_prefix('"')?.char_indices();
        let from = self.at + 1;
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at = from + at + 1;
                    return Some(text);
                }
                '\\' => match letters.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    'u' => text.push(unicode(&mut letters)?),
                    same @ ('"' | '\\' | '/') => text.push(same),
                    _ => return None,
                },
                control if control < ' ' => return None,
                other => text.push(other),
            }
        }
        None
    }
}

/// `\uD83D\uDE00` is one letter.
fn unicode(letters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let mut unit = || {
        let digits: String = (0..4).filter_map(|_| letters.next()).map(|(_, letter)| letter).collect();
        u16::from_str_radix(&digits, 16).ok()
    };
    let first = unit()?;
    let mut units = vec![first];
    if (0xD800..0xDC00).contains(&first) {
        (letters.next()?.1 == '\\' && letters.next()?.1 == 'u').then_some(())?;
        let digits: String = (0..4).filter_map(|_| letters.next()).map(|(_, letter)| letter).collect();
        units.push(u16::from_str_radix(&digits, 16).ok()?);
    }
    char::decode_utf16(units).next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_as_they_are_written_until_they_are_made_canonical() {
        let json = Json::parse(r#"{"b": 19.90, "a": [1, -2e3, "x\u00e9\n"], "b": 1.50}"#).unwrap();
        assert_eq!(json.write(), "{\"b\":19.90,\"a\":[1,-2e3,\"xé\\n\"],\"b\":1.50}");
        assert_eq!(json.canonical().write(), "{\"a\":[1,-2000.0,\"xé\\n\"],\"b\":1.5}");
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in
            ["", "{", "[1,]", "01", "1.", "-", "nul", "\"a", "{\"a\" 1}", "1 2", "'a'", "\"\\x\"", "\"\\uD83D\""]
        {
            assert_eq!(Json::parse(text), None, "{text}");
        }
        assert_eq!(Json::parse(&"[".repeat(100_000)), None);
        assert_eq!(Json::parse("\"\\uD83D\\uDE00\"").unwrap().scalar().unwrap(), "😀");
    }
}
