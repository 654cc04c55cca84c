//! Bytes on disk, by the SHA-256 of their content: function code and objects.

use crate::private;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io;
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
