//! What docs/data.md says of the door, body by body.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod stored;

use serde_json::json;
use stored::{WEB, call};

fn table(title: &str) -> Vec<String> {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/data.md")).unwrap();
    let table = document.split(title).nth(1).unwrap();
    table.lines().skip(2).take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Each row is as what the function answers, and keeps, with these variables.
async fn is_as_written(rows: &[String], variables: &[(&str, &str)]) {
    for row in rows {
        let (body, answer) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let body = quoted(body)[0];
        let ended = call(json!({"httpMethod": "POST", "body": body}), variables).await;
        let (got, kept) = (ended.answer, ended.stored);
        assert!(answer.starts_with(&got.status_code.to_string()), "{row}: {}", got.body);
        match (got.status_code, quoted(answer).as_slice()) {
            (204, []) => assert_eq!(kept, format!("{body}\n")),
            (204, forms) => assert_eq!(kept.lines().collect::<Vec<_>>(), forms, "{row}"),
            (_, words) => {
                assert!(got.body.contains(words[0]), "{row}: {}", got.body);
                assert_eq!(kept, "");
            }
        }
    }
}

#[tokio::test]
async fn every_body_of_the_table_gets_its_answer() {
    let rows = table("| Body | Answer |");
    assert!(rows.len() > 10, "{rows:?}");
    is_as_written(&rows, &[]).await;
    is_as_written(&rows, &[("CRAWLED", "true")]).await;
}

#[tokio::test]
async fn names_inside_of_objects_are_those_that_types_have_where_tables_are_crawled() {
    let rows = table("| Body, where tables are crawled | Answer |");
    assert!(rows.len() > 4, "{rows:?}");
    is_as_written(&rows, &[("CRAWLED", "true")]).await;
    // And free where they are declared.
    for row in rows {
        assert_eq!(
            call(json!({"httpMethod": "POST", "body": quoted(&row)[0]}), &[]).await.answer.status_code,
            204,
            "{row}"
        );
    }
}

/// The columns and what is rejected are those that the text before the table says.
#[tokio::test]
async fn what_the_contract_rejects_is_as_its_table_says() {
    let columns = r#"{"event":"string","amount":"bigint","paid_at":"timestamp","ctx":"struct<os:string>"}"#;
    let rows = table("| Body, with `unknown` and `invalid: reject` | Answer |");
    assert!(rows.len() > 7, "{rows:?}");
    for row in rows {
        let (body, answer) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let variables = [("COLUMNS", columns), ("REJECT", "unknown,invalid"), ("SHARE_RECORDS", "true")];
        let ended = call(json!({"httpMethod": "POST", "body": quoted(body)[0]}), &variables).await;
        let got = ended.answer;
        assert!(answer.starts_with(&got.status_code.to_string()), "{row}: {}", got.body);
        let words = quoted(answer.split("stored").next().unwrap());
        let told = serde_json::from_str::<serde_json::Value>(&got.body).unwrap_or_default();
        let whys: Vec<_> = told["rejected"].as_array().into_iter().flatten().collect();
        // A name in backticks stands in double ones.
        let plain = answer.split("``").nth(1).map(str::trim);
        if got.status_code == 400 {
            let first = whys[0]["why"].as_str().unwrap();
            assert!(plain == Some(first), "{row}: {first} {words:?}");
            assert!(told["message"].as_str().unwrap().ends_with(first), "{row}");
            let line = format!("{:?}", ended.line);
            assert!(!line.contains("utm"), "a name that a client chose is in the log: {line}");
        }
        let stored = answer.split("stored ").nth(1).map_or_else(Vec::new, |after| quoted(after));
        if got.status_code == 400 || !stored.is_empty() {
            assert_eq!(ended.stored.lines().collect::<Vec<_>>(), stored, "{row}");
        }
    }
}

#[tokio::test]
async fn a_function_url_is_answered_as_its_table_says() {
    let rows = table("| Request | Answer |");
    assert!(rows.len() > 7, "{rows:?}");
    for row in rows {
        let (request, answer) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let quoted_request = quoted(request);
        let (method, target) = quoted_request[0].split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = query.replace("KEY", WEB.0);
        let headers = match quoted_request.get(1) {
            Some(header) => json!({"x-api-key": header.strip_prefix("X-Api-Key: ").unwrap().replace("KEY", WEB.0)}),
            None => json!({}),
        };
        let event = json!({"version": "2.0", "rawPath": path, "rawQueryString": query, "headers": headers,
            "requestContext": {"http": {"method": method, "path": path}}, "body": "{}", "isBase64Encoded": false});
        let got = call(event, &[("KEY_DIGESTS", WEB.1), ("EVENTS_PATH", "/track")]).await.answer;
        let message = quoted(answer).first().map_or_else(String::new, |words| format!("{{\"message\":\"{words}\"}}"));
        assert!(answer.starts_with(&got.status_code.to_string()), "{row}: {}", got.body);
        assert_eq!(got.body, message, "{row}");
    }
}
