//! What AWS would bill: quantities by day, usage type and resource, with the tags that the resource had then.
//!
//! A service counts in the transaction of what it does, so that a killed process has counted what it has done and nothing
//! else. What is there for a time is kept as a level: it is counted when it changes, and when somebody reads the record.

mod kinds;
mod metrics;

pub(crate) use kinds::*;
pub(crate) use metrics::{Metric, Point};

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::tags::Tags;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Key: day, region, service, usage type, resource.
const DAYS: &str = "metering.day";
/// Key: region, service, usage type, resource.
const LEVELS: &str = "metering.level";

const GIB: f64 = (1_u64 << 30) as f64;

/// What a resource has used in a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Used {
    pub(crate) day: Date,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) usage_type: String,
    pub(crate) operation: String,
    pub(crate) unit: String,
    pub(crate) resource: String,
    /// Empty, where AWS's bill has no resource.
    pub(crate) tags: Tags,
    pub(crate) quantity: f64,
    /// Its price in a list.
    pub(crate) priced_as: String,
}

/// Bytes that are there, and since when, in milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Level {
    bytes: f64,
    since: i64,
    used: Used,
}

impl Level {
    /// What they are from then until `now`, by days: a month's hours are those of its days.
    fn until(&self, now: Timestamp) -> Vec<Used> {
        let mut all = vec![];
        let Ok(mut from) = Timestamp::from_millisecond(self.since) else { return all };
        while from < now {
            let day = day_of(from);
            let next = day.tomorrow().ok().and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|day| day.timestamp());
            let Some(end) = next.map(|next| next.min(now)) else { break };
            let hours = end.duration_since(from).as_secs_f64() / 3600.0;
            let of_month = f64::from(day.days_in_month()) * 24.0;
            let quantity = self.bytes / GIB * hours / of_month;
            all.push(Used { day, quantity, ..self.used.clone() });
            from = end;
        }
        all
    }
}

fn day_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

fn place(used: &Used) -> String {
    format!("{}/{}/{}/{}", used.region, used.service, used.usage_type, used.resource)
}

impl Context<'_> {
    /// Counts what a resource has used now, in the kind's unit.
    pub(crate) fn meter(&self, kind: &Kind, resource: &str, quantity: f64) -> Result<()> {
        if quantity == 0.0 {
            return Ok(());
        }
        self.count(Used { quantity, ..self.used(kind, resource)? })
    }

    /// Changes how many bytes of a resource are there.
    pub(crate) fn meter_level(&self, kind: &Kind, resource: &str, change: f64) -> Result<()> {
        let used = self.used(kind, resource)?;
        let key = place(&used);
        let before = self.documents.get(LEVELS, &key)?.map(serde_json::from_value::<Level>).transpose();
        let before = before.map_err(ApiError::internal)?;
        let bytes = before.as_ref().map_or(0.0, |level| level.bytes) + change;
        for used in before.into_iter().flat_map(|level| level.until(self.now)) {
            self.count(used)?;
        }
        if bytes <= 0.0 {
            return self.documents.remove(LEVELS, &key).map(drop);
        }
        let level = Level { bytes, since: self.now.as_millisecond(), used };
        self.documents.put(LEVELS, &key, &serde_json::to_value(level).map_err(ApiError::internal)?)
    }

    /// All that is there of a resource goes.
    pub(crate) fn meter_nothing(&self, kind: &Kind, resource: &str) -> Result<()> {
        self.meter_level(kind, resource, f64::NEG_INFINITY)
    }

    fn used(&self, kind: &Kind, resource: &str) -> Result<Used> {
        Ok(Used {
            day: day_of(self.now),
            region: self.region.to_owned(),
            service: kind.service.to_owned(),
            usage_type: kind.usage_type(self.region),
            operation: kind.operation.to_owned(),
            unit: kind.unit.to_owned(),
            resource: resource.to_owned(),
            tags: if kind.tagged { self.tags(resource)? } else { Tags::new() },
            quantity: 0.0,
            priced_as: kind.priced_as.to_owned(),
        })
    }

    fn count(&self, used: Used) -> Result<()> {
        let key = format!("{}/{}", used.day, place(&used));
        let before = self.documents.get(DAYS, &key)?.and_then(|before| before["quantity"].as_f64()).unwrap_or(0.0);
        let used = Used { quantity: before + used.quantity, ..used };
        self.documents.put(DAYS, &key, &serde_json::to_value(used).map_err(ApiError::internal)?)
    }

    /// What was used from one day on and before another one, in all regions, with what is there until now.
    pub(crate) fn metered(&self, from: Date, end: Date) -> Result<Vec<Used>> {
        let read = |document| serde_json::from_value::<Used>(document).map_err(ApiError::internal);
        let mut all = BTreeMap::new();
        let mut day = from;
        while day < end {
            for (key, document) in self.documents.list(DAYS, &format!("{day}/"))? {
                all.insert(key, read(document)?);
            }
            day = day.checked_add(1.day()).map_err(ApiError::internal)?;
        }
        for (_, level) in self.documents.list(LEVELS, "")? {
            let level = serde_json::from_value::<Level>(level).map_err(ApiError::internal)?;
            for used in level.until(self.now).into_iter().filter(|used| (from..end).contains(&used.day)) {
                let entry = all.entry(format!("{}/{}", used.day, place(&used)));
                let quantity = used.quantity;
                entry.and_modify(|before: &mut Used| before.quantity += quantity).or_insert(used);
            }
        }
        Ok(all.into_values().collect())
    }
}

#[cfg(test)]
mod tests;
