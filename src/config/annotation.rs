//! What is to be said of a file, as a line that GitHub shows beside the file ("Workflow commands for GitHub Actions").

use super::problem::{Problem, Severity};
use std::path::{Path, absolute};

/// Where a checkout is, in a job.
const WORKSPACE: &str = "GITHUB_WORKSPACE";

impl Problem {
    /// `::error file=pipeline.yaml,line=3,col=15::the message%0Ahint: and the hint`.
    pub(super) fn annotation(&self, severity: Severity, path: &Path, source: &str) -> String {
        let word = if severity == Severity::Error { "error" } else { "warning" };
        let place = self.span.as_ref().filter(|_| !source.is_empty()).map(|span| {
            let before = &source[..span.start.min(source.len())];
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!(",line={},col={column}", before.matches('\n').count() + 1)
        });
        let notes: String = self.hint.iter().map(|hint| format!("\nhint: {hint}")).collect();
        let (file, message) = (property(&in_repository(path)), escaped(&format!("{}{notes}", self.message)));
        format!("::{word} file={file}{}::{message}", place.unwrap_or_default())
    }
}

/// Of the repository, whatever directory the command ran in: GitHub shows nothing beside a file that it does not find.
fn in_repository(path: &Path) -> String {
    let root = std::env::var_os(WORKSPACE);
    let whole = absolute(path).unwrap_or_else(|_| path.to_owned());
    let inside = root.as_ref().and_then(|root| whole.strip_prefix(root).ok());
    inside.unwrap_or(path).display().to_string()
}

/// A line that a message breaks could begin another command.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_its_place_and_nothing_ends_its_line() {
        let source = "name: a\nschema:\n  é: 100%\n";
        let span = source.find("100").unwrap()..source.len() - 1;
        let problem = Problem::new(span, "`100%`\n::error::no type").hint("write `string`");
        let told = problem.annotation(Severity::Error, Path::new("a,b:c.yaml"), source);
        assert_eq!(
            told,
            "::error file=a%2Cb%3Ac.yaml,line=3,col=6::`100%25`%0A::error::no type%0Ahint: write `string`"
        );
        let bare = Problem::split(None, "cannot read it").annotation(Severity::Warning, Path::new("p.yaml"), "");
        assert_eq!(bare, "::warning file=p.yaml::cannot read it");
    }
}
