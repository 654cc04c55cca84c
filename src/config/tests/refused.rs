//! One mistake is told once: what would follow from the default in its place is not.

use crate::config::problem::Span;
use crate::config::tree::{self, Node, Placed};
use crate::config::*;
use serde_json::Value;

/// Those that have every key between them.
const EXAMPLES: [&str; 4] = ["clickstream", "lean", "web", "dashboard"];

/// A key of an example that the schema of the file knows: its path, and where it and its value stand.
struct Known {
    path: String,
    key: Span,
    value: Span,
}

fn known(source: &str, (node, schema): (&Placed<Node>, &Value), path: &str, all: &mut Vec<Known>) {
    let Node::Map(entries) = &node.value else { return };
    for (key, value) in entries {
        let inner = &schema["properties"][&key.value];
        if inner.is_null() {
            continue;
        }
        let path = if path.is_empty() { key.value.clone() } else { format!("{path}.{}", key.value) };
        all.push(Known { path: path.clone(), key: key.span.clone(), value: whole(source, value) });
        // A group or `none` is one of two.
        let groups = inner["anyOf"].as_array().into_iter().chain(inner["oneOf"].as_array()).flatten();
        let group = groups.chain([inner]).find(|one| one["properties"].is_object());
        group.into_iter().for_each(|group| known(source, (value, group), &path, all));
    }
}

/// The parser tells where a group or a list begins: to its last bracket, or to the last line that is indented as it is.
fn whole(source: &str, node: &Placed<Node>) -> Span {
    let (start, (before, text)) = (node.span.start, source.split_at(node.span.start));
    let line = before.rsplit('\n').next().unwrap();
    let is_literal = text.starts_with(['|', '>']);
    if !is_literal && !matches!(node.value, Node::Map(_) | Node::List(_)) {
        return node.span.clone();
    }
    if text.starts_with(['[', '{']) {
        let mut depth = 0;
        let end = text.find(|c| {
            depth += i32::from("[{".contains(c)) - i32::from("]}".contains(c));
            depth == 0
        });
        return start..start + end.unwrap() + 1;
    }
    let indent = if is_literal { line.find(|c| c != ' ').unwrap() + 1 } else { line.chars().count() };
    let of_it = |line: &&str| line.trim().is_empty() || line.chars().take_while(|c| *c == ' ').count() >= indent;
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.split_inclusive('\n').take_while(of_it).map(str::len).sum::<usize>();
    let end = text.len().min(first.len() + 1 + rest);
    start..start + text[..end].trim_end().len()
}

/// The problems of an example in which a piece is another one.
fn changed(source: &str, at: &Span, to: &str) -> Vec<Problem> {
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let text = format!("{}{to}{}", &source[..at.start], &source[at.end..]);
    read(&text, &overrides).err().unwrap_or_else(|| panic!("this is right:\n{text}"))
}

fn each_key(mut of: impl FnMut(&str, &Known)) {
    let schema = json_schema();
    for name in EXAMPLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}/pipeline.yaml"));
        let source = std::fs::read_to_string(path).unwrap();
        let mut all = vec![];
        known(&source, (&tree::parse(&source).unwrap(), &schema), "", &mut all);
        assert!(all.len() > 10, "{name}: {}", all.len());
        all.iter().for_each(|key| of(&source, key));
    }
}

/// No key takes a list of lists.
#[test]
fn a_value_that_is_refused_is_the_only_problem() {
    let (mut wrong, mut tried) = (vec![], 0);
    each_key(|source, key| {
        tried += 1;
        let problems = changed(source, &key.value, "[[x]]");
        let here = key.value.start..=key.value.start + "[[x]]".len();
        let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let is_here = problems.iter().all(|one| one.span.as_ref().is_some_and(|span| here.contains(&span.start)));
        if told.len() != 1 || !is_here || told[0].contains("not YAML") {
            wrong.push(format!("{}: {}", key.path, told.join("; ")));
        }
    });
    assert!(wrong.is_empty() && tried > 100, "of {tried}:\n{}", wrong.join("\n"));
}

#[test]
fn a_key_that_is_misspelt_is_the_only_problem() {
    let mut wrong = vec![];
    each_key(|source, key| {
        let problems = changed(source, &key.key, "zzz");
        let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let rest = told.iter().filter(|message| !message.starts_with("unknown key `")).collect::<Vec<_>>();
        let name = key.path.rsplit('.').next().unwrap_or_default();
        let missing = rest.len() == 1 && rest[0].contains(&format!(" has no `{name}`"));
        if told.len() - rest.len() != 1 || !(rest.is_empty() || missing) {
            wrong.push(format!("{}: {}", key.path, told.join("; ")));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_does_not_follow_from_it_is_told_as_well() {
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
    let told = |source: &str| {
        let source = format!("name: clicks\nschema: {{ event: string }}\n{source}");
        let problems = read(&source, &overrides).unwrap_err();
        problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    let dashboard = told("dashboard: { owners: [user/ann], data: spicy, refresh: \"06:00\" }\n");
    assert!(dashboard.len() == 1 && dashboard[0].contains("spicy"), "{dashboard:?}");
    let direct = told("dashboard: { owners: [user/ann], refresh: \"06:00\" }\n");
    assert!(direct.len() == 1 && direct[0].contains("no copy to make anew"), "{direct:?}");
    let both = told("dashboard: { owners: [user/ann], refresh: \"06:00\" }\netl: { timeout: soon }\n");
    assert_eq!(both.len(), 2, "{both:?}");
}
