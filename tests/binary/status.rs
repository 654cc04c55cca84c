//! `pipectl status`, from before the first event to a table that has it.

use crate::support::Place;
use serde_json::Value;

fn status(place: &Place) -> Value {
    let json = place.run(&["status", "--local", "--json"]).exits(0).stdout;
    let status: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(status["schema"], "pipectl-status/1");
    status
}

/// For each table: whether it is there, and whether its newest file is of the last hour.
fn tables(status: &Value) -> Vec<(bool, Option<bool>)> {
    let fresh = |table: &Value| Some((0..3600).contains(&table["newest_file"]["age"].as_i64()?));
    status["tables"].as_array().unwrap().iter().map(|table| (table["there"] == true, fresh(table))).collect()
}

#[test]
fn status_follows_events_from_the_buffer_into_both_tables() {
    let place = Place::new("name: fresh\nshape: article\nschema: { event: string }\n");
    let never =
        place.run(&["status", "--local"]).exits(1).says("fault: ingest: pipeline: nothing of it is there").stdout;
    assert!(never.contains("no file yet") && never.contains("never ran, next in "), "{never}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(tables(&status(&place)), [(false, None), (false, None)]);
    let missing = place.run(&["query", "--local", "SELECT * FROM ${raw_table}"]).exits(1);
    missing.says("the crawler raw makes the table when it finds the first files: next in ").says("run crawler raw");
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    assert_eq!(tables(&status(&place)), [(false, None), (false, None)], "the events are in the buffer");
    let text = place.run(&["status", "--local"]).exits(0);
    text.says("what came in the last 15 min, 128 MB at most").says("nothing late in `analytics_raw/`");
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(tables(&status(&place)), [(false, Some(true)), (false, None)], "the mover has moved the file");
    place.run(&["run", "--local", "all"]).exits(0);
    let all = status(&place);
    assert_eq!(tables(&all), [(true, Some(true)), (true, Some(true))]);
    let work: Vec<_> = all["work"].as_array().unwrap().iter().map(|work| &work["last"]["state"]).collect();
    assert_eq!(work, ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"], "{all:#}");
    let rows: Vec<_> = all["work"].as_array().unwrap().iter().map(|work| &work["last"]["rows"]).collect();
    assert_eq!(rows, [5, 5, 5], "{all:#}");
    let text = place.run(&["status", "--local"]).exits(0);
    text.says(", about 5 rows in its table, next in ").says(", 5 rows written, next in ");
    let newest = all["tables"][1]["newest_file"]["key"].as_str().unwrap();
    assert!(newest.starts_with("analytics_data/year=") && newest.ends_with(".parquet"), "{newest}");
    place.run(&["local", "tick", "3h"]).exits(0);
    place.run(&["status", "--local"]).exits(0).says("newest file 3 h old: partitioned_analytics_raw/year=");
}

#[test]
fn what_firehose_delivers_is_in_declared_tables_at_once() {
    let place = Place::new("name: fresh\nshape: lean\nschema: { event: string }\n");
    let missing = place.run(&["status", "--local"]).exits(1).stdout;
    assert_eq!(missing.matches("no table yet: `pipectl apply` makes it").count(), 2, "{missing}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(tables(&status(&place)), [(true, None), (true, None)]);
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    place.run(&["local", "tick", "20min"]).exits(0);
    let all = status(&place);
    assert_eq!(tables(&all), [(true, Some(true)), (true, Some(true))]);
    assert_eq!((&all["work"], &all["stranded"]), (&serde_json::json!([]), &Value::Null), "{all:#}");
}
