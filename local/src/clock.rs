//! The time in Local AWS: the machine's, plus what it was stepped forward.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: Mutex<SignedDuration>,
}

impl Clock {
    /// A clock that was stepped before, in milliseconds.
    pub(crate) fn ahead_by(millis: i64) -> Self {
        Self { ahead: Mutex::new(SignedDuration::from_millis(millis)) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward and tells by how many milliseconds it is ahead now.
    pub(crate) fn step(&self, by: Duration) -> i64 {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.saturating_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX));
        i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_passes_at_once() {
        let clock = Clock::default();
        let before = clock.now();
        assert_eq!(clock.step(Duration::from_secs(3600)), 3_600_000);
        assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(1));
    }
}
