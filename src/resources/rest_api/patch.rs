//! Operations of a patch, in which API Gateway takes changes.

use aws_sdk_apigateway::types::{Op, PatchOperation};

pub(super) fn replace(path: &str, value: impl Into<String>) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

pub(super) fn remove(path: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Remove).path(path).build()
}
