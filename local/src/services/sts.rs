//! Security Token Service: who the caller is. Local AWS takes any credentials for its account's user.

use crate::api_error::Result;
use crate::context::Context;
use crate::model;
use crate::service::{Protocol, Service, anything};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "sts",
    prefix: "sts",
    protocol: Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
    model: &model::STS,
    operations: &[("GetCallerIdentity", get_caller_identity)],
    resource: anything,
    whole: None,
};

fn get_caller_identity(context: &Context<'_>, _: &Value) -> Result<Value> {
    let arn = context.global_arn("iam", "user/local");
    Ok(json!({"Arn": arn, "UserId": "AIDALOCALLOCALLOCAL00", "Account": context.account}))
}
