//! A file that is written beside the sending: what was sent, and what was put aside.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub(crate) struct Kept {
    path: PathBuf,
    file: Box<dyn Write + Send>,
}

impl Kept {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(Error::cannot_write(path))?;
        Ok(Self { path: path.to_owned(), file: Box::new(BufWriter::new(file)) })
    }

    #[cfg(test)]
    pub(super) fn in_memory(file: impl Write + Send + 'static) -> Self {
        Self { path: "kept".into(), file: Box::new(file) }
    }

    pub(super) fn write(&mut self, text: &[u8]) -> Result<()> {
        self.file.write_all(text).map_err(Error::cannot_write(&self.path))
    }

    /// What was written lies in the file; without it, a full disk would swallow the last piece in silence.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.file.flush().map_err(Error::cannot_write(&self.path))
    }
}
