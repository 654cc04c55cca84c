//! The one connection to AWS: clients, who we are there, how calls are repeated and waited for, and what errors mean.

mod account_limits;
mod account_quotas;
mod agent;
mod answer;
mod asked;
mod asking;
mod caller;
mod cbor;
mod connect;
mod credentials;
mod dates;
mod deployed;
mod endpoint;
mod error;
mod json_api;
mod owner;
mod pace;
mod price_files;
mod price_list;
mod profile;
mod quicksight;
mod raw;
mod recorder;
mod retries;
mod roles;
mod tagging;
mod timeouts;
mod timings;
mod trail;
mod transport;
mod wait;

#[cfg(feature = "local")]
mod embedded;

pub(crate) use account_limits::AccountLimits;
pub(crate) use account_quotas::QuotaCode;
pub(crate) use asking::waited_for;
pub(crate) use connect::{Connection, Manner, Target, connect};
pub(crate) use credentials::Role;
pub(crate) use dates::Dates;
pub(crate) use deployed::Deployed;
#[cfg(feature = "local")]
pub(crate) use embedded::LocalTarget;
#[cfg(all(test, feature = "local"))]
pub(crate) use embedded::locally;
pub(crate) use error::{Class, Error, Expect, Result};
pub(crate) use json_api::{Asked as QuickSightAsked, escaped};
pub(crate) use price_files::{HOME as PRICE_FILES, PriceFiles};
pub(crate) use price_list::PriceList;
pub(crate) use quicksight::QuickSight;
pub(crate) use raw::{Raw, whole, whole_pages};
pub(crate) use recorder::Recorder;
#[cfg(feature = "local")]
pub(crate) use recorder::{Asked as AskedFor, Exchange, VARIABLE as RECORD};
pub(crate) use timeouts::Timeouts;
pub(crate) use timings::Timings;
pub(crate) use trail::{Trail, Write};
pub(crate) use wait::{Look, Patience, Pause, call, pages, read, until, wait_at_most, write};

use crate::names::Names;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, OnceCell, OwnedMutexGuard};

/// Clients for one pipeline in one account and region.
#[derive(Debug)]
pub(crate) struct Aws {
    pub(crate) names: Names,
    /// The ARN of who calls: a user, or a session of a role.
    pub(crate) caller: String,
    pub(crate) apigateway: aws_sdk_apigateway::Client,
    pub(crate) athena: aws_sdk_athena::Client,
    /// Budgets, which are in one region of the partition.
    pub(crate) budgets: aws_sdk_budgets::Client,
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    /// Cost Explorer, which is in one region of each partition.
    pub(crate) costs: aws_sdk_costexplorer::Client,
    pub(crate) events: aws_sdk_eventbridge::Client,
    pub(crate) firehose: aws_sdk_firehose::Client,
    pub(crate) glue: aws_sdk_glue::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) quicksight: QuickSight,
    pub(crate) quotas: aws_sdk_servicequotas::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) tagging: aws_sdk_resourcegroupstagging::Client,
    pub(crate) trail: Trail,
    /// The file asks for a dashboard: what there is of one is looked for, whoever has taken its role away.
    pub(crate) has_dashboard: bool,
    pub(crate) timeouts: Timeouts,
    pub(crate) timings: Timings,
    /// The URL of an AWS that is not amazonaws.com: Local AWS or another emulator.
    pub(crate) endpoint: Option<String>,
    /// Whose credentials and settings are used; `None` of Local AWS.
    profile: Option<profile::Profile>,
    tagged: Mutex<Arc<OnceCell<Vec<tagging::Tagged>>>>,
    roles: Mutex<Arc<OnceCell<Vec<roles::ListedRole>>>>,
    lanes: Mutex<BTreeMap<String, Arc<Mutex<()>>>>,
    new_bucket: OnceLock<String>,
}

impl Aws {
    /// Whether both are the same account, in the same partition.
    pub(crate) fn is_where(&self, other: &Self) -> bool {
        (&self.names.account, &self.names.partition) == (&other.names.account, &other.names.partition)
    }

    /// Remembers the bucket that this run has made for its lock, before its step comes.
    pub(crate) fn has_made(&self, bucket: &str) {
        let _ = self.new_bucket.set(bucket.to_owned());
    }

    /// Whether it is that one: it has its tags, and its step goes on from there.
    pub(crate) fn is_new(&self, bucket: &str) -> bool {
        self.new_bucket.get().is_some_and(|made| made == bucket)
    }

    /// Lets one caller at a time through, for what AWS does not take in parallel: changes to one REST
    /// API (terraform-provider-aws#776), permissions of one function (silently lost).
    pub(crate) async fn lane(&self, name: &str) -> OwnedMutexGuard<()> {
        let lane = Arc::clone(self.lanes.lock().await.entry(name.to_owned()).or_default());
        lane.lock_owned().await
    }

    /// What carries requests that are not AWS's API by the same way: through proxies, trusting the same certificates.
    ///
    /// # Errors
    /// The file of certificates cannot be read, or holds none.
    pub(crate) fn connector(&self) -> Result<SharedHttpConnector> {
        transport::connector(self.profile.as_ref())
    }
}
