//! Lines of JSON as Arrow's columns.

use super::cast;
use super::json::{Broken, Json, Reader};
use super::nested::{nested, shaped};
use crate::services::glue::hive::HiveType;
use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder,
    Int8Builder, Int16Builder, Int32Builder, Int64Builder, RecordBatch, RecordBatchOptions, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Builds batches of rows.
pub(crate) struct Columns {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
    unknown: Option<BTreeMap<String, u64>>,
    /// Room for the values of a row, which is not asked for anew with each.
    spare: Vec<Json<'static>>,
}

/// What of the lines is in no column.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    /// How many values of a column did not fit its type.
    pub(crate) nulled: BTreeMap<String, u64>,
    /// How many lines had a field that has no column.
    pub(crate) unknown: BTreeMap<String, u64>,
}

/// More names are not told apart: some clients make them up.
const MOST_UNKNOWN: usize = 200;

struct Column {
    name: String,
    hive: HiveType,
    builder: Builder,
    /// How many values did not fit the type.
    nulled: u64,
}

enum Builder {
    Boolean(BooleanBuilder),
    Tinyint(Int8Builder),
    Smallint(Int16Builder),
    Int(Int32Builder),
    Bigint(Int64Builder),
    Float(Float32Builder),
    Double(Float64Builder),
    Decimal(Decimal128Builder, u8, i8),
    String(StringBuilder),
    Binary(BinaryBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    /// Of a nested type: made by Arrow's own reader, once the batch is whole.
    Nested(Vec<Value>),
}

impl Columns {
    pub(crate) fn new(columns: &[(String, HiveType)]) -> Self {
        let fields = columns.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let columns = columns.iter().map(|(name, hive)| Column {
            name: name.clone(),
            hive: hive.clone(),
            builder: Builder::new(hive),
            nulled: 0,
        });
        Self { schema, columns: columns.collect(), rows: 0, unknown: None, spare: vec![] }
    }

    /// Also counts the fields that have no column.
    pub(crate) fn counting_unknown(mut self) -> Self {
        self.unknown = Some(BTreeMap::new());
        self
    }

    pub(crate) fn lost(self) -> Lost {
        let nulled = self.columns.into_iter().filter(|column| column.nulled > 0);
        Lost {
            nulled: nulled.map(|column| (column.name, column.nulled)).collect(),
            unknown: self.unknown.unwrap_or_default(),
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a line as Spark reads it: an object, the first of several that stand in one line, or the objects of an array.
    ///
    /// # Errors
    /// It is something else, and is left out.
    pub(crate) fn add(&mut self, line: &[u8]) -> Result<(), Broken> {
        // Of a byte that is no UTF-8, Java makes U+FFFD.
        let line = String::from_utf8_lossy(line);
        let mut reader = Reader::new(&line);
        match reader.peek() {
            None => Ok(()),
            Some(b'[') => {
                // All of its objects or none.
                Reader::new(&line).skip()?;
                reader.array(|reader| self.row(reader))
            }
            _ => self.row(&mut reader),
        }
    }

    fn row<'a>(&mut self, reader: &mut Reader<'a>) -> Result<(), Broken> {
        let mut values: Vec<Json<'a>> = std::mem::take(&mut self.spare);
        values.resize(self.columns.len(), Json::Null);
        let (mut next, mut unknown) = (0, vec![]);
        reader.object(|reader, name| {
            match self.find(&name, next) {
                Some(index) => {
                    next = index + 1;
                    let value = reader.value()?;
                    // Two names may differ by case only: the first that has a value counts.
                    if values[index].is_null() {
                        values[index] = value;
                    }
                }
                None => {
                    let is_there = reader.peek() != Some(b'n');
                    reader.skip()?;
                    if is_there && self.unknown.is_some() {
                        unknown.push(name);
                    }
                }
            }
            Ok(())
        })?;
        unknown.iter().for_each(|name| self.count_unknown(name));
        self.columns.iter_mut().zip(&values).for_each(|(column, value)| column.push(value));
        self.rows += 1;
        values.clear();
        // Of nothing, and in the same room: that is what `collect` does of a vector of the same size.
        self.spare = values.into_iter().map(|_| Json::Null).collect();
        Ok(())
    }

    /// Which column a name is. Clients send their fields in one order.
    fn find(&self, name: &str, next: usize) -> Option<usize> {
        if self.columns.get(next).is_some_and(|column| column.name == name) {
            return Some(next);
        }
        let is = |name: &str| self.columns.iter().position(|column| column.name == name);
        is(name).or_else(|| is(&name.to_lowercase()))
    }

    fn count_unknown(&mut self, name: &str) {
        let Some(unknown) = &mut self.unknown else { return };
        let is_new = !unknown.contains_key(name);
        let name = if is_new && unknown.len() >= MOST_UNKNOWN { "(others)" } else { name };
        *unknown.entry(name.to_owned()).or_default() += 1;
    }

    /// The rows so far; what comes next begins a new batch.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let schema = self.schema();
        let arrays = self.columns.iter_mut().zip(schema.fields());
        let arrays = arrays.map(|(column, field)| column.finish(field)).collect::<Result<Vec<_>, _>>()?;
        let rows = RecordBatchOptions::new().with_row_count(Some(std::mem::take(&mut self.rows)));
        RecordBatch::try_new_with_options(schema, arrays, &rows)
    }
}

impl Builder {
    fn new(hive: &HiveType) -> Self {
        match hive {
            HiveType::Boolean => Self::Boolean(BooleanBuilder::new()),
            HiveType::Tinyint => Self::Tinyint(Int8Builder::new()),
            HiveType::Smallint => Self::Smallint(Int16Builder::new()),
            HiveType::Int => Self::Int(Int32Builder::new()),
            HiveType::Bigint => Self::Bigint(Int64Builder::new()),
            HiveType::Float => Self::Float(Float32Builder::new()),
            HiveType::Double => Self::Double(Float64Builder::new()),
            HiveType::Decimal(precision, scale) => {
                let builder = Decimal128Builder::new().with_data_type(DataType::Decimal128(*precision, *scale));
                Self::Decimal(builder, *precision, *scale)
            }
            HiveType::String => Self::String(StringBuilder::new()),
            HiveType::Binary => Self::Binary(BinaryBuilder::new()),
            HiveType::Date => Self::Date(Date32Builder::new()),
            HiveType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new()),
            HiveType::Array(_) | HiveType::Map(..) | HiveType::Struct(_) => Self::Nested(vec![]),
        }
    }
}

