//! Who we are to others that wait for us, and whether somebody that we wait for is dead.

use crate::engine::lock::Holder;
use std::path::Path;

/// Where systems for CI say which run this is.
const RUNS: &[&str] = &["CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "PIPECTL_RUN_URL"];

/// This process, about this operation.
pub(crate) fn holder(operation: &str) -> Holder {
    let first = |names: &[&str]| names.iter().find_map(|name| variable(name));
    let user = first(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "somebody".to_owned());
    let host = line("/proc/sys/kernel/hostname").or_else(|| first(&["HOSTNAME", "COMPUTERNAME"]));
    let run = github().or_else(|| first(RUNS));
    let who = format!("{user}@{}", host.as_deref().unwrap_or("an unknown host"));
    Holder { operation: operation.to_owned(), who, run, process: process() }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn line(path: impl AsRef<Path>) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn github() -> Option<String> {
    let [server, repository, run] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(variable);
    Some(format!("{}/{}/actions/runs/{}", server?, repository?, run?))
}

/// `boot/namespace/pid/start`: a process of one boot of one kernel, as those of one container number them. Linux tells
/// this in files; elsewhere a dead holder is found out when its lease ends.
fn process() -> Option<String> {
    let pid = std::process::id();
    Some(format!("{}/{pid}/{}", machine()?, started(pid)?))
}

fn machine() -> Option<String> {
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", line("/proc/sys/kernel/random/boot_id")?, namespace.display()))
}

/// When a process that lives was started; a number that came back to another process has another start.
fn started(pid: u32) -> Option<String> {
    let status = line(format!("/proc/{pid}/stat"))?;
    // The name stands in brackets, and may hold anything.
    let mut fields = status.rsplit_once(')')?.1.split_whitespace();
    let alive = !["Z", "X"].contains(&fields.next()?);
    fields.nth(18).filter(|_| alive).map(str::to_owned)
}

/// Whether it was a process of this machine that is no more.
pub(super) fn is_gone(holder: &Holder) -> bool {
    let gone = || {
        let here = machine()?;
        let (pid, start) = holder.process.as_deref()?.strip_prefix(&here)?.strip_prefix('/')?.split_once('/')?;
        let pid = pid.parse().ok()?;
        Some(started(pid).as_deref() != Some(start))
    };
    gone().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_lives_is_told_from_one_that_does_not() {
        let us = holder("apply");
        assert!(!is_gone(&us));
        let Some(process) = &us.process else { return };
        let of = |process: String| Holder { process: Some(process), ..us.clone() };
        assert!(is_gone(&of(format!("{process}0"))), "another process has our number");
        assert!(is_gone(&of(format!("{}/4194304/1", machine().unwrap()))), "no process has such a number");
        assert!(!is_gone(&of(format!("elsewhere/{process}"))), "nothing is known of other machines");
        assert!(!is_gone(&Holder { process: None, ..us }));
    }
}
