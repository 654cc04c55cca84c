//! The code of one function: a digest to compare, and a zip once it is needed.

use super::build;
use super::error::Error;
use super::inside;
use super::package;
use super::sources::Sources;
use crate::aws::Result;
use crate::config::Architecture;
use crate::engine::value::{Canonical, Value};
use bytes::Bytes;
use std::fmt;
use std::path::PathBuf;

#[derive(Clone)]
pub(crate) struct Code {
    digest: String,
    package: Package,
}

#[derive(Clone)]
pub(super) enum Package {
    /// With cargo-lambda.
    Built(Sources, Architecture),
    /// By name, in an executable.
    Inside(PathBuf, String),
    /// Of a directory.
    Prebuilt(PathBuf, Bytes),
    Local(Bytes),
    /// AWS keeps it; pipectl never needs it back.
    Live,
}

impl Code {
    pub(super) fn new(digest: String, package: Package) -> Self {
        Self { digest, package }
    }

    /// What AWS runs now, by the digest that was recorded when it was put there.
    pub(crate) fn live(digest: impl Into<String>) -> Self {
        Self::new(digest.into(), Package::Live)
    }

    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the zip is inside this executable.
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self.package, Package::Inside(..))
    }

    /// Where the zip comes from, to be told before it is taken: what is built takes minutes. Of Local AWS there is
    /// nothing to tell.
    pub(crate) fn origin(&self) -> Option<String> {
        Some(match &self.package {
            Package::Built(sources, architecture) if build::is_built(sources, *architecture) => {
                "was built here with cargo-lambda before".to_owned()
            }
            Package::Built(..) => "is built with cargo-lambda, which may take minutes".to_owned(),
            Package::Inside(..) => "is inside this pipectl".to_owned(),
            Package::Prebuilt(directory, _) => format!("is taken from `{}`", directory.display()),
            Package::Local(_) | Package::Live => return None,
        })
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
        let package = self.package.clone();
        let taken = tokio::task::spawn_blocking(move || package.zip()).await;
        Ok(taken.map_err(|error| Error::Build(error.to_string()))??)
    }

    /// The same for who cannot wait for anything else meanwhile: before the first change.
    ///
    /// # Errors
    /// As of [`Code::zip`].
    pub(crate) fn taken(&self) -> Result<Bytes> {
        Ok(self.package.zip()?)
    }
}

impl Package {
    fn zip(&self) -> Result<Bytes, Error> {
        let bytes = match self {
            Self::Prebuilt(_, bytes) | Self::Local(bytes) => bytes.clone(),
            Self::Inside(executable, name) => inside::zip(executable, name)?,
            Self::Built(sources, architecture) => build::zip(sources, *architecture)?,
            Self::Live => return Err(Error::Live),
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
