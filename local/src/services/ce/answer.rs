//! GetCostAndUsage.

use super::filter::Seen;
use super::{invalid, prices, tags};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::metering::{COSTS_ASKED, Used};
use crate::service::Input;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Groups of a page.
const MOST_GROUPS: usize = 500;
/// All the same here: nothing is reserved, nothing discounted.
const COSTS: [&str; 6] =
    ["UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "UsageQuantity"];

/// What of a time belongs together.
#[derive(Default)]
struct Sum {
    quantity: f64,
    /// By region and price: what each has of it.
    priced: BTreeMap<(String, String), f64>,
    units: std::collections::BTreeSet<String>,
}

impl Sum {
    fn add(&mut self, used: &Used) {
        self.quantity += used.quantity;
        *self.priced.entry((used.region.clone(), used.priced_as.clone())).or_default() += used.quantity;
        self.units.insert(used.unit.clone());
    }

    /// A cost is left out where no price is known for some of it: AWS would have one, and 0 would be a lie.
    fn metrics(&self, asked: &[String]) -> Value {
        let cost: Option<f64> =
            self.priced.iter().map(|((region, kind), quantity)| prices::cost(region, kind, *quantity)).sum();
        let unit = match self.units.len() {
            1 => self.units.first().cloned().unwrap_or_default(),
            _ => "N/A".to_owned(),
        };
        let one = |name: &String| {
            let value = match name.as_str() {
                "UsageQuantity" => json!({"Amount": format!("{:.10}", self.quantity), "Unit": unit}),
                _ => json!({"Amount": format!("{:.10}", cost?), "Unit": "USD"}),
            };
            Some((name.clone(), value))
        };
        Value::Object(asked.iter().filter_map(one).collect::<Map<_, _>>())
    }
}

pub(super) fn get_cost_and_usage(context: &Context<'_>, input: &Value) -> Result<Value> {
    let asked = input.texts("Metrics");
    if let Some(other) = asked.iter().find(|name| !COSTS.contains(&name.as_str())) {
        return Err(invalid(format!("Invalid metric: {other}")));
    }
    let times = times(input)?;
    let groups = input["GroupBy"].as_array().cloned().unwrap_or_default();
    if groups.len() > 2 {
        return Err(invalid("GroupBy can have at most 2 keys"));
    }
    let (Some((from, _)), Some((_, end))) = (times.first().copied(), times.last().copied()) else {
        return Err(invalid("Start date (and hour) should be before end date (and hour)"));
    };
    let active = tags::active(context)?;
    let seen = Seen { active: &active, account: context.account };
    let mut fitting = vec![];
    for used in context.metered(from, end)? {
        if input["Filter"].is_null() || seen.fits(&used, &input["Filter"])? {
            fitting.push(used);
        }
    }
    context.meter(&COSTS_ASKED, "", 1.0)?;
    let closed = context.now.to_zoned(TimeZone::UTC).date().first_of_month();
    let mut results = vec![];
    for (start, end) in times {
        let mut sums = BTreeMap::<Vec<String>, Sum>::new();
        for used in fitting.iter().filter(|used| (start..end).contains(&used.day)) {
            sums.entry(keys(&seen, used, &groups)?).or_default().add(used);
        }
        let mut result = json!({
            "TimePeriod": {"Start": start.to_string(), "End": end.to_string()},
            "Total": {}, "Groups": [], "Estimated": end > closed,
        });
        match groups.is_empty() {
            true => result["Total"] = sums.into_values().next().unwrap_or_default().metrics(&asked),
            false => {
                let one = |(keys, sum): (Vec<String>, Sum)| json!({"Keys": keys, "Metrics": sum.metrics(&asked)});
                result["Groups"] = sums.into_iter().map(one).collect();
            }
        }
        results.push(result);
    }
    paged(context, input, results, &groups)
}

/// As many times as fit on a page.
fn paged(context: &Context<'_>, input: &Value, results: Vec<Value>, groups: &[Value]) -> Result<Value> {
    let most = results.iter().map(|result| result["Groups"].as_array().map_or(0, Vec::len)).max().unwrap_or(0);
    let limit = MOST_GROUPS / most.max(1);
    let bad_token = || ApiError::new("InvalidNextTokenException", "The pagination token is invalid.");
    let page = context.page(results, input.optional("NextPageToken"), Some(limit.max(1)), MOST_GROUPS, bad_token)?;
    let definitions = if groups.is_empty() { Value::Null } else { groups.into() };
    Ok(json!({
        "ResultsByTime": page.items, "GroupDefinitions": definitions, "DimensionValueAttributes": [],
        "NextPageToken": page.next,
    }))
}

fn keys(seen: &Seen<'_>, used: &Used, groups: &[Value]) -> Result<Vec<String>> {
    let key = |group: &Value| {
        let key = group.text("Key")?;
        match group.optional("Type") {
            Some("TAG") => Ok(format!("{key}${}", seen.tag(used, key))),
            Some("DIMENSION") => seen.dimension(used, key),
            other => Err(invalid(format!("Local AWS does not group by {}", other.unwrap_or_default()))),
        }
    };
    groups.iter().map(key).collect()
}

/// The days or the months of what is asked for; the first and the last may be parts of one.
fn times(input: &Value) -> Result<Vec<(Date, Date)>> {
    let date = |name: &str| {
        let text = input["TimePeriod"].text(name)?;
        text.parse::<Date>().map_err(|_| invalid(format!("{name} date is no date: {text}")))
    };
    let (mut start, end) = (date("Start")?, date("End")?);
    let mut times = vec![];
    while start < end {
        let next = match input.optional("Granularity") {
            Some("DAILY") => start.checked_add(1.day()),
            Some("MONTHLY") => start.last_of_month().checked_add(1.day()),
            _ => return Err(invalid("Local AWS counts by the day: hourly granularity is not there")),
        };
        let next = next.map_err(ApiError::internal)?.min(end);
        times.push((start, next));
        start = next;
    }
    Ok(times)
}
