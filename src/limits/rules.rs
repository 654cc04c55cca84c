//! What is held against each limit as the load grows.

use super::load::{DAYS, Load};
use super::show::amount;
use super::table::{Limit, Source, Unit};
use super::{Finding, Subject};
use crate::config::{Front, Function, Period};

/// Where a pipeline takes no more, and how far it is from there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wall {
    pub(crate) id: &'static str,
    /// The key of the file that it is about.
    pub(crate) key: &'static str,
    /// What it is, in words.
    pub(crate) name: String,
    /// What this load takes of it, and what there is.
    pub(crate) asked: f64,
    pub(crate) limit: f64,
    pub(crate) unit: Unit,
    /// Events a month from which on more is asked than there is, at this peak.
    pub(crate) at: f64,
    /// AWS's limit. `None`: the file's own.
    pub(crate) of: Option<&'static Limit>,
    pub(crate) source: Source,
    pub(crate) hint: String,
    /// What asks, with `{}` for how much.
    says: &'static str,
}

impl Wall {
    pub(crate) fn is_hit(&self) -> bool {
        is_more(self.asked, self.limit)
    }

    pub(super) fn finding(self) -> Finding {
        let Self { id, key, name, asked, limit, unit, of, source, hint, says, .. } = self;
        let says = says.replace("{}", &amount(asked, unit));
        let message = format!("{says}, and {name} takes {}", amount(limit, unit));
        Finding { id, key, message, asked, limit, unit, hint, of, source }
    }
}

/// Beyond what floating point makes of a sum that fits exactly.
pub(super) fn is_more(asked: f64, limit: f64) -> bool {
    asked > limit * (1.0 + 1e-9)
}

