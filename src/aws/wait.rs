//! Calls that are repeated while AWS is not ready, each for a named reason and a limited time.
#![expect(clippy::disallowed_methods, reason = "here is where it is allowed")]

use super::asked;
use super::asking::{Asking, passes};
use super::error::{Class, Error, Result};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// What `--longest-wait` says, of whatever is waited for.
static LONGEST: OnceLock<Duration> = OnceLock::new();

/// Ends each waiting after this long, however long it is worth by itself. The first who says so is heard.
pub(crate) fn wait_at_most(limit: Duration) {
    // A run says it once for each connection, and the same each time.
    let _ = LONGEST.set(limit);
}

/// A limit, or a shorter one of the user's.
fn limited(limit: Duration) -> Duration {
    LONGEST.get().map_or(limit, |longest| limit.min(*longest))
}

/// For how long a call may be repeated, by the reason AWS refuses it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For IAM to tell the service about a role.
    pub(crate) propagation: Duration,
    /// For somebody else's change, or an unfinished one of ours.
    pub(crate) busy: Duration,
    /// For throttling that outlasts the SDK's own retries.
    pub(crate) throttle: Duration,
    /// For what was just made to be seen by every part of the service.
    pub(crate) absent: Duration,
}

impl Patience {
    /// Terraform's usual budget for IAM propagation is two minutes.
    pub(crate) const USUAL: Self = Self {
        propagation: Duration::from_secs(120),
        busy: Duration::from_secs(120),
        throttle: Duration::from_secs(60),
        absent: Duration::ZERO,
    };
    /// A bucket that was just created is `NoSuchBucket` to some calls for a moment; Terraform allows two minutes.
    pub(crate) const NEW_BUCKET: Self = Self { absent: Duration::from_secs(120), ..Self::USUAL };
    /// Lambda is given five minutes by Terraform.
    pub(crate) const LAMBDA: Self =
        Self { propagation: Duration::from_secs(300), busy: Duration::from_secs(300), ..Self::USUAL };
    /// Reading is not refused for a reason that goes away, except too many requests.
    pub(crate) const READING: Self = Self { propagation: Duration::ZERO, busy: Duration::from_secs(10), ..Self::USUAL };

    /// What nothing depends on is asked once.
    pub(crate) const NONE: Self =
        Self { propagation: Duration::ZERO, busy: Duration::ZERO, throttle: Duration::ZERO, absent: Duration::ZERO };

    /// The budget, the first pause and the longest pause; `None` for what does not pass.
    fn cadence(self, class: Class) -> Option<(Duration, Duration, Duration)> {
        let millis = Duration::from_millis;
        match class {
            Class::Propagating => Some((self.propagation, millis(250), millis(2_000))),
            Class::Busy => Some((self.busy, millis(500), millis(8_000))),
            Class::Absent if !self.absent.is_zero() => Some((self.absent, millis(250), millis(2_000))),
            Class::Throttled => Some((self.throttle, millis(1_000), millis(8_000))),
            _ => None,
        }
    }
}

/// Makes a call, and makes it again while its error is one that passes.
///
/// # Errors
/// AWS's error, with the time spent waiting when the budget ran out.
pub(crate) async fn call<T, E, F>(operation: &'static str, patience: Patience, send: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (began, asking) = (Instant::now(), Asking::begin(operation));
    let mut attempt = 0;
    loop {
        super::pace::turn(operation).await;
        let sent = async { send().await.map_err(|error| Error::from_sdk(operation, &error)) };
        let error = match asked::remembering(sent).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let Some((budget, first, longest)) = patience.cadence(error.class()) else {
            // The SDK has repeated it, for as long as `Timeouts` lets it.
            let tells = error.class() == Class::Network && !error.message().contains("all attempts together");
            return Err(if tells { error.waited(began.elapsed()) } else { error });
        };
        let budget = limited(budget);
        let pause = first.saturating_mul(1 << attempt.min(8)).min(longest);
        if began.elapsed() + pause > budget {
            return Err(error.waited(began.elapsed()).limit(budget));
        }
        attempt += 1;
        asking.again(passes(error.class()));
        sleep(pause).await;
    }
}

