//! The modules of a crate and what each of them uses, read from its sources.

use crate::tokens::{self, Kind, Token};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `["services", "iam"]`; the crate itself is `[]`.
pub(crate) type ModulePath = Vec<String>;

/// A path as it is written somewhere: in a `use`, or in an expression.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
    /// The name that a `use` gives it, `*` for everything in it.
    name: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) written: Vec<Written>,
    /// Strings, with the constant whose value they are.
    pub(crate) texts: Vec<(usize, String, Option<String>)>,
}

/// One module needs another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) by: ModulePath,
    pub(crate) of: ModulePath,
    /// What stands behind the module, `Core`.
    pub(crate) item: Option<String>,
    /// `core.rs:12: crate::store::Store`
    pub(crate) place: String,
}

/// A crate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Modules(pub(crate) BTreeMap<ModulePath, Module>);

impl Modules {
    /// Reads what is below a directory, apart from other crates there.
    pub(crate) fn of_directory(directory: &Path) -> std::io::Result<Self> {
        let sources = sources(directory)?;
        Ok(Self::of_sources(sources.iter().map(|(file, text)| (file.as_str(), text.as_str()))))
    }

    /// `("services/iam/mod.rs", "...")`. What is only there for tests is passed over.
    pub(crate) fn of_sources<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut modules = BTreeMap::new();
        let mut for_tests = BTreeSet::new();
        for (file, text) in sources {
            let mut path: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
                path.pop();
            }
            let mut scan = Scan { file, modules: &mut modules, for_tests: &mut for_tests };
            scan.module(&path, &tokens::read(text));
        }
        modules.retain(|path, _| !(1..=path.len()).any(|length| for_tests.contains(&path[..length])));
        Self(modules)
    }

    /// Everything that a module needs of another.
    pub(crate) fn uses(&self) -> BTreeSet<Use> {
        let mut uses = BTreeSet::new();
        for (by, module) in &self.0 {
            for written in &module.written {
                let place = format!("{}:{}: {}", module.file, written.line, written.segments.join("::"));
                for (of, item) in self.resolve(by, &written.segments, 0) {
                    uses.insert(Use { by: by.clone(), of, item, place: place.clone() });
                }
            }
        }
        uses
    }

    /// The modules that a path leads to, and over which it goes there, with what it names in each. A path that leaves
    /// the crate leads nowhere.
    fn resolve(&self, from: &[String], segments: &[String], depth: usize) -> Vec<(ModulePath, Option<String>)> {
        // Names may be given in a circle, too.
        if depth > 8 {
            return vec![];
        }
        let Some((first, rest)) = segments.split_first() else { return vec![] };
        match first.as_str() {
            "crate" => self.walk(vec![], rest, depth),
            "self" => self.walk(from.to_vec(), rest, depth),
            "super" => {
                let supers = 1 + rest.iter().take_while(|segment| *segment == "super").count();
                let parent = from[..from.len().saturating_sub(supers)].to_vec();
                self.walk(parent, &segments[supers..], depth)
            }
            _ if self.child(from, first).is_some() || self.named(from, first).is_some() => {
                self.walk(from.to_vec(), segments, depth)
            }
            _ => vec![],
        }
    }

    fn walk(&self, mut at: ModulePath, segments: &[String], depth: usize) -> Vec<(ModulePath, Option<String>)> {
        let mut rest = segments;
        while let Some((next, behind)) = rest.split_first() {
            if let Some(child) = self.child(&at, next) {
                (at, rest) = (child, behind);
            } else if let Some(written) = self.named(&at, next) {
                let further: Vec<_> = written.segments.iter().chain(behind).cloned().collect();
                let mut found = self.resolve(&at, &further, depth + 1);
                found.push((at, Some(next.clone())));
                return found;
            } else {
                return vec![(at, Some(next.clone()))];
            }
        }
        vec![(at, None)]
    }

    fn child(&self, parent: &[String], name: &str) -> Option<ModulePath> {
        let mut path = parent.to_vec();
        path.push(name.to_owned());
        self.0.contains_key(&path).then_some(path)
    }

    fn named(&self, module: &[String], name: &str) -> Option<&Written> {
        self.0.get(module)?.written.iter().find(|written| {
            let itself = written.segments.len() == 1 && written.segments[0] == name;
            written.name.as_deref() == Some(name) && !itself
        })
    }
}

/// What is written below a directory, by file.
pub(crate) fn sources(directory: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut sources = BTreeMap::new();
    collect(directory, "", &mut sources)?;
    Ok(sources)
}

