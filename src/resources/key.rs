//! KMS key of the pipeline's own, which people and policies know by its alias.
//!
//! KMS keeps a key that is deleted for a month, unusable and free of charge. A pipeline that is made again in that time
//! takes it back: what it encrypted can be read again.

use super::apigateway::ONCE;
use super::bucket;
use super::fields::DESCRIBE_KEY;
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::policy::Policy;
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Expect, Patience, Pause, Raw, Result, call, read, whole, write};
use crate::engine::resource::Resource;
use crate::engine::value::Pending;
use crate::names::Names;
use aws_sdk_kms::config::Builder;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::{KeyMetadata, KeyState, Tag};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// For writes that follow the creation at once: KMS tells all of itself of a new key within seconds.
const NEW_KEY: Patience = Patience::NEW_BUCKET;
/// Days in which a deletion can be taken back: the most that KMS gives.
const WINDOW: i32 = 30;
/// How often a creation is sent that came to nothing, each time after a look.
const MOST_SENT: u32 = 3;

/// Encrypts what the pipeline keeps, where the file asks for a key of its own.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Key {
    /// `alias/clickstream-prod`.
    #[fixed]
    pub(crate) alias: String,
    /// That it is usable: neither turned off nor waiting for its deletion.
    #[sent(State)]
    pub(crate) enabled: bool,
    /// That the alias leads to it; a run that was killed leaves a key without one.
    #[sent(Alias)]
    pub(crate) is_named: bool,
    #[sent(Description)]
    pub(crate) description: String,
    /// Who may use it, and who may manage it.
    #[sent(Policy)]
    pub(crate) policy: Policy,
    /// Once a year, by KMS itself; what was encrypted before stays readable.
    #[sent(Rotation)]
    pub(crate) rotated: bool,
    #[tags]
    pub(crate) tags: Tags,
    #[unmanaged]
    pub(crate) id: KeyId,
}

/// KMS's own id of a key, known once it is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyId(Arc<OnceLock<String>>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    State,
    Alias,
    Description,
    Policy,
    Rotation,
}

#[derive(Clone, Debug)]
pub(crate) struct KeyOutputs {
    pub(crate) arn: Pending<String>,
}

impl Key {
    async fn id(&self, aws: &Aws) -> Result<String> {
        match self.id.0.get() {
            Some(id) => Ok(id.clone()),
            None => {
                let found = find(aws, &self.alias).await?.map(|(key, _)| key.key_id);
                found.ok_or_else(|| Error::new("kms:DescribeKey", "NotFoundException", "the key is gone"))
            }
        }
    }

    /// KMS makes another key for each request, and each costs its dollar a month.
    async fn create_once(&self, aws: &Aws, tags: &[Tag]) -> Result<String> {
        let policy = self.policy.document();
        let made = call("kms:CreateKey", ONCE, || {
            let request = aws.kms.create_key().description(&self.description).policy(&policy);
            let once = Builder::new().retry_config(RetryConfig::disabled());
            request.set_tags(Some(tags.to_vec())).customize().config_override(once).send()
        });
        let id = made.await?.key_metadata.map(|key| key.key_id).filter(|id| !id.is_empty());
        id.ok_or_else(|| Error::incomplete("kms:CreateKey", "the answer names no key"))
    }

    async fn put_policy(&self, aws: &Aws, id: &str) -> Result<()> {
        let document = self.policy.document();
        call("kms:PutKeyPolicy", NEW_KEY, || aws.kms.put_key_policy().key_id(id).policy(&document).send())
            .await
            .map(drop)
    }

    async fn put_description(&self, aws: &Aws, id: &str) -> Result<()> {
        call("kms:UpdateKeyDescription", NEW_KEY, || {
            aws.kms.update_key_description().key_id(id).description(&self.description).send()
        })
        .await
        .map(drop)
    }

    async fn put_rotation(&self, aws: &Aws, id: &str) -> Result<()> {
        match self.rotated {
            true => call("kms:EnableKeyRotation", NEW_KEY, || aws.kms.enable_key_rotation().key_id(id).send())
                .await
                .map(drop),
            false => call("kms:DisableKeyRotation", NEW_KEY, || aws.kms.disable_key_rotation().key_id(id).send())
                .await
                .map(drop),
        }
    }

    async fn put_tags(&self, aws: &Aws, id: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let tags = tag_list(tags)?;
        call("kms:TagResource", NEW_KEY, || aws.kms.tag_resource().key_id(id).set_tags(Some(tags.clone())).send())
            .await
            .map(drop)
    }

    async fn put_alias(&self, aws: &Aws, id: &str) -> Result<()> {
        let made = call("kms:CreateAlias", NEW_KEY, || {
            aws.kms.create_alias().alias_name(&self.alias).target_key_id(id).send()
        });
        match made.await {
            // A lost answer, or another run's.
            Err(error) if error.class() == Class::Exists => Ok(()),
            made => made.map(drop),
        }
    }

