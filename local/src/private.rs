//! Files that are the user's alone: what is kept has the values of keys, and events.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Keeps git from taking what is kept here.
const IGNORED: &str = "# Made by Local AWS: nothing here belongs into a repository.\n*\n";

/// How every file is opened that is written here: readable and writable by its owner only.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes a file whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = options().truncate(true).open(path)?;
    file.write_all(bytes)
}

/// A file that nobody else may open; one that is there already, from a time when they might, is closed to them.
pub(crate) fn close(file: &File) -> io::Result<()> {
    permit(file, 0o600)
}

/// Makes a directory that nobody else may look into, with what is missing above it.
pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Makes the directory of the state, or closes that of an earlier time. `ours` is a file that only ours has: what else a
/// directory holds that somebody points us at is his, and he may want others to see it.
pub(crate) fn make_state_directory(path: &Path, ours: &str) -> io::Result<()> {
    make_directory(path)?;
    let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    if path.join(ours).exists() || is_empty() {
        permit(&File::open(path)?, 0o700)?;
        let ignore = path.join(".gitignore");
        if !ignore.exists() {
            write(&ignore, IGNORED.as_bytes())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn permit(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = file.metadata()?.permissions();
    match permissions.mode() & 0o777 == mode {
        true => Ok(()),
        false => file.set_permissions(fs::Permissions::from_mode(mode)),
    }
}

#[cfg(not(unix))]
fn permit(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_directory_of_an_earlier_time_is_closed_and_somebody_elses_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let (old, other) = (directory.path().join("old"), directory.path().join("other"));
        for (path, file) in [(&old, "state.redb"), (&other, "thesis.txt")] {
            fs::create_dir(path).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
            fs::write(path.join(file), "").unwrap();
            make_state_directory(path, "state.redb").unwrap();
        }
        assert_eq!((mode(&old), mode(&other)), (0o700, 0o755));
        assert_eq!(mode(&old.join(".gitignore")), 0o600);
        assert!(!other.join(".gitignore").exists());
    }
}
