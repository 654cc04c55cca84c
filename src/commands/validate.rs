//! `pipectl validate`

use super::check::warn;
use super::session::load;
use crate::commands::Global;
use crate::cost::Inputs;
use crate::error::{Exit, Result};
use crate::report::{data, document, findings_to_json};
use serde_json::json;

pub(crate) fn run(global: &Global) -> Result<Exit> {
    let pipeline = load(global)?;
    data(format_args!("{} is valid: {}/{}\n", global.file.display(), pipeline.name, pipeline.stage));
    let limits = warn(&pipeline, &Inputs::of(&pipeline));
    document(json!({
        "schema": "pipectl-validate/1",
        "file": global.file,
        "pipeline": pipeline.name,
        "stage": pipeline.stage,
        "limits": findings_to_json(&limits, &pipeline),
    }));
    Ok(Exit::Done)
}
