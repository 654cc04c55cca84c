//! Every error that the program makes up, as it stands in the sources: the catalogue of `docs/reference/errors.md`.
//! `PIPECTL_GOLDEN=write` writes it anew.

use crate::tokens::{Kind, Token, read};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const INTRODUCTION: &str = "# Errors and exit codes

Each error has a code that stays, the exit code that goes with it, a message, and mostly what to do. With `--json` the code
stands in the document ([output for programs](../json.md)). Here is each message as it stands in the sources, by its code; what
is filled in stands in braces. What AWS says itself is passed on, with its own code and the number of the request.
";

/// A message with what there is to do, and the code by which programs know it.
struct Told {
    code: String,
    message: String,
    hint: String,
}

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => sources(&path, all),
            false if path.extension().is_some_and(|end| end == "rs") => all.push(path),
            false => {}
        }
    }
}

/// Without the tests at the end of a file.
fn tokens(path: &Path) -> Vec<Token> {
    let text = std::fs::read_to_string(path).unwrap();
    read(text.split("\n#[cfg(test)]\nmod tests").next().unwrap())
}

/// The arguments of a call whose parenthesis is at `open`.
fn arguments(tokens: &[Token], open: usize) -> Vec<&[Token]> {
    let (mut depth, mut from, mut all) = (0, open + 1, vec![]);
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Sign('(' | '[' | '{') => depth += 1,
            Kind::Sign(')' | ']' | '}') => depth -= 1,
            Kind::Sign(',') if depth == 1 => {
                all.push(&tokens[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            all.push(&tokens[from..at]);
            break;
        }
    }
    all.retain(|argument| !argument.is_empty());
    all
}

/// What an argument says: the text in it, or that of the variable, constant or closure that it names, which was made before.
fn said(argument: &[Token], before: &[Token]) -> Option<String> {
    let named = match argument {
        [name] => name.name(),
        [name, open, ..] if open.is('(') => name.name(),
        _ => None,
    };
    named.and_then(|name| made(name, before)).or_else(|| first_text(argument))
}

fn made(name: &str, before: &[Token]) -> Option<String> {
    let at = before
        .windows(2)
        .rposition(|pair| matches!(pair[0].name(), Some("let" | "const")) && pair[1].name() == Some(name))?;
    let end = before[at..].iter().position(|token| token.is(';')).map_or(before.len(), |end| at + end);
    first_text(&before[at..end])
}

fn first_text(tokens: &[Token]) -> Option<String> {
    tokens.iter().find_map(|token| match &token.kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    })
}

/// As a person reads it: what is filled in stands in braces.
fn readable(text: &str) -> String {
    let mut words = text.replace("\\\"", "\"").replace("{{", "{").replace("}}", "}").replace("{}", "{...}");
    while let Some(at) = words.find("\\\n") {
        let rest = words[at + 2..].trim_start().to_owned();
        words.truncate(at);
        words.push_str(&rest);
    }
    words.replace("\\n", " ").replace('|', "\\|").replace('<', "&lt;")
}

fn code_of(argument: &[Token]) -> String {
    let name = argument.last().and_then(Token::name).unwrap_or_default();
    let mut code = String::new();
    for sign in name.chars() {
        if sign.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.extend(sign.to_lowercase());
    }
    code
}

/// `Error::usage(MESSAGE, HINT)`, `Error::other(..)`, `Error::coded(CODE, ..)`.
fn errors(tokens: &[Token]) -> Vec<Told> {
    let mut all = vec![];
    for at in 0..tokens.len().saturating_sub(4) {
        let [owner, path, kind, open] = &tokens[at..at + 4] else { continue };
        if owner.name() != Some("Error") || path.kind != Kind::Path || !open.is('(') {
            continue;
        }
        let arguments = arguments(tokens, at + 3);
        let (code, rest) = match (kind.name(), &arguments[..]) {
            (Some("usage"), rest) => ("usage".to_owned(), rest),
            (Some("other"), rest) => ("failed".to_owned(), rest),
            (Some("coded"), [code, rest @ ..]) => (code_of(code), rest),
            _ => continue,
        };
        let text = |argument: Option<&&[Token]>| argument.and_then(|argument| said(argument, &tokens[..at]));
        let Some(message) = text(rest.first()) else { continue };
        // One that is made elsewhere, such as AWS's error's own, is there all the same.
        let hint = rest.get(1).map(|hint| said(hint, &tokens[..at]).unwrap_or_else(|| "{}".to_owned()));
        all.push(Told { code, message, hint: hint.unwrap_or_default() });
    }
    all
}

