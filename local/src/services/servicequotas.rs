//! Service Quotas: what AWS gives an account at first of what Local AWS holds it to (`Options::limits`), and of what a
//! query may take. Nothing is ever adjusted here, so what is applied is the default.

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::model;
use crate::service::{Input, Protocol, Service, anything};
use crate::services::{apigateway, lambda};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: "servicequotas",
    prefix: "servicequotas",
    protocol: Protocol::Json { message: "Message" },
    model: &model::SERVICE_QUOTAS,
    operations: &[
        ("GetAWSDefaultServiceQuota", get_default),
        ("GetServiceQuota", get_applied),
        ("ListAWSDefaultServiceQuotas", list_default),
        ("ListServiceQuotas", list_applied),
    ],
    needs: anything,
    whole: None,
};

const MOST: usize = 100;

/// One that an account has in a region.
struct Quota {
    /// The service's code and name.
    service: (&'static str, &'static str),
    code: &'static str,
    name: &'static str,
    adjustable: bool,
    value: fn(&str) -> f64,
}

const API_GATEWAY: (&str, &str) = ("apigateway", "Amazon API Gateway");

/// As the pages "endpoints and quotas" of AWS's General Reference have them.
const QUOTAS: &[Quota] = &[
    Quota {
        service: API_GATEWAY,
        code: "L-8A5B8E43",
        name: "Throttle rate",
        adjustable: true,
        value: |region| apigateway::throttle(region).rate,
    },
    Quota {
        service: API_GATEWAY,
        code: "L-CDF5615A",
        name: "Throttle burst rate",
        adjustable: false,
        value: |region| apigateway::throttle(region).burst,
    },
    Quota {
        service: ("athena", "Amazon Athena"),
        code: "L-E80DC288",
        name: "DML query timeout",
        adjustable: true,
        value: |_| 30.0,
    },
    Quota {
        service: ("lambda", "AWS Lambda"),
        code: "L-B99A9384",
        name: "Concurrent executions",
        adjustable: true,
        value: |_| lambda::CONCURRENCY as f64,
    },
];

fn told(context: &Context<'_>, quota: &Quota, applied: bool) -> Value {
    let (service, name) = quota.service;
    let mut told = json!({
        "ServiceCode": service,
        "ServiceName": name,
        "QuotaArn": context.arn("servicequotas", &format!("{service}/{}", quota.code)),
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": (quota.value)(context.region),
        "Unit": "None",
        "Adjustable": quota.adjustable,
        "GlobalQuota": false,
    });
    if applied {
        told["QuotaAppliedAtLevel"] = "ACCOUNT".into();
    }
    told
}

fn of_service<'a>(input: &'a Value) -> Result<impl Iterator<Item = &'static Quota> + 'a> {
    let service = input.text("ServiceCode")?;
    let all = move || QUOTAS.iter().filter(move |quota| quota.service.0 == service);
    match all().next() {
        Some(_) => Ok(all()),
        None => Err(absent("The request failed because the specified service does not exist.")),
    }
}

fn get(context: &Context<'_>, input: &Value, applied: bool) -> Result<Value> {
    let code = input.text("QuotaCode")?;
    let quota = of_service(input)?.find(|quota| quota.code == code);
    let quota = quota.ok_or_else(|| absent("The request failed because the specified quota does not exist."))?;
    Ok(json!({"Quota": told(context, quota, applied)}))
}

fn list(context: &Context<'_>, input: &Value, applied: bool) -> Result<Value> {
    let code = input.optional("QuotaCode");
    let all = of_service(input)?.filter(|quota| code.is_none_or(|code| code == quota.code)).collect();
    let limit = input.number("MaxResults").and_then(|limit| usize::try_from(limit).ok());
    let bad_token = || ApiError::new("InvalidPaginationTokenException", "Invalid input was provided.");
    let page = context.page(all, input.optional("NextToken"), limit, MOST, bad_token)?;
    let quotas: Vec<_> = page.items.into_iter().map(|quota| told(context, quota, applied)).collect();
    Ok(json!({"Quotas": quotas, "NextToken": page.next}))
}

fn get_applied(context: &Context<'_>, input: &Value) -> Result<Value> {
    get(context, input, true)
}

fn get_default(context: &Context<'_>, input: &Value) -> Result<Value> {
    get(context, input, false)
}

fn list_applied(context: &Context<'_>, input: &Value) -> Result<Value> {
    list(context, input, true)
}

fn list_default(context: &Context<'_>, input: &Value) -> Result<Value> {
    list(context, input, false)
}

fn absent(message: &str) -> ApiError {
    ApiError::new("NoSuchResourceException", message)
}
