//! How much of something may be taken in a time: buckets of tokens that fill at a rate, up to a burst.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How a bucket fills, and what it holds at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    /// In a second.
    pub(crate) rate: f64,
    pub(crate) burst: f64,
}

/// Buckets by their names; one that is new is full.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Bucket>>);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    millis: i64,
}

impl Tokens {
    /// Takes `amount` out of a bucket, or nothing where that is not in it.
    pub(crate) fn take(&self, name: String, Rate { rate, burst }: Rate, amount: f64, millis: i64) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(name).or_insert(Bucket { tokens: burst, millis });
        let passed = (millis - bucket.millis).max(0) as f64 / 1000.0;
        bucket.tokens = (bucket.tokens + passed * rate).min(burst);
        bucket.millis = bucket.millis.max(millis);
        if bucket.tokens < amount {
            return false;
        }
        bucket.tokens -= amount;
        true
    }
}

/// What AWS gives an account in a second, where it is held to that (`Options::limits`).
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    held: bool,
    tokens: Tokens,
}

impl Quotas {
    pub(crate) fn new(held: bool) -> Self {
        Self { held, tokens: Tokens::default() }
    }

    /// Whether there is as much of it in this second; always, unless the account is held to it.
    pub(crate) fn admit(&self, name: String, rate: Rate, amount: f64, millis: i64) -> bool {
        !self.held || self.tokens.take(name, rate, amount, millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let tokens = Tokens::default();
        let rate = Rate { rate: 10.0, burst: 3.0 };
        let taken = |millis| (0..10).filter(|_| tokens.take("x".into(), rate, 1.0, millis)).count();
        assert_eq!(taken(0), 3);
        assert_eq!(taken(200), 2);
        assert_eq!(taken(100), 0, "a clock that stood still gave tokens");
        assert_eq!(taken(60_000), 3);
    }

    #[test]
    fn an_account_is_held_to_its_quotas_only_where_that_is_asked_for() {
        let rate = Rate { rate: 2.0, burst: 2.0 };
        for (held, expected) in [(false, 5), (true, 2)] {
            let quotas = Quotas::new(held);
            assert_eq!((0..5).filter(|_| quotas.admit("x".into(), rate, 1.0, 0)).count(), expected);
        }
    }
}
