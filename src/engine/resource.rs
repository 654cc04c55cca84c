//! The contract that every kind of AWS resource fulfils.

use super::diff::{Attributes, Change};
use crate::aws::{Aws, Result};
use crate::names::Names;
use std::fmt;
use std::str::FromStr;

/// Where a resource sits in the pipeline: its kind and its name in the blueprint, `glue.crawler.raw`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub(crate) kind: String,
    pub(crate) name: String,
}

impl Address {
    pub(crate) fn new(kind: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// As given to `--adopt` and `--allow-data-loss`. Kinds have two parts, so the name is the rest.
impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(service), Some(kind), Some(name)) if !name.is_empty() => {
                Ok(Self::new(&format!("{service}.{kind}"), name))
            }
            _ => Err(format!("`{text}` is not an address such as `s3.bucket.data`")),
        }
    }
}

/// Whose a live resource is, by its tags or by what contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// This pipeline's, in this stage.
    Us,
    /// It carries no owner: somebody made it by hand or with another tool.
    Nobody,
    /// Another pipeline or stage, as `pipeline/stage`.
    Other(String),
}

/// A resource that the graph asks for: where `observe` looks first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its name in the blueprint.
    pub(crate) name: String,
    /// [`Resource::id`].
    pub(crate) id: String,
}

/// A resource as AWS has it now.
#[derive(Clone, Debug)]
pub(crate) struct Live<R: Resource> {
    /// Its name in the blueprint.
    pub(crate) name: String,
    pub(crate) resource: R,
    pub(crate) outputs: R::Outputs,
    pub(crate) owner: Owner,
    /// [`Attributes::digest`] of what pipectl last applied, where the kind can be tagged.
    pub(crate) applied: Option<String>,
    /// What deleting it would lose, in words ("12 objects, 3.1 GB"); empty when there is nothing to lose.
    pub(crate) data: String,
}

impl<R: Resource> Live<R> {
    /// A live resource that is ours because its container is, and that no tag describes.
    pub(crate) fn contained(name: impl Into<String>, resource: R, outputs: R::Outputs) -> Self {
        Self { name: name.into(), resource, outputs, owner: Owner::Us, applied: None, data: String::new() }
    }
}

/// A kind of AWS resource, as plain typed data.
///
/// `observe` and `predict` change nothing. `create` succeeds if the resource is already there and
/// ours, `delete` if it is already gone; any of them may run again after a crash.
pub(crate) trait Resource: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// Service and noun, `glue.crawler`.
    const KIND: &'static str;
    /// Kinds that use this one: their resources are deleted before any of this kind.
    const USED_BY: &'static [&'static str] = &[];
    /// Whether replacing it in place of an update loses what it holds.
    const HOLDS_DATA: bool = false;
    /// What other resources may refer to.
    type Outputs: Clone + fmt::Debug + Send + Sync + 'static;

    /// What AWS knows it by: the name, key or path that `observe` looks for. Known before creation.
    fn id(&self) -> String;

    /// Every managed attribute, once. Diff, printed plan, JSON and drift digest all come from here.
    /// Implementations destructure `Self` without `..`, so that a new field does not compile until it
    /// is managed here or named as ignored.
    fn attributes(&self) -> Attributes;

    /// The outputs as far as they are known before creation.
    fn predict(&self, names: &Names, name: &str) -> Self::Outputs;

    /// The live resources of this kind: the `wanted` ones, whoever made them, and every other one that
    /// this pipeline owns.
    fn observe(aws: &Aws, wanted: &[Wanted]) -> impl Future<Output = Result<Vec<Live<Self>>>> + Send;

    /// Makes it.
    fn create(&self, aws: &Aws, name: &str) -> impl Future<Output = Result<Self::Outputs>> + Send;

    /// Changes it in place. `changes` says what differs, and is empty when only the owner does (adoption).
    fn update(
        &self,
        aws: &Aws,
        live: &Live<Self>,
        changes: &[Change],
    ) -> impl Future<Output = Result<Self::Outputs>> + Send;

    /// Takes it down.
    fn delete(live: &Live<Self>, aws: &Aws) -> impl Future<Output = Result<()>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_prints() {
        for address in [Address::new("s3.bucket", "data"), Address::new("athena.named_query", "a.b")] {
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        assert!("s3.bucket".parse::<Address>().is_err());
    }
}