    /// "After this operation completes, the key state of the KMS key is Disabled": hence both.
    async fn put_state(&self, aws: &Aws, id: &str) -> Result<()> {
        if !self.enabled {
            return write("kms:DisableKey", || aws.kms.disable_key().key_id(id).send()).await.map(drop);
        }
        let key = describe(aws, id).await.absent()?.map(|(key, _)| key);
        if key.and_then(|key| key.key_state) == Some(KeyState::PendingDeletion) {
            write("kms:CancelKeyDeletion", || aws.kms.cancel_key_deletion().key_id(id).send()).await?;
        }
        write("kms:EnableKey", || aws.kms.enable_key().key_id(id).send()).await.map(drop)
    }
}

impl Resource for Key {
    type World = Aws;
    type Outputs = KeyOutputs;
    const KIND: &'static str = "kms.key";
    /// What it has encrypted.
    const HOLDS_DATA: bool = true;
    ladders!();
}

impl Named for Key {
    fn name(&self) -> &str {
        &self.alias
    }

    fn outputs(&self, names: &Names) -> KeyOutputs {
        let known = |id: &String| Pending::Known(Self::arn(names, id));
        KeyOutputs { arn: self.id.0.get().map_or(Pending::AfterApply, known) }
    }

    /// It keeps its id.
    fn outputs_after(&self, names: &Names, live: &Self) -> KeyOutputs {
        live.outputs(names)
    }

    fn arn(names: &Names, id: &str) -> String {
        names.arn("kms", &format!("key/{id}"))
    }

    /// The Tagging API knows keys by their ids. A pipeline has one key, whose alias is known; another one is what is left
    /// of a creation whose answer was lost.
    async fn list(aws: &Aws) -> Result<Vec<String>> {
        let ids = aws.tagged(&Self::arn(&aws.names, "")).await?;
        Ok(if ids.len() > 1 { ids } else { vec![] })
    }

    fn known(names: &Names) -> Vec<String> {
        vec![names.key_alias()]
    }

    async fn read(aws: &Aws, alias: &str) -> Result<Option<Found<Self>>> {
        let found = if is_alias(alias) { find(aws, alias).await? } else { find_another(aws, alias).await? };
        let Some((key, raw)) = found else { return Ok(None) };
        let (kms, id) = (&aws.kms, key.key_id.as_str());
        let tags = read("kms:ListResourceTags", || kms.list_resource_tags().key_id(id).send());
        let policy = read("kms:GetKeyPolicy", || kms.get_key_policy().key_id(id).send());
        let rotation = read("kms:GetKeyRotationStatus", || kms.get_key_rotation_status().key_id(id).send());
        let aliases = read("kms:ListAliases", || kms.list_aliases().key_id(id).send());
        let (tags, policy, rotation, aliases, data) = futures::join!(tags, policy, rotation, aliases, encrypted(aws));
        let Some(tags) = tags.absent()? else { return Ok(None) };
        let pairs = tags.tags.unwrap_or_default().into_iter().map(|tag| (tag.tag_key, tag.tag_value));
        let stamp = Stamp::read(&aws.names, pairs);
        let policy = policy.absent()?.and_then(|policy| policy.policy).map(|text| Policy::parse(&text)).transpose();
        let policy = policy.map_err(|error| Error::new("kms:GetKeyPolicy", "InvalidJson", &error.to_string()))?;
        let aliases = aliases.absent()?.and_then(|all| all.aliases).unwrap_or_default();
        let resource = Self {
            alias: alias.to_owned(),
            enabled: key.key_state == Some(KeyState::Enabled),
            is_named: aliases.iter().any(|one| one.alias_name.as_deref() == Some(alias)),
            description: key.description.unwrap_or_default(),
            policy: policy.unwrap_or_default(),
            rotated: rotation.absent()?.is_some_and(|rotation| rotation.key_rotation_enabled),
            tags: stamp.tags.clone(),
            id: KeyId(Arc::new(OnceLock::from(key.key_id))),
        };
        Ok(Some(Found { data: data?, extras: DESCRIBE_KEY.extras(&raw), ..Found::new(resource, stamp) }))
    }

