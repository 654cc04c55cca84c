//! Tags of everything, by ARN: what the services' own tag operations and the Tagging API both show.

use crate::api_error::{ApiError, Result};
use crate::context::Context;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const COLLECTION: &str = "tags";

/// AWS's limits, the same for every service.
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(crate) type Tags = BTreeMap<String, String>;

impl Context<'_> {
    pub(crate) fn tags(&self, arn: &str) -> Result<Tags> {
        Ok(self.documents.get(COLLECTION, arn)?.map(|tags| read_map(&tags)).unwrap_or_default())
    }

    /// Adds tags, changing those that are there.
    ///
    /// # Errors
    /// `refuse` of what is wrong with them, for the service to say in its own way.
    pub(crate) fn add_tags(&self, arn: &str, tags: Tags, refuse: impl FnOnce(String) -> ApiError) -> Result<()> {
        let mut all = self.tags(arn)?;
        // AWS's own may be repeated as they are.
        let given = tags.iter().filter(|(key, value)| !(is_system(key) && all.get(*key) == Some(*value)));
        let checked = given.into_iter().try_for_each(|(key, value)| check(key, value));
        all.extend(tags);
        let checked = checked.and_then(|()| match all.len() > MOST_TAGS {
            true => Err(format!("A resource may have at most {MOST_TAGS} tags")),
            false => Ok(()),
        });
        checked.map_err(refuse)?;
        self.documents.put(COLLECTION, arn, &json!(all))
    }

    /// Puts tags on as AWS itself does: CloudFormation's, for instance, which nobody else can write.
    pub(crate) fn add_system_tags(&self, arn: &str, tags: Tags) -> Result<()> {
        let mut all = self.tags(arn)?;
        all.extend(tags);
        self.documents.put(COLLECTION, arn, &json!(all))
    }

    /// Takes tags away; those that are not there do not matter.
    ///
    /// # Errors
    /// `refuse` of what is wrong with the keys, for the service to say in its own way.
    pub(crate) fn remove_tags(
        &self,
        arn: &str,
        keys: &[String],
        refuse: impl FnOnce(String) -> ApiError,
    ) -> Result<()> {
        if let Some(key) = keys.iter().find(|key| is_system(key)) {
            return Err(refuse(reserved(key)));
        }
        let mut all = self.tags(arn)?;
        all.retain(|key, _| !keys.contains(key));
        self.documents.put(COLLECTION, arn, &json!(all))
    }

    /// For a resource that is deleted.
    pub(crate) fn forget_tags(&self, arn: &str) -> Result<()> {
        self.documents.remove(COLLECTION, arn).map(|_| ())
    }

    /// Every tagged ARN and its tags.
    pub(crate) fn all_tags(&self) -> Result<Vec<(String, Tags)>> {
        let all = self.documents.list(COLLECTION, "")?;
        Ok(all.into_iter().map(|(arn, tags)| (arn, read_map(&tags))).collect())
    }
}

/// Whether a tag is AWS's own.
pub(crate) fn is_system(key: &str) -> bool {
    key.to_ascii_lowercase().starts_with("aws:")
}

fn check(key: &str, value: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    if key.is_empty() || key.chars().count() > LONGEST_KEY || !key.chars().all(allowed) {
        return Err(format!("Invalid tag key: {key}"));
    }
    if is_system(key) {
        return Err(reserved(key));
    }
    if value.chars().count() > LONGEST_VALUE || !value.chars().all(allowed) {
        return Err(format!("Invalid tag value: {value}"));
    }
    Ok(())
}

fn reserved(key: &str) -> String {
    format!("Tag keys starting with 'aws:' are reserved for system use: {key}")
}

/// `{"key": "value"}`, as Lambda, Glue, Logs and API Gateway write tags.
pub(crate) fn read_map(tags: &Value) -> Tags {
    let pairs = tags.as_object().into_iter().flatten();
    pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// `[{"Key": "key", "Value": "value"}]`, as IAM, Firehose, Athena and S3 write tags.
pub(crate) fn read_list(tags: &Value) -> Tags {
    let text = |tag: &Value, name: &str| tag[name].as_str().unwrap_or_default().to_owned();
    tags.as_array().into_iter().flatten().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
}

/// The tags that a request puts on something, however its service writes them.
pub(crate) fn requested(input: &Value) -> Tags {
    let text = |tag: &Value, names: [&str; 2]| names.iter().find_map(|name| tag[*name].as_str()).map(str::to_owned);
    let mut all = Tags::new();
    for member in ["Tags", "tags", "TagsToAdd", "ResourceTags"] {
        all.extend(read_map(&input[member]));
        for tag in input[member].as_array().into_iter().flatten() {
            let key = text(tag, ["Key", "TagKey"]);
            all.extend(key.zip(text(tag, ["Value", "TagValue"])));
        }
    }
    all
}

pub(crate) fn write_list(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

pub(crate) fn write_map(tags: &Tags) -> Value {
    Value::Object(tags.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect::<Map<_, _>>())
}
