//! Waiting for Lambda: it answers a request before it has done what was asked for.

use crate::aws::{Aws, Error, Expect as _, Look, Patience, Result, call, read, until};
use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};
use std::time::Duration;

/// Seconds in practice; Terraform gives it ten minutes.
const SETTLES_WITHIN: Duration = Duration::from_secs(600);

/// Waits until the function is there and its last update is done.
///
/// # Errors
/// AWS's reason, if it ended badly; `operation` is what is named as having failed.
pub(super) async fn settled(aws: &Aws, operation: &'static str, name: &str) -> Result<()> {
    until(operation, "ready", SETTLES_WITHIN, async || {
        let found = read("lambda:GetFunction", || aws.lambda.get_function().function_name(name).send()).await?;
        found.configuration.map_or_else(|| Ok(Look::NotYet("not described".to_owned())), |live| look(operation, &live))
    })
    .await
}

/// Waits until no change is in progress, however the last one ended: the next may repair it.
///
/// # Errors
/// `StillWaiting`.
pub(super) async fn idle(aws: &Aws, name: &str) -> Result<()> {
    until("lambda:GetFunction", "free of other changes", SETTLES_WITHIN, async || {
        let found = read("lambda:GetFunction", || aws.lambda.get_function().function_name(name).send()).await?;
        let Some(live) = found.configuration else { return Ok(Look::Done(())) };
        Ok(look("lambda:GetFunction", &live).unwrap_or(Look::Done(())))
    })
    .await
}

/// Whether it failed for good: the state `Failed`, unlike a failed update, does not pass.
pub(super) fn failed(live: &FunctionConfiguration) -> bool {
    live.state() == Some(&State::Failed)
}

fn look(operation: &'static str, live: &FunctionConfiguration) -> Result<Look<()>> {
    let ended = |code: Option<&str>, reason: Option<&str>| {
        Err(Error::new(operation, code.unwrap_or("Failed"), reason.unwrap_or("AWS gave no reason")))
    };
    match (live.state(), live.last_update_status()) {
        (Some(State::Failed), _) => ended(live.state_reason_code().map(|code| code.as_str()), live.state_reason()),
        (Some(state @ (State::Pending | State::Deleting)), _) => Ok(Look::NotYet(state.to_string())),
        (_, Some(LastUpdateStatus::Failed)) => {
            let code = live.last_update_status_reason_code().map(|code| code.as_str());
            ended(code, live.last_update_status_reason())
        }
        (_, Some(LastUpdateStatus::Successful)) => Ok(Look::Done(())),
        // AWS leaves it out for a moment after an update began.
        (_, status) => {
            Ok(Look::NotYet(format!("updating ({})", status.map_or("no status yet", |status| status.as_str()))))
        }
    }
}

/// Deletes the function and waits until it is not there: its name is free, and it logs no more.
///
/// # Errors
/// AWS's.
pub(super) async fn gone(aws: &Aws, name: &str) -> Result<()> {
    call("lambda:DeleteFunction", Patience::LAMBDA, || aws.lambda.delete_function().function_name(name).send())
        .await
        .gone()?;
    until("lambda:DeleteFunction", "gone", SETTLES_WITHIN, async || {
        let found = read("lambda:GetFunction", || aws.lambda.get_function().function_name(name).send()).await;
        Ok(match found.absent()? {
            None => Look::Done(()),
            Some(_) => Look::NotYet("still there".to_owned()),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lambda::types::{LastUpdateStatusReasonCode, StateReasonCode};

    #[test]
    fn a_function_is_ready_when_its_state_and_its_last_update_are() {
        let done = |state, status: Option<LastUpdateStatus>| {
            let live = FunctionConfiguration::builder().state(state).set_last_update_status(status).build();
            matches!(look("lambda:CreateFunction", &live), Ok(Look::Done(())))
        };
        assert!(done(State::Active, Some(LastUpdateStatus::Successful)));
        assert!(done(State::Inactive, Some(LastUpdateStatus::Successful)));
        assert!(!done(State::Pending, Some(LastUpdateStatus::Successful)));
        assert!(!done(State::Active, Some(LastUpdateStatus::InProgress)));
        assert!(!done(State::Active, None));
    }

    #[test]
    fn a_failure_gives_awss_reason() {
        let created = FunctionConfiguration::builder()
            .state(State::Failed)
            .state_reason_code(StateReasonCode::InternalError)
            .state_reason("out of room");
        let updated = FunctionConfiguration::builder()
            .state(State::Active)
            .last_update_status(LastUpdateStatus::Failed)
            .last_update_status_reason_code(LastUpdateStatusReasonCode::InternalError)
            .last_update_status_reason("out of room");
        for live in [created.build(), updated.build()] {
            let error = look("lambda:CreateFunction", &live).unwrap_err();
            assert_eq!((error.code(), error.message()), ("InternalError", "out of room"));
        }
    }
}
