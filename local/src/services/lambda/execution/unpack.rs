//! A zip becomes a directory, once.

use super::StartError;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Gives the directory with what is in the zip. It is there whole or not at all, however often this is cut short.
pub(super) async fn unpack(zip: &Path, directory: &Path) -> Result<PathBuf, StartError> {
    let (zip, directory) = (zip.to_owned(), std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()));
    let task = tokio::task::spawn_blocking(move || unpack_now(&zip, &directory).map(|()| directory));
    task.await.unwrap_or_else(|error| Err(StartError::Zip(std::io::Error::other(error).into())))
}

fn unpack_now(zip: &Path, directory: &Path) -> Result<(), StartError> {
    if directory.is_dir() {
        return Ok(());
    }
    let file = |source| StartError::File { path: zip.to_owned(), source };
    let part = directory.with_extension(format!("{:08x}.part", rand::random::<u32>()));
    fs::create_dir_all(&part).map_err(file)?;
    // Takes the modes with it, and nothing that would lie outside.
    zip::ZipArchive::new(File::open(zip).map_err(file)?)?.extract(&part)?;
    match fs::rename(&part, directory) {
        Err(source) if !directory.is_dir() => Err(StartError::File { path: directory.to_owned(), source }),
        Err(_) => fs::remove_dir_all(&part).map_err(file),
        Ok(()) => Ok(()),
    }
}
