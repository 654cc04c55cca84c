//! A function's URL is open by two statements, each of which is put back where somebody takes it away.

use crate::support::{Place, judge};

#[test]
fn a_url_that_somebody_closed_is_opened_again() {
    let place = Place::example("lean");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    for statement in ["url", "through_url"] {
        let told = judge("close_url.py", &[&server.url, "clickstream-lean-track", &format!("pipectl-{statement}")]);
        // Without a key it is the function that refuses.
        assert_eq!(told, "403 by track, then 403 by Lambda\n");
        assert_eq!(place.planned(&["--local"]), [(format!("lambda.permission.{statement}"), "create".to_owned())]);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        assert!(place.planned(&["--local"]).is_empty());
    }
    place.run(&["send", "--local", "--events", "3"]).exits(0);
}

/// A key that somebody deletes and makes anew has another value, which the function is told by the next apply.
#[test]
fn a_key_that_was_made_anew_is_told_to_the_function() {
    let place = Place::example("lean");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("renew_key.py", &[&server.url, "clickstream-lean-web"]);
    let plan = place.plan(&["--local"]);
    let steps = plan["steps"].as_array().unwrap();
    let track = steps.iter().find(|step| step["address"] == "lambda.function.track").unwrap();
    assert_eq!(track["changes"][0]["attribute"], "environment", "{track}");
    assert_eq!(track["changes"].as_array().unwrap().len(), 1, "{track}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert!(place.planned(&["--local"]).is_empty());
    place.run(&["send", "--local", "--events", "3"]).exits(0);
}
