//! API Gateway's control-plane quotas that no one can have raised, kept by waiting instead of by 429.
//!
//! Source: Amazon API Gateway quotas, "API Gateway quotas for creating, deploying and managing an API".

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many requests within so long.
const QUOTAS: &[(&str, usize, Duration)] = &[
    ("apigateway:CreateRestApi", 1, Duration::from_secs(3)),
    ("apigateway:CreateDeployment", 1, Duration::from_secs(5)),
    ("apigateway:CreateResource", 5, Duration::from_secs(1)),
    ("apigateway:CreateApiKey", 5, Duration::from_secs(1)),
    ("apigateway:DeleteRestApi", 1, Duration::from_secs(30)),
];

/// When the last ones of each operation had their turn, as many as its quota lets through at once.
static TURNS: Mutex<BTreeMap<&str, VecDeque<Instant>>> = Mutex::new(BTreeMap::new());

/// Waits until this operation may be called. The first calls of a run do not wait.
#[expect(clippy::disallowed_methods, reason = "a quota is kept by waiting")]
pub(super) async fn turn(operation: &'static str) {
    if let Some(turn) = next_turn(operation, Instant::now()) {
        tokio::time::sleep_until(turn.into()).await;
    }
}

/// When a call that wants to go at `now` may go, if the operation is paced at all.
fn next_turn(operation: &'static str, now: Instant) -> Option<Instant> {
    let (_, most, within) = QUOTAS.iter().find(|(paced, ..)| *paced == operation)?;
    let mut all = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    let turns = all.entry(operation).or_default();
    let turn = match turns.len() < *most {
        true => now,
        false => turns.pop_front().map_or(now, |first| now.max(first + *within)),
    };
    turns.push_back(turn);
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

    #[test]
    fn no_second_has_more_than_five_keys() {
        let (now, later) = (Instant::now(), Duration::from_millis(300));
        let mut turns: Vec<_> = (0..7).map(|_| next_turn("apigateway:CreateApiKey", now).unwrap() - now).collect();
        turns.extend((0..7).map(|_| next_turn("apigateway:CreateApiKey", now + later).unwrap() - now));
        let seconds: Vec<_> = turns.iter().map(Duration::as_secs_f64).collect();
        assert_eq!(seconds, [[0.0; 5].as_slice(), &[1.0; 5], &[2.0; 4]].concat());
    }
}
