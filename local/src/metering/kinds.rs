//! AWS's usage types, as its bills have them: with a prefix for the region, which some services leave out in us-east-1.

/// Something that AWS counts.
#[derive(Debug)]
pub(crate) struct Kind {
    /// As Cost Explorer's dimension `SERVICE` has it.
    pub(crate) service: &'static str,
    /// Without the region's prefix.
    name: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) unit: &'static str,
    /// In the list of prices: two services call theirs the same.
    pub(crate) priced_as: &'static str,
    prefix: Prefix,
    /// Whether its costs carry the tags of the resource.
    pub(crate) tagged: bool,
}

#[derive(Clone, Copy, Debug)]
enum Prefix {
    /// `USE2-`, and none in us-east-1.
    BareInFirst,
    /// `USE1-` too.
    Always,
    /// The same, but for eu-west-1: `EUW1-`, where all others have `EU-`.
    Numbered,
}

const fn kind(
    service: &'static str,
    name: &'static str,
    operation: &'static str,
    unit: &'static str,
    prefix: Prefix,
) -> Kind {
    Kind { service, name, operation, unit, priced_as: name, prefix, tagged: true }
}

const API_GATEWAY: &str = "Amazon API Gateway";
const LAMBDA: &str = "AWS Lambda";
const FIREHOSE: &str = "Amazon Kinesis Firehose";
const S3: &str = "Amazon Simple Storage Service";
const GLUE: &str = "AWS Glue";
const CLOUDWATCH: &str = "AmazonCloudWatch";

use Prefix::{Always, BareInFirst, Numbered};

pub(crate) static API_REQUEST: Kind = kind(API_GATEWAY, "ApiGatewayRequest", "ApiGatewayRequest", "Requests", Always);
/// Nobody's tags are on it: "Data transfer" has no resource on a bill.
pub(crate) static API_TRANSFER: Kind = Kind { tagged: false, ..transfer(API_GATEWAY) };
pub(crate) static URL_TRANSFER: Kind = Kind { tagged: false, ..transfer(LAMBDA) };
pub(crate) static LAMBDA_REQUEST: Kind = kind(LAMBDA, "Request", "Invoke", "Requests", BareInFirst);
pub(crate) static LAMBDA_REQUEST_ARM: Kind = kind(LAMBDA, "Request-ARM", "Invoke", "Requests", BareInFirst);
pub(crate) static LAMBDA_COMPUTE: Kind = kind(LAMBDA, "Lambda-GB-Second", "Invoke", "Lambda-GB-Second", BareInFirst);
pub(crate) static LAMBDA_COMPUTE_ARM: Kind =
    kind(LAMBDA, "Lambda-GB-Second-ARM", "Invoke", "Lambda-GB-Second", BareInFirst);
pub(crate) static FIREHOSE_INGESTED: Kind = kind(FIREHOSE, "BilledBytes", "PutRecordBatch", "GB", Numbered);
pub(crate) static FIREHOSE_CONVERTED: Kind = kind(FIREHOSE, "DFCBilledBytes", "DataFormatConversion", "GB", Numbered);
pub(crate) static S3_TIER1: Kind = kind(S3, "Requests-Tier1", "", "Requests", BareInFirst);
pub(crate) static S3_TIER2: Kind = kind(S3, "Requests-Tier2", "", "Requests", BareInFirst);
pub(crate) static S3_STORED: Kind = Kind {
    priced_as: "s3:TimedStorage-ByteHrs",
    ..kind(S3, "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo", BareInFirst)
};
pub(crate) static CRAWLED: Kind = kind(GLUE, "Crawler-DPU-Hour", "CrawlerRun", "DPU-Hour", Always);
static ETL: Kind = kind(GLUE, "ETL-DPU-Hour", "Jobrun", "DPU-Hour", Always);
static ETL_FLEX: Kind = kind(GLUE, "ETL-Flex-DPU-Hour", "FlexJobrun", "DPU-Hour", Always);
static ETL_SECOND: Kind = kind(GLUE, "ETL-DPU-Hour-Gen2", "Jobrun", "DPU-Hour", Always);
static ETL_FLEX_SECOND: Kind = kind(GLUE, "ETL-Flex-DPU-Hour-Gen2", "FlexJobrun", "DPU-Hour", Always);
static ETL_MEMORY: Kind = kind(GLUE, "ETL-MemOptimized-DPU-Hour", "Jobrun", "DPU-Hour", Always);
pub(crate) static SCANNED: Kind = kind("Amazon Athena", "DataScannedInTB", "ExecuteQuery", "Terabytes", Always);
pub(crate) static LOGS_INGESTED: Kind = kind(CLOUDWATCH, "DataProcessing-Bytes", "PutLogEvents", "GB", Always);
pub(crate) static LOGS_STORED: Kind = Kind {
    priced_as: "logs:TimedStorage-ByteHrs",
    ..kind(CLOUDWATCH, "TimedStorage-ByteHrs", "HourlyStorageMetering", "GB-Mo", Always)
};

