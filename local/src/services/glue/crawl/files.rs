//! What is below a crawler's target: files, in folders that may be partitions.

use super::{Crawl, permit_s3, place};
use crate::api_error::Result;
use crate::core::Core;
use crate::service::Input;
use crate::services::iam::like;
use crate::services::s3;
use crate::services::s3::versions::{self, Version};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a target holds.
pub(super) struct Found {
    pub(super) bucket: String,
    /// With its slash at the end.
    pub(super) prefix: String,
    /// The names of the partition keys; none where files lie in the target itself.
    pub(super) keys: Vec<String>,
    /// Files by the values of the keys.
    pub(super) folders: BTreeMap<Vec<String>, Folder>,
    /// URIs of what lies in other folders than the table has.
    pub(super) strays: Vec<String>,
}

pub(super) struct Folder {
    /// Below the target: `year=2018/month=01/`.
    pub(super) path: String,
    pub(super) files: Vec<Version>,
}

/// "Glue does not consider files whose names begin with `_` or `.`", nor what other programs leave as folders.
fn is_data(rest: &str) -> bool {
    let hidden = rest.split('/').any(|part| part.starts_with('_') || part.starts_with('.'));
    !hidden && !rest.ends_with('/') && !rest.ends_with("_$folder$") && !rest.is_empty()
}

/// `**` for any folders, `*` within one: close enough to a glob for the exclusions that people write.
fn excluded(target: &Value, rest: &str) -> bool {
    target.texts("Exclusions").iter().any(|pattern| like(&pattern.replace("**", "*"), rest))
}

/// `known` are the partition keys that the table has by now: a crawl does not change them, whatever is found.
pub(super) fn find(
    core: &Core,
    region: &str,
    crawl: &Crawl,
    target: &Value,
    known: Option<Vec<String>>,
) -> Result<Found> {
    let (bucket, prefix) = place(target.text("Path")?)?;
    let all = core.run(region, |context| {
        // Both are in AWS's list of what crawlers and jobs need ("AWS managed policy: AWSGlueServiceRole").
        permit_s3(context, crawl, "s3:GetBucketLocation", (&bucket, ""), &[])?;
        permit_s3(context, crawl, "s3:ListBucket", (&bucket, ""), &[("s3:prefix", &prefix)])?;
        let all = versions::list(context, &bucket, &prefix)?;
        s3::count(context, &bucket, (s3::lists_of(all.iter().map(|file| file.key.as_str())), 0))?;
        Ok(all)
    })?;
    let is_there = |file: &Version| file.is_latest && !file.is_marker && file.size > 0;
    let wanted = |rest: &str| is_data(rest) && !excluded(target, rest);
    let files = all.into_iter().filter(|file| is_there(file) && wanted(&file.key[prefix.len()..])).collect();
    Ok(sorted(bucket, prefix, files, known))
}

/// All folders of one table are as deep as most of them are; another shape would be another table.
fn sorted(bucket: String, prefix: String, files: Vec<Version>, known: Option<Vec<String>>) -> Found {
    let shape = |file: &Version| {
        let path = file.key[prefix.len()..].rsplit_once('/').map_or("", |(path, _)| path);
        (path.to_owned(), partition(path))
    };
    let keys = known.unwrap_or_else(|| {
        let mut shapes: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        files.iter().for_each(|file| *shapes.entry(shape(file).1.0).or_default() += 1);
        shapes
            .into_iter()
            .max_by_key(|(names, count)| (*count, names.len()))
            .map(|(names, _)| names)
            .unwrap_or_default()
    });
    let mut found = Found { bucket, prefix: prefix.clone(), keys, folders: BTreeMap::new(), strays: vec![] };
    for file in files {
        let (path, (names, values)) = shape(&file);
        if names != found.keys {
            found.strays.push(format!("s3://{}/{}", found.bucket, file.key));
            continue;
        }
        let path = if path.is_empty() { path } else { format!("{path}/") };
        found.folders.entry(values).or_insert_with(|| Folder { path, files: vec![] }).files.push(file);
    }
    found
}

/// `year=2018/x` is `year` and `partition_1`, with the values `2018` and `x`.
fn partition(path: &str) -> (Vec<String>, Vec<String>) {
    let parts = path.split('/').filter(|part| !part.is_empty()).enumerate();
    parts
        .map(|(index, part)| match part.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
                (name.to_lowercase(), value)
            }
            _ => (format!("partition_{index}"), part.to_owned()),
        })
        .unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_the_values_of_partitions() {
        let (names, values) = partition("Year=2018/month=01/eu%20west");
        assert_eq!(names, ["year", "month", "partition_2"]);
        assert_eq!(values, ["2018", "01", "eu%20west"]);
        assert_eq!(partition("a=b%2Fc").1, ["b/c"]);
        assert_eq!(partition(""), (vec![], vec![]));
    }

    #[test]
    fn what_begins_with_an_underscore_is_no_data() {
        assert!(is_data("year=2018/file.gz") && is_data("file"));
        for other in ["_SUCCESS", "year=2018/.part", "_tmp/file", "year=2018/", "x_$folder$", ""] {
            assert!(!is_data(other), "{other}");
        }
    }
}
