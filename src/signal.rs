//! What asks the program to end: Ctrl+C, and SIGTERM, with which CI cancels a job.

use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
}

impl Signal {
    /// What somebody did to us.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Interrupt => "interrupted",
            Self::Terminate => "terminated",
        }
    }
}

/// What asked the work to end first.
static FIRST: OnceLock<Signal> = OnceLock::new();

pub(crate) fn remember(signal: Signal) {
    let _ = FIRST.set(signal);
}

pub(crate) fn remembered() -> Option<Signal> {
    FIRST.get().copied()
}

/// Signals from the moment of its making on. They do not end the program any more.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    kinds: [Option<tokio::signal::unix::Signal>; 2],
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { kinds: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()) }
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> Self {
        Self {}
    }

    #[cfg(unix)]
    pub(crate) async fn next(&mut self) -> Signal {
        let [interrupt, terminate] = &mut self.kinds;
        tokio::select! {
            () = one(interrupt) => Signal::Interrupt,
            () = one(terminate) => Signal::Terminate,
        }
    }

    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Interrupt,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Never, where the system does not let us listen.
#[cfg(unix)]
async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
    if let Some(signal) = signal
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}
