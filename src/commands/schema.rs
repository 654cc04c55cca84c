//! `pipectl schema`

use crate::config;
use crate::error::{Exit, Result};

pub(crate) fn run() -> Result<Exit> {
    println!("{:#}", config::json_schema());
    Ok(Exit::Done)
}
