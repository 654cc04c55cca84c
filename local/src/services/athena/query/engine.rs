//! Where queries run: each on a thread of its own with a large stack, all of them within one bound of memory.

use crate::core::Core;
use crate::slots::Slot;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// Threads of a query, parts that it works on at once, and files that it reads at once: one for each core, and two at
/// least, since reading waits for the disk.
pub(super) fn width() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).max(2)
}

/// Statements are trees, and whatever looks at them goes down by calling itself. What is not used of it costs nothing.
const STACK: usize = 512 << 20;
const WORKERS_STACK: usize = 128 << 20;
/// The others wait in QUEUED.
const AT_ONCE: usize = 8;
/// How long a query that was stopped may go on with what it is in the middle of, before its place is given away.
const END: Duration = Duration::from_secs(10);

/// The queries of this process.
#[derive(Debug)]
pub(in super::super) struct Engine {
    pool: OnceLock<Arc<dyn MemoryPool>>,
    places: Arc<Semaphore>,
    running: Mutex<HashSet<String>>,
}

impl Slot for Engine {
    fn open(_: &Path) -> Self {
        Self { pool: OnceLock::new(), places: Arc::new(Semaphore::new(AT_ONCE)), running: Mutex::default() }
    }
}

impl Engine {
    /// Says that this process has a query; false where it had it before.
    pub(in super::super) fn take(&self, key: &str) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned())
    }

    /// A query of an earlier process is left where its end could not be written down, to be met again.
    pub(in super::super) fn leave_unless(&self, key: &str, done: bool) {
        if !done {
            self.leave(key);
        }
    }

    pub(in super::super) fn leave(&self, key: &str) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// What queries see of the machine: memory up to the bound, and neither its files nor a place to write to.
    pub(super) fn environment(&self, core: &Core) -> Result<Arc<RuntimeEnv>, DataFusionError> {
        let bound = usize::try_from(core.options.query_memory).unwrap_or(usize::MAX);
        let pool = self.pool.get_or_init(|| Arc::new(GreedyMemoryPool::new(bound)));
        let no_disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let builder = RuntimeEnvBuilder::new().with_memory_pool(Arc::clone(pool)).with_disk_manager_builder(no_disk);
        let environment = builder.build_arc()?;
        environment.deregister_object_store(ObjectStoreUrl::local_filesystem().as_ref())?;
        Ok(environment)
    }

    /// Runs a query to its end, once there is a place for it.
    ///
    /// # Errors
    /// The words of its panic.
    pub(in super::super) async fn run<F>(
        &self,
        key: &str,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<(), String>
    where
        F: Future<Output = ()>,
    {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let (done, ended) = oneshot::channel();
        let thread = std::thread::Builder::new().name("query".to_owned()).stack_size(STACK);
        let started = thread.spawn(move || {
            let ran = catch_unwind(AssertUnwindSafe(|| on_a_runtime(work)));
            let _ = done.send(
                ran.map_err(|panic| words(panic.as_ref())).and_then(|ran| ran.map_err(|error| error.to_string())),
            );
        });
        let ran = match started {
            Ok(_) => ended.await.unwrap_or_else(|_| Err("its thread is gone".to_owned())),
            Err(error) => Err(error.to_string()),
        };
        drop(place);
        self.leave(key);
        ran
    }
}

fn on_a_runtime<F: Future<Output = ()>>(work: impl FnOnce() -> F) -> std::io::Result<()> {
    // Reading files must not keep requests from being answered.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(width()).thread_stack_size(WORKERS_STACK).enable_time().build()?;
    runtime.block_on(work());
    runtime.shutdown_timeout(END);
    Ok(())
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("the engine has panicked").to_owned()
}

/// What the process uses, where the system tells.
pub(super) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}
