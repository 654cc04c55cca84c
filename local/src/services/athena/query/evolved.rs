//! Columns of Parquet files that were written for another type than the table has now.
//!
//! Athena casts nothing: its reader has a decoder for some pairs of a file's type and a column's, and fails a query on
//! every other ("Change a column data type" of its user guide lists the pairs, Trino's `ColumnReaderFactory` has them).

use crate::services::glue::hive::HiveType;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, ListArray, MapArray, StructArray, new_null_array};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Fields};
use datafusion::arrow::error::ArrowError;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::schema::types::Type;
use std::sync::Arc;

/// Two types that Athena's reader does not bring together, as it calls them: `INT32` and `varchar`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    file: String,
    table: String,
}

impl Unreadable {
    /// In Athena's words.
    pub(super) fn explain(&self, column: &str, uri: &str) -> String {
        let Self { file, table } = self;
        format!(
            "HIVE_BAD_DATA: Field {column}'s type {file} in parquet file {uri} is incompatible with type {table} defined \
             in table schema"
        )
    }
}

/// Whether Athena reads a file's column as one of the table.
///
/// # Errors
/// The first two types that do not fit.
pub(super) fn readable(file: &Type, table: &HiveType) -> Result<(), Unreadable> {
    let parts = |hive: &HiveType| file.is_group() && hive.is_nested();
    match table {
        HiveType::Struct(fields) if parts(table) => {
            let there = |name: &str| file.get_fields().iter().find(|field| field.name().eq_ignore_ascii_case(name));
            // A field that a file does not have is null.
            fields.iter().try_for_each(|(name, hive)| there(name).map_or(Ok(()), |field| readable(field, hive)))
        }
        HiveType::Array(item) if parts(table) => innermost(file, 1).map_or(Ok(()), |parts| readable(&parts[0], item)),
        HiveType::Map(key, value) if parts(table) => innermost(file, 2).map_or(Ok(()), |parts| {
            readable(&parts[0], key)?;
            readable(&parts[1], value)
        }),
        simple if file.is_primitive() && decoder(file, simple) => Ok(()),
        other => Err(Unreadable { file: physical(file), table: named(other) }),
    }
}

/// What a list or a map repeats: `list.element`, or `key` and `value` of an entry.
fn innermost(file: &Type, parts: usize) -> Option<&[Arc<Type>]> {
    let repeated = file.get_fields().first()?;
    (repeated.is_group() && repeated.get_fields().len() == parts).then(|| repeated.get_fields())
}

/// Whether there is a decoder of a primitive type for a column.
fn decoder(file: &Type, table: &HiveType) -> bool {
    let logical = file.get_basic_info().logical_type_ref();
    let whole = matches!(logical, None | Some(LogicalType::Integer(_)));
    match (file.get_physical_type(), table) {
        (Physical::BOOLEAN, HiveType::Boolean)
        | (Physical::FLOAT, HiveType::Float | HiveType::Double)
        | (Physical::DOUBLE, HiveType::Double)
        | (Physical::INT96, HiveType::Timestamp) => true,
        (Physical::INT32, HiveType::Tinyint | HiveType::Smallint | HiveType::Int | HiveType::Bigint)
        | (Physical::INT64, HiveType::Bigint) => whole,
        (Physical::INT32, HiveType::Date) => matches!(logical, None | Some(LogicalType::Date)),
        (Physical::INT64, HiveType::Timestamp) => matches!(logical, Some(LogicalType::Timestamp(_))),
        (Physical::BYTE_ARRAY, HiveType::String | HiveType::Binary) => !is_decimal(logical),
        (
            Physical::INT32 | Physical::INT64 | Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY,
            HiveType::Decimal(..),
        ) => is_decimal(logical),
        _ => false,
    }
}

fn is_decimal(logical: Option<&LogicalType>) -> bool {
    matches!(logical, Some(LogicalType::Decimal(_)))
}

fn physical(file: &Type) -> String {
    if file.is_group() {
        return "group".to_owned();
    }
    match file.get_physical_type() {
        // parquet-mr, which Athena has it from, calls it so.
        Physical::BYTE_ARRAY => "BINARY".to_owned(),
        other => other.to_string(),
    }
}

