//! Which crates a command builds, and with which features.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// By cargo itself, without the network: one line for each crate with its version and features.
pub(crate) fn built(selection: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--locked", "--prefix=none", "--format={p} {f}"]).args(selection);
    let output = command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).filter(|line| !line.is_empty()).collect()
}

/// What the first command builds and the second one builds again, because it wants other features.
pub(crate) fn built_again(first: &[&str], second: &[&str]) -> Vec<String> {
    built(first).difference(&built(second)).map(|line| format!("built again: {line}")).collect()
}
