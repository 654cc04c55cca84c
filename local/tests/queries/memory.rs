//! Queries that want more memory than there is.

use super::{Aws, SERIES};
use std::process::Command;
use std::time::Duration;

/// Each would need more memory than a laptop has.
fn greedy() -> Vec<String> {
    vec![
        "SELECT rpad('x', 2000000000, 'x')".to_owned(),
        "SELECT length(rpad(rpad('x', 100000, 'x'), 2000000000, 'yz'))".to_owned(),
        "SELECT length(rpad('x', x, 'x')) FROM (VALUES (2000000000)) AS t(x)".to_owned(),
        "SELECT lpad('x', 2000000000, 'yz')".to_owned(),
        "SELECT array_repeat('x', 2000000000)".to_owned(),
        "SELECT cardinality(sequence(1, 100000000000))".to_owned(),
        "SELECT sequence(1, 9000000000000000000)".to_owned(),
        "SELECT range(0, 100000000000)".to_owned(),
        format!("SELECT length(replace(rpad('x', 100000000, 'x'), 'x', '{}'))", "y".repeat(1000)),
        format!("SELECT array_agg(x) {SERIES}"),
        format!("SELECT x, rpad('x', 100, 'x') {SERIES}"),
        format!("SELECT rpad('x', 100000, 'x') {SERIES}"),
        format!("SELECT x {SERIES} ORDER BY x * -1"),
        format!("SELECT count(DISTINCT x) {SERIES}"),
        format!("SELECT x, count(*) {SERIES} GROUP BY x"),
        format!("SELECT count(*) FROM (SELECT x {SERIES}) AS p JOIN (SELECT x {SERIES}) AS q ON p.x = q.x"),
        format!("SELECT string_agg(CAST(x AS varchar), ',') {SERIES}"),
        format!("SELECT x, max_by(x, x) {SERIES} GROUP BY x"),
        format!("SELECT x, avg(CAST(x AS decimal(18, 2))) {SERIES} GROUP BY x"),
        format!("SELECT x, map_agg(x, x) {SERIES} GROUP BY x"),
        format!("SELECT approx_percentile(x, 0.5e0) {SERIES}"),
    ]
}

/// Of two million rows that there is room for, but not for what is made of them.
fn swollen() -> Vec<String> {
    let series = SERIES.replace("(1, 10000)) AS a", "(1, 200)) AS a");
    let all =
        ["histogram(x)", "map_agg(x, x)", "multimap_agg(x, x)", "max_by(x, x, 3)", "approx_most_frequent(3, x, 9)"];
    all.iter().map(|made| format!("SELECT cardinality({made}) {series}")).collect()
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}

/// Set in the process that does it.
const ALONE: &str = "PIPECTL_TEST_ALONE";

/// What the whole process holds is measured, and the tests beside this one hold much: it runs in a process of its own.
#[test]
fn a_query_that_wants_more_memory_than_there_is_fails_alone() {
    const NAME: &str = "memory::a_query_that_wants_more_memory_than_there_is_fails_alone";
    if std::env::var_os(ALONE).is_some() {
        return each_is_refused_within_its_bound();
    }
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let ran = alone.args(["--exact", NAME, "--nocapture"]).env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    println!("{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && said.contains("1 passed"), "ended with {}", ran.status);
}

fn each_is_refused_within_its_bound() {
    let bound = 128 << 20;
    let aws = Aws::new(bound);
    for (sql, times) in greedy().into_iter().map(|sql| (sql, 6)).chain(swollen().into_iter().map(|sql| (sql, 2))) {
        let before = resident();
        let id = aws.start(&sql);
        let mut most = 0;
        while ["QUEUED", "RUNNING"].contains(&aws.status(&id).0.as_str()) {
            most = most.max(resident().saturating_sub(before));
            std::thread::sleep(Duration::from_millis(20));
        }
        let ended = aws.end(&id).unwrap_err();
        let known = ["EXCEEDED_MEMORY_LIMIT", "EXCEEDED_FUNCTION_MEMORY_LIMIT", "INVALID_FUNCTION_ARGUMENT"];
        assert!(known.iter().any(|code| ended.contains(code)), "{sql:.200}: {ended}");
        println!("{:4} MB: {:.70}", most >> 20, sql);
        assert!(most < times * bound, "{sql:.200}: {} MB", most >> 20);
        assert_eq!(aws.query("SELECT 1"), Ok(vec!["1".to_owned()]));
    }
}
