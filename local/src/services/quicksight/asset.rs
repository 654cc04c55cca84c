//! What data sources, data sets, analyses and dashboards have in common: an id that the account gives them in a region,
//! and who may do what with them.

use super::grants::{self, Roles};
use super::{answered, exists, invalid, not_found};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::tags::read_list;
use serde_json::{Value, json};

/// A kind of them.
pub(super) struct Kind {
    pub(super) collection: &'static str,
    /// As in `DataSetId`.
    pub(super) name: &'static str,
    /// As in an ARN.
    pub(super) noun: &'static str,
    pub(super) roles: Roles,
}

impl Kind {
    pub(super) fn id_member(&self) -> String {
        format!("{}Id", self.name)
    }

    pub(super) fn arn(&self, context: &Context<'_>, id: &str) -> String {
        context.arn("quicksight", &format!("{}/{id}", self.noun))
    }

    /// The id in the ARN of one of this region.
    pub(super) fn id_in<'a>(&self, context: &Context<'_>, arn: &'a str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn(context, "")).filter(|id| !id.is_empty())
    }

    /// The one with that ARN.
    pub(super) fn find(&self, context: &Context<'_>, arn: &str) -> Result<Option<Value>> {
        self.id_in(context, arn).map_or(Ok(None), |id| context.get(self.collection, id))
    }

    pub(super) fn id<'a>(&self, input: &'a Value) -> Result<&'a str> {
        input.text(&self.id_member())
    }

    /// The one that a request names.
    pub(super) fn existing(&self, context: &Context<'_>, input: &Value) -> Result<(String, Value)> {
        let id = self.id(input)?;
        match context.get(self.collection, id)? {
            Some(found) => Ok((id.to_owned(), found)),
            None => Err(not_found(format!("{} {} is not found", self.name, self.arn(context, id)))),
        }
    }

    /// The id of one that is to be made.
    pub(super) fn unused<'a>(&self, context: &Context<'_>, input: &'a Value) -> Result<&'a str> {
        let id = self.id(input)?;
        match context.get(self.collection, id)? {
            None => Ok(id),
            Some(_) => Err(exists(format!("{} {} already exists", self.name, self.arn(context, id)))),
        }
    }

    /// Keeps one that is new, with its permissions and tags.
    pub(super) fn keep(&self, context: &Context<'_>, input: &Value, mut document: Value) -> Result<()> {
        let id = self.id(input)?;
        document["permissions"] = grants::given(context, &self.roles, &input["Permissions"])?;
        context.add_tags(&self.arn(context, id), read_list(&input["Tags"]), invalid)?;
        context.put(self.collection, id, &document)
    }

    pub(super) fn remove(&self, context: &Context<'_>, id: &str) -> Result<()> {
        context.remove(self.collection, id)?;
        context.forget_tags(&self.arn(context, id))
    }

    /// One as an answer begins that is about it: its id and its ARN.
    pub(super) fn named(&self, context: &Context<'_>, id: &str) -> Value {
        json!({self.id_member(): id, "Arn": self.arn(context, id)})
    }

    fn permissions(&self, context: &Context<'_>, id: &str, permissions: Option<&Value>) -> Result<Value> {
        let arn = format!("{}Arn", self.name);
        answered(json!({self.id_member(): id, arn: self.arn(context, id), "Permissions": permissions}))
    }

    pub(super) fn describe_permissions(&self, context: &Context<'_>, input: &Value) -> Result<Value> {
        let (id, document) = self.existing(context, input)?;
        self.permissions(context, &id, Some(&document["permissions"]))
    }

    /// What is granted and revoked. Dashboards and analyses answer what has become of it, the others do not.
    pub(super) fn update_permissions(&self, context: &Context<'_>, input: &Value, tells: bool) -> Result<Value> {
        let (id, mut document) = self.existing(context, input)?;
        document["permissions"] = grants::changed(context, &self.roles, &document["permissions"], input)?;
        context.put(self.collection, &id, &document)?;
        self.permissions(context, &id, tells.then_some(&document["permissions"]))
    }
}
