//! What happens to a server: it is ended, its disk is full, its database is damaged, a query runs while it is killed.

use crate::support::{Place, Server, judge};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn signal(server: &Server, name: &str) {
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
}

#[test]
fn a_server_ends_by_sigterm_as_by_sigint_whatever_it_does() {
    for name in ["INT", "TERM"] {
        let place = Place::example("minimal");
        let mut server = place.serve();
        assert_eq!(judge("queries.py", &[&server.url, "endless"]), "RUNNING\n");
        let address = place.path().join(".pipectl/local/address");
        assert!(address.exists());
        let began = Instant::now();
        signal(&server, name);
        let status = server.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{name}: {status}");
        assert!(began.elapsed() < Duration::from_secs(60), "{name}: {:?}", began.elapsed());
        assert!(!address.exists(), "{name}");
    }
}

#[test]
fn a_query_that_ran_when_its_server_was_killed_has_failed() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("queries.py", &[&server.url, "endless"]), "RUNNING\n");
    drop(server);
    let server = place.serve();
    let told = judge("queries.py", &[&server.url, "all"]);
    assert_eq!(told, "FAILED GENERIC_INTERNAL_ERROR: Local AWS ended while the query ran\n");
}

/// A limit on the size of files, which can be lifted again, is a disk that is full as far as a process can see.
#[test]
fn a_full_disk_is_told_at_once_and_forgotten_once_there_is_space() {
    let place = Place::example("minimal");
    drop(place.serve());
    let state = place.path().join(".pipectl/local/state.redb").metadata().unwrap().len();
    let mut command = place.command_of(std::path::Path::new("sh"));
    // Who passes the limit gets an error, and not the signal that would end him.
    let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" local --port 0", state / 512 + 64);
    command.args(["-c", &script, env!("CARGO_BIN_EXE_pipectl")]);
    let server = place.serve_as(command.stderr(Stdio::piped()).stdout(Stdio::null()));
    let lift = format!("prlimit --pid {} --fsize=unlimited", server.child.id());
    let told = judge("full_disk.py", &[&server.url, &lift]);
    assert_eq!(
        told,
        "full: DiskFull 507\nstill full: DiskFull\nat once: True\nall that was acknowledged is there: True\ngoes on: True\n"
    );
}

#[test]
fn a_damaged_database_is_named_and_costs_no_time() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let file = place.path().join(".pipectl/local/state.redb");
    let whole = std::fs::read(&file).unwrap();
    let mut refused = 0;
    for page in
        (0..whole.len()).step_by(4096).filter(|at| whole[*at..*at + 4096].iter().any(|byte| *byte != 0)).step_by(9)
    {
        let mut damaged = whole.clone();
        damaged[page..page + 4096].fill(0);
        std::fs::write(&file, damaged).unwrap();
        let began = Instant::now();
        let ran = place.run(&["plan", "--local"]);
        assert!(began.elapsed() < Duration::from_secs(60), "page {}", page / 4096);
        if ran.exit != 0 {
            refused += 1;
            ran.exits(1).says("state.redb` is damaged");
        }
    }
    assert!(refused > 0);
}
