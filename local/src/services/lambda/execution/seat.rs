//! A place among those that run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedSemaphorePermit;

/// The right to run one invocation, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(super) running: Arc<Mutex<HashMap<String, usize>>>,
    pub(super) function: String,
    pub(super) machine: Option<OwnedSemaphorePermit>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.function) {
            *count = count.saturating_sub(1);
        }
    }
}
