//! Reading a tree key by key, and collecting what is wrong in place of stopping at it.
//!
//! Each key is asked for together with its description and default. So the same code that reads a file also
//! tells what a file may hold: reading an empty one gives the JSON Schema.

use super::described::{Described, Form, What};
use super::doubts::Doubts;
use super::problem::{Problem, Span};
use super::substitute::Placeholders;
use super::tree::{Node, Placed};
use super::units::show_duration;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is read and what is wrong, for a whole file.
pub(super) struct Reader<'a> {
    pub(super) placeholders: Placeholders<'a>,
    problems: RefCell<Vec<Problem>>,
    /// Where each key stands that is in the file, `ingest.throttle.rate`.
    places: RefCell<BTreeMap<String, Span>>,
    /// Where the names of all keys stand.
    keys: RefCell<Vec<(String, Span)>>,
    doubts: RefCell<Doubts>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(placeholders: Placeholders<'a>) -> Self {
        let (problems, places, keys, doubts) = Default::default();
        Self { placeholders, problems, places, keys, doubts }
    }

    /// Takes it that the file has these keys.
    pub(super) fn having<'k>(self, keys: impl Iterator<Item = &'k str>) -> Self {
        self.places.borrow_mut().extend(keys.map(|key| (key.to_owned(), 0..0)));
        self
    }

    pub(super) fn problem(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// What is refused by now is in doubt from now on.
    pub(super) fn doubt(&self) {
        *self.doubts.borrow_mut() = Doubts::new(&self.problems.borrow(), &self.keys.borrow());
    }

    pub(super) fn is_in_doubt(&self, key: &str) -> bool {
        self.doubts.borrow().has(key)
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// Where a key stands; where its group does, if the file leaves it to its default.
    pub(super) fn place(&self, path: &str) -> Span {
        let places = self.places.borrow();
        let mut path = path;
        loop {
            match (places.get(path), path.rsplit_once('.')) {
                (Some(span), _) => return span.clone(),
                (None, Some((group, _))) => path = group,
                (None, None) => return 0..0,
            }
        }
    }

    /// Where each key stands.
    pub(super) fn places(&self) -> BTreeMap<String, Span> {
        self.places.borrow().clone()
    }

    /// Whether the file has a key.
    pub(super) fn has(&self, path: &str) -> bool {
        self.places.borrow().contains_key(path)
    }

    /// The text of a value that is one, with its placeholders filled in, read by `parse`.
    pub(super) fn scalar<T>(
        &self,
        key: Option<&Placed<String>>,
        node: &Placed<Node>,
        later: &[&str],
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, Problem> {
        let at = |message: String| Problem::new(node.span.clone(), message);
        let text = match &node.value {
            Node::Text(text) | Node::Number(text) => text.as_str(),
            Node::Bool(true) => "true",
            Node::Bool(false) => "false",
            // Nothing stands nowhere: the key is what can be shown.
            Node::Null => {
                let problem = Problem::new(key.map_or(&node.span, |key| &key.span).clone(), "there is no value here");
                return Err(problem.hint("write one, or leave the key out"));
            }
            other => return Err(at(format!("this should be one value, not {}", other.noun()))),
        };
        let filled = self.placeholders.fill(text, later).map_err(|(message, hint)| at(message).hint(hint))?;
        parse(&filled.text).map_err(|message| Problem::split(Some(node.span.clone()), &filled.conceal(text, message)))
    }
}

/// A group of keys.
pub(super) struct Section<'r, 'a> {
    pub(super) reader: &'r Reader<'a>,
    path: String,
    pub(super) entries: Vec<Entry<'r>>,
    /// Whether it is a group at all: what a list lacks need not be said.
    sound: bool,
    described: Vec<Described>,
}

pub(super) type Entry<'r> = (&'r Placed<String>, &'r Placed<Node>);

impl<'r, 'a> Section<'r, 'a> {
    /// The group that a node holds. A node that is no group is a problem, and read as an empty one.
    pub(super) fn new(reader: &'r Reader<'a>, path: &str, node: Option<&'r Placed<Node>>) -> Self {
        let mut section = Self { reader, path: path.to_owned(), entries: vec![], sound: true, described: vec![] };
        match node.map(|node| (&node.value, &node.span)) {
            None | Some((Node::Null, _)) => {}
            Some((Node::Map(entries), _)) => entries.iter().for_each(|(key, value)| section.enter(key, value)),
            Some((other, span)) => {
                let message = format!("this should be a group of keys, not {}", other.noun());
                reader.problem(Problem::new(span.clone(), message));
                section.sound = false;
            }
        }
        section
    }

    fn enter(&mut self, key: &'r Placed<String>, value: &'r Placed<Node>) {
        self.reader.keys.borrow_mut().push((self.name(&key.value), key.span.clone()));
        if self.entries.iter().any(|(other, _)| other.value == key.value) {
            self.reader.problem(Problem::new(key.span.clone(), format!("`{}` is here twice", key.value)));
            return;
        }
        let span = if value.span.is_empty() { key.span.clone() } else { value.span.clone() };
        self.reader.places.borrow_mut().insert(self.name(&key.value), span);
        self.entries.push((key, value));
    }

    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn take(&mut self, key: &'static str, doc: &'static str, what: What) -> Option<Entry<'r>> {
        self.described.push(Described { key, doc, what });
        self.entries.iter().find(|(name, _)| name.value == key).copied()
    }

    /// A value that is read elsewhere.
    pub(super) fn known(&mut self, key: &'static str, doc: &'static str, form: Form, default: &str) {
        self.take(key, doc, What::Value(form, Some(default.to_owned()), false));
    }

    /// A value that has a default.
    pub(super) fn value<T: ToString>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        self.value_with(key, doc, form, default, &[], parse)
    }

    /// A value in which some placeholders are filled in later.
    pub(super) fn value_with<T: ToString>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        default: T,
        later: &[&str],
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        let entry = self.take(key, doc, What::Value(form, Some(default.to_string()), false));
        self.read(entry, later, parse).unwrap_or(default)
    }

    /// A time that has a default.
    pub(super) fn time(
        &mut self,
        key: &'static str,
        doc: &'static str,
        default: Duration,
        parse: impl FnOnce(&str) -> Result<Duration, String>,
    ) -> Duration {
        let entry = self.take(key, doc, What::Value(Form::Text, Some(show_duration(default)), false));
        self.read(entry, &[], parse).unwrap_or(default)
    }

    /// A value that may be absent.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.optional_with(key, doc, form, None, parse)
    }

    /// A value that may be absent, and what is then assumed elsewhere.
    pub(super) fn optional_with<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        assumed: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let entry = self.take(key, doc, What::Value(form, assumed, false));
        self.read(entry, &[], parse)
    }

    /// A value that has to be there.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let entry = self.take(key, doc, What::Value(form, None, true));
        if entry.is_none() {
            self.missing(key);
        }
        self.read(entry, &[], parse)
    }

    fn missing(&self, key: &str) {
        if !self.sound {
            return;
        }
        let group = if self.path.is_empty() { "the file".to_owned() } else { format!("`{}`", self.path) };
        let problem =
            Problem::new(self.reader.place(&self.path), format!("{group} has no `{key}`, which has no default"));
        self.reader.problem(problem);
    }

    pub(super) fn read<T>(
        &self,
        entry: Option<Entry<'_>>,
        later: &[&str],
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (key, node) = entry?;
        self.noted(self.reader.scalar(Some(key), node, later, parse))
    }

    /// What was read; a problem is noted in its place.
    pub(super) fn noted<T>(&self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.reader.problem(problem)).ok()
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str, doc: &'static str, default: bool) -> bool {
        let node = self.take(key, doc, What::Value(Form::Bool, Some(default.to_string()), false));
        match node.map(|(_, node)| (&node.value, &node.span)) {
            None => default,
            Some((Node::Bool(value), _)) => *value,
            Some((other, span)) => {
                let message = format!("this should be `true` or `false`, not {}", other.noun());
                self.reader.problem(Problem::new(span.clone(), message));
                default
            }
        }
    }

    /// A list of values.
    pub(super) fn list<T: ToString>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        default: Vec<T>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let shown = default.iter().map(ToString::to_string).collect();
        match self.take(key, doc, What::List(form, shown)).map(|(_, node)| (&node.value, &node.span)) {
            None => default,
            Some((Node::List(items), _)) => {
                let read = |item| self.noted(self.reader.scalar(None, item, &[], &parse));
                items.iter().filter_map(read).collect()
            }
            Some((other, span)) => {
                let message = format!("this should be a list, not {}", other.noun());
                self.reader.problem(Problem::new(span.clone(), message).hint("write `[a, b]`, or `[]` for none"));
                default
            }
        }
    }

    /// Names of the user's choice with their values, in the order of the file. `None` where the key is not there.
    pub(super) fn names<N, T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        required: bool,
        later: &[&str],
        mut name: impl FnMut(&str) -> Result<N, String>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<(N, T)>> {
        let entry = self.take(key, doc, What::Names(required));
        if required && entry.is_none() {
            self.missing(key);
        }
        let (key_place, node) = entry?;
        let inner = Section::new(self.reader, &self.name(key), Some(node));
        if required && inner.entries.is_empty() && inner.sound {
            self.reader.problem(Problem::new(key_place.span.clone(), format!("`{key}` is empty")));
        }
        let mut all = vec![];
        for (key, node) in &inner.entries {
            let name = self.noted(name(&key.value).map_err(|message| Problem::split(Some(key.span.clone()), &message)));
            let value = self.read(Some((key, node)), later, &parse);
            all.extend(name.zip(value));
        }
        Some(all)
    }

    /// A group within this one.
    pub(super) fn group<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        read: impl FnOnce(&mut Section<'r, 'a>) -> T,
    ) -> T {
        let (_, value) = self.group_if(key, doc, read);
        value
    }

    /// A group within this one, or `none` in its place; `default` says which it is where the file has neither.
    pub(super) fn group_or_none<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        default: bool,
        read: impl FnOnce(&mut Section<'r, 'a>) -> T,
    ) -> Option<T> {
        let node = self.take(key, doc, What::GroupOrNone(vec![])).map(|(_, node)| node);
        let is_none = node.is_some_and(|node| matches!(&node.value, Node::Text(text) if text == "none"));
        let mut inner = Section::new(self.reader, &self.name(key), node.filter(|_| !is_none));
        let value = read(&mut inner);
        let described = inner.finish();
        if let Some(last) = self.described.last_mut() {
            last.what = What::GroupOrNone(described);
        }
        let wanted = node.map_or(default, |node| !is_none && (default || node.value != Node::Null));
        wanted.then_some(value)
    }

    /// A group within this one, and whether the file has it.
    pub(super) fn group_if<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        read: impl FnOnce(&mut Section<'r, 'a>) -> T,
    ) -> (bool, T) {
        let node = self.take(key, doc, What::Group(vec![])).map(|(_, node)| node);
        let mut inner = Section::new(self.reader, &self.name(key), node);
        let value = read(&mut inner);
        let described = inner.finish();
        if let Some(last) = self.described.last_mut() {
            last.what = What::Group(described);
        }
        (node.is_some_and(|node| node.value != Node::Null), value)
    }

    /// Says which keys nobody asked for, and gives what was asked for.
    pub(super) fn finish(self) -> Vec<Described> {
        for (key, _) in &self.entries {
            if self.described.iter().any(|known| known.key == key.value) {
                continue;
            }
            let mut problem = Problem::new(key.span.clone(), format!("unknown key `{}`", self.name(&key.value)));
            let near = |known: &&Described| strsim::jaro_winkler(known.key, &key.value);
            let best = self.described.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
            problem.hint = Some(match best.filter(|known| near(known) > 0.75) {
                Some(known) => format!("did you mean `{}`?", known.key),
                None => {
                    let all: Vec<_> = self.described.iter().map(|known| format!("`{}`", known.key)).collect();
                    format!("here you can write {}", all.join(", "))
                }
            });
            self.reader.problem(problem);
        }
        self.described
    }
}
