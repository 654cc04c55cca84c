//! What the function writes into each event, whatever a client wrote there: it alone knows, and a page could claim anything.

use crate::request::ProxyRequest;
use jiff::Timestamp;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Headers are a client's: no more than this many characters of one are kept. Browsers name themselves in some 150.
const MOST_OF_A_HEADER: usize = 512;

/// A field, and a column of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    ReceivedAt,
    RequestId,
    Origin,
    UserAgent,
    Ip,
}

impl Field {
    const ALL: [Self; 5] = [Self::ReceivedAt, Self::RequestId, Self::Origin, Self::UserAgent, Self::Ip];

    fn name(self) -> &'static str {
        match self {
            Self::ReceivedAt => "received_at",
            Self::RequestId => "request_id",
            Self::Origin => "origin",
            Self::UserAgent => "user_agent",
            Self::Ip => "ip",
        }
    }

    /// Of a request; `None` where the client told none.
    fn value(self, request: &ProxyRequest, now: Timestamp) -> Option<String> {
        let header = |value: &Option<String>| value.as_ref().map(|text| text.chars().take(MOST_OF_A_HEADER).collect());
        match self {
            Self::ReceivedAt => Some(format!("{now:.3}")),
            Self::RequestId => request.id.clone(),
            Self::Origin => header(&request.headers.origin),
            Self::UserAgent => header(&request.headers.user_agent),
            Self::Ip => request.source_ip.as_deref()?.parse().ok().map(truncated),
        }
    }
}

/// The network that an address is of, as analytics have kept it since Google's `anonymizeIp`: an IPv4 address without its last 8 bits, an
/// IPv6 address without its last 80. A hash would hide nothing: all addresses of IPv4 are hashed in minutes.
fn truncated(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).to_string(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).to_string(),
    }
}

/// Which fields are added to each event. What a client writes there goes: a name that is there twice makes an event unreadable to some
/// readers, and names of columns have no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added(BTreeSet<Field>);

impl Added {
    /// Of their names, separated by commas.
    pub(crate) fn parse(list: &str) -> Option<Self> {
        let one = |name: &str| Field::ALL.into_iter().find(|field| field.name() == name);
        list.split(',').map(one).collect::<Option<_>>().map(Self)
    }

    /// What is added to each event of a request.
    pub(crate) fn stamp(&self, request: &ProxyRequest, now: Timestamp) -> Stamp<'_> {
        let mut text = String::new();
        for field in &self.0 {
            if let Some(value) = field.value(request, now) {
                let comma = if text.is_empty() { "" } else { "," };
                // Writing to a text cannot fail.
                let _ = write!(text, "{comma}\"{}\":{}", field.name(), serde_json::Value::from(value));
            }
        }
        Stamp { added: self, text }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|field| name.eq_ignore_ascii_case(field.name()))
    }
}

pub(crate) struct Stamp<'a> {
    added: &'a Added,
    /// `"received_at":"2026-11-26T09:30:00.125Z","origin":"https://shop.example"`
    text: String,
}

impl Stamp<'_> {
    /// The event, a JSON object, with the fields at its end.
    pub(crate) fn on(&self, event: &str) -> String {
        let event = if self.may_have_a_field(event) { self.without_fields(event) } else { Cow::Borrowed(event) };
        let inside = event.strip_suffix('}').unwrap_or(&event).trim_ascii_end();
        let comma = if inside.ends_with('{') || self.text.is_empty() { "" } else { "," };
        [inside, comma, &self.text, "}"].concat()
    }

    /// Within a text or another object it is no field of the event: this only looks whether there is a reason to look closer.
    fn may_have_a_field(&self, event: &str) -> bool {
        let begins_with = |rest: &str, field: &Field| {
            let name = field.name().as_bytes();
            let (found, rest) = (rest.as_bytes().get(..name.len()), rest.as_bytes().get(name.len()));
            rest == Some(&b'"') && found.is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        event.match_indices('"').any(|(at, _)| self.added.0.iter().any(|field| begins_with(&event[at + 1..], field)))
            || has_escaped_letter(event)
    }

    fn without_fields<'e>(&self, event: &'e str) -> Cow<'e, str> {
        let Ok(mut fields) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(event) else {
            return Cow::Borrowed(event);
        };
        let all = fields.len();
        fields.retain(|name, _| !self.added.has(name));
        if fields.len() == all {
            return Cow::Borrowed(event);
        }
        serde_json::to_string(&fields).map_or(Cow::Borrowed(event), Cow::Owned)
    }
}

