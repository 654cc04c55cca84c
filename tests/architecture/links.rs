//! Links of the pages: to files that are there, and to headings that they have.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

struct Page {
    links: Vec<String>,
    anchors: Vec<String>,
}

fn pages(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&&*name) {
            pages(&path, all);
        } else if path.extension().is_some_and(|end| end == "md") && !path.ends_with("tests/binary/team.md") {
            all.push(path);
        }
    }
}

/// As GitHub and mdBook call a heading: small letters, without punctuation, with hyphens for spaces.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|sign| sign.is_alphanumeric() || [' ', '-', '_'].contains(sign));
    kept.map(|sign| if sign == ' ' { '-' } else { sign.to_ascii_lowercase() }).collect()
}

fn read(text: &str) -> Page {
    let (mut links, mut anchors, mut heading) = (vec![], vec![], None::<String>);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for event in Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.into_string())
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let times = seen.entry(name.clone()).or_default();
                anchors.push(if *times == 0 { name } else { format!("{name}-{times}") });
                *times += 1;
            }
            _ => {}
        }
    }
    Page { links, anchors }
}

/// Without `..` in it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn each_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![];
    pages(root, &mut paths);
    let all: HashMap<_, _> =
        paths.iter().map(|path| (path.clone(), read(&std::fs::read_to_string(path).unwrap()))).collect();
    let (mut wrong, mut looked) = (vec![], 0);
    for (path, page) in &all {
        for link in page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            looked += 1;
            let (target, anchor) = link.split_once('#').map_or((&**link, None), |(target, name)| (target, Some(name)));
            let target = if target.is_empty() { path.clone() } else { plain(&path.parent().unwrap().join(target)) };
            let has = |name: &str| all.get(&target).is_none_or(|page| page.anchors.iter().any(|anchor| anchor == name));
            if !target.exists() || !anchor.is_none_or(has) {
                wrong.push(format!("{}: {link}", path.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(looked > 100, "{looked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a reader of the book would never find.
#[test]
fn the_book_has_each_page_once() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut paths = vec![];
    pages(&docs, &mut paths);
    let summary = docs.join("SUMMARY.md");
    let mut listed: Vec<_> =
        read(&std::fs::read_to_string(&summary).unwrap()).links.iter().map(|link| docs.join(link)).collect();
    let mut there: Vec<_> = paths.into_iter().filter(|path| *path != summary).collect();
    listed.sort();
    there.sort();
    assert_eq!(listed, there);
}

#[test]
fn headings_are_called_as_github_calls_them() {
    let page = read("# What `track` answers: 204\n\n## Twice\n\n## Twice\n\nA [link](x.md#y).");
    assert_eq!(page.anchors, ["what-track-answers-204", "twice", "twice-1"]);
    assert_eq!(page.links, ["x.md#y"]);
}
