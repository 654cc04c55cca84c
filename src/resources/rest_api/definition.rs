//! An API as one document, in OpenAPI 3 with API Gateway's extensions.
//!
//! `ImportRestApi` would save a call more, but takes no tags: what a lost answer or a killed run leaves would be nobody's.
//! So the API is made with its tags, and then filled.

use super::RestApi;
use super::routes::{Headers, Integration, Method};
use serde_json::{Map, Value, json};

/// The name of the scheme by which callers show a key, within the document.
const KEY: &str = "api_key";

impl RestApi {
    pub(super) fn definition(&self) -> String {
        let paths = self.routes.methods.iter().map(|(path, methods)| {
            let methods = methods.iter().map(|(name, method)| (name.to_lowercase(), operation(method)));
            (path.clone(), Value::Object(methods.collect()))
        });
        let responses = self.routes.gateway_responses.iter().map(|(kind, headers)| {
            (kind.clone(), json!({"responseParameters": prefixed("gatewayresponse.header", headers)}))
        });
        json!({
            "openapi": "3.0.1",
            "info": {"title": self.name, "description": self.description, "version": "1"},
            "paths": paths.collect::<Map<_, _>>(),
            "components": {"securitySchemes": {KEY: {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
            "x-amazon-apigateway-gateway-responses": responses.collect::<Map<_, _>>(),
        })
        .to_string()
    }
}

fn prefixed(prefix: &str, headers: &Headers) -> Map<String, Value> {
    headers.iter().map(|(name, value)| (format!("{prefix}.{name}"), value.as_str().into())).collect()
}

fn operation(method: &Method) -> Value {
    let mut operation = match &method.integration {
        // Lambda is called with POST, whatever the caller's method is.
        Integration::Function { uri } => json!({
            "responses": {},
            "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri},
        }),
        Integration::Mock { status, headers } => mock(status, headers),
        Integration::Other(_) => json!({"responses": {}}),
    };
    if method.api_key_required {
        operation["security"] = json!([{KEY: []}]);
    }
    operation
}

fn mock(status: &str, headers: &Headers) -> Value {
    let declared: Map<_, _> =
        headers.keys().map(|name| (name.clone(), json!({"schema": {"type": "string"}}))).collect();
    json!({
        "responses": {status: {"description": "what a browser asks for first", "headers": declared}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": format!("{{\"statusCode\": {status}}}")},
            "responses": {
                "default": {"statusCode": status, "responseParameters": prefixed("method.response.header", headers)},
            },
        },
    })
}
