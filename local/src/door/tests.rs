//! Every combination of what tells where a request comes from has a verdict.

use super::*;

const TOKEN: &str = "the-token";

/// A `Host`, and whether it is this machine.
const HOSTS: &[(Option<&str>, bool)] = &[
    (None, false),
    (Some("localhost"), true),
    (Some("localhost:4566"), true),
    (Some("LocalHost:4566"), true),
    (Some("127.0.0.1:4566"), true),
    (Some("[::1]:4566"), true),
    (Some("bucket.localhost:4566"), true),
    (Some("my.bucket.s3.localhost:4566"), true),
    (Some("a1b2c3.execute-api.localhost:4566"), true),
    (Some("evil.example"), false),
    (Some("evil.example:4566"), false),
    (Some("localhost.evil.example:4566"), false),
    (Some("evillocalhost:4566"), false),
    (Some("127.0.0.1.evil.example:4566"), false),
    (Some("127.0.0.1@evil.example"), false),
    (Some("evil.example@127.0.0.1"), false),
    (Some("192.168.1.7:4566"), false),
    (Some("0.0.0.0:4566"), false),
    (Some("[::]:4566"), false),
    (Some("2130706433:4566"), false),
    (Some("[::ffff:7f00:1]:4566"), false),
    (Some(""), false),
    (Some("localhost evil"), false),
];
const ORIGINS: &[Option<&str>] = &[
    None,
    Some("null"),
    Some("http://evil.example"),
    Some("http://localhost:3000"),
    Some("http://localhost:4566"),
    Some("http://127.0.0.1:4566"),
    Some("file://"),
    Some("chrome-extension://abc"),
];
const SITES: &[Option<&str>] =
    &[None, Some("none"), Some("cross-site"), Some("same-site"), Some("same-origin"), Some("None"), Some("")];
const UPGRADES: &[Option<&str>] = &[None, Some("h2c"), Some("websocket"), Some("WebSocket")];
const AUTHORIZATIONS: &[Option<&str>] =
    &[None, Some("Bearer the-token"), Some("Bearer another"), Some("the-token"), Some("Bearer ")];
const WANTED: [Wanted; 4] = [Wanted::Public, Wanted::Operation, Wanted::Admin, Wanted::Code];

fn request(headers: &[(&str, Option<&str>)]) -> Request<()> {
    let given = headers.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    given.fold(Request::builder(), |request, (name, value)| request.header(name, value)).body(()).unwrap()
}

#[test]
fn every_combination_of_what_tells_where_a_request_comes_from_has_its_verdict() {
    let mut let_in = 0;
    for (host, is_ours) in HOSTS {
        for (origin, site) in ORIGINS.iter().flat_map(|origin| SITES.iter().map(move |site| (*origin, *site))) {
            for (upgrade, key) in UPGRADES.iter().flat_map(|one| AUTHORIZATIONS.iter().map(move |key| (*one, *key))) {
                let request = request(&[
                    ("host", *host),
                    ("origin", origin),
                    ("sec-fetch-site", site),
                    ("upgrade", upgrade),
                    ("authorization", key),
                ]);
                let of_a_program = origin.is_none() && matches!(site, None | Some("none"));
                let plain = matches!(upgrade, None | Some("h2c"));
                for wanted in WANTED {
                    let expected = match wanted {
                        _ if !is_ours => Err(Refusal::Host),
                        Wanted::Public => Ok(()),
                        _ if !of_a_program => Err(Refusal::Page),
                        _ if !plain => Err(Refusal::WebSocket),
                        Wanted::Admin if key != Some("Bearer the-token") => Err(Refusal::Token),
                        _ => Ok(()),
                    };
                    assert_eq!(check(&request, wanted, TOKEN), expected, "{wanted:?} {:?}", request.headers());
                    let_in += usize::from(expected.is_ok());
                }
            }
        }
    }
    assert!(let_in > 1000, "the table has to let somebody in: {let_in}");
}

#[test]
fn a_second_host_and_a_foreign_target_are_refused() {
    let twice = Request::builder().header("host", "localhost").header("host", "evil.example").body(()).unwrap();
    assert_eq!(check(&twice, Wanted::Public, TOKEN), Err(Refusal::Host));
    let foreign = Request::builder().uri("http://evil.example/").header("host", "localhost").body(()).unwrap();
    assert_eq!(check(&foreign, Wanted::Public, TOKEN), Err(Refusal::Host));
    let own = Request::builder().uri("http://localhost:4566/").header("host", "localhost:4566").body(()).unwrap();
    assert_eq!(check(&own, Wanted::Operation, TOKEN), Ok(()));
}

#[test]
fn a_token_is_made_once_and_again_where_it_was_spoilt() {
    let directory = tempfile::tempdir().unwrap();
    let first = token(directory.path()).unwrap();
    assert_eq!(first.len(), LETTERS);
    assert_eq!(token(directory.path()).unwrap(), first);
    std::fs::write(directory.path().join(FILE), "").unwrap();
    assert_ne!(token(directory.path()).unwrap(), first);
}
