//! Which keys' values are defaults in the place of something that was refused: what follows from them is no problem of its
//! own.

use super::problem::{Problem, Span};
use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// What was refused: a value's key, or the group of a key that nobody knows. Of the file itself: nothing.
    refused: BTreeSet<String>,
    /// What the file has.
    keys: BTreeSet<String>,
}

impl Doubts {
    /// From what is wrong by now, and where the name of each key stands.
    pub(super) fn new(problems: &[Problem], keys: &[(String, Span)]) -> Self {
        let spans = problems.iter().filter_map(|problem| problem.span.as_ref());
        let refused = spans.flat_map(|span| refused(span, keys)).collect();
        Self { refused, keys: keys.iter().map(|(path, _)| path.clone()).collect() }
    }

    /// Whether a key, or something in it, is not as the file was to say.
    pub(super) fn has(&self, key: &str) -> bool {
        let within =
            |refused: &String| refused.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if self.refused.iter().any(within) {
            return true;
        }
        if self.keys.contains(key) {
            return false;
        }
        // What the file leaves out may be what was misspelt beside it, and is what the shape says.
        let mut groups = std::iter::successors(group(key), |path| group(path));
        let nearest = groups.find(|group| group.is_empty() || self.keys.contains(*group)).unwrap_or_default();
        self.refused.contains(nearest) || self.refused.contains("shape")
    }
}

/// `a.b` of `a.b.c`, and nothing of `a`.
fn group(path: &str) -> Option<&str> {
    (!path.is_empty()).then(|| path.rsplit_once('.').map_or("", |(group, _)| group))
}

/// Whatever stands in a file belongs to the key before it. Where a key itself is what is wrong, its group lacks one.
fn refused(span: &Span, keys: &[(String, Span)]) -> Vec<String> {
    let before = keys.iter().filter(|(_, key)| key.start <= span.start);
    let Some((path, key)) = before.max_by_key(|(_, key)| key.start) else { return vec![String::new()] };
    let of = if key == span { group(path).map(str::to_owned) } else { None };
    [path.clone()].into_iter().chain(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_in_doubt_and_what_depends_on_it() {
        // a: { b: { c: 1 }, e: 2 }, d: 3
        let keys = [("a", 0..1), ("a.b", 5..6), ("a.b.c", 10..11), ("a.e", 18..19), ("d", 30..31)];
        let keys = keys.map(|(path, span)| (path.to_owned(), span));
        let doubted = |span: Span, key: &str| Doubts::new(&[Problem::new(span, "no")], &keys).has(key);
        for (span, key, told) in [
            (13..14, "a.b.c", true),
            (13..14, "a.b", true),
            (13..14, "a", true),
            (13..14, "a.e", false),
            (13..14, "a.x", false),
            (13..14, "d", false),
            // A key of the group that nobody knows: each that is left out may be meant.
            (18..19, "a.x", true),
            (18..19, "a.x.y", true),
            (18..19, "a.b", false),
            (18..19, "x", false),
            (30..31, "x", true),
            (30..31, "x.y", true),
            (30..31, "a.x", false),
            (30..31, "a.b", false),
        ] {
            assert_eq!(doubted(span.clone(), key), told, "{span:?} {key}");
        }
    }

    #[test]
    fn what_the_shape_says_is_in_doubt_with_it() {
        let keys = [("shape".to_owned(), 0..5), ("a".to_owned(), 20..21)];
        let doubts = Doubts::new(&[Problem::new(7..10, "no")], &keys);
        assert!(doubts.has("b") && doubts.has("a.b") && !doubts.has("a"));
    }
}
