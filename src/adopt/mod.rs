//! What somebody made who followed the article, by hand or with other tools: what of it belongs together, and the file that
//! takes it over.
//!
//! ```text
//! AWS -> look -> chain (stream, bucket, function, API, crawlers, job) -> draft: names, settings, what stays -> pipeline.yaml
//! ```

mod chain;
mod draft;
mod look;
mod maker;
mod script;
mod yaml;

pub(crate) use chain::{Chain, Which};
pub(crate) use draft::{Draft, Left, Taken};
pub(crate) use look::Region;
