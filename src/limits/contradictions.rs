//! What a file says that cannot be true together, however many events come.

use super::load::Load;
use super::rules::{self, TRACK, is_more};
use super::show::amount;
use super::table::{Limit, Source, Unit};
use super::{Finding, Subject};
use crate::config::{Crawler, Front, Schedule, Tables, show_duration};

const SCALING: Source = Source {
    title: "Understanding Lambda function scaling",
    url: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
};
const BUCKET: Source = Source {
    title: "Throttle requests to your REST APIs for better throughput in API Gateway",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
};
const TIMEOUT: Source = Source {
    title: "Configure Lambda function timeout",
    url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
};
const JOB: Source = Source {
    title: "StartJobRun (ConcurrentRunsExceededException)",
    url: "https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html",
};
const CRAWLER: Source = Source {
    title: "StartCrawler (CrawlerRunningException)",
    url: "https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawler.html",
};

/// What is more than it may be.
struct Excess {
    id: &'static str,
    key: &'static str,
    /// With what is too much, and what it is too much for.
    message: String,
    asked: f64,
    limit: f64,
    unit: Unit,
    of: Option<&'static Limit>,
    source: Source,
    hint: String,
}

impl Excess {
    fn finding(self) -> Option<Finding> {
        let Self { id, key, message, asked, limit, unit, of, source, hint } = self;
        is_more(asked, limit).then_some(Finding { id, key, message, asked, limit, unit, hint, of, source })
    }
}

/// In the order of the way.
pub(super) fn all(subject: &Subject<'_>, load: &Load) -> Vec<Finding> {
    let front = [burst_below_rate, rate_before_function, rate_of_account, burst_of_account];
    let sizes = [body_of_api, body_of_function, one_event];
    let functions = [track_time, mover_time, reservations];
    let has_api = subject.pipeline.has_front(Front::RestApi);
    let excesses = front.into_iter().filter(|_| has_api).map(|rule| rule(subject, load));
    let excesses = excesses.chain(sizes.into_iter().map(|rule| rule(subject, load)));
    let excesses = excesses.chain(functions.into_iter().map(|rule| rule(subject, load)));
    excesses.chain(schedules(subject, load)).flatten().filter_map(Excess::finding).collect()
}

/// A bucket of tokens fills at the rate, and holds no more than the burst.
fn burst_below_rate(subject: &Subject<'_>, _: &Load) -> Option<Excess> {
    let throttle = &subject.pipeline.ingest.throttle;
    let (rate, burst) = (throttle.rate.per_second(), f64::from(throttle.burst));
    Some(Excess {
        id: "throttle.burst",
        key: "ingest.throttle.burst",
        message: format!(
            "a burst of {} is less than a second of `ingest.throttle.rate` ({})",
            amount(burst, Unit::Requests),
            amount(rate, Unit::RequestsPerSecond)
        ),
        asked: rate,
        limit: burst,
        unit: Unit::Requests,
        of: None,
        source: BUCKET,
        hint: "raise `ingest.throttle.burst` to the rate or more".to_owned(),
    })
}

fn rate_before_function(subject: &Subject<'_>, load: &Load) -> Option<Excess> {
    let rate = subject.pipeline.ingest.throttle.rate.per_second();
    let served = rules::served(subject, load)?;
    let rate_of_one = Limit::of("lambda.rate")?;
    Some(Excess {
        id: "throttle.track",
        key: "ingest.throttle.rate",
        message: format!(
            "API Gateway lets {} through, and `track` can take {} ({} ms a call, and {} for each execution)",
            amount(rate, Unit::RequestsPerSecond),
            amount(served, Unit::RequestsPerSecond),
            load.track_ms,
            amount(subject.value(rate_of_one), rate_of_one.unit)
        ),
        asked: rate,
        limit: served,
        unit: Unit::RequestsPerSecond,
        of: None,
        source: SCALING,
        hint: format!("raise `{TRACK}`, or lower `ingest.throttle.rate`: what is between is answered 500, not 429"),
    })
}

/// What a file lets through that AWS refuses before.
fn beyond(subject: &Subject<'_>, id: &'static str, key: &'static str, asked: f64) -> Option<Excess> {
    let limit = Limit::of(id)?;
    let most = subject.value(limit);
    let (name, region) = (limit.name, subject.region);
    let message = format!(
        "`{key}` is {}, and {} ({name}) takes {} in {region}",
        amount(asked, limit.unit),
        limit.service,
        amount(most, limit.unit)
    );
    let hint = format!("lower `{key}`; {}", limit.how_raised());
    let (unit, source) = (limit.unit, limit.source);
    Some(Excess { id, key, message, asked, limit: most, unit, of: Some(limit), source, hint })
}

fn rate_of_account(subject: &Subject<'_>, _: &Load) -> Option<Excess> {
    let rate = subject.pipeline.ingest.throttle.rate.per_second();
    let excess = beyond(subject, "apigw.rate", "ingest.throttle.rate", rate)?;
    Some(Excess { id: "throttle.account", ..excess })
}

fn burst_of_account(subject: &Subject<'_>, _: &Load) -> Option<Excess> {
    beyond(subject, "apigw.burst", "ingest.throttle.burst", f64::from(subject.pipeline.ingest.throttle.burst))
}

