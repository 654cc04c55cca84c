use super::*;
use crate::aws::AskedFor;
use serde_json::json;

fn recorded(step: &str, operation: &str, asked: Value, status: u16, answer: Value) -> Recorded {
    let asked = AskedFor { method: "POST".to_owned(), path: "/".to_owned(), body: asked, ..AskedFor::default() };
    let headers = [("x-amzn-requestid", "r-1"), ("content-type", "application/x-amz-json-1.1; charset=x")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let exchange = Exchange { operation: operation.to_owned(), asked, status: Some(status), headers, answer };
    Recorded { step: step.to_owned(), exchange }
}

fn job(answer: Value) -> Recorded {
    recorded("apply", "glue:GetJob", json!({"JobName": "acc-1-article-etl"}), 200, answer)
}

fn told(there: &[Recorded], here: &[Recorded]) -> Vec<(Kind, String, String, String)> {
    let compared = compare("acc-1", there, here);
    compared.differences.into_iter().map(|one| (one.kind, one.at, one.there, one.here)).collect()
}

#[test]
fn the_same_answers_have_no_differences() {
    let one =
        job(json!({"Job": {"Name": "acc-1-article-etl", "CreatedOn": 1.76e9, "Tags": [{"Key": "a"}, {"Key": "b"}]}}));
    let other =
        job(json!({"Job": {"Tags": [{"Key": "b"}, {"Key": "a"}], "Name": "acc-1-article-etl", "CreatedOn": 1.75e9}}));
    let compared = compare("acc-1", &[one], &[other]);
    assert_eq!(compared.differences, []);
    let counted = Counted { there: 1, here: 1, compared: 1, ..Counted::default() };
    assert_eq!(compared.operations, BTreeMap::from([("glue:GetJob".to_owned(), counted)]));
}

#[test]
fn each_kind_of_difference_is_told_with_its_place() {
    let here = json!({"Job": {"Timeout": 60, "Name": "acc-1", "Command": {"Name": "glueetl"}, "Lines": [1, 2], "MaxRetries": 0}});
    let rows = [
        (json!("60"), "Timeout", Kind::Type, "Job.Timeout", "text", "number"),
        (json!(61), "Timeout", Kind::Value, "Job.Timeout", "61", "60"),
        (json!({"Name": "x"}), "Command", Kind::Value, "Job.Command.Name", "\"x\"", "\"glueetl\""),
        (json!({}), "Command", Kind::OnlyHere, "Job.Command.Name", "-", "\"glueetl\""),
        (json!(true), "Profiled", Kind::OnlyThere, "Job.Profiled", "true", "-"),
        (json!([1]), "Lines", Kind::Count, "Job.Lines[]", "1", "2"),
        (json!([1, 3]), "Lines", Kind::Value, "Job.Lines[]", "3", "2"),
    ];
    for (value, member, kind, at, one, other) in rows {
        let mut there = here.clone();
        there["Job"][member] = value;
        let expected = vec![(kind, at.to_owned(), one.to_owned(), other.to_owned())];
        assert_eq!(told(&[job(there)], &[job(here.clone())]), expected, "{at}");
    }
}

#[test]
fn an_error_is_told_by_its_code_and_its_words() {
    let error = |code: &str, words: &str| {
        let answer = json!({"__type": format!("com.amazonaws.glue#{code}"), "Message": words});
        recorded("apply", "glue:GetJob", json!({"JobName": "acc-1"}), 400, answer)
    };
    let there = error("EntityNotFoundException", "Job acc-1 not found.");
    assert_eq!(told(std::slice::from_ref(&there), std::slice::from_ref(&there)), []);
    let words = error("EntityNotFoundException", "no such job");
    let expected = (Kind::Message, String::new(), "Job acc-1 not found.".to_owned(), "no such job".to_owned());
    assert_eq!(told(std::slice::from_ref(&there), &[words]), [expected]);
    let code = told(std::slice::from_ref(&there), &[error("InvalidInputException", "x")]);
    assert_eq!(code[0].0, Kind::Outcome);
    assert_eq!(code[0].2, "400 EntityNotFoundException Job acc-1 not found.");
    assert_eq!((code.len(), code[0].3.as_str()), (1, "400 InvalidInputException"));
}

/// A target that takes longer is asked again, and that is no difference of its answers.
#[test]
fn what_was_asked_again_until_it_was_so_is_compared_by_its_end() {
    let state =
        |state: &str| recorded("apply", "glue:GetCrawler", json!({"Name": "acc-1"}), 200, json!({"State": state}));
    assert_eq!(told(&[state("RUNNING"), state("RUNNING"), state("READY")], &[state("READY")]), []);
    let refused =
        recorded("apply", "glue:GetCrawler", json!({"Name": "acc-1"}), 400, json!({"__type": "ThrottlingException"}));
    let found = told(&[refused, state("READY")], &[state("READY")]);
    let expected = (Kind::Outcome, String::new(), "400 ThrottlingException".to_owned(), "200".to_owned());
    assert_eq!(found, [expected]);
}

#[test]
fn what_one_was_asked_only_is_counted_and_not_compared() {
    let one = job(json!({}));
    let other = recorded("apply", "glue:GetJob", json!({"JobName": "acc-1-other"}), 200, json!({}));
    let compared = compare("acc-1", &[one], &[other]);
    assert_eq!(compared.differences, []);
    let counted = compared.operations["glue:GetJob"];
    assert_eq!((counted.compared, counted.only_there, counted.only_here), (0, 1, 1));
}

/// An account has limits, settings and things of others, which are nobody else's business.
#[test]
fn of_the_account_no_value_is_told() {
    let account = |limit: u64, role: &str| {
        recorded(
            "plan",
            "apigateway:GetAccount",
            Value::Null,
            200,
            json!({"limit": limit, "role": role, "list": [role]}),
        )
    };
    assert_eq!(told(&[account(1, "somebody")], &[account(2, "nobody")]), []);
    let mut more = account(1, "somebody");
    more.exchange.answer["more"] = "somebody".into();
    let found = told(&[more], &[account(2, "nobody")]);
    assert_eq!(found, [(Kind::OnlyThere, "more".to_owned(), "\"<text>\"".to_owned(), "-".to_owned())]);
}
