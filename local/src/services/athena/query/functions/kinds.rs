//! Types of Trino in a signature, such as `array(T), bigint -> T`, and which values fit them.

use datafusion::arrow::datatypes::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const TEXT: DataType = DataType::Utf8;
/// JSON is text in a type of its own: nothing else is a `LargeUtf8`.
pub(super) const JSON: DataType = DataType::LargeUtf8;
pub(super) const TIME: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Plain(DataType),
    /// A timestamp with time zone, of the argument's zone.
    Zoned,
    /// A timestamp with time zone, of the zone that the last constant text names, or of its offset at the end.
    ZonedBy,
    /// Text, or JSON, taken as text.
    JsonOrText,
    /// The number, with other digits where it is a decimal.
    Exact(Exact),
    Any,
    /// A variable: the same type wherever it stands; `N` is a number, `M` a date or a timestamp.
    Variable(String),
    Array(Box<Kind>),
    Map(Box<Kind>, Box<Kind>),
    Row(Vec<Kind>),
}

/// What becomes of the digits of a decimal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Exact {
    /// Without its fraction, which may add one.
    Whole,
    /// Without its fraction.
    Cut,
    /// One more.
    Wider,
    Sign,
}

impl Exact {
    fn of(self, precision: u8, scale: i8) -> DataType {
        let (precision, scale) = (i16::from(precision), i16::from(scale));
        let (precision, scale) = match self {
            Self::Whole => (precision - scale + i16::from(scale > 0), 0),
            Self::Cut => (precision - scale, 0),
            Self::Wider => (precision + 1, scale),
            Self::Sign => (1, 0),
        };
        DataType::Decimal128(u8::try_from(precision.clamp(1, 38)).unwrap_or(38), i8::try_from(scale).unwrap_or(0))
    }
}

/// Types of variables; the zone is `@`.
pub(super) type Bound = HashMap<String, DataType>;

/// The parts of `a, b(c, d), e`.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut all) = (0, 0, vec![]);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                all.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(text[start..].trim());
    all.retain(|part| !part.is_empty());
    all
}

impl Kind {
    pub(super) fn parse(text: &str) -> Self {
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(item) = inner("array") {
            return Self::Array(Box::new(Self::parse(item)));
        }
        if let Some(fields) = inner("row") {
            return Self::Row(parts(fields).into_iter().map(Self::parse).collect());
        }
        if let Some([key, value]) = inner("map").map(parts).as_deref() {
            return Self::Map(Box::new(Self::parse(key)), Box::new(Self::parse(value)));
        }
        Self::Plain(match text {
            "varchar" => TEXT,
            "json" => JSON,
            "decimal" => DataType::Decimal128(38, 0),
            "bigint" => DataType::Int64,
            "integer" => DataType::Int32,
            "double" => DataType::Float64,
            "real" => DataType::Float32,
            "boolean" => DataType::Boolean,
            "varbinary" => DataType::Binary,
            "date" => DataType::Date32,
            "timestamp" => TIME,
            "time" => DataType::Time64(TimeUnit::Microsecond),
            "interval" => DataType::Interval(IntervalUnit::MonthDayNano),
            "months" => DataType::Interval(IntervalUnit::YearMonth),
            "zoned" => return Self::Zoned,
            "zoned by" => return Self::ZonedBy,
            "json or varchar" => return Self::JsonOrText,
            "whole N" => return Self::Exact(Exact::Whole),
            "cut N" => return Self::Exact(Exact::Cut),
            "wider N" => return Self::Exact(Exact::Wider),
            "sign N" => return Self::Exact(Exact::Sign),
            "any" => return Self::Any,
            variable => return Self::Variable(variable.to_owned()),
        })
    }

