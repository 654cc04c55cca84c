//! Zips of functions inside this executable: a zip archive behind its end, as `unzip -l` lists it.
//!
//! They are appended where a release is packed and not compiled in: so they are built once for all platforms, what is
//! tested is packed as what is released, and a new zip is no new compilation. ELF and Mach-O are loaded by what their
//! headers say, whatever follows. `strip` takes it away, and such an executable builds as one without.
//!
//! A name has the digest of the sources in it: what was built of others is not found.

use super::error::Error;
use bytes::Bytes;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};

/// The end of an archive without a comment: 22 bytes that begin so. It is looked for there and nowhere else, since an
/// executable without one would be searched to its beginning.
const END: (&[u8], i64) = (b"PK\x05\x06", 22);

/// Where in the archive they are.
const FOLDER: &str = "functions/";

/// Whether an executable has a zip of this name inside.
pub(super) fn has(executable: &Path, name: &str) -> bool {
    open(executable).is_some_and(|archive| archive.index_for_name(&entry(name)).is_some())
}

/// That zip.
///
/// # Errors
/// `Inside` if it is not there, or damaged.
pub(super) fn zip(executable: &Path, name: &str) -> Result<Bytes, Error> {
    let failed = |why: String| Error::Inside { path: executable.to_owned(), name: name.to_owned(), why };
    let mut archive = open(executable).ok_or_else(|| failed("nothing is inside".to_owned()))?;
    let mut found = archive.by_name(&entry(name)).map_err(|error| failed(error.to_string()))?;
    let mut bytes = vec![];
    found.read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    super::package::runnable(&bytes).map_err(failed)?;
    Ok(bytes.into())
}

fn entry(name: &str) -> String {
    format!("{FOLDER}{name}")
}

fn open(executable: &Path) -> Option<ZipArchive<BufReader<File>>> {
    let mut file = File::open(executable).ok()?;
    let (magic, size) = END;
    let mut end = vec![];
    let at = file.seek(SeekFrom::End(-size)).ok()?;
    file.read_to_end(&mut end).ok()?;
    let number = |range: std::ops::Range<usize>| Some(u32::from_le_bytes(end.get(range)?.try_into().ok()?).into());
    // Size of the directory, which ends where the end begins, and where it begins in the archive. Looked for, that would be
    // the first that looks like one: that of a zip inside.
    let (directory, offset): (u64, u64) = (number(12..16)?, number(16..20)?);
    let begins = at.checked_sub(directory)?.checked_sub(offset)?;
    let config = Config { archive_offset: ArchiveOffset::Known(begins) };
    end.starts_with(magic).then(|| ZipArchive::with_config(config, BufReader::new(file)).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::write::{SimpleFileOptions, ZipWriter};

    const NAME: &str = "pipectl-track-0.zip";

    fn packed(executable: &[u8], zip: &[u8]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(vec![]));
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(entry(NAME), options).unwrap();
        archive.write_all(zip).unwrap();
        [executable, &archive.finish().unwrap().into_inner()].concat()
    }

    #[test]
    fn what_was_appended_is_found_and_nothing_else_is() {
        let directory = tempfile::tempdir().unwrap();
        let (path, zip) = (directory.path().join("pipectl"), super::super::package::zip(b"code").unwrap());
        let executable = vec![0x7f; 100_000];
        let whole = packed(&executable, &zip);
        std::fs::write(&path, &whole).unwrap();
        assert!(has(&path, NAME) && !has(&path, "pipectl-track-1.zip"));
        assert_eq!(super::zip(&path, NAME).unwrap(), zip);
        assert!(super::zip(&path, "pipectl-track-1.zip").is_err());

        // As it was compiled; cut off; the beginning of a download; nothing at all.
        for other in [&executable[..], &whole[..whole.len() - 30], &whole[..50_000], &[]] {
            std::fs::write(&path, other).unwrap();
            assert!(!has(&path, NAME), "{} bytes", other.len());
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipectl");
        let zip = super::super::package::zip(&[7; 1000]).unwrap();
        let mut whole = packed(&[0; 100], &zip);
        let middle = 100 + 30 + entry(NAME).len() + zip.len() / 2;
        whole[middle] ^= 0xff;
        std::fs::write(&path, &whole).unwrap();
        assert!(has(&path, NAME));
        let error = super::zip(&path, NAME).unwrap_err();
        assert!(matches!(&error, Error::Inside { .. }), "{error}");
    }
}
