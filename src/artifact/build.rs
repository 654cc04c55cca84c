//! Building a function with cargo-lambda, once for each digest.
//!
//! The user's cache directory holds `functions/<package>-<digest>.zip`, and under `build/` the crates
//! and cargo's own cache, which make the next build short.

use super::error::Error;
use super::package;
use super::sources::Sources;
use crate::config::Architecture;
use bytes::Bytes;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Lines of the compiler's output that an error shows.
const LAST_LINES: usize = 20;
/// What cargo says without cargo-lambda.
const NO_CARGO_LAMBDA: &str = "no such command: `lambda`";

/// Covers what decides how the code behaves: the sources, their dependencies and how they are built.
/// The compiler is not among them, so that two machines that differ in it do not fight over a function.
pub(super) fn digest(sources: &Sources, architecture: Architecture) -> String {
    crate::engine::value::digest(format!("{} {architecture} release", sources.digest()))
}

/// The zip of a function, from the cache if it was built before.
///
/// # Errors
/// If a tool is missing, the build fails, or the cache cannot be written.
pub(super) fn zip(sources: &Sources, architecture: Architecture) -> Result<Bytes, Error> {
    zip_in(&cache_directory()?, sources, architecture, cargo_lambda)
}

/// Whether the zip can be had: it was built before, or what builds it is there.
///
/// # Errors
/// The tool that is missing.
pub(super) fn ready(sources: &Sources, architecture: Architecture) -> Result<(), Error> {
    if is_built(sources, architecture) {
        return Ok(());
    }
    match Command::new("cargo").args(["lambda", "--version"]).stdin(Stdio::null()).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoCargo),
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains(NO_CARGO_LAMBDA) => Err(Error::NoCargoLambda),
        // Whatever else is wrong with it is for the build to tell.
        _ => Ok(()),
    }
}

/// Whether it was built before.
pub(super) fn is_built(sources: &Sources, architecture: Architecture) -> bool {
    cache_directory().is_ok_and(|cache| cached(&built(&cache, sources, architecture)).is_some())
}

/// What a zip is called in the cache, and inside an executable: other sources have another name.
pub(super) fn file_name(sources: &Sources, architecture: Architecture) -> String {
    format!("{}-{}.zip", sources.package, digest(sources, architecture))
}

/// Where the cache has it.
fn built(cache: &Path, sources: &Sources, architecture: Architecture) -> PathBuf {
    cache.join("functions").join(file_name(sources, architecture))
}

/// `compile` makes the `bootstrap` of a crate in a directory.
pub(super) fn zip_in(
    cache: &Path,
    sources: &Sources,
    architecture: Architecture,
    compile: impl FnOnce(&Path, &str, Architecture) -> Result<Vec<u8>, Error>,
) -> Result<Bytes, Error> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| Error::File { path, source }
    };
    let built = built(cache, sources, architecture);
    if let Some(bytes) = cached(&built) {
        return Ok(bytes);
    }
    let build = cache.join("build");
    fs::create_dir_all(&build).map_err(at(&build))?;
    // One build at a time on this machine, also among several runs of pipectl.
    let lock_path = build.join("lock");
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    if let Some(bytes) = cached(&built) {
        return Ok(bytes);
    }
    let directory = build.join(&sources.package);
    sources.write_to(&directory).map_err(at(&directory))?;
    let bytes = package::zip(&compile(&directory, &sources.package, architecture)?)?;
    store(&built, &bytes).map_err(at(&built))?;
    Ok(bytes)
}

/// What the cache has. A damaged file counts as nothing.
fn cached(path: &Path) -> Option<Bytes> {
    package::prebuilt(path).ok()
}

/// Through a temporary file: whoever looks sees all of it or nothing, also after a crash.
fn store(path: &Path, bytes: &Bytes) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn cargo_lambda(directory: &Path, package: &str, architecture: Architecture) -> Result<Vec<u8>, Error> {
    let parent = directory.parent().unwrap_or(directory);
    let output_directory = parent.join("output").join(architecture.as_str());
    let output = Command::new("cargo")
        .args(["lambda", "build", "--release", "--output-format", "binary", "--bin", package])
        .arg(match architecture {
            Architecture::Arm64 => "--arm64",
            Architecture::X86_64 => "--x86-64",
        })
        .arg("--lambda-dir")
        .arg(&output_directory)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", parent.join("target"))
        // Meant for what the user builds for this machine; `target-cpu=native` would not start on Lambda.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NoCargo,
            _ => Error::Build(format!("cannot start `cargo`: {error}")),
        })?;
    if !output.status.success() {
        return Err(failed(package, &output.status.to_string(), &String::from_utf8_lossy(&output.stderr)));
    }
    let bootstrap = output_directory.join(package).join("bootstrap");
    fs::read(&bootstrap).map_err(|source| Error::File { path: bootstrap, source })
}

pub(super) fn failed(package: &str, status: &str, stderr: &str) -> Error {
    if stderr.contains(NO_CARGO_LAMBDA) {
        return Error::NoCargoLambda;
    }
    let lines: Vec<_> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    Error::Build(format!("building `{package}` ended with {status}:\n{last}"))
}

/// Where the platform keeps caches.
fn cache_directory() -> Result<PathBuf, Error> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = std::env::home_dir;
    let caches = match std::env::consts::OS {
        "windows" => absolute("LOCALAPPDATA"),
        "macos" => absolute("XDG_CACHE_HOME").or_else(|| Some(home()?.join("Library/Caches"))),
        _ => absolute("XDG_CACHE_HOME").or_else(|| Some(home()?.join(".cache"))),
    };
    caches.map(|caches| caches.join("pipectl")).ok_or(Error::NoCache)
}
