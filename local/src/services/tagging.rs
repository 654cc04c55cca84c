//! Resource Groups Tagging API: resources by tag, whatever their service.

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Protocol, Service, anything};
use crate::services::s3;
use crate::tags::{Tags, read_map, write_list};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) static SERVICE: Service = Service {
    scope: "tagging",
    prefix: "tag",
    protocol: Protocol::Json { message: "Message" },
    model: &model::TAGGING,
    operations: &[
        ("GetResources", get_resources),
        ("GetTagKeys", get_tag_keys),
        ("GetTagValues", get_tag_values),
        ("TagResources", tag_resources),
        ("UntagResources", untag_resources),
    ],
    needs: anything,
    whole: None,
};

/// Services whose tags are not told of here. IAM's roles are left out on AWS; of QuickSight AWS's pages contradict each
/// other, and nobody is to rely on what may not be so.
const LEFT_OUT: [&str; 2] = ["iam", "quicksight"];

/// Resources of this region.
fn visible(context: &Context<'_>) -> Result<Vec<(String, Tags)>> {
    let tagged = context.all_tags()?.into_iter().filter(|(_, tags)| !tags.is_empty());
    let here = tagged.map(|(arn, tags)| Ok(is_here(context, &arn)?.then_some((arn, tags))));
    here.filter_map(Result::transpose).collect()
}

/// The ARN of a bucket names no region, the bucket has one.
fn is_here(context: &Context<'_>, arn: &str) -> Result<bool> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    match parts[..] {
        [_, _, "s3", _, _, bucket] => Ok(s3::region_of_ours(context, bucket)?.as_deref() == Some(context.region)),
        [_, _, service, region, ..] => Ok(!LEFT_OUT.contains(&service) && region == context.region),
        _ => Ok(false),
    }
}

fn get_resources(context: &Context<'_>, input: &Value) -> Result<Value> {
    let arns = input.texts("ResourceARNList");
    let types = input.texts("ResourceTypeFilters");
    let filters = input["TagFilters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = visible(context)?;
    found.retain(|(arn, tags)| {
        (arns.is_empty() || arns.contains(arn))
            && (types.is_empty() || types.iter().any(|wanted| is_of_type(arn, wanted)))
            && filters.iter().all(|filter| passes(tags, filter))
    });
    let bad_token = || ApiError::new("PaginationTokenExpiredException", "The token is not one that was given out");
    let limit = input.number("ResourcesPerPage").and_then(|limit| usize::try_from(limit).ok());
    let page = context.page(found, input.optional("PaginationToken"), limit, 100, bad_token)?;
    let list: Vec<_> =
        page.items.iter().map(|(arn, tags)| json!({"ResourceARN": arn, "Tags": write_list(tags)})).collect();
    Ok(json!({"ResourceTagMappingList": list, "PaginationToken": page.next.unwrap_or_default()}))
}

/// Every filter has to be met; a filter's values are alternatives, none means any.
fn passes(tags: &Tags, filter: &Value) -> bool {
    let values = filter.texts("Values");
    let value = filter.optional("Key").and_then(|key| tags.get(key));
    value.is_some_and(|value| values.is_empty() || values.contains(value))
}

/// `lambda` is every resource of Lambda, `lambda:function` only its functions.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let (service, resource) = (parts.get(2).copied().unwrap_or_default(), parts.get(5).copied().unwrap_or_default());
    match wanted.split_once(':') {
        None => service == wanted,
        Some(("s3", _)) => service == "s3",
        Some((wanted, kind)) => {
            let resource = resource.trim_start_matches('/');
            service == wanted && resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with([':', '/']))
        }
    }
}

fn get_tag_keys(context: &Context<'_>, _: &Value) -> Result<Value> {
    let all = visible(context)?;
    let keys: BTreeSet<_> = all.iter().flat_map(|(_, tags)| tags.keys()).collect();
    Ok(json!({"TagKeys": keys, "PaginationToken": ""}))
}

fn get_tag_values(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (all, key) = (visible(context)?, input.text("Key")?);
    let values: BTreeSet<_> = all.iter().filter_map(|(_, tags)| tags.get(key)).collect();
    Ok(json!({"TagValues": values, "PaginationToken": ""}))
}

fn tag_resources(context: &Context<'_>, input: &Value) -> Result<Value> {
    each(context, input, |arn| context.add_tags(arn, read_map(&input["Tags"]), invalid))
}

fn untag_resources(context: &Context<'_>, input: &Value) -> Result<Value> {
    each(context, input, |arn| context.remove_tags(arn, &input.texts("TagKeys"), invalid))
}

/// "All resources must be in the Region of the request": of those that are not, the answer says so.
fn each(context: &Context<'_>, input: &Value, work: impl Fn(&str) -> Result<()>) -> Result<Value> {
    let mut failed = json!({});
    for arn in input.texts("ResourceARNList") {
        if is_here(context, &arn)? {
            work(&arn)?;
        } else {
            failed[&arn] = json!({
                "StatusCode": 400,
                "ErrorCode": "InvalidParameterException",
                "ErrorMessage": format!("The ARN is of a resource that is not in {}", context.region),
            });
        }
    }
    Ok(json!({"FailedResourcesMap": failed}))
}

fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_a_service_or_one_of_its_nouns() {
        let function = "arn:aws:lambda:us-east-1:000000000000:function:track";
        assert!(is_of_type(function, "lambda") && is_of_type(function, "lambda:function"));
        assert!(!is_of_type(function, "lambda:layer") && !is_of_type(function, "glue"));
        assert!(is_of_type("arn:aws:apigateway:us-east-1::/restapis/abc", "apigateway:restapis"));
    }
}
