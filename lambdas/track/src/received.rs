//! When an event was received, written into it.

use jiff::Timestamp;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The field that is added to each event. What a client writes there goes: a name that is there twice makes an event unreadable to
/// some readers, and names of columns have no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    field: String,
    /// As it stands in JSON.
    quoted: String,
}

impl Received {
    /// Of a column's name.
    pub(crate) fn parse(field: &str) -> Option<Self> {
        let quoted = serde_json::to_string(field).ok()?;
        (!field.is_empty()).then(|| Self { field: field.to_owned(), quoted })
    }

    /// What is added to each event of a request.
    pub(crate) fn stamp(&self, now: Timestamp) -> Stamp<'_> {
        Stamp { received: self, text: format!("{}:\"{now:.3}\"}}", self.quoted) }
    }
}

pub(crate) struct Stamp<'a> {
    received: &'a Received,
    /// `"received_at":"2026-11-26T09:30:00.125Z"}`
    text: String,
}

impl Stamp<'_> {
    /// The event, a JSON object, with the time at its end.
    pub(crate) fn on(&self, event: &str) -> String {
        let event = if self.has_field(event) { self.without_field(event) } else { Cow::Borrowed(event) };
        let inside = event.strip_suffix('}').unwrap_or(&event).trim_ascii_end();
        let comma = if inside.ends_with('{') { "" } else { "," };
        [inside, comma, &self.text].concat()
    }

    /// Perhaps: within a text or another object it is no field of the event.
    fn has_field(&self, event: &str) -> bool {
        let (event, name) = (event.as_bytes(), self.received.quoted.as_bytes());
        event.windows(name.len()).any(|window| window.eq_ignore_ascii_case(name))
    }

    fn without_field<'e>(&self, event: &'e str) -> Cow<'e, str> {
        let Ok(mut fields) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(event) else {
            return Cow::Borrowed(event);
        };
        fields.retain(|name, _| !name.eq_ignore_ascii_case(&self.received.field));
        serde_json::to_string(&fields).map_or(Cow::Borrowed(event), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn stamped(event: &str) -> String {
        let now = "2026-11-26T09:30:00.125Z".parse().unwrap();
        Received::parse("received_at").unwrap().stamp(now).on(event)
    }

    #[test]
    fn the_time_is_the_last_field_and_the_rest_keeps_its_bytes() {
        let time = r#""received_at":"2026-11-26T09:30:00.125Z""#;
        for (event, wanted) in [
            (r#"{"event":"a","n":1.0e2}"#, format!(r#"{{"event":"a","n":1.0e2,{time}}}"#)),
            ("{}", format!("{{{time}}}")),
            ("{ }", format!("{{{time}}}")),
            (r#"{"a":{} }"#, format!(r#"{{"a":{{}},{time}}}"#)),
            (r#"{"a":"{"}"#, format!(r#"{{"a":"{{",{time}}}"#)),
            (
                r#"{"a":"received_at","b":{"received_at":1}}"#,
                format!(r#"{{"a":"received_at","b":{{"received_at":1}},{time}}}"#),
            ),
        ] {
            assert_eq!(stamped(event), wanted, "{event}");
        }
    }

    #[test]
    fn what_a_client_wrote_there_goes_whatever_its_case() {
        for event in [
            r#"{"received_at":"1999-01-01","event":"a"}"#,
            r#"{"event":"a","Received_At":null}"#,
            r#"{"RECEIVED_AT":1,"event":"a","received_at":2}"#,
            r#"{"event":"a","received\u005fat":1,"received_At":2}"#,
        ] {
            let text = stamped(event);
            let fields: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
            assert_eq!(fields.len(), 2, "{text}");
            assert_eq!((&fields["event"], &fields["received_at"]), (&"a".into(), &"2026-11-26T09:30:00.125Z".into()));
            assert_eq!(text.to_lowercase().matches("received_at").count(), 1, "{text}");
        }
    }
}
