//! Where in its file each key of a pipeline is.

use super::problem::{Problem, Severity, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The places of the keys that are in the file; those that are not have their defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    path: PathBuf,
    source: Arc<str>,
    keys: BTreeMap<String, Key>,
}

#[derive(Clone, Debug)]
struct Key {
    line: usize,
    span: Span,
}

/// Where something stands, as an editor goes there; lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Without its directories, which the user knows.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Where a key stands is no part of what the file asks for: two files that differ only in this are the same.
impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Places {
    pub(super) fn new(source: &str, spans: BTreeMap<String, Span>) -> Self {
        let line = |span: &Span| 1 + source.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
        let keys = spans.into_iter().map(|(path, span)| (path, Key { line: line(&span), span })).collect();
        Self { path: PathBuf::new(), source: source.into(), keys }
    }

    pub(super) fn in_file(self, file: &Path) -> Self {
        Self { path: file.to_owned(), ..self }
    }

    fn file(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// Every key that is in the file, its groups among them.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// The same file without a key and all that is below it.
    pub(crate) fn forget(&mut self, key: &str) {
        self.keys
            .retain(|line, _| line.strip_prefix(key).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.')));
    }

    /// Where a key is, as an editor opens it: `pipeline.yaml:12`. `None`: it is not in the file.
    pub(crate) fn of(&self, key: &str) -> Option<String> {
        self.keys.get(key).map(|key| format!("{}:{}", self.file(), key.line))
    }

    /// Where a key is, or the nearest group that it would be in. `None`: not even that is in the file.
    pub(crate) fn nearest(&self, key: &str) -> Option<Place> {
        let Key { line, span } = self.near(key)?;
        let before = self.source.get(..span.start).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Some(Place { file: self.file(), line: *line, column })
    }

    fn near(&self, key: &str) -> Option<&Key> {
        let groups = std::iter::successors(Some(key), |path| path.rsplit_once('.').map(|(group, _)| group));
        groups.into_iter().find_map(|path| self.keys.get(path))
    }

    /// What is to be said of a key, shown as what is wrong with a file is, but as a warning.
    pub(crate) fn warning(&self, key: &str, message: &str, hint: &str, source: String) -> String {
        let problem = Problem { source: Some(source), ..self.problem(key, message, hint) };
        problem.show(Severity::Warning, &self.path, &self.source)
    }

    /// The same as a line for GitHub.
    pub(crate) fn annotation(&self, key: &str, message: &str, hint: &str) -> String {
        self.problem(key, message, hint).annotation(Severity::Warning, &self.path, &self.source)
    }

    fn problem(&self, key: &str, message: &str, hint: &str) -> Problem {
        let span = self.near(key).map(|key| key.span.clone());
        Problem { span, message: message.to_owned(), hint: Some(hint.to_owned()), source: None }
    }
}
