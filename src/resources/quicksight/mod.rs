//! QuickSight: where it takes data from, what it makes of it, and what people see.
//!
//! Its answers are documents, and so is what it is told ([`crate::aws::QuickSight`]). Whose something is stands in its
//! tags, as elsewhere; whether the Tagging API lists them AWS's documentation says in both ways, so that what is left over
//! is looked for by its id, where the file has a dashboard, or the pipeline a role for QuickSight, which goes last.

mod analysis;
mod asset;
mod dashboard;
mod data_set;
mod data_source;
mod definition;
mod principals;
mod subscription;

pub(crate) use analysis::Analysis;
pub(crate) use dashboard::Dashboard;
pub(crate) use data_set::{DataSet, InputColumns, Mode};
pub(crate) use data_source::DataSource;
pub(crate) use definition::Definition;
pub(crate) use principals::Principals;
pub(crate) use subscription::Subscription;

/// What the ARN of the one with this id is in its outputs.
#[derive(Clone, Debug)]
pub(crate) struct ArnOutputs {
    pub(crate) arn: String,
}