/// A read: repeated only when AWS is busy or throttles.
pub(crate) async fn read<T, E, F>(operation: &'static str, send: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    call(operation, Patience::READING, send).await
}

/// A list: each of its pages is a read. `send` is told where the page begins, `next` says where the one after it does.
pub(crate) async fn pages<T, E, F>(
    operation: &'static str,
    send: impl Fn(Option<String>) -> F,
    next: impl Fn(&T) -> Option<&str>,
) -> Result<Vec<T>>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (mut all, mut from) = (vec![], None::<String>);
    loop {
        let page = read(operation, || send(from.clone())).await?;
        // Some services end with an empty token in place of none.
        from = next(&page).filter(|token| !token.is_empty()).map(str::to_owned);
        all.push(page);
        if from.is_none() {
            return Ok(all);
        }
    }
}

/// A write: repeated while IAM propagates or another change is in progress.
pub(crate) async fn write<T, E, F>(operation: &'static str, send: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    call(operation, Patience::USUAL, send).await
}

/// What one look at a resource says about the condition waited for.
#[derive(Debug)]
pub(crate) enum Look<T> {
    Done(T),
    /// Not yet; the state AWS reports.
    NotYet(String),
}

/// Looks until the condition holds. The first look comes at once: most changes are done by then, and
/// Terraform's fixed delay of 5 s before it is what makes its Lambda waiter slow.
///
/// # Errors
/// `StillWaiting` when the limit passes; whatever `look` fails with, at once.
pub(crate) async fn until<T, F>(
    operation: &'static str,
    condition: &str,
    limit: Duration,
    look: impl Fn() -> F,
) -> Result<T>
where
    F: Future<Output = Result<Look<T>>>,
{
    let (began, limit, asking) = (Instant::now(), limited(limit), Asking::begin(operation));
    let mut pause = Duration::from_millis(100);
    loop {
        let state = match look().await? {
            Look::Done(value) => return Ok(value),
            Look::NotYet(state) => state,
        };
        if began.elapsed() + pause > limit {
            let message = format!("it should be {condition}, but is {state}");
            return Err(Error::still_waiting(operation, &message).waited(began.elapsed()).limit(limit));
        }
        asking.again(format!("until it is {condition}, it is {state}"));
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// The time between two looks at what takes as long as it takes, and that somebody watches: short at first.
#[derive(Debug)]
pub(crate) struct Pause {
    next: Duration,
    longest: Duration,
}

impl Pause {
    pub(crate) fn growing(first: Duration, longest: Duration) -> Self {
        Self { next: first, longest }
    }

    pub(crate) fn steady(length: Duration) -> Self {
        Self::growing(length, length)
    }

    /// Until it is time to look again.
    pub(crate) async fn pass(&mut self) {
        sleep(self.next).await;
        self.next = (self.next * 3 / 2).min(self.longest);
    }

    /// The same after a look that took this long, and nine times as long as that at least: to be watched takes no more
    /// than a tenth of what is watched, however much there is to see.
    #[cfg(feature = "local")]
    pub(crate) async fn pass_after(&mut self, look: Duration) {
        sleep((look * 9).saturating_sub(self.next)).await;
        self.pass().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_bucket_may_be_missing_for_a_while() {
        assert!(Patience::USUAL.cadence(Class::Absent).is_none());
        assert!(Patience::READING.cadence(Class::Absent).is_none());
        let (budget, first, _) = Patience::NEW_BUCKET.cadence(Class::Absent).unwrap();
        assert_eq!((budget, first), (Duration::from_secs(120), Duration::from_millis(250)));
    }
}
