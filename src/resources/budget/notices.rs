//! When somebody is told of a budget, and who: notifications and their subscribers.

use crate::aws::{Aws, Class, Error, Expect as _, Result, pages, write};
use aws_sdk_budgets::types::{
    ComparisonOperator, Notification, NotificationType, NotificationWithSubscribers, Subscriber, SubscriptionType,
    ThresholdType,
};
use std::collections::{BTreeMap, BTreeSet};

/// By what is told, `actual > 80 %`, the addresses that hear of it by mail. Topics are somebody's, and stay.
pub(crate) type Notices = BTreeMap<String, BTreeSet<String>>;

/// What is spent, or will be, of the limit.
const TOLD: [(&str, f64); 3] = [("actual", 80.0), ("actual", 100.0), ("forecasted", 100.0)];

/// Those of a pipeline, told to one address.
pub(crate) fn usual(email: &str) -> Notices {
    let of = |(kind, percent): (&str, f64)| (format!("{kind} > {percent} %"), [email.to_owned()].into());
    TOLD.into_iter().map(of).collect()
}

fn invalid(operation: &'static str, error: impl std::fmt::Display) -> Error {
    Error::new(operation, "InvalidRequest", &error.to_string())
}

/// How a notification is shown.
fn shown(one: &Notification) -> String {
    let comparison = match one.comparison_operator() {
        ComparisonOperator::GreaterThan => ">",
        ComparisonOperator::LessThan => "<",
        ComparisonOperator::EqualTo => "=",
        other => other.as_str(),
    };
    // "The default is PERCENTAGE".
    let unit = match one.threshold_type() {
        None | Some(ThresholdType::Percentage) => "%",
        Some(_) => "USD",
    };
    format!("{} {comparison} {} {unit}", one.notification_type().as_str().to_lowercase(), one.threshold())
}

/// What is sent for something that is told as [`usual`] has it.
fn notification(told: &str, operation: &'static str) -> Result<Notification> {
    let of = |(kind, percent): &(&str, f64)| told == format!("{kind} > {percent} %");
    let found = TOLD.iter().find(|one| of(one));
    let (kind, percent) = found.ok_or_else(|| invalid(operation, format!("`{told}` is nothing that is told")))?;
    Notification::builder()
        .notification_type(NotificationType::from(kind.to_uppercase().as_str()))
        .comparison_operator(ComparisonOperator::GreaterThan)
        .threshold(*percent)
        .threshold_type(ThresholdType::Percentage)
        .build()
        .map_err(|error| invalid(operation, error))
}

fn mail(address: &str, operation: &'static str) -> Result<Subscriber> {
    let subscriber = Subscriber::builder().subscription_type(SubscriptionType::Email).address(address);
    subscriber.build().map_err(|error| invalid(operation, error))
}

fn mails(addresses: &BTreeSet<String>, operation: &'static str) -> Result<Vec<Subscriber>> {
    addresses.iter().map(|address| mail(address, operation)).collect()
}

/// As they go with the budget that is made.
pub(super) fn written(notices: &Notices) -> Result<Vec<NotificationWithSubscribers>> {
    let operation = "budgets:CreateBudget";
    let one = |(told, addresses): (&String, &BTreeSet<String>)| {
        let one = NotificationWithSubscribers::builder().notification(notification(told, operation)?);
        let one = one.set_subscribers(Some(mails(addresses, operation)?)).build();
        one.map_err(|error| invalid(operation, error))
    };
    notices.iter().map(one).collect()
}

/// What there is of a budget.
pub(super) struct Live {
    all: Vec<(Notification, BTreeSet<String>)>,
}

impl Live {
    /// A budget that is told to nobody may be answered as one that is not there.
    pub(super) async fn read(aws: &Aws, budget: &str) -> Result<Self> {
        let account = &aws.names.account;
        let ask = |from: Option<String>| {
            let request = aws.budgets.describe_notifications_for_budget().account_id(account).budget_name(budget);
            request.set_next_token(from).send()
        };
        let pages = pages("budgets:DescribeNotificationsForBudget", ask, |page| page.next_token()).await.absent()?;
        let all = pages.into_iter().flatten().flat_map(|page| page.notifications.unwrap_or_default());
        let each = all.map(|one| async move {
            let addresses = addresses(aws, budget, &one).await?;
            Ok::<_, Error>((one, addresses))
        });
        Ok(Self { all: futures::future::try_join_all(each).await? })
    }

