//! One method of a path, as the operations of API Gateway want it that make it.

use super::super::bad_request;
use super::document::Definition;
use crate::api_error::Result;
use serde_json::{Map, Value, json};

/// What the documents call methods, and API Gateway.
const METHODS: &[(&str, &str)] = &[
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("x-amazon-apigateway-any-method", "ANY"),
];

/// The inputs of the calls that make it, without what they have of the API, the path and the method.
pub(super) struct Operation {
    pub(super) path: String,
    pub(super) method: &'static str,
    pub(super) settings: Map<String, Value>,
    pub(super) responses: Vec<Map<String, Value>>,
    pub(super) integration: Option<Map<String, Value>>,
    pub(super) integration_responses: Vec<Map<String, Value>>,
    pub(super) warnings: Vec<String>,
}

const INTEGRATION: &str = "x-amazon-apigateway-integration";

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

impl Operation {
    /// Every operation of every path, and what is to be warned of.
    pub(super) fn all(definition: &Definition, basepath: Option<&str>) -> Result<(Vec<Self>, Vec<String>)> {
        let prefix = definition.prefix(basepath)?;
        let (mut all, mut warnings) = (vec![], vec![]);
        for (path, item) in definition.paths() {
            if !path.starts_with('/') {
                return Err(bad_request(format!("Invalid path: {path}")));
            }
            let whole = format!("{prefix}{path}");
            let whole = if whole == "/" { whole.as_str() } else { whole.trim_end_matches('/') };
            for (word, method) in METHODS {
                if item[word].is_object() {
                    all.push(Self::read(definition, whole, method, &item[word], &item["parameters"])?);
                }
            }
            if item["trace"].is_object() {
                warnings.push(format!("Ignoring unsupported method 'TRACE' at path '{path}'"));
            }
        }
        Ok((all, warnings))
    }

    pub(super) fn read(
        definition: &Definition,
        path: &str,
        method: &'static str,
        described: &Value,
        of_path: &Value,
    ) -> Result<Self> {
        let (mut warnings, mut parameters) = (vec![], Map::new());
        let own = described["parameters"].as_array().into_iter().flatten();
        for given in of_path.as_array().into_iter().flatten().chain(own) {
            match definition.resolved(given) {
                Some(found) => parameters.extend(parameter(found)),
                None => warnings.push(format!("Ignoring unresolved parameter {given} on method '{method} {path}'")),
            }
        }
        let (authorization, asks_for_key) = security(definition, described)?;
        let settings = json!({
            "authorizationType": authorization,
            "apiKeyRequired": asks_for_key,
            "operationName": described["operationId"],
            "requestParameters": if parameters.is_empty() { Value::Null } else { parameters.into() },
        });
        let found = &described[INTEGRATION];
        let integration = (!found.is_null()).then(|| integration(path, found)).transpose()?;
        Ok(Self {
            path: path.to_owned(),
            method,
            settings: object(settings),
            responses: entries(&described["responses"]).filter_map(response).collect(),
            integration,
            integration_responses: entries(&found["responses"]).map(integration_response).collect(),
            warnings,
        })
    }
}

/// `method.request.querystring.page`, and whether it has to be there. A body is none.
fn parameter(given: &Value) -> Option<(String, Value)> {
    let place = match given["in"].as_str()? {
        "query" => "querystring",
        place @ ("header" | "path") => place,
        _ => return None,
    };
    let name = format!("method.request.{place}.{}", given["name"].as_str()?);
    Some((name, given["required"].as_bool().unwrap_or(false).into()))
}

/// How callers are known, and whether a key is asked for.
fn security(definition: &Definition, described: &Value) -> Result<(&'static str, bool)> {
    let (mut authorization, mut asks_for_key) = ("NONE", false);
    let asked = if described["security"].is_null() { definition.security() } else { &described["security"] };
    for name in asked.as_array().into_iter().flatten().flat_map(|one| entries(one).map(|(name, _)| name)) {
        let scheme = definition.scheme(name);
        if scheme["x-amazon-apigateway-authtype"] == "awsSigv4" {
            authorization = "AWS_IAM";
        } else if !scheme["x-amazon-apigateway-authorizer"].is_null() {
            return Err(bad_request("Local AWS's API Gateway has no authorizers"));
        } else if scheme["type"] == "apiKey" {
            asks_for_key = true;
        }
    }
    if described["x-amazon-apigateway-auth"]["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("AWS_IAM")) {
        authorization = "AWS_IAM";
    }
    Ok((authorization, asks_for_key))
}

/// The types of integrations, which documents write in lower case.
const TYPES: [&str; 5] = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"];
const PASSTHROUGH: [&str; 3] = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];

fn integration(path: &str, found: &Value) -> Result<Map<String, Value>> {
    let malformed =
        || bad_request(format!("Unable to parse API definition because of a malformed integration at path {path}."));
    let upper = |name: &str| found[name].as_str().map(str::to_uppercase);
    let known = |name: &str, all: &[&str]| match upper(name) {
        Some(word) if !all.contains(&word.as_str()) => Err(malformed()),
        word => Ok(word),
    };
    let kind = known("type", &TYPES)?.ok_or_else(malformed)?;
    let is_text = |name: &str| found[name].is_null() || found[name].is_string();
    if !["uri", "httpMethod", "credentials"].into_iter().all(is_text) {
        return Err(malformed());
    }
    Ok(object(json!({
        "type": kind,
        "integrationHttpMethod": found["httpMethod"],
        "uri": found["uri"],
        "credentials": found["credentials"],
        "connectionType": found["connectionType"],
        "passthroughBehavior": known("passthroughBehavior", &PASSTHROUGH)?,
        "contentHandling": upper("contentHandling"),
        "timeoutInMillis": found["timeoutInMillis"],
        "requestParameters": found["requestParameters"],
        "requestTemplates": found["requestTemplates"],
        "cacheNamespace": found["cacheNamespace"],
    })))
}

/// An answer of a status; `default` is none of API Gateway's.
fn response((status, given): (&String, &Value)) -> Option<Map<String, Value>> {
    status.parse::<u16>().ok()?;
    let headers = entries(&given["headers"]).map(|(name, _)| (format!("method.response.header.{name}"), false.into()));
    let headers: Map<_, _> = headers.collect();
    let parameters = if headers.is_empty() { Value::Null } else { headers.into() };
    Some(object(json!({"statusCode": status, "responseParameters": parameters})))
}

/// An answer of what is called, by the pattern that it has to match.
fn integration_response((pattern, given): (&String, &Value)) -> Map<String, Value> {
    object(json!({
        "statusCode": given["statusCode"].as_str().map(str::to_owned).unwrap_or_else(|| given["statusCode"].to_string()),
        "selectionPattern": (pattern != "default").then_some(pattern),
        "responseParameters": given["responseParameters"],
        "responseTemplates": given["responseTemplates"],
        "contentHandling": given["contentHandling"],
    }))
}
