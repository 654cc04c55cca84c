//! What the pages of `docs/` show happens: their commands run one after the other, in the place that the page names, and print
//! what stands below them.
//!
//! A page begins its story with `<!-- run in: PLACE -->`: `nothing`, an empty directory, or `examples/NAME`, which may be
//! `applied`. A block of YAML that begins with `# pipeline.yaml` is written there. In what is printed, `...` on a line
//! stands for any lines, and `<word>` for what is another one each time.

use crate::support::{Place, root};
use std::fs;

/// Pages with commands that are run elsewhere: by which test.
const ELSEWHERE: &[(&str, &str)] = &[
    ("ci.md", "`policies`, `iam_policy`"),
    ("graph.md", "`explaining`"),
    ("iam-policy.md", "`iam_policy`"),
    ("install.md", "`installing`"),
    ("json.md", "`machine`"),
    ("limits.md", "`readme`"),
    ("replay.md", "`replay`"),
    ("sending.md", "`readme`, `tracking`"),
    ("status.md", "`health`"),
    ("ui.md", "`ui`"),
];

enum Step {
    Write(String),
    Run { line: String, exit: i32 },
    Shows(String),
}

struct Page {
    place: String,
    steps: Vec<Step>,
}

fn pages() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = entries.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut all: Vec<_> = pages.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect();
    all.sort();
    all
}

/// The fenced blocks, each with its language.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut all = vec![];
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        all.push((language, block.join("\n")));
    }
    all
}

fn read(text: &str) -> Option<Page> {
    let place = text.split_once("<!-- run in: ")?.1.split_once(" -->")?.0.to_owned();
    let mut steps = vec![];
    for (language, block) in blocks(text) {
        match language {
            "yaml" if block.starts_with("# pipeline.yaml") => steps.push(Step::Write(block + "\n")),
            "console" => steps.extend(commands(&block)),
            "text" if matches!(steps.last(), Some(Step::Run { .. })) => steps.push(Step::Shows(block)),
            _ => {}
        }
    }
    Some(Page { place, steps })
}

fn commands(block: &str) -> Vec<Step> {
    let (mut steps, mut exit) = (vec![], 0);
    for line in block.lines() {
        match (line.strip_prefix("# exits with "), line.strip_prefix("$ pipectl ")) {
            (Some(code), _) => exit = code.parse().unwrap(),
            (_, Some(command)) => steps.push(Step::Run { line: command.to_owned(), exit: std::mem::take(&mut exit) }),
            _ => panic!("neither a command nor its exit code: {line}"),
        }
    }
    steps
}

/// The words of a line, as a shell takes them apart: quotes hold several together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for sign in line.chars() {
        match (sign, quote) {
            (_, Some(open)) if sign == open => quote = None,
            (_, Some(_)) => words.last_mut().unwrap().push(sign),
            ('"' | '\'', None) => quote = Some(sign),
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().unwrap().push(sign),
        }
    }
    words
}

fn is_like(shown: &str, printed: &str) -> bool {
    let Some((before, after)) = shown.split_once('<').filter(|(_, after)| after.contains('>')) else {
        return shown == printed;
    };
    let Some(rest) = printed.strip_prefix(before) else { return false };
    let (name, after) = after.split_once('>').unwrap();
    let ends = rest.char_indices().map(|(at, sign)| (at + sign.len_utf8(), sign));
    let mut ends = ends.take_while(|(_, sign)| name == "..." || !sign.is_whitespace());
    ends.any(|(end, _)| is_like(after, &rest[end..]))
}

fn are_like(shown: &[&str], printed: &[&str]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((&"...", shown)), _) => (0..=printed.len()).any(|skipped| are_like(shown, &printed[skipped..])),
        (Some((first, shown)), Some((line, printed))) => is_like(first, line) && are_like(shown, printed),
        (Some(_), None) => false,
    }
}

fn walk(name: &str, page: &Page) {
    let (example, applied) = page.place.split_once(", ").map_or((&*page.place, ""), |(place, how)| (place, how));
    let place = match example.strip_prefix("examples/") {
        Some(example) => Place::example(example),
        None => Place::new(""),
    };
    if example == "nothing" {
        fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
    }
    if applied == "applied" {
        place.run(&["apply", "--local", "--yes"]).exits(0);
    }
    let mut printed = String::new();
    for step in &page.steps {
        match step {
            Step::Write(yaml) => place.write(yaml),
            Step::Run { line, exit } => {
                let words = words(line);
                let ran = place.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
                assert_eq!(ran.exit, *exit, "{name}: {line}\n{}{}", ran.stdout, ran.stderr);
                printed = if *exit == 0 { ran.stdout } else { ran.stdout + &ran.stderr };
            }
            Step::Shows(shown) => {
                let shown: Vec<_> = shown.lines().map(str::trim_end).collect();
                let told: Vec<_> = printed.trim_end().lines().map(str::trim_end).collect();
                assert!(are_like(&shown, &told), "{name} shows:\n{}\nbut it is:\n{printed}", shown.join("\n"));
            }
        }
    }
}

#[test]
fn each_story_happens() {
    let stories: Vec<_> = pages().into_iter().filter_map(|(name, text)| Some((name, read(&text)?))).collect();
    assert!(stories.len() >= 5);
    for (name, page) in stories {
        assert!(!page.steps.is_empty(), "{name}");
        walk(&name, &page);
    }
}

#[test]
fn no_page_with_commands_is_left_out() {
    for (name, text) in pages() {
        let has_commands =
            blocks(&text).iter().any(|(_, block)| block.lines().any(|line| line.starts_with("$ pipectl ")));
        let elsewhere = ELSEWHERE.iter().any(|(page, _)| *page == name);
        assert_eq!(has_commands, read(&text).is_some() || elsewhere, "{name}");
        assert!(!(elsewhere && read(&text).is_some()), "{name}");
    }
}

/// Keys that a page shows are keys of the file, with values that it takes.
#[test]
fn pieces_of_a_file_are_valid() {
    let rest = [("name", "name: clicks"), ("schema", "schema: { event: string, event_id: string }")];
    let mut tried = 0;
    for (name, text) in pages() {
        for (language, block) in blocks(&text) {
            if language != "yaml" || block.starts_with("# pipeline.yaml") {
                continue;
            }
            let has = |key: &str| block.lines().any(|line| line.starts_with(&format!("{key}:")));
            let missing: Vec<_> = rest.iter().filter(|(key, _)| !has(key)).map(|(_, line)| *line).collect();
            let ran = Place::new(&format!("{}\n{block}\n", missing.join("\n"))).run(&["validate"]);
            assert_eq!(ran.exit, 0, "{name}:\n{block}\n{}", ran.stderr);
            tried += 1;
        }
    }
    assert!(tried >= 4);
}

#[test]
fn what_is_another_one_each_time_is_left_open() {
    assert!(is_like("<n> done", "17 done") && !is_like("<n> done", "a b done") && is_like("a <...> z", "a b c z"));
    assert!(
        are_like(&["...", "b"], &["a", "a", "b"]) && !are_like(&["a", "..."], &["b"]) && !are_like(&["a"], &["a", "b"])
    );
}
