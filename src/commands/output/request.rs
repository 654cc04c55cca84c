//! A request that sends an event: `pipectl output --snippet`, and the last that an apply says.

use super::{Made, front_door, made};
use crate::client::{Door, Generator, Key, Language, VARIABLE, snippet};
use crate::commands::{Global, session::Session};
use crate::error::Result;
use crate::report::say;
use clap::ValueEnum as _;
use clap::builder::PossibleValue;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The same event each time.
const SEED: u64 = 1;

/// One in a language.
pub(super) struct Request {
    language: Language,
    pub(super) text: String,
    /// What prints the key that is not in it.
    key_command: Option<String>,
}

impl Request {
    pub(super) fn to_json(&self) -> Value {
        let Self { language, text, key_command } = self;
        let language = language.to_possible_value();
        json!({
            "schema": "pipectl-output-snippet/1",
            "language": language.as_ref().map(PossibleValue::get_name),
            "snippet": text,
            "key_command": key_command,
        })
    }
}

/// In a language; where the key is not in it, stderr says where it comes from.
pub(super) async fn request(global: &Global, session: &Session, language: Language, secrets: bool) -> Result<Request> {
    let event = event(session);
    if secrets {
        let (endpoint, key) = front_door(session).await?;
        let key = key.as_ref().map(|key| Key::Value(&key.0));
        let text = snippet(language, &Door { endpoint: &endpoint, key }, &event);
        return Ok(Request { language, text, key_command: None });
    }
    let made = made(session).await?;
    let endpoint = made.endpoints(session).into_iter().next().map(|(_, url)| url).unwrap_or_default();
    let key_command = key_command(global, session, &made);
    if let Some(command) = key_command.as_ref().filter(|_| language != Language::Curl) {
        say(format_args!("the key is read from {VARIABLE}: export {VARIABLE}=$({command})"));
        say("hint: `--show-secrets` writes it into the request");
    }
    let key = key_command.as_deref().map(Key::From);
    let text = snippet(language, &Door { endpoint: &endpoint, key }, &event);
    Ok(Request { language, text, key_command })
}

/// With curl, where there is an endpoint.
pub(super) fn first(global: &Global, session: &Session, made: &Made) -> Option<String> {
    let (_, endpoint) = made.endpoints(session).into_iter().next()?;
    let command = key_command(global, session, made);
    let request =
        snippet(Language::Curl, &Door { endpoint: &endpoint, key: command.as_deref().map(Key::From) }, &event(session));
    let served = if session.local { ", while `pipectl local` serves it" } else { "" };
    Some(format!("Send an event{served}:\n{request}"))
}

/// What prints the key that a request has.
fn key_command(global: &Global, session: &Session, made: &Made) -> Option<String> {
    let there = |name: &&String| made.keys.iter().any(|key| key.name == session.aws.names.api_key(name));
    let name = session.pipeline.ingest.api_keys.iter().find(there)?;
    Some(format!("pipectl output{} --api-key {name}", global.same_pipeline()))
}

/// A plausible one of the file's `schema`, of now.
fn event(session: &Session) -> String {
    let now = Timestamp::now();
    match session.pipeline.sent_columns().as_slice() {
        [] => r#"{"event":"signup"}"#.to_owned(),
        columns => Generator::new(columns, SEED, 1, (now, now)).event(),
    }
}
