//! `pipectl output`, and what an apply ends with.

mod request;

use super::session::Session;
use crate::blueprint::{API, URL};
use crate::client::Language;
use crate::commands::Global;
use crate::config::Front;
use crate::engine::value::{Pending, Secret};
use crate::error::{Code, Error, Exit, Result};
use crate::report::{
    Key, Output, data, document, document_field, exact, output_to_json, output_to_text, say_stranded, stranded_to_json,
};
use crate::resources::{ApiKey, ApiKeyOutputs, FunctionUrl, FunctionUrlOutputs, Inventory, RestApi, RestApiOutputs};
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Print the values of the API keys too.
    #[arg(long)]
    show_secrets: bool,
    /// Print a request that sends an event, and nothing else. Its key is asked for where it runs, or is in it with
    /// `--show-secrets`.
    #[arg(long, value_name = "LANGUAGE")]
    snippet: Option<Language>,
    /// Print the value of this API key, and nothing else.
    #[arg(long, value_name = "NAME", conflicts_with = "snippet")]
    api_key: Option<String>,
}

/// What only AWS knows about a pipeline.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) api: Option<RestApiOutputs>,
    pub(super) url: Option<FunctionUrlOutputs>,
    pub(super) keys: Vec<ApiKeyOutputs>,
}

impl Made {
    /// Where events are posted to, by what takes them there, in the order of the file.
    pub(super) fn endpoints(&self, session: &Session) -> Vec<(Front, String)> {
        let (aws, ingest) = (&session.aws, &session.pipeline.ingest);
        let address = |front: &Front| match front {
            Front::RestApi => self.api.as_ref()?.url(aws, &ingest.path),
            Front::FunctionUrl => self.url.as_ref()?.client_url(aws, &ingest.path),
        };
        ingest.front.iter().filter_map(|front| Some((*front, address(front)?))).collect()
    }
}

/// What is live of it.
pub(super) fn made_of(session: &Session, live: &Inventory) -> Made {
    let key = |name: &String| live.live::<ApiKey>(name).map(|live| live.outputs.clone());
    Made {
        api: live.live::<RestApi>(API).map(|live| live.outputs.clone()),
        url: live.live::<FunctionUrl>(URL).map(|live| live.outputs.clone()),
        keys: session.pipeline.ingest.api_keys.iter().filter_map(key).collect(),
    }
}

/// What there is by now.
///
/// # Errors
/// The pipeline was never applied.
async fn made(session: &Session) -> Result<Made> {
    let graph = session.graph();
    let made = made_of(session, &session.observe(&graph).await?);
    if made.endpoints(session).is_empty() {
        let message = format!("there is no pipeline {}/{} yet", session.aws.names.pipeline, session.aws.names.stage);
        return Err(Error::coded(Code::NotDeployed, message, "`pipectl apply` makes it"));
    }
    Ok(made)
}

/// Where events are posted to, and the value of a key that opens it, if one is needed.
pub(super) async fn front_door(session: &Session) -> Result<(String, Option<Secret<String>>)> {
    let made = made(session).await?;
    let key = match made.keys.first().map(|key| &key.id) {
        Some(Pending::Known(id)) => Some(ApiKey::value(&session.aws, id).await?),
        _ => None,
    };
    let endpoint = made.endpoints(session).into_iter().next().map(|(_, url)| url).unwrap_or_default();
    Ok((endpoint, key))
}

pub(crate) async fn run(global: &Global, args: &OutputArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    if let Some(name) = &args.api_key {
        let value = named_key(&session, name).await?;
        document(json!({"schema": "pipectl-output-key/1", "name": name, "value": value}));
        exact(format_args!("{value}\n"));
        return Ok(Exit::Done);
    }
    if let Some(language) = args.snippet {
        let request = request::request(global, &session, language, args.show_secrets).await?;
        document(request.to_json());
        exact(request.text);
        return Ok(Exit::Done);
    }
    let (made, stranded) = futures::join!(made(&session), session.stranded());
    let (made, stranded) = (made?, stranded?);
    let mut keys = vec![];
    for key in &made.keys {
        let value = if args.show_secrets { value(&session, key).await? } else { None };
        keys.push(Key { name: key.name.clone(), value });
    }
    let shown = shown(&session, &made, keys);
    let mut json = output_to_json(&shown);
    if !stranded.is_none() {
        json["stranded"] = stranded_to_json(&stranded, &session.pipeline.delivery.prefix);
    }
    document(json);
    data(output_to_text(&shown));
    say_stranded(&stranded, &session.pipeline.delivery.prefix);
    session.print_timings(global);
    Ok(Exit::Done)
}

async fn value(session: &Session, key: &ApiKeyOutputs) -> Result<Option<String>> {
    let Pending::Known(id) = &key.id else { return Ok(None) };
    Ok(Some(ApiKey::value(&session.aws, id).await?.0))
}

async fn named_key(session: &Session, name: &str) -> Result<String> {
    let keys = &session.pipeline.ingest.api_keys;
    if !keys.iter().any(|key| key == name) {
        let hint = if keys.is_empty() { "it has none".to_owned() } else { format!("it has {}", keys.join(", ")) };
        return Err(Error::usage(format!("`ingest.api_keys` has no key `{name}`"), hint));
    }
    let made = made(session).await?;
    let key = made.keys.iter().find(|key| key.name == session.aws.names.api_key(name));
    let value = match key {
        Some(key) => value(session, key).await?,
        None => None,
    };
    value.ok_or_else(|| {
        Error::coded(Code::NotDeployed, format!("the key `{name}` is not there yet"), "`pipectl apply` makes it")
    })
}

/// What an apply ends with.
pub(super) fn print(global: &Global, session: &Session, made: &Made) {
    let keys = made.keys.iter().map(|key| Key { name: key.name.clone(), value: None }).collect();
    let shown = shown(session, made, keys);
    document_field("output", output_to_json(&shown));
    data(format_args!("\n{}", output_to_text(&shown)));
    if let Some(first) = request::first(global, session, made) {
        // For a shell, line by line.
        exact(format_args!("\n{first}"));
    }
}

fn shown<'a>(session: &'a Session, made: &Made, keys: Vec<Key>) -> Output<'a> {
    let (endpoints, workgroup) = (made.endpoints(session), session.aws.names.workgroup());
    Output { pipeline: &session.pipeline, endpoints, keys, workgroup }
}
