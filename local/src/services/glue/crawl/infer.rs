//! What is in files: their kind and columns, as Glue's built-in classifiers find them.

use super::files::Found;
use super::{Crawl, permit_s3};
use crate::api_error::{ApiError, Result};
use crate::core::Core;
use crate::services::glue::hive::HiveType;
use crate::services::s3::versions::Version;
use flate2::read::MultiGzDecoder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};

/// How much of a file is looked at, in bytes: a classifier "reads the first megabytes".
const SAMPLE: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    JsonGzip,
    Parquet,
}

/// What all files of a target together are.
pub(super) struct Inferred {
    pub(super) kind: Kind,
    /// In the order in which they were first met.
    pub(super) columns: Vec<(String, HiveType)>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Exact for Parquet, estimated from the sample for JSON.
    pub(super) records: u64,
}

/// A type that may not be known yet: only nulls have been seen, or an empty list.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Nothing,
    Type(HiveType),
    Array(Box<Seen>),
    Struct(Vec<(String, Seen)>),
}

/// `None` where there is no file that a classifier knows.
pub(super) fn infer(core: &Core, region: &str, crawl: &Crawl, found: &Found) -> Result<Option<Inferred>> {
    let (mut kind, mut columns) = (None, vec![]);
    let (mut files, mut bytes, mut records) = (0, 0, 0);
    for file in found.folders.values().flat_map(|folder| &folder.files) {
        let place = (found.bucket.as_str(), file.key.as_str());
        core.run(region, |context| permit_s3(context, crawl, "s3:GetObject", place, &[]))?;
        // A file that is deleted while it is read is not there any more.
        let Ok(opened) = File::open(core.blobs.path(&file.blob)) else { continue };
        let (own, seen, count) = look(opened, file).map_err(ApiError::internal)?;
        // The first file says what the table is; one of another kind does not belong to it.
        if *kind.get_or_insert(own) != own {
            continue;
        }
        for (name, seen) in seen {
            add(&mut columns, name, seen);
        }
        (files, bytes, records) = (files + 1, bytes + file.size, records + count);
    }
    let columns = columns.into_iter().map(|(name, seen)| (name, seen.known()));
    // What has the name of a partition key would be there twice.
    let columns: Vec<_> = columns.filter(|(name, _)| !found.keys.contains(name)).collect();
    Ok(kind.filter(|_| !columns.is_empty()).map(|kind| Inferred { kind, columns, files, bytes, records }))
}

/// The columns, the number of lines, and their bytes.
type Sampled = (Vec<(String, Seen)>, u64, u64);
type Looked = (Kind, Vec<(String, Seen)>, u64);

fn look(mut file: File, version: &Version) -> std::io::Result<Looked> {
    let mut magic = [0; 4];
    let read = file.read(&mut magic)?;
    let file = std::io::Seek::rewind(&mut file).map(|()| file)?;
    match &magic[..read] {
        b"PAR1" => parquet(&file),
        [0x1f, 0x8b, ..] => {
            let (seen, count, used) = json(MultiGzDecoder::new(BufReader::new(file)))?;
            // Events of the same kind shrink to about a fifth.
            Ok((Kind::JsonGzip, seen, estimate(count, used, version.size * 5)))
        }
        _ => {
            let (seen, count, used) = json(file)?;
            Ok((Kind::Json, seen, estimate(count, used, version.size)))
        }
    }
}

fn estimate(count: u64, used: u64, size: u64) -> u64 {
    if used < SAMPLE { count } else { count * size / used.max(1) }
}

fn parquet(file: &File) -> std::io::Result<Looked> {
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::new()).map_err(std::io::Error::other)?;
    let count = metadata.metadata().file_metadata().num_rows();
    let fields = metadata.schema().fields().iter();
    let seen = fields.map(|field| (field.name().to_lowercase(), Seen::Type(HiveType::of(field.data_type()))));
    Ok((Kind::Parquet, seen.collect(), u64::try_from(count).unwrap_or(0)))
}

