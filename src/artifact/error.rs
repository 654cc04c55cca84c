//! What can go wrong on the way to a zip, each with the way out.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("there is no function `{0}` in this pipectl")]
    UnknownFunction(String),
    #[error("the running executable cannot be found: {0}")]
    Executable(io::Error),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: {why}")]
    NotRunnable { path: PathBuf, why: String },
    #[error("{name} inside {path}: {why}")]
    Inside { path: PathBuf, name: String, why: String },
    #[error("the zip has {size} bytes, and Lambda takes {limit} directly")]
    TooLarge { size: usize, limit: usize },
    #[error("cannot write the zip: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("there is no directory for caches: neither `XDG_CACHE_HOME` nor `HOME` is set")]
    NoCache,
    #[error("`cargo` is not installed, and the functions have to be built")]
    NoCargo,
    #[error("`cargo lambda` is not installed, and the functions have to be built")]
    NoCargoLambda,
    #[error("{0}")]
    Build(String),
    #[error("the code of a live function is not kept")]
    Live,
}

impl Error {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownFunction(_) | Self::Live => "NoSuchCode",
            Self::Executable(_) | Self::File { .. } | Self::Zip(_) | Self::NoCache => "CannotRead",
            Self::NotRunnable { .. } | Self::Inside { .. } | Self::TooLarge { .. } => "UnusableCode",
            Self::NoCargo | Self::NoCargoLambda => "ToolMissing",
            Self::Build(_) => "BuildFailed",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoCargo => {
                "install Rust (https://rustup.rs) and cargo-lambda (`pip install cargo-lambda`), or give prebuilt \
                 zips with `--lambda-dir`"
            }
            Self::NoCargoLambda => {
                "install it with `pip install cargo-lambda` or `brew install cargo-lambda/tap/cargo-lambda`, or give \
                 prebuilt zips with `--lambda-dir`"
            }
            Self::File { .. } | Self::NotRunnable { .. } => {
                "`--lambda-dir` needs `track.zip` and `mover.zip`, each with an executable `bootstrap` at its top"
            }
            Self::Inside { .. } => "install pipectl again, or give prebuilt zips with `--lambda-dir`",
            Self::NoCache => "set `XDG_CACHE_HOME` to a directory that pipectl may write to",
            _ => return None,
        })
    }
}

/// Building is a part of creating a function, so it fails as that does.
impl From<Error> for crate::aws::Error {
    fn from(error: Error) -> Self {
        let failed = Self::new("lambda code", error.code(), &error.to_string());
        match error.hint() {
            Some(hint) => failed.with_hint(hint),
            None => failed,
        }
    }
}
