//! One run, from its script to its end.

use super::files::{self, Reading};
use super::report::Report;
use super::settings::{self, Days, Settings};
use super::{BOOKMARKS, RUNS, start_attempt};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::service::Input;
use crate::services::glue::metered;
use crate::services::iam::{permit_role, role_assumable};
use crate::services::logs;
use crate::services::s3::versions::Version;
use crate::services::s3::{self, objects, versions};
use serde_json::{Value, json};
use std::time::Instant;

pub(super) const LOG_GROUP: &str = "/aws-glue/jobs";

/// A run in work.
pub(super) struct Work<'a> {
    pub(super) core: &'a Core,
    pub(super) region: &'a str,
    /// The run's key.
    pub(super) key: &'a str,
    pub(super) job: String,
    pub(super) role: String,
    pub(super) id: String,
    document: Value,
    arguments: Value,
}

/// What a run has made, before anybody can see it.
#[derive(Default)]
pub(super) struct Made {
    pub(super) files: Vec<Version>,
    /// Object keys and ETags that the bookmark has seen from now on.
    pub(super) read: Vec<(String, String)>,
    pub(super) report: Report,
}

pub(super) fn execute(core: &Core, region: &str, key: &str, mut run: Value) {
    let began = Instant::now();
    let job = run["JobName"].as_str().unwrap_or_default().to_owned();
    let ready = core.run(region, |context| {
        let document = super::existing(context, &job)?;
        let role = super::role(context, &document)?;
        run["JobRunState"] = "RUNNING".into();
        context.put(RUNS, key, &run)?;
        Ok((document, role))
    });
    let result = match ready {
        Ok((document, role)) => {
            let arguments = arguments(&document, &run);
            let id = run["Id"].as_str().unwrap_or_default().to_owned();
            let work = Work { core, region, key, job: job.clone(), role, id, document, arguments };
            match work.go() {
                Ok(report) => {
                    work.log("output", report.lines());
                    Ok(())
                }
                Err(error) => {
                    work.log("error", vec![format!("{}: {}", error.code, error.message)]);
                    Err(error)
                }
            }
        }
        Err(error) => Err(error),
    };
    let _ = core.run(region, |context| finish(context, key, &job, run.clone(), &result, began.elapsed().as_secs_f64()));
}

/// The job's default arguments with the run's own over them.
fn arguments(document: &Value, run: &Value) -> Value {
    let mut all = document["DefaultArguments"].clone();
    for (name, value) in run["Arguments"].as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all
}

