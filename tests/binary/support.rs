//! A directory with a pipeline file, and the program run in it.

use crate::admin::Admin;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) struct Place {
    directory: TempDir,
}

/// What a run printed and how it ended.
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { exit: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.exit, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert!(all.contains(words), "`{words}` is not in:\n{all}");
        self
    }
}

impl Place {
    pub(crate) fn new(yaml: &str) -> Self {
        let place = Self { directory: tempfile::tempdir().unwrap() };
        place.write(yaml);
        place
    }

    /// With one of the examples.
    pub(crate) fn example(name: &str) -> Self {
        Self::new(&std::fs::read_to_string(root().join("examples").join(name).join("pipeline.yaml")).unwrap())
    }

    /// Another place, with the same file and a Local AWS in the same state. None may serve it meanwhile.
    pub(crate) fn copy(&self) -> Self {
        const STATE: &str = ".pipectl/local";
        let place = Self::new(&self.yaml());
        if self.path().join(STATE).exists() {
            copy(&self.path().join(STATE), &place.path().join(STATE));
        }
        place
    }

    /// Crawlers and job run every hour, and not once a day.
    pub(crate) fn hourly(self) -> Self {
        let hourly = "catalog: { crawlers: { raw: { schedule: hourly }, parquet: { schedule: hourly } } }\n\
                      etl: { schedule: hourly }\n";
        self.write(&format!("{}{hourly}", self.yaml()));
        self
    }

    /// Lets time pass until an hour has just begun. What comes due each hour has then an hour to go, whatever time it is
    /// where the test runs.
    pub(crate) fn begins_an_hour(&self) {
        let tick = |time: &str| self.run(&["local", "tick", time]).exits(0).stdout;
        let now = tick("1s");
        // `it is 2026-11-27T22:43:00.5Z now`
        let minute = now.split('T').nth(1).and_then(|time| time.split(':').nth(1));
        let minute: u32 = minute.unwrap_or_else(|| panic!("{now}")).parse().unwrap();
        tick(&format!("{}min", 65 - minute));
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn yaml(&self) -> String {
        std::fs::read_to_string(self.path().join("pipeline.yaml")).unwrap()
    }

    pub(crate) fn write(&self, yaml: &str) {
        std::fs::write(self.path().join("pipeline.yaml"), yaml).unwrap();
    }

    /// Changes the file; each text has to be there.
    #[track_caller]
    pub(crate) fn edit(&self, changes: &[(&str, &str)]) {
        let mut yaml = self.yaml();
        for (before, after) in changes {
            assert!(yaml.contains(before), "`{before}` is not in the file");
            yaml = yaml.replacen(before, after, 1);
        }
        self.write(&yaml);
    }

    /// The functions' zips, with something that is no function: for those who are not to wait for cargo-lambda.
    pub(crate) fn write_zips(&self) {
        for function in ["track", "mover"] {
            let file = std::fs::File::create(self.path().join(format!("{function}.zip"))).unwrap();
            let mut zip = zip::ZipWriter::new(file);
            zip.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
            zip.write_all(b"#!/bin/sh\n").unwrap();
            zip.finish().unwrap();
        }
    }

    pub(crate) fn command(&self) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_pipectl")))
    }

    /// Of another program that comes to run pipectl here.
    pub(crate) fn command_of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).stdin(Stdio::null());
        // Nothing of the user's own configuration may reach a test.
        let ours = |name: &str| ["AWS_", "PIPECTL_"].iter().any(|prefix| name.starts_with(prefix));
        for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
            command.env_remove(name);
        }
        // What is built asks a proxy that the machine may need; what a test serves is near.
        command.env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(&self.command().args(arguments).output().unwrap())
    }

    /// Sends these events, as they are, to the pipeline.
    #[track_caller]
    pub(crate) fn send(&self, events: &str) {
        let mut command = self.command();
        command.args(["send", "--local", "--input", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(events.as_bytes()).unwrap();
        Ran::new(&child.wait_with_output().unwrap()).exits(0);
    }

    pub(crate) fn plan(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["plan", "--json"], arguments].concat());
        let plan: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        assert_eq!(plan["schema"], "pipectl-plan/1");
        plan
    }

    /// A plan's steps that do something: address and action.
    pub(crate) fn planned(&self, arguments: &[&str]) -> Vec<(String, String)> {
        let plan = self.plan(arguments);
        let steps = plan["steps"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        steps
            .map(|step| (text(&step["address"]), text(&step["action"])))
            .filter(|(_, action)| action != "no-op")
            .collect()
    }

    /// Serves this place's Local AWS until the guard goes.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, options: &[&str]) -> Server {
        let mut command = self.command();
        command.args(["local", "--port", "0"]).args(options).stderr(Stdio::piped()).stdout(Stdio::null());
        self.serve_as(&mut command)
    }

    /// By a command that comes to serve it.
    pub(crate) fn serve_as(&self, command: &mut Command) -> Server {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(" at ").nth(1).map(str::trim).unwrap_or_else(|| panic!("{line}")).to_owned();
        Server { child, url, place: self.path().to_owned() }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The commands that help shows, of every group.
pub(crate) fn commands() -> Vec<String> {
    let help = Place::example("minimal").run(&["help"]).exits(0).stdout;
    let groups = help.split("\nCommands:\n").nth(1).unwrap().split("\nOptions:").next().unwrap();
    let lines = groups.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = lines.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect();
    assert!(names.len() > 20 && names.contains(&"local".to_owned()), "{names:?}");
    names
}

/// What a long table is tried with: each day another part of so many, with `PIPECTL_TESTS=5` that part, and with
/// `PIPECTL_TESTS=whole` all of it.
pub(crate) fn sampled<T>(all: impl IntoIterator<Item = T>, parts: usize) -> Vec<T> {
    if std::env::var("PIPECTL_TESTS").is_ok_and(|asked| asked == "whole") {
        return all.into_iter().collect();
    }
    all.into_iter().skip(turn() % parts).step_by(parts).collect()
}

/// Whose turn it is: of the day, or of `PIPECTL_TESTS=5`.
pub(crate) fn turn() -> usize {
    std::env::var("PIPECTL_TESTS").ok().and_then(|asked| asked.parse().ok()).unwrap_or_else(day)
}

/// Days since 1970.
fn day() -> usize {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    (since.as_secs() / 86_400) as usize
}

/// A process that ends with the test that started it.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
    /// Where it was started.
    pub(crate) place: PathBuf,
}

