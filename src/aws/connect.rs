//! Making the connection: credentials, region, endpoint, and the caller's identity.

use super::agent::Named;
use super::caller::{self, Caller, SignedWith, account_of};
use super::credentials::{self, Role};
#[cfg(feature = "local")]
use super::embedded::LocalTarget;
use super::owner::ExpectedOwner;
use super::profile::Profile;
use super::quicksight::QuickSight;
use super::recorder::Recorder;
use super::retries::QuotaIsFinal;
use super::timeouts::Timeouts;
use super::timings::Timings;
use super::trail::Trail;
use super::{Aws, Error, Result, transport};
use crate::names::{IgnoredTags, Names};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::retries::classifiers::SharedRetryClassifier;
use aws_smithy_types::retry::RetryConfig;
use tokio::sync::watch;

/// Which AWS to talk to.
#[derive(Debug)]
pub(crate) enum Target {
    /// The user's account, or the emulator that `AWS_ENDPOINT_URL` names.
    Account { profile: Option<String>, role: Option<Role> },
    /// The AWS embedded in this program, or a `pipectl local` that serves the same directory.
    #[cfg(feature = "local")]
    Local(LocalTarget),
}

/// How it is talked to.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) timeouts: Timeouts,
    pub(crate) timings: Timings,
    pub(crate) recorder: Recorder,
}

/// What the SDK's clients are made from, and what an error of credentials is explained with.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) config: SdkConfig,
    /// `None`: Local AWS, which takes any.
    profile: Option<Profile>,
    role: Option<Role>,
    /// The account, where it is known without any credentials: Local AWS's.
    account: Option<&'static str>,
}

/// A way to an AWS, before AWS has said whose it is.
#[derive(Debug)]
pub(crate) struct Connection {
    loaded: Loaded,
    region: String,
    pipeline: String,
    stage: String,
    manner: Manner,
    /// The access key of the first request, once that is signed; empty where it has none.
    signed: watch::Sender<Option<String>>,
}

/// Connects and asks who the caller is.
///
/// # Errors
/// `Class::Credentials` where there are none or they have expired, `Class::Network` without an answer, and whatever in the
/// user's configuration cannot be used.
pub(crate) async fn connect(
    target: Target,
    region: Option<String>,
    pipeline: &str,
    stage: &str,
    manner: Manner,
) -> Result<Aws> {
    let connection = Connection::begin(target, region, (pipeline, stage), manner).await?;
    let caller = connection.caller().await?;
    Ok(connection.of(caller))
}

impl Connection {
    /// Finds out how AWS is reached.
    ///
    /// # Errors
    /// What in the user's configuration cannot be used, or is missing.
    pub(crate) async fn begin(
        target: Target,
        region: Option<String>,
        (pipeline, stage): (&str, &str),
        manner: Manner,
    ) -> Result<Self> {
        let loaded = load(target, region, manner.timeouts).await?;
        let Some(region) = loaded.config.region().map(ToString::to_string) else {
            return Err(Error::new(caller::OPERATION, "NoRegion", "no region is configured")
                .with_hint("write `region:` into pipeline.yaml, pass `--region`, or set `AWS_REGION`"));
        };
        let (pipeline, stage) = (pipeline.to_owned(), stage.to_owned());
        Ok(Self { loaded, region, pipeline, stage, manner, signed: watch::Sender::new(None) })
    }

    /// Asks AWS whose credentials these are.
    ///
    /// # Errors
    /// `Class::Credentials` where there are none or they have expired, `Class::Network` without an answer.
    pub(crate) async fn caller(&self) -> Result<Caller> {
        let builder = aws_sdk_sts::config::Builder::from(&self.loaded.config)
            .interceptor(self.manner.timings.clone())
            .interceptor(self.manner.recorder.clone())
            .interceptor(SignedWith(self.signed.clone()));
        let sts = aws_sdk_sts::Client::from_conf(builder.build());
        let caller = Caller::ask(&sts).await;
        // Nobody waits for the key of a request that was never signed.
        self.signed.send_if_modified(|key| key.is_none() && key.insert(String::new()).is_empty());
        let caller = caller.map_err(|error| self.loaded.explained(error))?;
        if let Some(profile) = &self.loaded.profile {
            super::error::remember_login(profile.hint());
        }
        Ok(caller)
    }

    /// The AWS of the account that the credentials name, while [`Connection::caller`] asks: whoever looks around there
    /// meanwhile waits for one answer less. `None` where they name none.
    pub(crate) async fn likely(&self) -> Option<Aws> {
        let account = match self.loaded.profile {
            None => self.loaded.account.map(str::to_owned),
            Some(_) => {
                let mut signed = self.signed.subscribe();
                let key = signed.wait_for(Option::is_some).await.ok()?.clone();
                account_of(&key.unwrap_or_default())
            }
        };
        let partition = match &self.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        // Nobody is shown this ARN before the caller's own takes its place.
        Some(self.clients(self.names(account?, partition), String::new()))
    }

