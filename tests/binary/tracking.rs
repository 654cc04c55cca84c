//! Tests of a page's or an app's tracking: `pipectl events assert` and `follow`, while events arrive.

use crate::support::{Place, Ran, Server};
use serde_json::Value;
use std::time::Duration;

const YAML: &str = "name: shop\nshape: lean\nschema: { event: string, n: bigint, page: \"struct<load:int>\" }\n";

fn served() -> (Place, Server) {
    let place = Place::new(YAML);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    (place, server)
}

fn assert(place: &Place, words: &[&str]) -> Ran {
    place.run(&[&["events", "assert", "--local"], words].concat())
}

#[test]
fn an_event_that_came_is_found_and_each_way_to_miss_it_is_told() {
    let (place, _server) = served();
    assert(&place, &["event=signup", "--within", "1s"])
        .exits(1)
        .says("no event with event=signup came within 1 s")
        .says("no other event came either");
    place.send(r#"{"event":"signup","n":1} {"event":"login","n":2} {"event":"login","n":3,"page":{"load":7}}"#);
    assert(&place, &["event=signup"]).exits(0).says("1 event with event=signup came");
    assert(&place, &["event=login", "--count", "2"]).exits(0);
    assert(&place, &["event=login", "page.load=7"]).exits(0);
    assert(&place, &["event=login", "n!=3"]).exits(0);
    assert(&place, &["event=buy", "--count", "0", "--within", "1s"]).exits(0);
    let told = assert(&place, &["event=buy", "--within", "1s"]).exits(1);
    told.says("of 3 others, `event` is \"login\" in 2, \"signup\" in 1");
    assert(&place, &["event=login"]).exits(1).says("2 events with event=login came, not 1").says("tracks twice");
    assert(&place, &["event=signup", "--count", "2", "--within", "1s"]).exits(1).says("1 of 2 events");
    assert(&place, &["=x"]).exits(3).says("write FIELD=VALUE");
    assert(&place, &[]).exits(3);
}

/// Without the last line, which says how it ended.
fn events(lines: &str) -> Vec<Value> {
    let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|line| line["type"] == "event").collect()
}

