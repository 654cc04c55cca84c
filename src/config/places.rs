//! On which line of its file each key of a pipeline is.

use super::problem::Span;
use std::collections::BTreeMap;

/// The lines of the keys that are in the file; those that are not have their defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Without its directories, which the user knows.
    file: String,
    lines: BTreeMap<String, usize>,
}

/// Where a key stands is no part of what the file asks for: two files that differ only in this are the same.
impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Places {
    pub(super) fn new(source: &str, spans: BTreeMap<String, Span>) -> Self {
        let line = |span: Span| 1 + source.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
        let lines = spans.into_iter().map(|(path, span)| (path, line(span))).collect();
        Self { file: String::new(), lines }
    }

    pub(super) fn in_file(self, file: &std::path::Path) -> Self {
        let name = file.file_name().unwrap_or(file.as_os_str());
        Self { file: name.to_string_lossy().into_owned(), ..self }
    }

    /// Every key that is in the file, its groups among them.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.lines.keys().map(String::as_str)
    }

    /// The same file without a key and all that is below it.
    pub(crate) fn forget(&mut self, key: &str) {
        self.lines
            .retain(|line, _| line.strip_prefix(key).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.')));
    }

    /// Where a key is, as an editor opens it: `pipeline.yaml:12`. `None`: it is not in the file.
    pub(crate) fn of(&self, key: &str) -> Option<String> {
        self.lines.get(key).map(|line| format!("{}:{line}", self.file))
    }
}
