//! The first event of somebody who has just applied: requests as they are printed, and clients as they are written.

use crate::support::{Place, Ran, environment, judge, python};
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

/// What a page has to load at most, packed.
const SMALL: usize = 1_500;

/// A pipeline with a key, whose pages are served at a port.
fn pipeline(shape: &str, port: u16) -> Place {
    let place = Place::new(&format!(
        "name: web\nshape: {shape}\ningest:\n  api_keys: [web]\n  cors: {{ origins: [\"http://shop.test:{port}\"] }}\n\
         schema: {{ event: string, n: bigint, event_id: string, sent_at: timestamp }}\n"
    ));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Where events go, and the key's value.
fn door(place: &Place) -> (String, String) {
    let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
    let output: Value = serde_json::from_str(&output).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&output["endpoint"]), text(&output["api_keys"][0]["value"]))
}

/// How many events lie in the bucket, and how many ids they have.
fn arrived(place: &Place) -> String {
    place.run(&["local", "tick", "20min"]).exits(0);
    let table = if place.yaml().contains("lean") { "analytics_data" } else { "partitioned_analytics_raw" };
    if table == "partitioned_analytics_raw" {
        place.run(&["run", "crawler", "raw", "--local"]).exits(0);
    }
    let sql = format!("SELECT count(*), count(DISTINCT event_id), count(DISTINCT n) FROM {table}");
    let rows = place.run(&["query", "--local", &sql]).exits(0).stdout;
    rows.lines().last().unwrap().to_owned()
}

