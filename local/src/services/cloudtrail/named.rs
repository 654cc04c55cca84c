//! The resources that a request names, as far as it does: AWS does not say of each service how it names them.

use serde_json::{Map, Value, json};

/// Service, where its requests name something, and of which type that is; empty where the operation decides.
const NAMED: &[(&str, &str, &str)] = &[
    ("apigateway", "/apiKey", "AWS::ApiGateway::ApiKey"),
    ("apigateway", "/name", ""),
    ("apigateway", "/resourceArn", ""),
    ("apigateway", "/restApiId", "AWS::ApiGateway::RestApi"),
    ("apigateway", "/usagePlanId", "AWS::ApiGateway::UsagePlan"),
    ("athena", "/Name", ""),
    ("athena", "/NamedQueryId", "AWS::Athena::NamedQuery"),
    ("athena", "/ResourceARN", ""),
    ("athena", "/WorkGroup", "AWS::Athena::WorkGroup"),
    ("budgets", "/Budget/BudgetName", "AWS::Budgets::Budget"),
    ("budgets", "/BudgetName", "AWS::Budgets::Budget"),
    ("budgets", "/NewBudget/BudgetName", "AWS::Budgets::Budget"),
    ("budgets", "/ResourceARN", "AWS::Budgets::Budget"),
    ("events", "/Name", "AWS::Events::Rule"),
    ("events", "/ResourceARN", "AWS::Events::Rule"),
    ("events", "/Rule", "AWS::Events::Rule"),
    ("firehose", "/DeliveryStreamName", "AWS::KinesisFirehose::DeliveryStream"),
    ("glue", "/CrawlerName", "AWS::Glue::Crawler"),
    ("glue", "/DatabaseInput/Name", "AWS::Glue::Database"),
    ("glue", "/DatabaseName", "AWS::Glue::Database"),
    ("glue", "/JobName", "AWS::Glue::Job"),
    ("glue", "/Name", ""),
    ("glue", "/ResourceArn", ""),
    ("glue", "/TableInput/Name", "AWS::Glue::Table"),
    ("glue", "/TableName", "AWS::Glue::Table"),
    ("iam", "/PolicyArn", "AWS::IAM::Policy"),
    ("iam", "/RoleName", "AWS::IAM::Role"),
    ("kms", "/AliasName", "AWS::KMS::Alias"),
    ("kms", "/KeyId", "AWS::KMS::Key"),
    ("kms", "/TargetKeyId", "AWS::KMS::Key"),
    ("lambda", "/FunctionName", "AWS::Lambda::Function"),
    ("lambda", "/Resource", "AWS::Lambda::Function"),
    ("logs", "/logGroupName", "AWS::Logs::LogGroup"),
    ("logs", "/resourceArn", "AWS::Logs::LogGroup"),
    ("monitoring", "/AlarmName", "AWS::CloudWatch::Alarm"),
    ("monitoring", "/AlarmNames", "AWS::CloudWatch::Alarm"),
    ("monitoring", "/ResourceARN", "AWS::CloudWatch::Alarm"),
    ("quicksight", "/AnalysisId", "AWS::QuickSight::Analysis"),
    ("quicksight", "/DashboardId", "AWS::QuickSight::Dashboard"),
    ("quicksight", "/DataSetId", "AWS::QuickSight::DataSet"),
    ("quicksight", "/DataSourceId", "AWS::QuickSight::DataSource"),
    ("quicksight", "/ResourceArn", ""),
    ("s3", "/Bucket", "AWS::S3::Bucket"),
    ("sns", "/Name", "AWS::SNS::Topic"),
    ("sns", "/ResourceArn", "AWS::SNS::Topic"),
    ("sns", "/SubscriptionArn", "AWS::SNS::Subscription"),
    ("sns", "/TopicArn", "AWS::SNS::Topic"),
];

fn places(service: &str, input: &Value) -> impl Iterator<Item = (&'static str, &'static str, Value)> {
    let of_service = NAMED.iter().filter(move |(of, ..)| *of == service);
    of_service.filter_map(|(_, place, kind)| Some((*place, *kind, input.pointer(place)?.clone())))
}

/// Each once, in the order of the table.
pub(super) fn named(service: &str, input: &Value) -> Value {
    let mut all = vec![];
    for (_, kind, value) in places(service, input) {
        let names = value.as_array().cloned().unwrap_or_else(|| vec![value]);
        for name in names.iter().filter_map(Value::as_str) {
            let kind = (!kind.is_empty()).then_some(kind);
            let resource = json!({"ResourceType": kind, "ResourceName": name});
            if !all.contains(&resource) {
                all.push(resource);
            }
        }
    }
    all.into()
}

/// Of a request, no more than what it names: whatever else may be secret.
pub(super) fn request_parameters(service: &str, input: &Value) -> Value {
    let lower = |name: &str| format!("{}{}", name[..1].to_lowercase(), &name[1..]);
    let one = |(place, _, value): (&str, &str, Value)| {
        let mut parts = place.trim_start_matches('/').rsplit('/').map(lower);
        let last = parts.next()?;
        Some(match parts.next() {
            Some(outer) => (outer, json!({ last: value })),
            None => (last, value),
        })
    };
    let all: Map<_, _> = places(service, input).filter_map(one).collect();
    if all.is_empty() { Value::Null } else { all.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_told_and_nothing_else() {
        let input =
            json!({"DatabaseName": "shop", "TableInput": {"Name": "events", "Parameters": {"password": "s3cr3t"}}});
        assert_eq!(
            named("glue", &input),
            json!([
                {"ResourceType": "AWS::Glue::Database", "ResourceName": "shop"},
                {"ResourceType": "AWS::Glue::Table", "ResourceName": "events"},
            ])
        );
        let told = request_parameters("glue", &input);
        assert_eq!(told, json!({"databaseName": "shop", "tableInput": {"name": "events"}}));
        assert_eq!(request_parameters("glue", &json!({})), Value::Null);
        let several = named("monitoring", &json!({"AlarmNames": ["a", "b", "a"]}));
        assert_eq!(several.as_array().map(Vec::len), Some(2));
    }
}
