//! Operations that meet a fault: what a run makes of it, and the run after it.

use super::FAULTS;
use super::scene::Scene;
use crate::admin::is_read;
use crate::support::{Place, Ran, Server};
use serde_json::Value;
use std::process::{ChildStderr, ChildStdout, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Limits that end what is silent or busy in seconds. Every limit that there is follows from them.
const LIMITS: &[&str] = &["--local", "--longest-wait", "2 s", "--request-timeout"];
/// Of a request that is not answered, and of one that is: the SDK repeats what AWS's errors let it, for 15 s at most.
const TIMEOUTS: [&str; 2] = ["3 s", "10 s"];
/// Longer than any run that keeps to them: the budgets of a few operations, one after the other.
const HUNG: Duration = Duration::from_secs(150);

/// An operation and a fault: a cell of the table.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) scene: &'a Scene,
    pub(super) operation: &'a str,
    /// Of [`FAULTS`].
    pub(super) fault: usize,
    /// For every request, or for one.
    pub(super) ever: bool,
}

/// A run in which some operations meet the same fault.
pub(super) struct Trial<'a> {
    cell: Cell<'a>,
    pub(super) operations: Vec<&'a str>,
}

#[derive(Clone)]
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

impl<'a> Trial<'a> {
    pub(super) fn of(cell: &Cell<'a>) -> Self {
        Self { cell: *cell, operations: vec![cell.operation] }
    }

    fn with(self, operations: &[&'a str]) -> Self {
        Self { operations: operations.to_vec(), ..self }
    }

    pub(super) fn takes(&self, cell: &Cell<'_>) -> bool {
        let ours = (self.cell.scene.name, self.cell.fault, self.cell.ever);
        ours == (cell.scene.name, cell.fault, cell.ever)
    }

    pub(super) fn verdicts(&self) -> Vec<(Cell<'a>, Verdict)> {
        let verdict = self.verdict();
        let halves = self.operations.split_at(self.operations.len() / 2);
        match verdict {
            Verdict::Told | Verdict::Wrong(_) if self.operations.len() > 1 => [halves.0, halves.1]
                .into_iter()
                .filter_map(|half| Some(Self::of(&Cell { operation: half.first()?, ..self.cell }).with(half)))
                .flat_map(|half| half.verdicts())
                .collect(),
            _ => self.operations.iter().map(|operation| (Cell { operation, ..self.cell }, verdict.clone())).collect(),
        }
    }

    fn verdict(&self) -> Verdict {
        let scene = self.cell.scene;
        let place = scene.place();
        let server = place.serve();
        for operation in &self.operations {
            server.admin().fault(&self.told(operation));
        }
        let timeout = TIMEOUTS[usize::from(self.told("")["code"].is_string())];
        let Some(ran) = run(&place, &[scene.command, LIMITS, &[timeout]].concat()) else {
            return Verdict::Wrong("it hangs".to_owned());
        };
        let missed = server.admin().struck().iter().any(|(_, count)| *count == 0);
        let changed = server.admin().requests().iter().any(|operation| !is_read(operation));
        server.admin().forget_faults();
        let verdict = match ran.exit {
            _ if missed => Err(format!("the fault did not strike: exit {}: {}", ran.exit, ran.stderr)),
            0 => scene.is_done(&place, &ran).map(|()| Verdict::Survived).map_err(|why| format!("false success: {why}")),
            1 | 5 => {
                let told = self.is_told(&ran.stderr);
                // Where nothing was changed, the next run is the one that the scene began with.
                told.and_then(|()| if changed { self.goes_on(&place, &server) } else { Ok(()) }).map(|()| Verdict::Told)
            }
            exit => Err(format!("exit {exit}: {}", ran.stderr)),
        };
        verdict.unwrap_or_else(Verdict::Wrong)
    }

    fn told(&self, operation: &str) -> Value {
        let mut fault: Value = serde_json::from_str(FAULTS[self.cell.fault].1).unwrap();
        fault["operation"] = operation.into();
        fault["times"] = if self.cell.ever { 1_000_000 } else { 1 }.into();
        fault
    }

    /// What a user needs to know: the operation, AWS's code or who was asked, and what helps.
    fn is_told(&self, stderr: &str) -> Result<(), String> {
        let fault: Value = serde_json::from_str(FAULTS[self.cell.fault].1).unwrap();
        // Where AWS's answer has no body, its status is all that there is of it.
        let code = match fault["code"].as_str() {
            Some(_) if self.cell.operation.contains(":Head") => format!("HTTP {}", fault["status"]),
            Some(code) => code.to_owned(),
            None => "127.0.0.1:".to_owned(),
        };
        // Errors have the actions of IAM, which calls many of S3's requests otherwise.
        let operation = match self.cell.operation.split_once(':') {
            Some(("s3", _)) => "s3:".to_owned(),
            _ => format!("{}: ", self.cell.operation),
        };
        match [&code, "hint: ", &operation].iter().find(|words| !stderr.contains(**words)) {
            Some(words) => Err(format!("`{words}` is not told: {stderr}")),
            None => Ok(()),
        }
    }

    /// The same command again does what is left.
    fn goes_on(&self, place: &Place, server: &Server) -> Result<(), String> {
        let scene = self.cell.scene;
        let again = place.run(&[scene.command, &["--local"]].concat());
        if again.exit != 0 {
            return Err(format!("the next run fails: {}{} ({})", again.stdout, again.stderr, server.url));
        }
        scene.is_done(place, &again).map_err(|why| format!("the next run says that it is done: {why}"))
    }
}

/// `None`: it did not end.
fn run(place: &Place, arguments: &[&str]) -> Option<Ran> {
    let mut command = place.command();
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (stdout, stderr): (Option<ChildStdout>, Option<ChildStderr>) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = (text(stdout), text(stderr));
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
    let exit = status.code().unwrap_or(-1);
    Some(Ran { exit, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() })
}

fn text(pipe: Option<impl std::io::Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = pipe.unwrap().read_to_string(&mut text);
        text
    })
}
