//! API Gateway's control-plane quotas that no one can have raised, kept by waiting instead of by 429.
//!
//! Source: Amazon API Gateway quotas, "API Gateway quotas for creating, deploying and managing an API".

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const INTERVALS: &[(&str, Duration)] = &[
    ("apigateway:CreateRestApi", Duration::from_secs(3)),
    ("apigateway:CreateDeployment", Duration::from_secs(5)),
    ("apigateway:CreateResource", Duration::from_millis(200)),
    ("apigateway:CreateApiKey", Duration::from_millis(200)),
    ("apigateway:DeleteRestApi", Duration::from_secs(30)),
];

static NEXT: Mutex<BTreeMap<&str, Instant>> = Mutex::new(BTreeMap::new());

/// Waits until this operation may be called. The first call of a run does not wait.
#[expect(clippy::disallowed_methods, reason = "a quota is kept by waiting")]
pub(super) async fn turn(operation: &'static str) {
    if let Some(turn) = next_turn(operation, Instant::now()) {
        tokio::time::sleep_until(turn.into()).await;
    }
}

/// When a call that wants to go at `now` may go, if the operation is paced at all.
fn next_turn(operation: &'static str, now: Instant) -> Option<Instant> {
    let (_, interval) = INTERVALS.iter().find(|(paced, _)| *paced == operation)?;
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let turn = next.get(operation).copied().unwrap_or(now).max(now);
    next.insert(operation, turn + *interval);
    Some(turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_deployment_waits_its_five_seconds() {
        let now = Instant::now();
        assert_eq!(next_turn("apigateway:CreateDeployment", now), Some(now));
        assert_eq!(next_turn("apigateway:CreateDeployment", now), Some(now + Duration::from_secs(5)));
        assert_eq!(next_turn("apigateway:GetRestApis", now), None);
    }
}
