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
