//! How requests travel: through which proxy, whom TLS trusts, and whether it is AWS that answers.

use super::answer;
use super::asked::Asked;
use super::profile::Profile;
use super::{Error, Result};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::path::Path;

/// The client for AWS: with the proxies of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either spelling,
/// and the certificates of `AWS_CA_BUNDLE` or the profile's `ca_bundle` in place of the machine's, as the AWS CLI has them.
///
/// # Errors
/// The file of certificates cannot be read, or holds none.
pub(super) fn through_proxies(profile: &Profile) -> Result<SharedHttpClient> {
    let tls = trusted(profile)?;
    let client = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    });
    Ok(checked(client))
}

/// The same way for requests that are not AWS's API: to the pipeline's endpoint. Nothing is between here and Local AWS,
/// which is `None`.
///
/// # Errors
/// As [`through_proxies`].
pub(super) fn connector(profile: Option<&Profile>) -> Result<SharedHttpConnector> {
    let Some(profile) = profile else {
        let tls = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring));
        return Ok(SharedHttpConnector::new(tls.build()));
    };
    let builder = Connector::builder().proxy_config(ProxyConfig::from_env());
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(trusted(profile)?);
    Ok(SharedHttpConnector::new(builder.build()))
}

/// A client whose answers are AWS's, or errors.
pub(super) fn checked(client: impl HttpClient + 'static) -> SharedHttpClient {
    SharedHttpClient::new(Checked { inner: SharedHttpClient::new(client) })
}

fn trusted(profile: &Profile) -> Result<TlsContext> {
    let variable = std::env::var("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty());
    let bundle = match (&variable, profile.get("ca_bundle")) {
        (Some(path), _) => Some((path.as_str(), "`AWS_CA_BUNDLE`".to_owned())),
        (None, Some(path)) => Some((path, format!("`ca_bundle` of the profile `{}`", profile.name))),
        (None, None) => None,
    };
    let mut store = TrustStore::default();
    if let Some((path, by)) = bundle {
        store = TrustStore::empty();
        for pem in certificates(Path::new(path), &by)? {
            store.add_pem_certificate(pem);
        }
    }
    let built = TlsContext::builder().with_trust_store(store).build();
    built.map_err(|error| bundle_error(&error.to_string()))
}

/// The certificates of a file, each as PEM by itself. The SDK panics at one that rustls cannot read; companies' bundles
/// carry such, and nobody is signed by them.
fn certificates(path: &Path, by: &str) -> Result<Vec<Vec<u8>>> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| bundle_error(&format!("{by} is `{shown}`: {error}")))?;
    let mut roots = RootCertStore::empty();
    let readable = CertificateDer::pem_slice_iter(&text).filter_map(std::result::Result::ok);
    let found: Vec<_> = readable.filter(|one| roots.add(one.clone()).is_ok()).map(|one| pem(&one)).collect();
    if found.is_empty() {
        return Err(bundle_error(&format!("{by} is `{shown}`, in which there is no certificate (PEM)")));
    }
    Ok(found)
}

fn pem(certificate: &CertificateDer<'_>) -> Vec<u8> {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
}

fn bundle_error(message: &str) -> Error {
    Error::new("sts:GetCallerIdentity", "NoTrust", message)
}

#[derive(Clone, Debug)]
struct Checked {
    inner: SharedHttpClient,
}

#[derive(Debug)]
struct CheckedConnector {
    inner: SharedHttpConnector,
}

impl HttpClient for Checked {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(CheckedConnector { inner: self.inner.http_connector(settings, parts) })
    }
}

impl HttpConnector for CheckedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = Asked::of(&request);
        if let Some(asked) = &asked {
            asked.note();
        }
        let answer = self.inner.call(request);
        // Only what is signed is for AWS: the addresses that give credentials to machines name no request.
        let signed = asked.is_some_and(|asked| asked.signed);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            Asked::answered(answer.status().as_u16());
            if signed { answer::checked(answer).await } else { Ok(answer) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_without_certificates_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "-----BEGIN CERTIFICATE-----\nnonsense\n").unwrap();
        let error = certificates(file.path(), "`AWS_CA_BUNDLE`").unwrap_err();
        assert!(error.message().contains("in which there is no certificate"), "{error}");
        assert!(certificates(Path::new("/no/such"), "x").unwrap_err().message().contains("No such file"));
    }
}
