//! What an operation has to work with: who asks where and when, and the documents.

use crate::api_error::{ApiError, Result};
use crate::blobs::Blobs;
use crate::caller::Caller;
use crate::decisions::Decisions;
use crate::faults::Faults;
use crate::recent::Noted;
use crate::store::Documents;
use crate::tokens::Quotas;
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// One request's view of Local AWS.
pub(crate) struct Context<'a> {
    /// From the credential scope of the request.
    pub(crate) region: &'a str,
    /// Who asks; for what is done in the background, the account's user.
    pub(crate) caller: &'a Caller,
    /// The account that everything here belongs to.
    pub(crate) account: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) documents: &'a Documents,
    pub(crate) blobs: &'a Blobs,
    pub(crate) faults: &'a Faults,
    pub(crate) quotas: &'a Quotas,
    /// Records of streams, to be shown once the transaction holds.
    pub(crate) noted: &'a Noted,
    /// What roles may, as it was asked.
    pub(crate) decisions: &'a Decisions,
    /// The URL at which Local AWS is reached.
    pub(crate) endpoint: &'a str,
    /// How long what is made stays `CREATING` or `Pending`.
    pub(crate) settle: Duration,
}

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// What asks for the next page, if there is one.
    pub(crate) next: Option<String>,
}

impl Context<'_> {
    /// `aws`, `aws-cn` or `aws-us-gov`, as the region says.
    pub(crate) fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// Where the partition's services of no region are, and what began before there were others.
    pub(crate) fn home(&self) -> &'static str {
        match self.partition() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        }
    }

    /// The ARN of a resource of this region.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// The ARN of a resource of no region, as IAM's are.
    pub(crate) fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition(), self.account)
    }

    /// The key of a document of a regional service.
    pub(crate) fn here(&self, key: &str) -> String {
        format!("{}/{key}", self.region)
    }

    /// A document of this region.
    pub(crate) fn get(&self, collection: &str, key: &str) -> Result<Option<Value>> {
        self.documents.get(collection, &self.here(key))
    }

    pub(crate) fn put(&self, collection: &str, key: &str, document: &Value) -> Result<()> {
        self.documents.put(collection, &self.here(key), document)
    }

    pub(crate) fn remove(&self, collection: &str, key: &str) -> Result<Option<Value>> {
        self.documents.remove(collection, &self.here(key))
    }

    /// This region's documents whose key begins with `prefix`, in the order of keys. The keys come
    /// without the region.
    pub(crate) fn list(&self, collection: &str, prefix: &str) -> Result<Vec<(String, Value)>> {
        let all = self.documents.list(collection, &self.here(prefix))?;
        let skip = self.region.len() + 1;
        Ok(all.into_iter().map(|(key, document)| (key[skip..].to_owned(), document)).collect())
    }

    /// Seconds since 1970 with milliseconds, as AWS's JSON protocols write times.
    pub(crate) fn epoch(&self) -> f64 {
        self.now.as_millisecond() as f64 / 1000.0
    }

    /// `2026-11-23T19:56:30Z`, as AWS's XML protocols write times.
    pub(crate) fn iso(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The time, in milliseconds since 1970, at which something that is started now is done.
    pub(crate) fn settles(&self) -> i64 {
        self.now.as_millisecond() + i64::try_from(self.settle.as_millis()).unwrap_or(i64::MAX)
    }

    /// Whether that time has come.
    pub(crate) fn settled(&self, at: &Value) -> bool {
        at.as_i64().is_none_or(|at| at <= self.now.as_millisecond())
    }

    /// Cuts a page out of a whole list. `after` is the `next` of the page before; `limit` is what the
    /// client asks for, at most `most`.
    ///
    /// # Errors
    /// `bad_token`, where `after` is not a `next` that was given out.
    pub(crate) fn page<T>(
        &self,
        all: Vec<T>,
        after: Option<&str>,
        limit: Option<usize>,
        most: usize,
        bad_token: impl FnOnce() -> ApiError,
    ) -> Result<Page<T>> {
        let start = match after {
            None | Some("") => 0,
            Some(token) => read_token(token).filter(|start| *start <= all.len()).ok_or_else(bad_token)?,
        };
        let end = all.len().min(start + limit.unwrap_or(most).clamp(1, most));
        let next = (end < all.len()).then(|| token(end));
        Ok(Page { items: all.into_iter().skip(start).take(end - start).collect(), next })
    }
}

/// Opaque to the client, as AWS's tokens are.
fn token(position: usize) -> String {
    hex::encode(format!("page:{position}"))
}

fn read_token(token: &str) -> Option<usize> {
    let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
    text.strip_prefix("page:")?.parse().ok()
}

/// A new id of `length` lower-case letters and digits, as API Gateway and others make them.
pub(crate) fn new_id(length: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..length).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}

/// A new random UUID.
pub(crate) fn new_uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}
