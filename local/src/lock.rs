//! One process at a time: the others are told where it serves.

use crate::private;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held as long as the process uses the directory. The operating system lets go of it when the process
/// ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
    address: PathBuf,
}

/// What stood in the way.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Another process serves the directory at this URL.
    Served(String),
    /// Another process uses it, and does not serve it.
    Busy,
    Io(io::Error),
}

impl Lock {
    pub(crate) fn take(directory: &Path) -> Result<Self, Taken> {
        let address = directory.join("address");
        let open = private::options().truncate(false).open(directory.join("lock"));
        let file = open.map_err(Taken::Io)?;
        match file.try_lock() {
            // An address from a process that was killed means nothing any more.
            Ok(()) => match fs::remove_file(&address) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Taken::Io(error)),
                _ => Ok(Self { _file: file, address }),
            },
            Err(TryLockError::WouldBlock) => Err(fs::read_to_string(&address).map_or(Taken::Busy, Taken::Served)),
            Err(TryLockError::Error(error)) => Err(Taken::Io(error)),
        }
    }

    /// Tells other processes where this one serves.
    pub(crate) fn announce(&self, url: &str) -> io::Result<()> {
        let part = self.address.with_extension("part");
        private::write(&part, url.as_bytes())?;
        fs::rename(part, &self.address)
    }

    /// Nobody is served any more.
    pub(crate) fn withdraw(&self) {
        let _ = fs::remove_file(&self.address);
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.withdraw();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_learns_where_the_first_one_serves() {
        let directory = tempfile::tempdir().unwrap();
        let first = Lock::take(directory.path()).unwrap();
        assert!(matches!(Lock::take(directory.path()), Err(Taken::Busy)));
        first.announce("http://127.0.0.1:4566").unwrap();
        assert!(matches!(Lock::take(directory.path()), Err(Taken::Served(url)) if url == "http://127.0.0.1:4566"));
        drop(first);
        assert!(Lock::take(directory.path()).is_ok());
    }
}
