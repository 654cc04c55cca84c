//! What there is at a glance, for whoever watches: `GET /_local/status`.

use crate::core::Core;
use crate::services::s3::versions;
use crate::services::{apigateway, events, firehose, glue, lambda, quicksight};
use serde_json::{Value, json};

pub(crate) fn status(core: &Core) -> Value {
    let (answered, refused) = apigateway::counts(core);
    let mut schedules =
        [glue::schedules_overview(core), events::schedules_overview(core), quicksight::schedules_overview(core)]
            .concat();
    schedules.sort_by(|one, other| one["next"].as_str().cmp(&other["next"].as_str()));
    json!({
        "now": core.clock.now().to_string(),
        "requests": {"answered": answered, "refused": refused},
        "streams": firehose::overview(core),
        "waiting_events": lambda::waiting_events(core),
        "files": versions::overview(core),
        "tables": glue::tables_overview(core),
        "schedules": schedules,
    })
}
