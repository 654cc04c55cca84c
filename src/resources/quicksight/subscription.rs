//! Whether an account has QuickSight: it costs by the month, so that nobody is subscribed by pipectl.

use super::principals::named_in;
use crate::aws::{Aws, Class, QuickSightAsked as Asked, Result};

const OPERATION: &str = "quicksight:DescribeAccountSubscription";

/// What an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscription {
    /// With dashboards that programs can make.
    Enterprise,
    /// There is one, in which only people make dashboards (`UnsupportedUserEditionException`).
    Standard,
    None,
}

impl Subscription {
    /// # Errors
    /// AWS's, if the caller may not ask.
    pub(crate) async fn of(aws: &Aws) -> Result<Self> {
        let at = aws.quicksight.subscription();
        let mut answer = aws.quicksight.read(Asked::get(OPERATION, &at)).await;
        let elsewhere = answer.as_ref().err().and_then(|error| named_in(error.message()));
        if let Some(region) = elsewhere {
            answer = aws.quicksight.elsewhere(&aws.names, &region).read(Asked::get(OPERATION, &at)).await;
        }
        let info = match answer {
            Ok(answer) => answer["AccountInfo"].clone(),
            Err(error) if error.class() == Class::Absent => return Ok(Self::None),
            Err(error) => return Err(error),
        };
        // One that was given up is there for a while, as `UNSUBSCRIBED` or on its way.
        let status = info["AccountSubscriptionStatus"].as_str().unwrap_or_default();
        Ok(match info["Edition"].as_str() {
            _ if status.contains("UNSUBSCRIBE") => Self::None,
            Some("STANDARD") => Self::Standard,
            Some(_) => Self::Enterprise,
            None => Self::None,
        })
    }

    /// Why there is no dashboard; `None` where there may be one.
    pub(crate) fn lacks(self) -> Option<&'static str> {
        match self {
            Self::Enterprise => None,
            Self::Standard => {
                Some("QuickSight's Standard edition lets no program make dashboards: the Enterprise edition does")
            }
            Self::None => Some(
                "the account has no subscription to QuickSight, which costs by the month: its owner subscribes it in QuickSight's console",
            ),
        }
    }
}
