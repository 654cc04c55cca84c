//! `run etl --from DATE`: days that are converted again.

use crate::blueprint::again_arguments;
use crate::error::{Error, Result};
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

    /// Of a run; `None` of one that reads what is new.
    pub(super) fn arguments(self) -> Option<HashMap<String, String>> {
        let to = self.to.map(|to| to.to_string());
        self.from.map(|from| again_arguments(&from.to_string(), to.as_deref()))
    }
}
