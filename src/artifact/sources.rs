//! The sources of the functions, carried inside this executable: an installed pipectl has no checkout.

use super::error::Error;
use super::lock;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

// A file that is added to `src/` is seen at once, although `include_dir` does not watch the directory:
// it takes a `mod` line to use it, and the files that are there are watched.
static TRACK: Dir = include_dir!("$CARGO_MANIFEST_DIR/lambdas/track/src");
static MOVER: Dir = include_dir!("$CARGO_MANIFEST_DIR/lambdas/mover/src");
const LOCK: &str = include_str!("../../Cargo.lock");

/// Makes the crate a workspace of its own, and small: a cold start loads the whole executable.
const STANDALONE: &str = include_str!("../../lambdas/release.toml");

/// One crate, complete: file contents by path.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub(super) package: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Sources {
    /// The sources of `track` or `mover`.
    ///
    /// # Errors
    /// `UnknownFunction` for any other.
    pub(super) fn bundled(function: &str) -> Result<Self, Error> {
        let (manifest, src) = match function {
            "track" => (include_str!("../../lambdas/track/Cargo.toml"), &TRACK),
            "mover" => (include_str!("../../lambdas/mover/Cargo.toml"), &MOVER),
            other => return Err(Error::UnknownFunction(other.to_owned())),
        };
        let package = format!("pipectl-{function}");
        let mut files = BTreeMap::new();
        collect(src, &mut files);
        files.insert("Cargo.toml".to_owned(), format!("{manifest}\n{STANDALONE}").into_bytes());
        files.insert("Cargo.lock".to_owned(), lock::closure(LOCK, &package).into_bytes());
        Ok(Self { package, files })
    }

    #[cfg(test)]
    pub(super) fn new(package: &str, files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        Self { package: package.to_owned(), files }
    }

    #[cfg(test)]
    pub(super) fn text(&self, path: &str) -> &str {
        std::str::from_utf8(&self.files[path]).expect("sources are text")
    }

    /// Equal for equal paths and contents.
    pub(super) fn digest(&self) -> String {
        let mut all = self.package.clone().into_bytes();
        for (path, contents) in &self.files {
            // With the length, so that no content can look like another file.
            all.extend(format!("\n{path} {}\n", contents.len()).into_bytes());
            all.extend(contents);
        }
        crate::engine::value::digest(all)
    }

    /// Makes `directory` hold this crate and nothing else. Files that are as they should be are not
    /// touched, so that cargo does not build again what it has.
    pub(super) fn write_to(&self, directory: &Path) -> io::Result<()> {
        remove_others(directory, directory, &self.files)?;
        for (path, contents) in &self.files {
            let path = directory.join(path);
            if fs::read(&path).is_ok_and(|found| found == *contents) {
                continue;
            }
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, contents)?;
        }
        Ok(())
    }
}

fn collect(directory: &Dir, files: &mut BTreeMap<String, Vec<u8>>) {
    for file in directory.files() {
        // Cargo reads forward slashes everywhere.
        let path = file.path().to_string_lossy().replace('\\', "/");
        files.insert(format!("src/{path}"), file.contents().to_vec());
    }
    directory.dirs().for_each(|directory| collect(directory, files));
}

/// A file of an older release would still be a module path that the compiler finds.
fn remove_others(root: &Path, directory: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    if !directory.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(root, &path, files)?;
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !files.contains_key(&relative) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
