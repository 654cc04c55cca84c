//! Whose buckets are asked: the account's own, whoever guessed the name of one before it was made.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The operations of S3 that take no owner, as nobody's bucket is asked.
const OF_NO_BUCKET: [&str; 2] = ["CreateBucket", "ListBuckets"];

/// Names of buckets are all of AWS's, and the default one can be guessed. A bucket that another account has made under it,
/// open to everybody and with the pipeline's tags on it, would pass for ours, and events would go there. "If the account
/// ID that you provide does not match the actual owner of the bucket, the request fails with HTTP 403 Forbidden."
#[derive(Debug)]
pub(super) struct ExpectedOwner(pub(super) String);

impl Intercept for ExpectedOwner {
    fn name(&self) -> &'static str {
        "ExpectedOwner"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map(Metadata::name);
        if !operation.is_some_and(|operation| OF_NO_BUCKET.contains(&operation)) {
            context.request_mut().headers_mut().insert("x-amz-expected-bucket-owner", self.0.clone());
        }
        Ok(())
    }
}
