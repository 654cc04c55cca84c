//! The YAML of a file as a tree whose every key and value knows where it stands.

use super::problem::{Problem, Span};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// As it was written: `5.0` stays `5.0`.
    Number(String),
    Text(String),
    List(Vec<Placed<Node>>),
    /// In the order of the file, a key that is there twice included.
    Map(Vec<(Placed<String>, Placed<Node>)>),
}

/// Something, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) span: Span,
    /// Where its text is: elsewhere than `span`, if an alias stands there.
    text: Span,
}

impl<T> Placed<T> {
    /// Whether an alias stands there, and its text elsewhere.
    pub(super) fn is_alias(&self) -> bool {
        self.span != self.text
    }
}

impl Node {
    /// What it is, in words.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a group of keys",
        }
    }
}

/// Reads a whole file.
pub(super) fn parse(source: &str) -> Result<Placed<Node>, Problem> {
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins, strict_booleans: true };
    if source.trim().is_empty() || source.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
        return Ok(Placed { value: Node::Map(vec![]), span: 0..0, text: 0..0 });
    }
    match serde_saphyr::from_str_with_options::<Spanned<Node>>(source, options) {
        Ok(tree) => {
            let mut tree = placed(tree);
            if let Some(problem) = tagged(&tree, source) {
                return Err(problem);
            }
            spell(&mut tree, source);
            Ok(tree)
        }
        Err(error) => {
            let error = error.without_snippet();
            let two = matches!(error, serde_saphyr::Error::MultipleDocuments { .. });
            let span = error.location().map_or(0..0, |location| position(&location, source));
            let text = error.to_string();
            let message = text.split(" at line ").next().unwrap_or(&text).lines().next().unwrap_or_default();
            if two {
                return Err(Problem::new(
                    clip(span, source),
                    "here begins a second document: a file holds one pipeline",
                ));
            }
            Err(Problem::new(clip(span, source), format!("this is not YAML: {message}")))
        }
    }
}

/// A span that lies within the source, whatever the parser says.
fn clip(span: Span, source: &str) -> Span {
    let start = (0..=span.start.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
    let end =
        (start..=span.end.clamp(start, source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(start);
    start..end
}

fn placed<T>(spanned: Spanned<T>) -> Placed<T> {
    Placed { span: span(&spanned.referenced), text: span(&spanned.defined), value: spanned.value }
}

/// A tag of somebody else's YAML, such as CloudFormation's `!Sub`, which the parser leaves out: the value behind it is
/// not what was meant.
fn tagged(node: &Placed<Node>, source: &str) -> Option<Problem> {
    let (before, text) = source.split_at_checked(node.text.start)?;
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
    let word = match text.starts_with('!') {
        true => text.split_whitespace().next(),
        false => line.rsplit([' ', ':', ',', '[', '{']).next(),
    };
    let tag = word.filter(|word| word.starts_with('!') && !word.starts_with("!!") && word.len() > 1);
    if let Some(tag) = tag {
        let message = format!("the tag `{tag}` means nothing here");
        return Some(
            Problem::new(node.span.clone(), message)
                .hint("write `${stage}`, `${account}`, `${region}` or `${env:NAME}` in the text"),
        );
    }
    match &node.value {
        Node::List(items) => items.iter().find_map(|item| tagged(item, source)),
        Node::Map(entries) => entries.iter().find_map(|(_, value)| tagged(value, source)),
        _ => None,
    }
}

/// Takes from the source what only it knows: how a number is written, and a key that is no text, as `2018`.
fn spell(node: &mut Placed<Node>, source: &str) {
    let text = |span: &Span| source.get(span.clone()).unwrap_or_default().to_owned();
    match &mut node.value {
        Node::Number(number) => *number = text(&node.text),
        Node::List(items) => items.iter_mut().for_each(|item| spell(item, source)),
        Node::Map(entries) => {
            for (key, value) in entries {
                if key.value.is_empty() {
                    key.value = text(&key.text);
                }
                spell(value, source);
            }
        }
        Node::Null | Node::Bool(_) | Node::Text(_) => {}
    }
}

/// Of an error, which the parser tells by line and column only.
fn position(location: &Location, source: &str) -> Span {
    let [line, column] =
        [location.line(), location.column()].map(|from_1| usize::try_from(from_1).unwrap_or(1).max(1) - 1);
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let before: usize = source[start..].chars().take(column).map(char::len_utf8).sum();
    start + before..start + before + 1
}

/// In bytes, which the parser knows for text that is in memory.
fn span(location: &Location) -> Span {
    let span = location.span();
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or_default();
    let start = number(span.byte_offset());
    start..start + number(span.byte_len())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }
    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }
    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number(String::new()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }
    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<Node, E> {
        Err(E::custom("binary data has no place here"))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut all = vec![];
        while let Some(item) = items.next_element::<Spanned<Node>>()? {
            all.push(placed(item));
        }
        Ok(Node::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut all = vec![];
        while let Some(key) = entries.next_key::<Spanned<Node>>()? {
            let Placed { value, span, text } = placed(key);
            let name = match value {
                Node::Text(name) => name,
                Node::List(_) | Node::Map(_) => return Err(A::Error::custom("a key cannot be a list or a group")),
                Node::Null | Node::Bool(_) | Node::Number(_) => String::new(),
            };
            all.push((Placed { value: name, span, text }, placed(entries.next_value::<Spanned<Node>>()?)));
        }
        Ok(Node::Map(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_knows_where_it_stands() {
        let source = "name: clicks\netl:\n  workers: { count: 10 }\n  list: [a, 5.0]\n";
        let Node::Map(root) = parse(source).unwrap().value else { panic!() };
        assert_eq!((root[0].0.value.as_str(), &source[root[0].0.span.clone()]), ("name", "name"));
        assert_eq!(&source[root[0].1.span.clone()], "clicks");
        let Node::Map(etl) = &root[1].1.value else { panic!() };
        let Node::Map(workers) = &etl[0].1.value else { panic!() };
        assert_eq!(&source[workers[0].1.span.clone()], "10");
        let Node::List(list) = &etl[1].1.value else { panic!() };
        assert_eq!((&list[1].value, &source[list[1].span.clone()]), (&Node::Number("5.0".to_owned()), "5.0"));
    }

    #[test]
    fn a_broken_file_says_where() {
        let problem = parse("name: clicks\nbucket: {\n").unwrap_err();
        assert!(problem.message.starts_with("this is not YAML"), "{problem:?}");
    }
}
