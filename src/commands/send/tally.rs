//! What became of the events, exactly.

use crate::cost::grouped;
use serde_json::{Value, json};
use std::time::Duration;

/// The count of a run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Answered with 204: Firehose has them.
    pub(super) acknowledged: u64,
    /// Answered with something that no repetition changes, or that all repetitions gave.
    pub(super) refused: u64,
    /// The connection was lost before an answer: Firehose may have them.
    pub(super) unknown: u64,
    /// Acknowledged after an answer was lost: some of them may be there twice.
    pub(super) perhaps_doubled: u64,
    pub(super) requests: u64,
    pub(super) repeated: u64,
    /// Of the requests that were acknowledged.
    latencies: Vec<Duration>,
    /// The first refusal: status and body.
    pub(super) first_refusal: Option<String>,
}

/// How one batch ended.
#[derive(Debug)]
pub(super) enum Ended {
    Acknowledged {
        took: Duration,
        perhaps_doubled: bool,
    },
    Refused(String),
    /// So many were taken, and the others refused.
    Partly(u64, String),
    Unknown(String),
}

impl Tally {
    pub(super) fn add(&mut self, events: u64, attempts: u64, ended: Ended) {
        self.requests += attempts;
        self.repeated += attempts.saturating_sub(1);
        match ended {
            Ended::Acknowledged { took, perhaps_doubled } => {
                self.acknowledged += events;
                self.latencies.push(took);
                if perhaps_doubled {
                    self.perhaps_doubled += events;
                }
            }
            Ended::Refused(why) => {
                self.refused += events;
                self.first_refusal.get_or_insert(why);
            }
            Ended::Partly(taken, why) => {
                self.acknowledged += taken;
                self.refused += events.saturating_sub(taken);
                self.first_refusal.get_or_insert(why);
            }
            Ended::Unknown(why) => {
                self.unknown += events;
                self.first_refusal.get_or_insert(why);
            }
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.refused == 0 && self.unknown == 0
    }

    /// The latency that so many of a hundred requests did not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let mut all = self.latencies.clone();
        all.sort_unstable();
        let index = (all.len() * percent).div_ceil(100).saturating_sub(1);
        all.get(index).copied().unwrap_or_default()
    }

    pub(super) fn to_json(&self, took: Duration) -> Value {
        let millis = |percent| self.percentile(percent).as_secs_f64() * 1000.0;
        json!({
            "schema": "pipectl-send/1",
            "acknowledged": self.acknowledged,
            "refused": self.refused,
            "unknown": self.unknown,
            "perhaps_doubled": self.perhaps_doubled,
            "requests": self.requests,
            "repeated": self.repeated,
            "seconds": took.as_secs_f64(),
            "latency_ms": {"p50": millis(50), "p90": millis(90), "p99": millis(99), "max": millis(100)},
            "first_refusal": self.first_refusal,
        })
    }

    pub(super) fn to_text(&self, took: Duration) -> String {
        let rate = self.acknowledged as f64 / took.as_secs_f64().max(1e-9);
        let millis = |percent| self.percentile(percent).as_secs_f64() * 1000.0;
        let mut text = format!(
            "{} events acknowledged in {:.1} s ({}/s), {} requests, {} repeated\nlatency p50 {:.1} ms, p90 {:.1} \
             ms, p99 {:.1} ms, max {:.1} ms\n",
            self.acknowledged,
            took.as_secs_f64(),
            grouped(rate.round() as i64),
            self.requests,
            self.repeated,
            millis(50),
            millis(90),
            millis(99),
            millis(100),
        );
        for (count, words) in [
            (self.refused, "refused"),
            (self.unknown, "without an answer: they may have arrived"),
            (self.perhaps_doubled, "acknowledged after an answer was lost: they may have arrived twice"),
        ] {
            if count > 0 {
                text.push_str(&format!("{count} events {words}\n"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_counted_once() {
        let mut tally = Tally::default();
        for millis in 1..=100 {
            let took = Duration::from_millis(millis);
            tally.add(10, 1, Ended::Acknowledged { took, perhaps_doubled: millis == 7 });
        }
        tally.add(5, 3, Ended::Refused("400: no".into()));
        tally.add(2, 1, Ended::Unknown("reset".into()));
        tally.add(25, 1, Ended::Partly(22, "400: 3 of 25".into()));
        assert_eq!((tally.acknowledged, tally.refused, tally.unknown, tally.perhaps_doubled), (1022, 8, 2, 10));
        assert_eq!((tally.requests, tally.repeated, tally.is_whole()), (105, 2, false));
        assert_eq!(tally.percentile(50), Duration::from_millis(50));
        assert_eq!(tally.percentile(100), Duration::from_millis(100));
        assert!(tally.to_text(Duration::from_secs(1)).contains("p99 99.0 ms"));
    }
}
