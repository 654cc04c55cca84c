//! What can go wrong, sorted by what the user can do about it, with the exit code of each.

mod code;

pub(crate) use code::Code;

use crate::aws;
use crate::signal::Signal;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// The exit codes, as `pipectl help` documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    Failed = 1,
    /// `plan --detailed-exitcode` found changes.
    Changes = 2,
    /// The command line or pipeline.yaml is wrong.
    Usage = 3,
    /// Data loss, somebody else's resource or lock, a stale plan, a budget.
    Refused = 4,
    PartlyApplied = 5,
    /// By SIGINT: 128 and the signal's number, as shells count it.
    Interrupted = 130,
    /// By SIGTERM.
    Terminated = 143,
}

impl From<Signal> for Exit {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Interrupted,
            Signal::Terminate => Self::Terminated,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Every problem of the file, already rendered with its position.
    #[error("{0}")]
    Config(#[from] crate::config::Problems),
    #[error("{message}")]
    Usage { message: String, hint: String },
    #[error(transparent)]
    Aws(#[from] aws::Error),
    /// What this program has to say about it, with the code by which other programs know it.
    #[error("{message}")]
    Coded { code: Code, message: String, hint: String, steps: Vec<RefusedStep> },
    #[error("cannot {doing} `{}`: {source}", path.display())]
    File { path: PathBuf, doing: Doing, source: io::Error },
    /// What was asked for could not be printed.
    #[error("cannot write the output: {0}")]
    Unwritten(&'static io::Error),
    #[error("{0}")]
    Failed(Ended),
    #[cfg(feature = "local")]
    #[error("Local AWS: {0}")]
    Local(#[from] pipectl_local::Error),
}

/// What was to be done with a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doing {
    Read,
    Write,
}

impl Doing {
    fn hint(self, why: io::ErrorKind) -> Option<&'static str> {
        Some(match (self, why) {
            (Self::Read, io::ErrorKind::NotFound) => "is the path right? It is taken from the directory of the command",
            (Self::Write, io::ErrorKind::NotFound) => "the directory has to be there",
            (Self::Read, io::ErrorKind::IsADirectory) => "a directory is there: name a file in it",
            (Self::Write, io::ErrorKind::IsADirectory) => "a directory is there: name a file in it, or another path",
            (Self::Read, io::ErrorKind::PermissionDenied) => "whoever runs this command may not read it: see `ls -l`",
            (Self::Write, io::ErrorKind::PermissionDenied) => {
                "whoever runs this command may not write there: see `ls -ld`"
            }
            (_, io::ErrorKind::StorageFull) => "the disk is full",
            (_, io::ErrorKind::ReadOnlyFilesystem) => "nothing can be written on this disk: name a path on another one",
            (_, io::ErrorKind::InvalidData) => "it is not UTF-8",
            _ => return None,
        })
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// A step of a plan that is refused, and the way out.
#[derive(Debug)]
pub(crate) struct RefusedStep {
    pub(crate) address: String,
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// How an apply or destroy ended that did not do all it planned.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) done: usize,
    /// What was to be changed, and why it was not.
    pub(crate) failed: Vec<(String, aws::Error)>,
    pub(crate) skipped: usize,
    /// What ended it before its time.
    pub(crate) signal: Option<Signal>,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, failed, skipped, signal } = self;
        let failed = failed.len();
        let how = signal.map_or("not finished", Signal::word);
        write!(f, "{how}: {done} done, {failed} failed, {skipped} not started")
    }
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        self.code().exit()
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Config(_) => Code::InvalidFile,
            Self::Usage { .. } => Code::Usage,
            Self::Coded { code, .. } => *code,
            Self::Aws(error) => error.class().into(),
            Self::File { .. } => Code::File,
            Self::Unwritten(_) => Code::Output,
            Self::Failed(Ended { signal: Some(signal), .. }) => (*signal).into(),
            Self::Failed(ended) if ended.done > 0 => Code::PartlyApplied,
            Self::Failed(_) => Code::NotApplied,
            #[cfg(feature = "local")]
            Self::Local(pipectl_local::Error::Account { .. }) => Code::WrongAccount,
            #[cfg(feature = "local")]
            Self::Local(_) => Code::Failed,
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } | Self::Coded { hint, .. } => (!hint.is_empty()).then(|| hint.clone()),
            Self::Aws(error) => error.hint(),
            #[cfg(feature = "local")]
            Self::Local(pipectl_local::Error::Account { .. }) => {
                Some("a Local AWS keeps its account: use another directory (`--local=DIR`) for another one".to_owned())
            }
            Self::Failed(_) => Some("run the same command again: it goes on from what is there".to_owned()),
            Self::File { doing, source, .. } => doing.hint(source.kind()).map(str::to_owned),
            _ => None,
        }
    }

    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// What to make of it where a file cannot be read.
    pub(crate) fn cannot_read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, doing: Doing::Read, source }
    }

    /// What to make of it where a file cannot be written.
    pub(crate) fn cannot_write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, doing: Doing::Write, source }
    }

    /// With a code of its own.
    pub(crate) fn coded(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Coded { code, message: message.into(), hint: hint.into(), steps: vec![] }
    }

    /// What no program has to tell from other failures.
    pub(crate) fn other(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::coded(Code::Failed, message, hint)
    }
}