/// "Each paginated API request costs $0.01", and has no resource.
pub(crate) static COSTS_ASKED: Kind = Kind {
    tagged: false,
    priced_as: "ce:APIRequest",
    ..kind("AWS Cost Explorer", "APIRequest", "", "Requests", Always)
};

const fn transfer(service: &'static str) -> Kind {
    kind(service, "DataTransfer-Out-Bytes", "", "GB", BareInFirst)
}

/// What a run of a job is billed as: versions from 6 on, workers with more memory, and what may wait.
pub(crate) fn job_run(version: &str, worker: &str, class: &str) -> &'static Kind {
    let second = version.parse::<f64>().is_ok_and(|version| version >= 6.0);
    match (second, class) {
        _ if worker.starts_with("R.") => &ETL_MEMORY,
        (false, "FLEX") => &ETL_FLEX,
        (false, _) => &ETL,
        (true, "FLEX") => &ETL_FLEX_SECOND,
        (true, _) => &ETL_SECOND,
    }
}

impl Kind {
    /// As the bill has it: `USE2-Requests-Tier1`.
    pub(crate) fn usage_type(&self, region: &str) -> String {
        match (self.prefix, region) {
            (Prefix::BareInFirst, "us-east-1") => self.name.to_owned(),
            (Prefix::Numbered, "eu-west-1") => format!("EUW1-{}", self.name),
            (_, region) => format!("{}-{}", code(region), self.name),
        }
    }
}

/// A region as usage types call it. One that is not known here is called by its name.
fn code(region: &str) -> &str {
    const CODES: [(&str, &str); 30] = [
        ("us-east-1", "USE1"),
        ("us-east-2", "USE2"),
        ("us-west-1", "USW1"),
        ("us-west-2", "USW2"),
        ("ca-central-1", "CAN1"),
        ("ca-west-1", "CAN2"),
        ("eu-west-1", "EU"),
        ("eu-west-2", "EUW2"),
        ("eu-west-3", "EUW3"),
        ("eu-central-1", "EUC1"),
        ("eu-central-2", "EUC2"),
        ("eu-north-1", "EUN1"),
        ("eu-south-1", "EUS1"),
        ("eu-south-2", "EUS2"),
        ("ap-northeast-1", "APN1"),
        ("ap-northeast-2", "APN2"),
        ("ap-northeast-3", "APN3"),
        ("ap-southeast-1", "APS1"),
        ("ap-southeast-2", "APS2"),
        ("ap-southeast-3", "APS4"),
        ("ap-southeast-4", "APS6"),
        ("ap-south-1", "APS3"),
        ("ap-south-2", "APS5"),
        ("ap-east-1", "APE1"),
        ("sa-east-1", "SAE1"),
        ("me-south-1", "MES1"),
        ("me-central-1", "MEC1"),
        ("af-south-1", "AFS1"),
        ("il-central-1", "ILC1"),
        ("mx-central-1", "MXC1"),
    ];
    CODES.iter().find(|(name, _)| *name == region).map_or(region, |(_, code)| code)
}
