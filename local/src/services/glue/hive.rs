//! Types as the catalog spells them: Hive's.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use std::fmt;
use std::sync::Arc;

/// Types in types. Hive itself stops at 100 levels when it writes JSON.
const MOST_LEVELS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HiveType {
    Boolean,
    Tinyint,
    Smallint,
    Int,
    Bigint,
    Float,
    Double,
    /// Digits, and how many of them are behind the point.
    Decimal(u8, i8),
    /// Also `char(n)` and `varchar(n)`, which files do not tell from it.
    String,
    Binary,
    Date,
    Timestamp,
    Array(Box<HiveType>),
    Map(Box<HiveType>, Box<HiveType>),
    Struct(Vec<(String, HiveType)>),
}

fn depth(text: &str) -> usize {
    let levels = text.chars().scan(0_usize, |now, letter| {
        match letter {
            '<' | '(' => *now += 1,
            '>' | ')' => *now = now.saturating_sub(1),
            _ => {}
        }
        Some(*now)
    });
    levels.max().unwrap_or_default()
}

impl fmt::Display for HiveType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let simple = match self {
            Self::Boolean => "boolean",
            Self::Tinyint => "tinyint",
            Self::Smallint => "smallint",
            Self::Int => "int",
            Self::Bigint => "bigint",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Decimal(precision, scale) => return write!(f, "decimal({precision},{scale})"),
            Self::Array(item) => return write!(f, "array<{item}>"),
            Self::Map(key, value) => return write!(f, "map<{key},{value}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (index, (name, field)) in fields.iter().enumerate() {
                    write!(f, "{}{name}:{field}", if index == 0 { "" } else { "," })?;
                }
                return f.write_str(">");
            }
        };
        f.write_str(simple)
    }
}

impl HiveType {
    /// Reads `struct<a:int,b:array<string>>`; `None` if it is no type.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // It calls itself for each level.
        if Self::is_too_deep(text) { None } else { Self::read(text) }
    }

    /// Whether there are more types in types than are read here.
    pub(crate) fn is_too_deep(text: &str) -> bool {
        text.matches(['<', '(']).count() > MOST_LEVELS && depth(text) > MOST_LEVELS
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, inner) = match text.find(['<', '(']) {
            Some(at) => (&text[..at], Some(text.get(at + 1..text.len() - 1)?)),
            None => (text, None),
        };
        Some(match (name.trim().to_ascii_lowercase().as_str(), inner) {
            ("boolean", None) => Self::Boolean,
            ("tinyint", None) => Self::Tinyint,
            ("smallint", None) => Self::Smallint,
            ("int" | "integer", None) => Self::Int,
            ("bigint", None) => Self::Bigint,
            ("float" | "real", None) => Self::Float,
            ("double", None) => Self::Double,
            ("string", None) | ("char" | "varchar", Some(_)) => Self::String,
            ("binary", None) => Self::Binary,
            ("date", None) => Self::Date,
            ("timestamp", None) => Self::Timestamp,
            ("decimal", None) => Self::Decimal(10, 0),
            ("decimal", Some(inner)) => {
                let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
                Self::Decimal(precision.trim().parse().ok()?, scale.trim().parse().ok()?)
            }
            ("array", Some(inner)) => Self::Array(Box::new(Self::read(inner)?)),
            ("map", Some(inner)) => match split(inner).as_slice() {
                [key, value] => Self::Map(Box::new(Self::read(key)?), Box::new(Self::read(value)?)),
                _ => return None,
            },
            ("struct", Some(inner)) => {
                let fields = split(inner).into_iter().map(|field| {
                    let (name, field) = field.split_once(':')?;
                    Some((name.trim().to_owned(), Self::read(field)?))
                });
                Self::Struct(fields.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    pub(crate) fn is_nested(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Map(..) | Self::Struct(_))
    }

    /// As Arrow has it, in Parquet files that Athena and Spark read.
    pub(crate) fn arrow(&self) -> DataType {
        let item = |name: &str, of: &Self| Arc::new(Field::new(name, of.arrow(), true));
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Tinyint => DataType::Int8,
            Self::Smallint => DataType::Int16,
            Self::Int => DataType::Int32,
            Self::Bigint => DataType::Int64,
            Self::Float => DataType::Float32,
            Self::Double => DataType::Float64,
            Self::Decimal(precision, scale) => DataType::Decimal128(*precision, *scale),
            Self::String => DataType::Utf8,
            Self::Binary => DataType::Binary,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Array(of) => DataType::List(item("element", of)),
            Self::Map(key, value) => {
                let key = Arc::new(Field::new("key", key.arrow(), false));
                let entries = Fields::from(vec![key, item("value", value)]);
                DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries), false)), false)
            }
            Self::Struct(fields) => DataType::Struct(fields.iter().map(|(name, of)| item(name, of)).collect()),
        }
    }

    /// As the crawler calls what it finds in a Parquet file.
    pub(crate) fn of(arrow: &DataType) -> Self {
        match arrow {
            DataType::Boolean => Self::Boolean,
            DataType::Int8 => Self::Tinyint,
            DataType::Int16 | DataType::UInt8 => Self::Smallint,
            DataType::Int32 | DataType::UInt16 => Self::Int,
            DataType::Int64 | DataType::UInt32 | DataType::UInt64 => Self::Bigint,
            DataType::Float16 | DataType::Float32 => Self::Float,
            DataType::Float64 => Self::Double,
            DataType::Decimal128(precision, scale) => Self::Decimal(*precision, *scale),
            DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => Self::Binary,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Timestamp(..) => Self::Timestamp,
            DataType::List(item) | DataType::LargeList(item) => Self::Array(Box::new(Self::of(item.data_type()))),
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(fields) if fields.len() == 2 => {
                    let part = |index: usize| Box::new(Self::of(fields[index].data_type()));
                    Self::Map(part(0), part(1))
                }
                _ => Self::String,
            },
            DataType::Struct(fields) => Self::Struct(
                fields.iter().map(|field| (field.name().to_lowercase(), Self::of(field.data_type()))).collect(),
            ),
            _ => Self::String,
        }
    }
}

/// Spark's timestamps are instants, and its files say so: `isAdjustedToUTC` (`TimestampType`, not `TimestampNTZType`).
pub(crate) fn instants(fields: &Fields) -> Fields {
    let field = |field: &Arc<Field>| Arc::new(field.as_ref().clone().with_data_type(instant(field.data_type())));
    fields.iter().map(field).collect()
}

fn instant(kind: &DataType) -> DataType {
    let one = |field: &Arc<Field>| Arc::new(field.as_ref().clone().with_data_type(instant(field.data_type())));
    match kind {
        DataType::Timestamp(_, None) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::List(item) => DataType::List(one(item)),
        DataType::Map(entries, sorted) => DataType::Map(one(entries), *sorted),
        DataType::Struct(fields) => DataType::Struct(instants(fields)),
        other => other.clone(),
    }
}

/// At the commas that are in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_i32, 0, vec![]);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_reads_back_as_it_is_written() {
        for text in [
            "int",
            "decimal(10,2)",
            "array<struct<a:int,b:map<string,array<double>>>>",
            "struct<a:decimal(3,1),b:date>",
        ] {
            assert_eq!(HiveType::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(HiveType::parse("VARCHAR(20)"), Some(HiveType::String));
        assert_eq!(HiveType::parse("uuid"), None);
        assert_eq!(HiveType::parse("map<string>"), None);
    }
}
