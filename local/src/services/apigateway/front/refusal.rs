//! What API Gateway refuses, and how.

/// An answer that API Gateway gives by itself: "Gateway response types".
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    /// The type of gateway response, whose headers and template the API may set.
    pub(super) kind: &'static str,
    pub(super) status: u16,
    /// For the header `x-amzn-errortype`.
    pub(super) error: &'static str,
    pub(super) message: &'static str,
}

const fn refusal(kind: &'static str, status: u16, error: &'static str, message: &'static str) -> Refusal {
    Refusal { kind, status, error, message }
}

impl Refusal {
    pub(super) const FORBIDDEN: Self = refusal("ACCESS_DENIED", 403, "ForbiddenException", "Forbidden");
    pub(super) const INVALID_KEY: Self = refusal("INVALID_API_KEY", 403, "ForbiddenException", "Forbidden");
    pub(super) const MISSING_TOKEN: Self = refusal(
        "MISSING_AUTHENTICATION_TOKEN",
        403,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    );
    pub(super) const TOO_LARGE: Self =
        refusal("REQUEST_TOO_LARGE", 413, "RequestTooLargeException", "Request Too Long");
    pub(super) const UNSUPPORTED: Self =
        refusal("UNSUPPORTED_MEDIA_TYPE", 415, "UnsupportedMediaTypeException", "Unsupported Media Type");
    pub(super) const THROTTLED: Self = refusal("THROTTLED", 429, "TooManyRequestsException", "Too Many Requests");
    pub(super) const QUOTA: Self = refusal("QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded");
    pub(super) const TIMEOUT: Self =
        refusal("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out");
    pub(super) const CONFIGURATION: Self =
        refusal("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", "Internal server error");
    /// A function that failed, or whose answer is not that of a proxy integration.
    pub(super) const MALFORMED: Self =
        refusal("DEFAULT_5XX", 502, "InternalServerErrorException", "Internal server error");
}
