//! One operation, one fault: what a run makes of it, and the run after it.

use super::FAULTS;
use super::scene::Scene;
use crate::support::{Place, Ran, Server};
use serde_json::Value;
use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Limits that end what is silent or busy in seconds. Every limit that there is follows from them.
const LIMITS: &[&str] = &["--local", "--longest-wait", "2 s", "--request-timeout"];
/// Of a request that is not answered, and of one that is: the SDK repeats what AWS's errors let it, for 15 s at most.
const TIMEOUTS: [&str; 2] = ["3 s", "10 s"];
/// Longer than any run that keeps to them: the budgets of a few operations, one after the other.
const HUNG: Duration = Duration::from_secs(150);

pub(super) struct Cell<'a> {
    pub(super) scene: &'a Scene,
    pub(super) operation: &'a str,
    /// Of [`FAULTS`].
    pub(super) fault: usize,
    /// For every request, or for one.
    pub(super) ever: bool,
}

pub(super) enum Verdict {
    /// Done, and a look at the state says so.
    Survived,
    /// An error with the operation, the code or the host, and a hint; the next run does the rest.
    Told,
    Wrong(String),
}

impl Verdict {
    pub(super) fn wrong(&self, cell: &Cell<'_>) -> Option<String> {
        let Self::Wrong(why) = self else { return None };
        let times = if cell.ever { "for ever" } else { "once" };
        Some(format!("{}: {} {} {times}: {why}", cell.scene.name, cell.operation, FAULTS[cell.fault].0))
    }
}

impl Cell<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        let place = self.scene.place();
        let server = place.serve();
        server.admin().fault(&self.told());
        let timeout = TIMEOUTS[usize::from(self.told()["code"].is_string())];
        let Some(ran) = run(&place, &[self.scene.command, LIMITS, &[timeout]].concat()) else {
            return Verdict::Wrong("it hangs".to_owned());
        };
        let struck = server.admin().struck().iter().map(|(_, count)| count).sum::<u64>();
        server.admin().forget_faults();
        let verdict = match ran.exit {
            _ if struck == 0 => Err("the fault did not strike".to_owned()),
            0 => self.is_done(&place).map(|()| Verdict::Survived).map_err(|why| format!("false success: {why}")),
            1 | 5 => self.is_told(&ran.stderr).and_then(|()| self.goes_on(&place, &server)).map(|()| Verdict::Told),
            exit => Err(format!("exit {exit}: {}", ran.stderr)),
        };
        verdict.unwrap_or_else(Verdict::Wrong)
    }

    fn told(&self) -> Value {
        let mut fault: Value = serde_json::from_str(FAULTS[self.fault].1).unwrap();
        fault["operation"] = self.operation.into();
        fault["times"] = if self.ever { 1_000_000 } else { 1 }.into();
        fault
    }

    /// The state is what the command makes of it.
    fn is_done(&self, place: &Place) -> Result<(), String> {
        let looked = place.run(&[self.scene.check, &["--local"]].concat());
        if looked.exit == 0 { Ok(()) } else { Err(format!("{}{}", looked.stdout, looked.stderr)) }
    }

    /// What a user needs to know: the operation, AWS's code or who was asked, and what helps.
    fn is_told(&self, stderr: &str) -> Result<(), String> {
        let fault: Value = serde_json::from_str(FAULTS[self.fault].1).unwrap();
        let code = fault["code"].as_str().unwrap_or("127.0.0.1:");
        let service = self.operation.split(':').next().unwrap_or_default();
        for words in [code, "hint: ", &format!("{service}:")] {
            if !stderr.contains(words) {
                return Err(format!("`{words}` is not told: {stderr}"));
            }
        }
        Ok(())
    }

    /// The same command again does what is left.
    fn goes_on(&self, place: &Place, server: &Server) -> Result<(), String> {
        let again = place.run(&[self.scene.command, &["--local"]].concat());
        if again.exit != 0 {
            return Err(format!("the next run fails: {}{} ({})", again.stdout, again.stderr, server.url));
        }
        self.is_done(place).map_err(|why| format!("the next run says that it is done: {why}"))
    }
}

/// `None`: it did not end.
fn run(place: &Place, arguments: &[&str]) -> Option<Ran> {
    let mut command = place.command();
    let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut stderr = String::new();
        let _ = pipe.read_to_string(&mut stderr);
        stderr
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > HUNG {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    Some(Ran { exit: status.code().unwrap_or(-1), stdout: String::new(), stderr: reader.join().unwrap() })
}
