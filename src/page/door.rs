//! Who is let in: the page itself, in the browser of whoever started the program.
//!
//! Any page on the web can have its reader's browser send requests to this machine. So `Host` has to be this machine, which
//! it is not for a page that rebinds its name to 127.0.0.1; a request that says where it comes from comes from here; and what
//! is asked needs a token, which stands in the address behind `#` and so in no request that a browser makes by itself: no
//! cookie, nothing that another page could make use of.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::sync::Arc;

/// What the browser may do with what it gets: nothing from elsewhere, nothing inside another page, nothing kept.
const HEADERS: [(header::HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

#[derive(Clone)]
pub(super) struct Door(Arc<Lock>);

struct Lock {
    /// The names of the page's own host, as `Host` has them.
    hosts: [String; 2],
    token: [u8; 32],
}

impl Door {
    pub(super) fn new(address: SocketAddr, token: &str) -> Self {
        let hosts = [address.to_string(), format!("localhost:{}", address.port())];
        Self(Arc::new(Lock { hosts, token: digest(token) }))
    }

    fn is_host(&self, headers: &HeaderMap) -> bool {
        let mut all = headers.get_all(header::HOST).iter();
        let first = all.next().is_some_and(|host| self.0.hosts.iter().any(|ours| host == ours.as_str()));
        first && all.next().is_none()
    }

    /// A request that says nothing of its origin comes from no page, or from an address that somebody has typed.
    fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let ours = |origin: &HeaderValue| {
            let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
            host.is_some_and(|host| self.0.hosts.iter().any(|ours| ours == host))
        };
        headers.get_all(header::ORIGIN).iter().all(ours)
    }

    /// By digests, so that the time it takes tells nothing.
    fn opens(&self, headers: &HeaderMap) -> bool {
        let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        said.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| digest(token) == self.0.token)
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// For all that is served.
pub(super) async fn check(State(door): State<Door>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let mut answer = if !door.is_host(headers) {
        (StatusCode::FORBIDDEN, "this page is for this machine only: `127.0.0.1` or `localhost`, and its port")
            .into_response()
    } else if !door.is_from_here(headers) {
        (StatusCode::FORBIDDEN, "this page answers no other page").into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// For what is asked and told.
pub(super) async fn need_token(State(door): State<Door>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    // What a browser says of a request of its own page; programs say nothing.
    let own = headers.get_all("sec-fetch-site").iter().all(|site| site == "same-origin");
    if !own {
        return (StatusCode::FORBIDDEN, "this page answers no other page").into_response();
    }
    if !door.opens(headers) {
        let words =
            "the address is the one that pipectl prints, with what stands behind `#`; it is another one for each start";
        return (StatusCode::UNAUTHORIZED, words).into_response();
    }
    next.run(request).await
}
