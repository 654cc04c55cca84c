//! CloudTrail: who changed what. Of what it does on AWS there is the history of management events, and of that the writes:
//! the newest of each region. What is asked, and what is done with data, is not kept. AWS shows an event "within about
//! 15 minutes"; here it is there at once.

mod lookup;
mod named;
mod record;

pub(crate) use record::{Seen, Who, record};

use crate::model;
use crate::service::{Protocol, Service, anything};

pub(crate) static SERVICE: Service = Service {
    scope: "cloudtrail",
    prefix: "cloudtrail",
    protocol: Protocol::Json { message: "message" },
    model: &model::CLOUDTRAIL,
    operations: &[("LookupEvents", lookup::lookup_events)],
    needs: anything,
    whole: None,
};

/// Key: the place of an event among the newest of its region.
const EVENTS: &str = "cloudtrail.event";
/// Key: the region. How many events there were in all.
const COUNTS: &str = "cloudtrail.count";
