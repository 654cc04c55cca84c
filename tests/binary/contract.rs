//! What is agreed about events, in both shapes: an id by which what came again is counted once, what the function writes into each, and
//! what it rejects.

use crate::support::{Place, Server};
use serde_json::Value;
use std::process::Command;

/// A thousand events, of which 20 have a value that does not fit, and fifty of them once more.
fn events() -> String {
    let event = |n: u32| {
        let amount = if n.is_multiple_of(50) { "\"much\"".to_owned() } else { n.to_string() };
        format!("{{\"event\":\"order\",\"amount\":{amount},\"order_id\":\"o-{n}\"}}\n")
    };
    (0..1000).chain(500..550).map(event).collect()
}

fn json(place: &Place, command: &str) -> Value {
    serde_json::from_str(&place.run(&[command, "--local", "--json"]).exits(0).stdout).unwrap()
}

#[test]
fn what_came_again_is_counted_once_and_told_in_both_shapes() {
    for shape in ["lean", "article"] {
        let place = Place::new(&format!(
            "name: shop\nshape: {shape}\nschema: {{ event: string, amount: bigint }}\nevents: {{ id: order_id }}\n"
        ));
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.send(&events());
        place.run(&["local", "tick", "20min"]).exits(0);
        if shape == "article" {
            place.run(&["run", "all", "--local"]).exits(0);
        }
        let counted = place.run(&["query", "--local", "--named", "events_once"]).exits(0).stdout;
        let rows: Vec<_> = counted.lines().skip(1).collect();
        assert_eq!(rows.len(), 1, "{shape}: {counted}");
        assert!(rows[0].ends_with(",1000,50"), "{shape}: {counted}");
        let told = json(&place, "events");
        assert_eq!(told["events"], 1050, "{shape}");
        assert_eq!(told["repeated"], serde_json::json!({"by": "order_id", "events": 50}), "{shape}");
        // One of the fifty that came again is one that does not fit.
        assert_eq!(told["events_that_do_not_fit"], 21, "{shape}");
        let newest = &json(&place, "status")["newest_events"];
        assert_eq!(
            (&newest["repeated"]["events"], &newest["events_that_do_not_fit"]),
            (&told["repeated"]["events"], &Value::from(21))
        );
        place
            .run(&["events", "--local"])
            .exits(0)
            .says("50 events came again, with an `order_id` that was there before");
        place
            .run(&["status", "--local"])
            .exits(0)
            .says("of 1050, 50 came again, by `order_id`, and 21 have a value that does not fit");
    }
}

#[test]
fn an_id_is_a_column_and_its_query_the_file_s_own_where_it_has_one() {
    let place = Place::new(
        "name: shop\nshape: lean\nschema: { event: string, ref: bigint }\nevents: { id: ref }\n\
         query: { queries: { events_once: SELECT 1 AS one } }\n",
    );
    let told = place.plan(&["--local"]).to_string();
    assert!(told.contains("SELECT 1 AS one") && !told.contains("WITH once"), "{told}");
    place.write("name: shop\nschema: { event: string }\nevents: { id: \"a b,\" }\n");
    place.run(&["validate"]).exits(3).says("pipeline.yaml:3:15").says("cannot be a name");
}

/// Whatever a client says of it; an event that fits its columns still does.
#[test]
fn each_event_says_when_it_was_received_in_both_shapes() {
    for shape in ["lean", "article"] {
        let place = Place::new(&format!(
            "name: shop\nshape: {shape}\nschema: {{ event: string, n: bigint }}\nevents: {{ received_at: true }}\n"
        ));
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.send(
            r#"{"event":"a","n":1} {} {"event":"b","received_at":"1999-12-31 00:00:00"}
               {"event":"c","Received_At":{"no":"time"},"n":2}"#,
        );
        place.run(&["local", "tick", "20min"]).exits(0);
        if shape == "article" {
            place.run(&["run", "all", "--local"]).exits(0);
        }
        let sql = "SELECT count(*), count(received_at), count(event), sum(n), min(year(received_at)) > 2025 FROM analytics_data";
        let told = place.run(&["query", "--local", sql]).exits(0).stdout;
        assert_eq!(told.lines().last(), Some("4,4,3,3,true"), "{shape}: {told}");
        let arrived = json(&place, "events");
        let field = arrived["fields"].as_array().unwrap().iter().find(|field| field["field"] == "received_at").unwrap();
        assert_eq!((&field["values"], &field["does_not_fit"]), (&Value::from(4), &Value::from(0)), "{shape}");
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    }
}

