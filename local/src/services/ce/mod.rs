//! Cost Explorer: what was used, and what it costs by AWS's list. Its data are the record of [`crate::metering`]; there is
//! no day to wait for them.

mod answer;
mod filter;
mod prices;
mod spent;
mod tags;

pub(crate) use spent::spent;

use crate::api_error::ApiError;
use crate::model;
use crate::service::{Protocol, Service, anything};

pub(crate) static SERVICE: Service = Service {
    scope: "ce",
    prefix: "ce",
    protocol: Protocol::Json { message: "message" },
    model: &model::CE,
    operations: &[
        ("GetCostAndUsage", answer::get_cost_and_usage),
        ("ListCostAllocationTags", tags::list_cost_allocation_tags),
        ("UpdateCostAllocationTagsStatus", tags::update_cost_allocation_tags_status),
    ],
    needs: anything,
    whole: None,
};

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}