#[test]
fn a_value_of_another_shape_is_named_at_any_depth() {
    let (place, _server) = served();
    place.send(r#"{"event":"a","n":"many"} {"event":"b","page":{"load":"slow"}} {"event":"c","new":1}"#);
    assert(&place, &["event=a"]).exits(1).says("`n` does not fit its column: \"many\"");
    assert(&place, &["event=b"]).exits(1).says("`page.load` does not fit its column");
    // What has no column is kept in the JSON, and no fault of the event's.
    assert(&place, &["event=c"]).exits(0);
    let lines = place.run(&["events", "follow", "--local", "--json", "--events", "3"]).exits(0).stdout;
    let mut told = events(&lines);
    // `track` puts what may not fit into records of its own.
    told.sort_by_key(|seen| seen["event"]["event"].to_string());
    let fields = |key: &str| told.iter().map(|seen| seen[key].to_string()).collect::<Vec<_>>();
    assert_eq!(fields("misfits"), [r#"["n"]"#, r#"["page.load"]"#, "[]"]);
    assert_eq!(fields("without_column"), ["[]", "[]", r#"["new"]"#]);
}

#[test]
fn an_event_is_waited_for_and_told_from_one_that_is_late() {
    let (place, _server) = served();
    std::thread::scope(|threads| {
        let later = || {
            std::thread::sleep(Duration::from_secs(9));
            place.send(r#"{"event":"slow"}"#);
        };
        threads.spawn(later);
        assert(&place, &["event=slow", "--within", "30s"]).exits(0);
        threads.spawn(later);
        let told = assert(&place, &["event=slow", "--count", "2", "--within", "6s"]);
        // A busy machine may need so long to begin that it is none of the two.
        assert!(told.exit == 0 || told.stderr.contains("came late"), "{}", told.stderr);
    });
}

#[test]
fn what_was_tracked_twice_by_a_repeated_request_is_told_from_tracking_twice() {
    let (place, _server) = served();
    place.send(r#"{"event":"a","event_id":"1"} {"event":"a","event_id":"1"}"#);
    assert(&place, &["event=a"]).exits(1).says("the same event_id");
}

#[test]
fn where_nothing_can_arrive_nothing_is_waited_for() {
    let place = Place::new(YAML);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert(&place, &["event=a"]).exits(1).says("nobody serves").says("`pipectl local` does");
}

/// As on AWS, which shows nobody what a stream takes: only what lies in the bucket is seen.
fn on_aws(place: &Place, server: &Server, words: &[&str]) -> Ran {
    let mut command = place.command();
    command.arg("events").args(words).env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x");
    Ran::new(&command.output().unwrap())
}

#[test]
fn on_aws_an_event_is_seen_when_it_is_delivered_in_both_shapes() {
    for shape in ["lean", "article"] {
        let place = Place::new(&format!(
            "name: shop\nshape: {shape}\nschema: {{ event: string, n: bigint }}\ndelivery: {{ buffer: {{ interval: 1 min }} }}\n"
        ));
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let server = place.serve();
        let seen = |words: &[&str]| on_aws(&place, &server, &[&["assert"], words].concat());
        place.send(r#"{"event":"signup","n":1} {"event":"login","n":"many"} {"event":"login","n":3}"#);
        let early = seen(&["event=signup", "--within", "3s"]).exits(1);
        early
            .says("no event with event=signup came within 3 s")
            .says("nothing was delivered at all; what is sent may be on its way for")
            .says("`--within 3 s` may end before that");
        place.run(&["local", "tick", "20min"]).exits(0);
        let found = ["--within", "20s", "--since", "1h"];
        seen(&[&["event=signup"], &found[..]].concat())
            .exits(0)
            .says("1 event with event=signup came, as far as is delivered");
        seen(&[&["event=login", "n=3"], &found[..]].concat()).exits(0);
        seen(&[&["event=login", "--count", "2"], &found[..]].concat())
            .exits(1)
            .says("`n` does not fit its column: \"many\"");
        let missed = seen(&["event=buy", "--within", "3s", "--since", "1h"]).exits(1);
        missed.says("of 3 others, `event` is \"login\" in 2").says("may be on its way for");
        // That none has come says nothing while one could be on its way.
        seen(&["event=buy", "--count", "0", "--within", "3s"]).exits(3).says("says nothing");
        let lines = on_aws(&place, &server, &["follow", "--json", "--events", "3", "--since", "1h"]).exits(0).stdout;
        assert_eq!(events(&lines).len(), 3, "{shape}: {lines}");
    }
}

/// A file that the mover takes on its way is one file, and an event of its time is told when it came, not when it was written.
#[test]
fn what_is_followed_on_aws_is_told_once_and_with_its_time() {
    let place = Place::new(
        "name: shop\nshape: article\nschema: { event: string }\nevents: { received_at: true }\ndelivery: { buffer: { interval: 1 min } }\n",
    );
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let admin = server.admin();
    admin.fault(&serde_json::json!({"operation": "s3:CopyObject", "times": 1, "status": 503, "code": "SlowDown"}));
    place.send(r#"{"event":"a"} {"event":"b"}"#);
    place.run(&["local", "tick", "6min"]).exits(0);
    let mut command = place.command();
    command.args(["events", "follow", "--json", "--events", "4", "--since", "1h"]);
    command.env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x");
    let following = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(3));
    place.send(r#"{"event":"c"} {"event":"d"}"#);
    place.run(&["local", "tick", "2h"]).exits(0);
    let told = String::from_utf8(following.wait_with_output().unwrap().stdout).unwrap();
    let told = events(&told);
    let names: Vec<_> = told.iter().map(|seen| seen["event"]["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    for seen in &told {
        assert_eq!(seen["at"].as_str().unwrap()[..19], seen["event"]["received_at"].as_str().unwrap()[..19], "{seen}");
    }
}

#[test]
fn where_no_json_is_kept_nothing_can_be_seen() {
    let place = Place::new("name: shop\nshape: lean\nschema: { event: string }\ndelivery: { keep_json: false }\n");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    on_aws(&place, &server, &["follow"]).exits(3).says("`delivery.keep_json: true` keeps it");
}

/// The example of a page, whose tests pass, and fail when the page tracks something else.
#[test]
#[ignore = "needs Chromium and Node"]
fn the_example_of_a_page_passes_its_tests_and_fails_when_it_tracks_something_else() {
    let place = Place::new("");
    let example = crate::support::root().join("examples/web");
    for name in ["pipeline.yaml", "index.html", "thanks.html", "serve.mjs", "package.json", "playwright.config.mjs"] {
        std::fs::copy(example.join(name), place.path().join(name)).unwrap();
    }
    std::fs::create_dir(place.path().join("tests")).unwrap();
    let tests = "tests/tracking.spec.mjs";
    std::fs::copy(example.join(tests), place.path().join(tests)).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_pipectl")).parent().unwrap();
    let run = |words: &str| {
        let mut command = place.command_of(std::path::Path::new("sh"));
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("CI", "1").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        let chromium = "export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome)}";
        command.args(["-c", &format!("{chromium}; {words}")]);
        Ran::new(&command.output().unwrap())
    };
    run("npm install --silent --no-fund --no-audit").exits(0);
    run("npm test").exits(0).says("3 passed");
    let page = place.path().join("index.html");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.contains("amount: 12.5"));
    std::fs::write(&page, text.replace("amount: 12.5", "amount: \"much\"")).unwrap();
    run("npm test").exits(1).says("2 failed").says("no event with event=purchase").says("does not fit its column");
}
