//! The contract that every kind of AWS resource fulfils.

use super::diff::{Attributes, Change};
use super::extra::Extra;
use super::mark::Mark;
use std::fmt;
use std::str::FromStr;

/// What resources live in: AWS for the program, a few lines of memory for the engine's tests.
pub trait World: fmt::Debug + Send + Sync + 'static {
    /// Which part of it: what ids and outputs are derived from before anything is made.
    type Place: fmt::Debug + Send + Sync + 'static;
    /// Why a call fails.
    type Error: std::error::Error + Send + Sync + 'static;
}

/// What a call in a world gives.
pub type Tried<W, T> = Result<T, <W as World>::Error>;

/// Where a resource sits in the pipeline: its kind and its name in the blueprint, `glue.crawler.raw`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub kind: String,
    pub name: String,
}

impl Address {
    pub fn new(kind: &str, name: &str) -> Self {
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
pub enum Owner {
    /// This pipeline's, in this stage.
    Us,
    /// It carries no owner: somebody made it by hand or with another tool.
    Nobody,
    /// Another pipeline or stage, as `pipeline/stage`.
    Other(String),
}

/// A resource that the graph asks for: where `observe` looks first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name in the blueprint.
    pub name: String,
    /// [`Resource::id`].
    pub id: String,
}

/// A resource as AWS has it now.
#[derive(Clone, Debug)]
pub struct Live<R: Resource> {
    /// Its name in the blueprint.
    pub name: String,
    pub resource: R,
    pub outputs: R::Outputs,
    pub owner: Owner,
    /// What pipectl last applied, and which release of it, where the kind can be tagged.
    pub applied: Option<Mark>,
    /// What deleting it would lose, in words ("12 objects, 3.1 GB"); empty when there is nothing to lose.
    pub data: String,
    /// What it has beside its attributes.
    pub extras: Vec<Extra>,
}

impl<R: Resource> Live<R> {
    /// A live resource that is ours because its container is, and that no tag describes.
    pub fn contained(name: impl Into<String>, resource: R, outputs: R::Outputs) -> Self {
        let (data, extras) = Default::default();
        Self { name: name.into(), resource, outputs, owner: Owner::Us, applied: None, data, extras }
    }
}

/// A kind of AWS resource, as plain typed data.
///
/// `observe` and `predict` change nothing. `create` succeeds if the resource is already there and
/// ours, `finish` if it is whole already, `delete` if it is already gone; any of them may run again after a crash.
pub trait Resource: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// What it lives in.
    type World: World;
    /// Service and noun, `glue.crawler`.
    const KIND: &'static str;
    /// Kinds that this one uses: resources of theirs are deleted after all of this kind.
    const USES: &'static [&'static str] = &[];
    /// Whether replacing it in place of an update loses what it holds.
    const HOLDS_DATA: bool = false;
    /// What other resources may refer to.
    type Outputs: Clone + fmt::Debug + Send + Sync + 'static;

    /// What AWS knows it by: the name, key or path that `observe` looks for. Known before creation.
    fn id(&self) -> String;

    /// What tells a live one from all others of its kind: [`Resource::id`], or what AWS chose where it takes several
    /// of one id. Where this differs from the id that is wanted, the new one and the old one can both be there.
    fn live_id(live: &Live<Self>) -> String {
        live.resource.id()
    }

    /// Every managed attribute, once. Diff, printed plan, JSON and drift digest all come from here.
    /// Implementations destructure `Self` without `..`, so that a new field does not compile until it
    /// is managed here or named as ignored.
    fn attributes(&self) -> Attributes;

    /// The outputs as far as they are known before creation.
    fn predict(&self, place: &<Self::World as World>::Place, name: &str) -> Self::Outputs;

    /// The live resources of this kind: the `wanted` ones, whoever made them, and every other one that
    /// this pipeline owns.
    fn observe(
        world: &Self::World,
        wanted: &[Wanted],
    ) -> impl Future<Output = Tried<Self::World, Vec<Live<Self>>>> + Send;

    /// Makes it, as far as others need it: they may use it from then on.
    fn create(&self, world: &Self::World, name: &str)
    -> impl Future<Output = Tried<Self::World, Self::Outputs>> + Send;

    /// Does what `create` has left to do and nobody waits for: others use it meanwhile. It is done only after this.
    fn finish(&self, _: &Self::World, _name: &str) -> impl Future<Output = Tried<Self::World, ()>> + Send {
        async { Ok(()) }
    }

    /// Changes it in place. `changes` says what differs, extras that are put back among it, and is empty when only
    /// the owner does (adoption).
    fn update(
        &self,
        world: &Self::World,
        live: &Live<Self>,
        changes: &[Change],
    ) -> impl Future<Output = Tried<Self::World, Self::Outputs>> + Send;

    /// Takes it down.
    fn delete(live: &Live<Self>, world: &Self::World) -> impl Future<Output = Tried<Self::World, ()>> + Send;
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
