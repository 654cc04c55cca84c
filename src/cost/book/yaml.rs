//! A price book as text: YAML as people write it, with a tier on a line and without exponents, which readers of
//! YAML 1.1 take for words.

use serde_json::{Map, Value};

/// The whole document.
pub(super) fn to_yaml(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    block(&mut text, document, 0);
    text
}

fn block(text: &mut String, map: &Map<String, Value>, indent: usize) {
    let margin = " ".repeat(indent);
    for (key, value) in map {
        text.push_str(&format!("{margin}{}:", word(key)));
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                block(text, inner, indent + 2);
            }
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                items.iter().for_each(|item| text.push_str(&format!("{margin}- {}\n", flow(item))));
            }
            // Within brackets these would end a word, here they do not.
            Value::String(line) => text.push_str(&format!(" {}\n", quoted(line, " -_./()+%<>,;=@^"))),
            _ => text.push_str(&format!(" {}\n", flow(value))),
        }
    }
}

/// On one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(fraction) if fraction.fract() == 0.0 => format!("{fraction:.1}"),
            Some(fraction) => fraction.to_string(),
            None => number.to_string(),
        },
        Value::String(text) => word(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| format!("{}: {}", word(key), flow(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

fn word(text: &str) -> String {
    quoted(text, " -_./()+%<>")
}

/// Plain where no reader can take it for something else, which these marks do not cause; quoted otherwise.
fn quoted(text: &str, marks: &str) -> String {
    const NO_WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let harmless = |c: char| c.is_alphanumeric() || marks.contains(c);
    // A number, a date or a time in one version of YAML or another.
    let number = text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(' ');
    let plain = text.starts_with(char::is_alphanumeric)
        && !text.ends_with(' ')
        && text.chars().all(harmless)
        && !number
        && !NO_WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        Value::from(text).to_string()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let value = json!({
            "schema": "pipectl-prices/1", "date": "2026-10-01", "words": ["no", "1e3", "a: b", "it's # so", "two\nlines", "", "0x1f"],
            "price": 2e-7, "whole": 5.0, "bound": 15_000_000_000_u64, "end": null, "sure": false, "none": {},
            "tiers": [{"from": 0, "to": null, "price": 0.0000035}], "deep": {"er": {"3.5": "9 to 5 (daily)"}},
        });
        let text = to_yaml(value.as_object().unwrap());
        let read: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(read, value, "{text}");
        assert!(
            text.contains("price: 0.0000002\n") && text.contains("- {from: 0, to: null, price: 0.0000035}\n"),
            "{text}"
        );
        assert!(text.contains("date: '2026-10-01'\n"), "{text}");
    }
}
