//! Who AWS is told is asking: what CloudTrail keeps of a request as its `userAgent`.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// This program, in the form in which SDKs name the application that uses them.
const AGENT: &str = concat!("app/pipectl#", env!("CARGO_PKG_VERSION"));
/// The same of any release.
const OURS: &str = "app/pipectl#";

/// Whether a request was this program's, by what it called itself.
pub(super) fn is_ours(agent: &str) -> bool {
    agent.split_ascii_whitespace().any(|part| part.starts_with(OURS))
}

/// Puts this program's name behind the SDK's, and behind whatever name the user's configuration gives (`sdk_ua_app_id`).
/// The header is no part of a signature.
#[derive(Clone, Debug)]
pub(super) struct Named;

impl Intercept for Named {
    fn name(&self) -> &'static str {
        "Named"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        let named = headers.get("user-agent").map_or_else(|| AGENT.to_owned(), |sdk| format!("{sdk} {AGENT}"));
        headers.insert("user-agent", named);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_any_release_is_ours_and_one_of_another_program_is_not() {
        assert!(is_ours(&format!("aws-sdk-rust/1.3.9 os/linux lang/rust/1.95.0 {AGENT}")));
        assert!(is_ours("aws-sdk-rust/1.3.9 app/pipectl#0.1.0"));
        for other in ["", "Boto3/1.43.106 md/Botocore#1.43.106 app/pipectl-like", "app/pipectl", "xapp/pipectl#1"] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
