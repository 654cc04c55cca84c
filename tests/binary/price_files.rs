//! `prices update --from-bulk`: AWS's price files, from a server and from a directory.

use crate::support::{Place, Ran, Server, root};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const REGION: [&str; 2] = ["--region", "us-west-2"];

fn judge() -> Command {
    let mut command = Command::new("python3");
    command.arg(root().join("tests/judges/price_files.py"));
    command
}

/// Price files in one of the judge's modes, and who reads them without any credentials.
struct Files {
    place: Place,
    server: Server,
}

impl Files {
    fn new(mode: &str) -> Self {
        let mut child = judge().arg(mode).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { place: Place::example("clickstream"), server: Server::elsewhere(child, line.trim().to_owned()) }
    }

    fn command(&self, from: &str, region: &[&str]) -> Command {
        let mut command = self.place.command();
        command.args(["prices", "update", "--from-bulk", from]).args(region);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        command
    }

    fn update(&self, region: &[&str]) -> Ran {
        Ran::new(&self.command(&self.server.url, region).output().unwrap())
    }

    /// Nothing is written where anything cannot be read.
    #[track_caller]
    fn refuses(&self, region: &[&str]) -> Ran {
        let ran = self.update(region).exits(1);
        assert_eq!(ran.stdout, "");
        assert!(!self.place.path().join("prices.yaml").exists());
        ran
    }
}

fn book(path: &Path) -> Value {
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Every price of a region as it is in a book, without where it is from.
fn prices(book: &Value, region: &str) -> Vec<(String, Value)> {
    let all = book["regions"][region].as_object().unwrap().iter();
    let plain = |(name, price): (&String, &Value)| {
        let mut price = price.clone();
        price.as_object_mut().unwrap().retain(|key, _| key != "source");
        (name.clone(), price)
    };
    all.map(plain).collect()
}

#[test]
fn files_have_the_prices_that_the_api_has() {
    let files = Files::new("plain");
    let ran = files.update(&REGION).exits(0).says("wrote prices.yaml");
    for words in [
        "us-west-2 s3_put_copy_post_list_1k: 0.005 -> 0.0055 per 1000 requests",
        "us-west-2 firehose_ingest_gb: none -> 0.029 up to 512000",
        "us-west-2 cwlogs_storage_gb_month: not in the price list, stays as it is",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is not in:\n{}", ran.stdout);
    }
    let mut list = Command::new("python3");
    list.arg(root().join("tests/judges/price_list.py")).arg(files.place.path().join("asked.log"));
    let mut child = list.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let api = Server::elsewhere(child, line.trim().to_owned());
    let mut command = files.place.command();
    command.args(["prices", "update", "--book", "api.yaml"]).args(REGION).env("AWS_ENDPOINT_URL_PRICING", &api.url);
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "not-a-secret");
    Ran::new(&command.output().unwrap()).exits(0);
    let (of_files, of_api) = (files.place.path().join("prices.yaml"), files.place.path().join("api.yaml"));
    assert_eq!(prices(&book(&of_files), "us-west-2"), prices(&book(&of_api), "us-west-2"));
    let text = std::fs::read_to_string(of_files).unwrap();
    assert!(text.contains("source: AWS price files"), "{text}");
    files.update(&REGION).exits(0).says("prices.yaml is up to date");
    let estimate = ["cost-estimate", "--prices", "prices.yaml", "--explain", "--region", "us-west-2"];
    files.place.run(&estimate).exits(0).says("from AWS price list files").says("/offers/v1.0/aws/index.json, as of");
}

#[test]
fn copies_in_a_directory_are_read_without_a_network() {
    let files = Files::new("plain");
    files.update(&REGION).exits(0);
    let copies = files.place.path().join("copies");
    assert!(judge().arg("--write").arg(&copies).status().unwrap().success());
    let there = files.place.path().join("prices.yaml");
    let from_server = std::fs::read_to_string(&there).unwrap();
    std::fs::remove_file(&there).unwrap();
    let mut command = files.command("copies", &REGION);
    command.env("HTTPS_PROXY", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9");
    Ran::new(&command.output().unwrap()).exits(0).says("wrote prices.yaml");
    assert_eq!(std::fs::read_to_string(&there).unwrap(), from_server);
    let nowhere = files.command("no-such-directory", &REGION);
    Ran::new(&{ nowhere }.output().unwrap()).exits(1).says("no-such-directory/offers/v1.0/aws/");
}

#[test]
fn a_file_that_is_broken_or_ends_early_changes_nothing() {
    Files::new("broken").refuses(&REGION).says("AmazonAthena/current/us-west-2/index.json cannot be read: ");
    Files::new("cut").refuses(&REGION).says("it ends before its time: EOF while parsing");
    Files::new("short").refuses(&REGION).says("it did not come to its end: ");
}

#[test]
fn a_file_of_something_else_is_none_of_what_was_asked() {
    let wrong = Files::new("wrong").refuses(&["--region", "eu-central-1"]);
    wrong.says("it has the prices of us-west-2, and not of eu-central-1");
    Files::new("foreign").refuses(&REGION).says("it has the prices of AWSLambda, and not of ");
}

/// Where a service is not offered it has no file; where none has one, the region is wrong.
#[test]
fn a_service_without_a_file_is_named_and_a_region_without_any_is_refused() {
    let files = Files::new("plain");
    files.refuses(&["--region", "us-wset-2"]).says("there are no price files of `us-wset-2`");
    let ran = files.update(&["--region", "eu-west-1"]).exits(0);
    ran.says("eu-west-1 has no price files of ").says("AWSLambda").says("these figures stay as they are");
}

/// Peak memory of a process, in MiB, as long as it runs.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

/// `cargo test --test binary -- --ignored --nocapture a_file_of_300_mb` prints how much it takes.
#[test]
#[ignore = "takes a minute without optimization"]
fn a_file_of_300_mb_takes_no_more_memory_than_a_small_one() {
    let most = |mode: &str| {
        let files = Files::new(mode);
        let mut command = files.command(&files.server.url, &REGION);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (mut most, began) = (0, std::time::Instant::now());
        let status = loop {
            most = most.max(peak(child.id()).unwrap_or(0));
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        assert!(status.success(), "{mode}");
        println!("{mode}: {most} MiB at most, {:.1} s", began.elapsed().as_secs_f64());
        most
    };
    let (small, large) = (most("plain"), most("large"));
    assert!(large < small + 32, "{small} MiB and {large} MiB");
}
