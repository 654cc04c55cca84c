//! Who changed what is not as it was left, as far as CloudTrail tells: beside the steps of a plan, which stand without it.

use crate::aws::{Aws, Class, Error, Write};
use crate::engine::plan::Cause;
use crate::engine::record::Recorded;
use crate::names::Names;
use crate::resources::{Plan, Step};
use std::time::Duration;

/// Resources of a plan that CloudTrail is asked about: an account may ask twice a second.
const MOST: usize = 8;
/// All of them together.
const LONGEST: Duration = Duration::from_secs(10);

/// What of a plan is somebody else's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    Changed,
    /// Also what is missing: of a plan that is for drift alone, and of a pipeline of which something is there.
    ChangedOrMissing,
}

/// Writes beside the steps of drift who has changed what; tells of which nobody is named, and why.
///
/// Without drift nothing is asked.
pub(super) async fn tell_who_changed(aws: &Aws, plan: &mut Plan<'_>, sought: Sought) -> Option<String> {
    let all: Vec<_> = (0..plan.steps.len()).filter(|index| is_sought(&plan.steps[*index], sought)).collect();
    let mut unnamed = vec![];
    let asking = async {
        for index in all.iter().take(MOST) {
            let step = &mut plan.steps[*index];
            for name in names_on_record(&aws.names, &step.address.kind, &step.known_as()) {
                let writes = aws.trail.writes(&name, step.address.kind.starts_with("iam.")).await?;
                step.recorded = writes.into_iter().map(recorded).collect();
                if !step.recorded.is_empty() {
                    break;
                }
            }
            if step.recorded.is_empty() {
                unnamed.push(step.address.to_string());
            }
        }
        Ok::<_, Error>(())
    };
    let asked = tokio::time::timeout(LONGEST, asking).await;
    let why = match asked {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(refused(&error)),
        Err(_) => Some(format!("CloudTrail did not tell within {} s who changed it.", LONGEST.as_secs())),
    };
    let left = all.len().saturating_sub(MOST);
    let left = (left > 0 && why.is_none()).then(|| format!("CloudTrail was asked about {MOST} of {}.", all.len()));
    let told: Vec<_> = why.or_else(|| nobody(&unnamed)).into_iter().chain(left).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn is_sought(step: &Step<'_>, sought: Sought) -> bool {
    match step.cause {
        Some(Cause::Drift | Cause::EditAndDrift) => true,
        Some(Cause::Missing) => sought == Sought::ChangedOrMissing,
        _ => false,
    }
}

fn refused(error: &Error) -> String {
    let hint = match error.class() {
        Class::Denied => "; `pipectl iam-policy --for plan` allows it",
        _ => "",
    };
    format!("Who changed it is not told: {}: {}{hint}.", error.operation(), error.code())
}

fn nobody(unnamed: &[String]) -> Option<String> {
    let all = unnamed.join(", ");
    (!unnamed.is_empty()).then(|| {
        format!("CloudTrail names nobody who changed {all}: it shows events after some 15 minutes, and for 90 days.")
    })
}

fn recorded(write: Write) -> Recorded {
    Recorded { who: write.who, what: write.event, when: write.time }
}

/// What the ARNs of a kind have before the name. Of the others AWS's calls name no ARN.
const ARNS: &[(&str, &str, &str)] = &[
    ("athena.workgroup", "athena", "workgroup/"),
    ("cloudwatch.alarm", "cloudwatch", "alarm:"),
    ("events.rule", "events", "rule/"),
    ("glue.crawler", "glue", "crawler/"),
    ("glue.database", "glue", "database/"),
    ("glue.job", "glue", "job/"),
    ("glue.trigger", "glue", "trigger/"),
    ("lambda.function", "lambda", "function:"),
    ("logs.log_group", "logs", "log-group:"),
    ("quicksight.analysis", "quicksight", "analysis/"),
    ("quicksight.dashboard", "quicksight", "dashboard/"),
    ("quicksight.data_set", "quicksight", "dataset/"),
    ("quicksight.data_source", "quicksight", "datasource/"),
    ("sns.topic", "sns", ""),
];

/// What CloudTrail's events may name a resource by, as the calls that change it do: its name, and where AWS's calls name
/// that, too, its ARN. Nothing for what is data to CloudTrail, whose history has no data.
fn names_on_record(names: &Names, kind: &str, known: &str) -> Vec<String> {
    let name = match kind {
        "s3.object" => return vec![],
        // `database.table`, and a statement of a function's policy.
        "glue.table" => known.rsplit('.').next().unwrap_or(known),
        "lambda.permission" => known.split('/').next().unwrap_or(known),
        _ => known,
    };
    let arn = ARNS
        .iter()
        .find(|(of, ..)| *of == kind)
        .map(|(_, service, before)| names.arn(service, &format!("{before}{name}")));
    std::iter::once(name.to_owned()).chain(arn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::KINDS;

    #[test]
    fn a_resource_is_looked_up_by_its_name_and_by_its_arn() {
        let names = Names::example();
        let of = |kind: &str, known: &str| names_on_record(&names, kind, known);
        let arn = |service: &str, rest: &str| names.arn(service, rest);
        assert_eq!(of("glue.crawler", "c"), ["c".to_owned(), arn("glue", "crawler/c")]);
        assert_eq!(of("lambda.function", "f"), ["f".to_owned(), arn("lambda", "function:f")]);
        assert_eq!(of("sns.topic", "t"), ["t".to_owned(), arn("sns", "t")]);
        assert_eq!(of("glue.table", "shop.events"), ["events"]);
        assert_eq!(of("lambda.permission", "f/invoke"), ["f"]);
        assert_eq!(of("s3.object", "b/k"), [""; 0]);
        assert_eq!(of("apigateway.rest_api", "abc123"), ["abc123"]);
    }

    #[test]
    fn the_table_of_arns_knows_kinds_that_there_are() {
        for (kind, ..) in ARNS {
            assert!(KINDS.iter().any(|one| one.name == *kind), "{kind}");
        }
    }

    #[test]
    fn of_whom_nobody_is_named_it_is_said_why_that_may_be() {
        assert_eq!(nobody(&[]), None);
        let told = nobody(&["s3.object.etl".to_owned(), "kms.key.data".to_owned()]).unwrap();
        assert!(told.starts_with("CloudTrail names nobody who changed s3.object.etl, kms.key.data: "), "{told}");
    }

    #[test]
    fn a_refusal_says_what_helps_where_something_does() {
        let said = |code: &str| refused(&Error::new("cloudtrail:LookupEvents", code, "no"));
        assert!(
            said("AccessDeniedException")
                .ends_with("AccessDeniedException; `pipectl iam-policy --for plan` allows it.")
        );
        assert!(said("ThrottlingException").ends_with("cloudtrail:LookupEvents: ThrottlingException."));
    }
}
