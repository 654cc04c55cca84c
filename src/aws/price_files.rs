//! AWS's price files: one of each service and region, for everybody, without credentials.
//!
//! They are at `/offers/v1.0/aws/<service code>/current/<region>/index.json` ("Getting price list files manually" of
//! AWS's billing guide). Some have hundreds of megabytes: a file is handed on as it comes.

use super::profile::Profile;
use super::{Error, Result, Timeouts, error, transport};
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

/// Where AWS has them.
pub(crate) const HOME: &str = "https://pricing.us-east-1.amazonaws.com";
const OPERATION: &str = "pricing:PriceFile";
/// Pieces of a file that wait to be read; hyper's have some tens of kilobytes.
const AHEAD: usize = 16;

/// Price files at a URL, or copies of them in a directory.
#[derive(Debug)]
pub(crate) struct PriceFiles {
    /// As somebody wrote it, without a slash at its end.
    place: String,
    /// `None`: of a directory.
    connector: Option<SharedHttpConnector>,
    longest: Duration,
}

/// A file, for somebody who reads it in a thread that may wait.
pub(crate) type Contents = Box<dyn Read + Send>;

impl PriceFiles {
    /// Below a URL, by the proxies and certificates of the AWS configuration, or below a directory. Nothing is read yet.
    ///
    /// # Errors
    /// The AWS configuration cannot be used.
    pub(crate) async fn at(place: &str, profile: Option<&str>, timeouts: Timeouts) -> Result<Self> {
        let connector = match place.starts_with("http://") || place.starts_with("https://") {
            true => Some(transport::connector(Some(&Profile::find(profile).await?))?),
            false => None,
        };
        Ok(Self { place: place.trim_end_matches('/').to_owned(), connector, longest: timeouts.attempt() })
    }

    /// The URL or the path of a file.
    pub(crate) fn name(&self, service: &str, region: &str) -> String {
        format!("{}/offers/v1.0/aws/{service}/current/{region}/index.json", self.place)
    }

    /// `None`: there is no such file, as where a service is not offered in a region.
    ///
    /// # Errors
    /// It cannot be opened; the server answers with something else.
    pub(crate) async fn open(&self, service: &str, region: &str) -> Result<Option<Contents>> {
        let name = self.name(service, region);
        let Some(connector) = &self.connector else { return opened(PathBuf::from(name)) };
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(name.as_str()).map_err(|error| failed(&name, &error.to_string()))?;
        let answer = match timeout(self.longest, connector.call(request)).await {
            Err(_) => return Err(failed(&name, "no answer")),
            Ok(Err(error)) => return Err(failed(&name, &error::words(&error))),
            Ok(Ok(answer)) => answer,
        };
        match answer.status().as_u16() {
            200 => {}
            // A bucket behind CloudFront says 403 of what is not there to those who may not list it.
            403 | 404 => return Ok(None),
            status => return Err(failed(&name, &format!("the server answers {status}"))),
        }
        let (sender, pieces) = channel(AHEAD);
        tokio::spawn(hand_on(answer.into_body(), sender, self.longest));
        Ok(Some(Box::new(Pieces { pieces, current: Bytes::new() })))
    }
}

fn opened(path: PathBuf) -> Result<Option<Contents>> {
    match std::fs::File::open(&path) {
        Ok(file) => Ok(Some(Box::new(io::BufReader::new(file)))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&path.display().to_string(), &error.to_string())),
    }
}

fn failed(name: &str, why: &str) -> Error {
    let hint = "`--from-bulk DIR` reads copies of the files: DIR/offers/v1.0/aws/SERVICE/current/REGION/index.json";
    Error::new(OPERATION, "NoPriceFile", &format!("{name}: {why}")).with_hint(hint.to_owned())
}

/// Until the file ends or nobody reads it any more.
async fn hand_on(mut body: SdkBody, sender: Sender<io::Result<Bytes>>, longest: Duration) {
    loop {
        let piece = match timeout(longest, body.frame()).await {
            Err(_) => Err(io::Error::new(ErrorKind::TimedOut, "nothing more comes")),
            Ok(None) => return,
            Ok(Some(Err(error))) => Err(io::Error::other(error::words(&*error))),
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(piece) => Ok(piece),
                Err(_) => continue,
            },
        };
        let last = piece.is_err();
        if sender.send(piece).await.is_err() || last {
            return;
        }
    }
}

/// What comes over the network, for a reader that waits.
struct Pieces {
    pieces: Receiver<io::Result<Bytes>>,
    current: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.current = piece?,
            }
        }
        let count = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
