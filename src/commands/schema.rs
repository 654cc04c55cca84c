//! `pipectl schema`

use crate::config;
use crate::error::{Exit, Result};
use crate::report::data;

pub(crate) fn run() -> Result<Exit> {
    data(format_args!("{:#}\n", config::json_schema()));
    Ok(Exit::Done)
}
