//! What the month has cost so far, where the file has a budget: asking for that is free, and asking Cost Explorer is not.

use crate::aws::{Aws, Expect as _, Result, read};
use crate::config::Pipeline;
use crate::report::{Spending, Spent};
use aws_sdk_budgets::types::{Budget, Spend};

/// Only a budget that is `there` and ours is asked: what somebody else's counts is not what this pipeline costs.
pub(super) async fn spent(aws: &Aws, pipeline: &Pipeline, there: bool) -> Result<Spending> {
    let Some(limit) = pipeline.alarms.as_ref().and_then(|alarms| alarms.budget) else { return Ok(Spending::NotAsked) };
    if !there {
        return Ok(Spending::NotKnown);
    }
    let (account, name) = (&aws.names.account, aws.names.budget());
    let look = || aws.budgets.describe_budget().account_id(account).budget_name(&name).send();
    let found = read("budgets:DescribeBudget", look).await.absent()?;
    let counted = found.and_then(|found| found.budget).and_then(|budget| counted(&budget, limit));
    Ok(counted.map_or(Spending::NotKnown, Spending::Known))
}

/// `None`: AWS has not counted yet, or in another currency.
fn counted(budget: &Budget, limit: f64) -> Option<Spent> {
    let amount = |spend: &Spend| spend.amount().parse().ok().filter(|_| spend.unit() == "USD");
    let spend = budget.calculated_spend()?;
    Some(Spent {
        actual: spend.actual_spend().and_then(amount)?,
        limit,
        forecast: spend.forecasted_spend().and_then(amount),
    })
}
