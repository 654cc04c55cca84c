//! The proxy event of an API Gateway REST API, as far as `track` reads it.

use crate::body::Rejection;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Payload format 1.0. API Gateway writes `null`, not an empty value, for headers and body that are not there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyRequest {
    #[serde(rename = "httpMethod")]
    pub(crate) method: String,
    #[serde(default)]
    headers: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl ProxyRequest {
    /// A header by its name in lower case. REST APIs pass names on in the case that the client wrote.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.as_ref()?;
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_deref()
    }

    /// The bytes that the client sent: API Gateway encodes them where the content type is one of the API's binary media types.
    pub(crate) fn body(&self) -> Result<Cow<'_, [u8]>, Rejection> {
        let body = self.body.as_deref().unwrap_or_default();
        if !self.is_base64_encoded {
            return Ok(Cow::Borrowed(body.as_bytes()));
        }
        STANDARD.decode(body).map(Cow::Owned).map_err(|_| Rejection::NotBase64)
    }
}
