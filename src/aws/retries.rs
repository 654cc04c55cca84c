//! What the SDK may not repeat.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};

/// Keeps the SDK from repeating what an account's quota refuses: it takes every
/// `LimitExceededException` for throttling (terraform-provider-aws#37605).
#[derive(Debug)]
pub(super) struct QuotaIsFinal;

impl ClassifyRetry for QuotaIsFinal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
        let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
        if is_quota(header) || is_quota(&body) { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "QuotaIsFinal"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether an error's text has the code of a quota, as a word of its own: `RequestLimitExceeded` is throttling.
fn is_quota(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let limit = words.any(|word| word.contains("LimitExceeded") && !word.starts_with("RequestLimitExceeded"));
    limit && !text.to_lowercase().contains("rate exceeded")
}

#[cfg(test)]
mod tests {
    use super::is_quota;

    #[test]
    fn a_quota_is_told_from_throttling() {
        assert!(is_quota(r#"{"__type":"com.amazonaws.glue#LimitExceededException","Message":"too many"}"#));
        assert!(is_quota("ResourceNumberLimitExceededException:http://internal.amazon.com/coral/"));
        assert!(!is_quota(
            "<Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error>"
        ));
        assert!(!is_quota(r#"{"__type":"RequestLimitExceededException"}"#));
        assert!(!is_quota(r#"{"__type":"LimitExceededException","message":"Rate exceeded"}"#));
        assert!(!is_quota(r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#));
    }
}
