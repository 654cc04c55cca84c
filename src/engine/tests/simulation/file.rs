//! What the file asks for, as plain parts, and the graph that the engine is given for it.

use crate::client::Client;
use crate::kinds::{self, ById, ByName, Noun, Object, Permission, Query};
use crate::thing::{Kind, word};
use pipectl_engine::graph::{Graph, Handle, Scope};
use pipectl_engine::resource::{Address, Resource};
use pipectl_engine::value::Pending;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// A resource of the file: `letter` is its name in the blueprint, and with `generation` what the cloud knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    pub(crate) letter: char,
    pub(crate) generation: i64,
    /// A change of it replaces the resource.
    pub(crate) fixed: i64,
    pub(crate) size: i64,
    /// Sent by a call of its own.
    pub(crate) extra: i64,
    /// Letters of those it uses. What the file does not have is not used.
    pub(crate) uses: Vec<(Kind, char)>,
}

/// `function a (size 1, extra 0) of role a`
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, letter, generation, fixed, size, extra, uses } = self;
        write!(f, "{} {letter} (name {generation}, fixed {fixed}, size {size}, extra {extra})", word(*kind))?;
        uses.iter().try_for_each(|(kind, letter)| write!(f, " of {} {letter}", word(*kind)))
    }
}

impl Part {
    pub(crate) fn address(&self) -> Address {
        Address::new(self.kind.name(), &self.letter.to_string())
    }

    /// `us-a-bucket-0`
    pub(crate) fn name(&self) -> String {
        name_of(self.kind, self.letter, self.generation)
    }
}

pub(crate) fn name_of(kind: Kind, letter: char, generation: i64) -> String {
    format!("us-{letter}-{}-{generation}", word(kind))
}

/// The parts that can be asked for: each once, after those it uses, and none without what contains it.
pub(crate) fn sound(file: &[Part]) -> Vec<Part> {
    let mut all: Vec<Part> = vec![];
    // The pipeline's bucket, in which the lock is.
    let home = Part { kind: Kind::Bucket, letter: 'a', generation: 0, fixed: 0, size: 1, extra: 0, uses: vec![] };
    let homeless = file.iter().all(|part| (part.kind, part.letter) != (Kind::Bucket, 'a'));
    all.extend(homeless.then_some(home));
    for kind in Kind::ALL {
        for part in file.iter().filter(|part| part.kind == kind) {
            let known = |used: &(Kind, char)| {
                kind.takes_from().contains(&used.0) && all.iter().any(|other| (other.kind, other.letter) == *used)
            };
            let uses: Vec<_> = part.uses.iter().filter(|used| known(used)).copied().collect();
            let contained = !matches!(kind, Kind::Object | Kind::Permission) || !uses.is_empty();
            let again = all.iter().any(|other| (other.kind, other.letter) == (kind, part.letter));
            if contained && !again {
                let fixed = if kind.has_fixed() { part.fixed } else { 0 };
                all.push(Part { uses, fixed, ..part.clone() });
            }
        }
    }
    all
}

type Taking = Arc<dyn Fn(&Scope<'_>) -> Pending<String> + Send + Sync>;

/// The desired graph of sound parts.
pub(crate) fn graph(parts: &[Part]) -> Graph<'static, Client> {
    let mut drawing = Drawing { graph: Graph::new(&()), made: BTreeMap::new() };
    for part in parts {
        drawing.add(part);
    }
    drawing.graph
}

struct Drawing {
    graph: Graph<'static, Client>,
    made: BTreeMap<(Kind, char), (Taking, Taking)>,
}

impl Drawing {
    fn add(&mut self, part: &Part) {
        match part.kind {
            Kind::Bucket => self.named::<kinds::Bucket>(part),
            Kind::Role => self.named::<kinds::Role>(part),
            Kind::Function => self.named::<kinds::Function>(part),
            Kind::Trigger => self.named::<kinds::Trigger>(part),
            Kind::Api => self.listed::<kinds::Api>(part),
            Kind::Key => self.listed::<kinds::Key>(part),
            Kind::UsagePlan => self.listed::<kinds::UsagePlan>(part),
            Kind::Object => {
                let Part { letter, size, .. } = *part;
                self.put(part, move |links| Object::new(&links[0], letter, size));
            }
            Kind::Permission => {
                let (name, source) = (part.letter.to_string(), part.size);
                let build = move |links: Vec<Pending<String>>| Permission {
                    name: name.clone(),
                    function: links[0].clone(),
                    source,
                };
                self.put(part, build);
            }
            Kind::Query => {
                let (name, fixed, sql) = (part.name(), part.fixed, part.size);
                self.put(part, move |_| Query { name: name.clone(), fixed, sql });
            }
        }
    }

    fn named<N: Noun>(&mut self, part: &Part) {
        let (name, Part { fixed, size, extra, .. }) = (part.name(), part.clone());
        self.put(part, move |links| ByName::<N> { name: name.clone(), fixed, size, extra, links, noun: PhantomData });
    }

    fn listed<N: Noun>(&mut self, part: &Part) {
        let (name, Part { fixed, size, extra, .. }) = (part.name(), part.clone());
        self.put(part, move |links| ById::<N> { name: name.clone(), fixed, size, extra, links, noun: PhantomData });
    }

    /// An API takes any function's ARN, so it does not wait for the function.
    fn put<R: Resource<World = Client, Outputs = Pending<String>>>(
        &mut self,
        part: &Part,
        build: impl Fn(Vec<Pending<String>>) -> R + Send + Sync + 'static,
    ) {
        let waits = part.kind != Kind::Api;
        let taken: Vec<Taking> = part
            .uses
            .iter()
            .map(|used| {
                let (now, predicted) = &self.made[used];
                Arc::clone(if waits { now } else { predicted })
            })
            .collect();
        let handle: Handle<R> =
            self.graph.add(&part.letter.to_string(), move |out| build(taken.iter().map(|take| take(out)).collect()));
        let now: Taking = Arc::new(move |out| out[handle].clone());
        let predicted: Taking = Arc::new(move |out| out.predicted(handle).clone());
        self.made.insert((part.kind, part.letter), (now, predicted));
    }
}
