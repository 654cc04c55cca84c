//! What the command line leaves out: the file that is meant, and what variables say in place of options.

use super::Global;
use std::path::{Path, PathBuf};

/// Names of a pipeline file, the usual one first.
const NAMES: [&str; 2] = ["pipeline.yaml", "pipeline.yml"];

#[cfg(feature = "local")]
const LOCAL: &str = "PIPECTL_LOCAL";

/// CI sets one to nothing where it has nothing to say.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Global {
    /// `is_said`: the command line names a file, or a variable does. `is_made`: it is the command that makes it.
    pub(crate) fn settled(mut self, is_said: bool, is_made: bool) -> Self {
        self.region = self.region.filter(|region| !region.is_empty());
        self.lambda_dir = self.lambda_dir.or_else(|| variable("PIPECTL_LAMBDA_DIR").map(PathBuf::from));
        let file = variable("PIPECTL_FILE").filter(|_| !is_said);
        let is_said = is_said || file.is_some();
        self.file = file.map_or(self.file, PathBuf::from);
        if !is_said && !is_made {
            self.find();
        }
        #[cfg(feature = "local")]
        self.settle_local(&variable(LOCAL).unwrap_or_default());
        self
    }

    /// Looks for the file as Git looks for the repository, and no further than that: what lies above belongs to others.
    fn find(&mut self) {
        let Ok(here) = std::env::current_dir() else { return };
        let Some(root) = here.ancestors().position(|directory| directory.join(".git").exists()) else {
            return self.take(&here, "".into());
        };
        for (level, directory) in here.ancestors().take(root + 1).enumerate() {
            self.take(directory, std::iter::repeat_n("..", level).collect());
            if self.is_found {
                return;
            }
        }
    }

    fn take(&mut self, directory: &Path, above: PathBuf) {
        let Some(name) = NAMES.iter().find(|name| directory.join(name).is_file()) else { return };
        (self.file, self.is_found) = (above.join(name), true);
        self.above = above;
    }

    /// `--local` without a directory is beside the file, from wherever it is asked for.
    #[cfg(feature = "local")]
    fn settle_local(&mut self, variable: &str) {
        let usual = self.above.join(super::local::DIRECTORY);
        match (&self.local, variable) {
            (Some(said), _) if said != Path::new(super::local::DIRECTORY) => {}
            (None, "" | "0" | "false" | "no") => {}
            (Some(_), _) | (None, "1" | "true" | "yes") => self.local = Some(usual),
            (None, directory) => self.local = Some(directory.into()),
        }
    }

    /// Of `pipectl local`, which needs no `--local`.
    #[cfg(feature = "local")]
    pub(crate) fn served_directory(&self) -> PathBuf {
        self.local.clone().unwrap_or_else(|| self.above.join(super::local::DIRECTORY))
    }
}
