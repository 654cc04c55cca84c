//! The first contact with an AWS: a pipeline's whole life there, and each answer held against what Local AWS says.
//!
//! ```text
//! pipelines, walk -> runs of this program, at the target and beside it at Local AWS -> exchanges -> normal, compare -> report
//! ```

mod compare;
mod leftovers;
mod normal;
mod pipelines;
mod report;
mod side;
mod walk;

pub(crate) use compare::{Compared, Recorded, compare};
pub(crate) use leftovers::{drift, leftovers};
pub(crate) use normal::Normal;
pub(crate) use pipelines::{Edit, Shape};
pub(crate) use report::{Report, Told, Verdict};
pub(crate) use side::{Ran, Side};
pub(crate) use walk::{DESTROY, GONE, QUERY, Step, Work, walk};
