//! What was asked and what was answered, as lines of JSON in the file that `PIPECTL_RECORD` names: to hold one AWS against
//! another (`docs/acceptance.md`).
//!
//! Credentials are in none of it: of a request's headers none is written that signs, and what is secret in a body is left
//! out before it is written.

use super::raw::Raw;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "PIPECTL_RECORD";

/// Members that are credentials, wherever they stand: STS answers with them.
const KEYS: &[&str] = &["AccessKeyId", "SecretAccessKey", "SessionToken"];

/// A text that is longer is code, or data.
const LONGEST: usize = 8000;

/// A request, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    /// `glue:GetJob`.
    pub(crate) operation: String,
    pub(crate) asked: Asked,
    /// `None`: there was no answer.
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) answer: Json,
}

/// A request as it is the same on each AWS: without a host, and with the bucket in the path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Json,
}

impl Storable for Asked {
    type Storer = StoreReplace<Self>;
}

/// Writes exchanges, if anybody wants them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Option<Arc<Mutex<File>>>);

impl Recorder {
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn of_environment() -> io::Result<Self> {
        match std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            Some(path) => Self::into(Path::new(&path)),
            None => Ok(Self::default()),
        }
    }

    /// Behind what is there, and for its owner only: it tells names and addresses of an account.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn into(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.append(true).create(true).open(path)?;
        Ok(Self(Some(Arc::new(Mutex::new(file)))))
    }

    fn write(&self, exchange: &Exchange) -> Result<(), BoxError> {
        if let Some(file) = &self.0 {
            let line = format!("{}\n", serde_json::to_string(exchange)?);
            file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.is_some() {
            let asked = Asked::of(context.request());
            config.interceptor_state().store_put(asked);
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(asked) = config.load::<Asked>().filter(|_| self.0.is_some()) else { return Ok(()) };
        let operation = config.load::<Metadata>().map_or_else(String::new, |m| format!("{}:{}", m.service(), m.name()));
        let exchange = Exchange::of(operation, asked.clone(), context.response());
        self.write(&exchange)
    }
}

impl Asked {
    fn of(request: &HttpRequest) -> Self {
        let uri = request.uri().parse::<http::Uri>().unwrap_or_default();
        // S3 on AWS has the bucket in the name of the host.
        let bucket = uri.host().and_then(|host| host.split_once(".s3.").or_else(|| host.split_once(".s3-")));
        let bucket = bucket.map(|(bucket, _)| format!("/{bucket}")).unwrap_or_default();
        let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let conditions = ["if-match", "if-none-match", "x-amz-tagging", "x-amz-copy-source", "x-amz-target"];
        Self {
            method: request.method().to_owned(),
            path: format!("{bucket}{path}"),
            headers: headers(request.headers(), |name| conditions.contains(&name)),
            body: without_secrets("", document(body)),
        }
    }
}

impl Exchange {
    fn of(operation: String, asked: Asked, response: Option<&HttpResponse>) -> Self {
        let Some(response) = response else { return Self { operation, asked, ..Self::default() } };
        let body = Raw::parse(response.body().bytes().unwrap_or_default()).0;
        let told = |name: &str| name.starts_with("x-amz") || matches!(name, "content-type" | "etag" | "location");
        Self {
            answer: without_secrets(if operation.contains("ApiKey") { "ApiKey" } else { "" }, body),
            operation,
            asked,
            status: Some(response.status().as_u16()),
            headers: headers(response.headers(), told),
        }
    }
}

fn headers(all: &Headers, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    all.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// JSON, XML, CBOR or a form; anything else is somebody's data.
fn document(body: &[u8]) -> Json {
    match Raw::parse(body).0 {
        Json::Null if body.starts_with(b"Action=") => form(&String::from_utf8_lossy(body)),
        read => read,
    }
}

fn form(text: &str) -> Json {
    let plain = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    Json::Object(pairs.map(|(name, value)| (plain(name), plain(value).into())).collect())
}

/// `within` is the member's name, or `ApiKey` for all of an answer about keys.
fn without_secrets(within: &str, value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let deeper =
                |name: &str| if matches!(within, "ApiKey" | "Variables") { within.to_owned() } else { name.to_owned() };
            let member = |(name, value): (String, Json)| {
                let secret = within == "ApiKey" && name == "value" || within == "Variables" || KEYS.contains(&&*name);
                let value = if secret && value.is_string() {
                    "(secret)".into()
                } else {
                    without_secrets(&deeper(&name), value)
                };
                (name, value)
            };
            Json::Object(members.into_iter().map(member).collect())
        }
        Json::Array(all) => Json::Array(all.into_iter().map(|one| without_secrets(within, one)).collect()),
        Json::String(text) if text.contains("X-Amz-Signature=") || text.contains("X-Amz-Security-Token=") => {
            "(signed address)".into()
        }
        Json::String(text) if text.len() > LONGEST || within == "ZipFile" => "(long)".into(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_secret_is_written() {
        let key = json!({"items": [{"id": "a1", "value": "s3cr3t"}], "value": "s3cr3t"});
        let kept = without_secrets("ApiKey", key).to_string();
        assert!(kept.contains("a1") && !kept.contains("s3cr3t"), "{kept}");
        let function = json!({
            "Code": {"Location": "https://x/y?X-Amz-Security-Token=s3cr3t&X-Amz-Signature=s3cr3t"},
            "Configuration": {"Environment": {"Variables": {"KEY": "s3cr3t"}}, "Role": "r"}, "ZipFile": "s3cr3t",
        });
        let role =
            json!({"AssumeRoleResult": {"Credentials": {"SessionToken": "s3cr3t", "SecretAccessKey": "s3cr3t"}}});
        assert!(!without_secrets("", role).to_string().contains("s3cr3t"));
        let kept = without_secrets("", function).to_string();
        assert!(kept.contains("\"Role\":\"r\"") && !kept.contains("s3cr3t"), "{kept}");
    }

    #[test]
    fn a_request_is_the_same_on_each_aws() {
        let asked = |url: &str| {
            let mut request = HttpRequest::empty();
            request.set_uri(url).unwrap();
            request.headers_mut().insert("authorization", "AWS4-HMAC-SHA256 Credential=s3cr3t");
            request.headers_mut().insert("x-amz-security-token", "s3cr3t");
            Asked::of(&request)
        };
        let here = asked("http://127.0.0.1:4566/bucket/key?tagging");
        assert_eq!(asked("https://bucket.s3.us-east-1.amazonaws.com/key?tagging"), here);
        assert_eq!(here.path, "/bucket/key?tagging");
        assert!(here.headers.is_empty(), "{here:?}");
    }

    #[test]
    fn a_form_is_read_as_its_fields() {
        let read = document(b"Action=GetRole&Version=2010-05-08&RoleName=a%2Fb+c");
        assert_eq!(read, json!({"Action": "GetRole", "Version": "2010-05-08", "RoleName": "a/b c"}));
        assert_eq!(document(b"{\"a\": 1}"), json!({"a": 1}));
        assert_eq!(document(b"whatever"), Json::Null);
    }
}
