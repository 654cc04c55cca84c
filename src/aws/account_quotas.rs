//! What Service Quotas has of an account in place of what AWS gives at first.

use super::{Aws, Class, Result, read};

/// A quota: the code of its service, and its own.
pub(crate) type QuotaCode = (&'static str, &'static str);

impl Aws {
    /// What is applied to the account in the region; AWS's default where nothing is, `None` where there is no such quota.
    ///
    /// # Errors
    /// AWS's; [`Class::Denied`] without a permission of both operations.
    pub(crate) async fn quota(&self, (service, code): QuotaCode) -> Result<Option<f64>> {
        let client = &self.quotas;
        let applied = || client.get_service_quota().service_code(service).quota_code(code).send();
        let answer = match read("servicequotas:GetServiceQuota", applied).await {
            Ok(answer) => answer.quota,
            // "NoSuchResourceException" is also what comes of a quota that nobody has ever adjusted.
            Err(error) if error.class() == Class::Absent => {
                let default = || client.get_aws_default_service_quota().service_code(service).quota_code(code).send();
                match read("servicequotas:GetAWSDefaultServiceQuota", default).await {
                    Ok(answer) => answer.quota,
                    Err(error) if error.class() == Class::Absent => None,
                    Err(error) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        Ok(answer.and_then(|quota| quota.value))
    }
}