impl Server {
    /// Of somebody else's program.
    pub(crate) fn elsewhere(child: Child, url: String) -> Self {
        Self { child, url, place: PathBuf::new() }
    }

    /// What opens its admin pages.
    pub(crate) fn token(&self) -> String {
        std::fs::read_to_string(self.place.join(".pipectl/local/token")).unwrap()
    }

    pub(crate) fn admin(&self) -> Admin {
        Admin::of(&self.url, &self.place)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Python with the judges in it: boto3, the AWS CLI and the emulators, pinned. Made once, kept below `target/`.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("judges", "requirements.txt"))
}

/// Python with what a file of requirements in `judges/` names.
pub(crate) fn environment(name: &str, requirements: &str) -> PathBuf {
    environment_by(name, requirements, &[])
}

/// The same, with options of `pip install`.
pub(crate) fn environment_by(name: &str, requirements: &str, options: &[&str]) -> PathBuf {
    // One test at a time: another one would clear what the first is filling.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let requirements = root().join("tests/judges").join(requirements);
    let home = root().join("target").join(name);
    let wanted = std::fs::read_to_string(&requirements).unwrap();
    let made = home.join("made-of.txt");
    if std::fs::read_to_string(&made).ok().as_ref() != Some(&wanted) {
        let packages = [options, &["-r", requirements.to_str().unwrap()]].concat();
        if !by_uv(&home, &packages) {
            by_pip(&home, &packages);
        }
        std::fs::write(made, wanted).unwrap();
    }
    home.join("bin/python")
}

fn by_pip(home: &Path, packages: &[&str]) {
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home));
    run(Command::new(home.join("bin/python")).args(["-m", "pip", "install", "--quiet"]).args(packages));
}

/// Whether uv could: it takes seconds where pip takes minutes, and does not know pip's settings, such as another index.
fn by_uv(home: &Path, packages: &[&str]) -> bool {
    const UV: &str = "uv==0.13.9";
    let (own, python) = (root().join("target").join(UV), home.join("bin/python"));
    let uv = own.join("bin/uv");
    let done = |command: &mut Command| command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    // As pip does: where PYTHONDONTWRITEBYTECODE is set, Python would compile boto3 each time that it is asked for.
    let install = ["pip", "install", "--quiet", "--compile-bytecode", "--python"];
    (uv.exists()
        || done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&own))
            && done(Command::new(own.join("bin/python")).args(["-m", "pip", "install", "--quiet", UV])))
        && done(Command::new(&uv).args(["venv", "--quiet", "--clear", "--python", "python3"]).arg(home))
        && done(Command::new(&uv).args(install).arg(&python).args(packages))
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// What a few lines of Python print, which have `client`.
#[track_caller]
pub(crate) fn boto3(server: &Server, lines: &str) -> String {
    let keys = "aws_access_key_id='x', aws_secret_access_key='x', region_name='us-east-1'";
    let client = format!(
        "import boto3, functools\nclient = functools.partial(boto3.client, endpoint_url='{}', {keys})",
        server.url
    );
    let ran = Command::new(python()).args(["-c", &format!("{client}\n{lines}")]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// Runs one of the judges' scripts against an endpoint and gives what it printed.
#[track_caller]
pub(crate) fn judge(script: &str, arguments: &[&str]) -> String {
    judge_with(python(), script, arguments)
}

#[track_caller]
pub(crate) fn judge_with(python: &Path, script: &str, arguments: &[&str]) -> String {
    let path = root().join("tests/judges").join(script);
    let output = Command::new(python).arg(path).args(arguments).output().unwrap();
    let ran = Ran::new(&output).exits(0);
    ran.stdout
}

/// A judge of pages that keep nobody out, from npm: the path of its script.
pub(crate) fn axe() -> String {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    let fetch = || {
        let home = root().join("target/axe");
        let script = home.join("node_modules/axe-core/axe.min.js");
        if !script.is_file() {
            std::fs::create_dir_all(&home).unwrap();
            let mut npm = Command::new("npm");
            npm.args(["install", "--silent", "--no-audit", "--no-fund", "axe-core@4.14.1"]).current_dir(&home);
            assert!(npm.status().unwrap().success());
        }
        script.display().to_string()
    };
    SCRIPT.get_or_init(fetch).clone()
}
