//! The pipeline that an estimate is compared with: another file, or the same file at another time.

use crate::commands::Global;
use crate::config::{self, Overrides, Pipeline};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

const HINT: &str = "`--compare FILE` compares with a file and needs no git";

/// Its name for people, and what it says.
pub(super) struct Other {
    pub(super) name: String,
    pub(super) pipeline: Pipeline,
}

pub(super) fn file(global: &Global, path: &Path) -> Result<Other> {
    let pipeline = with_overrides(global, |overrides| Ok(config::load(path, overrides)?))?;
    Ok(Other { name: path.display().to_string(), pipeline })
}

/// The pipeline file as it was at a commit, a branch or a tag.
pub(super) fn at_ref(global: &Global, reference: &str) -> Result<Other> {
    let text = show(&global.file, reference)?;
    // Messages about it say which version of the file they mean.
    let name = format!("{}@{reference}", global.file.display());
    let pipeline = with_overrides(global, |overrides| Ok(config::load_text(&PathBuf::from(&name), &text, overrides)?))?;
    Ok(Other { name, pipeline })
}

fn with_overrides(global: &Global, load: impl FnOnce(&Overrides<'_>) -> Result<Pipeline>) -> Result<Pipeline> {
    let env = |name: &str| std::env::var(name).ok();
    load(&global.overrides(&env))
}

/// `git show REF:./FILE`, which reads the path from the file's own directory on.
fn show(file: &Path, reference: &str) -> Result<String> {
    // What begins with a dash would be an option to git.
    if reference.is_empty() || reference.starts_with('-') || reference.contains(':') {
        return Err(Error::usage(format!("`{reference}` is not a git reference"), "write a branch, a tag or a commit"));
    }
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["show", "--no-textconv", "--end-of-options", &format!("{reference}:./{name}")])
        .output()
        .map_err(|error| Error::other(format!("cannot run `git`: {error}"), HINT))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or("git does not say why").trim_start_matches("fatal: ").to_owned();
        return Err(Error::usage(format!("there is no `{}` at `{reference}`: {said}", file.display()), HINT));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Error::usage(format!("`{}` at `{reference}` is not UTF-8", file.display()), HINT))
}
