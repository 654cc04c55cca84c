//! Which types Athena reads from Parquet files that were written with another one.
//!
//! "Change a column data type" of Athena's user guide lists the pairs of numbers, and that Parquet is among the formats
//! they hold for where a table has partitions. It lists `string` to whole numbers, too, which holds for text formats:
//! no Parquet reader makes numbers of `BINARY`, and Athena answers `HIVE_BAD_DATA` (as for `int` to `double`, NREL
//! buildstockbatch issue 269). Of the rest, Trino's `ColumnReaderFactory`, which Athena's engine 3 comes from, tells what
//! has a decoder for every value that the old type can hold. `int` to `date` has one, and gives days since 1970 that
//! nobody meant; Spark writes a `timestamp` as `INT96`, which is read as nothing else.

use crate::config::ColumnType;

/// Whether a column of the type `new` reads every value of files in which it is `old`.
pub(crate) fn reads_as(old: &ColumnType, new: &ColumnType) -> bool {
    use ColumnType::{
        Array, Bigint, Binary, Char, Decimal, Double, Float, Int, Map, Smallint, String, Struct, Tinyint, Varchar,
    };
    match (old, new) {
        _ if old == new => true,
        (Tinyint, Smallint | Int | Bigint) | (Smallint, Int | Bigint) | (Int, Bigint) | (Float, Double) => true,
        // Spark writes all of them as the same text. What is longer than the new length is cut when it is read.
        (String | Char(_) | Varchar(_), String | Char(_) | Varchar(_) | Binary) => true,
        (Binary, String | Char(_) | Varchar(_)) => true,
        (Decimal { precision: p, scale: s }, Decimal { precision, scale }) => s <= scale && p - s <= precision - scale,
        (Array(old), Array(new)) => reads_as(old, new),
        (Map(old_key, old), Map(new_key, new)) => reads_as(old_key, new_key) && reads_as(old, new),
        // By name: what a file does not have is null.
        (Struct(old), Struct(new)) => new
            .iter()
            .all(|(name, new)| old.iter().find(|(other, _)| other == name).is_none_or(|(_, old)| reads_as(old, new))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each type.
    const ALL: [&str; 17] = [
        "boolean",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "float",
        "double",
        "decimal(10,2)",
        "string",
        "char(5)",
        "varchar(9)",
        "binary",
        "date",
        "timestamp",
        "array<int>",
        "map<string,int>",
        "struct<a:int>",
    ];

    /// Beside itself, each type is read as these.
    const READ: &[(&str, &[&str])] = &[
        ("tinyint", &["smallint", "int", "bigint"]),
        ("smallint", &["int", "bigint"]),
        ("int", &["bigint"]),
        ("float", &["double"]),
        ("string", &["char(5)", "varchar(9)", "binary"]),
        ("char(5)", &["string", "varchar(9)", "binary"]),
        ("varchar(9)", &["string", "char(5)", "binary"]),
        ("binary", &["string", "char(5)", "varchar(9)"]),
    ];

    /// The table of docs/data.md.
    #[test]
    fn the_documentation_says_the_same() {
        let told = include_str!("../../../docs/data.md").split("| In files of before |").nth(1).unwrap();
        let rows = told.lines().skip(2).take_while(|line| line.starts_with('|'));
        let rows: Vec<_> = rows.map(|row| row.split('`').skip(1).step_by(2).collect::<Vec<_>>()).collect();
        let expected = READ.iter().map(|(old, read)| [&[*old], *read].concat());
        assert_eq!(rows, expected.collect::<Vec<_>>());
    }

    fn reads(old: &str, new: &str) -> bool {
        reads_as(&ColumnType::parse(old).unwrap(), &ColumnType::parse(new).unwrap())
    }

    #[test]
    fn every_pair_of_types_is_judged() {
        for old in ALL {
            let read = READ.iter().find(|(known, _)| *known == old).map_or(&[][..], |(_, read)| read);
            for new in ALL {
                assert_eq!(reads(old, new), old == new || read.contains(&new), "{old} -> {new}");
            }
        }
    }

    #[test]
    fn decimals_may_have_more_digits_on_both_sides_of_the_point() {
        for (old, new, expected) in [
            ("decimal(10,2)", "decimal(12,2)", true),
            ("decimal(10,2)", "decimal(12,4)", true),
            ("decimal(10,2)", "decimal(10,4)", false),
            ("decimal(10,2)", "decimal(12,1)", false),
            ("decimal(38,38)", "decimal(1,0)", false),
        ] {
            assert_eq!(reads(old, new), expected, "{old} -> {new}");
        }
    }

    #[test]
    fn what_is_inside_is_judged_the_same_way() {
        for (old, new, expected) in [
            ("array<int>", "array<bigint>", true),
            ("array<int>", "array<string>", false),
            ("map<string,float>", "map<string,double>", true),
            ("map<int,float>", "map<string,float>", false),
            ("struct<a:int,b:int>", "struct<c:date,a:bigint>", true),
            ("struct<a:int,b:int>", "struct<b:string>", false),
        ] {
            assert_eq!(reads(old, new), expected, "{old} -> {new}");
        }
    }
}