/// A whole number of at most so many bits; the casts cannot lose anything then.
fn whole<T: TryFrom<i64>>(value: &Json<'_>, least: i64, most: i64) -> Option<T> {
    T::try_from(cast::integer(value, least, most)?).ok()
}

/// Adds a value to a builder; `false` where there is none.
macro_rules! append {
    ($builder:expr, $value:expr) => {{
        let value = $value;
        let fits = value.is_some();
        $builder.append_option(value);
        fits
    }};
}

impl Column {
    fn push(&mut self, value: &Json<'_>) {
        let fits = match &mut self.builder {
            Builder::Boolean(builder) => append!(builder, cast::boolean(value)),
            Builder::Tinyint(builder) => append!(builder, whole(value, i8::MIN.into(), i8::MAX.into())),
            Builder::Smallint(builder) => append!(builder, whole(value, i16::MIN.into(), i16::MAX.into())),
            Builder::Int(builder) => append!(builder, whole(value, i32::MIN.into(), i32::MAX.into())),
            Builder::Bigint(builder) => append!(builder, whole(value, i64::MIN, i64::MAX)),
            Builder::Float(builder) => append!(builder, cast::double(value).map(|number| number as f32)),
            Builder::Double(builder) => append!(builder, cast::double(value)),
            Builder::Decimal(builder, precision, scale) => append!(builder, cast::decimal(value, *precision, *scale)),
            Builder::String(builder) => match value {
                Json::Text(text) => append!(builder, Some(text)),
                other => append!(builder, cast::text(other)),
            },
            Builder::Binary(builder) => append!(builder, value.as_text().map(str::as_bytes)),
            Builder::Date(builder) => append!(builder, cast::date(value)),
            Builder::Timestamp(builder) => append!(builder, cast::timestamp(value)),
            Builder::Nested(values) => {
                let value = shaped(value, &self.hive);
                let fits = !value.is_null();
                values.push(value);
                fits
            }
        };
        self.nulled += u64::from(!fits && !value.is_null());
    }

