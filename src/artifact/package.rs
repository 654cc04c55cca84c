//! Zips as Lambda takes them: one executable file, `bootstrap`.

use super::error::Error;
use bytes::Bytes;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// "50 MB (zipped, for direct upload)" in Lambda's quotas, which are in MiB.
const DIRECT_UPLOAD_LIMIT: usize = 50 * 1024 * 1024;

/// The file that the runtimes `provided.*` start.
const BOOTSTRAP: &str = "bootstrap";

/// The same zip, byte for byte, for the same `bootstrap`.
///
/// # Errors
/// Only if the zip library fails.
pub(super) fn zip(bootstrap: &[u8]) -> Result<Bytes, Error> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        // The clock of the builder must not make new code.
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o755);
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    archive.start_file(BOOTSTRAP, options)?;
    archive.write_all(bootstrap).map_err(zip::result::ZipError::from)?;
    Ok(archive.finish()?.into_inner().into())
}

/// Reads a zip that somebody else built.
///
/// # Errors
/// `File` if it cannot be read, `NotRunnable` if Lambda could not start it.
pub(super) fn prebuilt(path: &Path) -> Result<Bytes, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    runnable(&bytes).map_err(|why| Error::NotRunnable { path: path.to_owned(), why })?;
    Ok(bytes.into())
}

/// Why Lambda could not start what is in a zip, if it could not.
pub(super) fn runnable(bytes: &[u8]) -> Result<(), String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("not a zip: {error}"))?;
    let mut entry = archive.by_name(BOOTSTRAP).map_err(|_| format!("the zip has no file `{BOOTSTRAP}`"))?;
    // Lambda unpacks with the modes of the zip, and then fails with `Runtime.InvalidEntrypoint`.
    if entry.unix_mode().is_none_or(|mode| mode & 0o111 == 0) {
        return Err(format!("`{BOOTSTRAP}` is not executable in the zip"));
    }
    // To the end, which checks the sum.
    std::io::copy(&mut entry.by_ref(), &mut std::io::sink()).map_err(|error| format!("the zip is damaged: {error}"))?;
    Ok(())
}

/// # Errors
/// `TooLarge` for what would have to go through a bucket.
pub(super) fn check_size(bytes: &Bytes) -> Result<(), Error> {
    match bytes.len() {
        size if size > DIRECT_UPLOAD_LIMIT => Err(Error::TooLarge { size, limit: DIRECT_UPLOAD_LIMIT }),
        _ => Ok(()),
    }
}