    pub(super) fn notices(&self) -> Notices {
        self.all.iter().map(|(one, addresses)| (shown(one), addresses.clone())).collect()
    }

    /// Makes of them what is desired. Who is to hear is added before others are taken off: with the last of them AWS
    /// deletes the notification.
    pub(super) async fn become_like(&self, aws: &Aws, budget: &str, desired: &Notices) -> Result<()> {
        for (one, _) in self.all.iter().filter(|(one, _)| !desired.contains_key(&shown(one))) {
            let delete = || {
                let request = aws.budgets.delete_notification().account_id(&aws.names.account).budget_name(budget);
                request.notification(one.clone()).send()
            };
            write("budgets:DeleteNotification", delete).await.gone()?;
        }
        for (told, addresses) in desired {
            match self.all.iter().find(|(one, _)| shown(one) == *told) {
                Some((one, there)) => resubscribe(aws, budget, one, (there, addresses)).await?,
                None => create(aws, budget, told, addresses).await?,
            }
        }
        Ok(())
    }
}

async fn addresses(aws: &Aws, budget: &str, one: &Notification) -> Result<BTreeSet<String>> {
    let ask = |from: Option<String>| {
        let request = aws.budgets.describe_subscribers_for_notification().account_id(&aws.names.account);
        request.budget_name(budget).notification(one.clone()).set_next_token(from).send()
    };
    let pages = pages("budgets:DescribeSubscribersForNotification", ask, |page| page.next_token()).await.absent()?;
    let all = pages.into_iter().flatten().flat_map(|page| page.subscribers.unwrap_or_default());
    let mails = all.filter(|one| *one.subscription_type() == SubscriptionType::Email);
    Ok(mails.map(|one| one.address().to_owned()).collect())
}

/// A request whose answer was lost has been heard.
fn there_already(made: Result<()>) -> Result<()> {
    made.or_else(|error| if error.class() == Class::Exists { Ok(()) } else { Err(error) })
}

async fn create(aws: &Aws, budget: &str, told: &str, addresses: &BTreeSet<String>) -> Result<()> {
    let operation = "budgets:CreateNotification";
    let (notification, subscribers) = (notification(told, operation)?, mails(addresses, operation)?);
    let create = || {
        let request = aws.budgets.create_notification().account_id(&aws.names.account).budget_name(budget);
        request.notification(notification.clone()).set_subscribers(Some(subscribers.clone())).send()
    };
    there_already(write("budgets:CreateNotification", create).await.map(drop))
}

async fn resubscribe(
    aws: &Aws,
    budget: &str,
    one: &Notification,
    (there, wanted): (&BTreeSet<String>, &BTreeSet<String>),
) -> Result<()> {
    let account = &aws.names.account;
    for address in wanted.difference(there) {
        let subscriber = mail(address, "budgets:CreateSubscriber")?;
        let create = || {
            let request = aws.budgets.create_subscriber().account_id(account).budget_name(budget);
            request.notification(one.clone()).subscriber(subscriber.clone()).send()
        };
        there_already(write("budgets:CreateSubscriber", create).await.map(drop))?;
    }
    for address in there.difference(wanted) {
        let subscriber = mail(address, "budgets:DeleteSubscriber")?;
        let delete = || {
            let request = aws.budgets.delete_subscriber().account_id(account).budget_name(budget);
            request.notification(one.clone()).subscriber(subscriber.clone()).send()
        };
        write("budgets:DeleteSubscriber", delete).await.gone()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_shown_as_it_was_asked_for() {
        let usual = usual("team@example.org");
        let sent = written(&usual).unwrap();
        let shown: BTreeSet<_> = sent.iter().filter_map(|one| one.notification()).map(shown).collect();
        assert_eq!(shown, usual.into_keys().collect());
    }
}
