//! CloudWatch: metrics of the services, and alarms over them. What is measured is in the record of [`crate::metering`].

mod alarms;
mod evaluate;

pub(crate) use evaluate::WORKER;

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::metering::{Metric, Point};
use crate::model;
use crate::service::{Input, Need, Protocol, Service, operation_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) static SERVICE: Service = Service {
    scope: "monitoring",
    prefix: "cloudwatch",
    protocol: Protocol::Json { message: "message" },
    model: &model::CLOUDWATCH,
    operations: &[
        ("GetMetricData", get_metric_data),
        ("PutMetricAlarm", alarms::put_metric_alarm),
        ("DescribeAlarms", alarms::describe_alarms),
        ("DeleteAlarms", alarms::delete_alarms),
        ("SetAlarmState", evaluate::set_alarm_state),
        ("EnableAlarmActions", alarms::enable_alarm_actions),
        ("DisableAlarmActions", alarms::disable_alarm_actions),
        ("TagResource", alarms::tag_resource),
        ("UntagResource", alarms::untag_resource),
        ("ListTagsForResource", alarms::list_tags_for_resource),
    ],
    needs,
    whole: None,
};

/// To make an alarm with tags one has to be allowed `cloudwatch:TagResource` as well.
fn needs(context: &Context<'_>, action: &str, input: &Value) -> Result<Vec<Need>> {
    let resource = resource(context, input);
    let tagging = operation_of(action) == "PutMetricAlarm" && !input["Tags"].is_null();
    let also = tagging.then(|| Need::of("cloudwatch:TagResource", resource.clone()));
    Ok([Need::of(action, resource)].into_iter().chain(also).collect())
}

/// An alarm, or where several or none are named, all of them.
fn resource(context: &Context<'_>, input: &Value) -> String {
    if input["MetricDataQueries"].is_array() {
        return "*".to_owned();
    }
    let names = input.texts("AlarmNames");
    let named = input.optional("AlarmName").or_else(|| names.first().filter(|_| names.len() == 1).map(String::as_str));
    let arn = input.optional("ResourceARN").map(str::to_owned);
    arn.unwrap_or_else(|| alarms::arn(context, named.unwrap_or("*")))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

fn get_metric_data(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (start, end) = (second(&input["StartTime"]), second(&input["EndTime"]));
    if start >= end {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let mut results = vec![];
    for query in input["MetricDataQueries"].as_array().into_iter().flatten() {
        let id = query.text("Id")?;
        if query["MetricStat"].is_null() {
            return Err(invalid(format!("Error in expression '{id}': Local AWS has no metric math")));
        }
        let mut points = statistics(context, &query["MetricStat"], (start, end))?;
        if input.optional("ScanBy") != Some("TimestampAscending") {
            points.reverse();
        }
        let label = query.optional("Label").or_else(|| query["MetricStat"]["Metric"].optional("MetricName"));
        let (times, values): (Vec<_>, Vec<_>) = points.into_iter().unzip();
        if query["ReturnData"] != false {
            results.push(json!({
                "Id": id, "Label": label, "Timestamps": times, "Values": values, "StatusCode": "Complete",
            }));
        }
    }
    Ok(json!({"MetricDataResults": results, "Messages": []}))
}

fn second(time: &Value) -> i64 {
    let text = time.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(jiff::Timestamp::as_second);
    text.or_else(|| time.as_f64().map(|seconds| seconds as i64)).unwrap_or_default()
}

/// A value for each period in which there is something, the earliest first.
fn statistics(context: &Context<'_>, asked: &Value, (start, end): (i64, i64)) -> Result<Vec<(i64, f64)>> {
    let period = asked.number("Period").filter(|period| *period > 0 && period % 60 == 0);
    let period = period.ok_or_else(|| invalid("Period must be a multiple of 60: Local AWS measures by the minute"))?;
    let value = statistic(asked.text("Stat")?)?;
    let metric = &asked["Metric"];
    // Each metric has one dimension here; another set of them is another metric, in which there is nothing.
    let dimensions = metric["Dimensions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [dimension] = dimensions else { return Ok(vec![]) };
    let metric = Metric {
        namespace: metric.text("Namespace")?,
        name: metric.text("MetricName")?,
        dimension: (dimension.text("Name")?, dimension.text("Value")?),
    };
    let begin = |second: i64| second.div_euclid(period) * period;
    let mut periods = BTreeMap::<i64, Point>::new();
    for (second, point) in context.measured(metric, (begin(start), end))? {
        periods.entry(begin(second)).and_modify(|before| *before = before.with(point)).or_insert(point);
    }
    Ok(periods.into_iter().map(|(second, point)| (second, value(point))).collect())
}

fn statistic(name: &str) -> Result<fn(Point) -> f64> {
    Ok(match name {
        "Sum" => |point| point.sum,
        "Average" => |point| point.sum / point.samples,
        "SampleCount" => |point| point.samples,
        "Minimum" => |point| point.least,
        "Maximum" => |point| point.most,
        other => return Err(invalid(format!("Local AWS does not have the statistic {other}"))),
    })
}