    /// Takes back the one that a destroy has given away, while KMS still has it.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        if let Some(key) = tagged(aws, &[KeyState::PendingDeletion]).await? {
            let _ = self.id.0.set(key.key_id.clone());
            self.put_state(aws, &key.key_id).await?;
            self.put_policy(aws, &key.key_id).await?;
            self.put_description(aws, &key.key_id).await?;
            return self.tag(aws, tags.clone(), vec![]).await;
        }
        let tags = tag_list(tags)?;
        // The Tagging API takes a moment to know it.
        let mut pause = Pause::growing(Duration::from_secs(1), Duration::from_secs(4));
        for sent in 1.. {
            let lost = match self.create_once(aws, &tags).await {
                Ok(id) => {
                    let _ = self.id.0.set(id);
                    return Ok(());
                }
                Err(error) if sent < MOST_SENT && matches!(error.class(), Class::Busy | Class::Network) => error,
                Err(error) => return Err(error),
            };
            pause.pass().await;
            aws.look_anew().await;
            if let Some(key) = tagged(aws, &[KeyState::Enabled]).await.map_err(|_| lost)? {
                let _ = self.id.0.set(key.key_id);
                break;
            }
        }
        Ok(())
    }

    fn made(&self) -> Self {
        Self { is_named: false, rotated: false, ..self.clone() }
    }

    async fn send(&self, call: Call, aws: &Aws, live: &Self) -> Result<()> {
        let id = live.id(aws).await?;
        match call {
            Call::State => self.put_state(aws, &id).await,
            Call::Alias => self.put_alias(aws, &id).await,
            Call::Description => self.put_description(aws, &id).await,
            Call::Policy => self.put_policy(aws, &id).await,
            Call::Rotation => self.put_rotation(aws, &id).await,
        }
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        let id = self.id(aws).await?;
        if !removed.is_empty() {
            write("kms:UntagResource", || {
                aws.kms.untag_resource().key_id(&id).set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        match self.put_tags(aws, &id, &tags).await {
            // Somebody has scheduled its deletion, and it takes no tags until that is taken back.
            Err(error) if error.message().contains("pending deletion") => {
                self.put_state(aws, &id).await?;
                self.put_tags(aws, &id, &tags).await
            }
            put => put,
        }
    }

    /// The alias first, so that nothing can use it any more; the key goes when its time is over.
    async fn remove(&self, aws: &Aws) -> Result<()> {
        let id = self.id(aws).await?;
        if is_alias(&self.alias) {
            write("kms:DeleteAlias", || aws.kms.delete_alias().alias_name(&self.alias).send()).await.gone()?;
        }
        let key = describe(aws, &id).await.absent()?.map(|(key, _)| key);
        match key.and_then(|key| key.key_state) {
            None | Some(KeyState::PendingDeletion) => Ok(()),
            Some(_) => write("kms:ScheduleKeyDeletion", || {
                aws.kms.schedule_key_deletion().key_id(&id).pending_window_in_days(WINDOW).send()
            })
            .await
            .gone(),
        }
    }
}

/// The key that the alias leads to, or the one that a run which was killed has not named yet.
async fn find(aws: &Aws, alias: &str) -> Result<Option<(KeyMetadata, Raw)>> {
    if let Some(found) = describe(aws, alias).await.absent()? {
        return Ok(Some(found));
    }
    match tagged(aws, &[KeyState::Enabled, KeyState::Disabled]).await? {
        Some(key) => describe(aws, &key.key_id).await.absent(),
        None => Ok(None),
    }
}

fn is_alias(name: &str) -> bool {
    name.starts_with("alias/")
}

/// The key of that id, unless it is the one that the alias leads to, or is on its way out.
async fn find_another(aws: &Aws, id: &str) -> Result<Option<(KeyMetadata, Raw)>> {
    let own = find(aws, &aws.names.key_alias()).await?;
    if own.is_some_and(|(own, _)| own.key_id == id) {
        return Ok(None);
    }
    let found = describe(aws, id).await.absent()?;
    Ok(found.filter(|(key, _)| key.key_state != Some(KeyState::PendingDeletion)))
}

/// The pipeline's key by its tags, if it is in one of these states.
async fn tagged(aws: &Aws, states: &[KeyState]) -> Result<Option<KeyMetadata>> {
    for id in aws.tagged(&Key::arn(&aws.names, "")).await? {
        if let Some((key, _)) = describe(aws, &id).await.absent()?
            && key.key_state.as_ref().is_some_and(|state| states.contains(state))
        {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

async fn describe(aws: &Aws, id: &str) -> Result<(KeyMetadata, Raw)> {
    let (found, raw) =
        whole("kms:DescribeKey", |keep| aws.kms.describe_key().key_id(id).customize().interceptor(keep).send()).await?;
    let key = found.key_metadata;
    key.map(|key| (key, raw)).ok_or_else(|| Error::new("kms:DescribeKey", "NotFoundException", "AWS described no key"))
}

/// What would be lost with it: what is in the pipeline's buckets.
async fn encrypted(aws: &Aws) -> Result<String> {
    for name in aws.tagged(&aws.names.s3_arn("")).await? {
        let held = bucket::contents::in_words(aws, &name).await?;
        if !held.is_empty() {
            return Ok(format!("what it has encrypted of {held} in `{name}`, {WINDOW} days later"));
        }
    }
    Ok(String::new())
}

fn tag_list(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>> {
    let built = tags.iter().map(|(key, value)| Tag::builder().tag_key(key).tag_value(value).build());
    built
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::new("kms:TagResource", "InvalidRequest", &error.to_string()))
}
