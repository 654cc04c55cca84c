//! Whether the endpoints answer: a POST without a body, with a key.
//!
//! It goes the whole way of an event through the front and its check of keys into `track`, which refuses it with 400, for
//! it has no event: nothing is stored. That is so behind API Gateway and behind a function URL. An OPTIONS would be
//! answered before any key is looked at, and by API Gateway without the function.

use crate::commands::output::Made;
use crate::commands::session::Session;
use crate::engine::value::Pending;
use crate::report::Answered;
use crate::resources::ApiKey;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use futures::future::join_all;
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// API Gateway gives up after 29 s.
const LONGEST: Duration = Duration::from_secs(35);

pub(super) async fn ask(session: &Session, made: &Made) -> Vec<Answered> {
    let endpoints = made.endpoints(session);
    let connector = match session.aws.connector() {
        Ok(connector) => connector,
        Err(error) => {
            let why = error.to_string();
            let failed = |(front, url): (crate::config::Front, String)| Answered {
                front: front.to_string(),
                url,
                status: Err(why.clone()),
                with_key: false,
            };
            return endpoints.into_iter().map(failed).collect();
        }
    };
    // Who may not read the key knocks without: 403 is then an answer, too.
    let key = match made.keys.first().map(|key| &key.id) {
        Some(Pending::Known(id)) => ApiKey::value(&session.aws, id).await.ok().map(|key| key.0),
        _ => None,
    };
    let asked = endpoints.into_iter().map(async |(front, url)| Answered {
        status: status(&connector, &url, key.as_deref()).await.map_err(|error| words(&*error)),
        front: front.to_string(),
        url,
        with_key: key.is_some(),
    });
    join_all(asked).await
}

async fn status(connector: &SharedHttpConnector, url: &str, key: Option<&str>) -> Result<u16, Box<dyn Error>> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method("POST")?;
    request.set_uri(url)?;
    request.headers_mut().try_insert("content-type", "application/x-ndjson")?;
    request.headers_mut().try_insert("content-length", "0")?;
    if let Some(key) = key {
        request.headers_mut().try_insert("x-api-key", key.to_owned())?;
    }
    Ok(timeout(LONGEST, connector.call(request)).await.map_err(|_| "no answer within 35 s")??.status().as_u16())
}

/// With what lies behind it: hyper's own words say little.
fn words(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
