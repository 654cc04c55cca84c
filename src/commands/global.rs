//! The options of every command.

use crate::config::{Overrides, Pipeline, parse_duration};
use crate::report::Color;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The pipeline file; `-` reads it from standard input. Unless it is said, here or by the variable PIPECTL_FILE, it may
    /// also be in a directory above, up to that of the Git repository.
    #[arg(short, long, global = true, default_value = "pipeline.yaml", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Nobody has said where the file is.
    #[arg(skip)]
    pub(crate) is_found: bool,
    /// The directory above this one in which it is, or none.
    #[arg(skip)]
    pub(crate) above: PathBuf,
    /// Overrides `name` of the file.
    #[arg(id = "pipeline_name", long = "name", global = true, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Overrides `stage` of the file; without it, so does the variable PIPECTL_STAGE, unless it is empty.
    #[arg(long, global = true)]
    pub(crate) stage: Option<String>,
    /// Overrides `region` of the file.
    #[arg(long, global = true, env = "PIPECTL_REGION")]
    pub(crate) region: Option<String>,
    /// The AWS profile to take credentials and region from; it wins over keys in the environment.
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,
    /// Use the AWS embedded in this program, kept in DIR: no account, no network. The variable PIPECTL_LOCAL says the same
    /// with `1` or a directory.
    #[cfg(feature = "local")]
    #[arg(long, global = true, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = super::local::DIRECTORY)]
    pub(crate) local: Option<PathBuf>,
    /// Print JSON, and nothing else, on standard output: a document, or with `apply`, `destroy` and what goes on by itself
    /// an object a line (`pipectl schema --list`).
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Write the same JSON to FILE, beside whatever is printed: all of it or nothing.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) json_out: Option<PathBuf>,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Print results and errors alone: no progress, no notes, no hints. Standard output stays as it is; questions are asked,
    /// warnings told, and requests printed where `-v` or `--timings` ask for them.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print each request to AWS as it ends.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Print all requests, their times and how many had to wait for one another.
    #[arg(long, global = true)]
    pub(crate) timings: bool,
    /// How long AWS may take to answer one request, `60 s`; what is given up is asked once more.
    #[arg(long, global = true, env = "PIPECTL_REQUEST_TIMEOUT", default_value = "60 s", value_name = "TIME", value_parser = parse_timeout)]
    pub(crate) request_timeout: Duration,
    /// How long to wait for what passes by itself, such as a role that is not known yet; without it, 2 min, for Lambda 5 min.
    #[arg(long, global = true, env = "PIPECTL_LONGEST_WAIT", value_name = "TIME", value_parser = parse_timeout)]
    pub(crate) longest_wait: Option<Duration>,
    /// How many resources to change at once.
    #[arg(long, global = true, default_value_t = 24, value_name = "N", value_parser = parse_parallelism)]
    pub(crate) parallelism: usize,
    /// Take the functions' zips from DIR (track.zip, mover.zip), and not those inside this program (`pipectl version`) or of
    /// a build; so does the variable PIPECTL_LAMBDA_DIR.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) lambda_dir: Option<PathBuf>,
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text)?;
    if time.is_zero() { Err("must be more than 0".to_owned()) } else { Ok(time) }
}

/// The variable that stands for `--stage`.
const STAGE: &str = "PIPECTL_STAGE";

impl Global {
    /// The options that another command needs to be about the same pipeline, each behind a blank.
    pub(crate) fn same_pipeline(&self) -> String {
        let mut words = vec![];
        if !self.is_found && self.file.as_os_str() != "pipeline.yaml" {
            words.extend(["-f".to_owned(), self.file.display().to_string()]);
        }
        #[cfg(feature = "local")]
        match &self.local {
            Some(directory) if *directory == self.above.join(super::local::DIRECTORY) => {
                words.push("--local".to_owned())
            }
            Some(directory) => words.push(format!("--local={}", directory.display())),
            None => {}
        }
        let options = [
            ("--name", &self.name),
            ("--stage", &self.stage),
            ("--region", &self.region),
            ("--profile", &self.profile),
        ];
        for (option, value) in options {
            words.extend(value.iter().flat_map(|value| [option.to_owned(), value.clone()]));
        }
        words.iter().map(|word| format!(" {}", quoted(word))).collect()
    }

    /// Whether Local AWS is meant.
    pub(crate) fn is_local(&self) -> bool {
        #[cfg(feature = "local")]
        return self.local.is_some();
        #[cfg(not(feature = "local"))]
        return false;
    }

    /// What stands beside the file. CI sets a variable to nothing where it has nothing to say.
    pub(crate) fn overrides<'a>(&self, env: &'a dyn Fn(&str) -> Option<String>) -> Overrides<'a> {
        let from_env = || env(STAGE).filter(|stage| !stage.is_empty());
        let said_by = if self.stage.is_some() { "--stage" } else { STAGE };
        Overrides {
            name: self.name.clone(),
            stage: self.stage.clone().or_else(from_env),
            said_by,
            region: self.region.clone(),
            env,
        }
    }
}

/// A word of a command line for a shell of POSIX.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn parse_parallelism(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("must be 1 or more".to_owned()),
    }
}
/// Where neither the file, nor `--region`, nor the environment says.
const DEFAULT_REGION: &str = "us-east-1";

/// The region that is meant, as far as that can be told without AWS.
pub(super) fn assumed_region(pipeline: &Pipeline) -> String {
    let from_env = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| std::env::var(name).ok());
    pipeline.region.clone().or_else(from_env).unwrap_or_else(|| DEFAULT_REGION.to_owned())
}
