//! The code of Lambda functions as something that can be deployed.
//!
//! Planning needs only a digest, so nothing is built before a function is created or its code updated.

mod build;
mod error;
mod lock;
mod package;
mod script;
mod sources;

use crate::aws::Result;
use crate::config::Architecture;
use crate::engine::value::{Canonical, Value, digest};
use bytes::Bytes;
use error::Error;
use sources::Sources;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the code of functions comes from.
#[derive(Clone, Debug)]
pub(crate) struct Artifacts(Origin);

#[derive(Clone, Debug)]
enum Origin {
    /// Built with cargo-lambda from the sources that pipectl carries.
    Build,
    /// Zips that somebody built before, `DIR/<function>.zip`.
    Prebuilt(PathBuf),
    /// The handlers inside this executable: for Local AWS, which runs on the same machine.
    Local(PathBuf),
}

/// The code of one function: a digest to compare, and a zip once it is needed.
#[derive(Clone)]
pub(crate) struct Code {
    digest: String,
    package: Package,
}

#[derive(Clone)]
enum Package {
    Built(Sources, Architecture),
    Ready(Bytes),
    /// AWS keeps it; pipectl never needs it back.
    Live,
}

impl Artifacts {
    /// `lambda_dir` is where prebuilt zips are, if the user gives any; `local` is whether the functions
    /// will run on this machine.
    ///
    /// # Errors
    /// If the running executable cannot be found, for Local AWS.
    pub(crate) fn new(lambda_dir: Option<&Path>, local: bool) -> Result<Self> {
        Ok(Self(match lambda_dir {
            Some(directory) => Origin::Prebuilt(directory.to_owned()),
            None if local => Origin::Local(std::env::current_exe().map_err(Error::Executable)?),
            None => Origin::Build,
        }))
    }

    /// The code of `track` or `mover`. Cheap: builds nothing.
    ///
    /// # Errors
    /// If a prebuilt zip is missing, or is not something that Lambda could run.
    pub(crate) fn code(&self, function: &'static str, architecture: Architecture) -> Result<Code> {
        Ok(match &self.0 {
            Origin::Build => {
                let sources = Sources::bundled(function)?;
                Code { digest: build::digest(&sources, architecture), package: Package::Built(sources, architecture) }
            }
            Origin::Prebuilt(directory) => {
                let bytes = package::prebuilt(&directory.join(format!("{function}.zip")))?;
                Code { digest: digest(&bytes), package: Package::Ready(bytes) }
            }
            Origin::Local(executable) => {
                let script = script::bootstrap(executable, function);
                // The executable holds the handlers, so that a new build of it is new code at the same path.
                let digest = digest([Sources::bundled(function)?.digest().as_bytes(), &script].concat());
                Code { digest, package: Package::Ready(package::zip(&script)?) }
            }
        })
    }
}

impl Code {
    /// What AWS runs now, by the digest that was recorded when it was put there.
    pub(crate) fn live(digest: impl Into<String>) -> Self {
        Self { digest: digest.into(), package: Package::Live }
    }

    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// Why the zip cannot be had, as far as that is known before it is built.
    pub(crate) async fn obstacle(&self) -> Option<crate::aws::Error> {
        let Package::Built(sources, architecture) = &self.package else { return None };
        let (sources, architecture) = (sources.clone(), *architecture);
        let ready = tokio::task::spawn_blocking(move || build::ready(&sources, architecture)).await.ok()?;
        ready.err().map(Into::into)
    }

    /// The zip to deploy. Builds it, which takes minutes, if the cache does not have it.
    ///
    /// # Errors
    /// If cargo-lambda is missing or the build fails, or if the zip is larger than Lambda takes.
    pub(crate) async fn zip(&self) -> Result<Bytes> {
        let bytes = match &self.package {
            Package::Ready(bytes) => bytes.clone(),
            Package::Built(sources, architecture) => {
                let (sources, architecture) = (sources.clone(), *architecture);
                let built = tokio::task::spawn_blocking(move || build::zip(&sources, architecture));
                built.await.map_err(|error| Error::Build(error.to_string()))??
            }
            Package::Live => return Err(Error::Live.into()),
        };
        package::check_size(&bytes)?;
        Ok(bytes)
    }
}

impl Canonical for Code {
    fn canonical(&self) -> Value {
        self.digest.canonical()
    }
}

/// Without the bytes.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Code").field(&self.digest).finish()
    }
}

#[cfg(test)]
mod tests;
