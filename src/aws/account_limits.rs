//! What an account has in place of what accounts begin with, as its services tell without Service Quotas.

use super::{Aws, Result, read};

/// Limits of a region of an account; `None` where AWS does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountLimits {
    /// Of all of Lambda's functions at once.
    pub(crate) executions: Option<f64>,
    /// Those that no function has reserved.
    pub(crate) unreserved: Option<f64>,
    /// API Gateway's requests in a second, and at once.
    pub(crate) rate: Option<f64>,
    pub(crate) burst: Option<f64>,
}

impl Aws {
    /// # Errors
    /// AWS's.
    pub(crate) async fn account_limits(&self) -> Result<AccountLimits> {
        let lambda = read("lambda:GetAccountSettings", || self.lambda.get_account_settings().send());
        let api = read("apigateway:GetAccount", || self.apigateway.get_account().send());
        let (lambda, api) = futures::try_join!(lambda, api)?;
        let (limit, throttle) = (lambda.account_limit, api.throttle_settings);
        Ok(AccountLimits {
            executions: limit.as_ref().map(|limit| f64::from(limit.concurrent_executions)),
            unreserved: limit.and_then(|limit| limit.unreserved_concurrent_executions).map(f64::from),
            rate: throttle.as_ref().map(|throttle| throttle.rate_limit),
            burst: throttle.map(|throttle| f64::from(throttle.burst_limit)),
        })
    }
}
