//! Runs that are killed at a write.

use super::points::{Points, Writes};
use crate::admin::is_read;
use crate::support::{Place, Server};
use serde_json::json;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// No pipeline takes as many.
const MOST: usize = 600;
const PATIENCE: Duration = Duration::from_secs(60);
/// In which a request that was on its way when its process ended comes to a fault as well.
const ON_THE_WAY: Duration = Duration::from_millis(20);

pub(super) struct Killer<'a> {
    pub(super) place: &'a Place,
    pub(super) server: &'a Server,
    pub(super) parallelism: &'a str,
}

/// What a command writes where nothing goes wrong.
pub(super) fn rehearse(place: &Place, command: &str) -> Writes {
    let server = place.serve();
    place.run(&[command, "--local", "--yes"]).exits(0);
    let mut writes = Writes::default();
    for (operation, about) in server.admin().new_requests() {
        if !is_read(&operation) {
            writes.insert(operation, about);
        }
    }
    writes
}

impl Killer<'_> {
    /// Kills runs at these operations until one of them has nothing left to do; where it `learns`, at whatever runs turn
    /// out to write besides.
    pub(super) fn kill_all(&self, command: &str, mut of: BTreeSet<String>, learns: bool, points: &mut Points) {
        for _ in 0..MOST {
            self.hold(&of, points);
            let killed = self.kill(command, points);
            self.server.admin().forget_faults();
            if !killed {
                return;
            }
            let asked = self.server.admin().new_requests().into_iter().map(|(operation, _)| operation);
            of.extend(asked.filter(|operation| learns && !is_read(operation) && !operation.ends_with('?')));
        }
        panic!("{command} does not converge: {points:?}")
    }

    /// Holds each write at which no run was killed before it is done, and as it is done where one was.
    fn hold(&self, operations: &BTreeSet<String>, points: &Points) {
        for operation in operations {
            for done in [false, true] {
                let except = points.struck(operation, done);
                let held = json!({"operation": operation, "times": 1000, "hold": true, "done": done, "except": except});
                self.server.admin().fault(&held);
            }
        }
    }

    /// Kills a run as soon as anything of it is held. `false`: nothing was, and it ended.
    fn kill(&self, command: &str, points: &mut Points) -> bool {
        let told = self.place.path().join("told");
        let mut pipectl = self.place.command();
        pipectl.args([command, "--local", "--yes", "--parallelism", self.parallelism]);
        pipectl.stdout(Stdio::null()).stderr(std::fs::File::create(&told).unwrap());
        let (mut run, began) = (pipectl.spawn().unwrap(), Instant::now());
        while self.server.admin().met().is_empty() {
            if let Some(status) = run.try_wait().unwrap() {
                let told = std::fs::read_to_string(&told).unwrap();
                assert!(status.success(), "{command}: {status}\n{told}{points:?}");
                return false;
            }
            assert!(began.elapsed() < PATIENCE, "{command} neither writes nor ends");
            std::thread::sleep(Duration::from_millis(5));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        std::thread::sleep(ON_THE_WAY);
        points.add(self.server.admin().met());
        true
    }
}