fn write(place: &Place, name: &str, arguments: &[&str]) -> String {
    let text = place.run(arguments).exits(0).stdout;
    let path = place.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Runs what was printed, with `pipectl` where a shell finds it.
fn ran(place: &Place, program: &Path, arguments: &[&str], key: Option<&str>) -> Ran {
    let home = Path::new(env!("CARGO_BIN_EXE_pipectl")).parent().unwrap();
    let mut command = place.command_of(program);
    let path = format!("{}:{}", home.display(), std::env::var("PATH").unwrap());
    command.args(arguments).env("PATH", path);
    if let Some(key) = key {
        command.env("PIPECTL_KEY", key);
    }
    Ran::new(&command.output().unwrap())
}

#[test]
fn a_request_in_python_works_as_it_stands_with_its_key_and_without() {
    for shape in ["lean", "article"] {
        let place = pipeline(shape, 8000);
        let _server = place.serve();
        let (_, key) = door(&place);
        let asked = ["output", "--local", "--snippet", "python"];
        let with = write(&place, "with.py", &[&asked[..], &["--show-secrets"]].concat());
        assert_eq!(ran(&place, python(), &[&with], None).exits(0).stdout, "204\n", "{shape}");
        let told = place.run(&asked).exits(0);
        assert!(!told.stdout.contains(&key) && !told.stderr.contains(&key), "{shape}: the key is on the screen");
        let command = told.stderr.split_once("$(").unwrap().1.split_once(')').unwrap().0.to_owned();
        let printed = ran(&place, Path::new("sh"), &["-c", &command], None).exits(0).stdout;
        assert_eq!(printed.trim_end(), key);
        let without = write(&place, "without.py", &asked);
        assert_eq!(ran(&place, python(), &[&without], Some(&key)).exits(0).stdout, "204\n", "{shape}");
        assert_ne!(ran(&place, python(), &[&without], Some("no key")).exit, 0);
    }
}

#[test]
fn an_apply_ends_with_a_request_that_works() {
    let place = Place::example("lean");
    let told = place.run(&["apply", "--local", "--yes"]).exits(0).stdout;
    let (_, request) = told.split_once("Send an event, while `pipectl local` serves it:\n").unwrap();
    let _server = place.serve();
    // The port is that of `pipectl local`, and here one that is free.
    let (endpoint, _) = door(&place);
    let (_, path) = endpoint.split_once("/lambda-urls").unwrap();
    let before = request.split('\'').find(|word| word.starts_with("http")).unwrap();
    assert!(before.ends_with(path), "{request}");
    let request = request.replace(before, &endpoint);
    let answer = ran(&place, Path::new("sh"), &["-c", &request], None).exits(0).stdout;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

#[test]
fn a_key_that_is_not_there_is_named_with_those_that_are() {
    let place = Place::example("lean");
    place.run(&["output", "--local", "--api-key", "nobody"]).exits(3).says("it has ");
    place.run(&["output", "--local", "--snippet", "curl"]).exits(1).says("`pipectl apply` makes it");
}

#[test]
fn what_a_page_loads_is_small() {
    let module = Place::example("lean").run(&["client", "--js"]).exits(0).stdout;
    let mut packed = vec![];
    flate2::read::GzEncoder::new(module.as_bytes(), flate2::Compression::best()).read_to_end(&mut packed).unwrap();
    println!("pipectl.js: {} bytes, {} packed", module.len(), packed.len());
    assert!(packed.len() <= SMALL, "{} bytes", packed.len());
}

#[test]
fn a_server_s_client_sends_each_event_once_and_again_only_what_was_refused() {
    let place = pipeline("lean", 8000);
    place.write(&format!("{}events: {{ invalid: reject }}\n", place.yaml()));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = place.serve();
    write(&place, "pipectl_client.py", &["client", "--python"]);
    let (endpoint, key) = door(&place);
    let home = place.path().display().to_string();
    assert_eq!(judge("client_server.py", &[&home, &endpoint, &key]), include_str!("../golden/client_server.txt"));
    // Two came in the end beside two that were refused.
    assert_eq!(arrived(&place), "1002,1002,1000");
}

/// With the tab closed, the network away and the page loaded again, by both fronts.
#[test]
#[ignore = "needs Chromium"]
fn a_page_s_events_arrive_once_each_from_chromium() {
    for (shape, key_in) in [("lean", "query"), ("article", "header")] {
        for what in ["close", "cut"] {
            let port = free_port();
            let place = pipeline(shape, port);
            let _server = place.serve();
            let module = write(&place, "pipectl.js", &["client", "--js"]);
            let (endpoint, key) = door(&place);
            let told = judge("client_page.py", &[what, &endpoint, &key, key_in, &module, &port.to_string()]);
            println!("{shape}, {what}: {told}");
            let number = |line: &str| {
                told.lines().find_map(|told| told.strip_prefix(line)?.split(' ').next()?.parse::<u32>().ok())
            };
            assert!(told.starts_with("lost: []\n"), "{told}");
            assert!(number("posts: ").unwrap() <= 60, "{told}");
            let asked = number("asked before: ").unwrap();
            assert!(if shape == "lean" { asked == 0 } else { asked > 0 }, "{told}");
            assert_eq!(arrived(&place), "1000,1000,1000", "{shape}, {what}: {told}");
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_page_hears_of_a_wrong_key_in_chromium() {
    for (shape, key_in) in [("lean", "query"), ("article", "header")] {
        let port = free_port();
        let place = pipeline(shape, port);
        let _server = place.serve();
        let module = write(&place, "pipectl.js", &["client", "--js"]);
        let (endpoint, _) = door(&place);
        let told = judge("client_page.py", &["wrong", &endpoint, "nope", key_in, &module, &port.to_string()]);
        assert!(told.starts_with("lost: [403]\nposts: 1 of them refused: 1\n"), "{shape}: {told}");
    }
}

#[test]
#[ignore = "needs Node"]
fn requests_in_curl_node_and_go_work_as_they_stand() {
    let go = environment("judges-go", "requirements-go.txt").with_file_name("go");
    for shape in ["lean", "article"] {
        let place = pipeline(shape, 8000);
        let _server = place.serve();
        let asked = |language| ["output", "--local", "--show-secrets", "--snippet", language];
        let file = |name: &str, language| write(&place, name, &asked(language));
        let curl = ran(&place, Path::new("sh"), &[&file("request.sh", "curl")], None).exits(0).stdout;
        assert!(curl.contains(" 204 ") && curl.starts_with("HTTP/1.1 204"), "{curl}");
        ran(&place, Path::new("node"), &[&file("request.mjs", "js")], None).exits(0);
        assert_eq!(ran(&place, &go, &["run", &file("request.go", "go")], None).exits(0).stdout, "204\n");
    }
}

#[test]
#[ignore = "needs Kotlin, which Debian has"]
fn a_request_in_kotlin_works_as_it_stands() {
    let place = pipeline("lean", 8000);
    let _server = place.serve();
    let file = write(&place, "request.kt", &["output", "--local", "--show-secrets", "--snippet", "kotlin"]);
    ran(&place, Path::new("kotlinc"), &[&file, "-include-runtime", "-d", "request.jar"], None).exits(0);
    assert_eq!(ran(&place, Path::new("java"), &["-jar", "request.jar"], None).exits(0).stdout, "204\n");
}

#[test]
#[ignore = "needs Node"]
fn a_page_s_client_waits_and_gives_up_as_it_says() {
    let place = Place::example("lean");
    let module = write(&place, "pipectl.mjs", &["client", "--js"]);
    let judge = crate::support::root().join("tests/judges/client_node.mjs");
    let told = ran(&place, Path::new("node"), &[&judge.display().to_string(), &module], None).exits(0).stdout;
    assert_eq!(told, include_str!("../golden/client_node.txt"));
}

/// `tsc --strict` takes an event that fits the columns, and names the field that does not.
#[test]
#[ignore = "needs Node"]
fn a_wrong_field_does_not_compile() {
    let place = Place::new(
        "name: web\nshape: lean\nschema: { event: string, amount: \"decimal(10,2)\", tags: \"array<string>\", \
         at: timestamp, page: \"struct<path:string,load:int>\" }\nevents: { received_at: true, ip: truncated }\n",
    );
    write(&place, "pipectl.ts", &["client", "--ts"]);
    let install = "npm install --silent --no-fund --no-audit typescript@5.9.3 1>&2";
    ran(&place, Path::new("sh"), &["-c", install], None).exits(0);
    let compiled = |event: &str| {
        let code = format!(
            "import {{ connect }} from \"./pipectl\";\nconst {{ track, flush }} = connect(\"https://example.com\", {{ key: \"k\" }});\n\
             track({event});\nvoid flush();\n"
        );
        std::fs::write(place.path().join("page.ts"), code).unwrap();
        let options = "node_modules/.bin/tsc --strict --noEmit --target es2022 --module es2022 --moduleResolution bundler page.ts";
        ran(&place, Path::new("sh"), &["-c", options], None)
    };
    for event in [
        "{ event: \"buy\", amount: 3.5, tags: [\"a\", null], at: new Date(), page: { path: \"/\", load: 3 } }",
        "{ event: null, event_id: \"mine\", sent_at: \"2026-11-26\" }",
        "{}",
    ] {
        compiled(event).exits(0);
    }
    for (event, word) in [
        ("{ evnt: \"buy\" }", "evnt"),
        ("{ event: 3 }", "number"),
        ("{ amount: \"3\" }", "string"),
        ("{ tags: [3] }", "number"),
        ("{ page: { path: \"/\", size: 1 } }", "size"),
        // The function `track` writes these.
        ("{ event: \"buy\", received_at: new Date() }", "received_at"),
        ("{ ip: \"203.0.113.0\" }", "ip"),
    ] {
        let told = compiled(event);
        assert_ne!(told.exit, 0, "{event}");
        assert!(told.stdout.contains(word), "{event}: {}", told.stdout);
    }
}

/// Nobody is asked for what the function `track` writes, whether or not the file has it as a column, too.
#[test]
fn a_typed_event_has_no_field_that_track_writes() {
    let events =
        "events: { id: event_id, received_at: true, request_id: true, origin: true, user_agent: true, ip: truncated }";
    for schema in ["{ event: string }", "{ event: string, received_at: timestamp, origin: string }"] {
        let place = Place::new(&format!("name: web\nschema: {schema}\n{events}\n"));
        let module = place.run(&["client", "--ts"]).exits(0).stdout;
        let (_, event) = module.split_once("export interface Event {\n").unwrap();
        let fields: Vec<_> = event.lines().take_while(|line| *line != "}").map(str::trim).collect();
        assert_eq!(
            fields,
            ["event?: string | null;", "event_id?: string | null;", "sent_at?: string | null;"],
            "{schema}"
        );
    }
}

#[test]
fn one_client_is_asked_for() {
    let place = Place::example("lean");
    place.run(&["client"]).exits(3).says("--js");
    place.run(&["client", "--js", "--ts"]).exits(3);
}
