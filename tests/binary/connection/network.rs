//! Nobody answers, or somebody else does: an end within a time that is told, with the host, the region and a hint.

use super::relay::{answering, silent};
use super::{command, place, run, with_keys};
use std::time::{Duration, Instant};

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let place = place("");
    let address = silent();
    let url = format!("http://{address}");
    let began = Instant::now();
    let ran = run(&mut with_keys(&place, &url, &["plan", "--request-timeout", "2 s"])).exits(1);
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    let all = ran.says(&format!("sts:GetCallerIdentity: Timeout: {address} (region us-east-1)"));
    let all = all.says("no answer, to all attempts together, in 5s").says("said nothing").says("`--request-timeout`");
    assert!(!all.stderr.contains("credentials"), "{}", all.stderr);
}

#[test]
fn a_closed_port_is_named() {
    let place = place("");
    run(&mut with_keys(&place, "http://127.0.0.1:1", &["plan"]))
        .exits(1)
        .says("NoAnswer: 127.0.0.1:1 (region us-east-1)")
        .says("nothing listens at `127.0.0.1:1`, which `AWS_ENDPOINT_URL` names");
}

#[test]
fn a_region_that_is_not_there_is_named() {
    let place = place("");
    let mut plan = command(&place, "", &["plan", "--region", "us-esat-1"]);
    plan.env("AWS_ACCESS_KEY_ID", "AKIAENV").env("AWS_SECRET_ACCESS_KEY", "x");
    run(&mut plan).exits(1).says("sts.us-esat-1.amazonaws.com").says("is `us-esat-1` a region");
}

#[test]
fn an_endpoint_without_a_scheme_is_told_with_one() {
    let place = place("");
    let ran = run(&mut with_keys(&place, "127.0.0.1:4566", &["plan"])).exits(1);
    let ran = ran.says("is `127.0.0.1:4566`, which is no URL").says("write `http://127.0.0.1:4566`");
    assert!(!ran.stderr.contains("SdkBody"), "{}", ran.stderr);
}

/// As a captive portal answers: 200 and a page, or a "not found" that would say of everything that it is not there.
#[test]
fn a_web_page_is_not_an_answer() {
    let place = place("");
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
        "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
    ] {
        let (address, _) = answering(answer);
        run(&mut with_keys(&place, &format!("http://{address}"), &["plan"]))
            .exits(1)
            .says(&format!("NotFromAws: {address}"))
            .says("a web page")
            .says("does not answer as AWS does");
    }
}
