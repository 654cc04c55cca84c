//! CloudWatch's metrics of the services, by the minute.

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Key: region, namespace, name, dimension, hour. A document has an hour's minutes.
const METRICS: &str = "metering.metric";

/// A metric with its one dimension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metric<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) dimension: (&'a str, &'a str),
}

/// What was measured in a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) samples: f64,
    pub(crate) sum: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Point {
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            sum: self.sum + other.sum,
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }
}

impl Metric<'_> {
    fn place(&self, region: &str) -> String {
        let (name, value) = self.dimension;
        format!("{region}/{}/{}/{name}={value}/", self.namespace, self.name)
    }
}

impl Context<'_> {
    pub(crate) fn measure(&self, metric: Metric<'_>, value: f64) -> Result<()> {
        let minute = self.now.as_second().div_euclid(60);
        let key = format!("{}{:09}", metric.place(self.region), minute.div_euclid(60));
        let mut hour = self.documents.get(METRICS, &key)?.map(read).transpose()?.unwrap_or_default();
        let point = Point { samples: 1.0, sum: value, least: value, most: value };
        hour.entry(minute).and_modify(|before| *before = before.with(point)).or_insert(point);
        self.documents.put(METRICS, &key, &serde_json::to_value(hour).map_err(ApiError::internal)?)
    }

    /// The minutes in which there is something, in seconds since 1970.
    pub(crate) fn measured(&self, metric: Metric<'_>, (from, end): (i64, i64)) -> Result<BTreeMap<i64, Point>> {
        let mut all = BTreeMap::new();
        for (_, hour) in self.documents.list(METRICS, &metric.place(self.region))? {
            all.extend(read(hour)?.into_iter().map(|(minute, point)| (minute * 60, point)));
        }
        all.retain(|second, _| (from..end).contains(second));
        Ok(all)
    }
}

fn read(document: serde_json::Value) -> Result<BTreeMap<i64, Point>> {
    serde_json::from_value(document).map_err(ApiError::internal)
}
