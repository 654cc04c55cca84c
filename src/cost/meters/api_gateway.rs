//! API Gateway: requests, and what its answers send to the internet.

use super::{GB, Meter, Month};

const EVENTS: &[&str] = &["events_per_month", "events_per_request", "preflights_per_request"];

pub(super) fn requests(month: &Month<'_>) -> Option<Meter> {
    let requests = month.flow.as_ref()?.requests;
    let preflights = requests * month.get("preflights_per_request");
    let how = format!("{requests:.0} requests + {preflights:.0} preflights");
    let kind = ("ApiGatewayRequest", "apigw_rest_requests");
    Some(Meter::new("ingest", "API Gateway requests", kind, requests + preflights, how).from(EVENTS))
}

pub(super) fn transfer(month: &Month<'_>) -> Option<Meter> {
    let requests = month.flow.as_ref()?.requests;
    let line = |gb: f64, how: String| {
        let kind = ("DataTransfer-Out-Bytes", "data_transfer_out_gb");
        let always_free = month.book.free("data_transfer_out");
        Meter { always_free, ..Meter::new("ingest", "Data transfer out", kind, gb, how) }
    };
    if let Some(gb) = month.inputs.known("transfer_out_gb") {
        return Some(line(gb, "as given".to_owned()).from(&["transfer_out_gb"]));
    }
    let answers = requests + requests * month.get("preflights_per_request");
    let bytes = month.get("response_bytes");
    let how = format!("{answers:.0} answers x {bytes} B");
    Some(line(answers * bytes / GB, how).from(EVENTS).from(&["response_bytes"]))
}
