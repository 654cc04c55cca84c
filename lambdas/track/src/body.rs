//! From the bytes of a request to its events.

use crate::added::Stamp;
use crate::pack::MAX_RECORD_BYTES;
use crate::readable::{Tables, readable};
use crate::rejection::Rejection;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The events of a body, in order, each on a single line without its newline. A body is one JSON object, a JSON array of objects, or
/// any number of these after one another (NDJSON). Events are numbered from 1 in a [`Rejection`].
pub(crate) fn events<'a>(
    body: &'a [u8],
    stamp: Option<&Stamp<'_>>,
    tables: Tables,
) -> Result<Vec<Cow<'a, [u8]>>, Rejection> {
    let text = str::from_utf8(body).map_err(|_| Rejection::NotUtf8)?;
    // How gzip and zlib begin, with what is no text replaced.
    if text.starts_with("\u{1f}\u{fffd}") || text.starts_with("x\u{fffd}") {
        return Err(Rejection::Compressed);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut events = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let value = value.map_err(|error| not_json(&error))?.get();
        if value.starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(value).map_err(|error| not_json(&error))?;
            for element in elements {
                push(&mut events, text, element.get(), (stamp, tables))?;
            }
        } else {
            push(&mut events, text, value, (stamp, tables))?;
        }
    }
    if events.is_empty() { Err(Rejection::Empty) } else { Ok(events) }
}

fn not_json(error: &serde_json::Error) -> Rejection {
    Rejection::NotJson { line: error.line(), column: error.column() }
}

fn push<'a>(
    events: &mut Vec<Cow<'a, [u8]>>,
    body: &str,
    value: &'a str,
    (stamp, tables): (Option<&Stamp<'_>>, Tables),
) -> Result<(), Rejection> {
    let index = events.len() + 1;
    if !value.starts_with('{') {
        return Err(Rejection::NotAnObject { index });
    }
    let event = readable(value, tables).map_err(|(why, at)| {
        // The event is a part of the body.
        let (line, column) = place(body, value.as_ptr() as usize - body.as_ptr() as usize + at);
        Rejection::Unreadable { index, why, line, column }
    })?;
    let event = match stamp {
        Some(stamp) => Cow::Owned(stamp.on(&event)),
        None => event,
    };
    let event = match event {
        Cow::Borrowed(event) => single_line(event),
        Cow::Owned(event) => Cow::Owned(single_line(&event).into_owned()),
    };
    // The newline that ends the event in its record counts too.
    let bytes = event.len() + 1;
    if bytes > MAX_RECORD_BYTES {
        return Err(Rejection::TooLarge { index, bytes });
    }
    events.push(event);
    Ok(())
}

/// Line and column of a byte, as `serde_json` counts them: from 1, columns in bytes.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    (before.iter().filter(|&&byte| byte == b'\n').count() + 1, at - line_start + 1)
}

