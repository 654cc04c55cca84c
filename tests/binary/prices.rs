//! Prices of AWS's price list, from a server that answers GetProducts with AWS's documents.

use crate::machine::valid;
use crate::support::{Place, Ran, Server, root};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const REGION: [&str; 2] = ["--region", "us-west-2"];
const LISTED: [&str; 4] = ["cost-estimate", "--listed-prices", "--region", "us-west-2"];

/// A place whose AWS is a price list.
struct Market {
    place: Place,
    server: Server,
    log: PathBuf,
}

impl Market {
    fn new(mode: &str) -> Self {
        let place = Place::example("clickstream");
        let log = place.path().join("requests.log");
        let script = root().join("tests/judges/price_list.py");
        let mut child = Command::new("python3").arg(script).arg(&log).arg(mode).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { place, server: Server::elsewhere(child, line.trim().to_owned()), log }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command();
        command.args(arguments).env("AWS_ENDPOINT_URL_PRICING", &self.server.url);
        command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "not-a-secret");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(&self.command(arguments).output().unwrap())
    }

    fn requests(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn estimate(&self, arguments: &[&str]) -> (Ran, Value) {
        let ran = self.run(&[arguments, &["--json"]].concat()).exits(0);
        let estimate = serde_json::from_str(&ran.stdout).unwrap();
        (ran, estimate)
    }
}

#[track_caller]
fn line<'a>(estimate: &'a Value, item: &str) -> &'a Value {
    let lines = estimate["lines"].as_array().unwrap();
    lines.iter().find(|line| line["item"] == item).unwrap_or_else(|| panic!("no {item} in {estimate:#}"))
}

#[test]
fn listed_prices_are_those_of_the_list_and_what_differs_is_told() {
    let market = Market::new("plain");
    let (ran, listed) = market.estimate(&LISTED);
    for words in [
        "prices of us-west-2 from the AWS Price List API",
        "s3_put_copy_post_list_1k: book 0.005, listed 0.0055 per 1000 requests",
        "cwlogs_storage_gb_month: book 0.03, listed MISSING, not in the price list",
        "firehose_ingest_gb: book none, listed 0.029 up to 512000, then 0.025 up to 2048000, then 0.02 per GB",
        "not looked up, and MISSING: s3_transition_standard_ia_1k",
    ] {
        assert!(ran.stderr.contains(words), "`{words}` is not in:\n{}", ran.stderr);
    }
    for same in ["data_transfer_out_gb", "apigw_rest_requests", "lambda_gb_second_x86", "glue_catalog_request", "kms"] {
        assert!(!ran.stderr.contains(&format!("{same}: ")), "{same} differs:\n{}", ran.stderr);
    }
    let book: Value =
        serde_json::from_str(&market.run(&[&["cost-estimate", "--json"], &REGION[..]].concat()).exits(0).stdout)
            .unwrap();
    let cents = |estimate: &Value, item: &str| line(estimate, item)["cost_cents"].clone();
    assert_eq!(cents(&listed, "API Gateway requests"), cents(&book, "API Gateway requests"));
    assert_eq!((cents(&book, "Firehose ingestion"), cents(&listed, "Firehose ingestion")), (Value::Null, 2_766.into()));
    // What is listed is all there is: what the list does not have is missing, although the book has it.
    assert!(cents(&book, "CloudWatch Logs storage").is_i64() && cents(&listed, "CloudWatch Logs storage").is_null());
    assert_eq!(listed["complete"], false);
    let (puts, dearer) = (cents(&book, "S3 PUT, COPY and LIST"), cents(&listed, "S3 PUT, COPY and LIST"));
    assert!(dearer.as_i64() > puts.as_i64(), "{puts} and {dearer}");
    let explained = market.run(&[&LISTED[..], &["--explain"]].concat()).exits(0);
    assert!(explained.stdout.contains("API_pricing_GetProducts.html, as of 2026-11-01"), "{}", explained.stdout);
    market.run(&[&LISTED[..], &["--budget", "100000"]].concat()).exits(4).says("no price for CloudWatch Logs storage");
}

/// The other file's region has one price in this list, and takes no other from the book.
#[test]
fn a_comparison_takes_listed_prices_for_both_regions() {
    let market = Market::new("plain");
    let yaml = market.place.yaml();
    let other = market.place.path().join("other.yaml");
    std::fs::write(&other, format!("{yaml}\nregion: eu-west-1\n")).unwrap();
    market.place.write(&format!("{yaml}\nregion: us-west-2\n"));
    let ran = market.run(&["cost-estimate", "--listed-prices", "--compare", "other.yaml", "--json"]).exits(0);
    let compared: Value = serde_json::from_str(&ran.stdout).unwrap();
    let rows = compared["lines"].as_array().unwrap();
    let row = |item: &str| rows.iter().find(|row| row["item"] == item).unwrap_or_else(|| panic!("{compared:#}"));
    assert_eq!(row("Athena data scanned")["before_cents"], row("Athena data scanned")["after_cents"]);
    assert!(row("Lambda requests")["before_cents"].is_null() && row("Lambda requests")["after_cents"].is_i64());
    assert!(ran.stderr.contains("prices of eu-west-1 from") && ran.stderr.contains("prices of us-west-2 from"));
}

