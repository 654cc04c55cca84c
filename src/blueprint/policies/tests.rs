use super::*;
use crate::blueprint::{Functions, article, graph};
use crate::resources::{Policy, Role};
use serde_json::Value as Json;

const ALL: &[(&str, &str)] = &[
    ("delivery", DELIVERY),
    ("track", TRACK),
    ("mover", MOVER),
    ("etl", ETL),
    ("trust-firehose", TRUST_FIREHOSE),
    ("trust-glue", TRUST_GLUE),
    ("trust-lambda", TRUST_LAMBDA),
    ("bucket", BUCKET),
    ("quicksight", QUICKSIGHT),
    ("trust-quicksight", TRUST_QUICKSIGHT),
];

fn rendered(template: &str, partition: &str, region: &str) -> String {
    let names = article::names(partition, region);
    let arns = [
        ("stream_arn", names.arn("firehose", "deliverystream/clickstream-prod")),
        ("log_group_arn", names.arn("logs", "log-group:/aws/lambda/clickstream-prod-track")),
    ];
    let arns: Vec<_> = arns.iter().map(|(name, value)| (*name, value.as_str())).collect();
    policy(template, &names, &article::pipeline(), &arns)
}

fn statements(document: &str) -> Vec<Json> {
    let document: Json = serde_json::from_str(document).unwrap();
    document["Statement"].as_array().unwrap().clone()
}

fn many(value: &Json) -> Vec<&str> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().filter_map(Json::as_str).collect()
}

#[test]
fn every_template_renders_in_every_partition() {
    for (partition, region) in [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")] {
        for (name, template) in ALL {
            let document = rendered(template, partition, region);
            assert!(!document.contains("${"), "{name}: {document}");
            assert!(Policy::parse(&document).is_ok_and(|policy| !policy.is_empty()), "{name}");
            for arn in document.match_indices("arn:").map(|(at, _)| &document[at..]) {
                assert!(arn.starts_with(&format!("arn:{partition}:")), "{name}: {arn}");
            }
        }
    }
}

#[test]
fn what_is_said_of_keys_renders_in_every_partition() {
    for (partition, region) in [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")] {
        let (names, pipeline) = (article::names(partition, region), article::pipeline());
        let key = names.arn("kms", "key/1");
        let arns = [("key_arn", key.as_str()), ("key_alias", "alias/clickstream-prod")];
        assert!(Policy::parse(&policy(KEY, &names, &pipeline, &[])).is_ok_and(|policy| !policy.is_empty()));
        for statement in [USE_KEY, USE_OWN_KEY] {
            let statement = policy(statement, &names, &pipeline, &arns);
            let whole = with(&rendered(MOVER, partition, region), &statement);
            assert!(!whole.contains("${"), "{whole}");
            let last = statements(&whole).pop().unwrap();
            assert_eq!(last["Sid"], "UseKey");
            assert!(
                many(&last["Resource"]).iter().all(|arn| arn.starts_with(&format!("arn:{partition}:kms:{region}:")))
            );
        }
    }
}

/// What nobody reports needs no permission.
#[test]
fn the_job_may_report_figures_only_where_it_does() {
    let allows = |metrics| {
        let (names, functions) = (article::names("aws", "us-east-1"), Functions::without_code());
        let mut pipeline = article::pipeline();
        pipeline.etl.iter_mut().for_each(|etl| etl.metrics = metrics);
        let role: Role = graph(&pipeline, &names, &functions).desired("etl").unwrap();
        format!("{role:?}").contains("cloudwatch:PutMetricData")
    };
    assert!(allows(true) && !allows(false));
    let whole = with(&rendered(ETL, "aws", "us-east-1"), MEASURE);
    let last = statements(&whole).pop().unwrap();
    assert_eq!(last["Condition"]["StringEquals"]["cloudwatch:namespace"], "Glue", "{last}");
}

#[test]
fn no_role_is_allowed_an_action_by_wildcard() {
    for (name, template) in ALL {
        for statement in statements(&rendered(template, "aws", "us-east-1")) {
            let actions = many(&statement["Action"]);
            assert!(!actions.is_empty(), "{name}");
            let denied = statement["Effect"] == "Deny";
            assert!(actions.iter().all(|action| denied || !action.contains('*')), "{name}: {actions:?}");
        }
    }
}

#[test]
fn only_what_aws_evaluates_without_a_resource_is_allowed_on_all_of_them() {
    let unscoped = ["glue:GetJobBookmark", "glue:ResetJobBookmark"];
    for (name, template) in ALL {
        for statement in statements(&rendered(template, "aws", "us-east-1")) {
            if many(&statement["Resource"]).contains(&"*") {
                let actions = many(&statement["Action"]);
                assert!(actions.iter().all(|action| unscoped.contains(action)), "{name}: {actions:?}");
            }
        }
    }
}

/// A bucket that was deleted can be made again by anybody, under the same name.
#[test]
fn what_a_role_may_do_in_the_bucket_it_may_do_in_the_accounts_own_only() {
    for (name, template) in [("delivery", DELIVERY), ("mover", MOVER), ("etl", ETL)] {
        for statement in statements(&rendered(template, "aws", "us-east-1")) {
            if many(&statement["Action"]).iter().any(|action| action.starts_with("s3:")) {
                let owner = &statement["Condition"]["StringEquals"]["aws:ResourceAccount"];
                assert_eq!(owner, "123456789012", "{name}: {}", statement["Sid"]);
            }
        }
    }
}

#[test]
fn a_service_takes_a_role_on_for_the_account_alone() {
    for (name, template) in ALL.iter().filter(|(name, _)| name.starts_with("trust-")) {
        for statement in statements(&rendered(template, "aws", "us-east-1")) {
            assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012", "{name}");
        }
    }
}

#[test]
fn the_mover_may_touch_nothing_but_what_it_moves() {
    let writes: Vec<_> = statements(&rendered(MOVER, "aws", "us-east-1"))
        .iter()
        .filter(|statement| many(&statement["Action"]).iter().any(|action| action.ends_with("Object")))
        .flat_map(|statement| many(&statement["Resource"]).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let bucket = "arn:aws:s3:::clickstream-prod-123456789012-us-east-1";
    assert_eq!(writes, [format!("{bucket}/analytics_raw/*"), format!("{bucket}/partitioned_analytics_raw/*")]);
}

#[test]
fn a_value_is_escaped_and_not_searched_for_placeholders() {
    let values = [("a", "x\"${b}\\".to_owned()), ("b", "no".to_owned())].into();
    let text = render(r#"{"k": "<${a}>"}"#, &values);
    let document: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(document["k"], "<x\"${b}\\>");
}

#[test]
#[should_panic(expected = "no value for the placeholder `missing`")]
fn a_placeholder_without_a_value_is_found() {
    render("${missing}", &[].into());
}
