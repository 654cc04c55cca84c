//! API Gateway key: what a client sends as `x-api-key`.

use super::apigateway::{Entry, Listed, ONCE, Whole, id_of, ladders, sent_once};
use super::fields::GET_API_KEYS;
use super::managed::Managed;
use super::tags::Tags;
use crate::aws::{Aws, Expect, Raw, Result, call, read, whole_pages, write};
use crate::engine::resource::Resource;
use crate::engine::value::{Pending, Secret};
use aws_sdk_apigateway::operation::get_api_keys::GetApiKeysOutput;
use aws_sdk_apigateway::types::{ApiKey as Description, Op, PatchOperation};
use std::collections::HashMap;

#[derive(Clone, Debug, Managed)]
pub(crate) struct ApiKey {
    #[sent]
    pub(crate) name: String,
    #[sent]
    pub(crate) description: String,
    /// One that somebody turned off is turned on again.
    #[sent]
    pub(crate) enabled: bool,
    #[tags]
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
}

impl Resource for ApiKey {
    type World = Aws;
    type Outputs = ApiKeyOutputs;
    const KIND: &'static str = "apigateway.api_key";
    ladders!();
}

impl Listed for ApiKey {
    type Description = Description;
    const PATH: &'static str = "apikeys";

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, id: Pending<String>) -> ApiKeyOutputs {
        ApiKeyOutputs { id, name: self.name.clone() }
    }

    fn aws_id(outputs: &ApiKeyOutputs) -> &Pending<String> {
        &outputs.id
    }

    async fn list(aws: &Aws) -> Result<Vec<Entry<Description>>> {
        let pages = whole_pages(
            "apigateway:GetApiKeys",
            |from, keep| {
                let request = aws.apigateway.get_api_keys().include_values(false).limit(500).set_position(from);
                request.customize().interceptor(keep).send()
            },
            |page| page.position(),
        );
        let items =
            |(page, raw): (GetApiKeysOutput, Raw)| page.items.unwrap_or_default().into_iter().zip(raw.items("item"));
        let all = pages.await?.into_iter().flat_map(items);
        let entry = |(key, raw): (Description, Raw)| {
            let created = key.created_date;
            Entry::new(&aws.names, key.name.clone(), key.tags.clone(), (key, raw)).created(created)
        };
        Ok(all.map(entry).collect())
    }

    async fn read(_: &Aws, key: Description, raw: Raw, tags: Tags) -> Result<Whole<Self>> {
        let (name, description) = (key.name.unwrap_or_default(), key.description.unwrap_or_default());
        let resource = Self { name, description, enabled: key.enabled, tags };
        Ok(Whole { id: key.id.unwrap_or_default(), resource, extras: GET_API_KEYS.extras(&raw) })
    }

    async fn make(&self, aws: &Aws, tags: HashMap<String, String>) -> Result<(String, Self)> {
        let made = call("apigateway:CreateApiKey", ONCE, || {
            aws.apigateway
                .create_api_key()
                .name(&self.name)
                .description(&self.description)
                .enabled(self.enabled)
                .set_tags(Some(tags.clone()))
                .customize()
                .config_override(sent_once())
                .send()
        });
        Ok((id_of("apigateway:CreateApiKey", made.await?.id)?, self.clone()))
    }

    async fn send(&self, (): (), aws: &Aws, id: &str, _: &Self) -> Result<()> {
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
        .await
        .map(drop)
    }

    async fn remove(&self, aws: &Aws, id: &str) -> Result<()> {
        write("apigateway:DeleteApiKey", || aws.apigateway.delete_api_key().api_key(id).send()).await.gone()
    }
}
