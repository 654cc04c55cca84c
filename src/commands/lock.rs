//! The lock of a pipeline, in words, and `pipectl unlock`.

use super::confirm::confirm;
use super::session::Session;
use crate::aws;
use crate::blueprint::BUCKET;
use crate::commands::Global;
use crate::engine::converge::Stopped;
use crate::engine::lock::{Lease, Reading, Registers as _, break_lock};
use crate::error::{Code, Error, Exit, Result};
use crate::report::{alert, document, one_line, say};
use crate::resources::{Bucket, BucketLocks, Graph, lock_uri};
use crate::signal;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(crate) struct UnlockArgs {
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

/// Where it lies for what the file asks for, and elsewhere.
pub(super) fn locks<'a>(session: &'a Session, wanted: &Graph<'_>) -> BucketLocks<'a> {
    let bucket = wanted.desired::<Bucket>(BUCKET).expect("every pipeline has a bucket");
    let own_key = session.pipeline.is_strict() && session.pipeline.bucket.kms_key.is_none();
    BucketLocks::new(&session.aws, bucket, BUCKET).with_keys_of_s3(own_key)
}

/// Of one run.
pub(super) fn new_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// `apply` of me@host, since 12:00:03, https://ci/run/7`. What somebody wrote there is shown, not obeyed.
pub(super) fn held_by(lease: &Lease) -> String {
    let since = time(lease.since).map_or_else(|| "an unknown time".to_owned(), |time| time.to_string());
    let holder = &lease.holder;
    let run = holder.run.as_ref().map_or_else(String::new, |run| format!(", {run}"));
    let words = format!("`{}` of {}, since {since}{run}", holder.operation, holder.who);
    one_line(&words).into_owned()
}

/// The same for programs.
pub(super) fn held_by_to_json(lease: &Lease) -> Value {
    let Lease { holder, since, until, .. } = lease;
    json!({
        "operation": holder.operation,
        "who": holder.who,
        "run": holder.run,
        "since": time(*since).map(|time| time.to_string()),
        "until": time(*until).map(|time| time.to_string()),
    })
}

fn time(seconds: u64) -> Option<Timestamp> {
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
}

impl From<Stopped<aws::Error>> for Error {
    fn from(stopped: Stopped<aws::Error>) -> Self {
        match stopped {
            Stopped::Looking(error) | Stopped::Locking(error) => Self::Aws(error),
            Stopped::Preparing(address, error) => {
                Self::coded(error.class().into(), format!("{address}: {error}"), error.hint().unwrap_or_default())
            }
            Stopped::Held(lease) => Self::coded(
                Code::Locked,
                format!("nothing was changed: somebody else is at work: {}", held_by(&lease)),
                "wait for it with `--lock-timeout 10min`. A run that was cut off lets go by itself within a minute, \
                 and `pipectl unlock` takes the lock away at once",
            ),
            Stopped::Unsettled => Self::coded(
                Code::Stale,
                "nothing was changed: AWS kept changing between the plan and its execution",
                "see who else changes this pipeline, then run the same command again",
            ),
            Stopped::Interrupted => {
                let code = signal::remembered().map_or(Code::Interrupted, Code::from);
                Self::coded(code, "interrupted: nothing was changed", "")
            }
        }
    }
}

/// Takes the lock away from whoever holds it.
pub(crate) async fn run(global: &Global, args: &UnlockArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    let wanted = session.graph();
    let locks = locks(&session, &wanted);
    let mut held = vec![];
    for place in locks.places().await? {
        let reading = locks.read(&place).await?;
        if let Some(lease) = lease(&reading) {
            alert(format_args!("the lock {} is held: {}", lock_uri(&place), held_by(lease)));
            held.push((place, reading));
        }
    }
    let mut told = json!({"schema": "pipectl-unlock/1", "locks": []});
    document(told.clone());
    if held.is_empty() {
        alert(format_args!("nobody holds the lock {}", lock_uri(locks.place())));
        return Ok(Exit::Done);
    }
    confirm(args.yes, "Two runs at once can undo each other's work. Take the lock away?")?;
    for (place, reading) in held {
        if !break_lock(&locks, &place, &new_id(), &reading).await? {
            let why = format!("the lock {} has changed hands meanwhile, and was left alone", lock_uri(&place));
            return Err(Error::coded(Code::Locked, why, "run the same command again"));
        }
        told["locks"].as_array_mut().into_iter().for_each(|locks| locks.push(taken(&place, &reading)));
        document(told.clone());
    }
    say("unlocked");
    Ok(Exit::Done)
}

fn taken<V>(place: &str, reading: &Reading<V>) -> Value {
    json!({"place": lock_uri(place), "holder": lease(reading).map(held_by_to_json)})
}

/// A lease that has ended keeps nobody away.
fn lease<V>(reading: &Reading<V>) -> Option<&Lease> {
    reading.found.as_ref()?.0.lease.as_ref().filter(|lease| reading.now < lease.until)
}
