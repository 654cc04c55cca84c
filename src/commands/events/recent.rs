//! Events as they come: those that Local AWS takes, before they are delivered; on AWS, those that are delivered.

use super::arrived::Arrived;
use super::delivered::Delivered;
use super::lines;
use super::proposal::spelt;
#[cfg(feature = "local")]
use crate::commands::local::Served;
use crate::commands::{Global, session::Session};
use crate::config::Column;
use crate::error::Result;
use crate::report::Spot;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::{Interval, interval};

/// The time between two looks at Local AWS.
#[cfg(feature = "local")]
const LOOK: Duration = Duration::from_millis(100);

/// What `track` writes into an event, where the file wants it.
const RECEIVED_AT: &str = "received_at";

/// What the pipeline's stream takes, or has delivered.
pub(crate) struct Recent<'a> {
    feed: Feed<'a>,
    schema: &'a [Column],
    /// Whether `track` says when an event came.
    is_stamped: bool,
    looks: Interval,
}

enum Feed<'a> {
    #[cfg(feature = "local")]
    Served {
        served: Served,
        stream: String,
        /// The number of the last record that was read.
        last: u64,
    },
    Delivered(Delivered<'a>),
}

/// An event, and what becomes of it.
pub(crate) struct Seen {
    pub(crate) at: Timestamp,
    pub(crate) event: Map<String, Value>,
    /// Fields whose value has no place in their column.
    pub(crate) misfits: Vec<String>,
    /// Fields that have no column.
    pub(crate) without_column: Vec<String>,
}

/// Where events come from.
pub(crate) enum Place {
    /// The Local AWS that the command line names.
    #[cfg(feature = "local")]
    Served(Served),
    Aws,
}

impl Place {
    /// # Errors
    /// Nobody serves the Local AWS.
    #[cfg_attr(not(feature = "local"), expect(clippy::unused_async, reason = "as with Local AWS"))]
    pub(crate) async fn of(global: &Global) -> Result<Self> {
        #[cfg(feature = "local")]
        if let Some(directory) = &global.local {
            return Ok(Self::Served(Served::at(directory).await?));
        }
        let _ = global;
        Ok(Self::Aws)
    }
}

impl<'a> Recent<'a> {
    /// On AWS, what came at most so long ago, and what comes.
    ///
    /// # Errors
    /// Nothing can be seen there.
    pub(crate) async fn of(place: Place, session: &'a Session, since: Duration) -> Result<Self> {
        let (feed, look) = match place {
            #[cfg(feature = "local")]
            Place::Served(served) => (Feed::Served { served, stream: session.aws.names.stream(), last: 0 }, LOOK),
            Place::Aws => (Feed::Delivered(Delivered::since(session, since).await?), Delivered::pause(session)),
        };
        let pipeline = &session.pipeline;
        let is_stamped = pipeline.events.added.iter().any(|column| column.name == RECEIVED_AT);
        Ok(Self { feed, schema: &pipeline.schema, is_stamped, looks: interval(look) })
    }

    /// Whether an event is seen only once it is delivered.
    pub(crate) fn is_delivered(&self) -> bool {
        matches!(self.feed, Feed::Delivered(_))
    }

    /// What AWS's clock shows, or Local AWS's.
    pub(crate) async fn now(&self) -> Result<Timestamp> {
        match &self.feed {
            #[cfg(feature = "local")]
            Feed::Served { served, .. } => served.now().await,
            Feed::Delivered(delivered) => delivered.now().await,
        }
    }

    /// Those that have come since the last time, a moment ago at least; at first, all that are remembered.
    pub(crate) async fn next(&mut self) -> Result<Vec<Seen>> {
        self.looks.tick().await;
        let mut came = vec![];
        match &mut self.feed {
            #[cfg(feature = "local")]
            Feed::Served { served, stream, last } => {
                let records = served.records(*last).await?;
                *last = records.last().map_or(*last, |record| record.number);
                let ours = records.into_iter().filter(|record| record.stream == *stream);
                came.extend(ours.map(|record| (record.at, record.data.into_bytes().into())));
            }
            Feed::Delivered(delivered) => came = delivered.next().await?,
        }
        Ok(came.iter().flat_map(|(at, text)| self.events(*at, text)).collect())
    }

    fn events(&self, at: Timestamp, text: &[u8]) -> Vec<Seen> {
        let mut seen = vec![];
        // A record in memory is not cut off, and what is before the damage of a file was given.
        let _ = lines::each(text, |_, line| {
            seen.extend(line.into_iter().flatten().map(|event| self.seen(at, event)));
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
        let stamp = || event.get(RECEIVED_AT)?.as_str()?.parse().ok();
        let at = if self.is_stamped && self.is_delivered() { stamp().unwrap_or(at) } else { at };
        Seen { at, event, misfits, without_column }
    }
}