    /// The type that an argument of `given` becomes; `None` where it does not fit. Binds variables.
    pub(super) fn fit(&self, given: &DataType, bound: &mut Bound) -> Option<()> {
        match (self, given) {
            (Self::Variable(name), given) => {
                let is_fit = match name.as_str() {
                    "N" => given.is_numeric() || given == &DataType::Null,
                    "M" => matches!(given, DataType::Date32 | DataType::Timestamp(..) | DataType::Null),
                    _ => true,
                };
                is_fit.then_some(())?;
                let both = match bound.get(name) {
                    Some(known) => common(known, given)?,
                    None => plain(given),
                };
                bound.insert(name.clone(), both);
                Some(())
            }
            (_, DataType::Null) | (Self::Any, _) => Some(()),
            (Self::Plain(wanted), given) => (plain(given) == *wanted || widens(given, wanted)).then_some(()),
            (Self::JsonOrText, given) => matches!(plain(given), TEXT | JSON).then_some(()),
            (Self::Zoned, DataType::Timestamp(_, zone)) => {
                bound.insert("@".to_owned(), zoned(zone.as_deref().unwrap_or("UTC")));
                Some(())
            }
            (Self::Zoned, DataType::Date32) => Some(()),
            (Self::Array(item), DataType::List(field) | DataType::LargeList(field)) => {
                item.fit(field.data_type(), bound)
            }
            (Self::Map(key, value), DataType::Map(entries, _)) => match entries.data_type() {
                DataType::Struct(fields) if fields.len() == 2 => {
                    key.fit(fields[0].data_type(), bound)?;
                    value.fit(fields[1].data_type(), bound)
                }
                _ => None,
            },
            (Self::Row(kinds), DataType::Struct(fields)) if kinds.len() == fields.len() => {
                kinds.iter().zip(fields).try_for_each(|(kind, field)| kind.fit(field.data_type(), bound))
            }
            _ => None,
        }
    }

    /// The type with all variables bound.
    pub(super) fn of(&self, given: &DataType, bound: &Bound) -> DataType {
        match self {
            Self::Plain(wanted) => wanted.clone(),
            Self::JsonOrText => TEXT,
            Self::Any => plain(given),
            Self::Exact(exact) => match bound.get("N").cloned().unwrap_or(DataType::Float64) {
                DataType::Decimal128(precision, scale) => exact.of(precision, scale),
                other => other,
            },
            Self::Zoned | Self::ZonedBy => bound.get("@").cloned().unwrap_or_else(|| zoned("UTC")),
            Self::Variable(name) => bound.get(name).cloned().unwrap_or(DataType::Null),
            Self::Array(item) => match given {
                DataType::List(field) => list(item.of(field.data_type(), bound)),
                _ => list(item.of(&DataType::Null, bound)),
            },
            Self::Map(key, value) => map(key.of(&DataType::Null, bound), value.of(&DataType::Null, bound)),
            Self::Row(kinds) => {
                let kinds: Vec<_> = kinds.iter().map(|kind| kind.of(&DataType::Null, bound)).collect();
                match given {
                    // Its fields keep their names.
                    DataType::Struct(fields) if fields.len() == kinds.len() => {
                        let named = fields.iter().zip(kinds);
                        DataType::Struct(named.map(|(field, kind)| Field::new(field.name(), kind, true)).collect())
                    }
                    _ => row(kinds),
                }
            }
        }
    }
}

pub(super) fn zoned(zone: &str) -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into()))
}

pub(super) fn list(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new(Field::LIST_FIELD_DEFAULT_NAME, item, true)))
}

pub(super) fn map(key: DataType, value: DataType) -> DataType {
    let fields = Fields::from(vec![Field::new("key", key, false), Field::new("value", value, true)]);
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(fields), false)), false)
}

/// Fields without names of their own are printed as `field0`, `field1` ...
pub(super) fn row(kinds: Vec<DataType>) -> DataType {
    let fields = kinds.into_iter().enumerate();
    DataType::Struct(fields.map(|(index, kind)| Field::new(format!("field{index}"), kind, true)).collect())
}

