//! What a document says, in either of its two languages.

use super::super::bad_request;
use crate::api_error::Result;
use crate::service::Input;
use serde_json::Value;

/// As AWS documents it: 6 MB.
const MOST: usize = 6 * 1024 * 1024;

pub(super) struct Definition(Value);

impl Definition {
    /// JSON, or YAML, which has JSON in it.
    pub(super) fn read(input: &Value) -> Result<Self> {
        let text = input.optional("body").unwrap_or_default();
        if text.len() > MOST {
            return Err(bad_request("The API definition is larger than 6 MB"));
        }
        let parsed = serde_json::from_str::<Value>(text).ok().or_else(|| serde_saphyr::from_str(text).ok());
        let definition = parsed.filter(Value::is_object).map(Self);
        let is_known = |definition: &Self| {
            let version = definition.0["openapi"].as_str().unwrap_or_default();
            version.starts_with("3.0") || definition.is_swagger()
        };
        definition.filter(is_known).ok_or_else(|| bad_request("Invalid OpenAPI input."))
    }

    fn is_swagger(&self) -> bool {
        self.0["swagger"] == "2.0"
    }

    /// One of the texts that are about the API.
    pub(super) fn info(&self, name: &str) -> Option<&str> {
        self.0["info"][name].as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn extension(&self, name: &str) -> &Value {
        &self.0[format!("x-amazon-apigateway-{name}").as_str()]
    }

    /// As text, which is how an API has it.
    pub(super) fn policy(&self) -> Value {
        match self.extension("policy") {
            Value::Null => Value::Null,
            policy => policy.to_string().into(),
        }
    }

    /// OpenAPI has it beside a server.
    pub(super) fn endpoints(&self) -> &Value {
        let of_server = &self.0["servers"][0]["x-amazon-apigateway-endpoint-configuration"];
        if of_server.is_null() { self.extension("endpoint-configuration") } else { of_server }
    }

    /// What a `$ref` within the document leads to.
    pub(super) fn resolved<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.strip_prefix('#')?),
            None => Some(value),
        }
    }

    /// The scheme of security of a name.
    pub(super) fn scheme(&self, name: &str) -> &Value {
        if self.is_swagger() {
            return &self.0["securityDefinitions"][name];
        }
        &self.0["components"]["securitySchemes"][name]
    }

    /// What is asked of callers where an operation does not say.
    pub(super) fn security(&self) -> &Value {
        &self.0["security"]
    }

    /// Where all paths are below.
    fn base(&self) -> &str {
        let path = match self.is_swagger() {
            true => self.0["basePath"].as_str(),
            false => {
                let server = &self.0["servers"][0];
                let variable = server["variables"]["basePath"]["default"].as_str();
                let url = server["url"].as_str().unwrap_or_default();
                let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
                variable.or_else(|| rest.find('/').map(|at| &rest[at..]))
            }
        };
        path.unwrap_or_default().trim_matches('/')
    }

    /// What is put before paths: by itself nothing, on request the base, or all of it but its first part.
    pub(super) fn prefix(&self, asked: Option<&str>) -> Result<String> {
        let base = self.base();
        let below = match asked {
            None | Some("ignore") => "",
            Some("prepend") => base,
            Some("split") => base.split_once('/').map_or("", |(_, rest)| rest),
            Some(other) => return Err(bad_request(format!("Invalid value for basepath: {other}"))),
        };
        Ok(if below.is_empty() { String::new() } else { format!("/{below}") })
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["paths"].as_object().into_iter().flatten()
    }
}
