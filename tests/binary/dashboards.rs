//! The dashboard in QuickSight: its life with the pipeline, what others do to it, and accounts that have none.

use crate::support::{Place, Server, judge, sampled};
use std::collections::BTreeSet;

const FORCED: &[&str] = &["destroy", "--local", "--yes", "--allow-data-loss", "s3.bucket.data"];

fn unchanged(place: &Place) {
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// Of QuickSight, with what is planned for each.
fn planned(place: &Place) -> BTreeSet<(String, String)> {
    let all = place.planned(&["--local"]).into_iter();
    all.filter(|(address, _)| address.starts_with("quicksight.")).collect()
}

fn all_of(pairs: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    pairs.iter().map(|(address, action)| (format!("quicksight.{address}"), (*action).to_owned())).collect()
}

/// What QuickSight has, as boto3 tells it.
fn seen(server: &Server) -> String {
    judge("dashboards.py", &[&server.url, "seen"])
}

/// What an edit of the file changes, each by itself: no key is without one.
type Edit = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const SOURCE: (&str, &str) = ("data_source.quicksight", "update");
const EVENTS: (&str, &str) = ("data_set.events", "update");
const REVENUE: (&str, &str) = ("data_set.query-revenue_by_day", "update");
const BUYERS: (&str, &str) = ("data_set.query-buyers", "update");
const DRAFT: (&str, &str) = ("analysis.quicksight", "update");
const SHOWN: (&str, &str) = ("dashboard.quicksight", "update");

const EDITS: &[Edit] = &[
    ("owners: [user/local]", "owners: [user/local, user/ana]", &[SOURCE, EVENTS, REVENUE, BUYERS, DRAFT, SHOWN]),
    ("readers: []", "readers: [group/all]", &[SHOWN]),
    ("owners: [user/local, user/ana]", "owners: [user/local]", &[SOURCE, EVENTS, REVENUE, BUYERS, DRAFT, SHOWN]),
    ("readers: [group/all]", "readers: [user/ana]", &[SHOWN]),
    ("refresh: \"06:00\"", "refresh: \"07:30\"", &[EVENTS, REVENUE, BUYERS]),
    (
        "data: spice                   # `direct` runs the queries at each look\n  refresh: \"07:30\"",
        "data: direct\n  ",
        &[EVENTS, REVENUE, BUYERS],
    ),
    ("data: direct\n", "data: spice\n", &[EVENTS, REVENUE, BUYERS]),
    ("type: line", "type: bar", &[DRAFT, SHOWN]),
    ("sum(amount) AS revenue", "sum(amount) / 2 AS revenue", &[REVENUE]),
    ("y: buyers }", "y: buyers, title: Buyers }", &[DRAFT, SHOWN]),
    ("  userid: string\n", "  userid: string\n  country: string\n", &[EVENTS]),
    (
        "queries: [revenue_by_day, buyers]",
        "queries: [revenue_by_day]",
        &[("data_set.query-buyers", "delete"), DRAFT, SHOWN],
    ),
    ("name: shop\n", "tags: { team: growth }\nname: shop\n", &[SOURCE, EVENTS, REVENUE, DRAFT, SHOWN]),
];

fn people(server: &Server) {
    judge("dashboards.py", &[&server.url, "people"]);
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_dashboard_lives_with_its_pipeline() {
    let place = Place::example("dashboard");
    let server = place.serve();
    people(&server);
    place.run(&["plan", "--local"]).exits(0).says("+ quicksight.dashboard.quicksight");
    assert_eq!(seen(&server), "");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    unchanged(&place);
    assert_eq!(seen(&server), include_str!("../golden/dashboard.txt"));
    for (before, after, steps) in EDITS {
        place.edit(&[(before, after)]);
        assert_eq!(planned(&place), all_of(steps), "{before} -> {after}");
        place.run(&["apply", "--local", "--yes"]).exits(0);
        assert_eq!(planned(&place), all_of(&[]), "{before} -> {after}");
    }
    unchanged(&place);
    place.run(&["status", "--local"]).exits(0);
    // What is no longer asked for goes, and the rest of the pipeline stays.
    let with = place.yaml();
    place.write(with.split("dashboard:").next().unwrap());
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(seen(&server), "");
    unchanged(&place);
    place.write(&with);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(FORCED).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

/// What somebody does by hand: which attribute a plan shows it at. After an apply it is as before.
const BY_HAND: &[(&str, &str, &str)] = &[
    ("rename", "dashboard.quicksight", "title:"),
    ("publish", "dashboard.quicksight", "not by pipectl"),
    ("unpublish", "dashboard.quicksight", "not by pipectl"),
    ("share", "dashboard.quicksight", "readers:"),
    ("draft", "analysis.quicksight", "title:"),
    ("sql", "data_set.query-buyers", "sql:"),
    ("columns", "data_set.query-buyers", "columns"),
    ("mode", "data_set.query-buyers", "mode:"),
    ("schedule", "data_set.query-buyers", "refresh:"),
    ("no_schedule", "data_set.query-buyers", "refresh:"),
    ("workgroup", "data_source.quicksight", "workgroup:"),
    ("role", "data_source.quicksight", "role:"),
    ("broken_source", "data_source.quicksight", "Status: \"UPDATE_FAILED\""),
    ("source_rights", "data_source.quicksight", "owners:"),
    ("no_dashboard", "dashboard.quicksight", "+ quicksight.dashboard.quicksight"),
    ("no_analysis", "analysis.quicksight", "+ quicksight.analysis.quicksight"),
    ("no_source", "data_source.quicksight", "+ quicksight.data_source.quicksight"),
];

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_others_do_to_a_dashboard_is_drift_that_an_apply_puts_right() {
    let place = Place::example("dashboard");
    let server = place.serve();
    people(&server);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let before = seen(&server);
    for (deed, address, says) in sampled(BY_HAND, 3) {
        judge("dashboards.py", &[&server.url, deed]);
        let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
        assert!(plan.stdout.contains(&format!("quicksight.{address}")), "{deed}: {}", plan.stdout);
        assert!(plan.stdout.contains(says), "{deed}: {}", plan.stdout);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        unchanged(&place);
        // How it came about, and which of its versions is shown, is another matter.
        let kept = |text: &str| {
            let text = text.replace("UPDATE_", "CREATION_");
            text.lines().filter(|line| !line.contains(" version ")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(kept(&seen(&server)), kept(&before), "{deed}");
    }
}

/// The plan says so and leaves it out; nobody is subscribed.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn an_account_without_a_subscription_has_its_pipeline_without_a_dashboard() {
    for (deed, says) in [("unsubscribe", "has no subscription to QuickSight"), ("standard", "Standard edition")] {
        let place = Place::example("dashboard");
        let server = place.serve();
        judge("dashboards.py", &[&server.url, deed]);
        let told = place.run(&["plan", "--local"]).exits(0).says(says);
        assert!(!told.stdout.contains("quicksight"), "{}", told.stdout);
        place.run(&["apply", "--local", "--yes"]).exits(0).says("`dashboard` is left out");
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        // Only those who compare AWS with the file are told of it.
        let sent = place.run(&["send", "--local", "--events", "1"]).exits(0);
        assert!(!sent.stderr.contains("left out"), "{}", sent.stderr);
        place.run(FORCED).exits(0);
        assert_eq!(judge("leftovers.py", &[&server.url]), "");
        let asked = server.admin().requests();
        let wrote = asked.iter().find(|one| one.starts_with("quicksight:Create"));
        assert!(wrote.is_none_or(|one| deed == "standard" && one.ends_with("AccountSubscription")), "{asked:?}");
    }
}

/// Users are in one region of an account, and dashboards where the pipeline is.
#[test]
fn a_dashboard_of_another_region_is_for_the_same_people() {
    let place = Place::example("dashboard");
    place.edit(&[("name: shop\n", "name: shop\nregion: eu-west-1\n")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    let server = place.serve();
    let told = judge("dashboards.py", &[&server.url, "seen", "eu-west-1"]);
    assert!(told.contains("arn:aws:quicksight:us-east-1:000000000000:user/default/local"), "{told}");
    place.run(FORCED).exits(0);
    assert_eq!(judge("dashboards.py", &[&server.url, "seen", "eu-west-1"]), "");
}

#[test]
fn what_somebody_else_calls_so_is_left_alone() {
    let place = Place::example("dashboard");
    let server = place.serve();
    judge("dashboards.py", &[&server.url, "theirs"]);
    let before = seen(&server);
    let refused = place.run(&["apply", "--local", "--yes"]).exits(4);
    assert!(refused.stderr.contains("quicksight.data_set.events"), "{}", refused.stderr);
    assert_eq!(seen(&server), before);
    place.run(&["apply", "--local", "--yes", "--adopt", "quicksight.data_set.events"]).exits(0);
    unchanged(&place);
}

/// What cannot be drawn is told in AWS's words, is never shown, and is made anew once it can.
#[test]
fn what_fails_is_told_and_made_anew() {
    let place = Place::example("dashboard");
    let server = place.serve();
    place.edit(&[("owners: [user/local]", "owners: [user/nobody]")]);
    place.run(&["apply", "--local", "--yes"]).exits(5).says("user/default/nobody");
    place.edit(&[("owners: [user/nobody]", "owners: [user/local]")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    unchanged(&place);
    // A role that QuickSight may not take on.
    judge("dashboards.py", &[&server.url, "no_source"]);
    judge("dashboards.py", &[&server.url, "failed_source"]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    unchanged(&place);
}

#[test]
fn a_role_that_quicksight_does_not_know_yet_is_waited_for() {
    let place = Place::example("dashboard");
    let server = place.serve();
    server.admin().propagation(2.0);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    unchanged(&place);
}

/// The role shows that something of QuickSight may be left over; so does the file.
#[test]
fn a_destroy_takes_a_dashboard_whose_role_somebody_has_deleted() {
    let place = Place::example("dashboard");
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    judge("dashboards.py", &[&server.url, "no_role"]);
    place.run(FORCED).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

#[test]
fn a_file_that_quicksight_could_not_follow_is_refused() {
    let place = Place::example("dashboard");
    for (before, after, says) in [
        ("owners: [user/local]", "owners: []", "nobody could see the dashboard"),
        ("owners: []", "owners: [ana]", "write `user/NAME`, `group/NAME`, or an ARN"),
        ("owners: [ana]", "owners: [user/ana]", ""),
        ("readers: []", "readers: [user/ana]", "`user/ana` is one of the owners"),
        ("readers: [user/ana]", "readers: []", ""),
        ("refresh: \"06:00\"", "refresh: \"6:00\"", "is no time of day"),
        ("refresh: \"6:00\"", "refresh: \"06:00\"", ""),
        ("data: spice", "data: direct", "there is no copy to make anew"),
        ("data: direct", "data: quick", "`quick` is none of them"),
        ("data: quick", "data: spice", ""),
        ("queries: [revenue_by_day, buyers]", "queries: [orders]", "there is no query `orders`"),
        ("queries: [orders]", "queries: [buyers]", ""),
        ("chart: { type: number, y: buyers }", "chart: number", "its `chart` does not"),
        ("chart: number", "chart: { type: number, y: buyers }", ""),
        ("buyers FROM ${parquet_table}", "buyers FROM analytics_data", "names its tables without their database"),
        ("FROM analytics_data", "FROM shop_dev.analytics_data", ""),
    ] {
        place.edit(&[(before, after)]);
        let ran = place.run(&["validate"]);
        if says.is_empty() {
            ran.exits(0)
        } else {
            ran.exits(3).says(says)
        };
    }
}

/// People who are named cost by the month, whatever they look at.
#[test]
fn people_of_a_dashboard_are_in_the_estimate() {
    let place = Place::example("dashboard");
    let estimate = || place.run(&["cost-estimate", "--explain"]).exits(0).stdout;
    let with = estimate();
    assert!(with.contains("QuickSight authors"), "{with}");
    assert!(with.contains("90 SPICE copies x "), "three sets, each day: {with}");
    place.edit(&[("readers: []", "readers: [user/a, user/b, group/c]")]);
    assert!(estimate().contains("QuickSight readers"), "{}", estimate());
    let yaml = place.yaml();
    place.write(yaml.split("dashboard:").next().unwrap());
    assert!(!estimate().contains("QuickSight authors"));
}
