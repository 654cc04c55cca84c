//! Whether an answer is AWS's, and whether it is all of it.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::ErrorKind;
use serde::de::IgnoredAny;

/// What most services call each request by. S3 does otherwise.
const REQUEST_ID: &str = "x-amzn-requestid";

/// An answer that can be believed. Others are as good as none, and may be asked for again.
pub(super) async fn checked(answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    if !is_from_aws(&answer) {
        return Err(ConnectorError::other(Box::new(Stranger::of(&answer)), Some(ErrorKind::TransientError)));
    }
    whole(answer).await
}

/// Every service names each request in its answer, an error's as well, and so do the emulators; a hotel's login page, a
/// company's "blocked" and a load balancer with nothing behind it do not. Without this, 200 and a page of HTML is success
/// for whatever operation has nothing to say, and 404 says of everything that it is not there.
fn is_from_aws(answer: &HttpResponse) -> bool {
    let named = |name: &&str| answer.headers().contains_key(*name);
    let busy = matches!(answer.status().as_u16(), 500 | 502 | 503 | 504);
    // What is busy may be what stands before AWS; the SDK asks again either way.
    busy || [REQUEST_ID, "x-amz-request-id"].iter().any(named)
}

/// The SDK takes half of an XML document for a whole one with less in it: fewer roles in a list, or a bucket without the
/// notifications of others, which would then be written so. Half of a JSON document is an error of the SDK that is not
/// asked for again.
async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let kind = answer.headers().get("content-type").unwrap_or_default().to_owned();
    // S3's JSON is what somebody put there.
    let is_json = kind.contains("json") && answer.headers().contains_key(REQUEST_ID);
    if !is_json && !kind.contains("xml") {
        return Ok(answer);
    }
    let read = ByteStream::new(answer.take_body()).collect().await;
    let body = read.map_err(|error| ConnectorError::io(Box::new(error)))?.into_bytes();
    let is_whole = if is_json { is_whole_json(&body) } else { is_whole_xml(&body) };
    if !body.is_empty() && !is_whole {
        return Err(ConnectorError::other(Box::new(Half), Some(ErrorKind::TransientError)));
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

fn is_whole_json(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// The element that is opened first is closed last. What does not begin as a document is none, whatever its type says: moto
/// answers `True` to PutBucketPolicy.
fn is_whole_xml(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('<') {
        return true;
    }
    let root = text.split('<').skip(1).find(|tag| !tag.starts_with(['?', '!'])).unwrap_or_default();
    let name = root.split(|c: char| c.is_whitespace() || c == '/' || c == '>').next().unwrap_or_default();
    let closed = text.strip_suffix('>').map(str::trim_end).and_then(|text| text.strip_suffix(name));
    let alone = text.ends_with("/>") && text.ends_with(root);
    !name.is_empty() && (alone || closed.is_some_and(|text| text.ends_with("</")))
}

/// Somebody else answered.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not from AWS: status {status}, {what}")]
struct Stranger {
    status: u16,
    what: String,
}

/// Its second half did not come.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off: unexpected end of its document")]
struct Half;

impl Stranger {
    fn of(answer: &HttpResponse) -> Self {
        let what = match answer.headers().get("content-type") {
            Some(kind) if kind.starts_with("text/html") => "a web page".to_owned(),
            Some(kind) => format!("of the type `{}`", kind.chars().take(60).collect::<String>()),
            None => "of no type".to_owned(),
        };
        Self { status: answer.status().as_u16(), what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> HttpResponse {
        let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
        for (name, value) in headers {
            answer.headers_mut().insert(*name, *value);
        }
        answer
    }

    #[test]
    fn only_what_names_its_request_is_from_aws() {
        assert!(is_from_aws(&answer(200, &[("x-amzn-requestid", "1")], "")));
        assert!(is_from_aws(&answer(404, &[("x-amz-request-id", "1")], "")));
        assert!(is_from_aws(&answer(503, &[], "")));
        for status in [200, 204, 301, 302, 400, 403, 404, 407, 511] {
            assert!(!is_from_aws(&answer(status, &[("content-type", "text/html")], "")), "{status}");
        }
    }

    #[tokio::test]
    async fn no_part_of_a_document_is_an_answer() {
        let xml = "<?xml version=\"1.0\"?>\n<Roles xmlns=\"x\"><Role><Name>a</Name></Role><Role/></Roles>\n";
        let json = r#"{"roles":[{"name":"a"},{}]}"#;
        let ids: [&[(&str, &str)]; 2] = [
            &[("x-amz-request-id", "1"), ("content-type", "application/xml")],
            &[("x-amzn-requestid", "1"), ("content-type", "application/x-amz-json-1.1")],
        ];
        for (text, headers) in [(xml, ids[0]), (json, ids[1])] {
            let read = checked(answer(200, headers, text)).await.unwrap();
            assert_eq!(read.body().bytes(), Some(text.as_bytes()));
            for length in 1..text.trim_end().len() {
                let part = checked(answer(200, headers, &text[..length])).await;
                assert!(part.is_err(), "{}", &text[..length]);
            }
            // Many have nothing to say.
            assert!(checked(answer(204, headers, "")).await.is_ok());
        }
    }

    #[test]
    fn a_root_without_content_is_whole() {
        for text in
            ["True", "<Empty/>", "<?xml version=\"1.0\"?>\n<Empty xmlns=\"x\"/>\n", "<!-- a --><A></A>", "<A><B/></A >"]
        {
            assert!(is_whole_xml(text.as_bytes()), "{text}");
        }
        for text in ["<?xml version=\"1.0\"?>", "<A><B/>", "<A><A></A>x", "<A", "<A><AB></AB>"] {
            assert!(!is_whole_xml(text.as_bytes()), "{text}");
        }
    }
}