fn collect(directory: &Path, prefix: &str, sources: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !path.join("Cargo.toml").exists() {
            collect(&path, &format!("{prefix}{name}/"), sources)?;
        } else if name.ends_with(".rs") {
            sources.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

struct Scan<'a> {
    file: &'a str,
    modules: &'a mut BTreeMap<ModulePath, Module>,
    for_tests: &'a mut BTreeSet<ModulePath>,
}

impl Scan<'_> {
    fn module(&mut self, path: &[String], tokens: &[Token]) {
        let mut module = Module { file: self.file.to_owned(), ..Module::default() };
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            at += if is_for_tests(rest) {
                self.pass_over(path, rest)
            } else if let Some((name, body)) = inline(rest) {
                let length = block(&rest[body..]);
                self.module(&below(path, name), &rest[body + 1..body + length - 1]);
                body + length
            } else if rest[0].name() == Some("use") {
                let end = rest.iter().position(|token| token.is(';')).unwrap_or(rest.len());
                tree(&rest[1..end], &mut vec![], &mut module.written);
                end
            } else if let Some(length) = expression(rest, &mut module.written) {
                length
            } else {
                if let Kind::Text(text) = &rest[0].kind {
                    module.texts.push((rest[0].line, text.clone(), constant(&tokens[..at])));
                }
                1
            };
        }
        self.modules.insert(path.to_vec(), module);
    }

    /// The length of an item that only tests have. Should it be a module, so is what it has in it.
    fn pass_over(&mut self, path: &[String], tokens: &[Token]) -> usize {
        let end = tokens.iter().position(|token| token.is(';') || token.is('{')).unwrap_or(tokens.len() - 1);
        let names: Vec<_> = tokens[..end].iter().filter_map(Token::name).collect();
        if let [.., "mod", name] = names.as_slice() {
            self.for_tests.insert(below(path, name));
        }
        if tokens[end].is('{') { end + block(&tokens[end..]) } else { end + 1 }
    }
}

fn below(path: &[String], name: &str) -> ModulePath {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

/// `#[cfg(test)]`
fn is_for_tests(tokens: &[Token]) -> bool {
    let written: String =
        tokens.iter().take(7).map(|token| token.name().map_or_else(|| sign(token), str::to_owned)).collect();
    written == "#[cfg(test)]"
}

fn sign(token: &Token) -> String {
    match token.kind {
        Kind::Sign(sign) => sign.into(),
        _ => String::new(),
    }
}

/// The name of `mod name {`, and where its brace is.
fn inline(tokens: &[Token]) -> Option<(&str, usize)> {
    let is = tokens[0].name() == Some("mod") && tokens.get(2)?.is('{');
    is.then(|| tokens[1].name()).flatten().map(|name| (name, 2))
}

/// How long what stands in braces is, with them.
fn block(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is('{')) - i32::from(token.is('}'));
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The paths of `a::{b, c as d, e::*}`.
fn tree(tokens: &[Token], prefix: &mut Vec<String>, all: &mut Vec<Written>) {
    let before = prefix.len();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if let Some(name) = token.name() {
            let next = tokens.get(at + 1);
            if next.is_some_and(|next| next.kind == Kind::Path) {
                prefix.push(name.to_owned());
                at += 1;
            } else {
                let renamed = next.and_then(Token::name) == Some("as");
                let given = if renamed { tokens.get(at + 2).and_then(Token::name) } else { None };
                let mut segments = prefix.clone();
                if name != "self" || prefix.is_empty() {
                    segments.push(name.to_owned());
                }
                let name = given.map(str::to_owned).or_else(|| segments.last().cloned());
                all.push(Written { line: token.line, segments, name });
                at += if renamed { 2 } else { 0 };
            }
        } else if token.is('*') {
            all.push(Written { line: token.line, segments: prefix.clone(), name: Some("*".to_owned()) });
        } else if token.is('{') {
            let length = block(&tokens[at..]);
            let inner = &tokens[at + 1..at + length - 1];
            let mut depth = 0;
            let parts = inner.split(|token| {
                depth += i32::from(token.is('{')) - i32::from(token.is('}'));
                depth == 0 && token.is(',')
            });
            for part in parts {
                tree(part, &mut prefix.clone(), all);
            }
            at += length - 1;
        }
        at += 1;
    }
    prefix.truncate(before);
}

/// The length of a path like `super::invalid` or `wait::until` that is not a `use`.
fn expression(tokens: &[Token], all: &mut Vec<Written>) -> Option<usize> {
    let mut segments = vec![tokens[0].name()?.to_owned()];
    let mut at = 1;
    while let [path, name, ..] = &tokens[at..]
        && path.kind == Kind::Path
        && let Some(name) = name.name()
    {
        segments.push(name.to_owned());
        at += 2;
    }
    if segments.len() > 1 {
        all.push(Written { line: tokens[0].line, segments, name: None });
    }
    Some(at)
}

/// The name in `const NAME: &str =`.
fn constant(before: &[Token]) -> Option<String> {
    let start = before.iter().rposition(|token| token.is(';') || token.is('}')).map_or(0, |at| at + 1);
    let statement = &before[start..];
    let at = statement.iter().position(|token| matches!(token.name(), Some("const" | "static")))?;
    statement.last()?.is('=').then(|| statement.get(at + 1)?.name().map(str::to_owned)).flatten()
}
