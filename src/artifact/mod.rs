//! The code of Lambda functions as something that can be deployed.
//!
//! Planning needs only a digest, so nothing is built before a plan that sends code was agreed to.

mod build;
mod code;
mod error;
mod inside;
mod lock;
mod package;
mod script;
mod sources;

pub(crate) use code::Code;

use crate::aws::Result;
use crate::config::Architecture;
use crate::engine::value::digest;
use code::Package;
use error::Error;
use sources::Sources;
use std::path::{Path, PathBuf};

/// The functions there are.
pub(crate) const FUNCTIONS: [&str; 2] = ["track", "mover"];

/// Where the code of functions comes from.
#[derive(Clone, Debug)]
pub(crate) struct Artifacts(Origin);

#[derive(Clone, Debug)]
enum Origin {
    /// What this executable has inside; what it has not is built with cargo-lambda from the sources that it carries.
    Carried(PathBuf),
    /// Zips that somebody built before, `DIR/<function>.zip`.
    Prebuilt(PathBuf),
    /// The handlers inside this executable: for Local AWS, which runs on the same machine.
    Local(PathBuf),
}

impl Artifacts {
    /// `lambda_dir` is where prebuilt zips are, if the user gives any; `local` is whether the functions
    /// will run on this machine.
    ///
    /// # Errors
    /// If the running executable cannot be found.
    pub(crate) fn new(lambda_dir: Option<&Path>, local: bool) -> Result<Self> {
        let executable = || std::env::current_exe().map_err(Error::Executable);
        Ok(Self(match lambda_dir {
            Some(directory) => Origin::Prebuilt(directory.to_owned()),
            None if local => Origin::Local(executable()?),
            None => Origin::Carried(executable()?),
        }))
    }

    /// The code of `track` or `mover`. Cheap: builds nothing.
    ///
    /// # Errors
    /// If a prebuilt zip is missing, or is not something that Lambda could run.
    pub(crate) fn code(&self, function: &'static str, architecture: Architecture) -> Result<Code> {
        Ok(match &self.0 {
            Origin::Carried(executable) => {
                let sources = Sources::bundled(function)?;
                let name = build::file_name(&sources, architecture);
                // The same digest either way: who installs a release has no changes where somebody else has built.
                let digest = build::digest(&sources, architecture);
                let package = match inside::has(executable, &name) {
                    true => Package::Inside(executable.clone(), name),
                    false => Package::Built(sources, architecture),
                };
                Code::new(digest, package)
            }
            Origin::Prebuilt(directory) => {
                let bytes = package::prebuilt(&directory.join(format!("{function}.zip")))?;
                Code::new(digest(&bytes), Package::Prebuilt(directory.clone(), bytes))
            }
            Origin::Local(executable) => {
                let script = script::bootstrap(executable, function);
                // The executable holds the handlers, so that a new build of it is new code at the same path.
                let digest = digest([Sources::bundled(function)?.digest().as_bytes(), &script].concat());
                Code::new(digest, Package::Local(package::zip(&script)?))
            }
        })
    }
}

#[cfg(test)]
mod tests;
