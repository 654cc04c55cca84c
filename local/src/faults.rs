//! Faults on demand, for tests of what AWS does on a bad day. Set through the admin endpoint.

use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An answer that some operation gives for a while in place of doing its work.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// `firehose:CreateDeliveryStream`; `*` for every operation.
    operation: String,
    /// For how many requests.
    #[serde(default = "once")]
    times: u32,
    /// How many requests go through before.
    #[serde(default)]
    after: u32,
    #[serde(default = "bad_request")]
    status: u16,
    /// Without one, the connection is dropped.
    code: Option<String>,
    #[serde(default)]
    message: String,
    /// The work is done, and only the answer is this one: what a client sees whose answer was lost.
    #[serde(default)]
    done: bool,
}

fn once() -> u32 {
    1
}

fn bad_request() -> u16 {
    400
}

/// What is to go wrong with one request.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    /// `None`: the connection is dropped.
    pub(crate) error: Option<ApiError>,
    /// After the work was done.
    pub(crate) done: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: Mutex<Vec<Fault>>,
    /// Before any other service learns of a role.
    propagation: Mutex<Duration>,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(crate) fn clear(&self) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault that this request meets, if any; each request uses one up.
    pub(crate) fn strike(&self, operation: &str) -> Option<Strike> {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let index = faults.iter().position(|fault| fault.operation == "*" || fault.operation == operation)?;
        let fault = &mut faults[index];
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times = fault.times.saturating_sub(1);
        let error = fault.code.as_ref().map(|code| ApiError::new(code, &fault.message).with_status(fault.status));
        let strike = Strike { error, done: fault.done };
        if fault.times == 0 {
            faults.remove(index);
        }
        Some(strike)
    }

    /// How long a new role stays unknown to the services that are to assume it.
    pub(crate) fn propagation(&self) -> Duration {
        *self.propagation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_propagation(&self, delay: Duration) {
        *self.propagation.lock().unwrap_or_else(PoisonError::into_inner) = delay;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_lets_the_first_through_and_ends_after_its_times() {
        let faults = Faults::default();
        faults.add(serde_json::from_str(r#"{"operation":"glue:GetJob","times":2,"after":1,"code":"Busy"}"#).unwrap());
        let hits = (0..5).map(|_| faults.strike("glue:GetJob").is_some()).collect::<Vec<_>>();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.strike("glue:GetJobs").is_none());
    }
}
