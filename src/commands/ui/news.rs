//! What happens in the pipeline while somebody looks.

use crate::aws::Pause;
use crate::commands::events::{Place, Recent, Seen, seen_to_json};
use crate::commands::session::Session;
use crate::commands::{Global, status};
use crate::page::Feed;
use crate::report::freshness_to_json;
use serde_json::json;
use std::time::Duration;

/// Between two looks at whether somebody looks, and at Local AWS.
const LOOK: Duration = Duration::from_millis(400);
/// Between two looks at AWS's metrics, which it bills.
const HEALTH: Duration = Duration::from_secs(60);
/// Of events that come at once, the page shows the last ones, and counts all.
const SHOWN: usize = 20;

pub(super) struct News<'a> {
    global: &'a Global,
    session: &'a Session,
    feed: &'a Feed,
}

impl<'a> News<'a> {
    pub(super) fn of(global: &'a Global, session: &'a Session, feed: &'a Feed) -> Self {
        Self { global, session, feed }
    }

    /// For as long as the page is served.
    pub(super) async fn tell(&self) {
        futures::join!(self.state(), self.events());
    }

    #[cfg(feature = "local")]
    async fn state(&self) {
        let Some(directory) = &self.global.local else { return self.health().await };
        loop {
            self.followed().await;
            match crate::commands::local::state(directory).await {
                Ok(state) => {
                    self.feed.is_now("lost", json!(null));
                    self.feed.is_now("state", state);
                }
                Err(error) => self.feed.is_now("lost", json!(error.to_string())),
            }
            Pause::steady(LOOK).pass().await;
        }
    }

    #[cfg(not(feature = "local"))]
    async fn state(&self) {
        self.health().await
    }

    /// On AWS: nothing else tells how the pipeline is.
    async fn health(&self) {
        loop {
            self.followed().await;
            self.feed.is_now("health", freshness_to_json(&status::look(self.session, None).await));
            Pause::steady(HEALTH).pass().await;
        }
    }

    /// Until they cannot be seen any more: the page says so.
    async fn events(&self) {
        loop {
            self.followed().await;
            if let Err(error) = self.follow().await {
                self.feed.is_now("events_lost", json!(error.to_string()));
                Pause::steady(HEALTH).pass().await;
            }
        }
    }

    async fn follow(&self) -> crate::error::Result<()> {
        let place = Place::of(self.global).await?;
        let mut recent = Recent::of(place, self.session, self.session.pipeline.delivery.buffer.interval).await?;
        loop {
            let seen = recent.next().await?;
            self.feed.is_now("events_lost", json!(null));
            if !seen.is_empty() {
                self.feed.happened("events", told(&seen));
            }
        }
    }

    async fn followed(&self) {
        while !self.feed.is_followed() {
            Pause::steady(LOOK).pass().await;
        }
    }
}

fn told(seen: &[Seen]) -> serde_json::Value {
    let shown: Vec<_> = seen[seen.len().saturating_sub(SHOWN)..].iter().map(seen_to_json).collect();
    json!({"count": seen.len(), "last": seen.last().map(|seen| seen.at.to_string()), "events": shown})
}
