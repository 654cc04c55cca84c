//! `pipectl schema`

use crate::config;
use crate::error::{Exit, Result};
use crate::report::exact;

pub(crate) fn run() -> Result<Exit> {
    exact(format_args!("{:#}\n", config::json_schema()));
    Ok(Exit::Done)
}
