//! Answers as charts: in the terminal and on a page.

use crate::support::{Place, Ran, axe, judge};

const EVIL: &str =
    "SELECT * FROM (VALUES ('login', 1200000), ('<script>alert(1)</script>', 3), ('gone', NULL)) AS t(event, n)";

fn drawn(place: &Place, locale: &str, sql: &str) -> Ran {
    let mut command = place.command();
    command.args(["query", "--local", "--output", "chart", sql]).env("LC_ALL", locale);
    Ran::new(&command.output().unwrap()).exits(0)
}

#[test]
fn an_answer_is_drawn_in_the_terminal_and_on_a_page() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = place.serve();
    let bars = drawn(&place, "C", EVIL).stdout;
    assert!(bars.contains("login                      ####") && bars.contains("# 1.2M\n"), "{bars}");
    assert!(bars.is_ascii() && bars.contains("no value"), "{bars}");
    assert!(drawn(&place, "C.UTF-8", EVIL).stdout.contains("\u{2588}"));
    let page = place.run(&["query", "--local", "--output", "html", EVIL]).exits(0).stdout;
    assert!(
        page.starts_with("<!doctype html>") && page.contains("<svg ") && page.contains("default-src 'none'"),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"), "{page}");
    // Nothing to draw: the rows.
    let rows = drawn(&place, "C", "SELECT * FROM (VALUES (5, 1), (3, 2)) AS t(a, b)").stdout;
    assert!(rows.starts_with("a  b\n-  -\n5  1\n3  2\n"), "{rows}");
}

/// Of the article's example, which has hints, and of the same file without them.
#[test]
fn a_hint_is_what_is_drawn_and_no_change_of_the_plan() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let number = "chart: { type: number, y: [events], title: Loudest }";
    place.edit(&[("chart: bar ", number), ("chart: { type: line, y: users, title: Users of each month }", "")]);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.edit(&[("SELECT event, count(*) AS events FROM ${parquet_table}", "SELECT 'a' AS event, 7 AS events -- ")]);
    let drawn = place.run(&["query", "--local", "--named", "events_by_name", "--output", "chart"]).exits(0).stdout;
    assert_eq!(drawn, "Loudest\n\nevents  7\n");
}

/// One query has no table, one is wrong, and one is drawn: the page has all three, and the exit code says so.
#[test]
fn a_report_has_each_query_in_its_place_and_fails_where_one_does() {
    let place = Place::new(
        "name: clicks\nschema: { event: string }\nquery:\n  queries:\n    day: SELECT date '2018-01-01' AS day, 3 AS events\n    \
         missing: SELECT * FROM nowhere\n    named: { chart: { type: bar, title: By name }, sql: \"SELECT 'a<b' AS event, 3 AS n\" }\n",
    );
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let report = |more: &[&str]| place.run(&[&["report", "--local", "--out", "report.html"], more].concat());
    let page = || std::fs::read_to_string(place.path().join("report.html")).unwrap();
    report(&["--named", "nothing"]).exits(3).says("the file has no query `nothing`").says("day, missing, named");
    let ran = report(&["--json"]).exits(1).says("1 of 3 queries failed: missing").says("missing: ");
    let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let charts: Vec<_> = told["queries"].as_array().unwrap().iter().map(|one| one["chart"].as_str()).collect();
    assert_eq!(charts, [Some("line"), None, Some("bar")], "{told}");
    assert_eq!(told["error"]["code"], "query_failed", "{told}");
    let all = page();
    for words in
        ["<h1>clicks/dev</h1>", "<h2 id=\"q0\">day</h2>", "<strong>It failed:</strong> ", "By name</h2>", "a&lt;b"]
    {
        assert!(all.contains(words), "{words}: {all}");
    }
    report(&["--named", "named,day"]).exits(0).says("2 queries, ");
    let some = page();
    assert!(some.find("By name").unwrap() < some.find(">day<").unwrap() && !some.contains("It failed"), "{some}");
    // All that is asked fails: the reason is the error, and the page has it.
    report(&["--named", "missing"]).exits(1).says("nowhere");
    assert!(page().contains("It failed"));
}

/// The example's three queries over events that came, and beside them what is hard to draw.
#[test]
#[ignore = "needs Chromium, and npm to fetch axe-core"]
fn a_report_opens_without_a_network_and_keeps_nobody_out_in_chromium() {
    let place = Place::example("clickstream");
    let lines: String = [(1, 9), (2, 11), (3, 12), (4, 8), (5, 14), (9, 13), (10, 17), (12, 15)]
        .map(|(day, n)| format!("('2018-01-{day:02}', 'login', {n}00), ('2018-01-{day:02}', 'purchase', {}), ", n * 23))
        .concat();
    let more = format!(
        "  queries:\n    hard_bars: SELECT * FROM (VALUES ('a name that is much too long to stand beside its bar, and that \
         nobody would read', 12345678.5), ('<b>loss</b>', -4000000), ('none', NULL)) AS t(event, n)\n    \
         hard_lines: SELECT * FROM (VALUES {lines} ('2018-01-15', 'login', 300)) AS t(day, event, n)\n    \
         wrong: SELECT * FROM nowhere\n"
    );
    place.edit(&[("  queries:\n", &more)]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "300", "--seed", "7"]).exits(0);
    place.run(&["local", "tick", "4h"]).exits(0);
    place.run(&["report", "--local", "--out", "report.html"]).exits(1).says("1 of 6 queries failed: wrong");
    let pictures = std::env::var("PIPECTL_PICTURES").unwrap_or_else(|_| "-".to_owned());
    let page = place.path().join("report.html");
    let told = judge("report_page.py", &[page.to_str().unwrap(), &axe(), &pictures]);
    let look = |width, scheme| format!("{width} {scheme} fits: True charts: 4 axe: []\n");
    let looks = [400, 800, 1400].map(|width| look(width, "light") + &look(width, "dark")).concat();
    assert_eq!(told, format!("{looks}requests: 0\n"));
}