/// What is wrong with a file: `Problem::new(PLACE, MESSAGE)`, `Err(MESSAGE)` of what reads a value, `.hint(HINT)` behind it.
fn problems(tokens: &[Token]) -> Vec<Told> {
    let mut all: Vec<Told> = vec![];
    for (at, token) in tokens.iter().enumerate() {
        let called = tokens.get(at + 1).is_some_and(|next| next.is('('));
        let argument = match token.name() {
            Some("Err") if called => arguments(tokens, at + 1).first().copied(),
            Some("new" | "split") if called && at > 1 && tokens[at - 2].name() == Some("Problem") => {
                arguments(tokens, at + 1).get(1).copied()
            }
            _ => None,
        };
        if let Some(message) = argument.and_then(|argument| said(argument, &tokens[..at])) {
            all.push(Told { code: "invalid_file".to_owned(), message, hint: String::new() });
        }
        if token.name() == Some("hint") && called && tokens[at - 1].is('.') {
            let hint = arguments(tokens, at + 1).first().and_then(|argument| said(argument, &tokens[..at]));
            if let (Some(last), Some(hint)) = (all.last_mut(), hint) {
                last.hint = hint;
            }
        }
    }
    all
}

/// Messages that leave nothing to do. What is wrong with a file mostly says in the message what to write.
const WITHOUT_HINT: &[&str] = &["nothing was changed: the answer was not `yes`"];

/// Name, exit code and meaning, from the table that docs/json.md has of them.
fn codes(root: &Path) -> Vec<(String, String, String)> {
    let page = std::fs::read_to_string(root.join("docs/json.md")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let row = |line: &str| {
        let (name, rest) = line.split_once("` | ")?;
        let (exit, meaning) = rest.split_once(" | ")?;
        exit.parse::<u8>().ok()?;
        Some((name.to_owned(), exit.to_owned(), meaning.to_owned()))
    };
    cells.filter_map(row).collect()
}

fn catalogue(root: &Path) -> String {
    let mut files = vec![];
    sources(&root.join("src"), &mut files);
    let mut by_code: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for path in files {
        let tokens = tokens(&path);
        let of_the_file = path.strip_prefix(root).unwrap().starts_with("src/config");
        let told = if of_the_file { problems(&tokens) } else { errors(&tokens) };
        for Told { code, message, hint } in told {
            let done = of_the_file || WITHOUT_HINT.contains(&&*message);
            assert!(done || !hint.is_empty(), "{}: `{message}` does not say what to do", path.display());
            by_code.entry(code).or_default().entry(readable(&message)).or_insert(readable(&hint));
        }
    }
    let mut page = INTRODUCTION.to_owned();
    for (code, exit, meaning) in codes(root) {
        write!(page, "\n## `{code}`\n\nExit code {exit}: {meaning}.\n").unwrap();
        let messages = by_code.remove(&code).unwrap_or_default();
        page.push_str(match messages.is_empty() {
            true => "\nThe message is made of what AWS, the system or a step of the plan says.\n",
            false => "\n| Message | What to do |\n|---|---|\n",
        });
        for (message, hint) in messages {
            writeln!(page, "| {message} | {hint} |").unwrap();
        }
    }
    assert!(by_code.is_empty(), "codes that docs/json.md does not have: {:?}", by_code.keys());
    page
}

#[test]
fn the_catalogue_has_every_error_of_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = catalogue(root);
    assert!(page.lines().filter(|line| line.starts_with("| ")).count() > 150, "{page}");
    let path = root.join("docs/reference/errors.md");
    if std::env::var_os("PIPECTL_GOLDEN").is_some_and(|mode| mode == "write") {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/reference/errors.md is of other sources: PIPECTL_GOLDEN=write writes it anew");
}
