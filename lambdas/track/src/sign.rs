//! AWS Signature Version 4, for the one shape of request that is sent.
//!
//! A general signer sorts and escapes the headers and query of any request and derives its key each time. Here the headers are
//! always the same, and the key is good for a day, so that signing costs two hashes: of the body, and of what is signed.

use jiff::Timestamp;
use ring::{digest, hmac};
use std::sync::{Mutex, PoisonError};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "firehose";
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// What a role's session signs with.
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// A request, as far as its signature covers it. It is a POST without a query, of [`CONTENT_TYPE`].
pub(crate) struct Request<'a> {
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
}

/// The values of `X-Amz-Date` and `Authorization`.
pub(crate) struct Signature {
    pub(crate) date: String,
    pub(crate) authorization: String,
}

pub(crate) struct Signer {
    credentials: Credentials,
    region: String,
    signed_headers: &'static str,
    /// The day, as in the scope, and its key.
    day: Mutex<Option<(String, hmac::Key)>>,
}

impl Signer {
    pub(crate) fn new(credentials: Credentials, region: String) -> Self {
        let signed_headers = match credentials.token {
            Some(_) => "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
            None => "content-type;host;x-amz-date;x-amz-target",
        };
        Self { credentials, region, signed_headers, day: Mutex::new(None) }
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.credentials.token.as_deref()
    }

    pub(crate) fn sign(&self, request: &Request<'_>, now: Timestamp) -> Signature {
        let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &date[..8];
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let canonical = hash(self.canonical(request, &date).as_bytes());
        let signature = hmac::sign(&self.key(day), format!("{ALGORITHM}\n{date}\n{scope}\n{canonical}").as_bytes());
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={}",
            self.credentials.id,
            self.signed_headers,
            hex::encode(signature)
        );
        Signature { date, authorization }
    }

    fn canonical(&self, request: &Request<'_>, date: &str) -> String {
        let Request { host, path, target, body } = request;
        // The path is signed as it is sent, escaped once more: all services but S3 read it so.
        let path = path.replace('%', "%25");
        let token = self.token().map(|token| format!("x-amz-security-token:{token}\n")).unwrap_or_default();
        format!(
            "POST\n{path}\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:{date}\n{token}x-amz-target:{target}\n\n{}\n{}",
            self.signed_headers,
            hash(body)
        )
    }

    fn key(&self, day: &str) -> hmac::Key {
        let mut cached = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        match &*cached {
            Some((of, key)) if of == day => key.clone(),
            _ => {
                let key = self.derive(day);
                *cached = Some((day.to_owned(), key.clone()));
                key
            }
        }
    }

    fn derive(&self, day: &str) -> hmac::Key {
        let secret = format!("AWS4{}", self.credentials.secret);
        let first = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        [day, &self.region, SERVICE, "aws4_request"].iter().fold(first, |key, part| {
            let derived = hmac::sign(&key, part.as_bytes());
            hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
        })
    }
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorization(token: Option<&str>, path: &str, second: &str) -> String {
        let (id, secret) = ("AKIDEXAMPLE".to_owned(), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
        let signer = Signer::new(Credentials { id, secret, token: token.map(str::to_owned) }, "eu-west-1".to_owned());
        let request = Request {
            host: "localhost:4566",
            path,
            target: "Firehose_20150804.PutRecordBatch",
            body: br#"{"DeliveryStreamName":"clickstream-prod","Records":[{"Data":"e30K"}]}"#,
        };
        signer.sign(&request, "2026-11-23T23:59:59Z".parse().unwrap());
        let signature = signer.sign(&request, second.parse().unwrap());
        assert_eq!(signature.date, second.replace(['-', ':'], ""));
        signature.authorization
    }

    fn expected(day: &str, headers: &str, signature: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{day}/eu-west-1/firehose/aws4_request, \
             SignedHeaders={headers}, Signature={signature}"
        )
    }

    /// The signatures are those of botocore's `SigV4Auth` for the same requests.
    #[test]
    fn a_request_is_signed_as_botocore_signs_it() {
        let headers = "content-type;host;x-amz-date;x-amz-target";
        assert_eq!(
            authorization(None, "/", "2026-11-23T23:59:59Z"),
            expected("20261123", headers, "2b840c66c4dd04a98a0813560857f4a070b79cf2a733d99ea447c49ab2436972")
        );
        assert_eq!(
            authorization(None, "/a%20b/", "2026-11-23T23:59:59Z"),
            expected("20261123", headers, "4fe8c6529e1dddcf626c8fc9db481b970d8c8481313ecc7fefb11ab2e33e0f76")
        );
    }

    #[test]
    fn a_session_signs_its_token_and_the_next_day_has_a_key_of_its_own() {
        let headers = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";
        assert_eq!(
            authorization(Some("session/token+="), "/", "2026-11-24T00:00:00Z"),
            expected("20261124", headers, "b121c60f59a9ea3599e87584d620f2a8842a9a2e958422176f3cf3ef56caee71")
        );
    }
}
