//! What all services share: the documents, the time, the faults, and a slot for what each keeps in memory.

use crate::access::{self, Scope, Sessions};
use crate::account::{self, Account};
use crate::api_error::{ApiError, Result as ApiResult};
use crate::blobs::Blobs;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::context::Context;
use crate::decisions::Decisions;
use crate::door;
use crate::faults::Faults;
use crate::lock::{Lock, Taken};
use crate::memory;
use crate::private;
use crate::recent::{Noted, Recent};
use crate::slots::{Slot, Slots};
use crate::store::Store;
use crate::tokens::Quotas;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// How many requests the log remembers.
const LOGGED_REQUESTS: usize = 10_000;
/// What URLs in answers begin with while it is not served.
const DEFAULT_ENDPOINT: &str = "http://localhost:4566";
/// The database's file.
const DATABASE: &str = "state.redb";
/// Where it is kept how far ahead the clock is.
const CLOCK: (&str, &str) = ("local", "clock");

/// Why Local AWS cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process serves the same directory.
    #[error("`{}` is served by another process at {address}", directory.display())]
    Served {
        /// The directory.
        directory: PathBuf,
        /// The URL it serves at.
        address: String,
    },
    /// Another process uses the same directory, without serving it.
    #[error("`{}` is in use by another process", .0.display())]
    Busy(PathBuf),
    /// The directory cannot be read or written.
    #[error("`{}`: {source}", directory.display())]
    Io {
        /// The directory.
        directory: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The directory belongs to another account than is asked for.
    #[error("`{}` is the Local AWS of account {has}, not of {asked}", directory.display())]
    Account {
        /// The directory.
        directory: PathBuf,
        /// Whose it is.
        has: Account,
        /// Who asks.
        asked: Account,
    },
    /// The database has been damaged.
    #[error(
        "`{}` is damaged ({source}); move its directory away to begin anew, as what was in it cannot be read",
        file.display()
    )]
    Damaged {
        /// The database file.
        file: PathBuf,
        /// What the database says.
        source: Box<redb::Error>,
    },
    /// The database cannot be opened.
    #[error("`{}` cannot be opened: {source}", file.display())]
    Store {
        /// The database file.
        file: PathBuf,
        /// What the database says.
        source: Box<redb::Error>,
    },
}

impl Error {
    fn store(file: &Path, source: redb::Error) -> Self {
        let (file, source) = (file.to_owned(), Box::new(source));
        match *source {
            redb::Error::Corrupted(_) | redb::Error::RepairAborted => Self::Damaged { file, source },
            redb::Error::Io(ref error) if error.kind() == std::io::ErrorKind::InvalidData => {
                Self::Damaged { file, source }
            }
            _ => Self::Store { file, source },
        }
    }
}

/// How it behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Added to each request, to see what a distant AWS costs.
    pub latency: Duration,
    /// How long what is made stays `CREATING` or `Pending`, and an update `InProgress`.
    pub settle: Duration,
    /// How many seconds pass in one of the machine's; with 0, the clock stands still until it is stepped forward.
    pub time_scale: f64,
    /// What queries may use of the memory together, in bytes.
    pub query_memory: u64,
    /// Whose everything in it is. None: the directory's, as it was first opened.
    pub account: Option<Account>,
    /// Whether the account is held to what AWS gives one at first: requests in a second, Firehose's rates.
    pub limits: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            settle: Duration::from_millis(50),
            time_scale: 1.0,
            query_memory: memory::share(),
            account: None,
            limits: false,
        }
    }
}

/// What all services share.
#[derive(Debug)]
pub(crate) struct Core {
    directory: PathBuf,
    /// Whose everything here is.
    pub(crate) account: Account,
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) quotas: Quotas,
    pub(crate) recent: Recent,
    pub(crate) options: Options,
    pub(crate) sessions: Sessions,
    pub(crate) decisions: Decisions,
    /// What opens the admin pages.
    token: String,
    slots: Slots,
    /// How many operations each service has carried out.
    carried_out: Mutex<HashMap<&'static str, u64>>,
    /// Rings when a request has left something to do.
    bell: Notify,
    log: Mutex<VecDeque<Logged>>,
    /// Where it is served, once it is.
    endpoint: OnceLock<String>,
    /// Held as long as anything is done with the directory.
    lock: Lock,
}

/// One line of the request log.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Logged {
    pub(crate) operation: String,
    /// The names and ids in its input.
    pub(crate) about: String,
    /// That it was signed for.
    pub(crate) region: String,
    pub(crate) status: u16,
}

