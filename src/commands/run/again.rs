//! `run etl --from DATE`: days that are converted again.

use super::Session;
use crate::aws::{Expect as _, read};
use crate::blueprint::again_arguments;
use crate::error::{Code, Error, Result};
use crate::resources::Job;
use clap::Args;
use jiff::civil::Date;
use std::collections::HashMap;

/// Both are part of it.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct Days {
    /// Convert the JSON files of this day, and of those after it, again: their Parquet takes the place of the old one.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day, instead of today (UTC).
    #[arg(long, value_name = "DATE", requires = "from")]
    to: Option<Date>,
}

impl Days {
    pub(super) fn check(self) -> Result<()> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => Err(Error::usage(
                format!("there is no day from {from} to {to}"),
                "`--from` is the first day, and `--to` the last one",
            )),
            _ => Ok(()),
        }
    }

    /// Refuses where the live job runs another script than the file asks for: its schema is another one, and one of an
    /// older release takes such a run for a usual one, whose files would be read once more.
    pub(super) async fn refuse_another_script(self, session: &Session, job: &str) -> Result<()> {
        let graph = session.graph();
        let Some(wanted) = graph.desired::<Job>("etl").filter(|_| self.from.is_some()) else { return Ok(()) };
        let found = read("glue:GetJob", || session.aws.glue.get_job().job_name(job).send()).await.absent()?;
        let command = found.and_then(|found| found.job?.command);
        match command.as_ref().and_then(|command| command.script_location()) {
            Some(script) if script != wanted.script => Err(Error::coded(
                Code::Stale,
                "nothing was started: the job does not run the script that the file asks for yet",
                "`pipectl apply` first",
            )),
            _ => Ok(()),
        }
    }

    /// Of a run; `None` of one that reads what is new.
    pub(super) fn arguments(self) -> Option<HashMap<String, String>> {
        let to = self.to.map(|to| to.to_string());
        self.from.map(|from| again_arguments(&from.to_string(), to.as_deref()))
    }
}
