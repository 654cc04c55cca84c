//! Which tool made something, by the marks that it leaves.

use std::collections::BTreeMap;

pub(super) type Tags = BTreeMap<String, String>;

const STACK: &str = "aws:cloudformation:stack-name";
const LOGICAL: &str = "aws:cloudformation:logical-id";

/// The stack that a resource says it is of.
pub(super) fn stack(tags: &Tags) -> Option<&str> {
    tags.get(STACK).map(String::as_str)
}

/// In words.
pub(super) fn maker(tags: &Tags) -> String {
    if let (Some(pipeline), Some(stage)) = (tags.get("pipectl:pipeline"), tags.get("pipectl:stage")) {
        return format!("pipectl ({pipeline}/{stage})");
    }
    let Some(stack) = stack(tags) else { return "by hand or a script: no tags of a tool".to_owned() };
    let tool = match () {
        () if tags.contains_key("STAGE") => "Serverless Framework",
        () if tags.get("lambda:createdBy").is_some_and(|by| by == "SAM") => "SAM",
        () if tags.get(LOGICAL).is_some_and(|id| ends_with_digest(id)) => "CDK",
        () => "CloudFormation",
    };
    format!("{tool}, stack {stack}")
}

/// The CDK puts eight digits of a digest behind what it calls something.
fn ends_with_digest(id: &str) -> bool {
    let tail = id.len().checked_sub(8).and_then(|at| id.get(at..)).unwrap_or_default();
    !tail.is_empty() && id.len() > 8 && tail.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
}

/// By the id of an entry in a bucket's notifications.
pub(super) fn of_notification(id: &str, function: &str) -> &'static str {
    let is_uuid = id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    match () {
        () if id.starts_with("exS3-v2--") => "serverless-plugin-existing-s3",
        () if id.starts_with("tf-s3-lambda-") => "Terraform",
        () if is_uuid => "the console",
        // `existing: true` of the framework itself: the function's name, and a digest.
        () if !function.is_empty() && id.starts_with(function) => "Serverless Framework (`existing: true`)",
        () => "by hand or a script",
    }
}

/// Functions by which other tools write a bucket's notifications and the retention of logs.
pub(super) fn is_of_a_tool(function: &str) -> bool {
    let marks = [
        "custom-resource-existing-s3",
        "custom-resource-apigw-cw-role",
        "BucketNotificationsHandler050a0587",
        "LogRetentionaae0aa3c",
    ];
    marks.iter().any(|mark| function.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(tags: &[(&str, &str)]) -> String {
        maker(&tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn tools_are_told_by_their_marks() {
        for (tags, tool) in [
            (&[][..], "by hand or a script: no tags of a tool"),
            (&[("team", "growth")], "by hand or a script: no tags of a tool"),
            (
                &[(STACK, "s-dev"), ("STAGE", "dev"), (LOGICAL, "TrackLambdaFunction")],
                "Serverless Framework, stack s-dev",
            ),
            (&[(STACK, "App"), (LOGICAL, "Track3B8C1D2E")], "CDK, stack App"),
            (&[(STACK, "App"), (LOGICAL, "Deadbeef")], "CloudFormation, stack App"),
            (&[(STACK, "app"), ("lambda:createdBy", "SAM"), (LOGICAL, "Track")], "SAM, stack app"),
            (&[("pipectl:pipeline", "clicks"), ("pipectl:stage", "prod")], "pipectl (clicks/prod)"),
        ] {
            assert_eq!(made(tags), tool, "{tags:?}");
        }
        for (id, tool) in [
            ("exS3-v2--5d41402abc4b2a76b9719d911017c592", "serverless-plugin-existing-s3"),
            ("tf-s3-lambda-20240101000000000000000001", "Terraform"),
            ("1c0a9f6e-3a0b-4b5e-9f43-5e1f2d3c4b5a", "the console"),
            ("app-dev-mover-5d41402abc4b2a76b9719d911017c592", "Serverless Framework (`existing: true`)"),
            ("mine", "by hand or a script"),
        ] {
            assert_eq!(of_notification(id, "app-dev-mover"), tool, "{id}");
        }
        assert!(is_of_a_tool("s-dev-custom-resource-existing-s3") && !is_of_a_tool("s-dev-track"));
    }
}
