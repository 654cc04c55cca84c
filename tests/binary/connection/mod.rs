//! The way to AWS: whose credentials, which account, through what, and what is said where nobody answers.

mod accounts;
mod early;
mod network;
mod proxies;
mod relay;
mod who;

use crate::support::{Place, Ran, Server};
use std::process::Command;

/// A place whose zips need not be built, and the configuration files of its user.
fn place(yaml: &str) -> Place {
    let place = Place::new(&format!("name: minimal\nschema: {{ event: string }}\n{yaml}"));
    place.write_zips();
    place
}

/// The program as somebody runs it who has a configuration file and no keys.
fn command(place: &Place, config: &str, arguments: &[&str]) -> Command {
    let path = place.path().join("config");
    std::fs::write(&path, config).unwrap();
    let mut command = place.command();
    command.args(arguments).args(["--lambda-dir", "."]).env("AWS_CONFIG_FILE", path).env("HOME", place.path());
    command
}

/// With keys in the environment, and an endpoint that is not AWS.
fn with_keys(place: &Place, url: &str, arguments: &[&str]) -> Command {
    let mut command = command(place, "", arguments);
    command.env("AWS_ACCESS_KEY_ID", "AKIAENV").env("AWS_SECRET_ACCESS_KEY", "x");
    command.env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", url);
    command
}

#[track_caller]
fn run(command: &mut Command) -> Ran {
    Ran::new(&command.output().unwrap())
}

/// Local AWS as another AWS: at an address, with credentials.
fn elsewhere(place: &Place) -> Server {
    place.serve()
}