fn body(subject: &Subject<'_>, load: &Load, id: &'static str) -> Option<Excess> {
    let limit = Limit::of(id)?;
    let most = subject.value(limit);
    Some(Excess {
        id,
        key: "usage.events_per_request",
        message: format!(
            "a request has {}, and {} takes {} ({})",
            amount(load.body(), Unit::Bytes),
            limit.service,
            amount(most, Unit::Bytes),
            limit.name
        ),
        asked: load.body(),
        limit: most,
        unit: Unit::Bytes,
        of: Some(limit),
        source: limit.source,
        hint: format!("send at most {:.0} such events in a request", (most / load.event_bytes).floor()),
    })
}

fn body_of_api(subject: &Subject<'_>, load: &Load) -> Option<Excess> {
    subject.pipeline.has_front(Front::RestApi).then(|| body(subject, load, "apigw.payload"))?
}

fn body_of_function(subject: &Subject<'_>, load: &Load) -> Option<Excess> {
    body(subject, load, "lambda.payload")
}

/// `track` refuses an event that no record holds.
fn one_event(subject: &Subject<'_>, load: &Load) -> Option<Excess> {
    let limit = Limit::of("firehose.record")?;
    let most = subject.value(limit);
    Some(Excess {
        id: limit.id,
        key: "usage.event_size",
        message: format!(
            "an event has {} with its newline, and a Firehose record holds {}",
            amount(load.event_bytes, Unit::Bytes),
            amount(most, Unit::Bytes)
        ),
        asked: load.event_bytes,
        limit: most,
        unit: Unit::Bytes,
        of: Some(limit),
        source: limit.source,
        hint: "send smaller events: `track` refuses these".to_owned(),
    })
}

/// A call that takes longer than it may.
fn time(name: &str, id: &'static str, key: &'static str, millis: f64, timeout: std::time::Duration) -> Excess {
    Excess {
        id,
        key,
        message: format!("a call of `{name}` takes {millis} ms, and is ended after {}", show_duration(timeout)),
        asked: millis / 1000.0,
        limit: timeout.as_secs_f64(),
        unit: Unit::Seconds,
        of: None,
        source: TIMEOUT,
        hint: format!("raise `{key}`, or correct `usage.{name}_ms`"),
    }
}

fn track_time(subject: &Subject<'_>, load: &Load) -> Option<Excess> {
    let timeout = subject.pipeline.ingest.function.timeout;
    Some(time("track", "track.timeout", "ingest.function.timeout", load.track_ms, timeout))
}

fn mover_time(subject: &Subject<'_>, load: &Load) -> Option<Excess> {
    let timeout = subject.pipeline.mover.function.timeout;
    let excess = time("mover", "mover.timeout", "mover.function.timeout", load.mover_ms, timeout);
    subject.pipeline.has_mover().then_some(excess)
}

fn reservations(subject: &Subject<'_>, _: &Load) -> Option<Excess> {
    let (all, free) = (Limit::of("lambda.concurrency")?, Limit::of("lambda.unreserved")?);
    let most = (subject.value(all) - subject.value(free)).max(0.0);
    let asked = rules::reserved(subject);
    Some(Excess {
        id: free.id,
        key: TRACK,
        message: format!(
            "the functions reserve {}, and of the account's {} they can have {}",
            amount(asked, Unit::Executions),
            amount(subject.value(all), Unit::Executions),
            amount(most, Unit::Executions)
        ),
        asked,
        limit: most,
        unit: Unit::Executions,
        of: Some(all),
        source: free.source,
        hint: format!("reserve less; {}", all.how_raised()),
    })
}

/// A run that comes due while the one before still goes on is left out.
fn schedules(subject: &Subject<'_>, load: &Load) -> Vec<Option<Excess>> {
    let (catalog, etl) = (&subject.pipeline.catalog, subject.pipeline.etl.as_ref());
    let crawls = |crawler: &Crawler, id, key| {
        let excess = overlap(&crawler.schedule, ("crawler", id, key), load.crawler_minutes, CRAWLER);
        (catalog.tables == Tables::Crawled).then_some(excess)
    };
    let job = etl.map(|etl| overlap(&etl.schedule, ("etl", "etl.schedule", "etl.schedule"), load.etl_minutes, JOB));
    let timeout = etl.map(|etl| etl.timeout.as_secs_f64() / 60.0);
    let job_ends = timeout.map(|timeout| Excess {
        id: "etl.timeout",
        key: "etl.timeout",
        message: format!("a run of the job takes {} min, and is ended after {timeout} min", load.etl_minutes),
        asked: load.etl_minutes,
        limit: timeout,
        unit: Unit::Minutes,
        of: None,
        source: JOB,
        hint: "raise `etl.timeout`, or correct `usage.etl_minutes`".to_owned(),
    });
    let parquet = subject.pipeline.parquet_prefix().and_then(|_| {
        crawls(&catalog.crawlers.parquet, "crawler.parquet.schedule", "catalog.crawlers.parquet.schedule")
    });
    vec![crawls(&catalog.crawlers.raw, "crawler.raw.schedule", "catalog.crawlers.raw.schedule"), parquet, job, job_ends]
}

fn overlap(
    schedule: &Schedule,
    (who, id, key): (&str, &'static str, &'static str),
    minutes: f64,
    source: Source,
) -> Excess {
    let asked = schedule.runs_a_day() * minutes;
    Excess {
        id,
        key,
        message: format!("its runs of {minutes} min are {asked:.0} min a day, and one waits for no other"),
        asked,
        limit: 24.0 * 60.0,
        unit: Unit::Minutes,
        of: None,
        source,
        hint: format!(
            "let `{key}` fire less often, or correct `usage.{who}_minutes`: what comes due meanwhile is left out"
        ),
    }
}
