//! API Gateway REST API (v1): routes, stage and deployment.
//!
//! The API is wholly ours: a route that somebody adds by hand is shown as drift and taken away. Callers see a
//! change only once it is deployed, so a deployment carries the digest of the routes it was made of, and a
//! stage that shows another one is deployed anew (terraform-provider-aws#162).

mod changes;
mod definition;
mod observe;
mod patch;
mod routes;
mod usual;

pub(crate) use routes::{Cors, Preflights, Routes};

use super::apigateway::{Entry, Listed, ONCE, Whole, id_of, ladders, sent_once};
use super::managed::Managed;
use super::tags::Tags;
use crate::aws::{Aws, Expect, Raw, Result, call, write};
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::engine::value::{Canonical, Pending, digest};
use crate::names::Names;
use aws_sdk_apigateway::types::{EndpointConfiguration, EndpointType, RestApi as Description};
use std::collections::{BTreeMap, HashMap};

/// The HTTP endpoint: takes events, looks at their keys, and hands them to a function.
#[derive(Clone, Debug, Managed)]
pub(crate) struct RestApi {
    #[sent(Name)]
    pub(crate) name: String,
    #[sent(Name)]
    pub(crate) description: String,
    /// Paths, methods, what they ask for and how they answer.
    #[sent(Routes)]
    pub(crate) routes: Routes,
    /// The first part of the path in its URL.
    #[fixed]
    pub(crate) stage: String,
    /// Digest of the routes that the stage shows to callers.
    #[sent(Routes, OldDeployments)]
    pub(crate) deployment: String,
    /// Requests in a second, all callers together.
    #[sent(Routes)]
    pub(crate) rate: f64,
    /// Requests at once.
    #[sent(Routes)]
    pub(crate) burst: i32,
    #[tags]
    pub(crate) tags: Tags,
    /// Resource ids by path, in a live API: AWS chooses them.
    #[unmanaged]
    pub(crate) resource_ids: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Name,
    /// Calls that depend on each other, down to the deployment and the stage.
    Routes,
    OldDeployments,
}

#[derive(Clone, Debug)]
pub(crate) struct RestApiOutputs {
    pub(crate) id: Pending<String>,
    pub(crate) stage: String,
}

impl RestApiOutputs {
    /// What a permission names to let this API call a function: any method of a path of the stage.
    pub(crate) fn execution_arn(&self, names: &Names, path: &str) -> Pending<String> {
        let Self { id, stage } = self;
        id.map(|id| names.arn("execute-api", &format!("{id}/{stage}/*{path}")))
    }

    /// `id:stage`, as usage plans name a stage.
    pub(crate) fn api_stage(&self) -> Pending<String> {
        self.id.map(|id| format!("{id}:{}", self.stage))
    }

    /// Where events are posted to.
    pub(crate) fn url(&self, aws: &Aws, path: &str) -> Option<String> {
        let Self { id: Pending::Known(id), stage } = self else { return None };
        Some(invoke_url(&aws.names, aws.endpoint.as_deref(), id, stage, path))
    }
}

/// AWS has a host name for each API; emulators on one port have a path that LocalStack made the custom.
fn invoke_url(names: &Names, endpoint: Option<&str>, id: &str, stage: &str, path: &str) -> String {
    match endpoint {
        Some(endpoint) => format!("{}/restapis/{id}/{stage}/_user_request_{path}", endpoint.trim_end_matches('/')),
        None => format!("https://{id}.execute-api.{}.{}/{stage}{path}", names.region, names.dns_suffix()),
    }
}

impl RestApi {
    /// One with the deployment that belongs to its routes.
    pub(crate) fn new(name: String, description: String, routes: Routes, stage: String, tags: Tags) -> Self {
        let deployment = deployment(&routes);
        Self { name, description, routes, stage, deployment, rate: 0.0, burst: 0, tags, resource_ids: BTreeMap::new() }
    }
}

/// What the description of a deployment says about the routes in it.
fn deployment(routes: &Routes) -> String {
    digest(routes.canonical().to_json().to_string())
}