/// As a page's request has them. `curl` is on every machine.
fn posted(place: &Place, headers: &[&str], body: &str) -> (u16, Value) {
    let output = place.run(&["output", "--local", "--json"]).exits(0).stdout;
    let output: Value = serde_json::from_str(&output).unwrap();
    let endpoint = output["endpoint"].as_str().unwrap();
    let key = place.run(&["output", "--local", "--api-key", "web"]).exits(0).stdout;
    let key = format!("x-api-key: {}", key.trim());
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "60", "-w", "\n%{http_code}", "--data-binary", body, endpoint, "-H", &key]);
    for header in headers {
        curl.args(["-H", header]);
    }
    let told = String::from_utf8(curl.output().unwrap().stdout).unwrap();
    let (body, status) = told.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

/// Applied, and served.
fn served(shape: &str, rest: &str) -> (Place, Server) {
    let place = Place::new(&format!(
        "name: shop\nshape: {shape}\ningest: {{ api_keys: [web], function: {{ log_level: all }} }}\n{rest}"
    ));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    (place, server)
}

/// The rows of a query that orders them, without its header.
fn rows(place: &Place, shape: &str, sql: &str) -> Vec<String> {
    place.run(&["local", "tick", "20min"]).exits(0);
    if shape == "article" {
        place.run(&["run", "all", "--local"]).exits(0);
    }
    place.run(&["query", "--local", sql]).exits(0).stdout.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn each_event_says_what_its_request_was_in_both_shapes() {
    for shape in ["lean", "article"] {
        let (place, _server) = served(
            shape,
            "schema: { event: string }\nevents: { request_id: true, origin: true, user_agent: true, ip: truncated }\n",
        );
        let claimed = r#"[{"event":"a","ip":"8.8.8.8","Origin":"elsewhere"},{"event":"b","user\u005fagent":"x"}]"#;
        let page = ["Origin: https://shop.example", "User-Agent: A browser, \"it\" says"];
        assert_eq!(posted(&place, &page, claimed).0, 204);
        assert_eq!(posted(&place, &["User-Agent:"], r#"{"event":"c","origin":"https://claimed.example"}"#).0, 204);
        let sql = "SELECT event, origin, user_agent, ip, length(request_id) > 20, \
                   count(*) OVER (PARTITION BY request_id) FROM analytics_data ORDER BY event";
        let page = r#"https://shop.example,"A browser, ""it"" says",127.0.0.0,true,2"#;
        let wanted = [format!("a,{page}"), format!("b,{page}"), "c,,,127.0.0.0,true,1".to_owned()];
        assert_eq!(rows(&place, shape, sql), wanted, "{shape}");
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    }
}

#[test]
fn what_does_not_keep_the_contract_is_rejected_and_the_rest_is_kept_in_both_shapes() {
    for shape in ["lean", "article"] {
        let rest = "schema: { event: string, amount: bigint }\nevents: { received_at: true, unknown: reject, invalid: reject }\n";
        let (place, _server) = served(shape, rest);
        let event = |n: u32| match n % 50 {
            0 => format!(r#"{{"event":"order","amount":"much {n}"}}"#),
            1 => format!(r#"{{"event":"order","amount":{n},"utm":"secret"}}"#),
            _ => format!(r#"{{"event":"order","amount":{n}}}"#),
        };
        let batch = format!("[{}]", (0..100).map(event).collect::<Vec<_>>().join(","));
        let (status, told) = posted(&place, &[], &batch);
        assert_eq!((status, &told["accepted"]), (400, &Value::from(96)), "{told}");
        let wanted = [
            (1, "`amount` is no bigint"),
            (2, "`utm` is no column"),
            (51, "`amount` is no bigint"),
            (52, "`utm` is no column"),
        ];
        let wanted = wanted.map(|(event, why)| serde_json::json!({"event": event, "why": why}));
        assert_eq!(told["rejected"], Value::from(wanted.to_vec()), "{shape}");
        assert_eq!(told["message"], "4 of 100 events rejected, 96 accepted; event 1: `amount` is no bigint");
        let counted = rows(&place, shape, "SELECT count(*), count(DISTINCT amount) FROM analytics_data");
        assert_eq!(counted, ["96,96"], "{shape}");
        assert_eq!(json(&place, "events")["events_that_do_not_fit"], 0, "{shape}");
        let log = place.run(&["logs", "track", "--local"]).exits(0).stdout;
        assert!(log.contains("rejected with 400: 4 of 100 events") && !log.contains("utm"), "{shape}: {log}");
        // Back again, everything is taken as it was.
        place.write(&place.yaml().replace("reject", "keep"));
        place.run(&["apply", "--local", "--yes"]).exits(0);
        assert_eq!(posted(&place, &[], &batch).0, 204, "{shape}");
    }
}

#[test]
fn send_counts_what_was_taken_of_a_request_that_was_refused() {
    let place = Place::new("name: shop\nshape: lean\nschema: { n: bigint }\nevents: { invalid: reject }\n");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    std::fs::write(place.path().join("events.ndjson"), "{\"n\":1}\n{\"n\":\"x\"}\n{\"n\":3}\n").unwrap();
    let sent = place.run(&["send", "--local", "--input", "events.ndjson", "--json"]);
    let told: Value = serde_json::from_str(&sent.stdout).unwrap();
    assert_eq!((sent.exit, &told["acknowledged"], &told["refused"]), (1, &Value::from(2), &Value::from(1)), "{told}");
    assert!(told["first_refusal"].as_str().unwrap().contains("event 2: `n` is no bigint"), "{told}");
}

/// Of every type that a column can have.
#[test]
fn what_send_makes_up_keeps_the_contract_and_has_ids() {
    let schema = "schema: { event: string, n: tinyint, m: bigint, price: 'decimal(10,2)', whole: 'decimal(5,0)', ratio: double, on: boolean, \
                  code: char(3), name: varchar(40), born: date, at: timestamp, tags: array<string>, counts: 'map<string,int>', \
                  ctx: 'struct<os:string,v:decimal(4,1)>' }\n";
    let agreed = "events: { id: event_id, received_at: true, unknown: reject, invalid: reject }\n";
    let place = Place::new(&format!("name: shop\nshape: lean\n{schema}{agreed}"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "500"]).exits(0);
    // Nobody has to send what the function writes anyway.
    let snippet = place.run(&["output", "--local", "--snippet", "curl"]).exits(0).stdout;
    assert!(snippet.contains("event_id") && !snippet.contains("received_at"), "{snippet}");
    let sql = "SELECT count(*), count(DISTINCT event_id), count(price), count(received_at) FROM analytics_data";
    assert_eq!(rows(&place, "lean", sql), ["500,500,500,500"]);
}

#[test]
fn what_cannot_be_agreed_on_is_said_where_it_stands() {
    let wide: String = (0..300).map(|n| format!("  a_rather_long_name_{n}: bigint\n")).collect();
    for (rest, place, words) in [
        ("schema: { ip: bigint }\nevents: { ip: truncated }", "2:15", "`track` writes a string into it"),
        ("events: { ip: hashed }", "2:15", "write `none`, `truncated`"),
        ("events: { unknown: drop }", "2:20", "write `keep`, `reject`"),
        ("events: { origin: yes please }", "2:19", "this should be `true` or `false`"),
        (&format!("events: {{ invalid: reject }}\nschema:\n{wide}"), "2:20", "have no room in its variables"),
    ] {
        let file = Place::new(&format!("name: shop\n{rest}\n"));
        file.run(&["validate"]).exits(3).says(words).says(&format!("pipeline.yaml:{place}"));
    }
    let text = Place::new("name: shop\nschema: { received_at: string }\nevents: { received_at: true }\n");
    text.run(&["validate"]).exits(0);
}
