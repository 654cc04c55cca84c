//! Amazon S3.

use crate::core::Core;
use crate::router::plain;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use std::sync::Arc;

pub(crate) async fn respond(_: &Arc<Core>, _: &str, _: Request<Bytes>) -> Response<Body> {
    plain(501, "Local AWS does not have S3 yet")
}
