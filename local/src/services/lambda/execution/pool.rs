//! Which processes there are, and how many there may be.

use super::sandbox::Sandbox;
use super::seat::Seat;
use super::{Function, StartError};
use crate::api_error::{ApiError, Result};
use crate::core::Core;
use crate::slots::Slot;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Lambda takes an idle environment away "after several minutes".
const IDLE: Duration = Duration::from_secs(300);
/// Invocations beyond what the machine can do at a time wait, so that a burst does not start a process each.
const PER_CORE: usize = 4;

/// The functions' processes.
#[derive(Debug)]
pub(crate) struct Functions {
    /// Where zips are unpacked.
    directory: PathBuf,
    idle: Mutex<HashMap<String, Vec<Sandbox>>>,
    /// How many invocations of a function run.
    running: Arc<Mutex<HashMap<String, usize>>>,
    machine: Arc<Semaphore>,
}

impl Slot for Functions {
    fn open(directory: &Path) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            directory: directory.join("functions"),
            idle: Mutex::default(),
            running: Arc::default(),
            machine: Arc::new(Semaphore::new(cores * PER_CORE)),
        }
    }
}

impl Functions {
    /// # Errors
    /// `TooManyRequestsException` at the function's reserved concurrency.
    pub(super) fn seat(&self, function: &Function) -> Result<Seat> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(function.arn.clone()).or_default();
        if function.reserved.is_some_and(|most| *count >= most) {
            let error = ApiError::new("TooManyRequestsException", "Rate Exceeded.");
            return Err(error.with_status(429));
        }
        *count += 1;
        Ok(Seat { running: Arc::clone(&self.running), function: function.arn.clone(), machine: None })
    }

    /// A process that waits for work: one that is warm, or a new one.
    pub(super) async fn sandbox(
        &self,
        core: &Arc<Core>,
        function: &Arc<Function>,
        mut seat: Seat,
    ) -> Result<Sandbox, StartError> {
        seat.machine = Arc::clone(&self.machine).acquire_owned().await.ok();
        while let Some(mut warm) = self.take(function) {
            if warm.is_alive() {
                warm.seat = Some(seat);
                return Ok(warm);
            }
        }
        let mut sandbox = Sandbox::start(core, function, &self.directory).await?;
        sandbox.seat = Some(seat);
        Ok(sandbox)
    }

    /// The one that was used last, so that those which are not needed grow old. Those of another revision end.
    fn take(&self, function: &Function) -> Option<Sandbox> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let all = idle.get_mut(&function.process())?;
        all.retain(|sandbox| sandbox.function.revision == function.revision);
        all.pop()
    }

    pub(super) fn put_back(&self, mut sandbox: Sandbox) {
        sandbox.seat = None;
        if sandbox.is_alive() {
            sandbox.used = std::time::Instant::now();
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.entry(sandbox.function.process()).or_default().push(sandbox);
        }
    }

    /// Ends what nobody has needed for a while, and writes down what the others have printed meanwhile.
    pub(super) fn tidy(&self, core: &Core) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        for sandboxes in idle.values_mut() {
            sandboxes.retain(|sandbox| sandbox.used.elapsed() < IDLE);
            for sandbox in sandboxes {
                sandbox.journal.flush(core);
            }
        }
    }
}