impl Work<'_> {
    fn go(&self) -> Result<Report> {
        self.assume()?;
        let script = self.script()?;
        let settings = settings::read(&script).map_err(|message| ApiError::new("InvalidScript", message))?;
        // With `job-bookmark-pause`, a run reads by the bookmark and leaves it as it is.
        let option = self.arguments["--job-bookmark-option"].as_str().unwrap_or("job-bookmark-disable");
        let (uses_bookmark, keeps_bookmark) = (option != "job-bookmark-disable", option == "job-bookmark-enable");
        let today = self.core.clock.now().to_string().chars().take(10).collect();
        if let Some(again) = &settings.again {
            // What a run before this one left over.
            self.core
                .run(self.region, |context| self.may(context, "s3:GetObject", &settings.bucket, &again.journal))?;
        }
        let days = settings.again.as_ref().and_then(|again| Some((again, Days::of(&self.arguments, again, today)?)));
        if let Some((again, days)) = days {
            return Ok(self.again(&settings, again, &days, uses_bookmark)?.report);
        }
        let reading = if uses_bookmark { Reading::New } else { Reading::All };
        let found =
            self.core.run(self.region, |context| files::find(context, (&self.job, &self.role), &settings, reading))?;
        let mut made = Made::default();
        let done = self.convert(&settings, found.unwrap_or_default(), &mut made);
        let committed = done.and_then(|()| {
            self.core.run(self.region, |context| self.commit(context, &settings, &made, keeps_bookmark))
        });
        match committed {
            Ok(()) => Ok(made.report),
            Err(error) => {
                let blobs: Vec<_> = made.files.into_iter().map(|file| file.blob).collect();
                objects::sweep(self.core, &blobs);
                Err(error)
            }
        }
    }

    /// # Errors
    /// The role does not trust Glue, or not any more.
    fn assume(&self) -> Result<()> {
        let role = &self.role;
        if self.core.run(self.region, |context| role_assumable(context, role, "glue.amazonaws.com"))? {
            return Ok(());
        }
        let message = format!("Role {role} should be given assume role permissions for Glue Service.");
        Err(ApiError::new("InvalidInputException", message))
    }

    fn script(&self) -> Result<String> {
        let location = self.document["Command"].text("ScriptLocation")?;
        let (bucket, key) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
        let blob = self.core.run(self.region, |context| {
            self.may(context, "s3:GetObject", bucket, key)?;
            s3::count(context, bucket, (0, 1))?;
            versions::find(context, bucket, key, None)
        })?;
        let bytes = self.core.blobs.get(&blob.blob).map_err(ApiError::internal)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(super) fn may(&self, context: &Context<'_>, action: &str, bucket: &str, key: &str) -> Result<()> {
        s3::permit_role(context, &self.role, action, (bucket, key), &[])
    }

    /// # Errors
    /// Somebody wants the run to stop.
    pub(super) fn go_on(&self) -> Result<()> {
        let run = self.core.store.read(RUNS, &format!("{}/{}", self.region, self.key))?.unwrap_or_default();
        if run["JobRunState"] == "STOPPING" {
            return Err(ApiError::new("Stopped", "the run was stopped"));
        }
        Ok(())
    }

    /// The files show and the bookmark moves on, both or neither.
    fn commit(&self, context: &Context<'_>, settings: &Settings, made: &Made, keeps_bookmark: bool) -> Result<()> {
        let (bucket, prefix) = &settings.output;
        if !made.files.is_empty() {
            self.mark_folder(context, bucket, prefix)?;
        }
        for file in &made.files {
            objects::add(context, bucket, file.clone())?;
        }
        if keeps_bookmark {
            for (key, etag) in &made.read {
                context.put(
                    BOOKMARKS,
                    &files::bookmark(&self.job, &settings.bucket, key),
                    &json!({"etag": etag, "run": self.key}),
                )?;
            }
        }
        Ok(())
    }

    /// EMRFS leaves an empty object beside each folder that it makes.
    fn mark_folder(&self, context: &Context<'_>, bucket: &str, prefix: &str) -> Result<()> {
        let key = format!("{}_$folder$", prefix.trim_end_matches('/'));
        for action in ["s3:GetObject", "s3:PutObject"] {
            self.may(context, action, bucket, &key)?;
        }
        if versions::find(context, bucket, &key, None).is_ok() {
            return Ok(());
        }
        let blob = context.blobs.add(&[]).map_err(ApiError::internal)?;
        objects::add(context, bucket, objects::prepare(key, "binary/octet-stream", blob, &[])).map(|_| ())
    }

    /// There are no metrics in Local AWS. A role that may not send them lets the run go on, and its log tell so.
    fn measure(&self, context: &Context<'_>) -> Result<()> {
        if self.arguments["--enable-metrics"].is_null() {
            return Ok(());
        }
        let namespace = [("cloudwatch:namespace", "Glue")];
        permit_role(context, &self.role, "cloudwatch:PutMetricData", "*", &namespace)
    }

    /// A role that may not write logs leaves none.
    fn log(&self, group: &str, lines: Vec<String>) {
        let _ = self.core.run(self.region, |context| {
            let now = context.now.as_millisecond();
            let write = |group: &str, lines: Vec<String>| {
                let lines: Vec<_> = lines.into_iter().map(|line| (now, line)).collect();
                logs::write_under(context, &self.role, &format!("{LOG_GROUP}/{group}"), &self.id, &lines)
            };
            write(group, lines)?;
            match self.measure(context) {
                Ok(()) => Ok(()),
                Err(error) => write("error", vec![error.message]),
            }
        });
    }
}

/// The end of a run that could not end itself.
pub(super) fn fail(context: &Context<'_>, key: &str, mut run: Value, why: &str) -> Result<()> {
    run["JobRunState"] = "FAILED".into();
    run["ErrorMessage"] = why.into();
    run["CompletedOn"] = context.epoch().into();
    context.put(RUNS, key, &run)
}

fn finish(
    context: &Context<'_>,
    key: &str,
    job: &str,
    mut run: Value,
    result: &Result<()>,
    seconds: f64,
) -> Result<()> {
    let state = match result {
        Ok(()) => "SUCCEEDED",
        Err(error) if error.code == "Stopped" => "STOPPED",
        Err(_) => "FAILED",
    };
    run["JobRunState"] = state.into();
    run["CompletedOn"] = context.epoch().into();
    run["LastModifiedOn"] = context.epoch().into();
    run["ExecutionTime"] = (seconds.ceil() as i64).into();
    if run["ExecutionClass"] == "FLEX" {
        run["DPUSeconds"] = (seconds * run["MaxCapacity"].as_f64().unwrap_or(0.0)).into();
    }
    if let Err(error) = result {
        run["ErrorMessage"] = format!("{}: {}", error.code, error.message).into();
    }
    metered::run(context, job, &run, seconds)?;
    context.put(RUNS, key, &run)?;
    let attempt = run["Attempt"].as_i64().unwrap_or(0);
    let document = super::existing(context, job)?;
    // A run that fails is tried again as another attempt, with the id of the first in front on AWS.
    if state == "FAILED" && attempt < document["MaxRetries"].as_i64().unwrap_or(0) {
        start_attempt(context, job, &document, (&run["Arguments"], run["TriggerName"].as_str()), attempt + 1)?;
    }
    Ok(())
}
