//! What an error means, by AWS's code and, where that says too little, by its words.

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
    /// It is not the one any more that the caller knows.
    Outdated,
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

pub(super) fn class(code: &str, message: &str) -> Class {
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
            "NoSuchResource",
            "NoSuchPublicAccessBlockConfiguration",
            "OwnershipControlsNotFoundError",
            "ServerSideEncryptionConfigurationNotFoundError",
            "NoSuchCORSConfiguration",
            "NoSuchWebsiteConfiguration",
            "ReplicationConfigurationNotFoundError",
            "ObjectLockConfigurationNotFoundError",
            // QuickSight's, of an account that has no subscription to it.
            "UnsupportedUserEdition",
            // Cost Explorer's, before it was ever opened.
            "DataUnavailable",
        ],
    ),
    (
        Class::Exists,
        &[
            "EntityAlreadyExists",
            "AlreadyExists",
            "ResourceAlreadyExists",
            // QuickSight's.
            "ResourceExists",
            "BucketAlreadyOwnedByYou",
            // Of budgets, their notifications and subscribers.
            "DuplicateRecord",
            // API Gateway's. Changes that overlap have the same code, and are told apart by AWS's words.
            "Conflict",
        ],
    ),
    (Class::Taken, &["BucketAlreadyExists"]),
    (Class::Elsewhere, &["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"]),
    (Class::Outdated, &["PreconditionFailed"]),
    (Class::NotEmpty, &["BucketNotEmpty"]),
    (Class::Running, &["CrawlerRunning", "CrawlerStopping", "ConcurrentRunsExceeded"]),
    (Class::Already, &["SchedulerRunning", "CrawlerNotRunning"]),
    (
        Class::Busy,
        &[
            "OperationAborted",
            "ConditionalRequestConflict",
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
    (
        Class::Quota,
        &[
            "LimitExceeded",
            "CreationLimitExceeded",
            "ServiceQuotaExceeded",
            "ResourceNumberLimitExceeded",
            "TooManyBuckets",
            "CodeStorageExceeded",
        ],
    ),
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
        // A role leaves an instance profile when somebody takes it out, and not by waiting.
        "DeleteConflict" if says(&["instance profile"]) => Some(Class::Invalid),
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
        "ResourceConflict" | "ResourceInUse" if says(&["already exist", "FunctionUrlConfig exists"]) => {
            Some(Class::Exists)
        }
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
