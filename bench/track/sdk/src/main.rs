//! The article's handler as one writes it in Rust: one event, one `PutRecord`, with the SDK's defaults.

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use aws_smithy_http_client::{Builder, tls};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let http = Builder::new().tls_provider(provider).build_https();
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
    let client = &Client::new(&config);
    let stream = &std::env::var("DELIVERY_STREAM_NAME")?;
    lambda_runtime::run(service_fn(|event| Box::pin(track(client, stream, event)))).await
}

async fn track(client: &Client, stream: &str, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let body = event.payload["body"].as_str().unwrap_or_default();
    let record = Record::builder().data(Blob::new(format!("{body}\n"))).build()?;
    client.put_record().delivery_stream_name(stream).record(record).send().await?;
    Ok(json!({ "statusCode": 204 }))
}
