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
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// What a client shows with each request, so that a usage plan can count and limit it.
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
    /// Of a live key's value.
    #[unmanaged]
    pub(crate) digest: Option<Digest>,
}

/// The SHA-256 of a key's value, in lower-case hex: the value itself is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest(String);

impl Digest {
    fn of(value: &str) -> Self {
        Self(hex::encode(Sha256::digest(value)))
    }

    /// The one that an answer told, or else one of a value that is asked for: some emulators leave it out.
    async fn told_or_read(told: Option<Self>, aws: &Aws, id: &str) -> Result<Self> {
        match told {
            Some(digest) => Ok(digest),
            None => Ok(Self::of(&ApiKey::value(aws, id).await?.0)),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKeyOutputs {
    pub(crate) id: Pending<String>,
    pub(crate) name: String,
    /// What tells whoever is sent a value whether it is this key's. It is another one once somebody has deleted the key
    /// and made it anew.
    pub(crate) digest: Pending<Digest>,
}

impl ApiKeyOutputs {
    /// The digests of keys, in an order that the order of the keys does not change, with commas between them.
    pub(crate) fn digests<'a>(keys: impl IntoIterator<Item = &'a Self>) -> Pending<Secret<String>> {
        let known = keys.into_iter().map(|key| match &key.digest {
            Pending::Known(Digest(digest)) => Some(digest.as_str()),
            Pending::AfterApply => None,
        });
        let Some(mut all) = known.collect::<Option<Vec<_>>>() else { return Pending::AfterApply };
        all.sort_unstable();
        Pending::Known(Secret(all.join(",")))
    }
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
    type Description = (Description, Option<Digest>);
    const PATH: &'static str = "apikeys";

    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, id: Pending<String>) -> ApiKeyOutputs {
        let digest = self.digest.clone().map_or(Pending::AfterApply, Pending::Known);
        ApiKeyOutputs { id, name: self.name.clone(), digest }
    }

    /// It keeps its value.
    fn outputs_after(&self, id: Pending<String>, live: &Self) -> ApiKeyOutputs {
        Self { digest: live.digest.clone(), ..self.clone() }.outputs(id)
    }

    fn aws_id(outputs: &ApiKeyOutputs) -> &Pending<String> {
        &outputs.id
    }

    async fn list(aws: &Aws) -> Result<Vec<Entry<Self::Description>>> {
        let pages = whole_pages(
            "apigateway:GetApiKeys",
            |from, keep| {
                let request = aws.apigateway.get_api_keys().include_values(true).limit(500).set_position(from);
                request.customize().interceptor(keep).send()
            },
            |page| page.position(),
        );
        let items =
            |(page, raw): (GetApiKeysOutput, Raw)| page.items.unwrap_or_default().into_iter().zip(raw.items("item"));
        let all = pages.await?.into_iter().flat_map(items);
        // A list without values takes one more request for each key. They are forgotten here.
        let entry = |(mut key, mut raw): (Description, Raw)| {
            let (created, digest) = (key.created_date, key.value.take().as_deref().map(Digest::of));
            raw.0.pointer_mut("/item/value").map(Json::take);
            Entry::new(&aws.names, key.name.clone(), key.tags.clone(), ((key, digest), raw)).created(created)
        };
        Ok(all.map(entry).collect())
    }

    async fn read(aws: &Aws, (key, digest): Self::Description, raw: Raw, tags: Tags) -> Result<Whole<Self>> {
        let id = key.id.unwrap_or_default();
        let digest = Some(Digest::told_or_read(digest, aws, &id).await?);
        let (name, description) = (key.name.unwrap_or_default(), key.description.unwrap_or_default());
        let resource = Self { name, description, enabled: key.enabled, tags, digest };
        Ok(Whole { id, resource, extras: GET_API_KEYS.extras(&raw) })
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
        let made = made.await?;
        let id = id_of("apigateway:CreateApiKey", made.id)?;
        let digest = Some(Digest::told_or_read(made.value.as_deref().map(Digest::of), aws, &id).await?);
        Ok((id, Self { digest, ..self.clone() }))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(digest: Pending<Digest>) -> ApiKeyOutputs {
        ApiKeyOutputs { id: Pending::AfterApply, name: "web".into(), digest }
    }

    #[test]
    fn digests_are_of_sha_256_and_in_one_order() {
        let [shop, app] = ["shop", "app"].map(|value| outputs(Pending::Known(Digest::of(value))));
        let one = ApiKeyOutputs::digests([&shop]);
        // printf shop | sha256sum
        let known = "8d9001d32c6a703d95921a77115050f33dd823d3f1730bd35215dcbecad6dc20";
        assert_eq!(one, Pending::Known(Secret(known.to_owned())));
        assert_eq!(ApiKeyOutputs::digests([&shop, &app]), ApiKeyOutputs::digests([&app, &shop]));
        assert_eq!(ApiKeyOutputs::digests([]), Pending::Known(Secret(String::new())));
    }

    #[test]
    fn a_key_that_is_not_there_yet_leaves_all_of_them_open() {
        let (live, new) = (outputs(Pending::Known(Digest::of("a"))), outputs(Pending::AfterApply));
        assert_eq!(ApiKeyOutputs::digests([&live, &new]), Pending::AfterApply);
    }
}
