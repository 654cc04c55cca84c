//! Clients that nobody here wrote look at Local AWS: boto3 with the article's stack, and the AWS CLI.

use crate::support::{Place, judge, python, sampled};
use std::process::Command;

#[test]
fn boto3_reads_back_every_attribute_of_the_articles_stack() {
    let place = Place::example("minimal");
    let server = place.serve();
    let told = judge("conformance.py", &[&server.url]);
    assert!(told.lines().filter(|line| line.starts_with("ok ")).count() >= 45, "{told}");
    let wrong: Vec<_> = told.lines().filter(|line| line.starts_with("LOSS") || line.starts_with("FAIL")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// On a clock that stands still, so that what is in progress is seen to be.
#[test]
fn boto3_makes_dashboards_over_data_sets_and_shows_them_to_users() {
    let place = Place::example("minimal");
    let server = place.serve_with(&["--time-scale", "0"]);
    let told = judge("quicksight.py", &[&server.url, &server.token()]);
    assert_eq!(told, include_str!("../golden/boto3_quicksight.txt"));
    // What it has left is there after a restart: the account is subscribed from another region.
    drop(server);
    let lines =
        "print(client('quicksight').list_namespaces(AwsAccountId='000000000000')['Namespaces'][0]['CapacityRegion'])";
    assert_eq!(crate::support::boto3(&place.serve(), lines), "eu-west-1\n");
}

#[test]
fn boto3_makes_a_dashboard_with_just_the_rights_that_aws_names() {
    let place = Place::example("minimal");
    let server = place.serve_with(&["--time-scale", "50"]);
    let told = judge("quicksight_rights.py", &[&server.url, &server.token()]);
    assert_eq!(told, include_str!("../golden/boto3_quicksight_rights.txt"));
}

#[test]
fn boto3_looks_up_who_changed_what() {
    let place = Place::example("minimal");
    let server = place.serve_with(&["--time-scale", "0"]);
    let told = judge("trail.py", &[&server.url, "judge", &server.token()]);
    assert!(told.lines().count() >= 20 && told.lines().all(|line| line.starts_with("ok ")), "{told}");
}

#[test]
fn motos_quicksight_differs_in_what_is_said_of_it_only() {
    let place = Place::example("minimal");
    let server = place.serve();
    let told = judge("quicksight_beside.py", &[&server.url]);
    assert_eq!(told, "said and not so: []\n24 calls; most is the same\n");
}

/// A command of the AWS CLI, and what it has to show of the example.
const COMMANDS: &[(&str, &str)] = &[
    ("sts get-caller-identity", "000000000000"),
    ("s3 ls", "clickstream-prod-000000000000-us-east-1"),
    ("s3 ls s3://clickstream-prod-000000000000-us-east-1/_pipectl/etl/", ".py"),
    ("s3api get-bucket-policy --bucket clickstream-prod-000000000000-us-east-1", "aws:SecureTransport"),
    ("s3api get-bucket-lifecycle-configuration --bucket clickstream-prod-000000000000-us-east-1", "expire-partitioned"),
    ("s3api get-bucket-encryption --bucket clickstream-prod-000000000000-us-east-1", "AES256"),
    ("s3api get-public-access-block --bucket clickstream-prod-000000000000-us-east-1", "RestrictPublicBuckets"),
    (
        "s3api get-bucket-notification-configuration --bucket clickstream-prod-000000000000-us-east-1",
        "pipectl-clickstream-prod-mover",
    ),
    ("iam list-roles --path-prefix /pipectl/clickstream/prod/", "AWSGlueServiceRole-clickstream-prod-us-east-1-etl"),
    (
        "iam get-role-policy --role-name clickstream-prod-us-east-1-track --policy-name pipectl",
        "firehose:PutRecordBatch",
    ),
    ("iam list-policies --scope AWS --path-prefix /service-role/", "AWSLambdaBasicExecutionRole"),
    ("iam get-policy --policy-arn arn:aws:iam::aws:policy/AmazonAthenaFullAccess", "ANPA"),
    ("iam list-attached-role-policies --role-name clickstream-prod-us-east-1-track", "AttachedPolicies"),
    ("iam get-user", "user/local"),
    ("sts get-session-token", "ASIALOCAL"),
    (
        "lambda list-versions-by-function --function-name clickstream-prod-mover",
        "function:clickstream-prod-mover:$LATEST",
    ),
    ("lambda list-aliases --function-name clickstream-prod-mover", "Aliases"),
    (
        "iam simulate-principal-policy --action-names logs:PutLogEvents s3:DeleteBucket --policy-source-arn \
         arn:aws:iam::000000000000:role/pipectl/clickstream/prod/clickstream-prod-us-east-1-track",
        "implicitDeny",
    ),
    ("athena list-databases --catalog-name AwsDataCatalog", "clickstream"),
    ("logs describe-log-groups", "/aws/lambda/clickstream-prod-mover"),
    ("firehose list-delivery-streams", "clickstream-prod"),
    ("firehose describe-delivery-stream --delivery-stream-name clickstream-prod", "analytics_raw/"),
    ("lambda list-functions", "clickstream-prod-mover"),
    ("lambda get-function --function-name clickstream-prod-track", "provided.al2023"),
    ("lambda get-policy --function-name clickstream-prod-track", "pipectl-track"),
    ("lambda get-function-concurrency --function-name clickstream-prod-track", "\"ReservedConcurrentExecutions\": 100"),
    ("apigateway get-rest-apis", "clickstream-prod"),
    ("apigateway get-api-keys", "clickstream-prod-web"),
    ("apigateway get-usage-plans", "200000000"),
    ("glue get-database --name clickstream", "clickstream"),
    ("glue get-crawler --name clickstream-prod-raw", "partitioned_analytics_raw/"),
    ("glue get-job --job-name clickstream-prod-etl", "job-bookmark-enable"),
    ("glue get-trigger --name clickstream-prod-etl", "ACTIVATED"),
    ("athena get-work-group --work-group clickstream-prod", "athena_results/"),
    ("athena list-named-queries --work-group clickstream-prod", "NamedQueryIds"),
    ("resourcegroupstaggingapi get-resources --tag-filters Key=pipectl:stage,Values=prod", "pipectl:name"),
];

#[test]
fn the_aws_cli_lists_and_describes_what_pipectl_made() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let aws = python().with_file_name("aws");
    let keys =
        [("AWS_ACCESS_KEY_ID", "judge"), ("AWS_SECRET_ACCESS_KEY", "judge"), ("AWS_DEFAULT_REGION", "us-east-1")];
    for (command, expected) in sampled(COMMANDS, 3) {
        let output = Command::new(&aws)
            .args(["--endpoint-url", &server.url])
            .args(command.split(' '))
            .envs(keys)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains(expected), "aws {command}:\n{text}\n{errors}");
    }
}
