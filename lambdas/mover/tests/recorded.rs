//! The handler on events as S3 sends them, over a bucket that is a map.

use pipectl_mover::{Event, Files, Moved, NotMoved, Settings, handle};
use std::cell::RefCell;
use std::collections::BTreeMap;

#[derive(Default)]
struct Bucket {
    objects: RefCell<BTreeMap<String, &'static str>>,
    calls: RefCell<Vec<String>>,
    /// Copies of keys that hold this fail.
    broken: &'static str,
}

impl Files for Bucket {
    async fn copy(&self, _: &str, from: &str, to: &str) -> Result<Moved, String> {
        self.calls.borrow_mut().push(format!("copy {from}"));
        if !self.broken.is_empty() && from.contains(self.broken) {
            return Err("AccessDenied".to_owned());
        }
        let Some(content) = self.objects.borrow().get(from).copied() else { return Ok(Moved::Before) };
        self.objects.borrow_mut().insert(to.to_owned(), content);
        Ok(Moved::Now)
    }

    async fn delete(&self, _: &str, key: &str) -> Result<(), String> {
        self.calls.borrow_mut().push(format!("delete {key}"));
        self.objects.borrow_mut().remove(key);
        Ok(())
    }
}

fn bucket(names: &[&str]) -> Bucket {
    let objects = names.iter().map(|name| (format!("analytics_raw/2026/11/23/19/{name}"), "events"));
    Bucket { objects: RefCell::new(objects.collect()), ..Bucket::default() }
}

async fn run(bucket: &Bucket, event: &str) -> Result<(), NotMoved> {
    let path = format!("{}/tests/events/{event}.json", env!("CARGO_MANIFEST_DIR"));
    let event: Event =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the event is there")).expect("it is one");
    let settings = Settings { raw: "analytics_raw/".to_owned(), partitioned: "partitioned_analytics_raw/".to_owned() };
    handle(&settings, bucket, &event).await
}

fn keys(bucket: &Bucket) -> Vec<String> {
    bucket.objects.borrow().keys().cloned().collect()
}

const PARTITION: &str = "partitioned_analytics_raw/year=2026/month=11/day=23";

#[tokio::test]
async fn a_file_is_moved_and_its_source_goes_after_the_copy() {
    let name = "clickstream-prod-1-2026-11-23-19-56-30-6d1e.gz";
    let bucket = bucket(&[name]);
    assert_eq!(run(&bucket, "one").await, Ok(()));
    assert_eq!(keys(&bucket), [format!("{PARTITION}/{name}")]);
    let source = format!("analytics_raw/2026/11/23/19/{name}");
    assert_eq!(*bucket.calls.borrow(), [format!("copy {source}"), format!("delete {source}")]);
}

#[tokio::test]
async fn the_same_event_twice_does_no_harm() {
    let bucket = bucket(&["clickstream-prod-1-2026-11-23-19-56-30-6d1e.gz"]);
    assert_eq!(run(&bucket, "one").await, Ok(()));
    let after = keys(&bucket);
    assert_eq!(run(&bucket, "one").await, Ok(()));
    assert_eq!(keys(&bucket), after);
}

#[tokio::test]
async fn encoded_keys_are_decoded() {
    let bucket = bucket(&["a b+c=é.gz"]);
    assert_eq!(run(&bucket, "encoded").await, Ok(()));
    assert_eq!(keys(&bucket), [format!("{PARTITION}/a b+c=é.gz")]);
}

#[tokio::test]
async fn one_failure_is_loud_and_does_not_keep_the_others() {
    let bucket = Bucket { broken: "b.gz", ..bucket(&["a.gz", "b.gz", "c.gz"]) };
    let error = run(&bucket, "several").await.expect_err("b was not moved");
    assert_eq!((error.failed, error.all), (1, 3));
    assert!(error.first.contains("b.gz: AccessDenied"), "{error}");
    let expected =
        ["analytics_raw/2026/11/23/19/b.gz".to_owned(), format!("{PARTITION}/a.gz"), format!("{PARTITION}/c.gz")];
    assert_eq!(keys(&bucket), expected);
}

#[tokio::test]
async fn what_is_not_raw_is_left_alone() {
    let bucket = bucket(&[]);
    assert_eq!(run(&bucket, "foreign").await, Ok(()));
    assert_eq!(run(&bucket, "test_message").await, Ok(()));
    assert!(bucket.calls.borrow().is_empty());
}