/// A type as Trino spells it.
fn named(table: &HiveType) -> String {
    match table {
        HiveType::Int => "integer".to_owned(),
        HiveType::Float => "real".to_owned(),
        HiveType::String => "varchar".to_owned(),
        HiveType::Binary => "varbinary".to_owned(),
        HiveType::Timestamp => "timestamp(3)".to_owned(),
        HiveType::Array(item) => format!("array({})", named(item)),
        HiveType::Map(key, value) => format!("map({}, {})", named(key), named(value)),
        HiveType::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, hive)| format!("{name} {}", named(hive))).collect();
            format!("row({})", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// A file's column in the table's type. Fields go by their names: one that a file does not have is null.
pub(super) fn as_table(array: &ArrayRef, table: &DataType) -> Result<ArrayRef, ArrowError> {
    match (array.data_type(), table) {
        (DataType::Struct(_), DataType::Struct(fields)) => Ok(Arc::new(fields_of(array.as_struct(), fields)?)),
        (DataType::List(_), DataType::List(item)) => {
            let list = array.as_list::<i32>();
            let values = as_table(list.values(), item.data_type())?;
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, values, nulls)?))
        }
        (DataType::Map(..), DataType::Map(entry, sorted)) => {
            let DataType::Struct(fields) = entry.data_type() else { return Ok(Arc::clone(array)) };
            let map = array.as_map();
            // By their place: writers call them as they like.
            let parts = map.entries().columns().iter().zip(fields).map(|(part, to)| as_table(part, to.data_type()));
            let entries = StructArray::try_new(fields.clone(), parts.collect::<Result<_, _>>()?, None)?;
            let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
            Ok(Arc::new(MapArray::try_new(Arc::clone(entry), offsets, entries, nulls, *sorted)?))
        }
        // What is too large for a narrower type fails the query, and is no null.
        _ => cast_with_options(array, table, &CastOptions { safe: false, ..CastOptions::default() }),
    }
}

fn fields_of(array: &StructArray, fields: &Fields) -> Result<StructArray, ArrowError> {
    let there = array.fields();
    let columns = fields.iter().map(|field| {
        match there.iter().position(|other| other.name().eq_ignore_ascii_case(field.name())) {
            Some(index) => as_table(array.column(index), field.data_type()),
            None => Ok(new_null_array(field.data_type(), array.len())),
        }
    });
    StructArray::try_new_with_length(
        fields.clone(),
        columns.collect::<Result<_, _>>()?,
        array.nulls().cloned(),
        array.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::datatypes::{Field, Schema};
    use parquet::arrow::ArrowSchemaConverter;

    const ALL: [&str; 13] = [
        "boolean",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "float",
        "double",
        "decimal(10,2)",
        "string",
        "binary",
        "date",
        "timestamp",
        "array<int>",
    ];

    /// What the job writes for a column of a type.
    fn file(text: &str) -> Arc<Type> {
        let field = Field::new("n", HiveType::parse(text).unwrap().arrow(), true);
        let schema = ArrowSchemaConverter::new().convert(&Schema::new(vec![field])).unwrap();
        Arc::clone(&schema.root_schema().get_fields()[0])
    }

    fn reads(from: &str, to: &str) -> Result<(), Unreadable> {
        readable(&file(from), &HiveType::parse(to).unwrap())
    }

    #[test]
    fn a_type_is_read_as_itself_and_as_those_that_have_a_decoder() {
        let known = [
            ("tinyint", &["smallint", "int", "bigint"][..]),
            ("smallint", &["tinyint", "int", "bigint"]),
            // Without a note on it, an INT32 may be days, too.
            ("int", &["tinyint", "smallint", "bigint", "date"]),
            ("float", &["double"]),
            ("string", &["binary"]),
            ("binary", &["string"]),
        ];
        for from in ALL {
            let widened = known.iter().find(|(known, _)| *known == from).map_or(&[][..], |(_, to)| to);
            for to in ALL {
                assert_eq!(reads(from, to).is_ok(), from == to || widened.contains(&to), "{from} as {to}");
            }
        }
        assert!(reads("decimal(10,2)", "decimal(12,4)").is_ok());
    }

    #[test]
    fn what_is_inside_has_to_fit_too() {
        let from = "struct<a:int,b:array<map<string,float>>>";
        assert!(reads(from, "struct<b:array<map<string,double>>,new:date,a:bigint>").is_ok());
        let words = reads(from, "struct<b:array<map<string,int>>>").unwrap_err().explain("n", "s3://b/k");
        let expected = "HIVE_BAD_DATA: Field n's type FLOAT in parquet file s3://b/k is incompatible with type integer defined \
                        in table schema";
        assert_eq!(words, expected);
        assert_eq!(reads(from, "string").unwrap_err().file, "group");
        assert_eq!(reads("string", from).unwrap_err().table, "row(a integer, b array(map(varchar, real)))");
    }

    #[test]
    fn fields_go_by_their_names() {
        let of = |text: &str| HiveType::parse(text).unwrap().arrow();
        let DataType::Struct(fields) = of("struct<A:int,b:int>") else { unreachable!() };
        let number = |number: i32| Arc::new(datafusion::arrow::array::Int32Array::from(vec![number])) as ArrayRef;
        let array = Arc::new(StructArray::try_new(fields, vec![number(1), number(2)], None).unwrap()) as ArrayRef;
        let read = as_table(&array, &of("struct<b:bigint,new:string,a:int>")).unwrap();
        let shown = format!("{:?}", super::super::print::value(&read, 0).unwrap().unwrap());
        assert_eq!(shown, "\"{b=2, new=null, a=1}\"");
        assert!(as_table(&number(300), &DataType::Int8).is_err());
    }
}
