use super::*;

fn ours(prefix: &str) -> LambdaFunctionConfiguration {
    let events = ["s3:ObjectCreated:*".to_owned()].into();
    let (bucket, function_arn, prefix) = ("b".to_owned(), "arn:mover".to_owned(), prefix.to_owned());
    Notification { bucket, function_arn, prefix, events }.entry("pipectl-clicks-prod-mover").unwrap()
}

fn foreign(id: &str, prefix: &str, event: &str) -> LambdaFunctionConfiguration {
    let rule = FilterRule::builder().name(FilterRuleName::from("Prefix")).value(prefix).build();
    let key = S3KeyFilter::builder().filter_rules(rule).build();
    LambdaFunctionConfiguration::builder()
        .id(id)
        .lambda_function_arn("arn:theirs")
        .events(Event::from(event))
        .filter(NotificationConfigurationFilter::builder().key(key).build())
        .build()
        .unwrap()
}

fn all(entries: Vec<LambdaFunctionConfiguration>) -> NotificationConfiguration {
    NotificationConfiguration::builder().set_lambda_function_configurations(Some(entries)).build()
}

const ID: &str = "pipectl-clicks-prod-mover";

#[test]
fn the_entries_of_others_stay_as_they_are() {
    let theirs = foreign("pipectl-clicks-prod-mover2", "images/", "s3:ObjectCreated:Put");
    let with = merge(all(vec![theirs.clone()]), ID, Some(&ours("raw/"))).unwrap();
    assert_eq!(with.lambda_function_configurations(), [theirs.clone(), ours("raw/")]);
    let without = merge(with, ID, None).unwrap();
    assert_eq!(without.lambda_function_configurations(), [theirs]);
}

#[test]
fn what_is_already_so_is_not_written() {
    assert!(merge(all(vec![ours("raw/")]), ID, Some(&ours("raw/"))).is_none());
    assert!(merge(all(vec![]), ID, None).is_none());
    assert!(merge(all(vec![ours("raw/")]), ID, Some(&ours("other/"))).is_some());
}

#[test]
fn overlapping_entries_are_named() {
    let clash = |prefix, event| check_overlap(&all(vec![foreign("theirs", prefix, event)]), ID, &ours("raw/"));
    assert!(clash("raw/2026/", "s3:ObjectCreated:Put").unwrap_err().to_string().contains("`theirs`"));
    assert!(clash("", "s3:ObjectCreated:*").is_err());
    assert!(clash("images/", "s3:ObjectCreated:*").is_ok());
    assert!(clash("raw/", "s3:ObjectRemoved:*").is_ok());
    assert!(check_overlap(&all(vec![ours("raw/")]), ID, &ours("raw/")).is_ok());
}

#[test]
fn filter_names_are_read_whatever_their_case() {
    assert_eq!(filter(foreign("x", "images/", "s3:ObjectCreated:*").filter(), "prefix"), "images/");
}

fn calling(id: &str, function: &str) -> LambdaFunctionConfiguration {
    let events = Event::S3ObjectCreated;
    LambdaFunctionConfiguration::builder().id(id).lambda_function_arn(function).events(events).build().unwrap()
}

#[test]
fn an_entry_left_over_is_ours_by_its_id_and_its_function() {
    let ours = "arn:aws:lambda:us-east-1:1:function:clicks-prod-mover";
    let name = |id, function, wanted| name_of(&Names::example(), &calling(id, function), |_| wanted).map(str::to_owned);
    assert_eq!(name("pipectl-clicks-prod-old", ours, false).as_deref(), Some("old"));
    assert_eq!(name("pipectl-clicks-prod-mover2", "arn:aws:lambda:us-east-1:1:function:thumbnails", false), None);
    assert_eq!(name("pipectl-clicks-production-mover", ours, false), None);
    assert_eq!(name("theirs", ours, false), None);
}

#[test]
fn an_entry_that_is_wanted_is_ours_whatever_it_was_made_to_call() {
    let entry = calling(ID, "arn:aws:lambda:us-east-1:1:function:somebody");
    assert_eq!(name_of(&Names::example(), &entry, |name| name == "mover"), Some("mover"));
}

#[test]
fn a_suffix_that_was_added_by_hand_shows() {
    let mut entry = ours("raw/");
    let rules = ["Prefix", "Suffix"].map(FilterRuleName::from).into_iter().zip(["raw/", ".gz"]);
    let rules = rules.map(|(name, value)| FilterRule::builder().name(name).value(value).build()).collect();
    let key = S3KeyFilter::builder().set_filter_rules(Some(rules)).build();
    entry.filter = Some(NotificationConfigurationFilter::builder().key(key).build());
    assert_eq!(Notification::read("b", &entry).prefix, "raw/*.gz");
    let repaired = merge(all(vec![entry]), ID, Some(&ours("raw/"))).unwrap();
    assert_eq!(repaired.lambda_function_configurations(), [ours("raw/")]);
}

#[test]
fn queues_topics_and_the_event_bus_are_written_back_as_they_are() {
    use aws_sdk_s3::types::{EventBridgeConfiguration, QueueConfiguration, TopicConfiguration};
    let queue = QueueConfiguration::builder().id("q").queue_arn("arn:q").events(Event::S3ObjectRemoved).build();
    let topic = TopicConfiguration::builder().id("t").topic_arn("arn:t").events(Event::S3ObjectRemoved).build();
    let before = NotificationConfiguration::builder()
        .queue_configurations(queue.unwrap())
        .topic_configurations(topic.unwrap())
        .event_bridge_configuration(EventBridgeConfiguration::builder().build())
        .build();
    let mut after = merge(before.clone(), ID, Some(&ours("raw/"))).unwrap();
    after.lambda_function_configurations = None;
    assert_eq!(after, before);
}
