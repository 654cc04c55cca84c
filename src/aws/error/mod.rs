//! AWS's errors, classed once by code and message. Everything that waits, retries or ignores an error
//! asks [`Class`]; nothing else in the program looks at an error code.

mod class;
mod network;

pub(crate) use class::Class;
pub(super) use network::words;

use super::asked::Asked;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use class::class;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// An AWS call that failed.
#[derive(Clone)]
pub(crate) struct Error(Box<Parts>);

#[derive(Clone)]
struct Parts {
    operation: &'static str,
    class: Class,
    code: String,
    message: String,
    request_id: Option<String>,
    waited: Duration,
    /// For how long it would have been waited at most.
    limit: Option<Duration>,
    hint: Option<String>,
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(operation: &'static str, code: &str, message: &str) -> Self {
        Self(Box::new(Parts {
            operation,
            class: class(code, message),
            code: code.to_owned(),
            message: message.to_owned(),
            request_id: None,
            waited: Duration::ZERO,
            limit: None,
            hint: None,
        }))
    }

    /// For a condition that was waited for in vain.
    pub(super) fn still_waiting(operation: &'static str, message: &str) -> Self {
        let mut error = Self::new(operation, "StillWaiting", message);
        // Whatever the message repeats of what AWS said last.
        error.0.class = Class::StillWaiting;
        error
    }

    /// For an answer that is AWS's and lacks what it has to say: whether the work was done is not known.
    pub(crate) fn incomplete(operation: &'static str, message: &str) -> Self {
        let mut error = Self::new(operation, "Incomplete", message);
        error.0.class = Class::Network;
        error
    }

