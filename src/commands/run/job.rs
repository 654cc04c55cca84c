//! A run of the job, from its start to its end.

use super::pause;
use super::told::{rows, told};
use crate::aws::{Aws, Class, Error, Look, Patience, Pause, Result, call, read, until};
use crate::report::{RunEnd, Watch};
use aws_sdk_glue::types::{JobRun, JobRunState};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Where a run logs that does not say where.
const LOGS: &str = "/aws-glue/jobs";
/// For how long the place of a run that has ended may stay taken.
const FREE_WITHIN: Duration = Duration::from_secs(120);
/// How soon Glue begins the next attempt after one that failed.
const RETRIES_WITHIN: Duration = Duration::from_secs(30);

/// With `own` arguments, a run that is there already is another one, and has to end first.
///
/// # Errors
/// The job is missing, or AWS refuses something. A run that fails is no error here.
pub(super) async fn run(
    aws: &Aws,
    job: &str,
    own: Option<HashMap<String, String>>,
    wait: bool,
    watch: &mut Watch,
) -> Result<Option<RunEnd>> {
    let id = match start(aws, job, own).await? {
        Started::Now(id) => {
            watch.say(&format!("started {id}"));
            id
        }
        Started::Before(id) => {
            watch.say(&format!("was running already: {id}"));
            id
        }
    };
    if !wait {
        return Ok(None);
    }
    let run = last_attempt(aws, job, id, watch).await?;
    let group = format!("{}/output", run.log_group_name.as_deref().unwrap_or(LOGS));
    let mut ended = ended(run);
    if ended.well {
        let (_, id) = &ended.log;
        // The run has done its work, whether somebody may read of it or not.
        match told(aws, &group, id).await {
            Ok(lines) => ended.told = lines.unwrap_or_default(),
            Err(error) => watch.say(&format!("what it wrote is in its log, which cannot be read: {error}")),
        }
    }
    Ok(Some(ended))
}

/// How many rows a run has written that has ended. `None` where its log does not say, or may not be read.
pub(crate) async fn rows_of(aws: &Aws, run: &JobRun) -> Option<u64> {
    let group = format!("{}/output", run.log_group_name.as_deref().unwrap_or(LOGS));
    rows(aws, &group, run.id.as_deref()?).await.ok().flatten()
}

/// A run's id.
#[derive(Debug)]
enum Started {
    Now(String),
    /// By a trigger, or by somebody else.
    Before(String),
}

async fn start(aws: &Aws, job: &str, own: Option<HashMap<String, String>>) -> Result<Started> {
    // Whether it waits for a run that is there is for the user to say.
    let patience = Patience { busy: Duration::ZERO, ..Patience::USUAL };
    let started = until("glue:StartJobRun", "free to start", FREE_WITHIN, || async {
        let request = || aws.glue.start_job_run().job_name(job).set_arguments(own.clone()).send();
        match call("glue:StartJobRun", patience, request).await {
            Ok(answer) => Ok(Look::Done(Started::Now(answer.job_run_id.unwrap_or_default()))),
            Err(error) if error.class() == Class::Running => match under_way(aws, job).await? {
                Some(_) if own.is_some() => Ok(Look::NotYet("taken by another run".to_owned())),
                Some(run) => Ok(Look::Done(Started::Before(run.id.unwrap_or_default()))),
                None => Ok(Look::NotYet("taken by a run that has ended".to_owned())),
            },
            Err(error) => Err(error),
        }
    });
    let made = "`pipectl apply` makes it";
    started.await.map_err(|error| if error.class() == Class::Absent { error.with_hint(made) } else { error })
}

/// The newest runs, the newest first.
async fn newest(aws: &Aws, job: &str) -> Result<Vec<JobRun>> {
    let answer = read("glue:GetJobRuns", || aws.glue.get_job_runs().job_name(job).max_results(100).send()).await?;
    Ok(answer.job_runs.unwrap_or_default())
}

async fn under_way(aws: &Aws, job: &str) -> Result<Option<JobRun>> {
    Ok(newest(aws, job).await?.into_iter().find(|run| !has_ended(run)))
}

fn has_ended(run: &JobRun) -> bool {
    use JobRunState::{Error, Expired, Failed, Stopped, Succeeded, Timeout};
    matches!(&run.job_run_state, Some(Error | Expired | Failed | Stopped | Succeeded | Timeout))
}

