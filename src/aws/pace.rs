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
pub(super) async fn turn(operation: &'static str) {
    let Some((_, interval)) = INTERVALS.iter().find(|(paced, _)| *paced == operation) else { return };
    let turn = {
        let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let turn = next.get(operation).copied().unwrap_or(now).max(now);
        next.insert(operation, turn + *interval);
        turn
    };
    tokio::time::sleep_until(turn.into()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_second_deployment_waits_its_five_seconds() {
        let began = tokio::time::Instant::now();
        turn("apigateway:CreateDeployment").await;
        assert!(began.elapsed() < Duration::from_secs(1));
        turn("apigateway:CreateDeployment").await;
        assert!(began.elapsed() >= Duration::from_millis(4_900), "{:?}", began.elapsed());
        turn("apigateway:GetRestApis").await;
    }
}
