//! Lines of JSON as Arrow's columns.

use super::cast;
use crate::services::glue::hive::HiveType;
use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder,
    Int8Builder, Int16Builder, Int32Builder, Int64Builder, RecordBatch, RecordBatchOptions, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;

/// Builds batches of rows.
pub(crate) struct Columns {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    name: String,
    hive: HiveType,
    builder: Builder,
    /// The value of the line that is being read.
    value: Value,
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
            value: Value::Null,
        });
        Self { schema, columns: columns.collect(), rows: 0 }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a line. One that is no JSON object is left out, as Glue's reader does.
    pub(crate) fn add(&mut self, line: &[u8]) {
        self.columns.iter_mut().for_each(|column| column.value = Value::Null);
        let mut reader = serde_json::Deserializer::from_slice(line);
        let read = reader.deserialize_map(Line(&mut self.columns)).and_then(|()| reader.end());
        if read.is_ok() {
            self.columns.iter_mut().for_each(Column::push);
            self.rows += 1;
        }
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

/// Reads one object into the columns; what is not among them is passed over unread.
struct Line<'a>(&'a mut Vec<Column>);

impl<'de> Visitor<'de> for Line<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(index) = map.next_key_seed(Name(self.0))? {
            match index {
                // Two names may differ by case only: the first that has a value counts.
                Some(index) if self.0[index].value.is_null() => self.0[index].value = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Which column a name is.
struct Name<'a>(&'a [Column]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let exact = self.0.iter().position(|column| column.name == name);
        let folded = || self.0.iter().position(|column| column.name == name.to_lowercase());
        Ok(exact.or_else(folded))
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
fn whole<T: TryFrom<i64>>(value: &Value, least: i64, most: i64) -> Option<T> {
    T::try_from(cast::integer(value, least, most)?).ok()
}

impl Column {
    fn push(&mut self) {
        let value = self.value.take();
        match &mut self.builder {
            Builder::Boolean(builder) => builder.append_option(cast::boolean(&value)),
            Builder::Tinyint(builder) => builder.append_option(whole(&value, i8::MIN.into(), i8::MAX.into())),
            Builder::Smallint(builder) => builder.append_option(whole(&value, i16::MIN.into(), i16::MAX.into())),
            Builder::Int(builder) => builder.append_option(whole(&value, i32::MIN.into(), i32::MAX.into())),
            Builder::Bigint(builder) => builder.append_option(whole(&value, i64::MIN, i64::MAX)),
            Builder::Float(builder) => builder.append_option(cast::double(&value).map(|number| number as f32)),
            Builder::Double(builder) => builder.append_option(cast::double(&value)),
            Builder::Decimal(builder, precision, scale) => {
                builder.append_option(cast::decimal(&value, *precision, *scale));
            }
            Builder::String(builder) => match &value {
                Value::String(text) => builder.append_value(text),
                other => builder.append_option(cast::text(other)),
            },
            Builder::Binary(builder) => builder.append_option(value.as_str().map(str::as_bytes)),
            Builder::Date(builder) => builder.append_option(cast::date(&value)),
            Builder::Timestamp(builder) => builder.append_option(cast::timestamp(&value)),
            Builder::Nested(values) => values.push(shaped(&value, &self.hive)),
        }
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

fn nested(field: &Field, values: &[Value]) -> Result<ArrayRef, ArrowError> {
    let schema = Arc::new(Schema::new(vec![field.clone()]));
    let mut decoder = arrow::json::ReaderBuilder::new(schema).with_batch_size(values.len().max(1)).build_decoder()?;
    let rows: Vec<_> = values.iter().map(|value| json!({field.name(): value})).collect();
    decoder.serialize(&rows)?;
    match decoder.flush()? {
        Some(batch) => Ok(Arc::clone(batch.column(0))),
        None => Ok(arrow::array::new_empty_array(field.data_type())),
    }
}

/// A value as a column of its type would have it, part by part; null where it does not fit.
fn shaped(value: &Value, hive: &HiveType) -> Value {
    if !hive.is_nested() {
        return scalar(value, hive);
    }
    match value.as_str().map(serde_json::from_str) {
        // A text may hold JSON.
        Some(Ok(parsed)) => strict(&parsed, hive),
        _ => fitted(value, hive, &shaped),
    }
}

fn fitted(value: &Value, hive: &HiveType, each: &dyn Fn(&Value, &HiveType) -> Value) -> Value {
    match (hive, value) {
        (HiveType::Array(item), Value::Array(items)) => items.iter().map(|value| each(value, item)).collect(),
        (HiveType::Map(_, item), Value::Object(fields)) => {
            // What is null is not there: Glue's structs, which the maps come from, do not tell the two apart.
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| (name.clone(), each(value, item))).collect()
        }
        (HiveType::Struct(wanted), Value::Object(fields)) => {
            let field = |(name, hive): &(String, HiveType)| {
                let mut named = fields.iter().filter(|(field, _)| field.to_lowercase() == name.to_lowercase());
                let value = named.find(|(_, value)| !value.is_null());
                (name.clone(), value.map_or(Value::Null, |(_, value)| each(value, hive)))
            };
            wanted.iter().map(field).collect()
        }
        _ => Value::Null,
    }
}

/// In the words of Arrow's reader.
fn scalar(value: &Value, hive: &HiveType) -> Value {
    let whole = |bits: u32| json!(cast::integer(value, -(1_i64 << bits), (1_i64 << bits) - 1));
    match hive {
        HiveType::Boolean => json!(cast::boolean(value)),
        HiveType::Tinyint => whole(7),
        HiveType::Smallint => whole(15),
        HiveType::Int => whole(31),
        HiveType::Bigint => json!(cast::integer(value, i64::MIN, i64::MAX)),
        HiveType::Float | HiveType::Double => json!(cast::double(value)),
        HiveType::Decimal(precision, scale) => {
            json!(cast::decimal(value, *precision, *scale).map(|digits| point(digits, *scale)))
        }
        HiveType::Date => json!(cast::date(value).map(|days| i64::from(days) * 86_400_000).and_then(iso_date)),
        HiveType::Timestamp => json!(cast::timestamp(value).and_then(iso_time)),
        HiveType::String => json!(cast::text(value)),
        _ => Value::Null,
    }
}

/// Inside of JSON that is text, where `from_json` takes only what has the type already, but anything as text.
fn strict(value: &Value, hive: &HiveType) -> Value {
    if hive.is_nested() {
        return fitted(value, hive, &strict);
    }
    let fits = match hive {
        HiveType::Boolean => value.is_boolean(),
        HiveType::Tinyint | HiveType::Smallint | HiveType::Int | HiveType::Bigint => value.is_i64(),
        HiveType::Float | HiveType::Double | HiveType::Decimal(..) => value.is_number(),
        _ => true,
    };
    if fits { scalar(value, hive) } else { Value::Null }
}

/// The digits of a decimal with its point.
fn point(digits: i128, scale: i8) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    let sign = if digits < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn iso_date(millis: i64) -> Option<String> {
    Some(jiff::Timestamp::from_millisecond(millis).ok()?.strftime("%Y-%m-%d").to_string())
}

fn iso_time(micros: i64) -> Option<String> {
    Some(jiff::Timestamp::from_microsecond(micros).ok()?.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(types: &[(&str, &str)], lines: &[&str]) -> String {
        let columns: Vec<_> =
            types.iter().map(|(name, hive)| ((*name).to_owned(), HiveType::parse(hive).unwrap())).collect();
        let mut columns = Columns::new(&columns);
        lines.iter().for_each(|line| columns.add(line.as_bytes()));
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
                r#"{"event":"two"}{"event":"rows"}"#,
                "{}",
            ],
        );
        assert_eq!(rows, "{\"event\":\"a\",\"n\":12,\"at\":\"2018-01-30T14:02:40\"}\n{\"event\":\"5\"}\n{}\n");
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
