//! An integration that answers by itself, as it does to the preflight requests of CORS.

use super::refusal::Refusal;
use axum::body::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Mock {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Mock {
    /// The request template says which response it is: `{"statusCode": 200}`.
    pub(super) fn read(integration: &Value) -> Self {
        let template = integration["requestTemplates"]["application/json"].as_str().unwrap_or_default();
        let asked = serde_json::from_str::<Value>(template).unwrap_or_default()["statusCode"].clone();
        let asked = asked.as_u64().or_else(|| asked.as_str()?.parse().ok());
        let status = asked.and_then(|status| u16::try_from(status).ok());
        let response = &integration["integrationResponses"][status.unwrap_or(0).to_string()];
        let headers = response["responseParameters"].as_object().into_iter().flatten().filter_map(|(name, value)| {
            let name = name.strip_prefix("method.response.header.")?;
            // Between apostrophes stands a text; anything else would be taken from a request.
            let value = value.as_str()?.strip_prefix('\'')?.strip_suffix('\'')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Self {
            status: status.filter(|_| !response.is_null()),
            headers: headers.collect(),
            body: response["responseTemplates"]["application/json"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// # Errors
    /// One without a response for the status that it is to give.
    pub(super) fn answer(&self) -> Result<Response<Body>, Refusal> {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or(Refusal::CONFIGURATION)?;
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = status;
        response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }
}
