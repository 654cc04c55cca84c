//! Alarms, and the topic that they tell.

use crate::support::{Place, judge};

#[test]
fn boto3_makes_alarms_that_ring_and_topics_that_tell() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("alarms.py", &[&server.url, &server.token()]), include_str!("../golden/boto3_alarms.txt"));
}
