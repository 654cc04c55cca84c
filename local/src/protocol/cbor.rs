//! Smithy's RPC v2 with CBOR: `POST /service/GraniteServiceVersion20100801/operation/GetMetricData`, which AWS's SDK for
//! Rust speaks with CloudWatch.

use super::json::unreadable;
use super::{Call, DEEPEST, Wire};
use crate::api_error::{ApiError, Result};
use crate::model::{Form, Model};
use crate::service::Service;
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use serde_json::{Map, Value, json};

const PROTOCOL: &str = "smithy-protocol";
const NAME: &str = "rpc-v2-cbor";
/// Before the seconds of a time.
const TIME: u64 = 1;

pub(super) fn is<B>(request: &Request<B>) -> bool {
    request.headers().get(PROTOCOL).is_some_and(|protocol| protocol == NAME)
}

pub(super) fn read(service: &Service, request: &Request<Bytes>) -> Result<Call> {
    let (operation, run) = service.operation(request.uri().path().rsplit('/').next().unwrap_or_default())?;
    let mut reader = Reader { bytes: request.body(), deep: 0 };
    let mut input = if request.body().is_empty() { json!({}) } else { reader.value().ok_or_else(broken)? };
    service.model.type_input(operation, &mut input, Form::Json).map_err(unreadable)?;
    Ok(Call { operation, input, run, status: 200, wire: Wire::Cbor })
}

fn broken() -> ApiError {
    unreadable("the body is no CBOR".to_owned())
}

