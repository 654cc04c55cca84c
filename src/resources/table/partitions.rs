//! The partitions of a table: by day, projected from the date.
//!
//! `year` is a date in years, which ends at `NOW` whenever a query asks, so that no new year has to be declared. `month` and
//! `day` are whole numbers of two digits. The keys are strings, as a crawler declares them, so that queries stay as they are.

use super::Table;
use crate::aws::{Aws, Expect as _, Result, read};
use crate::engine::diff::Attributes;
use crate::engine::value::{Canonical, Value};
use crate::resources::managed::{Explanation, Managed};
use aws_sdk_glue::types::{Column, Table as Description};
use jiff::Timestamp;
use std::collections::BTreeMap;

const KEYS: [&str; 3] = ["year", "month", "day"];
const PROJECTION: &str = "projection.";
const TEMPLATE: &str = "storage.location.template";
const RANGE: &str = "projection.year.range";
/// In a table's parameters: its first year is the file's.
pub(super) const SINCE: &str = "pipectl:since";

/// What stands for the first year where it is compared by itself.
const FIRST: &str = "FIRST";

/// The partition keys of a table, and all parameters of its projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Partitions {
    keys: Vec<(String, String)>,
    /// None where partitions are registered in the catalog.
    projection: BTreeMap<String, String>,
    /// Where [`Partitions::daily`] would have them.
    location: String,
}

impl Partitions {
    /// By `year`, `month` and `day`, in the folders `year=2026/month=01/day=30/` below a location.
    pub(crate) fn daily(location: &str) -> Self {
        let keys = KEYS.map(|key| (key.to_owned(), "string".to_owned())).to_vec();
        Self { keys, projection: projected(location, FIRST), location: location.to_owned() }
    }

    pub(super) fn read(table: &Description) -> Self {
        let column = |key: &Column| (key.name().to_owned(), key.r#type().unwrap_or_default().to_owned());
        let parameters = table.parameters().into_iter().flatten();
        let mut projection: BTreeMap<_, _> = parameters
            .filter(|(name, _)| is_projection(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !projection.get("projection.enabled").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            projection.clear();
        } else if let Some(year) = projection.get(RANGE).and_then(|range| year_of(range)) {
            let range = projection[RANGE].replacen(&year.to_string(), FIRST, 1);
            projection.insert(RANGE.to_owned(), range);
        }
        let location = table.storage_descriptor().and_then(|storage| storage.location()).unwrap_or_default().to_owned();
        Self { keys: table.partition_keys().iter().map(column).collect(), projection, location }
    }

    pub(super) fn keys(&self) -> Vec<Column> {
        let column = |(name, kind): &(String, String)| Column::builder().name(name).r#type(kind).build();
        self.keys.iter().map(|key| column(key).expect("the name is set")).collect()
    }
}

impl Canonical for Partitions {
    fn canonical(&self) -> Value {
        let daily = Self::daily(&self.location);
        let same_keys = self.keys == daily.keys;
        if same_keys && self.projection == daily.projection {
            return "projected by day".canonical();
        }
        if same_keys && self.projection.is_empty() {
            return "registered by day".canonical();
        }
        let keys = self.keys.iter().map(|(name, kind)| format!("{name} {kind}")).collect::<Vec<_>>();
        let mut all = BTreeMap::from([("keys".to_owned(), keys.join(", ").canonical())]);
        all.extend(self.projection.iter().map(|(name, value)| (name.clone(), value.canonical())));
        Value::Map(all)
    }
}

/// The parameters of a table by day from a year on.
pub(super) fn projected(location: &str, first: impl std::fmt::Display) -> BTreeMap<String, String> {
    let folders: String = KEYS.iter().map(|key| format!("{key}=${{{key}}}/")).collect();
    let of = |key: &str, what: &str, value: &str| (format!("{PROJECTION}{key}.{what}"), value.to_owned());
    let mut all = BTreeMap::from([
        (format!("{PROJECTION}enabled"), "true".to_owned()),
        (TEMPLATE.to_owned(), format!("{}/{folders}", location.trim_end_matches('/'))),
        of("year", "type", "date"),
        of("year", "format", "yyyy"),
        of("year", "range", &format!("{first},NOW")),
        of("year", "interval", "1"),
        of("year", "interval.unit", "YEARS"),
    ]);
    for (key, range) in [("month", "1,12"), ("day", "1,31")] {
        all.extend([of(key, "type", "integer"), of(key, "range", range), of(key, "digits", "2")]);
    }
    all
}

pub(super) fn is_projection(parameter: &str) -> bool {
    parameter.starts_with(PROJECTION) || parameter == TEMPLATE
}

fn year_of(range: &str) -> Option<i32> {
    let year = range.split(',').next()?.trim();
    year.parse().ok().filter(|_| year.len() == 4)
}

/// The first year that queries look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Option<i32>);

impl Since {
    /// `None` where the file did not say it.
    pub(super) fn read(table: &Description) -> Self {
        let declared = table.parameters().filter(|all| all.contains_key(SINCE));
        Self(declared.and_then(|all| year_of(all.get(RANGE)?)))
    }
}

impl Managed for Since {
    type Call = ();

    /// Where the file does not say it, what is there is as good as anything, and nothing is compared.
    fn describe(&self, all: Attributes) -> Attributes {
        match self.0 {
            Some(year) => all.update("since", &year),
            None => all,
        }
    }

    fn explain() -> Vec<Explanation> {
        vec![Explanation::of("since", "The first year in which there may be events: Athena looks at no folder before.")]
    }

    fn calls(attribute: &str) -> &'static [()] {
        if attribute == "since" { &[()] } else { &[] }
    }
}

/// The first year of a table that is about to be made or changed: the file's; or that of the live one; or the one of the
/// first file that is there.
pub(super) async fn first_year(aws: &Aws, table: &Table, live: Option<&Description>) -> Result<i32> {
    let known = live.and_then(|live| live.parameters()).and_then(|all| year_of(all.get(RANGE)?));
    match table.since.0.or(known) {
        Some(year) => Ok(year),
        None => Ok(first_file(aws, &table.location).await?.unwrap_or_else(this_year)),
    }
}

async fn first_file(aws: &Aws, location: &str) -> Result<Option<i32>> {
    let Some((bucket, prefix)) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
        return Ok(None);
    };
    let prefix = format!("{prefix}year=");
    // In the alphabet's order, which is that of years; the first page has a thousand.
    let page = read("s3:ListBucket", || aws.s3.list_objects_v2().bucket(bucket).prefix(&prefix).delimiter("/").send());
    let Some(page) = page.await.absent()? else { return Ok(None) };
    let folders = page.common_prefixes().iter().filter_map(|folder| folder.prefix()?.strip_prefix(&prefix));
    let mut years = folders.filter_map(|folder| year_of(folder.trim_end_matches('/')));
    Ok(years.next())
}

fn this_year() -> i32 {
    Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year().into()
}
