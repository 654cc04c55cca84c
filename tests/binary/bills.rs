//! What Local AWS has counted, as Cost Explorer and CloudWatch tell it, and `pipectl bill`.

use crate::support::{Place, judge};

/// Every line that a judge prints is one that it found right.
#[track_caller]
fn holds(told: &str, least: usize) {
    let wrong: Vec<_> = told.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(wrong.is_empty() && told.lines().count() >= least, "{}", wrong.join("\n"));
}

#[test]
fn boto3_reads_what_was_used_also_after_a_kill() {
    let place = Place::example("clickstream");
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    holds(&judge("metered.py", &[&server.url, "before", "0"]), 4);
    place.run(&["send", "--local", "--events", "40", "--batch", "2"]).exits(0).says("20");
    place.run(&["local", "tick", "26h"]).exits(0);
    holds(&judge("metered.py", &[&server.url, "after", "20"]), 30);
    // It is killed, not ended.
    drop(server);
    let again = place.serve();
    holds(&judge("metered.py", &[&again.url, "after", "20"]), 30);
}
