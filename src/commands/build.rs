//! `pipectl build`: the functions' zips, for `--lambda-dir`.

use super::session::load;
use crate::artifact::Artifacts;
use crate::commands::Global;
use crate::error::{Error, Exit, Result};
use crate::report::{data, document};
use clap::Args;
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// Where `track.zip` goes, and `mover.zip`, if the pipeline has a mover.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) async fn run(global: &Global, args: &BuildArgs) -> Result<Exit> {
    let pipeline = load(global)?;
    std::fs::create_dir_all(&args.out).map_err(Error::cannot_write(&args.out))?;
    let artifacts = Artifacts::new(None, false)?;
    let mover = pipeline.has_mover().then_some(("mover", &pipeline.mover.function));
    let mut built = vec![];
    for (name, function) in [("track", &pipeline.ingest.function)].into_iter().chain(mover) {
        let zip = artifacts.code(name, function.architecture)?.zip().await?;
        let path = args.out.join(format!("{name}.zip"));
        write(&args.out, &path, &zip).map_err(Error::cannot_write(&path))?;
        built.push(json!({
            "name": name,
            "file": path,
            "architecture": function.architecture.to_string(),
            "bytes": zip.len(),
        }));
        let size = zip.len() as f64 / 1e6;
        data(format_args!("{}  {}  {size:.2} MB\n", path.display(), function.architecture));
    }
    document(json!({"schema": "pipectl-build/1", "functions": built}));
    Ok(Exit::Done)
}

/// All of it or nothing: another run may deploy from the directory.
fn write(directory: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
