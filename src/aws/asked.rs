//! Whom a call has asked last, so that an error can say it: the SDK's own errors name no host.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use std::cell::RefCell;
use std::fmt;

tokio::task_local! {
    static LAST: RefCell<Option<Asked>>;
}

/// The host that a request went to, and the region that it was signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// With the port, where that is not the usual one.
    pub(super) host: String,
    pub(super) region: Option<String>,
    /// Whether it carries a signature: whatever is for a service of AWS does.
    pub(super) signed: bool,
    /// Of the last answer, where it was an error.
    pub(super) status: Option<u16>,
}

impl Asked {
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let uri: http::Uri = request.uri().parse().ok()?;
        let host = uri.authority().map(|authority| authority.host().to_owned())?;
        let host = uri.port_u16().map_or(host.clone(), |port| format!("{host}:{port}"));
        let authorization = request.headers().get("authorization").unwrap_or_default();
        Some(Self { host, region: region_of(authorization), signed: authorization.starts_with("AWS4-"), status: None })
    }

    /// Whether it is AWS itself, and not what `AWS_ENDPOINT_URL` names.
    pub(super) fn is_amazon(&self) -> bool {
        [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().any(|end| self.host.ends_with(end))
    }

    /// Remembers it for the call that this task is in.
    pub(super) fn note(&self) {
        // Outside of a call there is nobody to tell. Of the same host, the last answer is kept until there is another.
        let _ = LAST.try_with(|last| {
            let mut last = last.borrow_mut();
            let status = last.as_ref().filter(|known| known.host == self.host).and_then(|known| known.status);
            last.replace(Self { status, ..self.clone() });
        });
    }

    /// Remembers how it answered.
    pub(super) fn answered(status: u16) {
        let error = (status >= 400).then_some(status);
        let _ = LAST.try_with(|last| last.borrow_mut().iter_mut().for_each(|asked| asked.status = error));
    }

    /// The one that the call asked last.
    pub(super) fn last() -> Option<Self> {
        LAST.try_with(|last| last.borrow().clone()).ok().flatten()
    }
}

/// A call, in which is remembered whom it asks.
pub(super) async fn remembering<T>(call: impl Future<Output = T>) -> T {
    LAST.scope(RefCell::new(None), call).await
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.region.as_ref().filter(|region| !self.host.contains(region.as_str())) {
            Some(region) => write!(f, " (region {region})"),
            None => Ok(()),
        }
    }
}

/// Out of `Credential=AKID/20261126/us-east-1/sts/aws4_request`.
fn region_of(authorization: &str) -> Option<String> {
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split('/').nth(2).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Asked {
        let mut request = HttpRequest::empty();
        request.set_uri(url).unwrap();
        let scope = "AWS4-HMAC-SHA256 Credential=AKID/20261126/eu-west-1/iam/aws4_request, SignedHeaders=host";
        request.headers_mut().insert("authorization", scope);
        Asked::of(&request).unwrap()
    }

    #[test]
    fn a_host_is_told_with_the_region_that_it_does_not_name() {
        assert_eq!(asked("https://iam.amazonaws.com/").to_string(), "iam.amazonaws.com (region eu-west-1)");
        assert_eq!(asked("https://glue.eu-west-1.amazonaws.com/x").to_string(), "glue.eu-west-1.amazonaws.com");
        assert_eq!(asked("http://127.0.0.1:4566/").to_string(), "127.0.0.1:4566 (region eu-west-1)");
        assert!(!asked("http://127.0.0.1:4566/").is_amazon());
    }

    #[tokio::test]
    async fn a_call_remembers_whom_it_asked_last() {
        let last = remembering(async {
            asked("https://iam.amazonaws.com/").note();
            asked("https://sts.eu-west-1.amazonaws.com/").note();
            Asked::last()
        });
        assert_eq!(last.await.map(|asked| asked.host), Some("sts.eu-west-1.amazonaws.com".to_owned()));
        assert_eq!(Asked::last(), None);
    }
}
