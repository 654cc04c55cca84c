//! pipectl: one `pipeline.yaml` becomes a serverless analytics platform on AWS.

mod aws;
mod blueprint;
mod config;
mod engine;
mod names;
mod resources;

fn main() {}
