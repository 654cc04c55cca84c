//! Budgets.

use super::{Answer, extra, ignored, managed};

pub(crate) const DESCRIBE_BUDGET: Answer = Answer {
    operation: "budgets:DescribeBudget",
    at: "Budget",
    fields: &[
        managed("Budget.BudgetName", "name"),
        managed("Budget.BudgetLimit", "limit_usd"),
        extra("Budget.PlannedBudgetLimits", "has another limit for each month").put_back(),
        ignored("Budget.CostFilters", "what counts stands in the filter expression: AWS takes one of the two"),
        ignored("Budget.CostTypes", "AWS fills it in; beside a filter expression, its metric says what counts"),
        extra("Budget.TimeUnit", "counts another time than a month").unless("MONTHLY").put_back(),
        ignored("Budget.TimePeriod", "AWS fills it in: from the month in which it was made, without an end"),
        ignored("Budget.CalculatedSpend", "what was spent, not how it is set"),
        extra("Budget.BudgetType", "counts something else than costs").unless("COST").by_hand(),
        ignored("Budget.LastUpdatedTime", "when, not what"),
        extra("Budget.AutoAdjustData", "sets its limit by what was spent before").put_back(),
        managed("Budget.FilterExpression", "counts"),
        managed("Budget.Metrics", "metric"),
        ignored("Budget.BillingViewArn", "AWS fills it in: the account's own view"),
        ignored("Budget.HealthStatus", "how it is, not how it is set"),
    ],
};
