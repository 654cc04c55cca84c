//! No answer: who was asked, why nothing came, and what fits the cause.

use crate::aws::asked::Asked;
use std::error::Error;

/// Of a chain of errors, in characters.
const LONGEST_TEXT: usize = 600;

/// Why there is no answer, as far as the transport's words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// A connection, and then silence.
    Silent,
    /// Nothing takes connections there.
    Closed,
    /// There is no such host.
    Unknown,
    /// Its certificate is signed by somebody whom nobody here trusts.
    Untrusted,
    /// Something between here and AWS answered in its place.
    Stranger,
    Proxy,
    /// The answer broke off, or cannot be read.
    Broken,
    Other,
}

const SIGNS: &[(Cause, &[&str])] = &[
    (Cause::Stranger, &["the answer is not from AWS"]),
    (Cause::Untrusted, &["UnknownIssuer", "invalid peer certificate", "certificate"]),
    (Cause::Proxy, &["tunnel error", "proxy authorization", "proxy connection", "proxy"]),
    (Cause::Unknown, &["dns error", "failed to lookup address", "Name or service not known", "nodename nor servname"]),
    (Cause::Closed, &["Connection refused", "connection refused", "actively refused"]),
    (Cause::Silent, &["timeout", "timed out", "minimum throughput", "No route to host", "Network is unreachable"]),
    (
        Cause::Broken,
        &[
            "connection closed before",
            "end of file",
            "error reading a body",
            "dropped",
            "unexpected",
            "EOF",
            "JSON",
            "XML",
        ],
    ),
];

fn cause(text: &str) -> Cause {
    let says = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    SIGNS.iter().find(|(_, signs)| says(signs)).map_or(Cause::Other, |(cause, _)| *cause)
}

/// What the SDK and its transport call a limit that has passed, and what is said of it.
const LIMITS: &[(&str, &str)] = &[
    ("operation timeout (all attempts including retries) occurred after", "no answer, to all attempts together, in"),
    ("operation attempt timeout (single attempt) occurred after", "no answer in"),
    ("HTTP read timeout occurred after", "no answer in"),
    ("HTTP connect timeout occurred after", "no connection in"),
];

/// Who was asked, and what the transport says.
pub(super) fn message(asked: Option<&Asked>, text: &str) -> String {
    let mut text = if text.is_empty() { "no answer".to_owned() } else { text.to_owned() };
    for (theirs, ours) in LIMITS {
        text = text.replace(theirs, ours);
    }
    let Some(asked) = asked else { return text };
    match asked.status {
        // The time for all attempts is up, and the last of them may have been answered.
        Some(status) if text.contains("no answer") => {
            format!("{asked}: {text}; the last answer had the status {status}")
        }
        _ => format!("{asked}: {text}"),
    }
}

/// What fits the cause.
pub(super) fn hint(asked: Option<&Asked>, text: &str) -> String {
    let host = asked.map_or("AWS".to_owned(), |asked| format!("`{}`", asked.host));
    let emulated = asked.is_some_and(|asked| !asked.is_amazon());
    let region = asked.and_then(|asked| asked.region.as_deref()).unwrap_or("this one");
    match cause(text) {
        Cause::Silent => format!(
            "{host} could not be reached or took the connection and said nothing: look at the VPN, the firewall and the \
             proxy (`HTTPS_PROXY`); `--request-timeout` waits longer"
        ),
        Cause::Closed if emulated => format!("nothing listens at {host}, which `AWS_ENDPOINT_URL` names: start it"),
        Cause::Closed => {
            format!("{host} takes no connections from here: does a firewall want a proxy (`HTTPS_PROXY`)?")
        }
        Cause::Unknown if emulated => format!("there is no host {host}: look at `AWS_ENDPOINT_URL`"),
        Cause::Unknown => format!(
            "there is no host {host} for this machine: is `{region}` a region (`aws account list-regions`), and is there a \
             network, or a proxy to name (`HTTPS_PROXY`)?"
        ),
        Cause::Untrusted => format!(
            "this machine does not know who signed the certificate of {host}; where a proxy looks into TLS, name the file \
             with its certificates: `AWS_CA_BUNDLE=FILE`, or `ca_bundle` of the profile"
        ),
        Cause::Stranger if emulated => format!("{host}, which `AWS_ENDPOINT_URL` names, does not answer as AWS does"),
        Cause::Stranger => {
            format!("something answers in the place of {host}: a login page of this network, or a proxy that blocks it")
        }
        Cause::Proxy => {
            "the proxy of `HTTPS_PROXY` or `HTTP_PROXY` did not pass it on; `NO_PROXY` names hosts that are \
                         asked without it"
                .to_owned()
        }
        Cause::Broken => format!("the answer of {host} broke off: run it again; what was done is found"),
        Cause::Other => "check the network, the region and `AWS_ENDPOINT_URL`".to_owned(),
    }
}

