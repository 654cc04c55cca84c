//! What requests were made and when, for `--timings` and `-v`.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One request, measured from before signing to after its answer was read.
#[derive(Clone, Debug)]
struct Request {
    operation: String,
    began: Instant,
    ended: Instant,
}

/// Every request of a run.
#[derive(Clone, Debug)]
pub(crate) struct Timings {
    requests: Arc<Mutex<Vec<Request>>>,
    /// Is told of each request as it ends.
    tell: Option<fn(&str)>,
}

impl Timings {
    pub(crate) fn new(tell: Option<fn(&str)>) -> Self {
        Self { requests: Arc::default(), tell }
    }

    fn sorted(&self) -> Vec<Request> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        requests.sort_by_key(|request| request.ended);
        requests
    }
}

/// The longest chain of requests each of which began after the one before had ended: what a run costs
/// however many requests go in parallel. Taking the earliest end first gives the longest chain.
fn round_trips(sorted_by_end: &[Request]) -> usize {
    let mut chain = 0;
    let mut end: Option<Instant> = None;
    for request in sorted_by_end {
        if end.is_none_or(|end| request.began >= end) {
            chain += 1;
            end = Some(request.ended);
        }
    }
    chain
}

impl fmt::Display for Timings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.sorted();
        let (Some(first), Some(last)) = (requests.iter().map(|r| r.began).min(), requests.last()) else {
            return f.write_str("no requests");
        };
        for request in &requests {
            let (at, took) = (millis(request.began - first), millis(request.ended - request.began));
            writeln!(f, "{at:>7} ms  {took:>6} ms  {}", request.operation)?;
        }
        let total = millis(last.ended - first);
        write!(f, "{} requests, {} sequential round trips, {total} ms", requests.len(), round_trips(&requests))
    }
}

fn millis(duration: Duration) -> u128 {
    duration.as_millis()
}

#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Timings {
    fn name(&self) -> &'static str {
        "Timings"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Began(began)) = config.load::<Began>() else { return Ok(()) };
        let metadata = config.load::<Metadata>();
        let operation = metadata.map_or_else(String::new, |m| format!("{}:{}", m.service(), m.name()));
        let request = Request { operation, began: *began, ended: Instant::now() };
        if let Some(tell) = self.tell {
            tell(&format!("{} ({} ms)", request.operation, millis(request.ended - request.began)));
        }
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_in_parallel_are_one_round_trip() {
        let zero = Instant::now();
        let request = |began, ended| Request {
            operation: String::new(),
            began: zero + Duration::from_millis(began),
            ended: zero + Duration::from_millis(ended),
        };
        let mut requests = vec![request(0, 80), request(0, 90), request(81, 161), request(95, 175), request(170, 250)];
        requests.sort_by_key(|request| request.ended);
        assert_eq!(round_trips(&requests), 3);
    }
}
