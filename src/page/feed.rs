//! What the page is told without asking, as server-sent events.

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt as _};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast::{self, error::RecvError};

/// Lines that whoever comes later still gets.
const REMEMBERED: usize = 100;
/// Messages that a slow browser may be behind; one that is further behind is told all anew.
const BEHIND: usize = 256;

#[derive(Clone, Debug)]
struct Message {
    name: &'static str,
    value: Value,
}

impl Message {
    fn event(&self) -> Event {
        // JSON in one line, as a field of an event has to be.
        Event::default().event(self.name).data(self.value.to_string())
    }
}

/// Two kinds of news: what is so now, of which the last one counts, and what has happened, one line after the other.
pub(crate) struct Feed {
    kept: Mutex<Kept>,
    sender: broadcast::Sender<Message>,
}

#[derive(Default)]
struct Kept {
    now: BTreeMap<&'static str, Value>,
    happened: VecDeque<Message>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { kept: Mutex::default(), sender: broadcast::channel(BEHIND).0 }
    }
}

impl Feed {
    /// How something is now; told only if it was otherwise.
    pub(crate) fn is_now(&self, name: &'static str, value: Value) {
        let mut kept = self.kept();
        if kept.now.get(name) != Some(&value) {
            kept.now.insert(name, value.clone());
            self.tell(Message { name, value });
        }
    }

    pub(crate) fn happened(&self, name: &'static str, value: Value) {
        let mut kept = self.kept();
        let message = Message { name, value };
        kept.happened.push_back(message.clone());
        if kept.happened.len() > REMEMBERED {
            kept.happened.pop_front();
        }
        self.tell(message);
    }

    /// Whether anybody listens.
    pub(crate) fn is_followed(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Under the lock, so that nobody who begins to listen misses it or gets it twice.
    fn tell(&self, message: Message) {
        // Without listeners there is nobody to tell.
        let _ = self.sender.send(message);
    }

    /// What is kept, and all that comes.
    fn begin(&self) -> (Vec<Message>, broadcast::Receiver<Message>) {
        let kept = self.kept();
        let now = kept.now.iter().map(|(name, value)| Message { name, value: value.clone() });
        (now.chain(kept.happened.iter().cloned()).collect(), self.sender.subscribe())
    }

    pub(super) fn follow(&self) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let (kept, receiver) = self.begin();
        let first = stream::iter(kept.iter().map(Message::event).collect::<Vec<_>>());
        // A browser that is too far behind is cut off: it comes again, and is told what is kept.
        let rest = stream::unfold(receiver, async |mut receiver| match receiver.recv().await {
            Ok(message) => Some((message.event(), receiver)),
            Err(RecvError::Lagged(_) | RecvError::Closed) => None,
        });
        Sse::new(first.chain(rest).map(Ok)).keep_alive(KeepAlive::default())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
