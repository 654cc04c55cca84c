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

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    Error,
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// `None`: what is wrong stands outside the file.
    pub(super) span: Option<Span>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// Where it is written that this cannot be.
    pub(super) source: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), hint: None, source: None }
    }

    /// A message of the form `what: write how` is a problem and its hint.
    pub(super) fn split(span: Option<Span>, message: &str) -> Self {
        let (message, hint) = match message.split_once(": write ") {
            Some((what, how)) => (what, Some(format!("write {how}"))),
            None => (message, None),
        };
        Self { span, message: message.to_owned(), hint, source: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With its place in a source, if it has one there, and a caret below it.
    pub(super) fn show(&self, severity: Severity, path: &Path, source: &str) -> String {
        let message = shortened(&self.message);
        let Some(span) = self.span.as_ref().filter(|_| !source.is_empty()) else {
            let word = if severity == Severity::Error { "error" } else { "warning" };
            let notes: String = self.notes().map(|(name, note)| format!("\n{name}: {note}")).collect();
            return format!("{word}: {message}{notes}");
        };
        let level = if severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let title = level.primary_title(message.as_ref());
        let path = path.display().to_string();
        let end = span.end.min(source.len());
        // A value of several lines is marked by its first one.
        let first = source[span.start.min(end)..end].lines().next().map_or(0, str::len);
        let span = span.start.min(end)..span.start.min(end) + first;
        let snippet = Snippet::source(source).path(path.as_str());
        let mut group = Group::with_title(title).element(snippet.annotation(AnnotationKind::Primary.span(span)));
        for (name, note) in self.notes() {
            group = group.element(Level::HELP.with_name(name).message(note));
        }
        Renderer::plain().render(&[group])
    }

    fn notes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let notes = [("hint", &self.hint), ("source", &self.source)];
        notes.into_iter().filter_map(|(name, note)| Some((name, note.as_deref()?)))
    }
}

/// A problem, for programs.
pub(crate) struct Located<'a> {
    pub(crate) file: &'a Path,
    /// Line and column, counted from 1. `None`: what is wrong stands outside the file.
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) message: &'a str,
    pub(crate) hint: Option<&'a str>,
    /// Where it is written that this cannot be.
    pub(crate) source: Option<&'a str>,
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
        let hint =
            hint.unwrap_or_else(|| "it has to be a file, in UTF-8, that whoever runs this command may read".to_owned());
        Self::new(path, "", vec![Problem { span: None, message, hint: Some(hint), source: None }])
    }

    /// How many there are, and of which file.
    pub(crate) fn summary(&self) -> String {
        match &self.problems[..] {
            [one] => one.message.clone(),
            many => format!("{} problems in {}", many.len(), self.path.display()),
        }
    }

    pub(crate) fn located(&self) -> impl Iterator<Item = Located<'_>> {
        self.problems.iter().map(|problem| Located {
            file: &self.path,
            place: problem.span.as_ref().map(|span| self.place(span.start)),
            message: &problem.message,
            hint: problem.hint.as_deref(),
            source: problem.source.as_deref(),
        })
    }

    fn place(&self, start: usize) -> (usize, usize) {
        let before = self.source.get(..start).unwrap_or(&self.source);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }

    /// Line and column of each problem, and its message.
    #[cfg(test)]
    pub(crate) fn places(&self) -> Vec<(usize, usize, &str)> {
        let all = self.located().map(|one| (one.place.unwrap_or((1, 1)), one.message));
        all.map(|((line, column), message)| (line, column, message)).collect()
    }

    /// Each as a line for GitHub.
    pub(crate) fn annotations(&self) -> impl Iterator<Item = String> {
        self.problems.iter().map(|problem| problem.annotation(Severity::Error, &self.path, &self.source))
    }

    fn show(&self, problem: &Problem) -> String {
        problem.show(Severity::Error, &self.path, &self.source)
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