    fn finish(&mut self, field: &Field) -> Result<ArrayRef, ArrowError> {
        Ok(match &mut self.builder {
            Builder::Boolean(builder) => Arc::new(builder.finish()),
            Builder::Tinyint(builder) => Arc::new(builder.finish()),
            Builder::Smallint(builder) => Arc::new(builder.finish()),
            Builder::Int(builder) => Arc::new(builder.finish()),
            Builder::Bigint(builder) => Arc::new(builder.finish()),
            Builder::Float(builder) => Arc::new(builder.finish()),
            Builder::Double(builder) => Arc::new(builder.finish()),
            Builder::Decimal(builder, ..) => Arc::new(builder.finish()),
            Builder::String(builder) => Arc::new(builder.finish()),
            Builder::Binary(builder) => Arc::new(builder.finish()),
            Builder::Date(builder) => Arc::new(builder.finish()),
            Builder::Timestamp(builder) => Arc::new(builder.finish()),
            Builder::Nested(values) => nested(field, &std::mem::take(values))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(types: &[(&str, &str)], lines: &[&str]) -> String {
        let columns: Vec<_> =
            types.iter().map(|(name, hive)| ((*name).to_owned(), HiveType::parse(hive).unwrap())).collect();
        let mut columns = Columns::new(&columns);
        for line in lines {
            let _ = columns.add(line.as_bytes());
        }
        let mut writer = arrow::json::LineDelimitedWriter::new(vec![]);
        writer.write(&columns.finish().unwrap()).unwrap();
        String::from_utf8(writer.into_inner()).unwrap()
    }

    #[test]
    fn a_line_gives_its_columns_and_nothing_else() {
        let rows = batch(
            &[("event", "string"), ("n", "int"), ("at", "timestamp")],
            &[
                r#"{"Event":"a","n":"12","at":"2018-01-30 14:02:40","other":[1,{"x":2}]}"#,
                r#"{"n":{"x":1},"EVENT":null,"event":5}"#,
                "",
                "[1]",
                r#"{"event":"broken""#,
                r#"{"event":"first"}{"event":"second"}"#,
                "[]",
                r#"[{"event":"one"},{"event":"two"}]"#,
                r#"[{"event":"one"},{"event":]"#,
                "\u{feff}{'event':'quoted','n':NaN}",
                "{}",
            ],
        );
        assert_eq!(
            rows,
            "{\"event\":\"a\",\"n\":12,\"at\":\"2018-01-30T14:02:40\"}\n{\"event\":\"5\"}\n{\"event\":\"first\"}\n{\"event\":\"one\"}\n{\"event\":\"two\"}\n{\"event\":\"quoted\"}\n{}\n"
        );
    }

    #[test]
    fn what_is_lost_is_counted() {
        let types = [("event", "string"), ("n", "int"), ("tags", "array<int>")];
        let types: Vec<_> =
            types.iter().map(|(name, hive)| ((*name).to_owned(), HiveType::parse(hive).unwrap())).collect();
        let mut columns = Columns::new(&types).counting_unknown();
        assert_eq!(columns.add(br#"{"event":"a","n":"many","tags":3,"plan":"pro","none":null}"#), Ok(()));
        assert_eq!(columns.add(br#"{"event":"a","n":3000000000,"plan":{"x":1},"Event":"again"}"#), Ok(()));
        assert_eq!(columns.add(br#"{"plan":1,}"#), Err(Broken(10)));
        assert_eq!(columns.add(b""), Ok(()));
        assert_eq!(columns.rows(), 2);
        let lost = columns.lost();
        let counts =
            |all: &BTreeMap<String, u64>| all.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>();
        assert_eq!(
            (counts(&lost.nulled), counts(&lost.unknown)),
            (vec!["n 2".to_owned(), "tags 1".to_owned()], vec!["plan 2".to_owned()])
        );
    }

    #[test]
    fn nested_types_take_what_fits() {
        let rows = batch(
            &[("tags", "array<string>"), ("at", "struct<lat:double,when:date>"), ("more", "map<string,bigint>")],
            &[
                r#"{"tags":["a",1],"at":{"Lat":"1","when":"2018-01-30","x":1},"more":{"a":"1","b":"x","c":null}}"#,
                r#"{"tags":"[\"b\"]","at":"no","more":[1]}"#,
            ],
        );
        assert_eq!(
            rows,
            "{\"tags\":[\"a\",\"1\"],\"at\":{\"lat\":1.0,\"when\":\"2018-01-30\"},\"more\":{\"a\":1}}\n{\"tags\":[\"b\"]}\n"
        );
    }
}
