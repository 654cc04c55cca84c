//! What streams of a Local AWS that is served have taken lately.

use super::{reach, request, token};
use crate::aws::LocalTarget;
use crate::error::{Error, Result};
use jiff::Timestamp;
use serde::Deserialize;
use std::path::Path;

/// A Local AWS that somebody serves, and what opens its own pages.
pub(crate) struct Served {
    url: String,
    token: String,
}

/// A record, as Local AWS tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) stream: String,
    pub(crate) data: String,
}

impl Served {
    /// # Errors
    /// Nobody serves it: then nothing arrives.
    pub(crate) async fn at(directory: &Path) -> Result<Self> {
        match reach(directory).await? {
            LocalTarget::Served(url) => Ok(Self { url, token: token(directory)? }),
            LocalTarget::Embedded(_) => Err(Error::other(
                format!("nobody serves the Local AWS in `{}`, so that nothing arrives", directory.display()),
                "`pipectl local` does, in another terminal",
            )),
        }
    }

    /// Behind the one of a number.
    pub(crate) async fn records(&self, after: u64) -> Result<Vec<Record>> {
        self.get(&format!("records?after={after}"), serde_json::from_value).await
    }

    /// By its own clock, which may be ahead.
    pub(crate) async fn now(&self) -> Result<Timestamp> {
        self.get("health", |mut answer| serde_json::from_value(answer["now"].take())).await
    }

    /// What there is at a glance.
    pub(crate) async fn status(&self) -> Result<serde_json::Value> {
        self.get("status", Ok).await
    }

    async fn get<T>(
        &self,
        page: &str,
        read: impl FnOnce(serde_json::Value) -> std::result::Result<T, serde_json::Error>,
    ) -> Result<T> {
        let answer = request::get(&format!("{}/_local/{page}", self.url), &self.token).await?;
        read(answer).map_err(|error| {
            Error::other(format!("Local AWS tells something else: {error}"), "is it served by this version of pipectl?")
        })
    }
}
