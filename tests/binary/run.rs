//! `pipectl run`: crawlers and the job, when somebody wants them.

use crate::support::{Place, Ran, Server, judge};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn refuse(server: &Server, operation: &str, code: &str, times: u32) {
    server.admin().forget_faults();
    server.admin().fault(&json!({"operation": operation, "code": code, "message": "in use", "times": times}));
}

#[test]
fn all_run_one_after_the_other_inside_the_program() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let ran = place.run(&["run", "all", "--local"]).exits(0);
    // What the job says of its rows stands below its line.
    let (told, ends): (Vec<_>, Vec<_>) = ran.stdout.lines().partition(|line| line.starts_with(' '));
    assert_eq!(told, ["  0 rows written"]);
    let lines: Vec<_> = ends.iter().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>()).collect();
    let addresses = ["lambda.function.mover", "glue.crawler.raw", "glue.job.etl", "glue.crawler.parquet"];
    assert_eq!(lines, addresses.map(|address| vec![address, "SUCCEEDED"]));
    // Nobody would finish it when the program has ended.
    assert!(place.run(&["run", "etl", "--local"]).exits(0).stdout.contains("SUCCEEDED"));
}

#[test]
fn what_is_not_there_cannot_run() {
    let place = Place::example("minimal");
    for what in [&["mover"][..], &["etl"], &["crawler", "raw"], &["all"]] {
        place.run(&[&["run"], what, &["--local"]].concat()).exits(1).says("hint: `pipectl apply` makes it");
    }
    place.run(&["run", "crawler", "other", "--local"]).exits(3);
}

#[test]
fn nobody_waits_unasked_for_what_a_server_does() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let started = place.run(&["run", "etl", "--local"]).exits(0).says("glue.job.etl started jr_");
    assert_eq!(started.stdout, "");
    refuse(&server, "glue:StartCrawler", "CrawlerRunningException", 1);
    place.run(&["run", "crawler", "raw", "--local"]).exits(0).says("glue.crawler.raw was running already");
    server.admin().all_struck(1);
    // Nothing runs, and yet there is no place: that of a run that has just ended is taken for a moment.
    place.run(&["run", "etl", "--local", "--wait"]).exits(0);
    refuse(&server, "glue:StartJobRun", "ConcurrentRunsExceededException", 2);
    place.run(&["run", "etl", "--local", "--wait"]).exits(0).says("started jr_").says("SUCCEEDED");
    server.admin().all_struck(2);
}

/// What the job did is done, though nobody may read its log.
#[test]
fn a_run_whose_log_cannot_be_read_has_done_its_work() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let denied = json!({"operation": "logs:FilterLogEvents", "code": "AccessDeniedException", "message": "no"});
    server.admin().fault(&denied);
    let ran = place.run(&["run", "etl", "--local", "--wait"]).exits(0);
    ran.says("SUCCEEDED").says("which cannot be read: logs:FilterLogEvents: AccessDeniedException");
}

/// Waits for a crawl that somebody else has started, and that does not end.
fn waiting(place: &Place, server: &Server) -> (Child, String) {
    refuse(server, "glue:StartCrawler", "CrawlerRunningException", 1);
    let mut command = place.command();
    command.args(["run", "crawler", "raw", "--local", "--wait"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("was running already") {
        assert!(errors.read_line(&mut told).unwrap() > 0, "{told}");
    }
    server.admin().all_struck(1);
    child.stderr = Some(errors.into_inner());
    (child, told)
}

#[test]
fn a_crawl_of_somebody_else_is_waited_for() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let (child, _) = waiting(&place, &server);
    place.run(&["run", "crawler", "raw", "--local"]).exits(0).says("started");
    Ran::new(&child.wait_with_output().unwrap()).exits(0).says("glue.crawler.raw      SUCCEEDED");
}

#[test]
fn an_interrupt_ends_the_waiting_only() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let (mut child, _) = waiting(&place, &server);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(told.contains("what was started goes on"), "{told}");
}

/// As somebody switches it off in the console: Lambda would answer 429 for ever.
#[test]
fn a_mover_that_is_switched_off_is_told_at_once() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("switch_off.py", &[&server.url, "minimal-dev-mover"]);
    for what in ["mover", "all"] {
        let began = Instant::now();
        let off = place.run(&["run", what, "--local"]).exits(1);
        assert!(off.stderr.contains("`minimal-dev-mover` is switched off"), "{}", off.stderr);
        assert!(off.stderr.contains("`pipectl apply` lets it run again"), "{}", off.stderr);
        assert!(began.elapsed() < Duration::from_secs(30), "it is not waited for");
    }
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["run", "all", "--local"]).exits(0);
}

#[test]
fn a_failure_is_told_in_awss_words_after_the_last_attempt() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("overwrite_script.py", &[&server.url, "minimal-dev-000000000000-us-east-1"]);
    let failed = place.run(&["run", "all", "--local"]).exits(1);
    assert!(failed.stderr.contains("glue.job.etl attempt 1 failed: "), "{}", failed.stderr);
    assert!(failed.stderr.contains("error: glue.job.etl ended as FAILED: "), "{}", failed.stderr);
    assert!(failed.stderr.contains("of the log group `/aws-glue/jobs/error`"), "{}", failed.stderr);
    // What would read the job's files is not started.
    assert!(!failed.stdout.contains("glue.crawler.parquet"), "{}", failed.stdout);
}
