//! Local AWS alone, without pipectl: `cargo run -p pipectl-local --example serve -- DIRECTORY [PORT]`.

use pipectl_local::{LocalAws, Options};
use std::path::PathBuf;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("usage: serve DIRECTORY [PORT]")?);
    let port: u16 = arguments.next().unwrap_or_else(|| "4566".to_owned()).parse()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    LocalAws::open(&directory, Options::default())?.serve(listener).await?;
    Ok(())
}
