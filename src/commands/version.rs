//! `pipectl version`: what this program is, and what it has inside.

use crate::artifact::{Artifacts, FUNCTIONS};
use crate::config::Architecture;
use crate::error::{Exit, Result};
use crate::report::{data, document};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A release says of which commit it is. A build script that asked Git would compile the program anew after each commit,
/// and find none where there is no checkout.
const COMMIT: Option<&str> = option_env!("PIPECTL_COMMIT");
/// Its date, `2026-11-27`.
const COMMIT_DATE: Option<&str> = option_env!("PIPECTL_COMMIT_DATE");

/// One function for one processor.
struct Carried {
    name: &'static str,
    architecture: Architecture,
    /// Of its sources, as plans compare it.
    digest: String,
    /// The zip's size and SHA-256, where it is inside.
    inside: Option<(usize, String)>,
}

pub(crate) fn run() -> Result<Exit> {
    let carried = carried()?;
    document(json!({
        "schema": "pipectl-version/1",
        "version": env!("CARGO_PKG_VERSION"),
        "commit": COMMIT,
        "commit_date": COMMIT_DATE,
        "target": target(),
        "local_aws": cfg!(feature = "local"),
        "functions": carried.iter().map(to_json).collect::<Vec<_>>(),
    }));
    let date = COMMIT_DATE.map(|date| format!(" of {date}")).unwrap_or_default();
    let local = if cfg!(feature = "local") { "inside" } else { "not in this build: there is no `--local`" };
    data(format_args!("pipectl    {}\n", env!("CARGO_PKG_VERSION")));
    data(format_args!("commit     {}{date}\n", COMMIT.unwrap_or("unknown")));
    data(format_args!("target     {}\n", target()));
    data(format_args!("Local AWS  {local}\n"));
    carried.iter().for_each(|one| data(format_args!("{}\n", in_words(one))));
    Ok(Exit::Done)
}

fn carried() -> Result<Vec<Carried>> {
    let artifacts = Artifacts::new(None, false)?;
    let mut all = vec![];
    for architecture in [Architecture::Arm64, Architecture::X86_64] {
        for name in FUNCTIONS {
            let code = artifacts.code(name, architecture)?;
            let zip = if code.is_inside() { Some(code.taken()?) } else { None };
            let inside = zip.map(|zip| (zip.len(), hex::encode(Sha256::digest(&zip))));
            all.push(Carried { name, architecture, digest: code.digest().to_owned(), inside });
        }
    }
    Ok(all)
}

fn to_json(one: &Carried) -> Value {
    let inside = one.inside.as_ref().map(|(bytes, sha256)| json!({"bytes": bytes, "sha256": sha256}));
    json!({"name": one.name, "architecture": one.architecture.as_str(), "code": one.digest, "inside": inside})
}

fn in_words(one: &Carried) -> String {
    let inside = match &one.inside {
        Some((bytes, sha256)) => format!("inside, {:.2} MB, sha256 {}", *bytes as f64 / 1e6, &sha256[..12]),
        None => "not inside: built with cargo-lambda".to_owned(),
    };
    format!("{:<9}  {}, {inside}", one.name, one.architecture)
}

/// As Rust names what it was compiled for.
fn target() -> String {
    let (processor, system) = (std::env::consts::ARCH, std::env::consts::OS);
    let library = if cfg!(target_env = "musl") {
        "-musl"
    } else if cfg!(target_env = "msvc") {
        "-msvc"
    } else if cfg!(target_env = "gnu") {
        "-gnu"
    } else {
        ""
    };
    match system {
        "macos" => format!("{processor}-apple-darwin"),
        "windows" => format!("{processor}-pc-windows{library}"),
        system => format!("{processor}-unknown-{system}{library}"),
    }
}
