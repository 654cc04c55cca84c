//! Presigned links: how long one is good for, and what it is without its signature.

use super::refuse;
use crate::api_error::Result;
use http::Uri;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What a signature of version 4 or 2 adds to a link.
const SIGNED: [&str; 9] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
    "awsaccesskeyid",
    "signature",
];

/// A week, in seconds.
const LONGEST: i64 = 604_800;

fn parameter(uri: &Uri, wanted: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.into_owned())
}

/// `now` is the time of the machine, by which clients sign, and not that of Local AWS, which may be days ahead.
///
/// # Errors
/// A link whose time is over, or that is to be good for more than a week.
pub(super) fn check(uri: &Uri, now: Timestamp) -> Result<()> {
    let ends = if parameter(uri, "X-Amz-Credential").is_some() {
        let malformed = |words: &str| refuse("AuthorizationQueryParametersError", 400, words);
        let (date, seconds) = (parameter(uri, "X-Amz-Date"), parameter(uri, "X-Amz-Expires"));
        let (Some(date), Some(seconds)) = (date, seconds) else {
            return Err(malformed(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
                 X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            ));
        };
        let seconds: i64 = seconds.parse().map_err(|_| malformed("X-Amz-Expires should be a number"))?;
        if seconds < 0 {
            return Err(malformed("X-Amz-Expires must be non-negative"));
        }
        if seconds > LONGEST {
            return Err(malformed(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
                 604800 seconds",
            ));
        }
        let began = DateTime::strptime("%Y%m%dT%H%M%SZ", &date).and_then(|date| date.to_zoned(TimeZone::UTC));
        let began =
            began.map_err(|_| malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""))?;
        began.timestamp().saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    } else if parameter(uri, "AWSAccessKeyId").is_some() {
        let ends = parameter(uri, "Expires").and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok());
        ends.ok_or_else(|| {
            refuse(
                "AccessDenied",
                403,
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
            )
        })?
    } else {
        return Ok(());
    };
    if now < ends { Ok(()) } else { Err(refuse("AccessDenied", 403, "Request has expired")) }
}

/// A link without what presigned it: the parameters of Signature Version 4, or those of version 2, which boto3 still makes
/// where it is told nothing else.
pub(super) fn without_signature(uri: &Uri) -> Result<Uri, String> {
    let Some(query) = uri.query() else { return Ok(uri.clone()) };
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let is_v2 = query.split('&').any(|pair| name(pair) == "awsaccesskeyid");
    let is_signed = |pair: &str| SIGNED.contains(&name(pair).as_str()) || (is_v2 && name(pair) == "expires");
    let kept: Vec<_> = query.split('&').filter(|pair| !is_signed(pair)).collect();
    let path = if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) };
    path.parse().map_err(|error| format!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_its_time() {
        let now: Timestamp = "2026-11-26T10:00:00Z".parse().unwrap();
        let v4 =
            |date: &str, seconds: &str| format!("/b/k?X-Amz-Credential=a&X-Amz-Date={date}&X-Amz-Expires={seconds}");
        let v2 = |seconds: i64| format!("/b/k?AWSAccessKeyId=a&Signature=s&Expires={seconds}");
        for (link, code) in [
            ("/b/k".to_owned(), ""),
            (v4("20261126T095900Z", "61"), ""),
            (v4("20261126T095900Z", "60"), "AccessDenied"),
            (v4("20261126T095900Z", "604801"), "AuthorizationQueryParametersError"),
            (v4("20261126T095900Z", "-1"), "AuthorizationQueryParametersError"),
            (v4("99991229T235959Z", "604800"), ""),
            (v4("yesterday", "60"), "AuthorizationQueryParametersError"),
            (v2(now.as_second() + 1), ""),
            (v2(now.as_second()), "AccessDenied"),
            ("/b/k?AWSAccessKeyId=a&Signature=s".to_owned(), "AccessDenied"),
        ] {
            let checked = check(&link.parse().unwrap(), now);
            assert_eq!(checked.err().map_or(String::new(), |error| error.code), code, "{link}");
        }
    }
}
