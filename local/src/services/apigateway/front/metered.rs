//! What API Gateway bills of a request, and counts.

use super::exposed::Exposed;
use super::refusal::Refusal;
use crate::core::Core;
use crate::metering::{API_REQUEST, API_TRANSFER, Metric};
use crate::response::sent;
use crate::services::apigateway::arn;
use axum::body::Body;
use http::Response;

/// "You are not charged for" what is refused for want of a key or of authorization, nor for what is throttled. `Count`
/// has all of them.
pub(super) fn count(core: &Core, exposed: &Exposed, refused: Option<Refusal>, response: &Response<Body>) {
    const FREE: [&str; 5] =
        ["ACCESS_DENIED", "INVALID_API_KEY", "MISSING_AUTHENTICATION_TOKEN", "THROTTLED", "QUOTA_EXCEEDED"];
    let is_free = refused.is_some_and(|refusal| FREE.contains(&refusal.kind));
    // The answer is given all the same: a disk that is full shows elsewhere.
    let _ = core.run(&exposed.region, |context| {
        let api = arn(context, &format!("restapis/{}", exposed.api));
        if !is_free {
            context.meter(&API_REQUEST, &api, 1.0)?;
        }
        let dimension = ("ApiName", exposed.name.as_str());
        let status = response.status().as_u16() / 100;
        let of = |hundred: u16| if status == hundred { 1.0 } else { 0.0 };
        for (name, value) in [("Count", 1.0), ("4XXError", of(4)), ("5XXError", of(5))] {
            context.measure(Metric { namespace: "AWS/ApiGateway", name, dimension }, value)?;
        }
        context.meter(&API_TRANSFER, "", sent(response))
    });
}
