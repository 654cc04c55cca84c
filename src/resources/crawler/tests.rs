//! What AWS gives back, against what is asked for.

use super::*;
use aws_sdk_glue::types::Schedule;

#[test]
fn spellings_that_mean_the_same_are_equal() {
    let role = |text: &str| RoleName(text.to_owned()).canonical();
    assert_eq!(role("arn:aws:iam::1:role/pipectl/clicks/prod/etl"), role("pipectl/clicks/prod/etl"));
    assert_ne!(role("etl"), role("pipectl/clicks/prod/etl"));
    let schedule = |text: &str| WrittenSchedule(text.to_owned()).canonical();
    assert_eq!(schedule("cron(0 * * * ? *)"), schedule("cron(0 * ? * * *)"));
    assert_ne!(schedule("cron(0 * * * ? *)"), schedule(""));
    let configuration = |text: &str| Configuration(text.to_owned()).canonical();
    assert_eq!(configuration(r#"{"Version":1.0,"a":[1]}"#), configuration("{ \"a\": [1], \"Version\": 1.0 }"));
    assert_ne!(Configuration::one_table().canonical(), configuration(""));
}

fn desired() -> Crawler {
    Crawler {
        name: "clicks-prod-raw".into(),
        role: RoleName("arn:aws:iam::1:role/pipectl/clicks/prod/etl".into()),
        database: "clicks".into(),
        target: "s3://clicks/partitioned/".into(),
        schedule: WrittenSchedule("cron(0 * * * ? *)".into()),
        behavior: Behavior::follow(),
        configuration: Configuration::one_table(),
        description: "Finds partitions".into(),
        tags: Tags::default(),
        found: None,
    }
}

/// What AWS shows of it.
fn described(crawler: &Crawler, targets: CrawlerTargets, state: ScheduleState) -> Description {
    let schedule = Schedule::builder().schedule_expression("cron(0 * * * ? *)").state(state).build();
    Description::builder()
        .name(&crawler.name)
        .role("pipectl/clicks/prod/etl")
        .database_name(&crawler.database)
        .targets(targets)
        .schedule(schedule)
        .schema_change_policy(crawler.behavior.schema_change_policy())
        .configuration(&crawler.configuration.0)
        .description(&crawler.description)
        .build()
}

fn changed(description: Description) -> Vec<std::borrow::Cow<'static, str>> {
    let live = Crawler::from_description(description, Tags::default());
    let changes = crate::engine::diff::diff(&live.attributes(), &desired().attributes());
    changes.iter().map(|change| change.attribute.clone()).collect()
}

#[test]
fn what_was_created_reads_back_without_a_difference() {
    let crawler = desired();
    assert_eq!(changed(described(&crawler, crawler.targets(None, &[]), ScheduleState::Scheduled)), [""; 0]);
}

#[test]
fn a_schedule_that_somebody_stopped_is_seen() {
    let crawler = desired();
    assert_eq!(changed(described(&crawler, crawler.targets(None, &[]), ScheduleState::NotScheduled)), ["schedule"]);
}

#[test]
fn what_somebody_added_to_the_targets_is_seen() {
    let first = S3Target::builder().path("s3://clicks/partitioned/").exclusions("**.tmp").build();
    let second = S3Target::builder().path("s3://elsewhere/").build();
    let targets = CrawlerTargets::builder().s3_targets(first).s3_targets(second).build();
    assert_eq!(changed(described(&desired(), targets, ScheduleState::Scheduled)), ["exclusions", "other_targets"]);
}
