//! Who is let in from the network: programs of this machine, and no page that a browser shows.
//!
//! Any page on the web can have its reader's browser send requests to 127.0.0.1, many of them without asking first (a
//! form, an image, `fetch` with `no-cors`, a WebSocket), and signatures are not checked here. So a request says by its
//! headers, which a page cannot forge, where it comes from:
//!
//! | Header | A page cannot help it |
//! |---|---|
//! | `Host` | is the name that the page has led the browser to: of a page that rebinds its name to 127.0.0.1, its own |
//! | `Origin` | stands in every `POST`, WebSocket and request across origins |
//! | `Sec-Fetch-Site` | stands in every request that a browser of today sends to this machine, images too |
//! | `Authorization` | is added by a script only after a preflight, which is refused |

use crate::context::new_id;
use crate::private;
use http::uri::Authority;
use http::{HeaderMap, Request, header};
use sha2::{Digest as _, Sha256};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// What opens the admin pages.
const FILE: &str = "token";
const LETTERS: usize = 40;

/// What a request wants, as its path says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// An endpoint of the pipeline, which is public on AWS too. CORS is its own business.
    Public,
    /// An operation of a service.
    Operation,
    /// What AWS does not have.
    Admin,
    /// A function's code. Its name is the digest of what it is: who can name it has it already.
    Code,
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Host,
    Page,
    WebSocket,
    Token,
}

impl Refusal {
    pub(crate) fn status(self) -> u16 {
        if self == Self::Token { 401 } else { 403 }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Host => {
                "Local AWS is for this machine only: a request has to name it as `localhost`, `127.0.0.1` or `[::1]`"
            }
            Self::Page => "Local AWS takes no requests from pages in a browser, except to the endpoint of a pipeline",
            Self::WebSocket => "Local AWS has no WebSockets",
            Self::Token => {
                "`Authorization: Bearer TOKEN` is missing: the token is in the file `token` beside the state"
            }
        }
    }
}

/// # Errors
/// Why a request that came over the network is not let in.
pub(crate) fn check<B>(request: &Request<B>, wanted: Wanted, token: &str) -> Result<(), Refusal> {
    if !names_this_machine(request) {
        return Err(Refusal::Host);
    }
    if wanted == Wanted::Public {
        return Ok(());
    }
    let headers = request.headers();
    // There is no page of Local AWS itself: whatever a browser shows from here is an object that somebody has stored. So
    // `same-origin` is none of the user's either; `none` is an address that he typed.
    let typed = headers.get_all("sec-fetch-site").iter().all(|site| site == "none");
    if headers.contains_key(header::ORIGIN) || !typed {
        return Err(Refusal::Page);
    }
    // Others upgrade too: Java's client asks each server for HTTP/2.
    if headers.get_all(header::UPGRADE).iter().any(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        return Err(Refusal::WebSocket);
    }
    match wanted {
        Wanted::Admin if !carries(headers, token) => Err(Refusal::Token),
        _ => Ok(()),
    }
}

fn names_this_machine<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| is_ours(&host)) && request.uri().authority().is_none_or(is_ours)
}

/// Names below `localhost` are those of buckets and of APIs. Nobody can own one: "application software and name
/// resolution libraries should recognize these names as special, and return the loopback address" (RFC 6761).
fn is_ours(authority: &Authority) -> bool {
    let host = authority.host().to_ascii_lowercase();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_loopback = ip.is_ok_and(|ip| ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST);
    !authority.as_str().contains('@') && (is_loopback || host == "localhost" || host.ends_with(".localhost"))
}

/// Digests are compared, so that how long it takes tells nothing of the token.
fn carries(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(token))
}

/// The token in a directory, which is made if there is none. It outlives the process: who reads it once has it.
///
/// # Errors
/// The file cannot be read or written.
pub(crate) fn token(directory: &Path) -> io::Result<String> {
    let path = directory.join(FILE);
    match read_token(directory) {
        Ok(token) if token.len() == LETTERS => Ok(token),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => {
            let token = new_id(LETTERS);
            private::write(&path, token.as_bytes())?;
            Ok(token)
        }
    }
}

/// # Errors
/// There is none, or it is somebody else's.
pub(crate) fn read_token(directory: &Path) -> io::Result<String> {
    std::fs::read_to_string(directory.join(FILE))
}

#[cfg(test)]
mod tests;
