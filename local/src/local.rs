//! The embedded AWS as its users hold it: opened on a directory, asked in-process or served.

use crate::core::{Core, Error, Options};
use crate::response::{dated, plain};
use crate::services::apigateway;
use crate::{admin, background, router};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt as _;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The largest request: a function's zip of 50 MB in base64, with room to spare.
const LARGEST_REQUEST: usize = 100 << 20;

/// An embedded AWS. Clones share one state.
#[derive(Clone, Debug)]
pub struct LocalAws {
    pub(crate) core: Arc<Core>,
}

impl LocalAws {
    /// Opens the state in `directory`, which is made if it is missing.
    ///
    /// # Errors
    /// [`Error::Served`] and [`Error::Busy`] while another process has it, otherwise what went wrong with the files.
    pub fn open(directory: &Path, options: Options) -> Result<Self, Error> {
        Ok(Self { core: Arc::new(Core::open(directory, options)?) })
    }

    /// Answers one request, as the service would over HTTP.
    pub async fn respond<B>(&self, request: http::Request<B>) -> Response<Body>
    where
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let body = http_body_util::Limited::new(body, LARGEST_REQUEST);
        let Ok(body) = body.collect().await else {
            return plain(413, "the request is too large, or was cut off");
        };
        let request = http::Request::from_parts(parts, body.to_bytes());
        if request.uri().path().starts_with(admin::PATH) {
            return admin::respond(&self.core, &request).await;
        }
        if let Some(call) = apigateway::user_request(&request) {
            return apigateway::respond(&self.core, call, request).await;
        }
        tokio::time::sleep(self.core.options.latency).await;
        dated(router::respond(&self.core, request).await, self.core.clock.now())
    }

    /// Serves it over HTTP until the future is dropped, and meanwhile does what is to be done in the background.
    /// Other processes that open the same directory are told the address.
    ///
    /// # Errors
    /// What the operating system says about the listener or the directory.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        let url = format!("http://{}", listener.local_addr()?);
        self.core.announce(url)?;
        let aws = self.clone();
        let app = Router::new().fallback(move |request: Request| {
            let aws = aws.clone();
            async move { aws.respond(request).await }
        });
        // Without TCP_NODELAY, an answer of two small packets waits 40 ms for an acknowledgement.
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            let _ = stream.set_nodelay(true);
        });
        tokio::select! {
            served = std::future::IntoFuture::into_future(axum::serve(listener, app)) => served,
            () = background::run(&self.core) => Ok(()),
        }
    }
}
