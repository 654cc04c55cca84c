//! Values as Athena writes them, and columns as it describes them.

use super::spans;
use super::zones;
use datafusion::arrow::array::{Array, ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::Result;
use serde_json::{Value, json};

/// A type's name in `ColumnInfo`, with precision and scale.
fn named(kind: &DataType) -> (&'static str, i64, i64) {
    match kind {
        DataType::Boolean => ("boolean", 0, 0),
        DataType::Int8 => ("tinyint", 3, 0),
        DataType::Int16 | DataType::UInt8 => ("smallint", 5, 0),
        DataType::Int32 | DataType::UInt16 => ("integer", 10, 0),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => ("bigint", 19, 0),
        DataType::Float16 | DataType::Float32 => ("float", 17, 0),
        DataType::Float64 => ("double", 17, 0),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            ("decimal", i64::from(*precision), i64::from(*scale))
        }
        DataType::Date32 | DataType::Date64 => ("date", 0, 0),
        DataType::Timestamp(_, None) => ("timestamp", 3, 0),
        DataType::Timestamp(_, Some(_)) => ("timestamp with time zone", 3, 0),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => ("varbinary", 1_073_741_824, 0),
        DataType::Time32(_) | DataType::Time64(_) => ("time", 0, 0),
        DataType::Interval(IntervalUnit::YearMonth) => ("interval year to month", 0, 0),
        DataType::Interval(_) | DataType::Duration(_) => ("interval day to second", 0, 0),
        DataType::List(_) | DataType::LargeList(_) => ("array", 0, 0),
        DataType::Map(..) => ("map", 0, 0),
        DataType::Struct(_) => ("row", 0, 0),
        DataType::LargeUtf8 => ("json", 0, 0),
        _ => ("varchar", 2_147_483_647, 0),
    }
}

pub(super) fn column(field: &Field) -> Value {
    let (kind, precision, scale) = named(field.data_type());
    described(field.name(), kind, precision, scale)
}

pub(super) fn described(name: &str, kind: &str, precision: i64, scale: i64) -> Value {
    json!({
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": kind,
        "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN", "CaseSensitive": kind == "varchar",
    })
}

/// `None` for null.
pub(super) fn value(array: &ArrayRef, row: usize) -> Result<Option<String>> {
    // A column of nothing but nulls has no bitmap that says so.
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return Ok(None);
    }
    Ok(Some(match array.data_type() {
        DataType::Timestamp(unit, zone) => timestamp(array, row, *unit, zone.as_deref()),
        DataType::Float64 => java(array.as_primitive::<datafusion::arrow::datatypes::Float64Type>().value(row)),
        DataType::Float32 => java_real(array.as_primitive::<datafusion::arrow::datatypes::Float32Type>().value(row)),
        DataType::Binary => {
            let bytes = array.as_binary::<i32>().value(row).iter().map(|byte| format!("{byte:02x}"));
            bytes.collect::<Vec<_>>().join(" ")
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            clock(array.as_primitive::<datafusion::arrow::datatypes::Time64MicrosecondType>().value(row))
        }
        DataType::Interval(_) | DataType::Duration(_) => {
            let amount = spans::amounts(&array.slice(row, 1))?.into_iter().flatten().next().unwrap_or_default();
            if array.data_type() == &spans::MONTHS { months(amount) } else { span(amount) }
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let all = (0..items.len()).map(|index| inner(&items, index)).collect::<Result<Vec<_>>>()?;
            format!("[{}]", all.join(", "))
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let pair = |index| Ok(format!("{}={}", inner(keys, index)?, inner(values, index)?));
            format!("{{{}}}", (0..entries.len()).map(pair).collect::<Result<Vec<_>>>()?.join(", "))
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let pair = |(field, column): (&std::sync::Arc<Field>, &ArrayRef)| {
                Ok(format!("{}={}", field.name(), inner(column, row)?))
            };
            format!("{{{}}}", fields.iter().zip(columns).map(pair).collect::<Result<Vec<_>>>()?.join(", "))
        }
        _ => ArrayFormatter::try_new(array, &FormatOptions::default())?.value(row).to_string(),
    }))
}

fn inner(array: &ArrayRef, row: usize) -> Result<String> {
    Ok(value(array, row)?.unwrap_or_else(|| "null".to_owned()))
}

/// `2018-01-30 14:02:40.000`, by its zone's clock and with its name behind it where it has one.
fn timestamp(array: &ArrayRef, row: usize, unit: TimeUnit, zone: Option<&str>) -> String {
    use datafusion::arrow::datatypes as types;
    let micros = match unit {
        TimeUnit::Second => array.as_primitive::<types::TimestampSecondType>().value(row).saturating_mul(1_000_000),
        TimeUnit::Millisecond => {
            array.as_primitive::<types::TimestampMillisecondType>().value(row).saturating_mul(1000)
        }
        TimeUnit::Microsecond => array.as_primitive::<types::TimestampMicrosecondType>().value(row),
        TimeUnit::Nanosecond => array.as_primitive::<types::TimestampNanosecondType>().value(row) / 1000,
    };
    let time = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
    // The engine's name of UTC is an offset.
    let zone = zone.map(|zone| if zone == "+00:00" { "UTC" } else { zone });
    let found = zones::find(zone.unwrap_or("UTC")).unwrap_or(jiff::tz::TimeZone::UTC);
    let name = zone.map(|zone| format!(" {zone}")).unwrap_or_default();
    format!("{}{name}", time.to_zoned(found).strftime("%Y-%m-%d %H:%M:%S%.3f"))
}

/// `12:30:15.000`, of microseconds since midnight.
pub(super) fn clock(micros: i64) -> String {
    hours(micros / 1000)
}

fn hours(millis: i64) -> String {
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `2 03:00:00.000`
pub(super) fn span(millis: i64) -> String {
    let size = i64::try_from(millis.unsigned_abs()).unwrap_or(i64::MAX);
    format!("{}{} {}", if millis < 0 { "-" } else { "" }, size / 86_400_000, hours(size % 86_400_000))
}

/// `3-5`
pub(super) fn months(months: i64) -> String {
    format!("{}{}-{}", if months < 0 { "-" } else { "" }, months.abs() / 12, months.abs() % 12)
}

/// As Java prints a float: with as many digits as tell it from its neighbours.
pub(super) fn java_real(number: f32) -> String {
    number.to_string().parse().map_or_else(|_| number.to_string(), java)
}

/// As Java prints a double, which is what Trino does.
pub(super) fn java(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 || (1e-3..1e7).contains(&size) {
        let text = number.to_string();
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{number:E}");
    let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    format!("{digits}{}E{exponent}", if digits.contains('.') { "" } else { ".0" })
}
