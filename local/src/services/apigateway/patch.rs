//! Patch operations: `{"op": "replace", "path": "/name", "value": "..."}`.

use super::bad_request;
use crate::api_error::{ApiError, Result};
use crate::service::Input;
use serde_json::Value;

/// One operation. Its path comes in parts, in which `~1` was `/` and `~0` was `~`.
pub(super) struct Patch<'a> {
    pub(super) op: &'a str,
    pub(super) parts: Vec<String>,
    pub(super) value: Option<&'a str>,
}

impl Patch<'_> {
    pub(super) fn refuse(&self) -> ApiError {
        bad_request(format!("Invalid patch path '/{}' specified for op '{}'", self.parts.join("/"), self.op))
    }

    pub(super) fn text(&self) -> Result<String> {
        self.value.map(str::to_owned).ok_or_else(|| self.refuse())
    }

    pub(super) fn number<T: std::str::FromStr>(&self) -> Result<T> {
        self.value.and_then(|text| text.parse().ok()).ok_or_else(|| self.refuse())
    }

    pub(super) fn flag(&self) -> Result<bool> {
        self.number()
    }
}

pub(super) fn read(input: &Value) -> Result<Vec<Patch<'_>>> {
    let all = input["patchOperations"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .map(|patch| {
            let path = patch.text("path").map_err(|_| bad_request("A patch operation needs a path"))?;
            let parts = path.strip_prefix('/').unwrap_or(path).split('/');
            let parts = parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
            Ok(Patch { op: patch.optional("op").unwrap_or("replace"), parts, value: patch.optional("value") })
        })
        .collect()
}
