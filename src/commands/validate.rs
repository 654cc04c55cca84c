//! `pipectl validate`

use super::session::load;
use crate::cli::Global;
use crate::error::{Exit, Result};

pub(crate) fn run(global: &Global) -> Result<Exit> {
    let pipeline = load(global)?;
    println!("{} is valid: {}/{}", global.file.display(), pipeline.name, pipeline.stage);
    Ok(Exit::Done)
}
