//! Where Firehose is.

use http::Uri;
use http::uri::Scheme;

/// The address of a service: what `AWS_ENDPOINT_URL` holds, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) tls: bool,
    /// A name or an address; IPv6 without its brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// As the `Host` header has it: no port where it is the scheme's own, because AWS signs it so.
    pub(crate) authority: String,
    /// Of each request; ends with a slash.
    pub(crate) path: String,
}

impl Endpoint {
    /// The regional endpoint of Firehose.
    pub(crate) fn regional(region: &str) -> Self {
        let host = format!("firehose.{region}.{}", dns_suffix(region));
        Self { tls: true, port: 443, authority: host.clone(), host, path: "/".to_owned() }
    }

    /// Reads `http://host:port/path` or `https://...`.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.trim().parse().ok()?;
        let tls = *uri.scheme()? == Scheme::HTTPS;
        if !tls && *uri.scheme()? != Scheme::HTTP {
            return None;
        }
        let host = uri.host().filter(|host| !host.is_empty())?;
        let default = if tls { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        Some(Self {
            tls,
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            authority: if port == default { host.to_owned() } else { format!("{host}:{port}") },
            path: format!("{}/", uri.path().trim_end_matches('/')),
        })
    }
}

/// The domain of the partition that a region belongs to, from the partitions file that AWS's SDKs carry.
fn dns_suffix(region: &str) -> &'static str {
    let is = |prefix: &str| region.starts_with(prefix);
    match () {
        () if is("cn-") => "amazonaws.com.cn",
        () if is("eusc-") => "amazonaws.eu",
        () if is("us-isob-") => "sc2s.sgov.gov",
        () if is("us-isof-") || is("eu-isof-") => "csp.hci.ic.gov",
        () if is("eu-isoe-") => "cloud.adc-e.uk",
        () if is("us-iso-") => "c2s.ic.gov",
        () => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_its_endpoint_in_its_partition() {
        let host = |region| Endpoint::regional(region).host;
        assert_eq!(host("eu-west-1"), "firehose.eu-west-1.amazonaws.com");
        assert_eq!(host("us-gov-west-1"), "firehose.us-gov-west-1.amazonaws.com");
        assert_eq!(host("cn-north-1"), "firehose.cn-north-1.amazonaws.com.cn");
        assert!(Endpoint::regional("eu-west-1").tls);
    }

    #[test]
    fn a_url_is_taken_apart() {
        let local = Endpoint::parse("http://127.0.0.1:4566").unwrap();
        assert_eq!((local.tls, local.host.as_str(), local.port), (false, "127.0.0.1", 4566));
        assert_eq!((local.authority.as_str(), local.path.as_str()), ("127.0.0.1:4566", "/"));
        let tls = Endpoint::parse("https://vpce-1.firehose.eu-west-1.vpce.amazonaws.com:443/").unwrap();
        assert_eq!((tls.tls, tls.port), (true, 443));
        assert_eq!(tls.authority, "vpce-1.firehose.eu-west-1.vpce.amazonaws.com");
        let six = Endpoint::parse("http://[::1]:8080/proxy").unwrap();
        assert_eq!((six.host.as_str(), six.authority.as_str(), six.path.as_str()), ("::1", "[::1]:8080", "/proxy/"));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "localhost:4566", "ftp://host", "http://", "firehose", "http://a b"] {
            assert_eq!(Endpoint::parse(text), None, "{text:?}");
        }
    }
}
