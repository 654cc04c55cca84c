//! Whose credentials a request carries, and for which region of which service it is.
//!
//! Requests that carry any other credentials than those that Local AWS gave out are the account's user's.

use crate::api_error::{ApiError, Result};
use crate::caller::{Assumed, Caller};
use crate::context::new_id;
use http::{Request, header};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What the keys of Local AWS's own temporary credentials begin with. Whoever has others is the account's user, also with
/// temporary ones that AWS gave them.
const TEMPORARY: &str = "ASIALOCAL";
/// Key: the access key of a session that somebody asked for. These outlive the process.
pub(crate) const SESSIONS: &str = "access.session";

/// Temporary credentials, as `sts:AssumeRole` gives them.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
}

impl Credentials {
    pub(crate) fn new() -> Self {
        Self {
            access_key_id: format!("{TEMPORARY}{}", new_id(11).to_uppercase()),
            secret_access_key: new_id(40),
            session_token: new_id(120),
        }
    }
}

/// What credentials open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    /// None: the account's user.
    pub(crate) assumed: Option<Assumed>,
    pub(crate) token: String,
    /// In milliseconds since 1970; none: with the process.
    pub(crate) ends: Option<i64>,
}

impl Session {
    /// # Errors
    /// That it is over, or that the token is not its own.
    pub(crate) fn check(self, token: &str, now: i64) -> Result<Caller> {
        if token != self.token {
            let message = "The security token included in the request is invalid.";
            return Err(ApiError::new("UnrecognizedClientException", message));
        }
        match self.ends.is_none_or(|ends| now < ends) {
            true => Ok(self.assumed.map_or(Caller::User, Caller::Role)),
            false => Err(ended()),
        }
    }
}

/// What AWS says of credentials whose session is over.
pub(crate) fn ended() -> ApiError {
    ApiError::new("ExpiredTokenException", "The security token included in the request is expired")
}

/// The sessions of functions, by access key. They end with the process, as do the functions that have them.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    pub(crate) fn open(&self, role: &str, session: &str) -> Credentials {
        let credentials = Credentials::new();
        let assumed = Some(Assumed::of(role, session));
        let session = Session { assumed, token: credentials.session_token.clone(), ends: None };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(credentials.access_key_id.clone(), session);
        credentials
    }

    pub(crate) fn close(&self, access_key_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(access_key_id);
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(access_key_id).cloned()
    }
}

/// The one service whose requests are presigned.
const PRESIGNED: &str = "s3";
/// Where a request goes that names no region.
const OLDEST_REGION: &str = "us-east-1";

/// The service and region a request is signed for. The signature itself is not checked: there is
/// nothing to protect, and any credentials do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) service: String,
    pub(crate) region: String,
    /// Empty where nobody signed.
    pub(crate) access_key_id: String,
    /// Of temporary credentials; empty for others.
    pub(crate) session_token: String,
    /// Whether the signature names the region: not that of version 2, nor that of nobody.
    pub(crate) is_regional: bool,
}

impl Scope {
    /// Reads `Credential=AKID/20261123/us-east-1/glue/aws4_request` from the header, or from the query of a
    /// presigned URL.
    ///
    /// # Errors
    /// Credentials in the query of another service than S3. AWS takes some; here a link would be all that a page needs to
    /// have something done.
    pub(crate) fn of<B>(request: &Request<B>) -> Result<Option<Self>> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(authorization) = header(header::AUTHORIZATION.as_str()) {
            let credential = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
            let token = header("x-amz-security-token").unwrap_or_default();
            return Ok(credential.and_then(|credential| Self::read(credential, token)));
        }
        let query = request.uri().query().unwrap_or_default();
        let parameter = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
        };
        let token = parameter("X-Amz-Security-Token").unwrap_or_default();
        let Some(credential) = parameter("X-Amz-Credential") else {
            // Signature Version 2, which boto3 still makes of links where it is told nothing else.
            let key = parameter("AWSAccessKeyId").filter(|_| parameter("Signature").is_some());
            return Ok(
                key.map(|key| Self { is_regional: false, ..Self::signed(PRESIGNED, OLDEST_REGION, &key, &token) })
            );
        };
        match Self::read(&credential, &token) {
            Some(scope) if scope.service == PRESIGNED => Ok(Some(scope)),
            _ => {
                let words = "Local AWS takes credentials in a query only for presigned requests of S3";
                Err(ApiError::new("IncompleteSignature", words).with_status(403))
            }
        }
    }

    fn read(credential: &str, session_token: &str) -> Option<Self> {
        let mut parts = credential.trim().rsplit('/');
        let (_request, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let access_key_id = parts.next_back().unwrap_or_default();
        Some(Self::signed(service, region, access_key_id, session_token))
    }

    fn signed(service: &str, region: &str, access_key_id: &str, session_token: &str) -> Self {
        Self {
            service: service.to_owned(),
            region: region.to_owned(),
            access_key_id: access_key_id.to_owned(),
            session_token: session_token.to_owned(),
            is_regional: true,
        }
    }

    /// Of a request that nobody signed: S3 takes them.
    pub(crate) fn anonymous() -> Self {
        Self { is_regional: false, ..Self::signed(PRESIGNED, OLDEST_REGION, "", "") }
    }

    /// Whether these are credentials that Local AWS gave out for a time.
    pub(crate) fn is_temporary(&self) -> bool {
        self.access_key_id.starts_with(TEMPORARY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_its_roles_until_it_is_closed_or_over() {
        let sessions = Sessions::default();
        let role = "arn:aws:iam::000000000000:role/track";
        let credentials = sessions.open(role, "f");
        let session = sessions.find(&credentials.access_key_id).unwrap();
        assert_eq!(session.clone().check(&credentials.session_token, 0).unwrap(), Caller::under(role, "f"));
        assert_eq!(session.clone().check("", 0).unwrap_err().code, "UnrecognizedClientException");
        let short = Session { ends: Some(10), ..session };
        assert!(short.clone().check(&credentials.session_token, 9).is_ok());
        assert_eq!(short.check(&credentials.session_token, 10).unwrap_err().code, "ExpiredTokenException");
        sessions.close(&credentials.access_key_id);
        assert!(sessions.find(&credentials.access_key_id).is_none());
    }

    #[test]
    fn the_scope_is_in_the_header_or_in_the_query() {
        let signed =
            "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/glue/aws4_request, SignedHeaders=host, Signature=00";
        let request =
            Request::builder().header("authorization", signed).header("X-Amz-Security-Token", "t").body(()).unwrap();
        let scope = |service: &str, region: &str, token: &str| Scope::signed(service, region, "AKID", token);
        assert_eq!(Scope::of(&request), Ok(Some(scope("glue", "eu-west-1", "t"))));
        let presigned =
            "/bucket/key?X-Amz-Credential=AKID%2F20261123%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Security-Token=a%2F";
        let request = Request::builder().uri(presigned).body(()).unwrap();
        assert_eq!(Scope::of(&request), Ok(Some(scope("s3", "us-west-2", "a/"))));
        let old = "/bucket/key?AWSAccessKeyId=AKID&Signature=s&Expires=1&x-amz-security-token=t";
        let old = Scope::of(&Request::builder().uri(old).body(()).unwrap());
        assert_eq!(old, Ok(Some(Scope { is_regional: false, ..scope("s3", "us-east-1", "t") })));
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
