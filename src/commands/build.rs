//! `pipectl build`: the functions' zips, for `--lambda-dir`.

use super::session::load;
use crate::artifact::{Artifacts, FUNCTIONS};
use crate::commands::Global;
use crate::config::Architecture;
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
    /// Both functions for this processor, into DIR/ARCHITECTURE, whatever the file asks for: needs no pipeline.yaml.
    #[arg(long, value_name = "ARCHITECTURE", value_delimiter = ',', value_parser = parse_architecture)]
    architecture: Vec<Architecture>,
}

fn parse_architecture(text: &str) -> Result<Architecture, String> {
    let known = [Architecture::Arm64, Architecture::X86_64];
    known.into_iter().find(|one| one.as_str() == text).ok_or_else(|| "must be arm64 or x86_64".to_owned())
}

/// A function, for which processor, and where its zip goes.
type Wanted = (&'static str, Architecture, PathBuf);

pub(crate) async fn run(global: &Global, args: &BuildArgs) -> Result<Exit> {
    let artifacts = Artifacts::new(None, false)?;
    let mut built = vec![];
    for (name, architecture, directory) in wanted(global, args)? {
        std::fs::create_dir_all(&directory).map_err(Error::cannot_write(&directory))?;
        let code = artifacts.code(name, architecture)?;
        let zip = code.zip().await?;
        let path = directory.join(format!("{name}.zip"));
        write(&directory, &path, &zip).map_err(Error::cannot_write(&path))?;
        built.push(json!({
            "name": name,
            "file": path,
            "architecture": architecture.to_string(),
            "bytes": zip.len(),
            "code": code.digest(),
        }));
        let size = zip.len() as f64 / 1e6;
        data(format_args!("{}  {architecture}  {size:.2} MB\n", path.display()));
    }
    document(json!({"schema": "pipectl-build/1", "functions": built}));
    Ok(Exit::Done)
}

fn wanted(global: &Global, args: &BuildArgs) -> Result<Vec<Wanted>> {
    if args.architecture.is_empty() {
        let pipeline = load(global)?;
        let track = ("track", pipeline.ingest.function.architecture, args.out.clone());
        let mover = ("mover", pipeline.mover.function.architecture, args.out.clone());
        return Ok([track].into_iter().chain(pipeline.has_mover().then_some(mover)).collect());
    }
    let each = |architecture: &Architecture| {
        let (architecture, directory) = (*architecture, args.out.join(architecture.as_str()));
        FUNCTIONS.map(|name| (name, architecture, directory.clone()))
    };
    Ok(args.architecture.iter().flat_map(each).collect())
}

/// All of it or nothing: another run may deploy from the directory.
fn write(directory: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