    /// The AWS of the caller.
    pub(crate) fn of(&self, caller: Caller) -> Aws {
        let names = self.names(caller.account.clone(), caller.partition());
        self.clients(names, caller.arn)
    }

    fn names(&self, account: String, partition: &str) -> Names {
        Names {
            partition: partition.to_owned(),
            account,
            region: self.region.clone(),
            pipeline: self.pipeline.clone(),
            stage: self.stage.clone(),
            ignored: IgnoredTags::default(),
            role_path: String::new(),
            given: Default::default(),
        }
    }

    fn clients(&self, names: Names, caller: String) -> Aws {
        clients(&self.loaded, names, caller, self.manner.clone())
    }
}

/// Credentials, region and endpoint as every AWS client finds them: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_PRICING`,
/// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`.
pub(super) async fn load(target: Target, region: Option<String>, timeouts: Timeouts) -> Result<Loaded> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts.usual());
    #[cfg(feature = "local")]
    let has_region = region.is_some();
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    let (profile, role) = match target {
        Target::Account { profile, role } => (Profile::find(profile.as_deref()).await?, role),
        #[cfg(feature = "local")]
        Target::Local(local) => {
            let config = super::embedded::configure(loader, local, has_region).load().await;
            return Ok(Loaded { config, profile: None, role: None, account: Some(super::embedded::ACCOUNT) });
        }
    };
    let loader = loader.http_client(transport::through_proxies(&profile)?).profile_name(&profile.name);
    let mut config = loader.load().await;
    super::endpoint::check(profile.get("endpoint_url"))?;
    if profile.wins() {
        config = credentials::of_profile(config, &profile);
    }
    if let Some(role) = &role {
        config = credentials::of_role(config, role).await;
    }
    Ok(Loaded { config, profile: Some(profile), role, account: None })
}

impl Loaded {
    /// An error of credentials, with what helps where these come from.
    pub(super) fn explained(&self, error: Error) -> Error {
        credentials::explained(error, self.profile.as_ref(), self.role.as_ref())
    }
}

fn clients(Loaded { config, profile, .. }: &Loaded, names: Names, caller: String, manner: Manner) -> Aws {
    let Manner { timeouts, timings, recorder } = manner;
    macro_rules! client {
        ($sdk:ident) => {{
            let builder = $sdk::config::Builder::from(config)
                .interceptor(timings.clone())
                .interceptor(recorder.clone())
                .interceptor(Named)
                .retry_classifier(SharedRetryClassifier::new(QuotaIsFinal));
            $sdk::Client::from_conf(builder.build())
        }};
    }
    let endpoint = config.endpoint_url().map(str::to_owned);
    // Bucket names as host names need DNS, which emulators on an IP address do not have.
    let s3 = aws_sdk_s3::config::Builder::from(config)
        .interceptor(timings.clone())
        .interceptor(recorder.clone())
        .interceptor(Named)
        .interceptor(ExpectedOwner(names.account.clone()))
        .force_path_style(endpoint.is_some())
        .build();
    let home = if names.partition == "aws-cn" { "cn-northwest-1" } else { "us-east-1" };
    let budgets = aws_sdk_budgets::config::Builder::from(config)
        .interceptor(timings.clone())
        .interceptor(recorder.clone())
        .interceptor(Named)
        .retry_classifier(SharedRetryClassifier::new(QuotaIsFinal))
        .region(Region::new(home))
        .build();
    let costs = aws_sdk_costexplorer::config::Builder::from(config)
        .interceptor(timings.clone())
        .interceptor(recorder.clone())
        .interceptor(Named)
        .region(Region::new(home))
        .build();
    // What CloudTrail tells is about others: it is in no record that somebody may send on.
    let timed = vec![SharedInterceptor::new(timings.clone()), SharedInterceptor::new(Named)];
    let seen_by = timed.iter().cloned().chain([SharedInterceptor::new(recorder.clone())]).collect();
    Aws {
        quicksight: QuickSight::new(config, &names, seen_by),
        trail: Trail::new(config, &names, timed),
        names,
        caller,
        apigateway: client!(aws_sdk_apigateway),
        athena: client!(aws_sdk_athena),
        budgets: aws_sdk_budgets::Client::from_conf(budgets),
        cloudwatch: client!(aws_sdk_cloudwatch),
        costs: aws_sdk_costexplorer::Client::from_conf(costs),
        events: client!(aws_sdk_eventbridge),
        firehose: client!(aws_sdk_firehose),
        glue: client!(aws_sdk_glue),
        iam: client!(aws_sdk_iam),
        kms: client!(aws_sdk_kms),
        lambda: client!(aws_sdk_lambda),
        logs: client!(aws_sdk_cloudwatchlogs),
        quotas: client!(aws_sdk_servicequotas),
        s3: aws_sdk_s3::Client::from_conf(s3),
        sns: client!(aws_sdk_sns),
        tagging: client!(aws_sdk_resourcegroupstagging),
        has_dashboard: false,
        timeouts,
        timings,
        endpoint,
        profile: profile.clone(),
        tagged: Default::default(),
        roles: Default::default(),
        lanes: Default::default(),
        new_bucket: Default::default(),
    }
}
