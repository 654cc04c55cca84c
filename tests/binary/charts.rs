//! Answers as charts: in the terminal and on a page.

use crate::support::{Place, Ran};

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
