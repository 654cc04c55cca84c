//! The columns of the table that Firehose converts by, as far as it takes to tell what surely fits them.

use serde_json::{Map, Value};
use std::borrow::Cow;

/// Names in lower case with what their values have to be, sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns(Vec<(String, Kind)>);

/// What is known of a Hive type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Text,
    /// `char(n)` or `varchar(n)`: at most so many characters.
    Characters(usize),
    /// A whole number with so many bits beside its sign.
    Whole(u32),
    Float,
    Double,
    Boolean,
    /// So many digits before the point and behind it.
    Decimal(usize, usize),
    Date,
    Timestamp,
    Array(Box<Kind>),
    /// The keys are text.
    Map(Box<Kind>),
    Struct(Columns),
    /// Nothing surely fits it.
    Unsure,
}

impl Columns {
    /// Reads `{"event":"string","n":"int","ctx":"struct<os:string>"}`, types in the spelling of the Glue catalog.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        let columns: Map<String, Value> = serde_json::from_str(json).ok()?;
        let one = |(name, kind): (&String, &Value)| Some((name.clone(), Kind::parse(kind.as_str()?)?));
        columns.iter().map(one).collect::<Option<_>>().map(Self::new)
    }

    fn new(columns: Vec<(String, Kind)>) -> Self {
        let mut columns: Vec<_> = columns.into_iter().map(|(name, kind)| (folded(&name).into_owned(), kind)).collect();
        columns.sort_by(|(one, _), (other, _)| one.cmp(other));
        // Whose value it is of two that fold to one name, nobody knows.
        columns.dedup_by(|(later, _), (name, kind)| {
            let is_same = later == name;
            if is_same {
                *kind = Kind::Unsure;
            }
            is_same
        });
        Self(columns)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The column that a key means, with its number.
    pub(crate) fn find(&self, key: &str) -> Option<(usize, &Kind)> {
        let key = folded(key);
        let index = self.0.binary_search_by(|(name, _)| name.as_str().cmp(&key)).ok()?;
        Some((index, &self.0[index].1))
    }
}

/// In lower case, and what Java's `equalsIgnoreCase` takes for the same (`ſ` and `s`) as the same.
fn folded(name: &str) -> Cow<'_, str> {
    if !name.is_ascii() {
        Cow::Owned(name.to_uppercase().to_lowercase())
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl Kind {
    /// A type that is not known is [`Kind::Unsure`]; `None` if it is not written as a type is.
    fn parse(hive: &str) -> Option<Self> {
        let Some((name, inner)) = hive.split_once(['<', '(']) else { return Self::simple(hive) };
        let inner = inner.strip_suffix(['>', ')'])?;
        let parts = split(inner)?;
        let number = |at: usize| parts.get(at)?.parse::<usize>().ok();
        Some(match (name, &parts[..]) {
            ("array", [item]) => Self::Array(Box::new(Self::parse(item)?)),
            ("map", ["string", value]) => Self::Map(Box::new(Self::parse(value)?)),
            ("struct", members) => {
                let one = |member: &&str| {
                    let (name, kind) = member.split_once(':')?;
                    Some((name.to_owned(), Self::parse(kind)?))
                };
                Self::Struct(Columns::new(members.iter().map(one).collect::<Option<_>>()?))
            }
            ("char" | "varchar", [_]) => Self::Characters(number(0)?),
            ("decimal", [_, _]) => Self::Decimal(number(0)?.checked_sub(number(1)?)?, number(1)?),
            ("decimal", [_]) => Self::Decimal(number(0)?, 0),
            _ => Self::Unsure,
        })
    }

    fn simple(hive: &str) -> Option<Self> {
        let is_word = !hive.is_empty() && hive.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_word.then_some(match hive {
            "string" => Self::Text,
            "tinyint" => Self::Whole(7),
            "smallint" => Self::Whole(15),
            "int" => Self::Whole(31),
            "bigint" => Self::Whole(63),
            "float" => Self::Float,
            "double" => Self::Double,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            _ => Self::Unsure,
        })
    }
}

/// At the commas that are in no brackets.
fn split(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut depth, mut start) = (vec![], 0_usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' | b'(' => depth += 1,
            b'>' | b')' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (depth == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(hive: &str) -> Option<Kind> {
        Kind::parse(hive)
    }

    #[test]
    fn types_are_read_as_glue_spells_them() {
        assert_eq!(kind("bigint"), Some(Kind::Whole(63)));
        assert_eq!(kind("varchar(20)"), Some(Kind::Characters(20)));
        assert_eq!(kind("decimal(10,2)"), Some(Kind::Decimal(8, 2)));
        assert_eq!(kind("map<string,array<date>>"), Some(Kind::Map(Box::new(Kind::Array(Box::new(Kind::Date))))));
        let Some(Kind::Struct(members)) = kind("struct<b:struct<c:decimal(5,1)>,a:int>") else { panic!() };
        assert_eq!((members.len(), members.find("A")), (2, Some((0, &Kind::Whole(31)))));
    }

    #[test]
    fn nothing_is_known_of_other_types() {
        for hive in ["binary", "interval", "map<int,string>", "uniontype<int,string>"] {
            assert_eq!(kind(hive), Some(Kind::Unsure), "{hive}");
        }
    }

    #[test]
    fn what_is_no_list_of_columns_is_not_read() {
        for json in ["", "[]", "{", r#"{"a":1}"#, r#"{"a":"int"} {"b":"int"}"#] {
            assert!(Columns::parse(json).is_none(), "{json}");
        }
        for hive in ["", "array<", "array<int", "array<>", "struct<a>", "struct<a:>", "map<string,>", "decimal(2,3)"] {
            assert_eq!(kind(hive), None, "{hive}");
            assert!(Columns::parse(&format!("{{\"a\":\"{hive}\"}}")).is_none(), "{hive}");
        }
        assert!(Columns::parse("{}").is_some());
    }

    #[test]
    fn a_key_means_the_column_of_its_name_in_any_case() {
        let columns = Columns::parse(r#"{"straße":"int","s":"date","n":"int","N":"int"}"#).unwrap();
        let of = |key: &str| columns.find(key).map(|(_, kind)| kind.clone());
        assert_eq!((of("STRASSE"), of("Straße")), (Some(Kind::Whole(31)), Some(Kind::Whole(31))));
        assert_eq!((of("S"), of("ſ"), of("t")), (Some(Kind::Date), Some(Kind::Date), None));
        assert_eq!(of("n"), Some(Kind::Unsure));
    }
}