/// Of ASCII, or an underscore: `\u005f`. No program writes these, but somebody who wants a name to be overlooked.
fn has_escaped_letter(event: &str) -> bool {
    event.match_indices("\\u00").any(|(at, escape)| {
        let code = event.get(at + escape.len()..at + escape.len() + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        code.is_some_and(|code| code.is_ascii_alphabetic() || code == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn request() -> ProxyRequest {
        serde_json::from_value(json!({
            "version": "2.0",
            "headers": {"origin": "https://shop.example", "user-agent": "A \"browser\"\u{7}"},
            "requestContext": {
                "requestId": "r-1", "http": {"method": "POST", "path": "/track", "sourceIp": "203.0.113.77"}
            },
        }))
        .unwrap()
    }

    fn stamped_with(list: &str, request: &ProxyRequest, event: &str) -> String {
        let now = "2026-11-26T09:30:00.125Z".parse().unwrap();
        Added::parse(list).unwrap().stamp(request, now).on(event)
    }

    fn stamped(event: &str) -> String {
        stamped_with("received_at", &request(), event)
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
            // Of an object within the event, and of a text with an escape, nothing goes and nothing moves.
            (
                r#"{"z":"received_at","b":{"received_at":1}}"#,
                format!(r#"{{"z":"received_at","b":{{"received_at":1}},{time}}}"#),
            ),
            (r#"{"z":"\u0041\u003c","b":1}"#, format!(r#"{{"z":"\u0041\u003c","b":1,{time}}}"#)),
        ] {
            assert_eq!(stamped(event), wanted, "{event}");
        }
    }

    #[test]
    fn what_a_client_wrote_there_goes_however_it_is_spelt() {
        for event in [
            r#"{"received_at":"1999-01-01","event":"a"}"#,
            r#"{"event":"a","Received_At":null}"#,
            r#"{"RECEIVED_AT":1,"event":"a","received_at":2}"#,
            r#"{"event":"a","received\u005fat":1}"#,
            r#"{"event":"a","received\u005Fat":1,"received_At":2}"#,
            r#"{"event":"a","\u0072\u0045ceived_at":1}"#,
        ] {
            let text = stamped(event);
            let fields: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
            assert_eq!(fields.len(), 2, "{text}");
            assert_eq!((&fields["event"], &fields["received_at"]), (&"a".into(), &"2026-11-26T09:30:00.125Z".into()));
            assert_eq!(text.to_lowercase().matches("received_at").count(), 1, "{text}");
        }
    }

    #[test]
    fn each_field_is_what_the_request_was() {
        let all = "received_at,request_id,origin,user_agent,ip";
        let told = stamped_with(all, &request(), r#"{"ip":"10.0.0.1","Origin":"elsewhere","e":1}"#);
        assert_eq!(
            serde_json::from_str::<Value>(&told).unwrap(),
            json!({
                "e": 1, "received_at": "2026-11-26T09:30:00.125Z", "request_id": "r-1", "origin": "https://shop.example",
                "user_agent": "A \"browser\"\u{7}", "ip": "203.0.113.0"
            })
        );
        assert_eq!(stamped_with("origin", &request(), "{}"), r#"{"origin":"https://shop.example"}"#);
    }

    /// Nobody can write what the function would have written.
    #[test]
    fn what_the_request_does_not_tell_is_not_there() {
        let bare: ProxyRequest = serde_json::from_value(json!({"httpMethod": "POST"})).unwrap();
        let claimed = r#"{"e":1,"user_agent":"x","ip":"1.2.3.4","origin":"y","request_id":"z"}"#;
        assert_eq!(stamped_with("request_id,origin,user_agent,ip", &bare, claimed), r#"{"e":1}"#);
        assert_eq!(stamped_with("ip", &bare, "{}"), "{}");
    }

    #[test]
    fn a_rest_api_tells_its_requests_elsewhere() {
        let rest = json!({"httpMethod": "POST", "headers": {"User-Agent": "u"},
            "requestContext": {"requestId": "r-2", "identity": {"sourceIp": "2001:db8:85a3:8d3:1319:8a2e:370:7348"}}});
        let told = stamped_with("request_id,user_agent,ip", &serde_json::from_value(rest).unwrap(), "{}");
        assert_eq!(told, r#"{"request_id":"r-2","user_agent":"u","ip":"2001:db8:85a3::"}"#);
    }

    #[test]
    fn an_address_loses_what_tells_one_household_from_the_next() {
        for (address, network) in [
            ("203.0.113.255", "203.0.113.0"),
            ("::ffff:203.0.113.9", "203.0.113.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
            ("::1", "::"),
        ] {
            assert_eq!(truncated(address.parse().unwrap()), network);
        }
    }

    #[test]
    fn a_header_of_any_length_is_a_short_field() {
        let mut long = request();
        long.headers.user_agent = Some("é".repeat(9000));
        let told: Value = serde_json::from_str(&stamped_with("user_agent", &long, "{}")).unwrap();
        assert_eq!(told["user_agent"].as_str().unwrap().chars().count(), MOST_OF_A_HEADER);
    }

    #[test]
    fn only_known_fields_are_added() {
        for list in ["", "received_at,", "time", "ip,IP"] {
            assert_eq!(Added::parse(list), None, "{list}");
        }
    }
}
