//! What is wrong with a file: every problem with its place, all of them at once.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Characters of a message.
const LONGEST: usize = 400;

/// Bytes of the source.
pub(crate) type Span = Range<usize>;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// `None`: what is wrong stands outside the file.
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), hint: None }
    }

    /// A message of the form `what: write how` is a problem and its hint.
    pub(super) fn split(span: Option<Span>, message: &str) -> Self {
        match message.split_once(": write ") {
            Some((what, how)) => Self { span, message: what.to_owned(), hint: Some(format!("write {how}")) },
            None => Self { span, message: message.to_owned(), hint: None },
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Everything that is wrong with a file, or that it cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Problems {
    path: PathBuf,
    source: String,
    problems: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(path: &Path, source: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        problems.dedup();
        Self { path: path.to_owned(), source: source.to_owned(), problems }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let message = format!("cannot read `{}`: {error}", path.display());
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        // The other spelling of YAML's extension.
        let beside = path.with_extension(if path.extension().is_some_and(|end| end == "yml") { "yaml" } else { "yml" });
        let hint = missing.then(|| match beside.is_file() {
            true => format!("there is `{}`: rename it, or write `--file {}`", beside.display(), beside.display()),
            false => "`pipectl init` writes one to start from; `--file` names another".to_owned(),
        });
        Self::new(path, "", vec![Problem { span: None, message, hint }])
    }

    /// Line and column of each problem, counted from 1, and its message.
    #[cfg(test)]
    pub(crate) fn places(&self) -> Vec<(usize, usize, &str)> {
        let place = |problem: &Problem| {
            let start = problem.span.as_ref().map_or(0, |span| span.start);
            let before = &self.source[..start.min(self.source.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            (line, column)
        };
        let all = self.problems.iter().map(|problem| (place(problem), problem.message.as_str()));
        all.map(|((line, column), message)| (line, column, message)).collect()
    }

    fn show(&self, problem: &Problem) -> String {
        let Some(span) = problem.span.as_ref().filter(|_| !self.source.is_empty()) else {
            let hint = problem.hint.as_ref().map(|hint| format!("\nhint: {hint}"));
            return format!("error: {}{}", shortened(&problem.message), hint.unwrap_or_default());
        };
        let message = shortened(&problem.message);
        let title = Level::ERROR.primary_title(message.as_ref());
        let path = self.path.display().to_string();
        let end = span.end.min(self.source.len());
        // A value of several lines is marked by its first one.
        let first = self.source[span.start.min(end)..end].lines().next().map_or(0, str::len);
        let span = span.start.min(end)..span.start.min(end) + first;
        let snippet = Snippet::source(self.source.as_str()).path(path.as_str());
        let mut group = Group::with_title(title).element(snippet.annotation(AnnotationKind::Primary.span(span)));
        if let Some(hint) = &problem.hint {
            group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
        }
        Renderer::plain().render(&[group])
    }
}

/// A message that repeats a long value shows its beginning and its end.
fn shortened(message: &str) -> Cow<'_, str> {
    if message.chars().nth(LONGEST).is_none() {
        return Cow::Borrowed(message);
    }
    let (begin, end): (String, Vec<char>) =
        (message.chars().take(LONGEST / 2).collect(), message.chars().rev().take(LONGEST / 4).collect());
    Cow::Owned(format!("{begin} ... {}", end.into_iter().rev().collect::<String>()))
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.problems.iter().map(|problem| self.show(problem)).collect();
        f.write_str(&shown.join("\n\n"))?;
        match self.problems.len() {
            1 => Ok(()),
            many => write!(f, "\n\n{many} problems; nothing was changed"),
        }
    }
}

impl std::error::Error for Problems {}
