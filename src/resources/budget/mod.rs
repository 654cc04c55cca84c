//! AWS budget: what the pipeline may cost in a month, and who hears by mail that it is more.
//!
//! Budgets are of an account, not of a region, and their service is in one place. Whether the Tagging API lists them AWS's
//! pages do not say, and it would be in that one region alone: one that the file no longer asks for is looked for by its
//! name, where the pipeline has the topic of its alarms, which goes after it. So nobody without alarms asks the service.

mod filter;
mod notices;

pub(crate) use filter::Terms;
pub(crate) use notices::{Notices, usual as usual_notices};

use super::fields::DESCRIBE_BUDGET;
use super::managed::{Managed, Word};
use super::named::{Found, Named, ladders};
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Expect, Result, read, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_budgets::types::{Budget as Written, BudgetType, Metric, ResourceTag, Spend, TimeUnit};
use notices::Live;
use std::collections::BTreeMap;

const USD: &str = "USD";

/// What the pipeline may cost in a month, and who is told when it is more.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Budget {
    #[fixed]
    pub(crate) name: String,
    /// US dollars a month.
    #[sent(Limit)]
    pub(crate) limit_usd: f64,
    /// What is counted: costs that carry the pipeline's tags, without credits, refunds and taxes, as `bill` does.
    #[sent(Limit)]
    pub(crate) counts: Terms,
    /// Which of Cost Explorer's figures. AWS takes a budget without one, which then shows nothing.
    #[sent(Limit)]
    pub(crate) metric: Word<Metric>,
    /// Who hears of what by mail.
    #[sent(Notices)]
    pub(crate) notices: Notices,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Limit,
    Notices,
}

fn invalid(operation: &'static str, error: impl std::fmt::Display) -> Error {
    Error::new(operation, "InvalidRequest", &error.to_string())
}

fn written(tags: BTreeMap<String, String>, operation: &'static str) -> Result<Vec<ResourceTag>> {
    let tags = tags.into_iter().map(|(key, value)| ResourceTag::builder().key(key).value(value).build());
    tags.collect::<std::result::Result<_, _>>().map_err(|error| invalid(operation, error))
}

/// Whoever may do everything in IAM may still be kept from bills: the account's root user lets IAM in there.
fn explained(error: Error) -> Error {
    match error.class() {
        Class::Denied => error.with_hint(
            "let the caller's IAM policy allow it (`pipectl iam-policy` says what), let the account's root user activate \
             IAM access to billing, or leave `alarms.budget` out of the file",
        ),
        _ => error,
    }
}

impl Budget {
    /// As it is sent: all of it, each time. What AWS fills in by itself is left to it.
    fn document(&self, operation: &'static str) -> Result<Written> {
        let limit = Spend::builder().amount(self.limit_usd.to_string()).unit(USD).build();
        let counts = filter::written(&self.counts).map_err(|error| invalid(operation, error))?;
        let budget = Written::builder()
            .budget_name(&self.name)
            .budget_type(BudgetType::Cost)
            .time_unit(TimeUnit::Monthly)
            .budget_limit(limit.map_err(|error| invalid(operation, error))?)
            .filter_expression(counts)
            .metrics(self.metric.0.clone());
        budget.build().map_err(|error| invalid(operation, error))
    }

    async fn put(&self, aws: &Aws) -> Result<()> {
        let budget = self.document("budgets:UpdateBudget")?;
        write("budgets:UpdateBudget", || {
            aws.budgets.update_budget().account_id(&aws.names.account).new_budget(budget.clone()).send()
        })
        .await
        .map(drop)
        .map_err(explained)
    }

    fn of(budget: Option<Written>, notices: Notices, tags: Tags) -> Self {
        let limit = budget.as_ref().and_then(|budget| budget.budget_limit()).filter(|limit| limit.unit() == USD);
        let metric = budget.as_ref().and_then(|budget| budget.metrics().first().cloned());
        let counts = budget.as_ref().and_then(|budget| budget.filter_expression()).map(filter::read);
        Self {
            limit_usd: limit.and_then(|limit| limit.amount().parse().ok()).unwrap_or_default(),
            counts: counts.unwrap_or_default(),
            metric: Word(metric.unwrap_or_else(|| Metric::from(""))),
            name: budget.map(|budget| budget.budget_name).unwrap_or_default(),
            notices,
            tags,
        }
    }
}

