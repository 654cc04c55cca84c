//! Who gets in: a page of another origin in a real browser, and others who have an account on the machine.

use crate::support::{Place, judge};
use std::os::unix::fs::PermissionsExt as _;

/// Whatever a page sends, it gets no answer that it can read, and nothing is carried out but calls of the pipeline's own
/// endpoint, which is public on AWS too.
const NOTHING: &str = "\
endpoint: 200
endpoint rebound: refused
carried out: ['execute-api:Invoke']
typed, rebound: True
roles: []
objects: ['k']
";

#[test]
#[ignore = "needs Chromium"]
fn a_page_of_another_origin_gets_nothing_done_in_chromium() {
    let place = Place::example("minimal");
    let server = place.serve();
    let told = judge("foreign_page.py", &[&server.url, &server.token()]);
    assert!(told.ends_with(NOTHING), "{told}");
    let sent = told.lines().filter(|line| line.ends_with(": sent") || line.ends_with(": opaque")).count();
    assert_eq!((sent, told.lines().filter(|line| line.ends_with("websocket: refused")).count()), (24, 3), "{told}");
}

#[test]
fn what_is_kept_and_what_is_saved_is_its_owners_alone() {
    let place = Place::example("clickstream");
    let saved = place.path().join("plan.json");
    std::fs::write(&saved, "of an earlier time").unwrap();
    std::fs::set_permissions(&saved, std::fs::Permissions::from_mode(0o644)).unwrap();
    place.run(&["plan", "--local", "--out", "plan.json"]).exits(0);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "3"]).exits(0);
    let mut open = vec![place.path().join(".pipectl/local"), saved];
    let (mut seen, mut programs) = (0, 0);
    while let Some(path) = open.pop() {
        let mode = path.symlink_metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{mode:o} {}", path.display());
        (seen, programs) = (seen + 1, programs + usize::from(path.is_file() && mode & 0o100 != 0));
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    assert!(seen > 10 && programs > 0, "{seen} files, {programs} of them functions");
    assert!(place.path().join(".pipectl/local/.gitignore").is_file());
}

/// A beacon with a JSON Blob asks first, and with credentials: without an answer to that the browser drops it unseen.
#[test]
#[ignore = "needs Chromium"]
fn beacons_of_a_listed_origin_arrive_from_chromium() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let of = |shape: &str, keys: &str, more: &str| {
        let origins = format!("[\"http://shop.test:{port}\"{more}]");
        format!(
            "name: beacon\nshape: {shape}\ningest:\n  api_keys: [{keys}]\n  cors: {{ origins: {origins} }}\n\
             schema: {{ event: string }}\n"
        )
    };
    // API Gateway answers for one origin, the function for several, and Lambda for a URL, where a beacon has its key in the query.
    let other = ", \"https://other.example\"";
    for (shape, keys, more) in
        [("article", "", ""), ("article", "", other), ("lean", "web", ""), ("lean", "web", other)]
    {
        let place = Place::new(&of(shape, keys, more));
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let _server = place.serve();
        let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
        let output: serde_json::Value = serde_json::from_str(&output).unwrap();
        let mut endpoint = output["endpoint"].as_str().unwrap().to_owned();
        if let Some(key) = output["api_keys"][0]["value"].as_str() {
            endpoint.push_str(&format!("?key={key}"));
        }
        let told = judge("beacon_page.py", &[&endpoint, &port.to_string()]);
        assert_eq!(told.trim(), "{\"json\": true, \"text\": true, \"packed\": 204}");
        place.run(&["local", "tick", "20min"]).exits(0);
        let arrived = place.run(&["events", "--local", "--json"]).exits(0).stdout;
        let arrived: serde_json::Value = serde_json::from_str(&arrived).unwrap();
        assert_eq!(arrived["events"], 3, "{arrived:#}");
    }
}
