//! A sweep: the function `mover` moves all that lies below the raw prefix, whether S3 told of it or not.

use crate::aws::{Aws, Class, Error, Patience, Result, call, read};
use crate::blueprint::sweep_order;
use crate::report::{RunEnd, Watch};
use aws_sdk_lambda::primitives::Blob;
use serde::Deserialize;
use std::time::Instant;

/// What an invocation answers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Swept {
        moved: usize,
        /// The function's time was up before the last file.
        more: bool,
    },
    #[serde(rename_all = "camelCase")]
    Failed { error_type: String, error_message: String },
}

/// Calls the function until nothing is left.
///
/// # Errors
/// The function is missing, switched off, throttled or stopped. That it could not move a file is no error here.
pub(super) async fn run(aws: &Aws, function: &str, bucket: &str, watch: &mut Watch) -> Result<RunEnd> {
    if is_off(aws, function).await {
        return Err(Error::new(
            "lambda:Invoke",
            "SwitchedOff",
            &format!(
                "the function `{function}` is switched off: 0 \
             calls at once are reserved for it, so that no file is moved"
            ),
        )
        .with_hint(
            "`pipectl apply` lets it run again, as the file says, and then `pipectl run all` moves what has come \
             meanwhile; what is moved already: `pipectl run crawler raw`, `pipectl run etl`",
        ));
    }
    let (began, mut all) = (Instant::now(), 0);
    loop {
        match invoke(aws, function, bucket).await? {
            Answer::Swept { moved, more } => {
                all += moved;
                watch.show(&format!("moved {all}"));
                if !more {
                    break;
                }
            }
            Answer::Failed { error_type, error_message } => {
                return Ok(RunEnd::badly(began.elapsed(), format!("{error_type}: {error_message}")));
            }
        }
    }
    Ok(RunEnd::well(began.elapsed()))
}

/// Lambda answers 429 to all calls of a function for which none are reserved, as to one that is too busy, which is waited
/// for. Where that cannot be asked, the call tells.
async fn is_off(aws: &Aws, function: &str) -> bool {
    let reserved =
        read("lambda:GetFunctionConcurrency", || aws.lambda.get_function_concurrency().function_name(function).send());
    reserved.await.is_ok_and(|reserved| reserved.reserved_concurrent_executions == Some(0))
}

async fn invoke(aws: &Aws, function: &str, bucket: &str) -> Result<Answer> {
    let order = Blob::new(sweep_order(bucket));
    let answer = call("lambda:Invoke", Patience::LAMBDA, || {
        aws.lambda.invoke().function_name(function).payload(order.clone()).send()
    })
    .await
    .map_err(
        |error| if error.class() == Class::Absent { error.with_hint("`pipectl apply` makes it") } else { error },
    )?;
    let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
    // A function that was applied before there were sweeps takes the order for an event without files.
    serde_json::from_slice(&payload).map_err(|_| {
        let said = String::from_utf8_lossy(&payload).into_owned();
        Error::new("lambda:Invoke", "UnexpectedAnswer", &format!("the function `{function}` answered `{said}`"))
            .with_hint("`pipectl apply` brings its code up to date")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_failures_and_from_what_is_no_answer() {
        let read = |text| serde_json::from_str::<Answer>(text).ok();
        assert!(matches!(read(r#"{"moved": 3, "more": true}"#), Some(Answer::Swept { moved: 3, more: true })));
        let failed = r#"{"errorType": "NotMoved", "errorMessage": "1 of 3 files were not moved"}"#;
        assert!(matches!(read(failed), Some(Answer::Failed { .. })));
        assert!(read("null").is_none() && read(r#"{"moved": 3}"#).is_none());
    }
}
