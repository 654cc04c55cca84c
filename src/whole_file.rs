//! Writing a file that others read, or that somebody has written by hand.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// Who may read a file that was not there before, as far as the user's mask lets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    All,
    /// It tells names, addresses and policies of an account.
    Owner,
}

/// All of it or nothing: whoever is killed meanwhile leaves what was there. What is there and is no file, such as a
/// terminal or a pipe, stays what it is.
pub(crate) fn write(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let path = target(path);
    if is_special(&path) {
        return std::fs::OpenOptions::new().write(true).open(&path)?.write_all(text.as_bytes());
    }
    let mut file = beside(&path, readers)?;
    file.write_all(text.as_bytes())?;
    if let Ok(there) = path.metadata() {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

/// Whether [`write()`] may be expected to work, before there is anything to write. Changes nothing.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let path = target(path);
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if path.file_name().is_none() {
        return Err(io::ErrorKind::NotFound.into());
    }
    if is_special(&path) {
        return std::fs::OpenOptions::new().write(true).open(&path).map(drop);
    }
    beside(&path, Readers::Owner)?.close()
}

/// The file that a link leads to is written, and the link stays.
fn target(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir())
}

fn beside(path: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(match readers {
        Readers::All => 0o666,
        Readers::Owner => 0o600,
    }));
    // Its words name a file that is none of the user's.
    builder.tempfile_in(directory).map_err(|error| error.kind().into())
}
