//! What is in files: their kind and columns, as Glue's built-in classifiers find them.

use super::files::Found;
use super::{Crawl, permit_s3};
use crate::api_error::Result;
use crate::core::Core;
use crate::services::glue::hive::HiveType;
use crate::services::glue::invalid;
use crate::services::glue::rows::{Json, lines};
use crate::services::s3;
use crate::services::s3::versions::Version;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;

/// How much of a file is looked at, in bytes: a classifier "reads the first megabytes".
const SAMPLE: u64 = 1 << 20;
/// Files that are asked for in one transaction: each by itself would be most of a crawl's time.
const AT_ONCE: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// What the files of one kind say.
#[derive(Default)]
struct Group {
    columns: Vec<(String, Seen)>,
    uris: Vec<String>,
    bytes: u64,
    records: u64,
}

/// `Type` of a column in Glue's API: `ColumnTypeString`.
const MAX_TYPE: usize = 131_072;

/// `None` where there is no file that a classifier knows. Most files say what the table is; those of another kind do not belong to
/// it, nor do those in which no classifier finds anything.
///
/// # Errors
/// A file that the role may not read, and columns that the catalog cannot hold.
pub(super) fn infer(core: &Core, region: &str, crawl: &Crawl, found: &mut Found) -> Result<Option<Inferred>> {
    let mut groups: BTreeMap<Kind, Group> = BTreeMap::new();
    let files: Vec<_> = found.folders.values().flat_map(|folder| &folder.files).collect();
    for (index, file) in files.iter().enumerate() {
        if index.is_multiple_of(AT_ONCE) {
            permit(core, region, crawl, &found.bucket, &files[index..files.len().min(index + AT_ONCE)])?;
        }
        // A file that is deleted while it is read is not there any more.
        let Ok(opened) = File::open(core.blobs.path(&file.blob)) else { continue };
        let uri = format!("s3://{}/{}", found.bucket, file.key);
        let Ok((kind, seen, count)) = look(opened, file) else {
            found.strays.push(uri);
            continue;
        };
        if seen.is_empty() && count == 0 {
            found.strays.push(uri);
            continue;
        }
        let group = groups.entry(kind).or_default();
        seen.into_iter().for_each(|(name, seen)| add(&mut group.columns, name, seen));
        (group.bytes, group.records) = (group.bytes + file.size, group.records + count);
        group.uris.push(uri);
    }
    let most = groups.iter().max_by_key(|(_, group)| group.uris.len()).map(|(kind, _)| *kind);
    let Some((kind, group)) = most.and_then(|kind| groups.remove_entry(&kind)) else { return Ok(None) };
    found.strays.extend(groups.into_values().flat_map(|group| group.uris));
    let columns = group.columns.into_iter().map(|(name, seen)| (name, seen.known()));
    // What has the name of a partition key would be there twice.
    let columns: Vec<_> = columns.filter(|(name, _)| !found.keys.contains(name)).collect();
    columns.iter().try_for_each(|(name, hive)| fits(name, hive))?;
    let files = group.uris.len() as u64;
    Ok((!columns.is_empty()).then_some(Inferred { kind, columns, files, bytes: group.bytes, records: group.records }))
}

/// Whether the role may read the next files; and they are counted.
fn permit(core: &Core, region: &str, crawl: &Crawl, bucket: &str, files: &[&Version]) -> Result<()> {
    core.run(region, |context| {
        files.iter().try_for_each(|file| permit_s3(context, crawl, "s3:GetObject", (bucket, &file.key), &[]))?;
        s3::count(context, bucket, (0, files.len() as u64))
    })
}

fn fits(name: &str, hive: &HiveType) -> Result<()> {
    let length = hive.to_string().len();
    if length <= MAX_TYPE {
        return Ok(());
    }
    Err(invalid(format!("The type of column {name} has {length} characters; a column's type has at most {MAX_TYPE}")))
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
            let (seen, count, used) = json(file);
            // Events of the same kind shrink to about a fifth.
            Ok((Kind::JsonGzip, seen, estimate(count, used, version.size * 5)))
        }
        _ => {
            let (seen, count, used) = json(file);
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
    let seen = fields.map(|field| (field.name().to_lowercase(), Seen::of(HiveType::of(field.data_type()))));
    Ok((Kind::Parquet, seen.collect(), u64::try_from(count).unwrap_or(0)))
}

