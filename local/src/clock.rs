//! The time in Local AWS: the machine's, plus what it was stepped forward, at the pace that is asked for.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Clock {
    hand: Mutex<Hand>,
    /// How many seconds pass in one.
    scale: f64,
}

/// Where the clock stood when it was last set.
#[derive(Clone, Copy, Debug)]
struct Hand {
    at: Timestamp,
    set: Instant,
}

impl Hand {
    fn now(self, scale: f64) -> Timestamp {
        let passed = SignedDuration::try_from_secs_f64(self.set.elapsed().as_secs_f64() * scale);
        self.at.saturating_add(passed.unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
    }
}

impl Clock {
    /// A clock that is already ahead of the machine's, in milliseconds, and goes `scale` times as fast.
    pub(crate) fn new(ahead: i64, scale: f64) -> Self {
        let at = Timestamp::now().saturating_add(SignedDuration::from_millis(ahead)).unwrap_or(Timestamp::MAX);
        Self { hand: Mutex::new(Hand { at, set: Instant::now() }), scale }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner).now(self.scale)
    }

    /// Moves the clock forward; it never goes back.
    pub(crate) fn move_to(&self, time: Timestamp) {
        let mut hand = self.hand.lock().unwrap_or_else(PoisonError::into_inner);
        let at = hand.now(self.scale).max(time);
        *hand = Hand { at, set: Instant::now() };
    }

    /// By how many milliseconds it is ahead of the machine's.
    pub(crate) fn ahead(&self) -> i64 {
        self.now().as_millisecond() - Timestamp::now().as_millisecond()
    }

    /// How long the machine waits until it is `time` here.
    pub(crate) fn until(&self, time: Timestamp) -> Duration {
        let left = time.duration_since(self.now()).as_secs_f64() / self.scale;
        Duration::try_from_secs_f64(left.max(0.0)).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_passes_at_once() {
        let clock = Clock::new(0, 1.0);
        let before = clock.now();
        clock.move_to(before + SignedDuration::from_hours(1));
        assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(1));
        assert!((3_599_000..3_660_000).contains(&clock.ahead()));
        clock.move_to(before);
        assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(1), "it went back");
    }

    #[test]
    fn a_clock_that_stands_still_is_moved_only_by_steps() {
        let clock = Clock::new(0, 0.0);
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.now(), before);
        assert_eq!(clock.until(before), Duration::ZERO);
        assert_eq!(clock.until(before + SignedDuration::from_secs(1)), Duration::MAX);
        clock.move_to(before + SignedDuration::from_secs(1));
        assert_eq!(clock.now(), before + SignedDuration::from_secs(1));
    }

    #[test]
    fn a_fast_clock_waits_less() {
        let clock = Clock::new(0, 3600.0);
        let soon = clock.until(clock.now() + SignedDuration::from_hours(2));
        assert!((Duration::from_millis(1900)..=Duration::from_secs(2)).contains(&soon), "{soon:?}");
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.now().duration_since(before) >= SignedDuration::from_secs(7));
    }
}
