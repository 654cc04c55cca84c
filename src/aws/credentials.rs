//! Whose credentials are used: the environment's, a profile's, a role's.

use super::profile::Profile;
use super::{Class, Error};
use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_sts::config::SharedCredentialsProvider;

/// A role to take on.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) external_id: Option<String>,
    /// Shown in the account's CloudTrail.
    pub(crate) session: String,
}

/// The same configuration with the profile's credentials in place of the environment's.
///
/// The SDK's chain asks the environment first, whoever named the profile. The AWS CLI leaves the environment out where
/// `--profile` does (botocore, `create_credential_resolver`); what it asks after the profile is asked here too.
pub(super) fn of_profile(config: SdkConfig, profile: &Profile) -> SdkConfig {
    let mut base = ProviderConfig::without_region()
        .with_region(config.region().cloned())
        .with_use_fips(config.use_fips())
        .with_use_dual_stack(config.use_dual_stack());
    if let Some(client) = config.http_client() {
        base = base.with_http_client(client);
    }
    if let Some(limits) = config.timeout_config() {
        base = base.with_timeout_config(limits.clone());
    }
    let of_profile = ProfileFileCredentialsProvider::builder().configure(&base).profile_name(&profile.name).build();
    let chain = CredentialsProviderChain::first_try("Profile", of_profile)
        .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(&base).build())
        .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().configure(&base).build());
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(chain)).build()
}

/// The same configuration with the credentials of a role, which those that it had assume.
pub(super) async fn of_role(config: SdkConfig, role: &Role) -> SdkConfig {
    let mut provider = AssumeRoleProvider::builder(&role.arn).session_name(&role.session).configure(&config);
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    let provider = provider.build().await;
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

/// Says of a refusal whose credentials were refused, and what helps.
pub(super) fn explained(error: Error, profile: Option<&Profile>, role: Option<&Role>) -> Error {
    let Some(profile) = profile.filter(|_| error.class() == Class::Credentials) else { return error };
    match role.filter(|_| error.message().contains("AssumeRole") || error.message().contains("AccessDenied")) {
        Some(role) => error.with_hint(format!(
            "`role_arn` of the file is `{}`: its trust policy has to let these credentials assume it, and to want the \
             file's `external_id`",
            role.arn
        )),
        None => error.with_hint(profile.hint()),
    }
}
