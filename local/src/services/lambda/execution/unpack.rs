//! A zip becomes a directory, once.
//!
//! What a zip says of the sizes in it is not believed: bytes are counted as they come out.

use super::StartError;
use crate::private;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// "250 MB: the maximum size of the contents of a deployment package, including layers."
const LARGEST_UNZIPPED: u64 = 250 << 20;
/// As many as a zip without extensions may have. Each costs an inode, however small it is.
const MOST_FILES: usize = u16::MAX as usize;

/// Gives the directory with what is in the zip. It is there whole or not at all, however often this is cut short.
pub(super) async fn unpack(zip: &Path, directory: &Path) -> Result<PathBuf, StartError> {
    let (zip, directory) = (zip.to_owned(), std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()));
    let task = tokio::task::spawn_blocking(move || unpack_now(&zip, &directory).map(|()| directory));
    task.await.unwrap_or_else(|error| Err(StartError::Zip(io::Error::other(error).into())))
}

fn unpack_now(zip: &Path, directory: &Path) -> Result<(), StartError> {
    if directory.is_dir() {
        return Ok(());
    }
    let file = |source| StartError::File { path: zip.to_owned(), source };
    let part = directory.with_extension(format!("{:08x}.part", rand::random::<u32>()));
    private::make_directory(&part).map_err(file)?;
    if let Err(error) = extract(File::open(zip).map_err(file)?, &part, LARGEST_UNZIPPED) {
        let _ = fs::remove_dir_all(&part);
        return Err(error.into());
    }
    match fs::rename(&part, directory) {
        Err(source) if !directory.is_dir() => Err(StartError::File { path: directory.to_owned(), source }),
        Err(_) => fs::remove_dir_all(&part).map_err(file),
        Ok(()) => Ok(()),
    }
}

/// Links come last: nothing is written through one.
fn extract(zip: impl io::Read + io::Seek, into: &Path, most: u64) -> Result<(), ZipError> {
    let mut archive = ZipArchive::new(zip)?;
    if archive.len() > MOST_FILES {
        return Err(refused(&format!("it has more than {MOST_FILES} files")));
    }
    let (mut left, mut links) = (most, vec![]);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.enclosed_name().ok_or_else(|| refused("a file in it would lie outside"))?;
        let path = into.join(name);
        if entry.is_dir() {
            private::make_directory(&path)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            private::make_directory(parent)?;
        }
        if entry.is_symlink() {
            let mut target = String::new();
            (&mut entry).take(4096).read_to_string(&mut target)?;
            links.push((path, target));
        } else {
            left = write(&mut entry, &path, left)?;
        }
    }
    links.into_iter().try_for_each(|(path, target)| link(&target, &path).map_err(ZipError::from))
}

fn refused(why: &str) -> ZipError {
    ZipError::Io(io::Error::other(why.to_owned()))
}

/// Gives how many bytes may come still.
fn write<R: io::Read>(entry: &mut ZipFile<'_, R>, path: &Path, left: u64) -> Result<u64, ZipError> {
    let mut options = private::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600 | (entry.unix_mode().unwrap_or(0) & 0o700));
    let mut file = options.truncate(true).open(path)?;
    let written = io::copy(&mut entry.take(left + 1), &mut file)?;
    left.checked_sub(written).ok_or_else(|| {
        let _ = fs::remove_file(path);
        refused(&format!("unzipped size must be smaller than {LARGEST_UNZIPPED} bytes"))
    })
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(target: &str, path: &Path) -> io::Result<()> {
    private::write(path, target.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, usize)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(vec![]));
        for (name, size) in files {
            zip.start_file(*name, SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
            zip.write_all(&vec![b'a'; *size]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// The size that is told in the directory at the end, and in front of each file, becomes 1.
    fn lying(mut zip: Vec<u8>, size: usize) -> Vec<u8> {
        let told = u32::try_from(size).unwrap().to_le_bytes();
        let places: Vec<_> = zip.windows(4).enumerate().filter(|(_, at)| *at == told).map(|(at, _)| at).collect();
        assert!(places.len() >= 2, "the size stands twice in a zip");
        for at in places {
            zip[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
        zip
    }

    #[test]
    fn a_zip_that_lies_about_its_size_writes_no_more_than_may_come_out_of_it() {
        let size = 3 << 20;
        for zip in [zipped(&[("bootstrap", size)]), lying(zipped(&[("bootstrap", size)]), size)] {
            let directory = tempfile::tempdir().unwrap();
            let refused = extract(Cursor::new(zip), directory.path(), 1 << 20);
            let left: u64 =
                fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
            assert!(refused.is_err() && left <= 1 << 20, "{refused:?}, {left} bytes");
        }
    }

    #[test]
    fn together_files_may_have_no_more_either_and_nothing_lies_outside() {
        let directory = tempfile::tempdir().unwrap();
        let into = directory.path().join("in");
        assert!(extract(Cursor::new(zipped(&[("a", 600), ("b", 600)])), &into, 1000).is_err());
        assert!(extract(Cursor::new(zipped(&[("../out", 1)])), &into, 1000).is_err());
        assert!(!directory.path().join("out").exists());
        extract(Cursor::new(zipped(&[("bin/a", 600), ("b", 400)])), &into, 1000).unwrap();
        assert_eq!(fs::read(into.join("bin/a")).unwrap().len(), 600);
    }
}