    /// Reads what the SDK reports. `operation` is written `service:Operation`, as IAM writes actions.
    pub(crate) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                let meta = context.err().meta();
                // Half of an error has no code either: a 404 of that kind does not say that nothing is there.
                let said = context.raw().body().bytes().is_some_and(|body| !body.is_empty());
                if meta.code().is_none() && ((200..300).contains(&status) || (said && (300..500).contains(&status))) {
                    return Self::unreadable(operation, status, context.err());
                }
                let code = match meta.code() {
                    // A HEAD request has no body to carry a code.
                    None if status == 301 => "PermanentRedirect".to_owned(),
                    None if status == 404 => "NotFound".to_owned(),
                    None if status == 403 => "AccessDenied".to_owned(),
                    None => format!("HTTP {status}"),
                    Some(code) => code.to_owned(),
                };
                let mut read = Self::new(operation, &code, meta.message().unwrap_or("AWS gave no message"));
                read.0.request_id = meta.extra("aws_request_id").map(str::to_owned);
                read.reclass_by_status(status);
                // S3 names the region to those who ask in the wrong one.
                match context.raw().headers().get("x-amz-bucket-region") {
                    Some(region) if read.class() == Class::Elsewhere => read.with_hint(format!(
                        "the bucket is in {region}: set `region` to that, or choose another `bucket.name`"
                    )),
                    _ => read,
                }
            }
            other => Self::without_answer(operation, other),
        }
    }

    /// For an answer that says that all went well, and is not whole: what was done is not known, and asking again tells.
    fn unreadable(operation: &'static str, status: u16, error: &(dyn std::error::Error + 'static)) -> Self {
        let why = network::words(error);
        let text = format!("the answer (status {status}) cannot be read: {why}");
        let asked = Asked::last();
        let mut read = Self::new(operation, "BrokenAnswer", &network::message(asked.as_ref(), &text));
        read.0.class = Class::Busy;
        read.with_hint(network::hint(asked.as_ref(), "the answer broke off, unexpected EOF"))
    }

    fn without_answer<E: std::error::Error + 'static>(
        operation: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self {
        // The outermost words only say which of the SDK's phases it was.
        let text = std::error::Error::source(error).map(network::words).unwrap_or_default();
        // Those who give credentials are asked over the network too, and may not be reached.
        let unreached =
            ["dns error", "timeout occurred", "Connection refused", "tunnel"].iter().any(|sign| text.contains(sign));
        let credentials = !unreached && (text.contains("credentials") || text.contains("identity"));
        let (code, class) = match error {
            _ if credentials => ("NoCredentials", Class::Credentials),
            SdkError::ConstructionFailure(_) => ("InvalidRequest", Class::Invalid),
            SdkError::TimeoutError(_) => ("Timeout", Class::Network),
            _ if text.contains("timeout occurred") => ("Timeout", Class::Network),
            _ if text.contains("not from AWS") => ("NotFromAws", Class::Network),
            _ => ("NoAnswer", Class::Network),
        };
        if class != Class::Network {
            let mut read = Self::new(operation, code, if text.is_empty() { "no answer" } else { &text });
            read.0.class = class;
            return read;
        }
        let asked = Asked::last();
        let mut read = Self::new(operation, code, &network::message(asked.as_ref(), &text));
        read.0.class = class;
        read.with_hint(network::hint(asked.as_ref(), &text))
    }

    fn reclass_by_status(&mut self, status: u16) {
        if self.0.class != Class::Invalid {
            return;
        }
        match status {
            404 => self.0.class = Class::Absent,
            429 => self.0.class = Class::Throttled,
            500 | 502 | 503 | 504 => self.0.class = Class::Busy,
            _ => {}
        }
    }

    pub(crate) fn class(&self) -> Class {
        self.0.class
    }

    /// To be shown: what a code means is told by its [`Class`].
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }

    /// `service:Operation`, as IAM writes actions.
    pub(crate) fn operation(&self) -> &'static str {
        self.0.operation
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Says how long the call was repeated before it was given up.
    pub(crate) fn waited(mut self, waited: Duration) -> Self {
        self.0.waited = waited;
        self
    }

    /// Says how long it would have been waited at most.
    pub(super) fn limit(mut self, limit: Duration) -> Self {
        self.0.limit = Some(limit);
        self
    }

    /// Adds what a kind knows about the way out, where the code alone does not tell.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        if self.0.hint.is_some() {
            return self.0.hint.clone();
        }
        if let Some(login) = LOGIN.get().filter(|_| self.0.class == Class::Credentials) {
            return Some(format!("{login}; then run the same command again, which goes on from what is there"));
        }
        let hint = match self.0.class {
            Class::Credentials => {
                "log in again (`aws sso login`, `aws configure`), or try `--local`, which needs no account"
            }
            Class::Denied => "let the caller's IAM policy allow this operation",
            Class::Quota => "ask AWS for a higher limit (Service Quotas), or remove what is not needed",
            Class::Propagating => "AWS still refuses the role: check its trust policy and permissions",
            Class::Throttled => "AWS throttles this account: run again later, or with a lower `--parallelism`",
            Class::Network => "check the network, the region and `AWS_ENDPOINT_URL`",
            Class::Busy => "AWS was not able to do it now: run it again, it goes on from what is there",
            Class::StillWaiting => "it may come yet: run it again, it goes on from what is there",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// What helps where the credentials in use are refused. Sessions end while a run is at work.
static LOGIN: OnceLock<String> = OnceLock::new();

/// Says what would help, once it is known whose credentials they are.
pub(super) fn remember_login(way: String) {
    let _ = LOGIN.set(way);
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { operation, code, message, request_id, waited, limit, .. } = &*self.0;
        write!(f, "{operation}: {code}: {message}")?;
        if let Some(id) = request_id {
            write!(f, " (request {id})")?;
        }
        if *waited >= Duration::from_secs(1) {
            write!(f, ", after {} s of waiting", waited.as_secs())?;
            if let Some(limit) = limit {
                write!(f, " ({} s at most)", limit.as_secs())?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} [{:?}]", self.0.class)
    }
}

impl std::error::Error for Error {}

/// Turns "it is not there" into `None`, and "it is already gone" or "already there" into success.
pub(crate) trait Expect<T> {
    fn absent(self) -> Result<Option<T>>;
    fn gone(self) -> Result<()>;
}

impl<T> Expect<T> for Result<T> {
    fn absent(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.class() == Class::Absent => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn gone(self) -> Result<()> {
        self.absent().map(|_| ())
    }
}

#[cfg(test)]
mod tests;