impl Resource for RestApi {
    type World = Aws;
    type Outputs = RestApiOutputs;
    const KIND: &'static str = "apigateway.rest_api";
    const USES: &'static [&'static str] = &["lambda.function"];
    ladders!();
}

impl Listed for RestApi {
    type Description = Description;
    const PATH: &'static str = "restapis";

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, id: Pending<String>) -> RestApiOutputs {
        RestApiOutputs { id, stage: self.stage.clone() }
    }

    fn aws_id(outputs: &RestApiOutputs) -> &Pending<String> {
        &outputs.id
    }

    async fn list(aws: &Aws) -> Result<Vec<Entry<Description>>> {
        observe::apis(aws).await
    }

    async fn read(aws: &Aws, api: Description, raw: Raw, tags: Tags) -> Result<Whole<Self>> {
        observe::whole(aws, api, &raw, tags).await
    }

    async fn make(&self, aws: &Aws, tags: HashMap<String, String>) -> Result<(String, Self)> {
        let endpoint = EndpointConfiguration::builder().types(EndpointType::Regional).build();
        let made = call("apigateway:CreateRestApi", ONCE, || {
            aws.apigateway
                .create_rest_api()
                .name(&self.name)
                .description(&self.description)
                .endpoint_configuration(endpoint.clone())
                .set_tags(Some(tags.clone()))
                .customize()
                .config_override(sent_once())
                .send()
        })
        .await?;
        let id = id_of("apigateway:CreateRestApi", made.id)?;
        let resource_ids = match made.root_resource_id {
            Some(root) => [("/".to_owned(), root)].into(),
            // Some emulators do not tell.
            None => observe::resources(aws, &id).await?.1,
        };
        let (routes, deployment) = (Routes::default(), String::new());
        Ok((id, Self { routes, deployment, rate: 0.0, burst: 0, resource_ids, ..self.clone() }))
    }

    async fn send(&self, call: Call, aws: &Aws, id: &str, live: &Self) -> Result<()> {
        match call {
            Call::Name => self.rename(aws, id).await,
            Call::Routes => self.converge(aws, id, live).await,
            // A new API has none.
            Call::OldDeployments if live.deployment.is_empty() => Ok(()),
            Call::OldDeployments => changes::remove_old_deployments(aws, id).await,
        }
    }

    async fn put_back(&self, aws: &Aws, id: &str, _: &Self, extras: &[&Extra]) -> Result<()> {
        usual::put_back(self, aws, id, extras).await
    }

    async fn remove(&self, aws: &Aws, id: &str) -> Result<()> {
        write("apigateway:DeleteRestApi", || aws.apigateway.delete_rest_api().rest_api_id(id).send()).await.gone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(partition: &str, region: &str) -> Names {
        let [partition, account, region] = [partition, "1", region].map(str::to_owned);
        Names {
            partition,
            account,
            region,
            pipeline: "clicks".into(),
            stage: "prod".into(),
            ignored: Default::default(),
            role_path: String::new(),
            given: Default::default(),
        }
    }

    #[test]
    fn urls_and_arns_follow_the_partition() {
        let china = names("aws-cn", "cn-north-1");
        let url = invoke_url(&china, None, "abc", "prod", "/track");
        assert_eq!(url, "https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod/track");
        let outputs = RestApiOutputs { id: Pending::Known("abc".into()), stage: "prod".into() };
        let expected = Pending::Known("arn:aws:execute-api:us-east-1:1:abc/prod/*/track".to_owned());
        assert_eq!(outputs.execution_arn(&names("aws", "us-east-1"), "/track"), expected);
    }

    #[test]
    fn an_emulator_has_its_apis_below_a_path() {
        let url = invoke_url(&names("aws", "us-east-1"), Some("http://127.0.0.1:4566/"), "abc", "prod", "/track");
        assert_eq!(url, "http://127.0.0.1:4566/restapis/abc/prod/_user_request_/track");
    }
}
