//! The code of a function: on its way to Lambda, and as it runs there.

use crate::aws::Aws;
use aws_sdk_lambda::config::Builder;
use bytes::Bytes;

/// Code on its way to Lambda.
pub(super) struct Upload {
    pub(super) zip: Bytes,
    /// As Lambda spells it: base64.
    pub(super) sha256: String,
}

impl Upload {
    /// Settings for a request that carries it: on a slow line it takes its time.
    pub(super) fn unhurried(&self, aws: &Aws) -> Builder {
        Builder::new().timeout_config(aws.timeouts.upload(self.zip.len()))
    }
}

/// The digest of the code that runs, if it is the code that was recorded when it was put there.
pub(super) fn running(recorded: Option<&String>, sha256: &str) -> String {
    match recorded.and_then(|recorded| recorded.split_once(':')) {
        Some((digest, of)) if of == sha256 => digest.to_owned(),
        Some(_) => format!("changed outside pipectl (sha256 {sha256})"),
        None => format!("not from pipectl (sha256 {sha256})"),
    }
}
