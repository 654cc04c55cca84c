//! API Gateway key: what a client sends as `x-api-key`.

use super::apigateway::{self, Named, addressed};
use crate::aws::{Aws, Error, Expect, Result, Tags, call, read, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::engine::value::{Pending, Secret};
use crate::names::Names;
use aws_sdk_apigateway::types::{ApiKey as Description, Op, PatchOperation};

#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) description: String,
    /// One that somebody turned off is turned on again.
    pub(crate) enabled: bool,
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKeyOutputs {
    pub(crate) id: Pending<String>,
    pub(crate) name: String,
}

impl ApiKey {
    /// The key itself: asked for only when the user wants to see it.
    ///
    /// # Errors
    /// AWS's, if the caller may not read it.
    pub(crate) async fn value(aws: &Aws, id: &str) -> Result<Secret<String>> {
        let found =
            read("apigateway:GetApiKey", || aws.apigateway.get_api_key().api_key(id).include_value(true).send());
        Ok(Secret(found.await?.value.unwrap_or_default()))
    }

    fn live(name: String, named: Named<Description>) -> Live<Self> {
        let Named { stamp, item, .. } = named;
        let resource = Self {
            name: item.name.unwrap_or_default(),
            description: item.description.unwrap_or_default(),
            enabled: item.enabled,
            tags: stamp.tags,
        };
        let outputs = ApiKeyOutputs { id: Pending::Known(item.id.unwrap_or_default()), name: resource.name.clone() };
        Live { name, resource, outputs, owner: stamp.owner, applied: stamp.applied, data: String::new() }
    }
}

impl Resource for ApiKey {
    type World = Aws;
    const KIND: &'static str = "apigateway.api_key";
    type Outputs = ApiKeyOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { name, description, enabled, tags } = self;
        Attributes::new()
            .update("name", name)
            .update("description", description)
            .update("enabled", enabled)
            .update("tags", tags)
    }

    fn predict(&self, _: &Names, _: &str) -> ApiKeyOutputs {
        ApiKeyOutputs { id: Pending::AfterApply, name: self.name.clone() }
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let pages = aws.apigateway.get_api_keys().include_values(false).limit(500);
        let mut pages = pages.into_paginator().items().send();
        let mut all = vec![];
        while let Some(key) = pages.next().await {
            let key = key.map_err(|error| Error::from_sdk("apigateway:GetApiKeys", &error))?;
            let (name, tags) = (key.name.clone().unwrap_or_default(), key.tags.clone().unwrap_or_default());
            all.push(Named::new(&aws.names, name, tags, key));
        }
        Ok(addressed(wanted, all).into_iter().map(|(name, named)| Self::live(name, named)).collect())
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<ApiKeyOutputs> {
        let tags = self.tags.stamped(aws, name, &self.attributes());
        let made = call("apigateway:CreateApiKey", apigateway::ONCE, || {
            aws.apigateway
                .create_api_key()
                .name(&self.name)
                .description(&self.description)
                .enabled(self.enabled)
                .set_tags(Some(tags.clone().into_iter().collect()))
                .customize()
                .config_override(apigateway::sent_once())
                .send()
        });
        match made.await {
            Ok(made) => {
                let id = Pending::Known(made.id.unwrap_or_default());
                Ok(ApiKeyOutputs { id, name: self.name.clone() })
            }
            Err(error) => apigateway::resume(self, aws, name, error).await,
        }
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<ApiKeyOutputs> {
        let id = live.outputs.id.known();
        if changes.touch(&["name", "description", "enabled"]) {
            let replace =
                |path: &str, value: &str| PatchOperation::builder().op(Op::Replace).path(path).value(value).build();
            let patch = vec![
                replace("/name", &self.name),
                replace("/description", &self.description),
                replace("/enabled", &self.enabled.to_string()),
            ];
            write("apigateway:UpdateApiKey", || {
                aws.apigateway.update_api_key().api_key(id).set_patch_operations(Some(patch.clone())).send()
            })
            .await?;
        }
        let arn = apigateway::arn(&aws.names, &format!("apikeys/{id}"));
        apigateway::put_tags(aws, &arn, &self.tags, &live.resource.tags, &live.name, &self.attributes()).await?;
        Ok(ApiKeyOutputs { id: live.outputs.id.clone(), name: self.name.clone() })
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let id = live.outputs.id.known();
        write("apigateway:DeleteApiKey", || aws.apigateway.delete_api_key().api_key(id).send()).await.gone()
    }
}
