//! Everything live that the pipeline has to do with.

use super::graph::Graph;
use super::live::{AnyLive, typed};
use super::resource::{Address, Live, Owner, Resource, World};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Live resources, in the order in which kinds are registered.
pub struct Inventory<W: World> {
    all: Vec<Box<dyn AnyLive<W>>>,
    /// Those that were found at an address that another one has now, by their position.
    moved: BTreeMap<usize, Address>,
}

impl<W: World> Inventory<W> {
    /// All that was found, each at an address of its own.
    ///
    /// Two are found at one address where a run was killed between the new one and the end of the old one, and where
    /// a creation was repeated of which AWS takes several. The graph's is the one with the id that it wants; among
    /// those it is the one that most others refer to, and then the first that was found. Each of the others goes by
    /// its [`Resource::live_id`], which nothing asks for.
    pub fn new(found: Vec<Box<dyn AnyLive<W>>>, graph: &Graph<'_, W>) -> Self {
        let mut all = Self { all: found, moved: BTreeMap::new() };
        let mut places = BTreeMap::<Address, Vec<usize>>::new();
        for (index, live) in all.all.iter().enumerate() {
            places.entry(live.address()).or_default().push(index);
        }
        for (address, same) in places.into_iter().filter(|(_, same)| same.len() > 1) {
            let wanted = graph.node(&address).map(|node| node.id().to_owned());
            let rank = |index: &usize| {
                let live = &*all.all[*index];
                (wanted != Some(live.id()), *live.owner() != Owner::Us, Reverse(all.users(live).count()))
            };
            let first = same.iter().copied().min_by_key(rank);
            for index in same.into_iter().filter(|index| Some(*index) != first) {
                let name = all.all[index].live_id();
                all.all[index].rename(name);
                all.moved.insert(index, address.clone());
            }
        }
        all
    }

    pub fn get(&self, address: &Address) -> Option<&dyn AnyLive<W>> {
        self.iter().find(|live| live.address() == *address)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn AnyLive<W>> {
        self.all.iter().map(|live| &**live)
    }

    /// All that were found at one address: the one that has it now, and those that go by their ids.
    pub(crate) fn all_at<'a>(&'a self, address: &'a Address) -> impl Iterator<Item = &'a dyn AnyLive<W>> {
        let at = move |index: usize, live: &dyn AnyLive<W>| match self.moved.get(&index) {
            Some(before) => before == address,
            None => live.address() == *address,
        };
        self.iter().enumerate().filter(move |(index, live)| at(*index, *live)).map(|(_, live)| live)
    }

    /// The address at which one was found that another one has now.
    pub(crate) fn moved_from(&self, live: &dyn AnyLive<W>) -> Option<&Address> {
        let address = live.address();
        let index = self.iter().position(|other| other.address() == address)?;
        self.moved.get(&index)
    }

    /// A live resource of a kind and name, for what reads resources rather than compares them.
    pub fn live<R: Resource<World = W>>(&self, name: &str) -> Option<&Live<R>> {
        self.get(&Address::new(R::KIND, name)).map(typed::<R>)
    }

    /// What is live and ours, but no longer wanted; the last registered kinds first.
    pub fn orphans<'a>(&'a self, graph: &'a Graph<'_, W>) -> impl Iterator<Item = &'a dyn AnyLive<W>> {
        self.iter().rev().filter(|live| *live.owner() == Owner::Us && !graph.contains(&live.address()))
    }

    /// What refers to a live resource: some attribute of it holds that one's [`Resource::live_id`].
    pub(crate) fn users<'a>(&'a self, live: &dyn AnyLive<W>) -> impl Iterator<Item = &'a dyn AnyLive<W>> {
        let (kind, id) = (live.address().kind, live.live_id());
        let refers = move |other: &&dyn AnyLive<W>| {
            other.address().kind != kind && holds(&other.attributes().canonical_json().to_string(), &id)
        };
        self.iter().filter(refers)
    }
}

/// Whether an id is in a text, as the whole of it or a part between other signs: an ARN, `id:stage`.
fn holds(text: &str, id: &str) -> bool {
    let outside = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric() && !"-_.".contains(sign));
    text.match_indices(id)
        .any(|(at, _)| outside(text[..at].chars().next_back()) && outside(text[at + id.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn an_id_is_found_as_a_whole() {
        for text in
            [r#"{"keys":["abc"]}"#, r#"{"stages":["abc:prod"]}"#, "arn:aws:execute-api:r:1:abc/prod/*/track", "abc"]
        {
            assert!(holds(text, "abc"), "{text}");
        }
        for text in ["abcd", "xabc:prod", "abc-prod", "abc_2", ""] {
            assert!(!holds(text, "abc"), "{text}");
        }
    }
}
