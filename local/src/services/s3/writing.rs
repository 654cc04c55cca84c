//! An object that is written piece by piece, as large as it may become.

use super::checksums::Running;
use super::versions::Version;
use crate::blobs::Growing;
use crate::core::Core;
use md5::{Digest as _, Md5};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is dropped before it is finished leaves nothing.
pub(crate) struct Writing {
    blob: Growing,
    size: u64,
    md5: Md5,
    checksum: Running,
}

impl Writing {
    pub(crate) fn begin(core: &Core) -> io::Result<Self> {
        Ok(Self { blob: core.blobs.grow()?, size: 0, md5: Md5::new(), checksum: Running::new() })
    }

    /// A version that is to be given its key, and shows once a transaction adds it.
    pub(crate) fn finish(self, content_type: &str) -> io::Result<Version> {
        Ok(Version {
            size: self.size,
            etag: hex::encode(self.md5.finalize()),
            blob: self.blob.keep()?,
            headers: BTreeMap::from([("content-type".to_owned(), content_type.to_owned())]),
            checksums: self.checksum.finish(),
            ..Version::default()
        })
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.blob.write(bytes)?;
        self.md5.update(&bytes[..written]);
        self.checksum.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.blob.flush()
    }
}
