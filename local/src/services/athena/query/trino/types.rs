//! Types by Trino's names. JSON has the one kind of text that nothing else uses.

use datafusion::arrow::datatypes::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use std::sync::Arc;

pub(in super::super) const JSON: DataType = DataType::LargeUtf8;
pub(in super::super) const TIMESTAMP: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// With the zone that values are shown in.
pub(in super::super) fn zoned(zone: &str) -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into()))
}

pub(in super::super) fn list(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

pub(in super::super) fn map(key: DataType, value: DataType) -> DataType {
    let entries = Fields::from(vec![Field::new("key", key, false), Field::new("value", value, true)]);
    DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries), false)), false)
}

/// Reads `map(varchar, array(integer))`.
///
/// # Errors
/// What is no type, in Trino's words.
pub(in super::super) fn parse(text: &str) -> Result<DataType, String> {
    let text = text.trim();
    let unknown = || format!("Unknown type: {text}");
    let (name, inner) = match text.find('(') {
        Some(at) => {
            let close = closing(text, at).ok_or_else(unknown)?;
            let behind = text[close + 1..].trim();
            let name = format!("{} {behind}", text[..at].trim());
            (name, Some(&text[at + 1..close]))
        }
        None => (text.to_owned(), None),
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let number = |text: &str| text.trim().parse::<u8>().map_err(|_| unknown());
    Ok(match (name.as_str(), inner.map(parts).as_deref()) {
        ("boolean", None) => DataType::Boolean,
        ("tinyint", None) => DataType::Int8,
        ("smallint", None) => DataType::Int16,
        ("int" | "integer", None) => DataType::Int32,
        ("bigint", None) => DataType::Int64,
        ("real", None) => DataType::Float32,
        ("double" | "double precision", None) => DataType::Float64,
        ("decimal" | "numeric" | "dec", None) => DataType::Decimal128(38, 0),
        ("decimal" | "numeric" | "dec", Some([precision])) => DataType::Decimal128(number(precision)?, 0),
        ("decimal" | "numeric" | "dec", Some([precision, scale])) => {
            DataType::Decimal128(number(precision)?, number(scale)?.cast_signed())
        }
        ("varchar" | "char", None | Some([_])) => DataType::Utf8,
        ("varbinary", None) => DataType::Binary,
        ("json", None) => JSON,
        ("date", None) => DataType::Date32,
        ("time" | "time without time zone", None | Some([_])) => super::super::spans::CLOCK,
        ("interval year to month", None) => super::super::spans::MONTHS,
        ("interval day to second", None) => super::super::spans::SPAN,
        ("timestamp" | "timestamp without time zone", None | Some([_])) => TIMESTAMP,
        ("timestamp with time zone", None | Some([_])) => zoned("UTC"),
        ("array", Some([item])) => list(parse(item)?),
        ("map", Some([key, value])) => map(parse(key)?, parse(value)?),
        ("row", Some(fields)) => row(fields)?,
        _ => return Err(unknown()),
    })
}

fn row(fields: &[&str]) -> Result<DataType, String> {
    let field = |(index, text): (usize, &&str)| {
        let text = text.trim();
        // `x integer`, or a type alone.
        let named = text.split_once(char::is_whitespace).and_then(|(name, kind)| Some((name, parse(kind).ok()?)));
        let named = named.filter(|_| parse(text).is_err());
        match named {
            Some((name, kind)) => Ok(Field::new(name.trim_matches('"').to_lowercase(), kind, true)),
            None => Ok(Field::new(format!("field{index}"), parse(text)?, true)),
        }
    };
    Ok(DataType::Struct(fields.iter().enumerate().map(field).collect::<Result<Fields, String>>()?))
}

/// How many letters a text of this type may have.
pub(super) fn length(text: &str) -> Option<usize> {
    let (name, rest) = text.split_once('(')?;
    let is_text = ["varchar", "char"].iter().any(|known| name.trim().eq_ignore_ascii_case(known));
    rest.split_once(')').filter(|_| is_text)?.0.trim().parse().ok()
}

fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// What stands between commas that are in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut all, mut depth, mut from) = (vec![], 0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                all.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[from..]);
    all
}

/// Trino's name of a type.
pub(in super::super) fn name(kind: &DataType) -> String {
    let simple = match kind {
        DataType::Null => "unknown",
        DataType::Boolean => "boolean",
        DataType::Int8 => "tinyint",
        DataType::Int16 | DataType::UInt8 => "smallint",
        DataType::Int32 | DataType::UInt16 => "integer",
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint",
        DataType::Float16 | DataType::Float32 => "real",
        DataType::Float64 => "double",
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            return format!("decimal({precision},{scale})");
        }
        DataType::LargeUtf8 => "json",
        DataType::Utf8 | DataType::Utf8View => "varchar",
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "varbinary",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Time32(_) | DataType::Time64(_) => "time(3)",
        DataType::Timestamp(_, None) => "timestamp(3)",
        DataType::Timestamp(_, Some(_)) => "timestamp(3) with time zone",
        DataType::Interval(IntervalUnit::YearMonth) => "interval year to month",
        DataType::Interval(_) | DataType::Duration(_) => "interval day to second",
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            return format!("array({})", name(item.data_type()));
        }
        DataType::Map(entries, _) => return format!("map{}", inner(entries.data_type(), false)),
        DataType::Struct(_) => return format!("row{}", inner(kind, true)),
        _ => "unknown",
    };
    simple.to_owned()
}

fn inner(kind: &DataType, named: bool) -> String {
    let DataType::Struct(fields) = kind else { return String::new() };
    let part = |field: &Arc<Field>| match named && !field.name().starts_with("field") {
        true => format!("{} {}", field.name(), name(field.data_type())),
        false => name(field.data_type()),
    };
    format!("({})", fields.iter().map(part).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_by_their_names() {
        for text in [
            "boolean",
            "tinyint",
            "smallint",
            "integer",
            "bigint",
            "real",
            "double",
            "decimal(10,2)",
            "varchar",
            "json",
            "varbinary",
            "date",
            "timestamp(3)",
            "timestamp(3) with time zone",
            "time(3)",
            "interval day to second",
            "interval year to month",
            "array(array(varchar))",
            "map(varchar, array(integer))",
            "row(x integer, y row(decimal(3,1), map(date, bigint)))",
        ] {
            assert_eq!(parse(text).map(|kind| name(&kind)).as_deref(), Ok(text));
        }
        assert_eq!(parse("ROW ( \"X\" integer )"), parse("row(x int)"));
        for wrong in ["", "text", "array(", "array(x)", "map(varchar)", "decimal(x)", "int(3)", "string"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!((length("varchar(3)"), length("varchar"), length("decimal(3)")), (Some(3), None, None));
    }
}