/// Follows a run, and after a failure the attempts that Glue makes by itself.
async fn last_attempt(aws: &Aws, job: &str, mut id: String, watch: &mut Watch) -> Result<JobRun> {
    loop {
        let run = end(aws, job, &id, watch).await?;
        let failed = matches!(run.job_run_state, Some(JobRunState::Failed | JobRunState::Error | JobRunState::Timeout));
        if !failed || run.attempt >= retries(aws, job).await? {
            return Ok(run);
        }
        let why = run.error_message.as_deref().unwrap_or("AWS does not say why");
        watch.say(&format!("attempt {} failed: {why}", run.attempt + 1));
        match next_attempt(aws, job, &run).await? {
            Some(next) => id = next,
            None => return Ok(run),
        }
    }
}

async fn end(aws: &Aws, job: &str, id: &str, watch: &mut Watch) -> Result<JobRun> {
    let mut pause = pause();
    loop {
        let answer = read("glue:GetJobRun", || aws.glue.get_job_run().job_name(job).run_id(id).send()).await?;
        let missing = || Error::new("glue:GetJobRun", "EntityNotFoundException", &format!("there is no run `{id}`"));
        let run = answer.job_run.ok_or_else(missing)?;
        if has_ended(&run) {
            return Ok(run);
        }
        watch.show(run.job_run_state.as_ref().map_or("STARTING", JobRunState::as_str));
        pause.pass().await;
    }
}

async fn retries(aws: &Aws, job: &str) -> Result<i32> {
    let answer = read("glue:GetJob", || aws.glue.get_job().job_name(job).send()).await?;
    Ok(answer.job.map_or(0, |job| job.max_retries))
}

/// The attempt behind one that failed, once Glue has begun it.
async fn next_attempt(aws: &Aws, job: &str, failed: &JobRun) -> Result<Option<String>> {
    let (began, mut pause) = (Instant::now(), Pause::steady(Duration::from_secs(1)));
    loop {
        let next = newest(aws, job).await?.into_iter().find(|run| follows(run, failed));
        if next.is_some() || began.elapsed() > RETRIES_WITHIN {
            return Ok(next.and_then(|run| run.id));
        }
        pause.pass().await;
    }
}

/// Glue names the attempt before, which not every AWS that is imitated does.
fn follows(run: &JobRun, failed: &JobRun) -> bool {
    match &run.previous_run_id {
        Some(previous) => failed.id.as_ref() == Some(previous),
        None => run.attempt == failed.attempt + 1 && run.started_on >= failed.started_on,
    }
}

fn ended(run: JobRun) -> RunEnd {
    let state = run.job_run_state.as_ref().map_or("UNKNOWN", JobRunState::as_str).to_owned();
    let seconds = f64::from(run.execution_time);
    RunEnd {
        well: run.job_run_state == Some(JobRunState::Succeeded),
        state,
        seconds: Some(seconds),
        // AWS tells it where the number of workers varies; where it does not, it is what they have together.
        dpu_seconds: run.dpu_seconds.or_else(|| Some(run.max_capacity? * seconds)),
        message: run.error_message,
        told: vec![],
        log: (format!("{}/error", run.log_group_name.as_deref().unwrap_or(LOGS)), run.id.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(id: &str, attempt: i32, previous: Option<&str>) -> JobRun {
        let run = JobRun::builder().id(id).attempt(attempt).set_previous_run_id(previous.map(str::to_owned));
        run.started_on(aws_smithy_types::DateTime::from_secs(i64::from(attempt))).build()
    }

    #[test]
    fn the_next_attempt_is_the_one_behind_the_failed_one() {
        let failed = attempt("jr_1", 0, None);
        assert!(follows(&attempt("jr_1_attempt_1", 1, Some("jr_1")), &failed));
        assert!(follows(&attempt("jr_2", 1, None), &failed));
        assert!(!follows(&attempt("jr_0_attempt_1", 1, Some("jr_0")), &failed));
        assert!(!follows(&failed, &failed));
    }

    #[test]
    fn dpu_seconds_are_awss_or_those_of_all_workers() {
        let run = JobRun::builder().job_run_state(JobRunState::Succeeded).execution_time(60).max_capacity(10.0);
        assert_eq!(ended(run.clone().build()).dpu_seconds, Some(600.0));
        assert_eq!(ended(run.dpu_seconds(410.5).build()).dpu_seconds, Some(410.5));
    }
}