/// What only says which part of the SDK an error comes through.
const PHASES: &[&str] =
    &["io error", "other", "timeout", "dispatch failure", "client error (Connect)", "service error"];

/// An error's words and those of what lies behind it, without what only a developer can read: the SDK puts whole requests
/// into some, as Rust's `Debug` writes them.
pub(in crate::aws) fn words(error: &(dyn Error + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
        texts.push(source.to_string());
    }
    let dump = |text: &String| ["SdkBody", " { ", "{\n"].iter().any(|sign| text.contains(sign));
    let phase = |text: &String| PHASES.contains(&text.as_str());
    let mut kept: Vec<String> = vec![];
    for text in texts.into_iter().filter(|text| !text.is_empty() && !dump(text) && !phase(text)) {
        // Some repeat what lies behind them.
        if kept.iter().all(|known| !known.contains(&text)) {
            kept.push(text);
        }
    }
    kept.join(": ").chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str) -> Asked {
        Asked { host: host.to_owned(), region: Some("us-esat-1".to_owned()), signed: true, status: None }
    }

    /// What hyper, rustls and the SDK say, as they were seen to say it.
    #[test]
    fn each_cause_has_a_hint_of_its_own() {
        for (text, host, expected) in [
            ("HTTP read timeout occurred after 60s", "sts.amazonaws.com", "`--request-timeout` waits longer"),
            ("operation attempt timeout (single attempt) occurred after 60s", "a.amazonaws.com", "said nothing"),
            ("client error (Connect): tcp connect error: Connection refused (os error 111)", "127.0.0.1:1", "start it"),
            ("tcp connect error: Connection refused (os error 111)", "sts.amazonaws.com", "HTTPS_PROXY"),
            (
                "dns error: failed to lookup address information",
                "sts.us-esat-1.amazonaws.com",
                "is `us-esat-1` a region",
            ),
            ("invalid peer certificate: UnknownIssuer", "sts.amazonaws.com", "AWS_CA_BUNDLE=FILE"),
            ("the answer is not from AWS: status 200, a web page", "sts.amazonaws.com", "a login page of this network"),
            ("the answer is not from AWS: status 200, a web page", "127.0.0.1:1", "does not answer as AWS does"),
            ("client error (Connect): tunnel error: unsuccessful", "sts.amazonaws.com", "the proxy of `HTTPS_PROXY`"),
            ("connection closed before message completed", "sts.amazonaws.com", "broke off"),
        ] {
            let told = hint(Some(&asked(host)), text);
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn a_message_names_host_and_region() {
        assert_eq!(message(Some(&asked("127.0.0.1:1")), "x"), "127.0.0.1:1 (region us-esat-1): x");
        assert_eq!(message(None, ""), "no answer");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Link(&'static str, #[source] Option<Box<Link>>);

    #[test]
    fn no_dump_and_no_repetition_is_shown() {
        let last = Link("no scheme", None);
        let dump = Link("Request { body: SdkBody { inner: .. } }", Some(Box::new(last)));
        let first = Link("could not connect: no scheme", Some(Box::new(dump)));
        assert_eq!(words(&first), "could not connect: no scheme");
    }
}
