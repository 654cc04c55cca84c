//! What is agreed about events: an id by which what came again is counted once, in both shapes.

use crate::support::Place;
use serde_json::Value;

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