struct Reader<'a> {
    bytes: &'a [u8],
    deep: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// The number behind a first byte; `None` within, where it is open how much follows.
    fn argument(&mut self, short: u8) -> Option<Option<u64>> {
        let bytes = match short {
            0..=23 => return Some(Some(u64::from(short))),
            24..=27 => 1_usize << (short - 24),
            31 => return Some(None),
            _ => return None,
        };
        Some(Some(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
    }

    fn value(&mut self) -> Option<Value> {
        if self.deep > DEEPEST {
            return None;
        }
        self.deep += 1;
        let value = self.item();
        self.deep -= 1;
        value
    }

    fn item(&mut self) -> Option<Value> {
        let first = *self.take(1)?.first()?;
        let (major, short) = (first >> 5, first & 31);
        if major == 7 {
            return self.simple(short);
        }
        let argument = self.argument(short)?;
        match (major, argument) {
            (0, Some(number)) => Some(number.into()),
            (1, Some(number)) => i64::try_from(number).ok().map(|number| (-1 - number).into()),
            (2, argument) => Some(BASE64_STANDARD.encode(self.bytes_of(argument)?).into()),
            (3, argument) => String::from_utf8(self.bytes_of(argument)?).ok().map(Value::from),
            (4, argument) => self.many(argument, Self::value).map(Value::Array),
            (5, argument) => {
                let entry = |reader: &mut Self| Some((reader.value()?.as_str()?.to_owned(), reader.value()?));
                self.many(argument, entry).map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
            }
            (6, Some(_)) => self.value(),
            _ => None,
        }
    }

    fn bytes_of(&mut self, argument: Option<u64>) -> Option<Vec<u8>> {
        match argument {
            Some(length) => self.take(usize::try_from(length).ok()?).map(<[u8]>::to_vec),
            // Pieces, each with its length.
            None => {
                let piece = |reader: &mut Self| {
                    let first = *reader.take(1)?.first()?;
                    let length = reader.argument(first & 31)??;
                    reader.take(usize::try_from(length).ok()?).map(<[u8]>::to_vec)
                };
                self.many(None, piece).map(|pieces| pieces.concat())
            }
        }
    }

    fn many<T>(&mut self, count: Option<u64>, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        const BREAK: u8 = 0xff;
        let mut all = vec![];
        loop {
            match count {
                Some(count) if all.len() as u64 == count => return Some(all),
                None if *self.bytes.first()? == BREAK => {
                    self.take(1)?;
                    return Some(all);
                }
                _ => all.push(one(self)?),
            }
        }
    }

    fn simple(&mut self, short: u8) -> Option<Value> {
        match short {
            20 => Some(false.into()),
            21 => Some(true.into()),
            22 | 23 => Some(Value::Null),
            26 => Some(f64::from(f32::from_be_bytes(self.take(4)?.try_into().ok()?)).into()),
            27 => Some(f64::from_be_bytes(self.take(8)?.try_into().ok()?).into()),
            _ => None,
        }
    }
}

pub(super) fn write(model: &Model, operation: &str, output: &Value) -> Response<Body> {
    let mut bytes = vec![];
    let output = if output.is_null() { &json!({}) } else { output };
    encode(&mut bytes, output, &mut vec![], &|path| model.is_time(operation, path));
    answer(200, bytes)
}

pub(super) fn write_error(error: &ApiError) -> Response<Body> {
    let mut bytes = vec![];
    encode(&mut bytes, &json!({"__type": error.code, "message": error.message}), &mut vec![], &|_| false);
    let mut response = answer(error.status, bytes);
    for (name, value) in [
        ("x-amzn-errortype", error.code.clone()),
        ("x-amzn-query-error", format!("{};{}", error.code, if error.status < 500 { "Sender" } else { "Receiver" })),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn answer(status: u16, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(PROTOCOL, HeaderValue::from_static(NAME));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    response
}

fn head(bytes: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    match argument {
        0..=23 => bytes.push(major | argument as u8),
        24..=0xff => bytes.extend([major | 24, argument as u8]),
        _ => {
            bytes.push(major | 27);
            bytes.extend(argument.to_be_bytes());
        }
    }
}

/// `path` are the members and entries that a value stands in.
fn encode<'a>(bytes: &mut Vec<u8>, value: &'a Value, path: &mut Vec<&'a str>, is_time: &dyn Fn(&[&str]) -> bool) {
    match value {
        Value::Null => bytes.push(0xf6),
        Value::Bool(value) => bytes.push(if *value { 0xf5 } else { 0xf4 }),
        Value::Number(number) => {
            if is_time(path) {
                head(bytes, 6, TIME);
            }
            match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => head(bytes, 0, number),
                (_, Some(number)) => head(bytes, 1, number.unsigned_abs() - 1),
                _ => {
                    bytes.push(0xfb);
                    bytes.extend(number.as_f64().unwrap_or_default().to_be_bytes());
                }
            }
        }
        Value::String(text) => {
            head(bytes, 3, text.len() as u64);
            bytes.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(bytes, 4, items.len() as u64);
            items.iter().for_each(|item| encode(bytes, item, path, is_time));
        }
        Value::Object(fields) => {
            let set: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
            head(bytes, 5, set.len() as u64);
            for (name, value) in set {
                head(bytes, 3, name.len() as u64);
                bytes.extend(name.as_bytes());
                path.push(name);
                encode(bytes, value, path, is_time);
                path.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Value> {
        let mut reader = Reader { bytes, deep: 0 };
        let value = reader.value()?;
        reader.bytes.is_empty().then_some(value)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let value =
            json!({"a": [1, -1, 23, 24, 255, 256, 1e9 as u64, -500, 1.5, true, false, "text", "ä"], "b": {"c": {}}});
        let mut bytes = vec![];
        encode(&mut bytes, &value, &mut vec![], &|path| path == ["a"]);
        assert_eq!(read(&bytes), Some(value));
        assert_eq!(bytes.iter().filter(|byte| **byte == 0xc1).count(), 9, "each number of `a` is a time");
    }

    /// The examples of RFC 8949, appendix A.
    #[test]
    fn other_spellings_are_read() {
        let examples: [(&[u8], Value); 5] = [
            (&[0xbf, 0x61, 0x61, 0x01, 0x61, 0x62, 0x9f, 0x02, 0x03, 0xff, 0xff], json!({"a": 1, "b": [2, 3]})),
            (&[0x7f, 0x65, 0x73, 0x74, 0x72, 0x65, 0x61, 0x64, 0x6d, 0x69, 0x6e, 0x67, 0xff], json!("streaming")),
            (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], json!(1_363_896_240)),
            (&[0xfa, 0x47, 0xc3, 0x50, 0x00], json!(100_000.0)),
            (&[0x19, 0x03, 0xe8], json!(1000)),
        ];
        for (bytes, expected) in examples {
            assert_eq!(read(bytes), Some(expected));
        }
        assert!(read(&[0x9b, 0xff, 0xff]).is_none() && read(&[0x81; 4000]).is_none() && read(&[0x62, 0x61]).is_none());
    }
}
