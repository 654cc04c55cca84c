//! Records and what becomes of them.

use super::hive_json::HiveJson;
use super::openx::OpenX;
use super::*;
use crate::services::glue::hive::HiveType;

const COLUMNS: &[(&str, &str)] = &[
    ("flag", "boolean"),
    ("tiny", "tinyint"),
    ("n", "int"),
    ("big", "bigint"),
    ("ratio", "float"),
    ("price", "double"),
    ("amount", "decimal(5,2)"),
    ("name", "string"),
    ("raw", "binary"),
    ("day", "date"),
    ("at", "timestamp"),
    ("tags", "array<string>"),
    ("place", "struct<lat:double,country:string>"),
    ("more", "map<string,int>"),
];

fn openx(change: impl Fn(&mut OpenX)) -> Deserializer {
    let mut openx = OpenX { case_insensitive: true, dots: false, mappings: serde_json::Map::new() };
    change(&mut openx);
    Deserializer::OpenX(openx)
}

fn hive() -> Deserializer {
    Deserializer::Hive(HiveJson { formats: vec![] })
}

/// What is not null of a record's rows, as JSON; the error where there is one.
fn of(record: &str, deserializer: &Deserializer) -> String {
    let columns: Vec<_> =
        COLUMNS.iter().map(|(name, hive)| ((*name).to_owned(), HiveType::parse(hive).unwrap())).collect();
    match read(record.as_bytes(), &columns, deserializer) {
        Err(failure) => format!("{}: {}", failure.code.rsplit('.').next().unwrap(), failure.message),
        Ok(rows) => rows
            .into_iter()
            .map(|mut row| {
                row.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                row.to_string()
            })
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[test]
fn openx_reads_every_type_and_folds_names() {
    for (record, expected) in [
        (r#"{"n":"12","N":13,"other":[1,{"x":2}]}"#, r#"{"n":12}"#),
        (
            r#"{"Flag":"TRUE","TINY":-128,"Big":9223372036854775807}"#,
            r#"{"flag":true,"tiny":-128,"big":9223372036854775807}"#,
        ),
        (r#"{"ratio":"1.5","price":1e3,"amount":"1.235"}"#, r#"{"ratio":1.5,"price":1000.0,"amount":"1.24"}"#),
        (r#"{"name":12.50,"raw":"hi"}"#, r#"{"name":"12.50","raw":"6869"}"#),
        (r#"{"name":{"a":[1,null],"b":"ü"}}"#, r#"{"name":"{\"a\":[1,null],\"b\":\"ü\"}"}"#),
        (
            r#"{"day":"2026-9-7","at":"2026-09-07T12:00:02Z"}"#,
            r#"{"day":"2026-09-07","at":"2026-09-07T12:00:02.000000Z"}"#,
        ),
        (
            r#"{"tags":"a","place":[1.5,"DE",3],"more":{"A":"1","b":null}}"#,
            r#"{"tags":["a"],"place":{"lat":1.5,"country":"DE"},"more":{"A":1,"b":null}}"#,
        ),
        (
            r#"{"tags":["a",1,null],"place":{"LAT":"2","x":1}}"#,
            r#"{"tags":["a","1",null],"place":{"lat":2.0,"country":null}}"#,
        ),
        (r#"{"n":null,"tags":null,"place":null}"#, "{}"),
        ("{\"n\":1}{\"n\":2}\n\n {\"n\":3}\n", r#"{"n":1} {"n":2} {"n":3}"#),
    ] {
        assert_eq!(of(record, &openx(|_| ())), expected, "{record}");
    }
}

#[test]
fn what_does_not_fit_fails_its_record() {
    for (record, expected) in [
        (r#"{"n":"abc"}"#, "MalformedData: Data does not match the schema. For input string: \"abc\""),
        (r#"{"n":3000000000}"#, "For input string: \"3000000000\""),
        (r#"{"n":1.5}"#, "For input string: \"1.5\""),
        (r#"{"n":true}"#, "For input string: \"true\""),
        (r#"{"n":""}"#, "For input string: \"\""),
        (r#"{"ratio":1e39}"#, "For input string: \"1e39\""),
        (r#"{"price":"NaN"}"#, "For input string: \"NaN\""),
        (r#"{"amount":1000}"#, "For input string: \"1000\""),
        (r#"{"flag":1}"#, "For input string: \"1\""),
        (r#"{"day":"2026-11"}"#, "For input string: \"2026-11\""),
        (r#"{"at":"2026-11-26T10:00:00+01:00"}"#, "For input string:"),
        (r#"{"place":"here"}"#, "For input string: \"here\""),
        (r#"{"more":[1]}"#, "For input string: \"[1]\""),
        (r#"{"tags":[1],"n":{"x":1}}"#, "For input string:"),
        (r#"{"n":1}{"n":"x"}"#, "For input string: \"x\""),
        ("[{\"n\":1}]", "MalformedData: Data does not match the schema. A JSON object is required."),
        ("12", "MalformedData: The input JSON contained a primitive at the top level."),
        (" \n", "MalformedData: The record was empty or contained only whitespace."),
        (r#"{"n":1"#, "ParseError: Encountered malformed JSON."),
        (r#"{'n':1}"#, "ParseError: Encountered malformed JSON."),
        (r#"{"n":1} and more"#, "ParseError: Encountered malformed JSON."),
        (r#"{"price":NaN}"#, "ParseError: Encountered malformed JSON."),
    ] {
        let read = of(record, &openx(|_| ()));
        assert!(read.contains(expected), "{record}: {read}");
    }
}

#[test]
fn openx_is_told_what_keys_are_called() {
    let exact = openx(|openx| openx.case_insensitive = false);
    assert_eq!(
        of(r#"{"N":1,"name":"x","place":{"Lat":1,"country":"DE"}}"#, &exact),
        r#"{"name":"x","place":{"lat":null,"country":"DE"}}"#
    );
    let mapped = openx(|openx| {
        openx.mappings.insert("n".into(), "Count".into());
        openx.dots = true;
    });
    assert_eq!(of(r#"{"count":5,"n":1}"#, &mapped), r#"{"n":5}"#);
    let columns = [("a_b".to_owned(), HiveType::Int)];
    assert_eq!(read(br#"{"A.b":1}"#, &columns, &mapped).unwrap(), [json!({"a_b": 1})]);
    assert_eq!(read(br#"{"A.b":1}"#, &columns, &openx(|_| ())).unwrap(), [json!({"a_b": null})]);
}

#[test]
fn hive_takes_nothing_for_another_type() {
    for (record, expected) in [
        (r#"{"N":1,"n":2,"name":3,"amount":"1.235","flag":true}"#, r#"{"flag":true,"n":2,"amount":"1.24","name":"3"}"#),
        (r#"{"n":1.9,"at":"2026-11-26 10:00:00.5"}"#, r#"{"n":1,"at":"2026-11-26T10:00:00.500000Z"}"#),
        (r#"{"n":"12"}"#, "Current token (VALUE_STRING) not numeric, can not use numeric value accessors"),
        (r#"{"name":{"a":1}}"#, "One or more fields have incorrect format. Exception when validating field (root)"),
        (r#"{"tags":"a"}"#, "Data does not match the schema. java.io.IOException: Start of Array expected"),
        (r#"{"place":[1]}"#, "java.io.IOException: Start of Object expected"),
        (r#"{"flag":"true"}"#, "Current token (VALUE_STRING) not of boolean type"),
        (r#"{"n":3000000000}"#, "Numeric value (3000000000) out of range of int"),
        (r#"{"at":1518033528}"#, "For input string: \"1518033528\""),
    ] {
        let read = of(record, &hive());
        assert!(read.contains(expected), "{record}: {read}");
    }
}