impl Core {
    /// Opens the state in `directory`, which is made if it is missing.
    pub(crate) fn open(directory: &Path, options: Options) -> Result<Self, Error> {
        let io = |source| Error::Io { directory: directory.to_owned(), source };
        private::make_state_directory(directory, DATABASE).map_err(io)?;
        let lock = Lock::take(directory).map_err(|taken| match taken {
            Taken::Served(address) => Error::Served { directory: directory.to_owned(), address },
            Taken::Busy => Error::Busy(directory.to_owned()),
            Taken::Io(source) => io(source),
        })?;
        let file = directory.join(DATABASE);
        let store = Store::open(&file).map_err(|source| Error::store(&file, source))?;
        let token = door::token(directory).map_err(io)?;
        let blobs = Blobs::open(directory.join("blobs")).map_err(io)?;
        let account = account::of(&store, options.account.clone()).map_err(|(has, asked)| Error::Account {
            directory: directory.to_owned(),
            has,
            asked,
        })?;
        let ahead = store.read(CLOCK.0, CLOCK.1).ok().flatten().and_then(|millis| millis.as_i64()).unwrap_or(0);
        Ok(Self {
            directory: directory.to_owned(),
            account,
            store,
            blobs,
            clock: Clock::new(ahead, options.time_scale),
            faults: Faults::default(),
            quotas: Quotas::new(options.limits),
            recent: Recent::default(),
            options,
            sessions: Sessions::default(),
            decisions: Decisions::default(),
            token,
            slots: Slots::default(),
            carried_out: Mutex::default(),
            bell: Notify::default(),
            log: Mutex::default(),
            endpoint: OnceLock::new(),
            lock,
        })
    }

    /// What a service keeps in memory: `core.slot::<Functions>()`.
    pub(crate) fn slot<T: Slot>(&self) -> Arc<T> {
        self.slots.get(&self.directory)
    }

    /// Says where it is served, also to other processes that open the same directory.
    pub(crate) fn announce(&self, url: String) -> std::io::Result<()> {
        self.lock.announce(&url)?;
        let _ = self.endpoint.set(url);
        Ok(())
    }

    /// What opens the admin pages to who comes over the network.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Nobody is served any more, though something may be in work.
    pub(crate) fn withdraw(&self) {
        self.lock.withdraw();
    }

    /// Where it is served, once it is.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.get().map(String::as_str)
    }

    /// Says that there may be something to do in the background.
    pub(crate) fn ring(&self) {
        self.bell.notify_waiters();
    }

    /// Waits until somebody [rings](Self::ring).
    pub(crate) fn rung(&self) -> Notified<'_> {
        self.bell.notified()
    }

    /// Counts an operation of a service.
    pub(crate) fn carried_out(&self, service: &'static str) {
        *self.carried_out.lock().unwrap_or_else(PoisonError::into_inner).entry(service).or_default() += 1;
    }

    /// Rises with each operation of a service: what was read of it before may be out of date.
    pub(crate) fn revision(&self, service: &'static str) -> u64 {
        self.carried_out.lock().unwrap_or_else(PoisonError::into_inner).get(service).copied().unwrap_or_default()
    }

    /// Keeps how far ahead the clock is, for the next process.
    pub(crate) fn keep_time(&self) {
        let ahead = json!(self.clock.ahead());
        // Should it fail, the next process starts at an earlier time: a nuisance, not a loss.
        let _ = self.store.transact(|documents| documents.put(CLOCK.0, CLOCK.1, &ahead));
    }

    /// Who asks. The signature is not checked, but credentials that Local AWS gave out are theirs who got them, for their
    /// time.
    ///
    /// # Errors
    /// Temporary credentials whose session is over, or without the token that belongs to them.
    pub(crate) fn caller(&self, scope: &Scope) -> ApiResult<Caller> {
        if !scope.is_temporary() {
            return Ok(Caller::User);
        }
        let kept = || {
            let kept = self.store.read(access::SESSIONS, &scope.access_key_id)?;
            kept.map(|kept| serde_json::from_value(kept).map_err(ApiError::internal)).transpose()
        };
        let session = match self.sessions.find(&scope.access_key_id) {
            Some(session) => Some(session),
            None => kept()?,
        };
        session.ok_or_else(access::ended)?.check(&scope.session_token, self.clock.now().as_millisecond())
    }

    /// Runs something as a transaction, on nobody's behalf.
    pub(crate) fn run<T>(&self, region: &str, work: impl FnOnce(&Context<'_>) -> ApiResult<T>) -> ApiResult<T> {
        self.run_for(&Caller::User, region, work)
    }

    /// Runs one operation as a transaction.
    pub(crate) fn run_for<T>(
        &self,
        caller: &Caller,
        region: &str,
        work: impl FnOnce(&Context<'_>) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let noted = Noted::default();
        let done = self.store.transact(|documents| {
            work(&Context {
                region,
                caller,
                account: self.account.as_str(),
                now: self.clock.now(),
                documents,
                blobs: &self.blobs,
                faults: &self.faults,
                quotas: &self.quotas,
                noted: &noted,
                decisions: &self.decisions,
                endpoint: self.endpoint.get().map_or(DEFAULT_ENDPOINT, String::as_str),
                settle: self.options.settle,
            })
        })?;
        self.recent.keep(noted);
        Ok(done)
    }

    /// `about` is what [`faults::about`](crate::faults::about) says of it.
    pub(crate) fn log(&self, operation: &str, about: &str, region: &str, status: u16) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOGGED_REQUESTS {
            log.pop_front();
        }
        let (operation, about, region) = (operation.to_owned(), about.to_owned(), region.to_owned());
        log.push_back(Logged { operation, about, region, status });
    }

    pub(crate) fn logged(&self) -> Vec<Logged> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn forget_log(&self) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
