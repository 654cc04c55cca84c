//! `pipectl local`, and how `--local` reaches the same AWS.

use crate::aws::LocalTarget;
use crate::error::{Exit, Result};
use clap::Args;
use pipectl_local::{LocalAws, Options};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where Local AWS keeps its state unless told otherwise, below the working directory.
pub(crate) const DIRECTORY: &str = ".pipectl/local";

#[derive(Debug, Args)]
pub(crate) struct LocalArgs {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Wait this long before answering each request, to see what a distant AWS costs.
    #[arg(long, value_name = "TIME", value_parser = parse_latency)]
    latency: Option<Duration>,
}

fn parse_latency(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len()));
    let number: u64 = number.trim().parse().map_err(|_| "write a time such as `80ms`".to_owned())?;
    match unit.trim() {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err("write a time such as `80ms` or `1s`".to_owned()),
    }
}

/// Opens the directory, or finds the server that has it open.
pub(crate) async fn reach(directory: &Path) -> Result<LocalTarget> {
    match LocalAws::open(directory, Options::default()) {
        Ok(aws) => Ok(LocalTarget::Embedded(Box::new(aws))),
        Err(pipectl_local::Error::Served { address, .. }) => Ok(LocalTarget::Served(address)),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn run(directory: Option<PathBuf>, args: &LocalArgs) -> Result<Exit> {
    let directory = directory.unwrap_or_else(|| DIRECTORY.into());
    let options = Options { latency: args.latency.unwrap_or_default(), ..Options::default() };
    let aws = LocalAws::open(&directory, options)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", args.port)).await?;
    let address = listener.local_addr()?;
    // Whoever started it may have stopped listening: it serves all the same.
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "Local AWS serves {} at http://{address}", directory.display());
    let keys = "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local";
    let _ = writeln!(stderr, "for other clients: AWS_ENDPOINT_URL=http://{address} {keys}");
    tokio::select! {
        served = aws.serve(listener) => served?,
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(Exit::Done)
}
