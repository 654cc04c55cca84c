//! Sending events: where they come from, how they go, and what became of each.
//!
//! ```text
//! Source (schema, template or file) -> batches -> Sender (many in flight, repeated where that helps) -> Tally
//! ```

mod generate;
mod sender;
mod source;
mod tally;
mod template;

pub(crate) use generate::Generator;
pub(crate) use sender::{Pace, Sender, Target};
pub(crate) use source::Source;
pub(crate) use tally::Tally;
pub(crate) use template::Template;