/// A type as functions have it: one kind of text, one unit of time.
fn plain(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View => TEXT,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::List(field) | DataType::LargeList(field) => list(plain(field.data_type())),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => {
                map(plain(fields[0].data_type()), plain(fields[1].data_type()))
            }
            _ => kind.clone(),
        },
        other => other.clone(),
    }
}

fn rank(kind: &DataType) -> Option<u8> {
    Some(match kind {
        DataType::Int8 => 1,
        DataType::Int16 | DataType::UInt8 => 2,
        DataType::Int32 | DataType::UInt16 => 3,
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => 4,
        DataType::Decimal128(..) | DataType::Decimal256(..) => 5,
        DataType::Float32 => 6,
        DataType::Float64 => 7,
        _ => return None,
    })
}

/// What Trino makes of one type by itself where another is wanted.
fn widens(from: &DataType, to: &DataType) -> bool {
    match (rank(from), rank(to)) {
        (Some(from), Some(to)) => from <= to,
        _ => match (from, to) {
            (DataType::Null, _) => true,
            (DataType::Date32, DataType::Timestamp(..)) => true,
            (DataType::Timestamp(_, from), DataType::Timestamp(_, to)) => from.is_none() || to.is_some(),
            (DataType::Interval(_) | DataType::Duration(_), DataType::Interval(IntervalUnit::MonthDayNano)) => true,
            (from, to) => plain(from) == *to,
        },
    }
}

/// The type of both, as the items of an array have it.
pub(super) fn common(one: &DataType, other: &DataType) -> Option<DataType> {
    let (one, other) = (plain(one), plain(other));
    match (&one, &other) {
        _ if one == other => Some(one),
        (DataType::Null, _) => Some(other),
        (_, DataType::Null) => Some(one),
        (DataType::List(left), DataType::List(right)) => Some(list(common(left.data_type(), right.data_type())?)),
        (DataType::Decimal128(..), DataType::Decimal128(..)) => decimal(&one, &other),
        (DataType::Decimal128(..), _) if rank(&other)? < 5 => decimal(&one, &DataType::Decimal128(19, 0)),
        (_, DataType::Decimal128(..)) if rank(&one)? < 5 => decimal(&DataType::Decimal128(19, 0), &other),
        _ if widens(&one, &other) => Some(other),
        _ if widens(&other, &one) => Some(one),
        _ => None,
    }
}

fn decimal(one: &DataType, other: &DataType) -> Option<DataType> {
    let (DataType::Decimal128(p, s), DataType::Decimal128(q, t)) = (one, other) else { return None };
    let scale = *s.max(t);
    let whole = (i16::from(*p) - i16::from(*s)).max(i16::from(*q) - i16::from(*t));
    let precision = u8::try_from((whole + i16::from(scale)).min(38)).ok()?;
    Some(DataType::Decimal128(precision, scale))
}

/// A type's name as Trino writes it.
pub(super) fn name(kind: &DataType) -> String {
    match kind {
        DataType::Null => "unknown".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 | DataType::UInt8 => "smallint".to_owned(),
        DataType::Int32 | DataType::UInt16 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Float16 | DataType::Float32 => "real".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(_, None) => "timestamp(3)".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp(3) with time zone".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "time(3)".to_owned(),
        DataType::Interval(IntervalUnit::YearMonth) => "interval year to month".to_owned(),
        DataType::Interval(_) | DataType::Duration(_) => "interval day to second".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "varbinary".to_owned(),
        DataType::LargeUtf8 => "json".to_owned(),
        DataType::List(field) | DataType::LargeList(field) => format!("array({})", name(field.data_type())),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                let inner: Vec<_> = fields.iter().map(|field| name(field.data_type())).collect();
                format!("map({})", inner.join(", "))
            }
            _ => "map".to_owned(),
        },
        DataType::Struct(fields) => {
            let part = |field: &Arc<Field>| match field.name().starts_with("field") {
                true => name(field.data_type()),
                false => format!("{} {}", field.name(), name(field.data_type())),
            };
            format!("row({})", fields.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        _ => "varchar".to_owned(),
    }
}