impl Resource for Budget {
    type World = Aws;
    type Outputs = ();
    const KIND: &'static str = "budgets.budget";
    const USES: &'static [&'static str] = &["sns.topic"];
    ladders!();
}

impl Named for Budget {
    const GLOBAL: bool = true;

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, _: &Names) {}

    fn arn(names: &Names, name: &str) -> String {
        names.budget_arn(name)
    }

    async fn list(aws: &Aws) -> Result<Vec<String>> {
        let topics = aws.tagged(&aws.names.arn("sns", "")).await?;
        let alarms = topics.contains(&aws.names.physical("alarms")) && aws.names.partition == "aws";
        Ok(alarms.then(|| aws.names.budget()).into_iter().collect())
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let (account, arn) = (&aws.names.account, Self::arn(&aws.names, name));
        let budget = whole("budgets:DescribeBudget", |keep| {
            let request = aws.budgets.describe_budget().account_id(account).budget_name(name);
            request.show_filter_expression(true).customize().interceptor(keep).send()
        });
        let tags =
            read("budgets:ListTagsForResource", || aws.budgets.list_tags_for_resource().resource_arn(&arn).send());
        let (budget, tags, live) = futures::join!(budget, tags, Live::read(aws, name));
        let (budget, tags) = (budget.absent().map_err(explained)?, tags.absent().map_err(explained)?);
        let (Some((budget, raw)), Some(tags)) = (budget, tags) else { return Ok(None) };
        let tags = tags.resource_tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
        let stamp = Stamp::read(&aws.names, tags);
        let resource = Self::of(budget.budget, live.map_err(explained)?.notices(), stamp.tags.clone());
        Ok(Some(Found { extras: DESCRIBE_BUDGET.extras(&raw), ..Found::new(resource, stamp) }))
    }

    /// Of whoever may not see budgets nothing is asked that the file does not ask for; nor of an emulator that has none.
    async fn read_unwanted(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let look = || aws.budgets.describe_budget().account_id(&aws.names.account).budget_name(name).send();
        match read("budgets:DescribeBudget", look).await.absent() {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Self::read(aws, name).await,
            Err(error) if matches!(error.class(), Class::Denied | Class::Invalid) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let operation = "budgets:CreateBudget";
        let (budget, notices) = (self.document(operation)?, notices::written(&self.notices)?);
        let tags = written(tags.clone(), operation)?;
        write("budgets:CreateBudget", || {
            let request = aws.budgets.create_budget().account_id(&aws.names.account).budget(budget.clone());
            let request = request.set_notifications_with_subscribers(Some(notices.clone()));
            request.set_resource_tags(Some(tags.clone())).send()
        })
        .await
        .map(drop)
        .map_err(explained)
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::Limit => self.put(aws).await,
            Call::Notices => Live::read(aws, &self.name).await?.become_like(aws, &self.name, &self.notices).await,
        }
    }

    /// What UpdateBudget is not sent is gone.
    async fn put_back(&self, aws: &Aws, _: &Self, _: &[&Extra]) -> Result<()> {
        self.put(aws).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let arn = Self::arn(&aws.names, &self.name);
        if !removed.is_empty() {
            write("budgets:UntagResource", || {
                aws.budgets.untag_resource().resource_arn(&arn).set_resource_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = written(tags, "budgets:TagResource")?;
        write("budgets:TagResource", || {
            aws.budgets.tag_resource().resource_arn(&arn).set_resource_tags(Some(tags.clone())).send()
        })
        .await
        .map(drop)
    }

    /// Its notifications go with it.
    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("budgets:DeleteBudget", || {
            aws.budgets.delete_budget().account_id(&aws.names.account).budget_name(&self.name).send()
        })
        .await
        .gone()
    }
}
