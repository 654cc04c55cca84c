//! API Gateway REST API (v1): routes, stage and deployment.
//!
//! The API is wholly ours: a route that somebody adds by hand is shown as drift and taken away. Callers see a
//! change only once it is deployed, so a deployment carries the digest of the routes it was made of, and a
//! stage that shows another one is deployed anew (terraform-provider-aws#162).

mod observe;
mod routes;
mod write;

pub(crate) use routes::{Cors, Routes};

use super::apigateway::{ONCE, resume, sent_once};
use crate::aws::{Aws, Expect, Result, Tags, call, write as write_call};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::engine::value::{Canonical, Pending, digest};
use crate::names::Names;
use aws_sdk_apigateway::types::{EndpointConfiguration, EndpointType};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct RestApi {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) routes: Routes,
    pub(crate) stage: String,
    /// Digest of the routes that the stage shows to callers.
    pub(crate) deployment: String,
    /// Requests in a second, all callers together.
    pub(crate) rate: f64,
    /// Requests at once.
    pub(crate) burst: i32,
    pub(crate) tags: Tags,
    /// Resource ids by path, in a live API. Not managed: AWS chooses them.
    pub(crate) resource_ids: BTreeMap<String, String>,
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

    async fn make(&self, aws: &Aws, name: &str) -> Result<(String, BTreeMap<String, String>)> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
        let endpoint = EndpointConfiguration::builder().types(EndpointType::Regional).build();
        let made = call("apigateway:CreateRestApi", ONCE, || {
            aws.apigateway
                .create_rest_api()
                .name(&self.name)
                .description(&self.description)
                .endpoint_configuration(endpoint.clone())
                .set_tags(Some(tags.clone().into_iter().collect()))
                .customize()
                .config_override(sent_once())
                .send()
        })
        .await?;
        let id = made.id.unwrap_or_default();
        let root = match made.root_resource_id {
            Some(root) => [("/".to_owned(), root)].into(),
            // Some emulators do not tell.
            None => observe::resources(aws, &id).await?.1,
        };
        Ok((id, root))
    }
}

/// What the description of a deployment says about the routes in it.
fn deployment(routes: &Routes) -> String {
    digest(routes.canonical().to_json().to_string())
}

impl Resource for RestApi {
    type World = Aws;
    const KIND: &'static str = "apigateway.rest_api";
    const USES: &'static [&'static str] = &["lambda.function"];
    type Outputs = RestApiOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, description, routes, stage, deployment, rate, burst, tags, resource_ids: _ } = self;
        Attributes::new()
            .update("name", name)
            .update("description", description)
            .update("routes", routes)
            .replace("stage", stage)
            .update("deployment", deployment)
            .update("rate", rate)
            .update("burst", burst)
            .update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) -> RestApiOutputs {
        RestApiOutputs { id: Pending::AfterApply, stage: self.stage.clone() }
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        observe::apis(aws, wanted).await
    }

    /// The tags are on it from the first call on: what a killed run leaves half made is found by them,
    /// and completed by an update.
    async fn create(&self, aws: &Aws, name: &str) -> Result<RestApiOutputs> {
        let (id, resource_ids) = match self.make(aws, name).await {
            Ok(made) => made,
            Err(error) => return resume(self, aws, name, error).await,
        };
        let empty = Self {
            routes: Routes::default(),
            deployment: String::new(),
            rate: 0.0,
            burst: 0,
            resource_ids,
            ..self.clone()
        };
        self.converge(aws, &id, &empty).await?;
        Ok(RestApiOutputs { id: Pending::Known(id), stage: self.stage.clone() })
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<RestApiOutputs> {
        let id = live.outputs.id.known();
        if changes.touch(&["name", "description"]) {
            self.rename(aws, id).await?;
        }
        self.converge(aws, id, &live.resource).await?;
        if changes.touch(&["deployment"]) {
            write::remove_old_deployments(aws, id).await?;
        }
        let arn = arn(&aws.names, id);
        super::apigateway::put_tags(aws, &arn, &self.tags, &live.resource.tags, &live.name, &self.attributes()).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let id = live.outputs.id.known();
        write_call("apigateway:DeleteRestApi", || aws.apigateway.delete_rest_api().rest_api_id(id).send()).await.gone()
    }
}

fn arn(names: &Names, id: &str) -> String {
    super::apigateway::arn(names, &format!("restapis/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(partition: &str, region: &str) -> Names {
        let [partition, account, region] = [partition, "1", region].map(str::to_owned);
        Names { partition, account, region, pipeline: "clicks".into(), stage: "prod".into() }
    }

    #[test]
    fn urls_and_arns_follow_the_partition() {
        let china = names("aws-cn", "cn-north-1");
        let url = invoke_url(&china, None, "abc", "prod", "/track");
        assert_eq!(url, "https://abc.execute-api.cn-north-1.amazonaws.com.cn/prod/track");
        assert_eq!(arn(&china, "abc"), "arn:aws-cn:apigateway:cn-north-1::/restapis/abc");
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
