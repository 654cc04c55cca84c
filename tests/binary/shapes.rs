//! A pipeline that changes its shape while events come in.

use crate::support::{Place, Server, python, root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const ARTICLE: &str = "\
name: moving
shape: article
schema: { id: string, n: int }
delivery: { buffer: { size: 64 MB, interval: 2 s } }
ingest: { front: rest_api }
";

/// A pipeline on a port that stays the same, whatever happens to who serves it.
struct Moving {
    place: Place,
    port: String,
    server: Option<Server>,
}

impl Moving {
    fn new() -> Self {
        let place = Place::new(ARTICLE);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut moving = Self { place, port, server: None };
        moving.serve();
        moving
    }

    fn serve(&mut self) {
        let mut command = self.place.command();
        command.args(["local", "--port", &self.port]).stderr(Stdio::piped()).stdout(Stdio::null());
        self.server = Some(self.place.serve_as(&mut command));
    }

    /// Kills who serves it, and has it served again.
    fn kill(&mut self) {
        let mut server = self.server.take().unwrap();
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        drop(server);
        self.serve();
    }

    /// An apply that is killed at several moments, and then one that comes to its end.
    fn apply(&self, options: &[&str]) {
        for millis in [60, 250, 700] {
            let mut command = self.place.command();
            command.args(["apply", "--local", "--yes"]).args(options).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            sleep(Duration::from_millis(millis));
            let _ = child.kill();
            child.wait().unwrap();
        }
        let to_the_end = ["apply", "--local", "--yes", "--lock-timeout", "90s"];
        let ran = self.place.run(&[&to_the_end, options].concat());
        // One that was killed may have done what was asked for, so that there is nothing to agree to.
        if ran.exit == 3 && ran.stderr.contains("there is no resource") {
            self.place.run(&to_the_end).exits(0);
        } else {
            ran.exits(0);
        }
    }

    fn endpoint(&self, front: &str) -> String {
        let told = self.place.run(&["output", "--local", "--json"]).exits(0).stdout;
        serde_json::from_str::<Value>(&told).unwrap()["endpoints"][front].as_str().unwrap().to_owned()
    }

    fn key(&self) -> String {
        let told = self.place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
        serde_json::from_str::<Value>(&told).unwrap()["api_keys"][0]["value"].as_str().unwrap().to_owned()
    }

    /// How often each id is in a table.
    fn ids(&self, table: &str) -> BTreeMap<String, usize> {
        let sql = format!("SELECT id FROM ${{{table}}}");
        let rows = self.place.run(&["query", "--local", "--output", "csv", &sql]).exits(0).stdout;
        let mut all = BTreeMap::new();
        rows.lines().skip(1).for_each(|id| *all.entry(id.to_owned()).or_default() += 1);
        all
    }
}

/// Clients post wherever the file says at the moment.
fn client(address: &Path, key: &str, stop: &Path) -> Child {
    let mut command = Command::new(python());
    command.arg(root().join("tests/judges/moving_client.py")).arg(address).arg(key).arg(stop);
    command.env("NO_PROXY", "127.0.0.1").stdout(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_pipeline_changes_its_shape_and_back_under_load_and_kills() {
    let mut moving = Moving::new();
    let (address, stop) = (moving.place.path().join("address"), moving.place.path().join("stop"));
    std::fs::write(&address, moving.endpoint("rest_api")).unwrap();
    let clients = client(&address, &moving.key(), &stop);
    sleep(Duration::from_secs(3));

    moving.place.edit(&[("shape: article", "shape: lean"), ("front: rest_api", "front: [rest_api, function_url]")]);
    moving.apply(&[]);
    moving.kill();
    std::fs::write(&address, moving.endpoint("function_url")).unwrap();
    sleep(Duration::from_secs(2));
    moving.place.edit(&[("front: [rest_api, function_url]", "front: function_url")]);
    moving.place.run(&["apply", "--local", "--yes"]).exits(4).says("`apigateway.rest_api.ingest` still takes requests");
    moving.apply(&["--allow-data-loss", "apigateway.rest_api.ingest"]);
    sleep(Duration::from_secs(3));

    moving.place.edit(&[("shape: lean", "shape: article"), ("front: function_url", "front: [function_url, rest_api]")]);
    moving.kill();
    moving.apply(&[]);
    std::fs::write(&address, moving.endpoint("rest_api")).unwrap();
    sleep(Duration::from_secs(3));
    std::fs::write(&stop, "").unwrap();
    let told: Value = serde_json::from_slice(&clients.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(told["refused"].as_object().unwrap().keys().filter(|status| *status != "away").count(), 0, "{told}");
    let acknowledged: Vec<_> = told["acknowledged"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(acknowledged.len() > 1000, "{}", acknowledged.len());

    moving.place.run(&["local", "tick", "30min"]).exits(0);
    moving.place.run(&["run", "all", "--local"]).exits(0);
    for table in ["parquet_table", "raw_table"] {
        let rows = moving.ids(table);
        let missing: Vec<_> = acknowledged.iter().filter(|id| !rows.contains_key(**id)).collect();
        let doubled: Vec<_> = rows.iter().filter(|(_, count)| **count > 1).collect();
        assert!(missing.is_empty() && doubled.is_empty(), "{table}: missing: {missing:?}\ndoubled: {doubled:?}");
    }
}