/// A limit and what counts against it.
struct Rule {
    id: &'static str,
    /// `None`: this pipeline has no such thing.
    bound: fn(&Subject<'_>) -> Option<Bound>,
    /// Never less for more events.
    asked: fn(&Subject<'_>, &Load) -> f64,
    /// What asks, with `{}` for how much.
    says: &'static str,
}

/// How much there is, and whose word that is.
struct Bound {
    limit: f64,
    unit: Unit,
    key: &'static str,
    name: String,
    of: Option<&'static Limit>,
    source: Source,
    hint: String,
}

const COME: &str = "{} come in the busiest second";
const NEEDED: &str = "{} are needed in the busiest second";
const SENT: &str = "`track` sends {} in the busiest second";

const fn rule(
    id: &'static str,
    bound: fn(&Subject<'_>) -> Option<Bound>,
    asked: fn(&Subject<'_>, &Load) -> f64,
    says: &'static str,
) -> Rule {
    Rule { id, bound, asked, says }
}

const RULES: &[Rule] = &[
    rule("ingest.throttle", throttle, |_, load| load.requests(), COME),
    rule("ingest.quota", quota, in_period, "{} come while a quota counts"),
    rule("apigw.rate", api_rate, |_, load| load.requests() * (1.0 + load.preflights), COME),
    rule("track.concurrency", concurrency, |s, load| calls(s, load) * load.track_ms / 1000.0, NEEDED),
    rule("track.rate", call_rate, calls, COME),
    rule("firehose.requests", |s| firehose(s, "firehose.requests"), |_, load| load.batches(), SENT),
    rule("firehose.records", |s| firehose(s, "firehose.records"), |_, load| load.records(), SENT),
    rule("firehose.bytes", |s| firehose(s, "firehose.bytes"), |_, load| load.bytes(), SENT),
    rule("mover.concurrency", moves, |s, load| files(s, load) * load.mover_ms / 1000.0, NEEDED),
    rule("s3.put", puts, files, "{} are sent in the busiest second"),
    rule(
        "query.scan_limit",
        scan_limit,
        |s, load| load.table_bytes(s.pipeline),
        "a query over the whole table reads {}",
    ),
    rule("athena.timeout", query_time, query_minutes, "a query over the whole table takes {}"),
];

fn calls(subject: &Subject<'_>, load: &Load) -> f64 {
    load.calls(subject.pipeline)
}

fn files(subject: &Subject<'_>, load: &Load) -> f64 {
    load.files(subject.pipeline)
}

fn in_period(subject: &Subject<'_>, load: &Load) -> f64 {
    load.requests_per_month() * period(subject) / DAYS
}

fn query_minutes(subject: &Subject<'_>, load: &Load) -> f64 {
    load.table_bytes(subject.pipeline) / GB / load.athena_gb_per_second.max(1e-9) / 60.0
}

const GB: f64 = (1_u64 << 30) as f64;
/// What a finding is about that follows from how much is sent.
const EVENTS: &str = "usage.events_per_month";
const THROTTLING: Source = Source {
    title: "Throttle requests to your REST APIs for better throughput in API Gateway",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
};
const USAGE_PLANS: Source = Source {
    title: "Usage plans and API keys for REST APIs in API Gateway",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
};
const CONCURRENCY: Source = Source {
    title: "Understanding Lambda function scaling",
    url: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
};
const WORKGROUP: Source = Source {
    title: "Configure per-query and per-workgroup data usage controls",
    url: "https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html",
};

/// Those that this pipeline has, in the order of the way.
pub(super) fn walls(subject: &Subject<'_>, load: &Load) -> Vec<Wall> {
    let wall = |rule: &Rule| {
        let Bound { limit, unit, key, name, of, source, hint } = (rule.bound)(subject)?;
        let asked = |load: &Load| (rule.asked)(subject, load);
        let at = hit_at(limit, &|events| asked(&load.at(events)));
        let (id, says, asked) = (rule.id, rule.says, asked(load));
        Some(Wall { id, key, name, asked, limit, unit, at, of, source, hint, says })
    };
    RULES.iter().filter_map(wall).collect()
}

/// The most events a month that still fit; infinite where any number does.
fn hit_at(limit: f64, asked: &dyn Fn(f64) -> f64) -> f64 {
    let (mut fits, mut hit) = (0.0, 1e18);
    if !is_more(asked(hit), limit) {
        return f64::INFINITY;
    }
    for _ in 0..128 {
        let middle = f64::midpoint(fits, hit);
        *(if is_more(asked(middle), limit) { &mut hit } else { &mut fits }) = middle;
    }
    fits
}

/// The stage's: what each key may send comes out of it.
fn throttle(subject: &Subject<'_>) -> Option<Bound> {
    let ingest = &subject.pipeline.ingest;
    subject.pipeline.has_front(Front::RestApi).then(|| Bound {
        limit: ingest.throttle.rate.per_second(),
        unit: Unit::RequestsPerSecond,
        key: "ingest.throttle.rate",
        name: "`ingest.throttle.rate`".to_owned(),
        of: None,
        source: THROTTLING,
        hint: "raise `ingest.throttle.rate`, or send more events in a request; what is over it is answered 429".into(),
    })
}

fn quota(subject: &Subject<'_>) -> Option<Bound> {
    let ingest = &subject.pipeline.ingest;
    let quota = ingest.quota.as_ref().filter(|_| subject.pipeline.has_front(Front::RestApi))?;
    let keys = ingest.api_keys.len().max(1);
    Some(Bound {
        limit: f64::from(quota.requests) * keys as f64,
        unit: Unit::Requests,
        key: "ingest.quota.requests",
        name: format!("`ingest.quota` of {keys} key{} a {}", if keys == 1 { "" } else { "s" }, quota.per),
        of: None,
        source: USAGE_PLANS,
        hint: "raise `ingest.quota.requests`, or leave `ingest.quota` out; what is over it is answered 429".into(),
    })
}

/// Days in which a quota's requests may be made.
fn period(subject: &Subject<'_>) -> f64 {
    match subject.pipeline.ingest.quota.as_ref().map(|quota| quota.per) {
        Some(Period::Day) => 1.0,
        Some(Period::Week) => 7.0,
        Some(Period::Month) | None => DAYS,
    }
}

/// One that AWS has set for the account.
fn aws(subject: &Subject<'_>, id: &str, key: &'static str, advice: &str) -> Option<Bound> {
    let limit = Limit::of(id)?;
    Some(Bound {
        limit: subject.value(limit),
        unit: limit.unit,
        key,
        name: format!("{} ({}) in {}", limit.service, limit.name, subject.region),
        of: Some(limit),
        source: limit.source,
        hint: format!("{advice}; {}", limit.how_raised()),
    })
}

fn api_rate(subject: &Subject<'_>) -> Option<Bound> {
    let has = subject.pipeline.has_front(Front::RestApi);
    has.then(|| aws(subject, "apigw.rate", EVENTS, "send more events in a request (`usage.events_per_request`)"))?
}

fn firehose(subject: &Subject<'_>, id: &str) -> Option<Bound> {
    let advice = match id {
        "firehose.bytes" => "send smaller events, or from a region where a stream takes more",
        _ => "send more events in a request (`usage.events_per_request`)",
    };
    aws(subject, id, EVENTS, advice)
}

/// Executions at once that a function may have: its reservation, or what nobody has reserved.
fn executions(subject: &Subject<'_>, function: &Function, key: &'static str) -> Option<Bound> {
    if let Some(reserved) = function.reserved_concurrency {
        return Some(Bound {
            limit: f64::from(reserved),
            unit: Unit::Executions,
            key,
            name: format!("`{key}`"),
            of: None,
            source: CONCURRENCY,
            hint: format!("raise `{key}`, or leave it out"),
        });
    }
    let all = aws(subject, "lambda.concurrency", EVENTS, "what the account's other functions take comes out of it")?;
    let limit = subject.account.unreserved.unwrap_or(all.limit - reserved(subject)).max(0.0);
    Some(Bound { limit, ..all })
}

/// Of the account's executions, by this file.
pub(super) fn reserved(subject: &Subject<'_>) -> f64 {
    let mover = subject.pipeline.has_mover().then_some(&subject.pipeline.mover.function);
    let functions = [Some(&subject.pipeline.ingest.function), mover];
    functions.into_iter().flatten().filter_map(|function| function.reserved_concurrency).map(f64::from).sum()
}

pub(super) const TRACK: &str = "ingest.function.reserved_concurrency";
pub(super) const MOVER: &str = "mover.function.reserved_concurrency";

fn concurrency(subject: &Subject<'_>) -> Option<Bound> {
    executions(subject, &subject.pipeline.ingest.function, TRACK)
}

/// "Each instance of your execution environment can serve up to 10 requests per second."
fn call_rate(subject: &Subject<'_>) -> Option<Bound> {
    let (rate, executions) = (Limit::of("lambda.rate")?, concurrency(subject)?);
    Some(Bound {
        limit: executions.limit * subject.value(rate),
        unit: rate.unit,
        name: format!("`track` with {} for each execution", amount(subject.value(rate), rate.unit)),
        source: rate.source,
        ..executions
    })
}

fn moves(subject: &Subject<'_>) -> Option<Bound> {
    let has = subject.pipeline.has_mover();
    let bound = has.then(|| executions(subject, &subject.pipeline.mover.function, MOVER))??;
    let hint = format!("files wait, for up to 6 hours: use a larger `delivery.buffer.size`; {}", bound.hint);
    Some(Bound { hint, ..bound })
}

fn puts(subject: &Subject<'_>) -> Option<Bound> {
    aws(subject, "s3.put", "delivery.buffer.size", "use a larger `delivery.buffer.size`")
}

fn scan_limit(subject: &Subject<'_>) -> Option<Bound> {
    Some(Bound {
        limit: subject.pipeline.query.scan_limit.0 as f64,
        unit: Unit::Bytes,
        key: "query.scan_limit",
        name: "`query.scan_limit`".to_owned(),
        of: None,
        source: WORKGROUP,
        hint: "raise `query.scan_limit`, or let queries name a month (`usage.month` is how many there are)".to_owned(),
    })
}

fn query_time(subject: &Subject<'_>) -> Option<Bound> {
    aws(subject, "athena.timeout", "query", "let queries name a month")
}

/// The requests/s that `track` can take, whichever ends first.
pub(super) fn served(subject: &Subject<'_>, load: &Load) -> Option<f64> {
    let by_time = concurrency(subject)?.limit * 1000.0 / load.track_ms.max(1e-9);
    Some(call_rate(subject)?.limit.min(by_time))
}
