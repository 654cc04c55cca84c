//! What happens in the pipeline while somebody looks.

use crate::aws::Pause;
use crate::commands::events::{Place, Recent, Seen, seen_to_json};
use crate::commands::session::Session;
use crate::commands::{Global, status};
use crate::page::Feed;
use crate::report::freshness_to_json;
use serde_json::json;
use std::time::Duration;
#[cfg(feature = "local")]
use std::time::Instant;

/// Between two looks at whether somebody looks, and at Local AWS.
const LOOK: Duration = Duration::from_millis(400);
/// Between two looks at AWS's metrics, which it bills.
const HEALTH: Duration = Duration::from_secs(60);
/// Of events that come at once, the page shows the last ones, and counts all.
const SHOWN: usize = 20;
/// Of an event, which may have 1,000 KiB (Firehose), the page shows this many characters.
const LONGEST: usize = 2000;

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
            let began = Instant::now();
            match crate::commands::local::state(directory).await {
                Ok(state) => {
                    self.feed.is_now("lost", json!(null));
                    self.feed.is_now("state", state);
                }
                Err(error) => self.feed.is_now("lost", json!(error.to_string())),
            }
            Pause::steady(LOOK).pass_after(began.elapsed()).await;
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

/// As a line of text, cut where it is too long.
fn one(seen: &Seen) -> serde_json::Value {
    let mut told = seen_to_json(seen);
    let text = told["event"].to_string();
    told["event"] = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()).into(),
        None => text.into(),
    };
    told
}

fn told(seen: &[Seen]) -> serde_json::Value {
    let shown: Vec<_> = seen[seen.len().saturating_sub(SHOWN)..].iter().map(one).collect();
    json!({"count": seen.len(), "last": seen.last().map(|seen| seen.at.to_string()), "events": shown})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_and_large_events_are_counted_and_cut() {
        let event = |text: String| [("text".to_owned(), json!(text))].into_iter().collect();
        let seen = |text: String| Seen {
            at: jiff::Timestamp::UNIX_EPOCH,
            event: event(text),
            misfits: vec![],
            without_column: vec![],
        };
        let all: Vec<_> = (0..500).map(|index| seen("ü".repeat(if index < 480 { 1 } else { 1_000_000 }))).collect();
        let told = told(&all);
        assert_eq!((&told["count"], told["events"].as_array().map(Vec::len)), (&json!(500), Some(SHOWN)));
        assert!(told.to_string().len() < 100_000);
        assert!(told["events"][0]["event"].as_str().is_some_and(|text| text.ends_with("… (1000011 characters)")));
        assert_eq!(one(&seen("a".to_owned()))["event"], json!(r#"{"text":"a"}"#));
    }
}
