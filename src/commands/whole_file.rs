//! Writing a file that others read, or that somebody has written by hand.

use std::io::Write as _;
use std::path::Path;

/// All of it or nothing: whoever is killed meanwhile leaves what was there.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // The file that a link leads to is written, and the link stays.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    if let Ok(there) = path.metadata() {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
