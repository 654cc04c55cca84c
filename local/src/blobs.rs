//! Bytes on disk, by the SHA-256 of their content: function code and objects.

use crate::private;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug)]
pub(crate) struct Blobs {
    directory: PathBuf,
}

impl Blobs {
    pub(crate) fn open(directory: PathBuf) -> io::Result<Self> {
        private::make_directory(&directory)?;
        Ok(Self { directory })
    }

    /// Keeps the bytes and gives the name to read them by. A name is there whole or not at all.
    pub(crate) fn put(&self, bytes: &[u8]) -> io::Result<String> {
        let name = hex::encode(Sha256::digest(bytes));
        let path = self.path(&name);
        if !path.exists() {
            let part = self.directory.join(format!("{name}.{:08x}.part", rand::random::<u32>()));
            private::write(&part, bytes)?;
            fs::rename(&part, &path)?;
        }
        Ok(name)
    }

    /// Keeps the bytes in a file of their own, to be removed with what they belong to.
    pub(crate) fn add(&self, bytes: &[u8]) -> io::Result<String> {
        let name = format!("object-{}", hex::encode(rand::random::<[u8; 16]>()));
        let part = self.directory.join(format!("{name}.part"));
        private::write(&part, bytes)?;
        fs::rename(&part, self.path(&name))?;
        Ok(name)
    }

    /// The same for bytes that come one after the other.
    pub(crate) fn grow(&self) -> io::Result<Growing> {
        let name = format!("object-{}", hex::encode(rand::random::<[u8; 16]>()));
        let part = self.directory.join(format!("{name}.part"));
        let file = private::options().truncate(true).open(&part)?;
        Ok(Growing { file, whole: self.path(&name), part, name })
    }

    /// The same bytes under another name. Files never change, so that nothing is copied.
    pub(crate) fn link(&self, name: &str) -> io::Result<String> {
        let other = format!("object-{}", hex::encode(rand::random::<[u8; 16]>()));
        let linked = fs::hard_link(self.path(name), self.path(&other));
        linked.or_else(|_| fs::copy(self.path(name), self.path(&other)).map(|_| ()))?;
        Ok(other)
    }

    pub(crate) fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name))
    }

    /// Where the bytes are.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The caller knows that nothing refers to it any more.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A file that is being written. What is dropped before it is kept leaves nothing.
pub(crate) struct Growing {
    file: File,
    part: PathBuf,
    whole: PathBuf,
    name: String,
}

impl Growing {
    /// Gives the name to read it by.
    pub(crate) fn keep(self) -> io::Result<String> {
        fs::rename(&self.part, &self.whole)?;
        Ok(self.name.clone())
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        // Kept, it has this name no more.
        let _ = fs::remove_file(&self.part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_there_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(place.path().to_owned()).unwrap();
        let there = || fs::read_dir(place.path()).unwrap().count();
        let mut dropped = blobs.grow().unwrap();
        dropped.write_all(b"half").unwrap();
        assert_eq!(there(), 1);
        drop(dropped);
        assert_eq!(there(), 0);
        let mut kept = blobs.grow().unwrap();
        kept.write_all(b"wh").unwrap();
        kept.write_all(b"ole").unwrap();
        let name = kept.keep().unwrap();
        assert_eq!((blobs.get(&name).unwrap().as_slice(), there()), (&b"whole"[..], 1));
    }
}
