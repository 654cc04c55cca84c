//! The parts as the page has them: which there are, and starting one without waiting for its end.

use super::again::Days;
use super::{Stage, Which};
use crate::commands::session::Session;
use crate::error::{Error, Result};
use crate::report::{Paint, Watch, run_to_json};
use serde_json::{Value, json};

/// Each as `pipectl run` calls it, which the page may ask for.
fn all() -> [(&'static str, Stage); 4] {
    [
        ("mover", Stage::Mover),
        ("crawler raw", Stage::Crawler(Which::Raw)),
        ("etl", Stage::Job(Days::default())),
        ("crawler parquet", Stage::Crawler(Which::Parquet)),
    ]
}

/// Those of the pipeline, and what AWS calls them.
pub(crate) fn there_are(session: &Session) -> Value {
    let ours = all().into_iter().filter(|(_, stage)| stage.missing(&session.pipeline).is_none());
    ours.map(|(what, stage)| json!({"what": what, "name": stage.physical(&session.aws.names)})).collect()
}

/// # Errors
/// The pipeline has no such part, or AWS's.
pub(crate) async fn for_page(session: &Session, what: &str) -> Result<Value> {
    let Some((_, stage)) = all().into_iter().find(|(known, _)| *known == what) else {
        return Err(Error::usage(format!("there is no part `{what}`"), "mover, crawler raw, etl, crawler parquet"));
    };
    if let Some(why) = stage.missing(&session.pipeline) {
        return Err(Error::usage(why.to_owned(), "the page shows those that there are"));
    }
    let mut watch = Watch::new(stage.address(), Paint::plain());
    let ended = stage.go(session, false, &mut watch).await?;
    Ok(run_to_json(&stage.address(), ended.as_ref()))
}
