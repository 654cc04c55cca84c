//! One folder per service. Each has its operations, its validation and its documents.
//!
//! A service stands on those above it in this list, and reads what is theirs through their functions only.

pub(crate) mod apigateway;
pub(crate) mod athena;
pub(crate) mod budgets;
pub(crate) mod ce;
pub(crate) mod cloudtrail;
pub(crate) mod cloudwatch;
pub(crate) mod events;
pub(crate) mod firehose;
pub(crate) mod glue;
pub(crate) mod iam;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod logs;
pub(crate) mod quicksight;
pub(crate) mod s3;
pub(crate) mod servicequotas;
pub(crate) mod sns;
pub(crate) mod sts;
pub(crate) mod tagging;
