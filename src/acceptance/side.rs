//! This program, run as a user runs it, with what it asks written down.

use super::compare::Recorded;
use crate::aws::RECORD;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// No step takes longer, unless it hangs.
const LONGEST: Duration = Duration::from_secs(45 * 60);

/// One AWS, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// Where the file is, and where it is written what was asked.
    pub(crate) place: PathBuf,
    /// `--local=DIR`, or `--profile NAME`.
    pub(crate) options: Vec<String>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// `None`: it did not end by itself.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Of what it told, the errors, and what a plan would do.
    pub(crate) fn errors(&self) -> String {
        let begins = |line: &&str, words: &[&str]| words.iter().any(|word| line.starts_with(word));
        let told = self.stderr.lines().filter(|line| begins(line, &["error:", "hint:"]));
        let planned = self.stdout.lines().filter(|line| begins(line, &["~ ", "+ ", "- ", "-/+ ", "+/- "]));
        told.chain(planned).collect::<Vec<_>>().join("; ")
    }
}

impl Side {
    /// Where the exchanges of a step are written.
    pub(crate) fn record(&self, step: &str) -> PathBuf {
        self.place.join(format!("{}.jsonl", step.replace(' ', "-")))
    }

    /// # Errors
    /// The directory for what is temporary is full, or gone.
    pub(crate) fn write(&self, file: &str) -> Result<()> {
        let path = self.place.join("pipeline.yaml");
        std::fs::write(&path, file).map_err(Error::cannot_write(&path))
    }

    /// # Errors
    /// This program cannot be started once more.
    pub(crate) async fn run(&self, step: &str, arguments: &[&str]) -> Result<Ran> {
        let mut command = Command::new(std::env::current_exe().map_err(not_started)?);
        command.args(arguments).args(&self.options).current_dir(&self.place);
        // What the user has set is about a pipeline of his own.
        for name in ["PIPECTL_FILE", "PIPECTL_STAGE", "PIPECTL_LOCAL", "PIPECTL_REGION"] {
            command.env_remove(name);
        }
        command.env(RECORD, self.record(step)).stdin(Stdio::null()).kill_on_drop(true);
        // Ctrl+C is for us: what runs is let finish, and what is there is taken down.
        #[cfg(unix)]
        command.process_group(0);
        match tokio::time::timeout(LONGEST, command.output()).await {
            Ok(output) => {
                let output = output.map_err(not_started)?;
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
                Ok(Ran { exit: output.status.code(), stdout, stderr })
            }
            Err(_) => {
                let stderr = format!("error: no end within {} min", LONGEST.as_secs() / 60);
                Ok(Ran { exit: None, stdout: String::new(), stderr })
            }
        }
    }

    /// What was asked in a step, and answered.
    pub(crate) fn recorded(&self, step: &str) -> Vec<Recorded> {
        read(&self.record(step)).into_iter().map(|exchange| Recorded { step: step.to_owned(), exchange }).collect()
    }
}

fn not_started(error: std::io::Error) -> Error {
    Error::other(format!("this program cannot be started once more: {error}"), "is its file still there?")
}

/// A line that was cut off is none.
fn read(path: &Path) -> Vec<crate::aws::Exchange> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_is_not_empty_is_told_by_its_steps() {
        let stdout = "clicks/dev in AWS\n\n~ glue.job.etl  (drift)\n    timeout: 1 -> 2\n+/- glue.database.a  (edit)\n"
            .to_owned();
        let ran = Ran { exit: Some(2), stdout, stderr: "progress\nerror: no\nhint: yes\n".to_owned() };
        assert_eq!(ran.errors(), "error: no; hint: yes; ~ glue.job.etl  (drift); +/- glue.database.a  (edit)");
    }
}
