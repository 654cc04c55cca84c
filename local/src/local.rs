//! The embedded AWS as its users hold it: opened on a directory, asked in-process or served.

use crate::core::{Core, Error, Options};
use crate::door::{self, Wanted};
use crate::listen::{self, Patience, Unread};
use crate::response::{dated, plain};
use crate::services::{apigateway, lambda};
use crate::{admin, background, router};
use axum::body::Body;
use bytes::Bytes;
use http::Response;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The largest request: a function's zip of 50 MB in base64, with room to spare.
const LARGEST_REQUEST: usize = 100 << 20;

/// An embedded AWS. Clones share one state.
#[derive(Clone, Debug)]
pub struct LocalAws {
    pub(crate) core: Arc<Core>,
    patience: Patience,
}

impl LocalAws {
    /// Opens the state in `directory`, which is made if it is missing.
    ///
    /// # Errors
    /// [`Error::Served`] and [`Error::Busy`] while another process has it, otherwise what went wrong with the files.
    pub fn open(directory: &Path, options: Options) -> Result<Self, Error> {
        Ok(Self { core: Arc::new(Core::open(directory, options)?), patience: Patience::default() })
    }

    /// Answers one request, as the service would over HTTP.
    pub async fn respond<B>(&self, request: http::Request<B>) -> Response<Body>
    where
        B: axum::body::HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let body = match listen::collect(body, LARGEST_REQUEST, self.patience).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return plain(413, "the request is too large"),
            Err(Unread::TooSlow) => return plain(408, "the request came too slowly"),
            Err(Unread::CutOff) => return plain(400, "the request was cut off"),
        };
        let request = http::Request::from_parts(parts, body);
        if request.uri().path().starts_with(admin::PATH) {
            return admin::respond(&self.core, &request).await;
        }
        if let Some(call) = apigateway::user_request(&request) {
            return apigateway::respond(&self.core, call, request).await;
        }
        if let Some(call) = lambda::url_request(&request) {
            return lambda::respond_to_url(&self.core, call, request).await;
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
        let _announced = Announced(&self.core);
        let aws = self.clone();
        let serving = listen::serve(listener, self.patience, move |request| {
            let aws = aws.clone();
            async move { aws.admit(request).await }
        });
        tokio::select! {
            () = serving => Ok(()),
            () = background::run(&self.core) => Ok(()),
        }
    }

    /// Answers a request that came over the network, if its sender is let in.
    async fn admit(&self, request: http::Request<hyper::body::Incoming>) -> Response<Body> {
        match door::check(&request, wanted(&request), self.core.token()) {
            Ok(()) => self.respond(request).await,
            Err(refusal) => plain(refusal.status(), refusal.words()),
        }
    }
}

/// Ends with the serving, be that by a signal; what a query still does in the background is no reason to seem alive.
struct Announced<'a>(&'a Core);

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        self.0.withdraw();
    }
}

/// The token that opens the admin pages (`/_local/`) of the Local AWS that is kept in a directory.
///
/// # Errors
/// There is none, or it is not for this user to read.
pub fn admin_token(directory: &Path) -> std::io::Result<String> {
    door::read_token(directory)
}

/// In the order in which [`LocalAws::respond`] looks.
fn wanted<B>(request: &http::Request<B>) -> Wanted {
    match request.uri().path().strip_prefix(admin::PATH) {
        Some(page) if page.starts_with(admin::CODE) => Wanted::Code,
        Some(_) => Wanted::Admin,
        None if apigateway::user_request(request).is_some() || lambda::url_request(request).is_some() => Wanted::Public,
        None => Wanted::Operation,
    }
}
