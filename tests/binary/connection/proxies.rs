//! What a company puts between its people and AWS, as the AWS CLI takes it: proxies, certificates, other endpoints.

use super::relay::{answering, relay};
use super::{command, elsewhere, place, run, with_keys};
use crate::support::{Place, Server, python, root};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const REFUSED: &str = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";

/// AWS, and what a proxy that passes nothing on was asked for.
fn connects(variables: &[(&str, &str)]) -> String {
    let place = place("");
    let (address, seen) = answering(REFUSED);
    let mut plan = command(&place, "", &["plan", "--region", "us-east-1"]);
    plan.env("AWS_ACCESS_KEY_ID", "AKIAENV").env("AWS_SECRET_ACCESS_KEY", "x").envs(variables.iter().copied());
    plan.env("HTTPS_PROXY", format!("http://{address}")).env_remove("NO_PROXY").env_remove("no_proxy");
    run(&mut plan).exits(1).says("the proxy of `HTTPS_PROXY`");
    let text = seen.text();
    text.lines().find(|line| line.starts_with("CONNECT ")).unwrap_or_default().to_owned()
}

#[test]
fn https_goes_through_its_proxy_to_the_endpoint_that_is_asked_for() {
    assert_eq!(connects(&[]), "CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1");
    let fips = connects(&[("AWS_USE_FIPS_ENDPOINT", "true")]);
    assert_eq!(fips, "CONNECT sts-fips.us-east-1.amazonaws.com:443 HTTP/1.1");
    let dual = connects(&[("AWS_USE_DUALSTACK_ENDPOINT", "true")]);
    assert_eq!(dual, "CONNECT sts.us-east-1.api.aws:443 HTTP/1.1");
}

#[test]
fn http_goes_through_its_proxy_but_for_the_hosts_that_no_proxy_names() {
    let place = place("");
    let server = elsewhere(&place);
    let (address, seen) = relay(&server.url);
    let mut plan = with_keys(&place, "http://aws.invalid", &["plan"]);
    plan.env("HTTP_PROXY", format!("http://{address}"));
    run(&mut plan).exits(0);
    assert!(seen.text().starts_with("POST http://aws.invalid/ HTTP/1.1"), "{}", seen.text());
    // Named in NO_PROXY, the host is asked itself, and is not there.
    plan.env("NO_PROXY", "aws.invalid");
    run(&mut plan).exits(1).says("there is no host `aws.invalid`");
}

#[test]
fn local_aws_is_asked_without_a_proxy() {
    let place = place("");
    let (address, seen) = answering(REFUSED);
    let plan = || {
        let mut plan = command(&place, "", &["plan", "--local"]);
        plan.env("HTTP_PROXY", format!("http://{address}")).env("HTTPS_PROXY", format!("http://{address}"));
        plan.env_remove("NO_PROXY").env_remove("no_proxy");
        run(&mut plan).exits(0)
    };
    plan();
    let _server = place.serve();
    plan();
    assert_eq!(seen.text(), "");
}

/// A Local AWS behind TLS, whose certificate a company's own authority has signed.
fn behind_tls(place: &Place, server: &Server) -> (Server, PathBuf) {
    let script = root().join("tests/judges/tls_relay.py");
    let upstream = server.url.trim_start_matches("http://");
    let mut child = Command::new(python())
        .arg(script)
        .arg(upstream)
        .current_dir(place.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    (Server::elsewhere(child, format!("https://localhost:{}", port.trim())), place.path().join("ca.pem"))
}

#[test]
fn a_companys_certificates_are_trusted_where_they_are_named() {
    let place = place("");
    let server = elsewhere(&place);
    let (tls, bundle) = behind_tls(&place, &server);
    run(&mut with_keys(&place, &tls.url, &["plan"]))
        .exits(1)
        .says("UnknownIssuer")
        .says("`AWS_CA_BUNDLE=FILE`, or `ca_bundle` of the profile");
    run(with_keys(&place, &tls.url, &["plan"]).env("AWS_CA_BUNDLE", &bundle)).exits(0);
    let config = format!("[profile company]\nregion = us-east-1\nca_bundle = {}\n", bundle.display());
    let mut of_profile = command(&place, &config, &["plan"]);
    of_profile.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x").env("AWS_PROFILE", "company");
    run(of_profile.env("AWS_ENDPOINT_URL", &tls.url)).exits(0);
    run(with_keys(&place, &tls.url, &["plan"]).env("AWS_CA_BUNDLE", "/no/such.pem"))
        .exits(1)
        .says("`AWS_CA_BUNDLE` is `/no/such.pem`: No such file");
}

/// Events travel by the way that everything else does: through the proxy, and trusting whom it is said to trust.
#[test]
fn events_are_sent_through_proxies_and_to_whom_the_companys_certificates_trust() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    place.write_zips();
    let send = ["send", "--events", "10"];
    let (address, seen) = relay(&server.url);
    let mut through = with_keys(&place, &server.url, &send);
    through.env("HTTP_PROXY", format!("http://{address}")).env_remove("NO_PROXY").env_remove("no_proxy");
    run(&mut through).exits(0);
    let posted = format!("POST {}/restapis/", server.url.trim_end_matches('/'));
    assert!(seen.text().contains(&posted), "{posted}: {}", seen.text());
    let (tls, bundle) = behind_tls(&place, &server);
    run(with_keys(&place, &tls.url, &send).env("AWS_CA_BUNDLE", &bundle)).exits(0);
}
