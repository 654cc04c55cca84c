//! How often callers may call: a bucket of tokens for each method and each key, and quotas of the plans.

use super::super::account;
use super::Front;
use super::exposed::{Exposed, Found, Key};
use super::refusal::Refusal;
use crate::api_error::ApiError;
use crate::context::Context;
use crate::core::Core;
use crate::service::Worker;
use crate::tokens::{Rate, Tokens};
use futures::FutureExt as _;
use jiff::civil::Weekday;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Key: plan, key, first day of the period. Kept by the pass: a killed process forgets the last moments, and AWS
/// does not promise to count exactly either ("quotas are applied on a best-effort basis").
const USAGE: &str = "apigateway.usage";

pub(crate) const WORKER: Worker = Worker { pass: |core| pass(core).boxed(), due: |_| None };

#[derive(Debug, Default)]
pub(super) struct Limits {
    tokens: Tokens,
    used: Mutex<HashMap<String, Used>>,
}

#[derive(Debug, Default)]
struct Used {
    requests: u64,
    kept: bool,
}

impl Limits {
    /// # Errors
    /// `Too Many Requests` of a rate, `Limit Exceeded` of a quota.
    pub(super) fn admit(
        &self,
        core: &Core,
        exposed: &Exposed,
        found: &Found<'_>,
        key: Option<&Key>,
        millis: i64,
    ) -> Result<(), Refusal> {
        // The nearest setting is the one that counts: the method's, then that of all.
        let resource = found.resource.trim_start_matches('/');
        let places = [format!("{resource}/{}", found.verb), format!("{resource}/*"), "*/*".to_owned()];
        let stage = places.iter().find_map(|place| exposed.throttles.get(place));
        // A stage's limits are those of each of its methods: preflights take nothing from the events.
        let bucket = |throttle: &Rate| {
            (format!("{}/{}/{}/{}", exposed.api, exposed.stage, found.verb, found.resource), *throttle)
        };
        let stage = stage.map(bucket);
        let plan = key.and_then(|key| Some((format!("{}/{}", key.plan, key.id), key.throttle?)));
        for (name, throttle) in plan.into_iter().chain(stage) {
            if !self.tokens.take(name, throttle, 1.0, millis) {
                return Err(Refusal::THROTTLED);
            }
        }
        let all = format!("apigateway/{}", exposed.region);
        if !core.quotas.admit(all, account::rate(&exposed.region), 1.0, millis) {
            return Err(Refusal::THROTTLED);
        }
        match key {
            Some(key) => self.count(core, key, millis),
            None => Ok(()),
        }
    }

    fn count(&self, core: &Core, key: &Key, millis: i64) -> Result<(), Refusal> {
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((limit, period)) = &key.quota {
            let used = counted(&mut all, core, format!("{}/{}/{}", key.plan, key.id, begins(period, millis)));
            if used.requests >= *limit {
                return Err(Refusal::QUOTA);
            }
            used.add();
        }
        // What GetUsage tells, quota or not.
        counted(&mut all, core, of_day(&key.plan, &key.id, &begins("DAY", millis))).add();
        Ok(())
    }
}

fn counted<'a>(all: &'a mut HashMap<String, Used>, core: &Core, name: String) -> &'a mut Used {
    all.entry(name).or_insert_with_key(|name| {
        let before = core.store.read(USAGE, name).ok().flatten().and_then(|count| count.as_u64());
        Used { requests: before.unwrap_or(0), kept: true }
    })
}

/// How many requests a key has made on a day, `2026-11-26`, but for the last moments.
pub(crate) fn made(context: &Context<'_>, plan: &str, key: &str, day: &str) -> Result<u64, ApiError> {
    let count = context.documents.get(USAGE, &of_day(plan, key, day))?;
    Ok(count.and_then(|count| count.as_u64()).unwrap_or(0))
}

/// Not the name of a quota's period, which may begin on the same day.
fn of_day(plan: &str, key: &str, day: &str) -> String {
    format!("{plan}/{key}/on/{day}")
}

impl Used {
    fn add(&mut self) {
        self.requests += 1;
        self.kept = false;
    }
}

/// The first day of the period that a time is in, in UTC.
fn begins(period: &str, millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    let date = time.to_zoned(TimeZone::UTC).date();
    let first = match period {
        "DAY" => date,
        "WEEK" => date.tomorrow().and_then(|next| next.nth_weekday(-1, Weekday::Sunday)).unwrap_or(date),
        _ => date.first_of_month(),
    };
    first.to_string()
}

async fn pass(core: &Arc<Core>) -> bool {
    let changed: Vec<_> = {
        let front = core.slot::<Front>();
        let mut all = front.limits.used.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = all.iter_mut().filter(|(_, used)| !used.kept);
        changed
            .map(|(name, used)| {
                used.kept = true;
                (name.clone(), used.requests)
            })
            .collect()
    };
    if !changed.is_empty() {
        let _ = core.store.transact(|documents| {
            changed.iter().try_for_each(|(name, count)| documents.put(USAGE, name, &json!(count)))
        });
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_on_its_first_day() {
        let millis = "2018-01-31T23:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let all = ["DAY", "WEEK", "MONTH"].map(|period| begins(period, millis));
        assert_eq!(all, ["2018-01-31", "2018-01-28", "2018-01-01"]);
        let sunday = "2018-01-28T00:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        assert_eq!(begins("WEEK", sunday), "2018-01-28");
    }
}
