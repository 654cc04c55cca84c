//! Rules, and what they call.

use super::{Answer, extra, ignored, managed};

pub(crate) const DESCRIBE_RULE: Answer = Answer {
    operation: "events:DescribeRule",
    at: "",
    fields: &[
        managed("Name", "name"),
        managed("ScheduleExpression", "schedule"),
        managed("State", "enabled"),
        managed("Description", "description"),
        extra("EventPattern", "calls the function for these events, too"),
        extra("RoleArn", "whose rights are used where a target needs them"),
        ignored("Arn", "follows from the name"),
        ignored("EventBusName", "a rule on a schedule is of the default bus"),
        extra("ManagedBy", "an AWS service keeps it").by_hand(),
        ignored("CreatedBy", "the account's"),
    ],
};
