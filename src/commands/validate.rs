//! `pipectl validate`

use super::check::warn;
use super::session::load;
use crate::commands::Global;
use crate::cost::Inputs;
use crate::error::{Exit, Result};
use crate::report::data;

pub(crate) fn run(global: &Global) -> Result<Exit> {
    let pipeline = load(global)?;
    data(format_args!("{} is valid: {}/{}\n", global.file.display(), pipeline.name, pipeline.stage));
    warn(&pipeline, &Inputs::of(&pipeline));
    Ok(Exit::Done)
}
