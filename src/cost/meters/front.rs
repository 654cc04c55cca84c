//! What takes requests: API Gateway counts them, a function URL does not; what answers send to the internet costs behind
//! either.

use super::{GB, Meter, Month};

const EVENTS: &[&str] = &["events_per_month", "events_per_request", "preflights_per_request"];

/// Where there is a function URL as well, it is not known how many take it: none is assumed to.
pub(super) fn requests(month: &Month<'_>) -> Option<Meter> {
    let flow = month.flow.as_ref()?;
    month.billed.api.as_ref()?;
    let (requests, preflights) = (flow.requests, flow.preflights);
    let all = if month.billed.url.is_some() { ", none of them by the function URL" } else { "" };
    let how = format!("{requests:.0} requests + {preflights:.0} preflights{all}");
    let kind = ("ApiGatewayRequest", "apigw_rest_requests");
    let line = Meter::new("ingest", "API Gateway requests", kind, requests + preflights, how);
    Some(line.from(EVENTS).from(&["ingest.front"]))
}

pub(super) fn transfer(month: &Month<'_>) -> Option<Meter> {
    let flow = month.flow.as_ref()?;
    let line = |gb: f64, how: String| {
        let kind = ("DataTransfer-Out-Bytes", "data_transfer_out_gb");
        let always_free = month.book.free("data_transfer_out");
        Meter { always_free, ..Meter::new("ingest", "Data transfer out", kind, gb, how) }
    };
    if let Some(gb) = month.inputs.known("transfer_out_gb") {
        return Some(line(gb, "as given".to_owned()).from(&["transfer_out_gb"]));
    }
    let answers = flow.requests + flow.preflights + flow.refused;
    let bytes = month.get("response_bytes");
    let how = format!("{answers:.0} answers x {bytes} B");
    Some(line(answers * bytes / GB, how).from(EVENTS).from(&["response_bytes"]))
}
