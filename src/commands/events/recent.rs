//! Events as Local AWS takes them, before they are delivered. AWS shows its streams' records to nobody.

use super::arrived::Arrived;
use super::lines;
use super::proposal::spelt;
use crate::commands::local::{Record, Served};
use crate::commands::{Global, session::Session};
use crate::config::Column;
use crate::error::{Error, Result};
use crate::report::Spot;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::{Interval, interval};

/// The time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// The Local AWS that the command line names.
pub(super) async fn served(global: &Global) -> Result<Served> {
    let Some(directory) = &global.local else {
        let hint = "`pipectl events` reads what was delivered; `--local` is Local AWS";
        return Err(Error::usage("events can be seen as they arrive on Local AWS alone", hint));
    };
    Served::at(directory).await
}

/// What the pipeline's stream takes.
pub(super) struct Recent<'a> {
    served: Served,
    stream: String,
    schema: &'a [Column],
    /// The number of the last record that was read.
    last: u64,
    looks: Interval,
}

/// An event, and what becomes of it.
pub(super) struct Seen {
    pub(super) at: Timestamp,
    pub(super) event: Map<String, Value>,
    /// Fields whose value has no place in their column.
    pub(super) misfits: Vec<String>,
    /// Fields that have no column.
    pub(super) without_column: Vec<String>,
}

impl<'a> Recent<'a> {
    pub(super) fn of(served: Served, session: &'a Session) -> Self {
        Self {
            served,
            stream: session.aws.names.base(),
            schema: &session.pipeline.schema,
            last: 0,
            looks: interval(LOOK),
        }
    }

    /// What Local AWS's clock shows.
    pub(super) async fn now(&self) -> Result<Timestamp> {
        self.served.now().await
    }

    /// Those that have come since the last time, a moment ago at least; at first, all that are remembered.
    pub(super) async fn next(&mut self) -> Result<Vec<Seen>> {
        self.looks.tick().await;
        let records = self.served.records(self.last).await?;
        self.last = records.last().map_or(self.last, |record| record.number);
        let ours = records.iter().filter(|record| record.stream == self.stream);
        Ok(ours.flat_map(|record| self.events(record)).collect())
    }

    fn events(&self, record: &Record) -> Vec<Seen> {
        let mut seen = vec![];
        // A record in memory is not cut off.
        let _ = lines::each(record.data.as_bytes(), |_, line| {
            seen.extend(line.into_iter().flatten().map(|event| self.seen(record.at, event)));
            true
        });
        seen
    }

    fn seen(&self, at: Timestamp, event: Map<String, Value>) -> Seen {
        let mut arrived = Arrived::new(self.schema, "");
        arrived.add(&event, &Spot { file: "".into(), line: 1 });
        let told = |wanted: fn(&super::Field<'_>) -> bool| {
            let fields = arrived.fields.iter().filter(|(_, field)| wanted(field));
            fields.map(|(path, _)| spelt(path)).collect()
        };
        let misfits = told(|field| field.misfits > 0);
        let without_column = if self.schema.is_empty() { vec![] } else { told(|field| field.column.is_none()) };
        Seen { at, event, misfits, without_column }
    }
}
