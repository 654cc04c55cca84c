//! AWS's errors, classed once by code and message. Everything that waits, retries or ignores an error
//! asks [`Class`]; nothing else in the program looks at an error code.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::fmt;
use std::time::Duration;

/// What an error means for what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The thing is not there.
    Absent,
    /// It is already there.
    Exists,
    /// Its name is somebody else's, in an account that is not ours.
    Taken,
    /// It is in another region.
    Elsewhere,
    /// It holds something, and is kept because of that.
    NotEmpty,
    /// IAM has not told the service yet: ask again soon, often.
    Propagating,
    /// Somebody else's call or an unfinished change is in the way: ask again, less often.
    Busy,
    /// A crawler or a job is running: stopping it or waiting for it is the caller's decision.
    Running,
    /// It is in the state that was asked for, started or stopped.
    Already,
    /// A condition did not come about while we waited for it.
    StillWaiting,
    /// Too many requests.
    Throttled,
    /// An account limit is reached. Looks like throttling (HTTP 429), but waiting does not help:
    /// terraform-provider-aws#37605.
    Quota,
    /// The caller's own credentials are missing, wrong or expired.
    Credentials,
    /// The caller may not do this.
    Denied,
    /// No answer: name resolution, connection, time-out.
    Network,
    /// Everything else: the request is wrong as it stands.
    Invalid,
}

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

    /// Reads what the SDK reports. `operation` is written `service:Operation`, as IAM writes actions.
    pub(crate) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                let meta = context.err().meta();
                let code = match meta.code() {
                    // A HEAD request has no body to carry a code.
                    None if status == 404 => "NotFound".to_owned(),
                    None if status == 403 => "AccessDenied".to_owned(),
                    None => format!("HTTP {status}"),
                    Some(code) => code.to_owned(),
                };
                let mut read = Self::new(operation, &code, meta.message().unwrap_or("AWS gave no message"));
                read.0.request_id = meta.extra("aws_request_id").map(str::to_owned);
                read.reclass_by_status(status);
                read
            }
            other => Self::without_answer(operation, other),
        }
    }

    fn without_answer<E: std::error::Error + 'static>(
        operation: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self {
        let mut deepest: &dyn std::error::Error = error;
        let mut texts = vec![];
        while let Some(source) = deepest.source() {
            deepest = source;
            texts.push(deepest.to_string());
        }
        let text = texts.join(": ");
        let credentials = text.contains("credentials") || text.contains("identity");
        let (code, class) = match error {
            SdkError::ConstructionFailure(_) => ("InvalidRequest", Class::Invalid),
            _ if credentials => ("NoCredentials", Class::Credentials),
            SdkError::TimeoutError(_) => ("Timeout", Class::Network),
            _ => ("NoAnswer", Class::Network),
        };
        let mut read = Self::new(operation, code, if text.is_empty() { "no answer" } else { &text });
        read.0.class = class;
        read
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

    /// For tests alone: what a code means is told by its [`Class`].
    #[cfg(test)]
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Says how long the call was repeated before it was given up.
    pub(crate) fn waited(mut self, waited: Duration) -> Self {
        self.0.waited = waited;
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
        let hint = match self.0.class {
            Class::Credentials => {
                "log in again (`aws sso login`, `aws configure`), or try `--local`, which needs no account"
            }
            Class::Denied => "let the caller's IAM policy allow this operation",
            Class::Quota => "ask AWS for a higher limit (Service Quotas), or remove what is not needed",
            Class::Propagating => "AWS still refuses the role: check its trust policy and permissions",
            Class::Throttled => "AWS throttles this account: run again later, or with a lower `--parallelism`",
            Class::Network => "check the network, the region and `AWS_ENDPOINT_URL`",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { operation, code, message, request_id, waited, .. } = &*self.0;
        write!(f, "{operation}: {code}: {message}")?;
        if let Some(id) = request_id {
            write!(f, " (request {id})")?;
        }
        if *waited >= Duration::from_secs(1) {
            write!(f, ", after {} s of waiting", waited.as_secs())?;
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

fn class(code: &str, message: &str) -> Class {
    // Query and REST-XML services drop the suffix that JSON services put behind a code.
    let code = code.strip_suffix("Exception").unwrap_or(code);
    by_message(code, message).or_else(|| by_code(code)).unwrap_or(Class::Invalid)
}

/// Codes that say it all.
const CODES: &[(Class, &[&str])] = &[
    (
        Class::Absent,
        &[
            "NoSuchEntity",
            "ResourceNotFound",
            "EntityNotFound",
            "NotFound",
            "NoSuchBucket",
            "NoSuchKey",
            "NoSuchVersion",
            "NoSuchUpload",
            "NoSuchLifecycleConfiguration",
            "NoSuchTagSet",
            "NoSuchBucketPolicy",
            "NoSuchPublicAccessBlockConfiguration",
            "OwnershipControlsNotFoundError",
            "ServerSideEncryptionConfigurationNotFoundError",
        ],
    ),
    (
        Class::Exists,
        &[
            "EntityAlreadyExists",
            "AlreadyExists",
            "ResourceAlreadyExists",
            "BucketAlreadyOwnedByYou",
            // API Gateway's. Changes that overlap have the same code, and are told apart by AWS's words.
            "Conflict",
        ],
    ),
    (Class::Taken, &["BucketAlreadyExists"]),
    (Class::Elsewhere, &["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"]),
    (Class::NotEmpty, &["BucketNotEmpty"]),
    (Class::Running, &["CrawlerRunning", "CrawlerStopping", "ConcurrentRunsExceeded"]),
    (Class::Already, &["SchedulerRunning", "CrawlerNotRunning"]),
    (
        Class::Busy,
        &[
            "OperationAborted",
            "ConcurrentModification",
            "DeleteConflict",
            "ResourceInUse",
            "ResourceConflict",
            "OperationTimeout",
            "PriorRequestNotComplete",
            "InternalService",
            "InternalFailure",
            "ServiceUnavailable",
            "ServiceFailure",
            "InternalServer",
            "InternalError",
        ],
    ),
    (
        Class::Throttled,
        &["Throttling", "Throttled", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "RequestThrottled"],
    ),
    (Class::Quota, &["LimitExceeded", "ResourceNumberLimitExceeded", "TooManyBuckets", "CodeStorageExceeded"]),
    (
        Class::Credentials,
        &[
            "ExpiredToken",
            "InvalidClientTokenId",
            "UnrecognizedClient",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "MissingAuthenticationToken",
            "RequestExpired",
            "InvalidSignature",
        ],
    ),
    (Class::Denied, &["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError"]),
];

fn by_code(code: &str) -> Option<Class> {
    CODES.iter().find(|(_, codes)| codes.contains(&code)).map(|(class, _)| *class)
}

/// Codes that say too little, told apart by AWS's words (collected from terraform-provider-aws and
/// cdkd, and from the issue threads of both).
fn by_message(code: &str, message: &str) -> Option<Class> {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    match code {
        // The role of a service is meant only where the service, not the caller, is refused.
        "InvalidArgument"
        | "InvalidInput"
        | "InvalidParameterValue"
        | "MalformedPolicyDocument"
        | "BadRequest"
        | "InvalidParameter"
        | "ValidationError"
        | "Validation"
            if says(PROPAGATION) =>
        {
            Some(Class::Propagating)
        }
        "InvalidInput" if says(&["Cannot update Crawler while running", "Cannot delete Crawler while running"]) => {
            Some(Class::Running)
        }
        "InvalidRequest"
            if says(&["is not found", "was not found", "does not exist", "Does Not Exist", "not found"]) =>
        {
            Some(Class::Absent)
        }
        "InvalidRequest" if says(&["is already created", "already exists"]) => Some(Class::Exists),
        // Firehose says in-use of a stream that is there already, and of one that is being changed.
        "ResourceConflict" | "ResourceInUse" if says(&["already exist"]) => Some(Class::Exists),
        "LimitExceeded" if says(&["Rate exceeded", "Too Many Requests", "too many requests"]) => Some(Class::Throttled),
        "TooManyRequests" if says(&["limit exceeded", "Limit Exceeded"]) => Some(Class::Quota),
        _ if says(&["Rate exceeded"]) => Some(Class::Throttled),
        _ if says(BUSY) => Some(Class::Busy),
        _ => None,
    }
}

/// IAM is eventually consistent: a role that was just made is refused for some seconds.
const PROPAGATION: &[&str] = &[
    "Access was denied",
    "is not authorized to",
    "is not authorized",
    "not authorized to perform",
    "Please make sure the role specified in VpcConfiguration has permissions",
    "Verify that the IAM role has access",
    "Firehose is unable to assume role",
    "Ensure that the provided IAM role",
    "security token included in the request is invalid. (Service:",
    "cannot be assumed",
    "role defined for the function",
    "execution role does not have permissions",
    "KMS key is invalid for CreateGrant",
    "Insufficient Lake Formation permission",
    "is unable to assume provided role",
    "is unable to assume the role",
    "authorized to assume the provided role",
    "verify the role's TrustPolicy",
    "trust policy",
    "does not exist or the role provided does not have access to it",
    "Invalid principal in policy",
    "one or more invalid principals",
    "role ARN does not have required permissions",
    "does not have required permissions",
    "could not successfully write to CloudWatch Logs using the ARN specified",
    // The function's permission for S3 is seen by S3 a moment later than by Lambda.
    "Unable to validate the following destination configurations",
];

/// A change in progress that will end by itself.
const BUSY: &[&str] = &[
    "conflicting conditional operation",
    "concurrent update operation",
    "concurrent modification",
    "was modified while adding trigger",
    "because it is in use",
    "because it is a replicated function",
    "currently in the following state: Pending",
    "throttled by EC2",
    "try again later",
    "are in deleting state",
    "update is in progress",
    "Could not deliver test message",
    "Active stages with canary settings pointing to this deployment",
];

#[cfg(test)]
mod tests;