/// The columns of the first lines, how many lines these were, and how long.
fn json(input: impl Read) -> std::io::Result<Sampled> {
    let (mut columns, mut count, mut used) = (vec![], 0, 0);
    for line in BufReader::new(input.take(SAMPLE)).split(b'\n') {
        // The end of a sample may be in the middle of something.
        let Ok(line) = line else { break };
        used += line.len() as u64 + 1;
        let Ok(Value::Object(fields)) = serde_json::from_slice(&line) else { continue };
        count += 1;
        for (name, value) in fields {
            add(&mut columns, name.to_lowercase(), seen(&value));
        }
    }
    Ok((columns, count, used))
}

fn add(columns: &mut Vec<(String, Seen)>, name: String, seen: Seen) {
    match columns.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = merge(known.clone(), seen),
        None => columns.push((name, seen)),
    }
}

fn seen(value: &Value) -> Seen {
    match value {
        Value::Null => Seen::Nothing,
        Value::Bool(_) => Seen::Type(HiveType::Boolean),
        Value::Number(number) => Seen::Type(match number.as_i64() {
            Some(number) if i32::try_from(number).is_ok() => HiveType::Int,
            Some(_) => HiveType::Bigint,
            None => HiveType::Double,
        }),
        Value::String(_) => Seen::Type(HiveType::String),
        Value::Array(items) => Seen::Array(Box::new(items.iter().map(seen).fold(Seen::Nothing, merge))),
        Value::Object(fields) => {
            Seen::Struct(fields.iter().map(|(name, value)| (name.to_lowercase(), seen(value))).collect())
        }
    }
}

/// Numbers widen; what does not go together is text.
fn merge(one: Seen, other: Seen) -> Seen {
    use HiveType::{Bigint, Double, Int};
    match (one, other) {
        (Seen::Nothing, seen) | (seen, Seen::Nothing) => seen,
        (one, other) if one == other => one,
        (Seen::Type(Int | Bigint), Seen::Type(Int | Bigint)) => Seen::Type(Bigint),
        (Seen::Type(Int | Bigint | Double), Seen::Type(Int | Bigint | Double)) => Seen::Type(Double),
        (Seen::Array(one), Seen::Array(other)) => Seen::Array(Box::new(merge(*one, *other))),
        (Seen::Struct(mut one), Seen::Struct(other)) => {
            for (name, seen) in other {
                add(&mut one, name, seen);
            }
            Seen::Struct(one)
        }
        _ => Seen::Type(HiveType::String),
    }
}

impl Seen {
    fn known(self) -> HiveType {
        match self {
            Self::Nothing => HiveType::String,
            Self::Type(known) => known,
            Self::Array(item) => HiveType::Array(Box::new(item.known())),
            Self::Struct(fields) if fields.is_empty() => HiveType::String,
            Self::Struct(fields) => {
                HiveType::Struct(fields.into_iter().map(|(name, seen)| (name, seen.known())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(lines: &str) -> Vec<String> {
        let (columns, ..) = json(lines.as_bytes()).unwrap();
        columns.into_iter().map(|(name, seen)| format!("{name} {}", seen.known())).collect()
    }

    #[test]
    fn types_are_those_that_all_values_fit() {
        let lines = r#"{"Event":"a","n":1,"big":1,"x":1,"mixed":1,"none":null,"flag":true}
{"n":2,"big":3000000000,"x":1.5,"mixed":"a","tags":["a"],"at":{"lat":1,"Lon":2.5}}

not json
{"tags":[],"at":{"city":"x"},"list":[{"a":1},{"b":"x"}]}"#;
        let expected = [
            "event string",
            "n int",
            "big bigint",
            "x double",
            "mixed string",
            "none string",
            "flag boolean",
            "tags array<string>",
            "at struct<lat:int,lon:double,city:string>",
            "list array<struct<a:int,b:string>>",
        ];
        assert_eq!(columns(lines), expected);
    }

    #[test]
    fn a_sample_stands_for_the_whole_file() {
        assert_eq!(estimate(10, 1000, 1000), 10);
        assert_eq!(estimate(1000, SAMPLE, 10 * SAMPLE), 10_000);
    }
}