/// An event keeps its own bytes: the spelling of numbers and the order of keys survive. Only what spans lines loses its white space, because what reads the files takes CR, LF and CRLF each as the end of an event.
fn single_line(json: &str) -> Cow<'_, [u8]> {
    if !json.contains(['\n', '\r']) {
        return Cow::Borrowed(json.as_bytes());
    }
    let mut line = Vec::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json.as_bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_string = byte == b'"';
        }
        line.push(byte);
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readable::Unreadable;

    fn lines(body: &str) -> Vec<String> {
        let events =
            events(body.as_bytes(), None, Tables::Crawled).unwrap_or_else(|rejection| panic!("{body}: {rejection}"));
        events.iter().map(|event| String::from_utf8(event.to_vec()).unwrap()).collect()
    }

    fn rejection(body: &[u8]) -> Rejection {
        events(body, None, Tables::Crawled).expect_err("the body is not acceptable")
    }

    #[test]
    fn one_object_an_array_and_ndjson_give_their_events() {
        let one = r#"{"event":"LOGIN"}"#;
        assert_eq!(lines(one), [one]);
        assert_eq!(lines(r#"[{"a":1}, {"b":2}]"#), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(lines("{\"a\":1}\r\n\n{\"b\":2}\n"), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(lines("[{\"a\":1}]\n{\"b\":2}"), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(lines("\u{feff}{\"a\":1}"), [r#"{"a":1}"#]);
    }

    #[test]
    fn an_event_on_one_line_keeps_its_bytes() {
        let event = r#"{ "big": 12345678901234567890123, "x": 1.0, "y": 1e3, "s": "\u00e9 é  \" " }"#;
        assert_eq!(lines(event), [event]);
    }

    #[test]
    fn an_event_over_several_lines_is_compacted_outside_of_its_strings() {
        let pretty = "{\r\n  \"s\": \"a  b \\\" c \\\\\",\n  \"n\": [1.0,\t2 ]\r}";
        assert_eq!(lines(pretty), [r#"{"s":"a  b \" c \\","n":[1.0,2]}"#]);
    }

    #[test]
    fn what_is_no_object_is_named_by_its_number() {
        assert_eq!(rejection(b"42"), Rejection::NotAnObject { index: 1 });
        assert_eq!(rejection(b"{}\n\"text\""), Rejection::NotAnObject { index: 2 });
        assert_eq!(rejection(b"[{}, null]"), Rejection::NotAnObject { index: 2 });
        assert_eq!(rejection(b"[[{}]]"), Rejection::NotAnObject { index: 1 });
    }

    #[test]
    fn one_bad_line_rejects_the_request_with_its_position() {
        assert_eq!(rejection(b"{\"a\":1}\n{\"b\":}"), Rejection::NotJson { line: 2, column: 6 });
        assert!(matches!(rejection(b"event=LOGIN"), Rejection::NotJson { line: 1, .. }));
        assert!(matches!(rejection(b"{\"a\":1"), Rejection::NotJson { line: 1, .. }));
        assert!(
            matches!(rejection(b"{\"a\":\"\n\"}"), Rejection::NotJson { .. }),
            "a raw newline in a string is not JSON"
        );
    }

    #[test]
    fn what_a_reader_of_the_tables_would_refuse_is_refused_with_its_place() {
        let unreadable = |index, why, line, column| Rejection::Unreadable { index, why, line, column };
        let body = "{\"a\":1}\n[{\"a\":1},\n {\"a\":1,\"A\":2}]";
        assert_eq!(rejection(body.as_bytes()), unreadable(3, Unreadable::TwiceNamed, 3, 10));
        let message = rejection(b"\n{\"n\":1e999}").to_string();
        assert_eq!(message, "event 1 has a number that is too large for any column: line 2, column 6");
        assert_eq!(lines("{\n\"s\":\"\\ud83d\"}"), ["{\"s\":\"\\ufffd\"}"]);
    }

    #[test]
    fn nothing_is_not_an_event() {
        for body in ["", " \r\n", "[]", "[]\n[]"] {
            assert_eq!(rejection(body.as_bytes()), Rejection::Empty, "{body:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_rejected() {
        for compressed in [&b"\x1f\x8b\x08\x00"[..], b"\x78\x9c\xab"] {
            assert_eq!(rejection(String::from_utf8_lossy(compressed).as_bytes()), Rejection::Compressed);
        }
        assert_eq!(rejection(b"{\"a\":\"\xff\"}"), Rejection::NotUtf8);
    }

    #[test]
    fn the_largest_event_fills_a_record_and_one_byte_more_does_not_fit() {
        let event = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
        assert_eq!(lines(&event(MAX_RECORD_BYTES - 1))[0].len(), MAX_RECORD_BYTES - 1);
        let body = format!("{{}}\n{}", event(MAX_RECORD_BYTES));
        assert_eq!(rejection(body.as_bytes()), Rejection::TooLarge { index: 2, bytes: MAX_RECORD_BYTES + 1 });
    }
}
