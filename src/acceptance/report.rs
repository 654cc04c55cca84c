//! What is sent back: Markdown for whoever reads it, with the same as JSON at its end.

use super::compare::{Compared, Difference};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of the JSON.
const SCHEMA: &str = "pipectl-acceptance/1";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Passed,
    Failed,
    Skipped,
}

/// How a step went.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) shape: &'static str,
    pub(crate) step: String,
    pub(crate) verdict: Verdict,
    pub(crate) seconds: f64,
    /// What went wrong, or why it was skipped, without whose account it is.
    pub(crate) detail: String,
    /// How the same step went on Local AWS.
    pub(crate) local: Verdict,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Of pipectl.
    pub(crate) version: &'static str,
    pub(crate) system: String,
    /// `AWS`, `Local AWS`, or `another endpoint`.
    pub(crate) target: &'static str,
    pub(crate) region: String,
    /// Of the pipelines.
    pub(crate) name: String,
    /// When it began.
    pub(crate) at: String,
    pub(crate) glue: bool,
    /// What a month of both would cost, in US dollars.
    pub(crate) usd_at_most: f64,
    pub(crate) steps: Vec<Told>,
    /// Of what was asked of both.
    pub(crate) compared: Compared,
    /// What is still there.
    pub(crate) left: Vec<String>,
    pub(crate) interrupted: bool,
}

impl Report {
    pub(crate) fn passed(&self) -> bool {
        let failed = self.steps.iter().any(|step| step.verdict == Verdict::Failed);
        !failed && self.left.is_empty() && !self.interrupted
    }

    pub(crate) fn to_json(&self) -> Value {
        let operation = |(name, counted)| {
            let mut row = json!(counted);
            row["operation"] = json!(name);
            row
        };
        let operations: Vec<_> = self.compared.operations.iter().map(operation).collect();
        json!({
            "schema": SCHEMA, "version": self.version, "system": self.system, "target": self.target,
            "region": self.region, "name": self.name, "at": self.at, "glue": self.glue,
            "usd_at_most": self.usd_at_most, "passed": self.passed(), "interrupted": self.interrupted,
            "steps": self.steps, "left": self.left, "operations": operations,
            "differences": self.compared.differences,
        })
    }

    /// In one line.
    pub(crate) fn summary(&self) -> String {
        let count = |verdict| self.steps.iter().filter(|step| step.verdict == verdict).count();
        let [passed, failed, skipped] = [Verdict::Passed, Verdict::Failed, Verdict::Skipped].map(count);
        let how = if self.interrupted { "interrupted: " } else { "" };
        format!(
            "{how}{passed} steps passed, {failed} failed, {skipped} skipped; {} differences from Local AWS; {} left",
            self.compared.differences.len(),
            if self.left.is_empty() { "nothing is".to_owned() } else { format!("{} things are", self.left.len()) },
        )
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!("# pipectl aws-acceptance: {}\n\n{}.\n\n", self.target, self.summary());
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "pipectl {} on {}, {}, region {}, pipelines `{}`, {}. A month of both would cost ${:.2}.\n",
            self.version,
            self.system,
            self.at,
            self.region,
            self.name,
            if self.glue { "with crawlers and job" } else { "without crawlers and job" },
            self.usd_at_most,
        );
        text += "## Steps\n\n| Shape | Step | Result | Seconds | On Local AWS | |\n|---|---|---|---|---|---|\n";
        for Told { shape, step, verdict, seconds, detail, local } in &self.steps {
            let (verdict, local) = (word(*verdict), word(*local));
            let _ = writeln!(text, "| {shape} | {step} | {verdict} | {seconds:.1} | {local} | {} |", cell(detail));
        }
        text += "\n## Left\n\n";
        match self.left.is_empty() {
            true => text += "Nothing.\n",
            false => self.left.iter().for_each(|line| text += &format!("- {}\n", cell(line))),
        }
        text += &self.differences();
        text += &self.operations();
        let json = serde_json::to_string_pretty(&self.to_json()).unwrap_or_default();
        let _ = writeln!(text, "\n## For programs\n\n```json\n{json}\n```");
        text
    }

    fn differences(&self) -> String {
        let mut text = format!("\n## Differences\n\n`there` is {}, `here` is Local AWS.\n\n", self.target);
        if self.compared.differences.is_empty() {
            return text + "None.\n";
        }
        text += "| Operation | What | Where | There | Here | Requests |\n|---|---|---|---|---|---|\n";
        for Difference { operation, kind, at, there, here, times } in &self.compared.differences {
            let kind = json!(kind).as_str().unwrap_or_default().replace('-', " ");
            let _ = writeln!(text, "| {operation} | {kind} | {at} | {} | {} | {times} |", cell(there), cell(here));
        }
        text
    }

    fn operations(&self) -> String {
        let mut text = "\n## Operations\n\n| Operation | Requests there | Here | Compared | Differing | Only there | Only here |\n\
                        |---|---|---|---|---|---|---|\n"
            .to_owned();
        for (operation, one) in &self.compared.operations {
            let (there, here, compared, differing) = (one.there, one.here, one.compared, one.differing);
            let _ = writeln!(
                text,
                "| {operation} | {there} | {here} | {compared} | {differing} | {} | {} |",
                one.only_there, one.only_here
            );
        }
        text
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "**failed**",
        Verdict::Skipped => "skipped",
    }
}

/// In one cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acceptance::compare::Kind;

    fn step(verdict: Verdict) -> Told {
        let (step, detail) = ("apply".to_owned(), "error: a | b".to_owned());
        Told { shape: "lean", step, verdict, seconds: 1.25, detail, local: Verdict::Passed }
    }

    #[test]
    fn what_is_wrong_or_left_is_not_passed() {
        let good = Report { steps: vec![step(Verdict::Passed), step(Verdict::Skipped)], ..Report::default() };
        assert!(good.passed());
        for bad in [
            Report { steps: vec![step(Verdict::Failed)], ..good.clone() },
            Report { left: vec!["a bucket".to_owned()], ..good.clone() },
            Report { interrupted: true, ..good.clone() },
        ] {
            assert!(!bad.passed() && bad.to_json()["passed"] == false, "{bad:?}");
        }
    }

    #[test]
    fn a_report_tells_steps_differences_and_what_is_left() {
        let mut report = Report { target: "AWS", steps: vec![step(Verdict::Failed)], ..Report::default() };
        report.left.push("by its tags: arn:aws:s3:::<account>".to_owned());
        report.compared.differences.push(Difference {
            operation: "Glue:GetJob".to_owned(),
            kind: Kind::OnlyThere,
            at: "Job.Profiled".to_owned(),
            there: "true".to_owned(),
            here: "-".to_owned(),
            times: 3,
        });
        let text = report.to_markdown();
        for line in [
            "| lean | apply | **failed** | 1.2 | passed | error: a \\| b |",
            "- by its tags: arn:aws:s3:::&lt;account>",
            "| Glue:GetJob | only there | Job.Profiled | true | - | 3 |",
            "0 steps passed, 1 failed, 0 skipped; 1 differences from Local AWS; 1 things are left",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let json = text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(json).unwrap()["differences"][0]["kind"], "only-there");
    }
}
