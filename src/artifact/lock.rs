//! The part of a `Cargo.lock` that one package needs.
//!
//! The workspace's lock file pins the functions' dependencies too. Without the rest of it, an update of
//! something that only pipectl uses does not look like new code of a function.

use std::collections::{BTreeMap, BTreeSet};

struct Package<'a> {
    name: &'a str,
    version: &'a str,
    dependencies: Vec<&'a str>,
    text: &'a str,
}

/// The lock file reduced to `root` and everything that it depends on, in the order of the whole.
pub(super) fn closure(lock: &str, root: &str) -> String {
    let mut blocks = lock.split("[[package]]\n");
    let head = blocks.next().unwrap_or_default();
    let packages: Vec<_> = blocks.map(Package::parse).collect();
    // By name: every command of a pipeline comes by here, and there are 500 packages.
    let mut named: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (index, package) in packages.iter().enumerate() {
        named.entry(package.name).or_default().push(index);
    }
    let mut needed = BTreeSet::new();
    let mut queue = vec![root];
    while let Some(wanted) = queue.pop() {
        let mut words = wanted.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        for &index in named.get(name).into_iter().flatten() {
            if packages[index].is(version) && needed.insert(index) {
                queue.extend(&packages[index].dependencies);
            }
        }
    }
    let kept: Vec<_> = needed.iter().map(|index| format!("[[package]]\n{}\n", packages[*index].text)).collect();
    format!("{head}{}", kept.join("\n"))
}

impl<'a> Package<'a> {
    fn parse(text: &'a str) -> Self {
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
            line.and_then(|value| value.strip_suffix('"')).unwrap_or_default()
        };
        let list = text.split_once("dependencies = [\n").map_or("", |(_, list)| list);
        let dependencies = list.lines().map_while(|line| line.strip_prefix(" \"")?.strip_suffix("\",")).collect();
        Self { name: value("name"), version: value("version"), dependencies, text: text.trim_end() }
    }

    /// Whether a dependency names this version: `name`, or `name version` where there are several of that name.
    fn is(&self, version: Option<&str>) -> bool {
        version.is_none_or(|version| version == self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "# head\nversion = 4\n\n\
        [[package]]\nname = \"clap\"\nversion = \"4.0.0\"\n\n\
        [[package]]\nname = \"http\"\nversion = \"0.2.0\"\n\n\
        [[package]]\nname = \"http\"\nversion = \"1.0.0\"\ndependencies = [\n \"bytes\",\n]\n\n\
        [[package]]\nname = \"bytes\"\nversion = \"1.1.0\"\ndependencies = [\n \"http 1.0.0\",\n]\n\n\
        [[package]]\nname = \"f\"\nversion = \"0.1.0\"\ndependencies = [\n \"http 1.0.0\",\n]\n";

    #[test]
    fn only_what_the_package_reaches_is_kept_in_the_right_version() {
        let kept = closure(LOCK, "f");
        let names: Vec<_> =
            kept.lines().filter(|line| line.starts_with("name") || line.starts_with("version")).collect();
        assert_eq!(
            names,
            [
                "version = 4",
                "name = \"http\"",
                "version = \"1.0.0\"",
                "name = \"bytes\"",
                "version = \"1.1.0\"",
                "name = \"f\"",
                "version = \"0.1.0\""
            ]
        );
        assert!(kept.starts_with("# head\n"));
        assert_eq!(closure(&kept, "f"), kept);
    }
}
