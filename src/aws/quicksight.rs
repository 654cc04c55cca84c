//! QuickSight, asked in the JSON that it speaks.
//!
//! Its SDK has two hundred operations and the types of every drawing that a dashboard may have: by itself it is two minutes of
//! a debug build (sns: ten seconds), and what a dashboard is made of is a document anyhow.

use super::json_api::{Api, Asked, JsonApi, escaped};
use super::{Patience, Result};
use crate::names::Names;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use serde_json::Value as Json;

const API: Api = Api { host: "quicksight", name: "QuickSight" };

/// The service of one account in one region.
#[derive(Clone, Debug)]
pub(crate) struct QuickSight {
    api: JsonApi,
    account: String,
}

impl QuickSight {
    pub(super) fn new(config: &SdkConfig, names: &Names, seen_by: Vec<SharedInterceptor>) -> Self {
        Self { api: JsonApi::new(&API, config, names, seen_by), account: names.account.clone() }
    }

    /// Of the same account in another region: users and groups are kept in one alone.
    pub(crate) fn elsewhere(&self, names: &Names, region: &str) -> Self {
        Self { api: self.api.elsewhere(names, region), account: self.account.clone() }
    }

    /// Where something of the account is: `data-sources/ID`.
    pub(crate) fn at(&self, what: &str) -> String {
        format!("/accounts/{}/{what}", self.account)
    }

    /// Where the account's subscription is, the one thing that is elsewhere.
    pub(crate) fn subscription(&self) -> String {
        format!("/account/{}", self.account)
    }

    /// A read: repeated only when AWS is busy or throttles.
    pub(crate) async fn read(&self, asked: Asked<'_>) -> Result<Json> {
        self.api.call(Patience::READING, &asked).await
    }

    /// A write: repeated while IAM propagates or another change is in progress.
    pub(crate) async fn write(&self, asked: Asked<'_>) -> Result<Json> {
        self.api.call(Patience::USUAL, &asked).await
    }

    /// Every page of a list, its `items` one behind the other.
    pub(crate) async fn list(&self, operation: &'static str, path: &str, items: &str) -> Result<Vec<Json>> {
        let (mut all, mut from) = (vec![], None::<String>);
        loop {
            let at = from.map_or_else(|| path.to_owned(), |token| format!("{path}?next-token={}", escaped(&token)));
            let mut page = self.read(Asked::get(operation, &at)).await?;
            all.extend(page[items].as_array_mut().map(std::mem::take).unwrap_or_default());
            from = page["NextToken"].as_str().filter(|token| !token.is_empty()).map(str::to_owned);
            if from.is_none() {
                return Ok(all);
            }
        }
    }
}
