//! What AWS takes: each limit once, with where it is written and what can be done about it.
//!
//! To add one is a row here; `rules.rs` and `contradictions.rs` say what is held against it.

use crate::aws::QuotaCode;

use Raised::{Never, Quota};
use Unit::{Bytes, BytesPerSecond, Executions, Minutes, RecordsPerSecond, Requests, RequestsPerSecond};

/// A limit of AWS's, as it is for an account that has asked for nothing.
#[derive(Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) id: &'static str,
    pub(crate) service: &'static str,
    /// As Service Quotas or AWS's page calls it.
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    value: f64,
    /// Other values, and the regions that have them.
    elsewhere: Option<(&'static [&'static str], f64)>,
    pub(crate) raised: Raised,
    /// In Service Quotas: its service and its own. `None`: there is none, or it is not known.
    pub(crate) code: Option<QuotaCode>,
    pub(crate) source: Source,
}

/// The page that says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Source {
    pub(crate) title: &'static str,
    pub(crate) url: &'static str,
}

/// How more of it is had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raised {
    /// By Service Quotas.
    Quota,
    /// By another way, in words.
    By(&'static str),
    Never,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    RequestsPerSecond,
    Requests,
    RecordsPerSecond,
    BytesPerSecond,
    Executions,
    Bytes,
    Seconds,
    Minutes,
}

/// "For the following Regions, the default throttle quota is 2500 RPS and the default burst quota is 1250 RPS."
const SMALL: &[&str] = &[
    "af-south-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];
/// Where a Firehose stream takes five times as much.
const LARGE: &[&str] = &["us-east-1", "us-west-2", "eu-west-1"];

const API_GATEWAY: Source = Source {
    title: "Amazon API Gateway quotas",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
};
const REST: Source = Source {
    title: "Quotas for configuring and running a REST API in API Gateway",
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html",
};
const LAMBDA: Source =
    Source { title: "Lambda quotas", url: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html" };
const RESERVED: Source = Source {
    title: "PutFunctionConcurrency",
    url: "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html",
};
const FIREHOSE: Source =
    Source { title: "Amazon Data Firehose quota", url: "https://docs.aws.amazon.com/firehose/latest/dev/limits.html" };
const S3: Source = Source {
    title: "Best practices design patterns: optimizing Amazon S3 performance",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html",
};
const ATHENA: Source =
    Source { title: "Athena service quotas", url: "https://docs.aws.amazon.com/athena/latest/ug/service-limits.html" };

const FORM: Raised = Raised::By("the Firehose limits form: requests, records and data rise in proportion");
const BY_RATE: Raised = Raised::By("AWS alone, with the throttle rate");
const BY_ITSELF: Raised = Raised::By("S3 itself, where a load grows slowly, and more prefixes");
const TO_FOUR_HOURS: Raised = Raised::By("Service Quotas, to 240 minutes");

const fn limit(
    (id, service, name): (&'static str, &'static str, &'static str),
    value: f64,
    unit: Unit,
    (raised, code): (Raised, Option<QuotaCode>),
    source: Source,
) -> Limit {
    Limit { id, service, name, unit, value, elsewhere: None, raised, code, source }
}

impl Limit {
    const fn but(self, regions: &'static [&'static str], value: f64) -> Self {
        Self { elsewhere: Some((regions, value)), ..self }
    }

    /// In a region.
    pub(crate) fn value(&self, region: &str) -> f64 {
        match self.elsewhere {
            Some((regions, value)) if regions.contains(&region) => value,
            _ => self.value,
        }
    }

    /// In every region but those, and in those.
    #[cfg(test)]
    pub(crate) fn values(&self) -> (f64, Option<(&'static [&'static str], f64)>) {
        (self.value, self.elsewhere)
    }

    /// That of an id.
    pub(crate) fn of(id: &str) -> Option<&'static Self> {
        LIMITS.iter().find(|limit| limit.id == id)
    }
}

const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * KIB;

/// All that are held against a pipeline.
pub(crate) const LIMITS: &[Limit] = &[
    limit(
        ("apigw.rate", "API Gateway", "Throttle rate"),
        10_000.0,
        RequestsPerSecond,
        (Quota, Some(("apigateway", "L-8A5B8E43"))),
        API_GATEWAY,
    )
    .but(SMALL, 2_500.0),
    limit(
        ("apigw.burst", "API Gateway", "Throttle burst rate"),
        5_000.0,
        Requests,
        (BY_RATE, Some(("apigateway", "L-CDF5615A"))),
        API_GATEWAY,
    )
    .but(SMALL, 1_250.0),
    limit(("apigw.payload", "API Gateway", "Payload size"), 10.0 * MIB, Bytes, (Never, None), REST),
    limit(
        ("lambda.concurrency", "Lambda", "Concurrent executions"),
        1_000.0,
        Executions,
        (Quota, Some(("lambda", "L-B99A9384"))),
        LAMBDA,
    ),
    limit(
        ("lambda.unreserved", "Lambda", "Executions that no function may reserve"),
        100.0,
        Executions,
        (Never, None),
        RESERVED,
    ),
    limit(
        ("lambda.rate", "Lambda", "Synchronous requests of an execution environment"),
        10.0,
        RequestsPerSecond,
        (Never, None),
        LAMBDA,
    ),
    limit(("lambda.payload", "Lambda", "Invocation payload"), 6.0 * MIB, Bytes, (Never, None), LAMBDA),
    limit(
        ("firehose.requests", "Firehose", "Direct PUT requests of a stream"),
        1_000.0,
        RequestsPerSecond,
        (FORM, None),
        FIREHOSE,
    )
    .but(LARGE, 2_000.0),
    limit(
        ("firehose.records", "Firehose", "Direct PUT records of a stream"),
        100_000.0,
        RecordsPerSecond,
        (FORM, None),
        FIREHOSE,
    )
    .but(LARGE, 500_000.0),
    limit(("firehose.bytes", "Firehose", "Direct PUT data of a stream"), MIB, BytesPerSecond, (FORM, None), FIREHOSE)
        .but(LARGE, 5.0 * MIB),
    limit(("firehose.record", "Firehose", "Size of a record"), 1_000.0 * KIB, Bytes, (Never, None), FIREHOSE),
    limit(
        ("firehose.batch", "Firehose", "Size of a PutRecordBatch request"),
        4.0 * MIB,
        Bytes,
        (Never, None),
        FIREHOSE,
    ),
    limit(("s3.put", "S3", "PUT requests of a prefix"), 3_500.0, RequestsPerSecond, (BY_ITSELF, None), S3),
    limit(
        ("athena.timeout", "Athena", "DML query timeout"),
        30.0,
        Minutes,
        (TO_FOUR_HOURS, Some(("athena", "L-E80DC288"))),
        ATHENA,
    ),
];
