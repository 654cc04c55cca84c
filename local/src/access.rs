//! Who asks, and in which region of which service.
//!
//! Requests that carry any other credentials than those of a role's session are the account's user's.

use crate::api_error::{ApiError, Result};
use crate::context::new_id;
use http::{Request, header};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The account's user.
    User,
    /// A session of a role, by the role's ARN.
    Role(String),
    /// A service on its own behalf, `s3.amazonaws.com`.
    Service(&'static str),
}

/// Temporary credentials of a role, as `sts:AssumeRole` gives them to a service.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
}

/// The sessions that are open, by access key. They end with the process, as do the functions that have them.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, String>>);

impl Sessions {
    pub(crate) fn open(&self, role: &str) -> Credentials {
        let access_key_id = format!("ASIA{}", new_id(16).to_uppercase());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(access_key_id.clone(), role.to_owned());
        Credentials { access_key_id, secret_access_key: new_id(40), session_token: new_id(120) }
    }

    pub(crate) fn close(&self, access_key_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(access_key_id);
    }

    /// # Errors
    /// A temporary key whose session is over, as AWS refuses it.
    pub(crate) fn caller(&self, access_key_id: &str) -> Result<Caller> {
        if !access_key_id.starts_with("ASIA") {
            return Ok(Caller::User);
        }
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let role = all.get(access_key_id).cloned().map(Caller::Role);
        role.ok_or_else(|| {
            ApiError::new("ExpiredTokenException", "The security token included in the request is expired")
        })
    }
}

/// The one service whose requests are presigned.
const PRESIGNED: &str = "s3";

/// The service and region a request is signed for. The signature itself is not checked: there is
/// nothing to protect, and any credentials do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) service: String,
    pub(crate) region: String,
    /// Empty where nobody signed.
    pub(crate) access_key_id: String,
}

impl Scope {
    /// Reads `Credential=AKID/20261123/us-east-1/glue/aws4_request` from the header, or from the query of a
    /// presigned URL.
    ///
    /// # Errors
    /// Credentials in the query of another service than S3. AWS takes some; here a link would be all that a page needs to
    /// have something done.
    pub(crate) fn of<B>(request: &Request<B>) -> Result<Option<Self>> {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(header) = header {
            return Ok(header.split("Credential=").nth(1).and_then(|rest| Self::read(rest.split(',').next()?)));
        }
        let query = request.uri().query().unwrap_or_default();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let Some((_, credential)) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("X-Amz-Credential")) else {
            return Ok(None);
        };
        match Self::read(&credential) {
            Some(scope) if scope.service == PRESIGNED => Ok(Some(scope)),
            _ => {
                let words = "Local AWS takes credentials in a query only for presigned requests of S3";
                Err(ApiError::new("IncompleteSignature", words).with_status(403))
            }
        }
    }

    fn read(credential: &str) -> Option<Self> {
        let mut parts = credential.trim().rsplit('/');
        let (_request, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let access_key_id = parts.next_back().unwrap_or_default();
        Some(Self { service: service.to_owned(), region: region.to_owned(), access_key_id: access_key_id.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_its_roles_until_it_is_closed() {
        let sessions = Sessions::default();
        let role = "arn:aws:iam::000000000000:role/track";
        let credentials = sessions.open(role);
        assert_eq!(sessions.caller(&credentials.access_key_id).unwrap(), Caller::Role(role.into()));
        assert_eq!(sessions.caller("AKIAANYTHING").unwrap(), Caller::User);
        sessions.close(&credentials.access_key_id);
        assert_eq!(sessions.caller(&credentials.access_key_id).unwrap_err().code, "ExpiredTokenException");
    }

    #[test]
    fn the_scope_is_in_the_header_or_in_the_query() {
        let signed =
            "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/glue/aws4_request, SignedHeaders=host, Signature=00";
        let request = Request::builder().header("authorization", signed).body(()).unwrap();
        let scope = Scope { service: "glue".into(), region: "eu-west-1".into(), access_key_id: "AKID".into() };
        assert_eq!(Scope::of(&request), Ok(Some(scope)));
        let presigned = "/bucket/key?X-Amz-Credential=AKID%2F20261123%2Fus-west-2%2Fs3%2Faws4_request";
        let request = Request::builder().uri(presigned).body(()).unwrap();
        assert_eq!(
            Scope::of(&request),
            Ok(Some(Scope { service: "s3".into(), region: "us-west-2".into(), access_key_id: "AKID".into() }))
        );
        assert_eq!(Scope::of(&Request::builder().uri("/").body(()).unwrap()), Ok(None));
    }

    #[test]
    fn a_link_carries_credentials_to_s3_only() {
        for service in ["apigateway", "athena", "firehose", "glue", "iam", "lambda", "logs", "s3", "sts", "tagging", ""]
        {
            for name in ["X-Amz-Credential", "x-amz-credential"] {
                let link = format!("/?Action=CreateRole&{name}=AKID%2F20261123%2Fus-east-1%2F{service}%2Faws4_request");
                let request = Request::builder().uri(link).body(()).unwrap();
                assert_eq!(Scope::of(&request).is_ok(), service == "s3", "{service}");
            }
        }
    }
}