#[test]
fn every_page_is_read_and_throttling_is_waited_for() {
    let (plain, throttled) = (Market::new("plain"), Market::new("throttled"));
    let (_, expected) = plain.estimate(&LISTED);
    let (_, found) = throttled.estimate(&LISTED);
    assert_eq!(expected, found);
    let requests = plain.requests();
    assert!(requests.iter().any(|request| request["NextToken"] == "page:6"), "the third page of Glue");
    let same = |request: &&Value| throttled.requests().iter().filter(|other| other == request).count() > 1;
    assert!(requests.iter().all(|request| same(&request)), "each was refused once");
}

#[test]
fn nothing_is_asked_without_being_told_to() {
    let market = Market::new("denied");
    let estimate =
        |command: &mut Command| Ran::new(&command.env("AWS_ENDPOINT_URL", &market.server.url).output().unwrap());
    estimate(&mut market.command(&["cost-estimate", "--explain"])).exits(0);
    estimate(&mut market.command(&["cost-estimate", "--scale", "1M,1B"])).exits(0);
    assert_eq!(market.requests().len(), 0);
    market.run(&[&LISTED[..], &["--prices", "prices.yaml"]].concat()).exits(3).says("cannot be used with");
    market.run(&[&LISTED[..], &["--local"]].concat()).exits(3).says("Local AWS has no price list");
    assert_eq!(market.requests().len(), 0);
}

#[test]
fn refusals_say_what_is_needed() {
    let denied = Market::new("denied");
    let ran = denied
        .run(&LISTED)
        .exits(1)
        .says("AccessDenied")
        .says("listed prices need credentials that allow `pricing:GetProducts`");
    assert_eq!(ran.stdout, "");
    denied.run(&["prices", "update"]).exits(1).says("pricing:GetProducts");
    assert!(!denied.place.path().join("prices.yaml").exists());
    let mut nobody = denied.command(&LISTED);
    nobody.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    Ran::new(&nobody.output().unwrap()).exits(1).says("NoCredentials").says("allow `pricing:GetProducts`");
}

#[test]
fn an_aws_without_a_price_list_is_told_from_a_wrong_price() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let mut command = place.command();
    command.args(LISTED).env("AWS_ENDPOINT_URL", &server.url);
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let ran = Ran::new(&command.output().unwrap()).exits(1).says("`AWS_ENDPOINT_URL_PRICING` is asked first");
    assert_eq!(ran.stdout, "");
}

#[test]
fn what_is_malformed_or_ambiguous_is_an_error_and_not_a_price() {
    let malformed = Market::new("malformed");
    malformed.run(&LISTED).exits(1).says("has a document that cannot be read");
    malformed.run(&["prices", "update", "--region", "us-west-2"]).exits(1).says("cannot be read");
    assert!(!malformed.place.path().join("prices.yaml").exists());
    let ambiguous = Market::new("ambiguous");
    ambiguous.run(&LISTED).exits(1).says("athena_tb_scanned: ambiguous: 2 prices").says("ANOTHERSKU234567 costs 7");
    let updated = ambiguous.run(&["prices", "update", "--region", "us-west-2"]).exits(1);
    updated.says("they stay as they are: us-west-2 athena_tb_scanned: ambiguous").says("wrote prices.yaml");
    ambiguous
        .run(&["cost-estimate", "--listed-prices", "--region", "us-wset-2"])
        .exits(1)
        .says("no prices of `us-wset-2`");
}

/// A total that lacks a price has no shares.
fn without_share(line: &Value) -> Value {
    let mut line = line.clone();
    line["share"] = Value::Null;
    line
}

#[test]
fn a_book_is_updated_and_estimates_as_listed_prices_do() {
    let market = Market::new("plain");
    let update = ["prices", "update", "--book", "own.yaml", "--region", "us-west-2", "--region", "eu-west-1"];
    let ran = market.run(&update).exits(0).says("wrote own.yaml");
    for words in [
        "us-west-2 s3_put_copy_post_list_1k: 0.005 -> 0.0055 per 1000 requests",
        "us-west-2 firehose_ingest_gb: none -> 0.029 up to 512000",
        "us-west-2 cwlogs_storage_gb_month: not in the price list, stays as it is",
        "eu-west-1 lambda_requests: not in the price list, stays as it is",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is not in:\n{}", ran.stdout);
    }
    let with_book = [&["cost-estimate", "--prices", "own.yaml"], &REGION[..]].concat();
    let (_, own) = market.estimate(&with_book);
    let (_, listed) = market.estimate(&LISTED);
    for one in listed["lines"].as_array().unwrap() {
        let item = one["item"].as_str().unwrap();
        match item {
            "CloudWatch Logs storage" => assert!(line(&own, item)["cost_cents"].is_i64(), "the book's is kept"),
            _ => assert_eq!(without_share(line(&own, item)), without_share(one)),
        }
    }
    // Again: nothing to do, and the file is not touched. A changed figure is put right again.
    let path = market.place.path().join("own.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    market.run(&update).exits(0).says("own.yaml is up to date").says("0 changed or new");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let (others, region) = text.split_once("\n  us-west-2:\n").unwrap();
    let region = region.replacen("value: 0.0055", "value: 0.006", 1);
    std::fs::write(&path, format!("{others}\n  us-west-2:\n{region}")).unwrap();
    let ran = market.run(&[&update[..], &["--json"]].concat()).exits(0);
    assert!(ran.stdout.contains("0.006"), "{}", ran.stdout);
    valid(&[("prices update".to_owned(), ran.stdout)]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    std::fs::write(&path, "name: clicks\n").unwrap();
    let asked = market.requests().len();
    market.run(&update).exits(3).says("`own.yaml` is no price book");
    assert_eq!((market.requests().len(), std::fs::read_to_string(&path).unwrap().as_str()), (asked, "name: clicks\n"));
}