/// The columns of the first lines, how many lines these were, and how long. What of a file cannot be read says nothing.
fn json(file: File) -> Sampled {
    let (mut columns, mut count, mut used) = (vec![], 0, 0);
    let _ = lines(file, |line| {
        used += line.len() as u64 + 1;
        let line = String::from_utf8_lossy(line);
        let objects = match Json::parse(&line) {
            Ok(Json::Array(items)) => items,
            Ok(value) => vec![value],
            Err(_) => vec![],
        };
        for object in objects {
            let Json::Object(fields) = object else { continue };
            count += 1;
            for (name, value) in fields {
                add(&mut columns, name.to_lowercase(), seen(&value));
            }
        }
        Ok::<_, std::io::Error>(used < SAMPLE)
    });
    (columns, count, used)
}

fn add(columns: &mut Vec<(String, Seen)>, name: String, seen: Seen) {
    match columns.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = merge(known.clone(), seen),
        None => columns.push((name, seen)),
    }
}

fn seen(value: &Json<'_>) -> Seen {
    match value {
        Json::Null => Seen::Nothing,
        Json::Bool(_) => Seen::Type(HiveType::Boolean),
        Json::Number(digits) => Seen::Type(match digits.parse::<i64>() {
            Ok(number) if i32::try_from(number).is_ok() => HiveType::Int,
            Ok(_) => HiveType::Bigint,
            Err(_) => HiveType::Double,
        }),
        Json::Text(_) => Seen::Type(HiveType::String),
        Json::Array(items) => Seen::Array(Box::new(items.iter().map(seen).fold(Seen::Nothing, merge))),
        Json::Object(fields) => {
            let mut known = vec![];
            fields.iter().for_each(|(name, value)| add(&mut known, name.to_lowercase(), seen(value)));
            Seen::Struct(known)
        }
    }
}

/// Numbers widen; what does not go together is text.
fn merge(one: Seen, other: Seen) -> Seen {
    match (one, other) {
        (Seen::Nothing, seen) | (seen, Seen::Nothing) => seen,
        (one, other) if one == other => one,
        (Seen::Type(HiveType::Map(one_key, one)), Seen::Type(HiveType::Map(other_key, other))) => {
            let part =
                |one: Box<HiveType>, other: Box<HiveType>| Box::new(merge(Seen::of(*one), Seen::of(*other)).known());
            Seen::Type(HiveType::Map(part(one_key, other_key), part(one, other)))
        }
        (Seen::Type(one), Seen::Type(other)) => Seen::Type(wider(one, other).unwrap_or(HiveType::String)),
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

/// The number type that holds the values of two different ones; `None` for what are no numbers.
fn wider(one: HiveType, other: HiveType) -> Option<HiveType> {
    use HiveType::{Bigint, Double, Float, Int, Smallint, Tinyint};
    let rank = |hive: &HiveType| [Tinyint, Smallint, Int, Bigint, Float, Double].iter().position(|known| known == hive);
    let (least, most) = (rank(&one)?.min(rank(&other)?), rank(&one)?.max(rank(&other)?));
    // A float does not hold every whole number.
    Some(if most < 4 || least == 4 { if rank(&one)? == most { one } else { other } } else { Double })
}

impl Seen {
    /// Of a type whose parts may be merged with those of other files.
    fn of(hive: HiveType) -> Self {
        match hive {
            HiveType::Array(item) => Self::Array(Box::new(Self::of(*item))),
            HiveType::Struct(fields) => {
                Self::Struct(fields.into_iter().map(|(name, field)| (name, Self::of(field))).collect())
            }
            other => Self::Type(other),
        }
    }

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
    use std::io::Write as _;

    fn columns(lines: &str) -> Vec<String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(lines.as_bytes()).unwrap();
        let (columns, ..) = json(file);
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
    fn files_of_several_types_make_one_that_holds_them() {
        for (one, other, both) in [
            ("int", "bigint", "bigint"),
            ("smallint", "tinyint", "smallint"),
            ("float", "double", "double"),
            ("int", "float", "double"),
            ("int", "string", "string"),
            ("date", "timestamp", "string"),
            ("struct<a:int,b:array<int>>", "struct<b:array<bigint>,c:date>", "struct<a:int,b:array<bigint>,c:date>"),
            ("map<string,int>", "map<string,bigint>", "map<string,bigint>"),
        ] {
            let of = |text| Seen::of(HiveType::parse(text).unwrap());
            assert_eq!(merge(of(one), of(other)).known().to_string(), both, "{one} and {other}");
        }
    }

    #[test]
    fn a_sample_stands_for_the_whole_file() {
        assert_eq!(estimate(10, 1000, 1000), 10);
        assert_eq!(estimate(1000, SAMPLE, 10 * SAMPLE), 10_000);
    }
}
