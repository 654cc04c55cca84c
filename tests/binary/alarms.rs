//! Alarms, and the topic that they tell.

use crate::support::{Place, Server, boto3, judge};
use serde_json::Value;

#[test]
fn boto3_makes_alarms_that_ring_and_topics_that_tell() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("alarms.py", &[&server.url, &server.token()]), include_str!("../golden/boto3_alarms.txt"));
}

fn with_alarms(shape: &str) -> Place {
    let alarms = "alarms: { email: a@example.org, freshness: 40 min, errors: 2 % }\n";
    Place::new(&format!("name: rings\nshape: {shape}\nschema: {{ event: string }}\n{alarms}"))
}

/// Follows the link in the mail that an address got last.
pub(crate) fn confirm(server: &Server, address: &str) {
    let mails = server.admin().messages();
    let mail = mails.iter().rfind(|mail| mail["to"] == address).unwrap();
    let (topic, token) = (mail["topic"].as_str().unwrap(), mail["body"].as_str().unwrap());
    let token = token.split("--token ").nth(1).unwrap();
    boto3(server, &format!("client('sns').confirm_subscription(TopicArn='{topic}', Token='{token}')"));
}

/// Each with what it is over, and when it rings.
fn alarms(server: &Server) -> Vec<String> {
    let lines = "for one in client('cloudwatch').describe_alarms()['MetricAlarms']:\n  \
                 print(one['AlarmName'], one['MetricName'], one['Statistic'], one['Threshold'], one['StateValue'])";
    boto3(server, lines).lines().map(str::to_owned).collect()
}

const EVERYWHERE: &[&str] = &[
    "rings-dev-late DeliveryToS3.DataFreshness Maximum 2400.0",
    "rings-dev-rejected ThrottledRecords Sum 0.0",
    "rings-dev-track-errors Errors Average 0.02",
    "rings-dev-track-throttled Throttles Sum 0.0",
];
const ARTICLE: &[&str] = &["rings-dev-api-errors 5XXError Average 0.02", "rings-dev-mover-errors Errors Average 0.02"];
const LEAN: &[&str] = &["rings-dev-url-errors Url5xxCount Average 0.02"];

fn life(shape: &str, of_shape: &[&str]) {
    let place = with_alarms(shape);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let mut expected: Vec<_> =
        EVERYWHERE.iter().chain(of_shape).map(|one| format!("{one} INSUFFICIENT_DATA")).collect();
    expected.sort();
    assert_eq!(alarms(&server), expected, "{shape}");
    let unchanged = || place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    unchanged().says("pending = \"a@example.org\"");
    place.run(&["status", "--local"]).exits(0).says("note: sns.topic.alarms: \"a@example.org\" hears nothing until");
    confirm(&server, "a@example.org");
    assert!(!unchanged().stdout.contains("pending"), "{shape}");
    place.edit(&[("a@example.org", "b@example.org"), ("2 %", "5%")]);
    let mut planned = place.planned(&["--local"]);
    planned.retain(|(address, action)| !(address.ends_with("-errors") && action == "update"));
    assert_eq!(planned, [("sns.topic.alarms".to_owned(), "update".to_owned())], "{shape}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    confirm(&server, "b@example.org");
    unchanged();
    boto3(&server, "client('cloudwatch').disable_alarm_actions(AlarmNames=['rings-dev-late'])");
    place.run(&["plan", "--local"]).exits(0).says("enabled: false -> true");
    place
        .run(&["status", "--local"])
        .exits(1)
        .says("fault: deliver: cloudwatch.alarm.late: somebody else has changed it");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    ring(&place, &server);
    place.write(&place.yaml().replace("alarms: {", "# alarms: {"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(alarms(&server), [""; 0], "{shape}");
    place.run(&["destroy", "--local", "--yes", "--allow-data-loss", "s3.bucket.data"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "", "{shape}");
}

/// Events that cannot be delivered ring, and the address that has agreed hears of it.
fn ring(place: &Place, server: &Server) {
    let empty = "iam = client('iam')\nfor role in [one['RoleName'] for one in iam.list_roles()['Roles']]:\n  \
                 if role.endswith('delivery'):\n    for policy in iam.list_role_policies(RoleName=role)['PolicyNames']:\n      \
                 iam.delete_role_policy(RoleName=role, PolicyName=policy)";
    boto3(server, empty);
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    for _ in 0..9 {
        place.run(&["local", "tick", "10min"]).exits(0);
    }
    let rings = |one: &&String| one.starts_with("rings-dev-late ") && one.ends_with(" ALARM");
    assert_eq!(alarms(server).iter().filter(rings).count(), 1, "{:?}", alarms(server));
    let told =
        |mail: &&Value| mail["to"] == "b@example.org" && mail["subject"] == "ALARM: \"rings-dev-late\" in us-east-1";
    assert_eq!(server.admin().messages().iter().filter(told).count(), 1);
    place.run(&["apply", "--local", "--yes"]).exits(0);
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn alarms_of_the_article_live_with_its_pipeline() {
    life("article", ARTICLE);
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn alarms_of_the_lean_shape_live_with_its_pipeline() {
    life("lean", LEAN);
}

#[test]
fn an_alarm_that_would_always_ring_is_refused() {
    let place = with_alarms("lean");
    for (before, after, says) in [
        ("40 min", "15 min", "events wait up to 15 min in the buffer: after 15 min they would always be late"),
        ("15 min", "1 h", ""),
        ("2 %", "0 %", "write more than 0 and less than 100 percent"),
        ("0 %", "2", "write more than 0 and less than 100 percent"),
        ("a@example.org", "nobody", "`nobody` is no address such as `team@example.org`"),
    ] {
        place.edit(&[(before, after)]);
        if !says.is_empty() {
            place.run(&["validate"]).exits(3).says(says);
        }
    }
}

#[test]
fn an_alarm_of_somebody_else_is_adopted_only_when_that_is_asked_for() {
    let place = with_alarms("lean");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let tags = "cloudwatch, sns = client('cloudwatch'), client('sns')\n\
                arn = cloudwatch.describe_alarms(AlarmNames=['rings-dev-late'])['MetricAlarms'][0]['AlarmArn']\n\
                keys = [tag['Key'] for tag in cloudwatch.list_tags_for_resource(ResourceARN=arn)['Tags']]\n\
                cloudwatch.untag_resource(ResourceARN=arn, TagKeys=keys)";
    boto3(&server, tags);
    place.run(&["apply", "--local", "--yes"]).exits(4).says("--adopt cloudwatch.alarm.late");
    place.run(&["apply", "--local", "--yes", "--adopt", "cloudwatch.alarm.late"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}
