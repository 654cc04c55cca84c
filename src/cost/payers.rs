//! Which resources a line of the bill is for.

use crate::engine::resource::Address;

/// Items, with the kinds or addresses that they are billed for. Where it is several, the first that is there has the
/// amount when amounts are shown by resource. A test holds it to the lines of the examples.
const PAYERS: &[(&str, &[&str])] = &[
    ("API Gateway requests", &["apigateway.rest_api"]),
    ("Data transfer out", &["apigateway.rest_api", "lambda.function_url"]),
    ("Lambda compute", &["lambda.function"]),
    ("Lambda requests", &["lambda.function"]),
    ("Firehose ingestion", &["firehose.stream"]),
    ("Firehose conversion", &["firehose.stream"]),
    ("S3 raw JSON", &["s3.bucket"]),
    ("S3 partitioned JSON", &["s3.bucket"]),
    ("S3 Parquet", &["s3.bucket"]),
    ("S3 old versions", &["s3.bucket"]),
    ("S3 PUT, COPY and LIST", &["s3.bucket"]),
    ("S3 GET", &["s3.bucket"]),
    ("KMS key", &["kms.key"]),
    ("KMS requests", &["kms.key", "s3.bucket"]),
    ("Glue crawler raw", &["glue.crawler.raw"]),
    ("Glue crawler parquet", &["glue.crawler.parquet"]),
    ("Glue job", &["glue.job"]),
    ("Glue job metrics", &["glue.job"]),
    ("Glue catalog objects", &["glue.database", "glue.table"]),
    ("Athena data scanned", &["athena.workgroup"]),
    ("CloudWatch Logs ingestion", &["logs.log_group"]),
    ("CloudWatch Logs storage", &["logs.log_group"]),
    ("CloudWatch alarms", &["cloudwatch.alarm"]),
];

/// Those of `there` that an item is billed for, the one that stands for all of them first; none for what is no
/// resource of the pipeline's, as QuickSight's readers.
pub(crate) fn payers(item: &str, there: &[Address]) -> Vec<Address> {
    let of = PAYERS.iter().find(|(known, _)| *known == item).map_or(&[][..], |(_, of)| *of);
    let is = |address: &&Address, of: &str| address.kind == of || address.to_string() == of;
    of.iter().flat_map(|of| there.iter().filter(move |address| is(address, of))).cloned().collect()
}
