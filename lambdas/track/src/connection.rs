//! One connection that stays open: a function answers one request at a time.

use crate::endpoint::Endpoint;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// For name, TCP and TLS together. What takes longer than this within a region will not come any more.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Why there is no answer. Whether the request had an effect is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error(transparent)]
    Connect(#[from] io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

type Sender = SendRequest<Full<Bytes>>;

/// HTTP/1.1 to one endpoint.
pub(crate) struct Connection {
    endpoint: Endpoint,
    tls: Option<TlsConnector>,
    /// Locked for as long as a request takes; empty before the first one, and after one that failed.
    open: Mutex<Option<Sender>>,
}

impl Connection {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        let tls = endpoint.tls.then(|| TlsConnector::from(Arc::new(tls_config())));
        Self { endpoint, tls, open: Mutex::new(None) }
    }

    /// Opens the connection before it is needed. A failure is left to the first request, which tries again and can report it.
    pub(crate) async fn open(&self) {
        let mut open = self.open.lock().await;
        if open.is_none() {
            *open = self.connect().await.ok();
        }
    }

    /// Sends a request and reads the whole answer. Dropping the future closes the connection, as the answer would be the next one's.
    pub(crate) async fn exchange(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Broken> {
        let mut open = self.open.lock().await;
        if let Some(mut sender) = open.take()
            && sender.ready().await.is_ok()
        {
            match sender.try_send_request(request).await {
                Ok(response) => return finish(&mut open, sender, response).await,
                // Lambda freezes the process between invocations, and servers close what is idle: what was not sent goes to a
                // new connection, at once.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await?;
        finish(&mut open, sender, response).await
    }

    async fn connect(&self) -> Result<Sender, Broken> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        timeout(CONNECT_TIMEOUT, self.connect_without_limit()).await.map_err(late)?
    }

    async fn connect_without_limit(&self) -> Result<Sender, Broken> {
        let Endpoint { host, port, .. } = &self.endpoint;
        let socket = TcpStream::connect((host.as_str(), *port)).await?;
        socket.set_nodelay(true)?;
        let Some(tls) = &self.tls else { return handshake(socket).await };
        let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
        handshake(tls.connect(name, socket).await?).await
    }
}

async fn handshake(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Sender, Broken> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Its failure is that of the request that is under way.
    tokio::spawn(async move { connection.await.ok() });
    Ok(sender)
}

async fn finish(
    open: &mut Option<Sender>,
    sender: Sender,
    response: Response<Incoming>,
) -> Result<Response<Bytes>, Broken> {
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    *open = Some(sender);
    Ok(Response::from_parts(head, body))
}

/// The roots are those of the system, or of `SSL_CERT_FILE`. Without any, each connection fails, and says so.
fn tls_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
