//! Faults on demand, for tests of what AWS does on a bad day. Set through the admin endpoint.

use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// In place of an operation's name: every operation.
pub(crate) const EVERY: &str = "*";

/// What comes in place of AWS's answer, where that is no error of AWS's.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// 200 and a web page, as the login page of a hotel's network gives it.
    Page,
    /// 200 and nothing.
    Empty,
    /// AWS's own answer after the work was done, without its second half. Its length says that it is whole.
    Truncated,
}

/// An answer that some operation gives for a while in place of doing its work.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// `firehose:CreateDeliveryStream`; `*` for every operation.
    pub(crate) operation: String,
    /// For how many requests. Counts down.
    #[serde(default = "once")]
    times: u32,
    /// How many requests go through before. Counts down.
    #[serde(default)]
    after: u32,
    #[serde(default = "bad_request")]
    status: u16,
    /// Without one, the connection is dropped.
    code: Option<String>,
    #[serde(default)]
    message: String,
    /// Before any `code`.
    answer: Option<Answer>,
    /// The work is done, and only the answer is this one: what a client sees whose answer was lost.
    #[serde(default)]
    done: bool,
    /// No answer is given until the faults are forgotten: whoever is to be killed at this request stands still.
    #[serde(default)]
    hold: bool,
    /// What requests are about ([`about`]) that go through.
    #[serde(default)]
    except: Vec<String>,
    /// How many requests have met it.
    #[serde(skip_deserializing)]
    struck: u32,
    /// What these were about, each once.
    #[serde(skip_deserializing)]
    met: BTreeSet<String>,
}

/// What a request is about: the names and ids in its input, which say nothing of what is to become of it. Some inputs have
/// them a floor down, as `CreateDatabase` in its `DatabaseInput`.
pub(crate) fn about(input: &Value) -> String {
    let mut names = names(input);
    if names.is_empty() {
        names = input.as_object().into_iter().flatten().flat_map(|(_, member)| self::names(member)).collect();
    }
    names.join(" ")
}

fn names(input: &Value) -> Vec<&str> {
    const ENDS: &[&str] = &["name", "id", "arn", "resource", "rule", "method", "type"];
    let is_name = |member: &str| ENDS.iter().any(|end| member.to_ascii_lowercase().ends_with(end));
    let members = input.as_object().into_iter().flatten();
    members.filter(|(member, _)| is_name(member)).filter_map(|(_, value)| value.as_str()).collect()
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
    /// In place of both.
    pub(crate) answer: Option<Answer>,
    /// After the work was done.
    pub(crate) done: bool,
    hold: Option<watch::Receiver<()>>,
}

impl Strike {
    /// Whether the operation is kept from its work.
    pub(crate) fn stops(&self) -> bool {
        !self.done && self.answer != Some(Answer::Truncated)
    }

    /// Returns when an answer may be given.
    pub(crate) async fn wait(&mut self) {
        if let Some(hold) = &mut self.hold {
            // It fails when Local AWS itself is gone, and with it whoever waits.
            let _ = hold.changed().await;
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: Mutex<Vec<Fault>>,
    /// Tells those who are held that they are no more.
    release: watch::Sender<()>,
    /// Before any other service learns of a role.
    propagation: Mutex<Duration>,
}

impl Faults {
    fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.faults().push(fault);
    }

    /// All of them, those that are used up too: who asked for one can see that it struck.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.faults().clone()
    }

    /// Forgets them, and lets go who is held by one.
    pub(crate) fn clear(&self) {
        let mut faults = self.faults();
        faults.clear();
        self.release.send_replace(());
    }

    /// The fault that this request meets, if any; each request uses one up.
    pub(crate) fn strike(&self, operation: &str, about: &str) -> Option<Strike> {
        let mut faults = self.faults();
        let meets = |fault: &&mut Fault| {
            let is_meant = fault.operation == EVERY || fault.operation == operation;
            fault.times > 0 && is_meant && !fault.except.iter().any(|excepted| excepted == about)
        };
        let fault = faults.iter_mut().find(meets)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        fault.struck += 1;
        fault.met.insert(about.to_owned());
        let error = fault.code.as_ref().map(|code| ApiError::new(code, &fault.message).with_status(fault.status));
        let answer = fault.answer;
        Some(Strike { error, answer, done: fault.done, hold: fault.hold.then(|| self.release.subscribe()) })
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
    use futures::FutureExt as _;

    fn fault(json: &str) -> Fault {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_fault_lets_the_first_through_ends_after_its_times_and_counts_them() {
        let faults = Faults::default();
        faults.add(fault(r#"{"operation":"glue:GetJob","times":2,"after":1,"code":"Busy"}"#));
        let hits = (0..5).map(|_| faults.strike("glue:GetJob", "").is_some()).collect::<Vec<_>>();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.strike("glue:GetJobs", "").is_none());
        assert_eq!(faults.list()[0].struck, 2);
    }

    #[test]
    fn a_fault_lets_through_what_it_excepts_and_tells_what_it_met() {
        let faults = Faults::default();
        faults.add(fault(r#"{"operation":"glue:GetJob","times":9,"except":["etl"]}"#));
        let hits = ["etl", "other", "other"].map(|job| faults.strike("glue:GetJob", job).is_some());
        assert_eq!(hits, [false, true, true]);
        assert_eq!(faults.list()[0].met, BTreeSet::from(["other".to_owned()]));
    }

    #[test]
    fn a_request_is_about_its_names_and_ids() {
        for (input, expected) in [
            (r#"{"RoleName":"mover","PolicyName":"pipectl","PolicyDocument":"{}"}"#, "mover pipectl"),
            (r#"{"DatabaseInput":{"Name":"clicks","Description":"x"}}"#, "clicks"),
            (
                r#"{"restApiId":"a1","resourceId":"b2","httpMethod":"POST","authorizationType":"NONE"}"#,
                "a1 b2 POST NONE",
            ),
            (r#"{"Resource":"arn:aws:lambda:x","Tags":{"name":"x"}}"#, "arn:aws:lambda:x"),
            ("{}", ""),
        ] {
            let mut of: Vec<_> = about(&serde_json::from_str(input).unwrap()).split(' ').map(str::to_owned).collect();
            let mut expected: Vec<_> = expected.split(' ').collect();
            of.sort_unstable();
            expected.sort_unstable();
            assert_eq!(of, expected, "{input}");
        }
    }

    #[test]
    fn who_is_held_goes_on_when_the_faults_are_forgotten() {
        let faults = Faults::default();
        faults.add(fault(r#"{"operation":"*","hold":true}"#));
        let mut strike = faults.strike("glue:GetJob", "").unwrap();
        assert_eq!(strike.wait().now_or_never(), None);
        faults.clear();
        assert_eq!(strike.wait().now_or_never(), Some(()));
    }
}
